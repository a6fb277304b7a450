//! Bitvavo's tables of the old database, as facts.

mod coins;
mod history;

use jiff::civil::Date;
use rust_decimal::Decimal;
use stonks_core::cash::{Balance, DaySide, Position};
use stonks_core::fact::Fact;
use stonks_core::moment::Moment;
use stonks_core::money::{Currency, Money};
use stonks_core::quotes::Quote;

use super::MigrationError;
use super::brokers::BITVAVO;
use super::database::{OldDatabase, OldRow, OldTable};
use super::reading::{Fields, OldTime, quotations};
use super::sync_log::SyncLog;
use super::teller::{Teller, Told, identity};
use coins::Coins;

const HISTORY: OldTable = OldTable {
    name: "bitvavo_transactions",
    // Not `address`: it names somebody's wallet, and no figure needs it.
    columns: &[
        "transaction_id",
        "executed_at",
        "type",
        "price_currency",
        "price_amount",
        "sent_currency",
        "sent_amount",
        "received_currency",
        "received_amount",
        "fees_currency",
        "fees_amount",
    ],
    order: "executed_at, id",
    since: None,
};
const BALANCES: OldTable = OldTable {
    name: "bitvavo_balance",
    columns: &["symbol", "available"],
    order: "symbol",
    since: None,
};
const ASSETS: OldTable = OldTable {
    name: "bitvavo_assets",
    columns: &["symbol", "name", "decimals"],
    order: "symbol",
    since: None,
};
const QUOTATIONS: OldTable = OldTable {
    name: "bitvavo_productquotation",
    columns: &["symbol", "interval", "last_import", "quotations"],
    order: "symbol",
    since: None,
};

/// The one currency that is money at Bitvavo; all others are coins.
const MONEY: Currency = Currency::EUR;

/// Reads all of Bitvavo's tables.
pub(super) async fn read(old: &mut OldDatabase, log: &SyncLog) -> Result<Told, MigrationError> {
    let (history, balances) = (old.rows(&HISTORY).await?, old.rows(&BALANCES).await?);
    let (assets, quotes) = (old.rows(&ASSETS).await?, old.rows(&QUOTATIONS).await?);
    let mut teller = Teller::new(&BITVAVO);
    let mut coins = Coins::read(&assets);
    history::tell(&history, &mut coins, &mut teller)?;
    tell_quotes(&quotes, &mut coins, &mut teller)?;
    let last = last_day(log, &history, &quotes)?;
    tell_balances(&balances, last, &mut coins, &mut teller)?;
    coins.report(&ASSETS, &mut teller);
    Ok(teller.finish())
}

/// The day of which the balances are: the newest that the tables know.
fn last_day(
    log: &SyncLog,
    history: &[OldRow],
    quotes: &[OldRow],
) -> Result<Option<Date>, MigrationError> {
    let mut last = log.last(BITVAVO.old);
    for (rows, column) in [(history, "executed_at"), (quotes, "last_import")] {
        for row in rows {
            last = last.max(Some(row.time(column)?.date()));
        }
    }
    Ok(last)
}

fn tell_quotes(
    rows: &[OldRow],
    coins: &mut Coins,
    teller: &mut Teller,
) -> Result<(), MigrationError> {
    for row in rows {
        let symbol = row.text("symbol").unwrap_or_default();
        let symbol = symbol.strip_suffix("-EUR").unwrap_or(&symbol);
        let location = teller.row(row, &row.key());
        let instrument = coins.tell(symbol, teller)?;
        for (date, price) in quotations(row)? {
            let quote = Quote {
                identity: identity(&format!("bitvavo:quote:{instrument}:{date}"))?,
                instrument: instrument.clone(),
                at: Moment::day(date),
                price,
                currency: MONEY,
            };
            teller.tell(Fact::Quote(quote), location.clone());
        }
    }
    teller.table(&QUOTATIONS, rows.len(), rows.len(), Vec::new());
    Ok(())
}

fn tell_balances(
    rows: &[OldRow],
    last: Option<Date>,
    coins: &mut Coins,
    teller: &mut Teller,
) -> Result<(), MigrationError> {
    let Some(date) = last else {
        let left_out = (!rows.is_empty()).then(|| "nothing tells of which day they are".to_owned());
        teller.table(&BALANCES, rows.len(), 0, left_out.into_iter().collect());
        return Ok(());
    };
    for row in rows {
        let location = teller.row(row, &row.key());
        let symbol = row.text("symbol").unwrap_or_default();
        let amount = row.needed("available")?;
        if symbol == MONEY.as_str() {
            let balance = Balance {
                identity: identity(&format!("bitvavo:balance:{symbol}:{date}"))?,
                broker_account: None,
                date,
                side: DaySide::Closing,
                money: Money::new(amount, MONEY),
            };
            teller.tell(Fact::Balance(balance), location);
            continue;
        }
        let instrument = coins.tell(&symbol, teller)?;
        let position = Position {
            identity: identity(&format!("bitvavo:position:{instrument}:{date}"))?,
            broker_account: None,
            instrument,
            date,
            quantity: amount,
            price: None,
            price_currency: None,
            value: None,
            cost: None,
        };
        teller.tell(Fact::Position(position), location);
    }
    teller.table(&BALANCES, rows.len(), rows.len(), Vec::new());
    Ok(())
}

/// An amount of one currency or coin.
struct Amount {
    code: String,
    amount: Decimal,
}

impl Amount {
    /// `sent` reads `sent_currency` and `sent_amount`. None for nothing, and for zero.
    fn read(row: &OldRow, what: &str) -> Result<Option<Self>, MigrationError> {
        let code = row.text(&format!("{what}_currency"));
        let amount = row.decimal(&format!("{what}_amount"))?.map(|amount| amount.abs());
        let told = code.zip(amount.filter(|amount| !amount.is_zero()));
        Ok(told.map(|(code, amount)| Self { code, amount }))
    }

    fn is_money(&self) -> bool {
        self.code == MONEY.as_str()
    }
}

/// Bitvavo's time, which Django keeps in UTC.
fn moment(row: &OldRow) -> Result<Moment, MigrationError> {
    row.time("executed_at").map(OldTime::moment)
}
