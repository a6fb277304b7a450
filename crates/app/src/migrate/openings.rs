//! Units that the old database says are held, and has no rows of: Interactive Brokers tells the
//! transactions of a few months only, and the old system showed its positions instead.
//!
//! Without them nothing of it would be held here. So they come as units that were brought in before the first
//! row, at the average price that the broker states, and each is remarked on.

use std::collections::HashMap;

use jiff::ToSpan as _;
use jiff::civil::Date;
use rust_decimal::Decimal;
use stonks_core::cash::Position;
use stonks_core::fact::{Fact, Identity, Located, Location};
use stonks_core::moment::Moment;
use stonks_core::money::to_canonical;
use stonks_core::transaction::{Transaction, TransactionKind};

use super::MigrationError;
use super::teller::{Teller, identity, visible};

/// A position, and what one unit of it cost.
pub(super) struct Held {
    pub(super) position: Position,
    pub(super) average_price: Option<Decimal>,
    pub(super) location: Location,
}

/// What rows tell of one instrument in one of the broker's accounts.
#[derive(Default, Clone, Copy)]
struct Known {
    units: Decimal,
    first: Option<Date>,
}

/// Tells the positions, and what of each must have been there before.
pub(super) fn tell(held: Vec<Held>, teller: &mut Teller) -> Result<(), MigrationError> {
    let known = known(&teller.told.facts);
    let mut missing = Vec::new();
    for Held { position, average_price, location } in held {
        let key = (position.broker_account.clone(), position.instrument.clone());
        let known = known.get(&key).copied().unwrap_or_default();
        let units = position.quantity.saturating_sub(known.units);
        if units > Decimal::ZERO {
            let first = known.first.unwrap_or(position.date).min(position.date);
            let opening = opening(&position, units, average_price, first)?;
            missing.push(format!("{} of `{}`", to_canonical(units), position.instrument));
            teller.tell(Fact::Transaction(opening), location.clone());
        }
        teller.tell(Fact::Position(position), location);
    }
    if missing.is_empty() {
        return Ok(());
    }
    let reason = "units that are held and of which the old database has no purchase: they count as brought in before its first row, at the broker's average price";
    teller.remark("openings", reason, missing.join(", "))
}

fn known(facts: &[Located]) -> HashMap<(Option<Identity>, Identity), Known> {
    let mut known: HashMap<_, Known> = HashMap::new();
    for Located { fact, .. } in facts {
        let Fact::Transaction(told) = fact else { continue };
        let known =
            known.entry((told.broker_account.clone(), told.instrument.clone())).or_default();
        known.units = known.units.saturating_add(told.quantity);
        known.first = Some(known.first.map_or(told.at.date, |first| first.min(told.at.date)));
    }
    known
}

fn opening(
    position: &Position,
    units: Decimal,
    average_price: Option<Decimal>,
    first: Date,
) -> Result<Transaction, MigrationError> {
    let account = position.broker_account.as_ref().map_or("", Identity::as_str);
    let named = format!("opening:{}:{}", visible(account), position.instrument);
    let price = average_price.filter(|price| *price > Decimal::ZERO);
    Ok(Transaction {
        identity: identity(&named)?,
        broker_account: position.broker_account.clone(),
        instrument: position.instrument.clone(),
        kind: TransactionKind::TransferIn,
        at: Moment::day(first.checked_sub(1.day()).unwrap_or(first)),
        settlement_date: None,
        quantity: units,
        price,
        price_currency: price.and(position.price_currency.or(position.cost.map(|it| it.currency))),
        amount: None,
        accrued: None,
        fees: Vec::new(),
        settled: None,
        exchange_rate: None,
        order: None,
        group: None,
        venue: None,
        description: Some("Held before the first row of the old database".to_owned()),
    })
}
