//! Value over time: every calendar day, from columns that are walked once.
//!
//! Units, cash, prices and splits are lists in the order of their days, each with a place up to which
//! it has been read, so that a day costs what changed on it and a sum over what is held.

use std::collections::{BTreeSet, HashMap};

use jiff::civil::Date;
use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};
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
    let days = value_history_since(ledger, account, terms, (Vec::new(), Date::MIN));
    days.into_iter().filter(|day| from.is_none_or(|from| from <= day.date)).collect()
}

/// The same from the first fact on, where `known` are days of the same account and the same terms, of which
/// those before a day still hold.
#[must_use]
pub fn value_history_since(
    ledger: &Ledger,
    account: Option<&AccountName>,
    terms: Terms<'_>,
    known: (Vec<DayValue>, Date),
) -> Vec<DayValue> {
    let scope = account.map_or(Scope::Portfolio, Scope::Account);
    let (mut days, mut since) = known;
    days.truncate(days.partition_point(|day| day.date < since));
    let mut put_in = Sum::default();
    match days.last().map(|day| &day.contributions) {
        Some(Ok(known)) => put_in.add(Ok(*known)),
        // Nothing to go on with: from the first day.
        Some(Err(_)) | None => (days, since) = (Vec::new(), Date::MIN),
    }
    let changes = scope.changes(ledger, terms, since);
    let Some((first, values)) = values(ledger, &changes, terms, since) else { return days };
    let (flows, mut read) = (changes.flows, 0);
    for (date, (value, stale)) in first.series(jiff::Span::new().days(1)).zip(values) {
        while let Some((_, amount)) = flows.get(read).filter(|(day, _)| *day <= date) {
            put_in.add(amount.clone());
            read += 1;
        }
        days.push(DayValue { date, value, contributions: put_in.figure(), stale });
    }
    days
}

impl Series {
    /// Values and flows of the whole portfolio, an account or a holding, up to `terms.as_of`.
    #[must_use]
    pub fn of(ledger: &Ledger, scope: Scope<'_>, terms: Terms<'_>) -> Self {
        Self::since(ledger, scope, terms, None)
    }

    /// The same, where `known` is a series of the same scope and the same terms, of which the days before a
    /// day still hold.
    #[must_use]
    pub fn since(
        ledger: &Ledger,
        scope: Scope<'_>,
        terms: Terms<'_>,
        known: Option<(Self, Date)>,
    ) -> Self {
        let known = known.and_then(|(series, since)| series.before(since));
        let changes = scope.changes(ledger, terms, Self::continued_on(known.as_ref()));
        Self::from_changes(ledger, &changes, terms, known)
    }

    /// Those of each instrument that was ever held, in one account or in all.
    #[must_use]
    pub fn of_holdings(
        ledger: &Ledger,
        account: Option<&AccountName>,
        terms: Terms<'_>,
    ) -> Vec<(InstrumentIndex, Self)> {
        Self::of_holdings_since(ledger, account, terms, (Vec::new(), Date::MIN))
    }

    /// The same, where `known` are those of the same account and the same terms, of which the days before a
    /// day still hold.
    #[must_use]
    pub fn of_holdings_since(
        ledger: &Ledger,
        account: Option<&AccountName>,
        terms: Terms<'_>,
        known: (Vec<(InstrumentIndex, Self)>, Date),
    ) -> Vec<(InstrumentIndex, Self)> {
        let (all, since) = known;
        let holding = all.into_iter().filter_map(|(it, series)| Some((it, series.before(since)?)));
        let mut known: HashMap<InstrumentIndex, Self> = holding.collect();
        let since = |instrument: InstrumentIndex| Self::continued_on(known.get(&instrument));
        let all: Vec<(InstrumentIndex, Changes)> =
            Scope::of_each_holding(ledger, account, terms, since);
        let all: Vec<_> =
            all.into_iter().map(|(it, changes)| (it, changes, known.remove(&it))).collect();
        let all = all.into_par_iter().map(|(instrument, changes, known)| {
            (instrument, Self::from_changes(ledger, &changes, terms, known))
        });
        all.collect()
    }

    /// The first day that isn't known; of all where none is.
    fn continued_on(known: Option<&Self>) -> Date {
        known.and_then(Self::last).map_or(Date::MIN, |last| last.tomorrow().unwrap_or(Date::MAX))
    }

    /// The days of `known`, and those from there on.
    fn from_changes(
        ledger: &Ledger,
        changes: &Changes,
        terms: Terms<'_>,
        known: Option<Self>,
    ) -> Self {
        let since = Self::continued_on(known.as_ref());
        let told = values(ledger, changes, terms, since);
        let (from, values) = told.unwrap_or((terms.as_of, Vec::new()));
        let mut series = known.unwrap_or_else(|| Self::new(from, Vec::new()));
        series.extend(values.into_iter().map(|(value, _)| Day::quiet(value)));
        for (date, amount) in &changes.flows {
            series.add(*date, amount);
        }
        series
    }
}

/// A value, and what of it is old.
type Valued = (Figure, Option<Stale>);

/// The first day, and the value at the end of it and of each day that follows: the day `since`, or the
/// first of all where that is none. None where nothing ever happened.
fn values(
    ledger: &Ledger,
    changes: &Changes,
    terms: Terms<'_>,
    since: Date,
) -> Option<(Date, Vec<Valued>)> {
    let mut columns = Columns::new(ledger, changes, terms, since);
    let first_flow = changes.flows.first().map(|(date, _)| *date);
    let first = if since > Date::MIN {
        since
    } else {
        changes.first.into_iter().chain(first_flow).min()?
    };
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
    /// What changed before `since` has happened already.
    fn new(ledger: &'a Ledger, changes: &Changes, terms: Terms<'a>, since: Date) -> Self {
        let mut positions = positions(ledger, changes);
        let mut purses = purses(&positions, changes);
        for position in &mut positions {
            for currency in position.currencies() {
                position.pays_into(currency, place_of(&purses, currency));
            }
        }
        let mut position_of = vec![0; ledger.instruments.len()];
        for (place, position) in positions.iter().enumerate() {
            position_of[position.instrument] = place;
        }
        let mut units = Vec::new();
        for &(date, instrument, change) in &changes.units {
            let place = position_of[instrument];
            if date < since {
                positions[place].change(change);
            } else {
                units.push((date, place, change));
            }
        }
        let mut cash = Vec::new();
        for flow in &changes.cash {
            let (place, change) = (place_of(&purses, flow.money.currency), flow.money.amount);
            if flow.date < since {
                purses[place].change(change);
            } else {
                cash.push((flow.date, place, change));
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
            self.purses[place].change(change);
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

/// One for each instrument that changes, in their order: which of them are there says nothing about the
/// order in which others are summed.
fn positions<'a>(ledger: &'a Ledger, changes: &Changes) -> Vec<Position<'a>> {
    let mut is_changing = vec![false; ledger.instruments.len()];
    for (_, instrument, _) in &changes.units {
        is_changing[*instrument] = true;
    }
    let changing = is_changing.iter().enumerate().filter(|(_, is_changing)| **is_changing);
    changing.map(|(instrument, _)| Position::new(ledger, instrument)).collect()
}

/// One for each currency in which there is cash or a price, in their order.
fn purses(positions: &[Position<'_>], changes: &Changes) -> Vec<Purse> {
    let mut currencies: BTreeSet<Currency> =
        positions.iter().flat_map(Position::currencies).map(|it| it.major().0).collect();
    let mut last = None;
    for currency in changes.cash.iter().map(|flow| flow.money.currency) {
        // One follows the other by the ten thousand.
        if last != Some(currency) {
            currencies.insert(currency.major().0);
            last = Some(currency);
        }
    }
    currencies.into_iter().map(Purse::new).collect()
}

/// The place of a currency's purse: there is one for each.
fn place_of(purses: &[Purse], currency: Currency) -> usize {
    let currency = currency.major().0;
    purses.binary_search_by_key(&currency, |purse| purse.currency).unwrap_or_default()
}
