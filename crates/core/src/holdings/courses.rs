//! What happens to each family of instruments in each book, in its order.

use std::collections::{BTreeMap, VecDeque};

use jiff::civil::Date;

use super::families::Families;
use crate::cash::CashKind;
use crate::ledger::{Book, InstrumentIndex, Ledger, Legs};
use crate::moment::Moment;

/// What happens to a book.
pub(super) enum Happening {
    Transactions(Legs),
    /// Capital comes back: a movement.
    Return(usize),
}

/// A book under way.
#[derive(Default)]
pub(super) struct Course {
    /// What is still to happen, in order.
    pub(super) ahead: VecDeque<Happening>,
    pub(super) is_running: bool,
}

/// The courses of one family, by book.
pub(super) type Courses = BTreeMap<usize, Course>;

/// What happened up to the end of `as_of`, by the first instrument of each family. Of the wanted
/// instruments, which are whole families.
pub(super) fn courses(
    ledger: &Ledger,
    families: &Families,
    as_of: Date,
    is_wanted: impl Fn(InstrumentIndex) -> bool,
) -> BTreeMap<InstrumentIndex, Courses> {
    let mut all: BTreeMap<InstrumentIndex, Courses> = BTreeMap::new();
    for (place, book) in ledger.books.iter().enumerate() {
        for (instrument, happening) in happenings(book, as_of, &is_wanted) {
            let courses = all.entry(families.first(instrument)).or_default();
            courses.entry(place).or_default().ahead.push_back(happening);
        }
    }
    all
}

/// What happened to a book, in order, each with an instrument that it is about.
fn happenings(
    book: &Book,
    as_of: Date,
    is_wanted: impl Fn(InstrumentIndex) -> bool,
) -> Vec<(InstrumentIndex, Happening)> {
    let is_past = |at: Moment| at.date <= as_of;
    let returns = book.movements.iter().enumerate().filter_map(|(index, booked)| {
        let instrument = booked.instrument.filter(|it| is_wanted(*it))?;
        let at = Moment::day(booked.movement.at.date);
        let is_return = booked.movement.kind == CashKind::CapitalReturn && is_past(at);
        is_return.then_some((at, instrument, Happening::Return(index)))
    });
    let mut all: Vec<(Moment, InstrumentIndex, Happening)> = returns.collect();
    let has_returns = !all.is_empty();
    let actions = book.actions(&is_wanted).into_iter().map(|legs| {
        let first = &book.transactions[legs.first];
        (first.transaction.at, first.instrument, Happening::Transactions(legs))
    });
    all.extend(actions.take_while(|(at, ..)| is_past(*at)));
    if has_returns {
        // Capital comes back for the units of before the day's trades.
        all.sort_by_key(|(at, ..)| *at);
    }
    all.into_iter().map(|(_, instrument, happening)| (instrument, happening)).collect()
}
