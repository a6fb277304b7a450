//! Value over time: every calendar day, from columns that are walked once.
//!
//! Units, cash, prices and splits are lists in the order of their days, each with a place up to which
//! it has been read, so that a day costs what changed on it and a sum over what is held.

use std::collections::HashMap;

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::columns::{Position, Purse};
use super::scope::{Changes, Scope};
use super::series::{Day, Series, days_between};
use crate::account::AccountName;
use crate::figure::{Figure, NoValue, Sum};
use crate::holdings::Terms;
use crate::ledger::{InstrumentIndex, Ledger};
use crate::money::{Currency, Money};

/// Days after which a price or an exchange rate is called old: a week, so that no weekend with
/// holidays around it is.
pub const MOST_AGE: i32 = 7;

/// What a value rests on that is older than [`MOST_AGE`] days.
///
/// The value is told nevertheless, with its age: what is never quoted, such as a fund that is valued
/// once a month or a share that was delisted, would otherwise take the whole portfolio's value along,
/// and a return could not be linked beyond the gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stale {
    pub what: Told,
    /// The day of the price or the rate.
    pub since: Date,
    pub days: i32,
}

/// A price or an exchange rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    Price(InstrumentIndex),
    Rate(Currency),
}

/// The end of one calendar day, in the base currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayValue {
    pub date: Date,
    pub value: Figure,
    /// Net contributions up to and with this day.
    pub contributions: Figure,
    /// The oldest price or rate that the value rests on, if it is older than [`MOST_AGE`] days.
    pub stale: Option<Stale>,
}

/// Every calendar day from the first fact to `terms.as_of`, or from `from` if that is later.
///
/// Prices and rates are those last known on each day.
#[must_use]
pub fn value_history(
    ledger: &Ledger,
    account: Option<&AccountName>,
    from: Option<Date>,
    terms: Terms<'_>,
) -> Vec<DayValue> {
    let scope = account.map_or(Scope::Portfolio, Scope::Account);
    let changes = scope.changes(ledger, terms);
    let Some((first, values)) = values(ledger, &changes, terms) else { return Vec::new() };
    let flows = changes.flows;
    let (mut put_in, mut read) = (Sum::default(), 0);
    let mut days = Vec::with_capacity(values.len());
    for (date, (value, stale)) in first.series(jiff::Span::new().days(1)).zip(values) {
        while let Some((_, amount)) = flows.get(read).filter(|(day, _)| *day <= date) {
            put_in.add(amount.clone());
            read += 1;
        }
        if from.is_none_or(|from| from <= date) {
            days.push(DayValue { date, value, contributions: put_in.figure(), stale });
        }
    }
    days
}

impl Series {
    /// Values and flows of the whole portfolio, an account or a holding, up to `terms.as_of`.
    #[must_use]
    pub fn of(ledger: &Ledger, scope: Scope<'_>, terms: Terms<'_>) -> Self {
        Self::from_changes(ledger, &scope.changes(ledger, terms), terms)
    }

    /// Those of each instrument that was ever held, in one account or in all.
    #[must_use]
    pub fn of_holdings(
        ledger: &Ledger,
        account: Option<&AccountName>,
        terms: Terms<'_>,
    ) -> Vec<(InstrumentIndex, Self)> {
        let all = Scope::of_each_holding(ledger, account, terms).into_iter();
        all.map(|(place, changes)| (place, Self::from_changes(ledger, &changes, terms))).collect()
    }

    fn from_changes(ledger: &Ledger, changes: &Changes, terms: Terms<'_>) -> Self {
        let told = values(ledger, changes, terms);
        let (first, values) = told.unwrap_or((terms.as_of, Vec::new()));
        let mut days: Vec<Day> = values.into_iter().map(|(value, _)| Day::quiet(value)).collect();
        for (date, amount) in &changes.flows {
            let place = usize::try_from(days_between(first, *date)).unwrap_or(usize::MAX);
            if let Some(day) = days.get_mut(place) {
                day.add(amount);
            }
        }
        Self::new(first, days)
    }
}

/// A value, and what of it is old.
type Valued = (Figure, Option<Stale>);

/// The first day, and the value at the end of it and of each day that follows. None where nothing
/// ever happened.
fn values(ledger: &Ledger, changes: &Changes, terms: Terms<'_>) -> Option<(Date, Vec<Valued>)> {
    let mut columns = Columns::new(ledger, changes, terms);
    let first =
        changes.first.into_iter().chain(changes.flows.first().map(|(date, _)| *date)).min()?;
    let n_days = usize::try_from(days_between(first, terms.as_of) + 1).unwrap_or_default();
    let mut values = Vec::with_capacity(n_days);
    for date in first.series(jiff::Span::new().days(1)).take(n_days) {
        columns.read_up_to(date);
        values.push(columns.total(date));
    }
    Some((first, values))
}

/// All that changes, and what it has come to.
struct Columns<'a> {
    terms: Terms<'a>,
    /// Changes of units by day and place in `positions`, oldest last, so that the next can be popped.
    units: Vec<(Date, usize, Decimal)>,
    positions: Vec<Position<'a>>,
    /// Changes of cash by day and place in `purses`, oldest last.
    cash: Vec<(Date, usize, Decimal)>,
    purses: Vec<Purse>,
}

impl<'a> Columns<'a> {
    fn new(ledger: &'a Ledger, changes: &Changes, terms: Terms<'a>) -> Self {
        let (mut positions, mut purses) = (Vec::new(), Vec::new());
        let mut position_of: Vec<Option<usize>> = vec![None; ledger.instruments.len()];
        let mut purse_of: HashMap<Currency, usize> = HashMap::new();
        let units = changes.units.iter().map(|&(date, instrument, quantity)| {
            let place = *position_of[instrument].get_or_insert_with(|| {
                positions.push(Position::new(ledger, instrument));
                positions.len() - 1
            });
            (date, place, quantity)
        });
        let mut units: Vec<(Date, usize, Decimal)> = units.collect();
        let cash = changes.cash.iter().map(|flow| {
            let place = purse(&mut purse_of, &mut purses, flow.money.currency);
            (flow.date, place, flow.money.amount)
        });
        let mut cash: Vec<(Date, usize, Decimal)> = cash.collect();
        for position in &mut positions {
            for currency in position.currencies() {
                position.pays_into(currency, purse(&mut purse_of, &mut purses, currency));
            }
        }
        units.sort_by_key(|(date, ..)| std::cmp::Reverse(*date));
        cash.sort_by_key(|(date, ..)| std::cmp::Reverse(*date));
        Self { terms, units, positions, cash, purses }
    }

    fn read_up_to(&mut self, date: Date) {
        while let Some((_, place, change)) = self.units.pop_if(|(day, ..)| *day <= date) {
            self.positions[place].change(change);
        }
        while let Some((_, place, change)) = self.cash.pop_if(|(day, ..)| *day <= date) {
            self.purses[place].cash = self.purses[place].cash.saturating_add(change);
        }
        for position in &mut self.positions {
            position.read_up_to(date);
        }
    }

    /// What everything is worth at the end of `date`, and the oldest that this rests on.
    fn total(&mut self, date: Date) -> Valued {
        let mut total = Sum::default();
        let mut oldest: Option<(Date, Told)> = None;
        let mut rests_on = |since: Date, what: Told| {
            if oldest.is_none_or(|(known, _)| since < known) {
                oldest = Some((since, what));
            }
        };
        for purse in &mut self.purses {
            purse.sum = Some(purse.cash);
        }
        for position in self.positions.iter().filter(|position| position.is_held()) {
            match position.worth(date) {
                Ok((place, amount, since)) => {
                    let purse = &mut self.purses[place];
                    purse.sum = purse.sum.and_then(|sum| sum.checked_add(amount));
                    rests_on(since, Told::Price(position.instrument));
                }
                Err(reason) => total.add(Err(reason)),
            }
        }
        for purse in &self.purses {
            let Some(sum) = purse.sum else {
                total.add(Err(NoValue::OutOfRange));
                continue;
            };
            let money = Money::new(sum, purse.currency);
            match self.terms.rates.convert_dated(money, self.terms.base, date) {
                Ok(converted) => {
                    total.add(Ok(converted.amount));
                    if let Some(day) = converted.rate_day {
                        rests_on(day, Told::Rate(purse.currency));
                    }
                }
                Err(reason) => total.add(Err(reason)),
            }
        }
        let stale =
            oldest.map(|(since, what)| Stale { what, since, days: days_between(since, date) });
        (total.figure(), stale.filter(|stale| stale.days > MOST_AGE))
    }
}

/// The place of a currency's purse, a new one if need be.
fn purse(
    places: &mut HashMap<Currency, usize>,
    purses: &mut Vec<Purse>,
    currency: Currency,
) -> usize {
    let currency = currency.major().0;
    *places.entry(currency).or_insert_with(|| {
        purses.push(Purse { currency, cash: Decimal::ZERO, sum: None });
        purses.len() - 1
    })
}
