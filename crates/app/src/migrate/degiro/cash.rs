//! Movements of cash, what they pay for, and the balances behind them.

mod links;

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use stonks_core::cash::{Balance, CashKind, CashMovement, DaySide};
use stonks_core::fact::{Fact, Identity, Location};
use stonks_core::money::{Currency, Money, to_canonical};
use stonks_core::transaction::FeeKind;

use super::super::MigrationError;
use super::super::database::OldRow;
use super::super::reading::{Fields, OldTime};
use super::products::Products;
use super::trades::Trades;
use super::words::{Meaning, Words};
use super::{CASH, Teller, identity};
use links::{fill_in, link, opening};

/// The kind of row that moves cash to and from DEGIRO's bank, whose balance the old system showed.
const SWEEP: &str = "FLATEX_CASH_SWEEP";

/// Tells all trades and all movements.
pub(super) fn tell(
    rows: &[OldRow],
    mut trades: Trades,
    products: &mut Products,
    teller: &mut Teller,
) -> Result<(), MigrationError> {
    let mut entries = read(rows, products, teller)?;
    fill_in(&mut entries);
    let links = link(&entries, &mut trades.all);
    for trade in &trades.all {
        products.tell(&trade.transaction.instrument, teller);
        teller.tell(Fact::Transaction(trade.transaction.clone()), trade.location.clone());
    }
    let mut booking = Booking { teller, products, balances: BTreeMap::new(), n_without_amount: 0 };
    if !trades.is_unsigned {
        booking.tell_openings(&entries)?;
    }
    for (entry, link) in entries.iter().zip(links) {
        let trade = link.map(|place| &trades.all[place].transaction);
        let own = trade.map(|trade| (trade.identity.clone(), trade.settled));
        if trades.is_unsigned {
            booking.tell_unsigned(entry, own)?;
        } else {
            booking.tell(entry, own.map(|(identity, _)| identity))?;
        }
    }
    booking.tell_closings(&entries)?;
    let n_without_amount = booking.n_without_amount;
    let left_out =
        (n_without_amount > 0).then(|| format!("{n_without_amount} have no amount: kept as notes"));
    teller.table(&CASH, rows.len(), rows.len(), left_out.into_iter().collect());
    Ok(())
}

/// A row of the statement.
struct Entry<'a> {
    row: &'a OldRow,
    location: Location,
    time: OldTime,
    currency: Currency,
    /// As it is stored.
    change: Option<Decimal>,
    balance: Option<Decimal>,
    description: String,
    meaning: Option<Meaning>,
    is_trade: bool,
    is_sweep: bool,
    product: Option<String>,
    order: Option<String>,
}

fn read<'a>(
    rows: &'a [OldRow],
    products: &mut Products,
    teller: &mut Teller,
) -> Result<Vec<Entry<'a>>, MigrationError> {
    let words = Words::read();
    rows.iter()
        .map(|row| {
            let description = row.text("description").unwrap_or_default();
            let is_trade = words.is_trade(&description);
            let product = row.text("product_id");
            if let Some(product) = &product {
                products.find(product)?;
            }
            Ok(Entry {
                location: teller.row(row, &row.key()),
                time: row.time("date")?,
                currency: row.currency("currency")?,
                change: row.decimal("change")?,
                balance: row.decimal("balance_total")?,
                meaning: if is_trade { None } else { words.meaning(&description) },
                is_trade,
                is_sweep: row.text("type").as_deref() == Some(SWEEP),
                product,
                order: row.text("order_id"),
                description,
                row,
            })
        })
        .collect()
}

struct Booking<'a> {
    teller: &'a mut Teller,
    products: &'a mut Products,
    /// By currency, behind the last entry.
    balances: BTreeMap<Currency, Decimal>,
    n_without_amount: usize,
}

impl Booking<'_> {
    /// A database that begins in the middle of an account begins with its balances.
    fn tell_openings(&mut self, entries: &[Entry<'_>]) -> Result<(), MigrationError> {
        let mut seen: Vec<Currency> = Vec::new();
        for entry in entries {
            if entry.balance.is_none() || entry.change.is_none() || seen.contains(&entry.currency) {
                continue;
            }
            seen.push(entry.currency);
            let minute: Vec<&Entry<'_>> = entries
                .iter()
                .filter(|other| {
                    other.currency == entry.currency && other.time.is_same_minute(entry.time)
                })
                .collect();
            let opening = opening(&minute);
            if !opening.is_zero() {
                let named = format!("degiro:opening:{}", entry.currency);
                self.teller.tell(
                    Fact::Balance(Balance {
                        identity: identity(&named)?,
                        broker_account: None,
                        date: entry.time.date(),
                        side: DaySide::Opening,
                        money: Money::new(opening, entry.currency),
                    }),
                    entry.location.clone(),
                );
            }
        }
        Ok(())
    }

    /// The balances that the old system showed: of each currency's newest sweep.
    fn tell_closings(&mut self, entries: &[Entry<'_>]) -> Result<(), MigrationError> {
        let mut newest: BTreeMap<Currency, &Entry<'_>> = BTreeMap::new();
        for entry in entries.iter().filter(|entry| entry.is_sweep && entry.balance.is_some()) {
            newest.insert(entry.currency, entry);
        }
        for (currency, entry) in newest {
            // What happened since is in no balance that is known here.
            let is_last = entries
                .iter()
                .rfind(|other| other.currency == currency && !other.is_trade)
                .is_some_and(|last| std::ptr::eq(last, entry));
            if let Some(balance) = entry.balance.filter(|_| is_last) {
                let date = entry.time.date();
                self.teller.tell(
                    Fact::Balance(Balance {
                        identity: identity(&format!("degiro:closing:{currency}:{date}"))?,
                        broker_account: None,
                        date,
                        side: DaySide::Closing,
                        money: Money::new(balance, currency),
                    }),
                    entry.location.clone(),
                );
            }
        }
        Ok(())
    }

    /// A row of a real account: it says itself what it moves.
    fn tell(&mut self, entry: &Entry<'_>, trade: Option<Identity>) -> Result<(), MigrationError> {
        let Some(change) = entry.change else {
            // No amount, and nothing to be paid: a trade of no worth, or a text.
            self.n_without_amount += 1;
            let key = entry.row.key();
            return self.note(entry, &key);
        };
        let kind = if entry.is_trade { (CashKind::Trade, None) } else { kind(entry) };
        self.movement(entry, kind, change, trade)
    }

    /// A row of a database without signs. The balances behind the rows tell what was paid, and a gap
    /// between them is told as what it is.
    fn tell_unsigned(
        &mut self,
        entry: &Entry<'_>,
        trade: Option<(Identity, Option<Money>)>,
    ) -> Result<(), MigrationError> {
        // It repeats what the transaction tells, with an amount in euro under the product's currency.
        if entry.is_trade && trade.is_some() {
            return Ok(());
        }
        let before = self.balances.get(&entry.currency).copied().unwrap_or_default();
        let change = entry.change.unwrap_or_default();
        let behind = entry.balance.unwrap_or_else(|| before.saturating_add(change));
        self.balances.insert(entry.currency, behind);
        let moved = behind.saturating_sub(before);
        if let Some((identity, settled)) = trade {
            // What was paid beyond what the transaction says it was.
            let beyond =
                moved.saturating_sub(settled.map(|money| money.amount).unwrap_or_default());
            let kind = (CashKind::Fee, Some(FeeKind::Transaction));
            return self.movement(entry, kind, beyond, Some(identity));
        }
        let gap = moved.saturating_sub(change);
        if !gap.is_zero() {
            self.gap(entry, gap)?;
        }
        let kind = match kind(entry) {
            // Money that comes in is no tax: the demo labels its dividends so.
            (CashKind::WithholdingTax, _) if change > Decimal::ZERO => (CashKind::Dividend, None),
            told => told,
        };
        self.movement(entry, kind, change, None)
    }

    fn movement(
        &mut self,
        entry: &Entry<'_>,
        (kind, fee_kind): (CashKind, Option<FeeKind>),
        amount: Decimal,
        trade: Option<Identity>,
    ) -> Result<(), MigrationError> {
        let (instrument, isin) = match &entry.product {
            Some(id) => {
                let product = self.products.find(id)?;
                (Some(product.instrument.clone()), product.isin.clone())
            }
            None => (None, String::new()),
        };
        if let Some(instrument) = &instrument {
            self.products.tell(instrument, self.teller);
        }
        let (day, minute) = entry.time.export_stamp();
        let parts = [&*day, &*minute, &*isin, entry.currency.as_str(), &*to_canonical(amount)];
        let movement = CashMovement {
            identity: self.teller.identity("cash", &parts)?,
            broker_account: None,
            kind,
            at: entry.time.moment(),
            value_date: Some(entry.row.time("value_date")?.date()),
            money: Money::new(amount, entry.currency),
            instrument,
            transaction: trade,
            fee_kind,
            group: entry.order.clone(),
            description: Some(entry.description.clone()).filter(|text| !text.is_empty()),
            balance: entry.balance,
        };
        let old = entry.change.unwrap_or_default();
        self.teller.sums.add("changes of cash", entry.currency, old, amount);
        self.teller.tell(Fact::CashMovement(movement), entry.location.clone());
        Ok(())
    }

    fn gap(&mut self, entry: &Entry<'_>, gap: Decimal) -> Result<(), MigrationError> {
        let movement = CashMovement {
            identity: identity(&format!("degiro:gap:{}", entry.row.key().replace(' ', "-")))?,
            broker_account: None,
            kind: CashKind::Adjustment,
            at: entry.time.moment(),
            value_date: None,
            money: Money::new(gap, entry.currency),
            instrument: None,
            transaction: None,
            fee_kind: None,
            group: None,
            description: Some(
                "The old database has no row for this: the balance changed before the next one"
                    .to_owned(),
            ),
            balance: None,
        };
        self.teller.sums.add("changes of cash", entry.currency, Decimal::ZERO, gap);
        self.teller.tell(Fact::CashMovement(movement), entry.location.clone());
        Ok(())
    }

    fn note(&mut self, entry: &Entry<'_>, key: &str) -> Result<(), MigrationError> {
        let note = stonks_core::fact::Note {
            identity: identity(&format!("degiro:cash:{}", key.replace(' ', "-")))?,
            broker_account: None,
            at: Some(entry.time.moment()),
            reason: "the row has no amount".to_owned(),
            text: entry.description.clone(),
        };
        self.teller.tell(Fact::Note(note), entry.location.clone());
        Ok(())
    }
}

fn kind(entry: &Entry<'_>) -> (CashKind, Option<FeeKind>) {
    match entry.meaning {
        Some(Meaning::Cash(kind)) => (kind, None),
        Some(Meaning::Fee(kind)) => (CashKind::Fee, Some(kind)),
        Some(Meaning::Bank(_)) => (CashKind::InternalTransfer, None),
        None => (CashKind::Other, None),
    }
}
