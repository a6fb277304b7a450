//! The common input of all returns: values day by day, and the money that went in and out.

use jiff::Span;
use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::figure::{Figure, NoValue, both, difference, sum};

/// One calendar day of a [`Series`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    /// At the end of the day.
    pub value: Figure,
    /// Put in; not negative. Counts from the start of the day.
    pub inflow: Figure,
    /// Taken out; not negative. Counts until the end of the day.
    pub outflow: Figure,
}

impl Day {
    /// A day with nothing put in or taken out.
    #[must_use]
    pub const fn quiet(value: Figure) -> Self {
        Self { value, inflow: Ok(Decimal::ZERO), outflow: Ok(Decimal::ZERO) }
    }

    /// Adds a flow: positive for what was put in.
    pub fn add(&mut self, flow: &Figure) {
        let (side, amount) = match flow {
            Ok(amount) if *amount < Decimal::ZERO => (&mut self.outflow, Ok(-*amount)),
            Ok(amount) => (&mut self.inflow, Ok(*amount)),
            Err(reason) => (&mut self.inflow, Err(reason.clone())),
        };
        *side = both(side, &amount, sum);
    }

    /// What was put in less what was taken out.
    pub(crate) fn net(&self) -> Figure {
        difference(self.inflow.clone()?, self.outflow.clone()?)
    }
}

/// The days behind `after` up to and with `through`: half open, so that periods that follow each
/// other share no day, and the value at the end of `after` is that with which the period begins.
///
/// Source: Portfolio Performance, reporting periods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Period {
    pub after: Date,
    pub through: Date,
}

impl Period {
    #[must_use]
    pub const fn new(after: Date, through: Date) -> Self {
        Self { after, through }
    }

    /// Calendar days.
    #[must_use]
    pub fn n_days(&self) -> i32 {
        days_between(self.after, self.through)
    }

    #[must_use]
    pub fn contains(&self, date: Date) -> bool {
        self.after < date && date <= self.through
    }
}

/// Calendar days from one date to another; negative if the other is earlier.
pub(crate) fn days_between(from: Date, to: Date) -> i32 {
    // Dates reach from −9999 to 9999: 7.3 million days.
    i32::try_from(to.duration_since(from).as_hours() / 24).unwrap_or(i32::MAX)
}

/// Every calendar day from a first one on. Before it there is nothing: no value and no flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    first: Date,
    days: Vec<Day>,
}

impl Series {
    #[must_use]
    pub const fn new(first: Date, days: Vec<Day>) -> Self {
        Self { first, days }
    }

    /// From values of some days and flows (positive: put in), for every day from the first of either
    /// to `through`.
    ///
    /// On a day without a value the one before holds, changed by what was put in and taken out: what
    /// isn't valued brings no return.
    #[must_use]
    pub fn carried(values: &[(Date, Decimal)], flows: &[(Date, Decimal)], through: Date) -> Self {
        let dates = || values.iter().chain(flows).map(|(date, _)| *date);
        let first = dates().min().unwrap_or(through);
        let n_days = usize::try_from(days_between(first, through) + 1).unwrap_or_default();
        let mut days = vec![Day::quiet(Ok(Decimal::ZERO)); n_days];
        let place = |date| usize::try_from(days_between(first, date)).unwrap_or(usize::MAX);
        for (date, amount) in flows {
            if let Some(day) = days.get_mut(place(*date)) {
                day.add(&Ok(*amount));
            }
        }
        let mut told = vec![None; n_days];
        for (date, value) in values {
            if let Some(told) = told.get_mut(place(*date)) {
                *told = Some(*value);
            }
        }
        let mut value: Figure = Ok(Decimal::ZERO);
        for (day, told) in days.iter_mut().zip(told) {
            value = told.map_or_else(|| sum(value.clone()?, day.net()?), Ok);
            day.value = value.clone();
        }
        Self { first, days }
    }

    /// The first day of which anything is told.
    #[must_use]
    pub const fn first(&self) -> Date {
        self.first
    }

    /// The days before `date`; none where there is none.
    pub(super) fn before(mut self, date: Date) -> Option<Self> {
        let n_days = usize::try_from(days_between(self.first, date)).unwrap_or_default();
        self.days.truncate(n_days);
        (!self.days.is_empty()).then_some(self)
    }

    /// Adds days behind the last.
    pub(super) fn extend(&mut self, days: impl Iterator<Item = Day>) {
        self.days.extend(days);
    }

    /// Adds a flow, where its day is told.
    pub(super) fn add(&mut self, date: Date, flow: &Figure) {
        let place = usize::try_from(days_between(self.first, date)).unwrap_or(usize::MAX);
        if let Some(day) = self.days.get_mut(place) {
            day.add(flow);
        }
    }

    /// The last day; none where there are no days at all.
    #[must_use]
    pub fn last(&self) -> Option<Date> {
        let behind = i32::try_from(self.days.len()).ok()?.checked_sub(1)?;
        self.first.checked_add(Span::new().days(behind)).ok().filter(|_| behind >= 0)
    }

    /// From the first day to the last.
    #[must_use]
    pub fn whole(&self) -> Option<Period> {
        Some(Period::new(self.first.yesterday().ok()?, self.last()?))
    }

    /// The days with their dates.
    pub fn days(&self) -> impl Iterator<Item = (Date, &Day)> {
        self.first.series(Span::new().days(1)).zip(&self.days)
    }

    /// The value at the end of `date`: zero before the first day.
    ///
    /// # Errors
    /// Where the value of that day isn't known, or the day is past the last.
    pub fn value(&self, date: Date) -> Figure {
        match usize::try_from(days_between(self.first, date)) {
            Err(_) => Ok(Decimal::ZERO),
            Ok(place) => self
                .days
                .get(place)
                .map_or(Err(NoValue::NoDays { after: date, through: date }), |day| {
                    day.value.clone()
                }),
        }
    }

    /// The days of a period that are told, with their dates, and the value before the first of them.
    ///
    /// # Errors
    /// Where no day of the period is told, or the value with which it begins isn't known.
    pub(crate) fn within(
        &self,
        period: Period,
    ) -> Result<(Decimal, impl Iterator<Item = (Date, &Day)> + Clone), NoValue> {
        let nothing = || NoValue::NoDays { after: period.after, through: period.through };
        let place = |date| {
            usize::try_from(days_between(self.first, date) + 1)
                .unwrap_or_default()
                .min(self.days.len())
        };
        let (from, to) = (place(period.after), place(period.through));
        if from >= to {
            return Err(nothing());
        }
        let start =
            self.first.checked_add(Span::new().days(i64::try_from(from).unwrap_or(i64::MAX)));
        let start = start.map_err(|_| nothing())?;
        let before = if from == 0 { Decimal::ZERO } else { self.days[from - 1].value.clone()? };
        Ok((before, start.series(Span::new().days(1)).zip(&self.days[from..to])))
    }

    /// What was gained over a period: the change in value that isn't due to what was put in and taken
    /// out.
    ///
    /// # Errors
    /// Where a value or a flow of the period isn't known.
    pub fn gain(&self, period: Period) -> Figure {
        let (before, days) = self.within(period)?;
        let (mut put_in, mut end) = (Decimal::ZERO, Ok(before));
        for (_, day) in days {
            put_in = sum(put_in, day.net()?)?;
            end.clone_from(&day.value);
        }
        difference(difference(end?, before)?, put_in)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn what_is_not_valued_brings_no_return() {
        let series = Series::carried(
            &[(date(2024, 1, 5), 220.into())],
            &[(date(2024, 1, 1), 100.into()), (date(2024, 1, 3), 100.into())],
            date(2024, 1, 6),
        );
        let values: Vec<Decimal> =
            series.days().map(|(_, day)| day.value.clone().unwrap()).collect();
        assert_eq!(values, [100, 100, 200, 200, 220, 220].map(Decimal::from));
        let whole = series.whole().unwrap();
        assert_eq!(series.gain(whole), Ok(20.into()));
        assert_eq!((whole.n_days(), series.last()), (6, Some(date(2024, 1, 6))));
    }

    #[test]
    fn a_period_without_a_day_says_so() {
        let series = Series::carried(&[(date(2024, 1, 1), 1.into())], &[], date(2024, 1, 2));
        let check = |after, through, expected| {
            assert_eq!(series.gain(Period::new(after, through)).is_ok(), expected);
        };
        check(date(2023, 1, 1), date(2024, 1, 1), true);
        check(date(2024, 1, 2), date(2024, 1, 3), false);
        check(date(2024, 1, 1), date(2024, 1, 1), false);
        check(date(2024, 1, 2), date(2024, 1, 1), false);
        check(date(2022, 1, 1), date(2023, 1, 1), false);
    }
}
