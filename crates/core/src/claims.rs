//! What brokers claim against what follows from their facts: cash and units, at the last day for
//! which they claim anything.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::cash::DaySide;
use crate::ledger::{Book, InstrumentIndex};
use crate::money::Currency;
use crate::statement::Source;

/// What is claimed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    Cash(Currency),
    Units(InstrumentIndex),
}

/// A claim, and what follows from the facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim<'a> {
    pub subject: Subject,
    /// At the end of this day.
    pub date: Date,
    pub claimed: Decimal,
    pub computed: Decimal,
    pub source: &'a Source,
}

impl Claim<'_> {
    /// Whether facts and claim agree.
    #[must_use]
    pub fn agrees(&self) -> bool {
        self.claimed == self.computed
    }
}

/// The last claim about each currency and each instrument of a book, up to `as_of`.
#[must_use]
pub fn claims(book: &Book, as_of: Date) -> Vec<Claim<'_>> {
    let mut last: BTreeMap<Subject, (Date, Decimal, &Source)> = BTreeMap::new();
    let cash = book.balances.iter().filter(|told| told.fact.side == DaySide::Closing).map(|told| {
        let money = told.fact.money.in_major_unit();
        (Subject::Cash(money.currency), told.fact.date, money.amount, &told.source)
    });
    let units = book.positions.iter().map(|told| {
        (Subject::Units(told.instrument), told.fact.date, told.fact.quantity, &told.source)
    });
    for (subject, date, claimed, source) in cash.chain(units).filter(|(_, date, ..)| *date <= as_of)
    {
        let is_later = last.get(&subject).is_none_or(|(known, ..)| *known <= date);
        if is_later {
            last.insert(subject, (date, claimed, source));
        }
    }
    last.into_iter()
        .map(|(subject, (date, claimed, source))| {
            let computed = match subject {
                Subject::Cash(currency) => cash_at(book, currency, date),
                Subject::Units(instrument) => units_at(book, instrument, date),
            };
            Claim { subject, date, claimed, computed, source }
        })
        .collect()
}

fn cash_at(book: &Book, currency: Currency, date: Date) -> Decimal {
    book.cash(date).and_then(|balances| balances.get(&currency).copied()).unwrap_or_default()
}

fn units_at(book: &Book, instrument: InstrumentIndex, date: Date) -> Decimal {
    book.transactions
        .iter()
        .filter(|booked| booked.instrument == instrument && booked.transaction.at.date <= date)
        .fold(Decimal::ZERO, |units, booked| units.saturating_add(booked.units))
}
