//! Two accounts of the same thing, such as an old reader's and a new one's: on which days, and in which
//! figures, they differ.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::account::AccountName;
use crate::dividends::paid;
use crate::fees::fees;
use crate::holdings::Terms;
use crate::instrument::Instrument;
use crate::ledger::{Book, Ledger};
use crate::money::{Currency, round};
use crate::performance::value_history;

/// What is compared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Figure {
    /// In the base currency.
    Value,
    /// Net, so far, in the base currency.
    Contributions,
    Cash(Currency),
    /// Of an instrument, by its ISIN, symbol or name: what it is called may differ.
    Units(String),
    /// Received so far, before taxes.
    Dividends(Currency),
    /// Withheld from dividends so far.
    Taxes(Currency),
    /// Paid so far.
    Fees(Currency),
}

/// Days on which the two say the same two things.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub figure: Figure,
    pub from: Date,
    pub through: Date,
    /// None where there is no value.
    pub left: Option<Decimal>,
    pub right: Option<Decimal>,
}

/// A figure over time: what it is from each day on, until the next.
type Course = BTreeMap<Date, Option<Decimal>>;

/// Where the two differ, figure by figure and oldest first, up to and with `as_of` of the terms.
#[must_use]
pub fn differences(
    account: &AccountName,
    (left, left_terms): (&Ledger, Terms<'_>),
    (right, right_terms): (&Ledger, Terms<'_>),
) -> Vec<Difference> {
    let as_of = left_terms.as_of;
    let (left, right) = (courses(account, left, left_terms), courses(account, right, right_terms));
    let figures: BTreeSet<&Figure> = left.keys().chain(right.keys()).collect();
    let nothing = Course::new();
    let of = |courses: &'_ BTreeMap<Figure, Course>, figure| {
        courses.get(figure).unwrap_or(&nothing).clone()
    };
    let each = figures
        .into_iter()
        .map(|figure| (figure, between(&of(&left, figure), &of(&right, figure), as_of)));
    each.flat_map(|(figure, ranges)| {
        ranges.into_iter().map(|(from, through, left, right)| Difference {
            figure: figure.clone(),
            from,
            through,
            left,
            right,
        })
    })
    .collect()
}

type Range = (Date, Date, Option<Decimal>, Option<Decimal>);

/// Ranges of days on which two courses differ. Before its first day a figure is zero.
fn between(left: &Course, right: &Course, as_of: Date) -> Vec<Range> {
    let days: BTreeSet<Date> =
        left.keys().chain(right.keys()).copied().filter(|day| *day <= as_of).collect();
    let mut ranges: Vec<Range> = Vec::new();
    let mut now = (Some(Decimal::ZERO), Some(Decimal::ZERO));
    let mut since = None;
    let mut end = |since: Option<Date>, now: (Option<Decimal>, Option<Decimal>), through| {
        if let Some(from) = since {
            ranges.push((from, through, now.0, now.1));
        }
    };
    for day in days {
        let next =
            (left.get(&day).copied().unwrap_or(now.0), right.get(&day).copied().unwrap_or(now.1));
        if next != now {
            end(since, now, day.yesterday().unwrap_or(day));
            since = (next.0 != next.1).then_some(day);
            now = next;
        }
    }
    end(since, now, as_of);
    ranges
}

fn courses(account: &AccountName, ledger: &Ledger, terms: Terms<'_>) -> BTreeMap<Figure, Course> {
    let places = terms.base.decimal_places();
    let rounded = |figure: &crate::figure::Figure| {
        figure.as_ref().ok().map(|amount| round(*amount, places).normalize())
    };
    let mut courses: BTreeMap<Figure, Course> = BTreeMap::new();
    for day in value_history(ledger, Some(account), None, terms) {
        courses.entry(Figure::Value).or_default().insert(day.date, rounded(&day.value));
        let contributions = courses.entry(Figure::Contributions).or_default();
        contributions.insert(day.date, rounded(&day.contributions));
    }
    let mut changes: BTreeMap<(Figure, Date), Decimal> = BTreeMap::new();
    let mut change = |figure: Figure, date: Date, amount: Decimal| {
        let sum = changes.entry((figure, date)).or_default();
        *sum = sum.saturating_add(amount);
    };
    for book in ledger.books_of(Some(account)) {
        told(ledger, book, &mut change);
    }
    let mut sums: BTreeMap<Figure, Decimal> = BTreeMap::new();
    for ((figure, date), amount) in changes {
        let sum = sums.entry(figure.clone()).or_default();
        *sum = sum.saturating_add(amount);
        courses.entry(figure).or_default().insert(date, Some(sum.normalize()));
    }
    courses
}

/// All that changes cash, units and running totals.
fn told(ledger: &Ledger, book: &Book, change: &mut impl FnMut(Figure, Date, Decimal)) {
    for flow in book.cash_flows() {
        change(Figure::Cash(flow.money.currency), flow.date, flow.money.amount);
    }
    for booked in &book.transactions {
        let of = name(&ledger.instruments[booked.instrument]);
        change(Figure::Units(of), booked.transaction.at.date, booked.units);
    }
    for dividend in paid(book) {
        let date = dividend.at.date;
        // A sum that can't be told is none that could differ.
        let gross = dividend.gross.unwrap_or_default();
        change(Figure::Dividends(dividend.currency), date, gross);
        change(Figure::Taxes(dividend.currency), date, dividend.tax);
    }
    for fee in fees(book) {
        change(Figure::Fees(fee.money.currency), fee.at.date, fee.money.amount);
    }
}

fn name(instrument: &Instrument) -> String {
    let isin = instrument.isin.map(|isin| isin.to_string());
    let symbol = || instrument.symbol.clone();
    isin.or_else(symbol).unwrap_or_else(|| instrument.label().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn check(left: &[(i8, i64)], right: &[(i8, i64)], expected: &[(i8, i8, i64, i64)]) {
        let course = |told: &[(i8, i64)]| -> Course {
            told.iter().map(|(day, sum)| (date(2024, 1, *day), Some(Decimal::from(*sum)))).collect()
        };
        let found = between(&course(left), &course(right), date(2024, 1, 20));
        let expected: Vec<Range> = expected
            .iter()
            .map(|(from, through, left, right)| {
                let sum = |sum: &i64| Some(Decimal::from(*sum));
                (date(2024, 1, *from), date(2024, 1, *through), sum(left), sum(right))
            })
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn days_on_which_the_same_two_things_are_said_are_one_range() {
        check(&[(3, 10)], &[(3, 10)], &[]);
        check(&[(3, 10)], &[(5, 10)], &[(3, 4, 10, 0)]);
        check(&[(3, 10), (8, 20)], &[(3, 11), (8, 20)], &[(3, 7, 10, 11)]);
        check(&[(3, 10), (8, 20)], &[(3, 11)], &[(3, 7, 10, 11), (8, 20, 20, 11)]);
        check(&[(3, 10), (5, 10)], &[(3, 11)], &[(3, 20, 10, 11)]);
        check(&[(25, 10)], &[], &[]);
    }
}
