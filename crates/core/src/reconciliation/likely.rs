//! Which row may be the cause of a difference.

use jiff::ToSpan;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::Serialize;
use strum::Display;

use super::Checked;
use crate::cash::CashKind;
use crate::claims::Subject;
use crate::ledger::{Book, Ledger};
use crate::statement::Source;
use crate::transaction::TransactionKind;

/// What about a row would explain a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Display, Serialize)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Cause {
    /// The row was imported, and the broker's figure is without it.
    NotCountedByBroker,
    /// The broker's figure has one more of it.
    CountedOnceMoreByBroker,
    /// Its sign is the other way round.
    WrongSign,
    /// A cost of it is counted here and not there, or there and not here.
    Cost,
    /// It stands before the balance with which the statements begin, and isn't counted.
    BeforeOpening,
    /// The plugin didn't understand it.
    NotUnderstood,
}

/// A row that may be the cause of a difference.
#[derive(Debug, Clone, PartialEq)]
pub struct Likely<'a> {
    pub cause: Cause,
    pub date: Option<Date>,
    pub what: String,
    pub amount: Option<Decimal>,
    pub source: &'a Source,
}

/// A row as a suspect.
struct Suspect<'a> {
    date: Date,
    amount: Decimal,
    /// Costs that are in the amount, negative.
    costs: Vec<Decimal>,
    what: String,
    is_counted: bool,
    is_understood: bool,
    source: &'a Source,
}

/// So many are named.
const MOST: usize = 3;

/// Days before the first difference in which the cause may lie, where there was no agreement before.
const BACK: i64 = 7;

pub(super) fn likely<'a>(
    ledger: &'a Ledger,
    book: &'a Book,
    subject: Subject,
    (agreed, first): (Option<Date>, &Checked<'_>),
) -> Vec<Likely<'a>> {
    let from = agreed.unwrap_or_else(|| first.date.checked_sub(BACK.days()).unwrap_or(first.date));
    let is_near = |date: Date| from <= date && date <= first.date;
    let difference = first.difference();
    let mut likely: Vec<Likely<'a>> = match subject {
        Subject::Cash(currency) => cash(book, currency),
        Subject::Units(instrument) => units(book, instrument),
    }
    .into_iter()
    .filter(|suspect| is_near(suspect.date))
    .filter_map(|suspect| {
        let cause = suspect.cause(difference)?;
        let Suspect { date, amount, what, source, .. } = suspect;
        Some(Likely { cause, date: Some(date), what, amount: Some(amount), source })
    })
    .collect();
    let notes = ledger.notes.iter().filter(|note| {
        let account = ledger.deliveries[note.source.delivery].account.as_ref();
        account == Some(&book.account) && note.fact.at.is_some_and(|at| is_near(at.date))
    });
    likely.extend(notes.map(|note| Likely {
        cause: Cause::NotUnderstood,
        date: note.fact.at.map(|at| at.date),
        what: format!("{}: {}", note.fact.reason, note.fact.text),
        amount: None,
        source: &note.source,
    }));
    // The nearest day first.
    likely.sort_by_key(|likely| (likely.cause, std::cmp::Reverse(likely.date)));
    likely.truncate(MOST);
    likely
}

impl Suspect<'_> {
    fn cause(&self, difference: Decimal) -> Option<Cause> {
        let amount = self.amount;
        if !self.is_counted {
            return (amount == difference).then_some(Cause::BeforeOpening);
        }
        if amount == -difference {
            return Some(Cause::NotCountedByBroker);
        }
        if amount == difference {
            return Some(Cause::CountedOnceMoreByBroker);
        }
        // Taken out once, and once more the other way.
        if amount.checked_mul(Decimal::TWO) == Some(-difference) {
            return Some(Cause::WrongSign);
        }
        if self.costs.iter().any(|cost| cost.abs() == difference.abs()) {
            return Some(Cause::Cost);
        }
        (!self.is_understood).then_some(Cause::NotUnderstood)
    }
}

fn cash(book: &Book, currency: crate::money::Currency) -> Vec<Suspect<'_>> {
    let begins = book.opening(currency).map(|(date, _)| date);
    let is_counted = |date| begins.is_none_or(|begins| begins <= date);
    let movements = book.movements.iter().filter_map(|booked| {
        let movement = &booked.movement;
        let money = movement.money.in_major_unit();
        let date = movement.at.date;
        let kind = movement.kind.to_string().replace('-', " ");
        (money.currency == currency).then(|| Suspect {
            date,
            amount: money.amount,
            costs: Vec::new(),
            what: movement.description.clone().unwrap_or(kind),
            is_counted: is_counted(date),
            is_understood: movement.kind != CashKind::Other,
            source: &booked.source,
        })
    });
    let unsettled = book.transactions.iter().filter(|booked| !booked.is_settled);
    let transactions = unsettled.flat_map(|booked| {
        let transaction = &booked.transaction;
        let date = transaction.at.date;
        let of_currency = booked.cash.iter().filter(move |money| money.currency == currency);
        of_currency.map(move |money| Suspect {
            date,
            amount: money.amount,
            costs: booked.fees.iter().map(|fee| fee.money.amount).collect(),
            what: transaction.description.clone().unwrap_or_else(|| transaction.kind.to_string()),
            is_counted: is_counted(date),
            is_understood: transaction.kind != TransactionKind::Other,
            source: &booked.source,
        })
    });
    movements.chain(transactions).collect()
}

fn units(book: &Book, instrument: usize) -> Vec<Suspect<'_>> {
    let of_it = book.transactions.iter().filter(|booked| booked.instrument == instrument);
    of_it
        .map(|booked| Suspect {
            date: booked.transaction.at.date,
            amount: booked.units,
            costs: Vec::new(),
            what: booked.transaction.kind.to_string().replace('-', " "),
            is_counted: true,
            is_understood: booked.transaction.kind != TransactionKind::Other,
            source: &booked.source,
        })
        .collect()
}
