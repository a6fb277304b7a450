//! Interactive Brokers' tables of the old database, as facts.

mod contracts;
mod history;

use std::collections::HashSet;

use jiff::civil::Date;
use stonks_core::account::BrokerAccount;
use stonks_core::cash::Position;
use stonks_core::fact::{Fact, Identity, Location};
use stonks_core::money::Money;

use super::MigrationError;
use super::brokers::INTERACTIVE_BROKERS;
use super::database::{OldDatabase, OldRow, OldTable};
use super::openings::{self, Held};
use super::reading::Fields;
use super::splits;
use super::sync_log::SyncLog;
use super::teller::{Teller, Told, identity, visible};
use super::yahoo::Yahoo;
use contracts::Contracts;

const POSITIONS: OldTable = OldTable {
    name: "ibkr_positions",
    columns: &[
        "conid",
        "acct_id",
        "contract_desc",
        "position",
        "mkt_price",
        "mkt_value",
        "currency",
        "avg_cost",
        "avg_price",
        "asset_class",
        "listing_exchange",
        "country_code",
        "name",
        "sector",
        "ticker",
        "full_name",
        "type",
    ],
    order: "conid",
    since: None,
};
const HISTORY: OldTable = OldTable {
    name: "ibkr_transactions",
    columns: &[
        "id", "acct_id", "conid", "date", "cur", "fx_rate", "pr", "qty", "amt", "type", "desc",
    ],
    order: "date, id",
    since: None,
};

/// Reads all of Interactive Brokers' tables.
pub(super) async fn read(
    old: &mut OldDatabase,
    log: &SyncLog,
    yahoo: &mut Yahoo,
) -> Result<Told, MigrationError> {
    let (positions, history) = (old.rows(&POSITIONS).await?, old.rows(&HISTORY).await?);
    let mut teller = Teller::new(&INTERACTIVE_BROKERS);
    let mut accounts = Accounts::default();
    let mut contracts = Contracts::read(&positions, &mut teller)?;
    history::tell(&history, &mut contracts, &mut accounts, &mut teller)?;
    let last = last_day(log, &history)?;
    tell_positions(&positions, last, &mut contracts, &mut accounts, (&mut teller, yahoo))?;
    if !history.is_empty() {
        let reason = "the old database holds no deposits and no balance of Interactive Brokers";
        let text = "the cash of the account is what its transactions add up to, until a Flex statement is imported into an account of its own";
        teller.remark("no-balance", reason, text.to_owned())?;
    }
    Ok(teller.finish())
}

/// The day of which the positions are: when they were fetched, or else the newest that is known.
fn last_day(log: &SyncLog, history: &[OldRow]) -> Result<Option<Date>, MigrationError> {
    let mut last = log.last(INTERACTIVE_BROKERS.old);
    for row in history {
        last = last.max(Some(row.time("date")?.date()));
    }
    Ok(last)
}

/// The broker's own accounts that were named so far.
#[derive(Default)]
struct Accounts(HashSet<String>);

impl Accounts {
    /// The account of a row, told before it is named, once.
    fn of(
        &mut self,
        row: &OldRow,
        location: &Location,
        teller: &mut Teller,
    ) -> Result<Option<Identity>, MigrationError> {
        let Some(id) = row.text("acct_id") else { return Ok(None) };
        let identity = identity(&visible(&id))?;
        if self.0.insert(id) {
            let account = BrokerAccount {
                identity: identity.clone(),
                name: None,
                currency: None,
                opened: None,
            };
            teller.tell(Fact::Account(account), location.clone());
        }
        Ok(Some(identity))
    }
}

fn tell_positions(
    rows: &[OldRow],
    last: Option<Date>,
    contracts: &mut Contracts,
    accounts: &mut Accounts,
    (teller, yahoo): (&mut Teller, &mut Yahoo),
) -> Result<(), MigrationError> {
    let Some(date) = last else {
        let left_out =
            "nothing tells of which day they are: no sync that succeeded, no transaction";
        let left_out = (!rows.is_empty()).then(|| left_out.to_owned());
        teller.table(&POSITIONS, rows.len(), 0, left_out.into_iter().collect());
        return Ok(());
    };
    let mut held = Vec::new();
    let mut left_out = Vec::new();
    for row in rows {
        let Some(quantity) = row.decimal("position")? else {
            left_out.push(format!("{} says nothing of units", row.key()));
            continue;
        };
        let location = contracts.location(row);
        let broker_account = accounts.of(row, &location, teller)?;
        let conid = row.text("conid").unwrap_or_default();
        let instrument = contracts.tell(&conid, None, teller)?;
        let currency = row.currency("currency")?;
        let price = row.decimal("mkt_price")?.filter(|price| !price.is_zero());
        let average = row.decimal("avg_cost")?;
        let of_account = broker_account.as_ref().map_or("", Identity::as_str);
        let position = Position {
            // As its plugin names what a statement claims.
            identity: identity(&format!("position:{of_account}:{instrument}:{date}"))?,
            broker_account: broker_account.clone(),
            instrument,
            date,
            quantity,
            price,
            price_currency: price.map(|_| currency),
            value: row.decimal("mkt_value")?.map(|value| Money::new(value, currency)),
            cost: average
                .and_then(|average| average.checked_mul(quantity))
                .map(|cost| Money::new(cost, currency)),
        };
        held.push(Held {
            position,
            average_price: row.decimal("avg_price")?.or(average),
            location,
        });
    }
    splits::tell(&held, yahoo, teller)?;
    openings::tell(held, teller)?;
    teller.table(&POSITIONS, rows.len(), rows.len() - left_out.len(), left_out);
    Ok(())
}
