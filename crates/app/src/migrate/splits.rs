//! Splits that a broker's rows don't tell and Yahoo does, where the broker's own position bears them out.

use std::collections::HashMap;

use jiff::civil::Date;
use rust_decimal::Decimal;
use stonks_core::fact::{Fact, Identity, Located, Location};
use stonks_core::instrument::Instrument;
use stonks_core::moment::Moment;
use stonks_core::transaction::{Transaction, TransactionKind};

use super::MigrationError;
use super::openings::Held;
use super::teller::{Teller, identity, visible};
use super::yahoo::Yahoo;

/// The rows that change the units of one instrument, the oldest first: when, and by how much.
type Changes = Vec<(Date, Decimal)>;

/// Tells the splits of what is held where, with them, the rows add up to the position, and without
/// them they don't.
pub(super) fn tell(
    held: &[Held],
    yahoo: &mut Yahoo,
    teller: &mut Teller,
) -> Result<(), MigrationError> {
    let mut found = Vec::new();
    for Held { position, .. } in held {
        let Some((instrument, changes)) = rows_of(&teller.told.facts, position) else { continue };
        let Some(symbol) = instrument.symbol.clone() else { continue };
        let splits: Vec<_> =
            yahoo.splits(&symbol).iter().filter(|it| it.date <= position.date).collect();
        let mut units = Decimal::ZERO;
        let mut told = Vec::new();
        let mut rest = changes.as_slice();
        for split in splits {
            let behind = rest.partition_point(|(date, _)| *date < split.date);
            units += rest[..behind].iter().map(|(_, change)| change).sum::<Decimal>();
            rest = &rest[behind..];
            let change = (units * (split.ratio - Decimal::ONE)).normalize();
            if !change.is_zero() {
                told.push((split.date, change));
                units += change;
            }
        }
        units += rest.iter().map(|(_, change)| change).sum::<Decimal>();
        if !told.is_empty() && units == position.quantity {
            found.push((symbol, position.clone(), told));
        }
    }
    for (symbol, position, told) in found {
        yahoo.told_splits(&symbol);
        for (date, change) in told {
            let of_account = position.broker_account.as_ref().map_or("", Identity::as_str);
            let named = format!("split:{}:{}:{date}", visible(of_account), position.instrument);
            let location = Location {
                line: None,
                path: Some(format!("yfinance_stock_splits symbol {symbol} {date}").into()),
            };
            teller.tell(
                Fact::Transaction(split(identity(&named)?, &position, date, change)),
                location,
            );
        }
    }
    Ok(())
}

fn rows_of<'a>(
    facts: &'a [Located],
    position: &stonks_core::cash::Position,
) -> Option<(&'a Instrument, Changes)> {
    let instrument = facts.iter().find_map(|located| match &located.fact {
        Fact::Instrument(told) if told.identity == position.instrument => Some(told),
        _ => None,
    })?;
    let mut by_day: HashMap<Date, Decimal> = HashMap::new();
    for located in facts {
        let Fact::Transaction(told) = &located.fact else { continue };
        if told.instrument == position.instrument && told.broker_account == position.broker_account
        {
            // What the broker tells itself isn't told twice.
            if told.kind == TransactionKind::Split {
                return None;
            }
            *by_day.entry(told.at.date).or_default() += told.quantity;
        }
    }
    let mut changes: Changes = by_day.into_iter().collect();
    changes.sort_by_key(|(date, _)| *date);
    Some((instrument, changes))
}

fn split(
    identity: Identity,
    position: &stonks_core::cash::Position,
    date: Date,
    change: Decimal,
) -> Transaction {
    Transaction {
        identity,
        broker_account: position.broker_account.clone(),
        instrument: position.instrument.clone(),
        kind: TransactionKind::Split,
        at: Moment::day(date),
        settlement_date: None,
        quantity: change,
        price: None,
        price_currency: None,
        amount: None,
        accrued: None,
        fees: Vec::new(),
        settled: None,
        exchange_rate: None,
        order: None,
        group: None,
        venue: None,
        description: Some(
            "By Yahoo's list of splits, and the units that the broker says are held".to_owned(),
        ),
    }
}
