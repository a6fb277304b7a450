//! Time-weighted return: how the investment did, whenever money went in or out.
//!
//! Daily linking, as Portfolio Performance's "true time-weighted rate of return": money that is put
//! in counts from the start of its day, money that is taken out until its end, so that a day returns
//! (value at its end + taken out) ÷ (value the day before + put in) − 1. Every calendar day is
//! linked, so that no flow of a weekend or holiday is lost.

#![expect(clippy::float_arithmetic, reason = "ratios; amounts stay decimals up to the division")]

use jiff::civil::Date;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::series::{Day, Period, Series};
use crate::figure::{NoValue, Ratio, difference, sum};

/// Days in a year: Actual/365.
pub(super) const YEAR: f64 = 365.0;

/// When in a day money goes in and out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Timing {
    /// In at the start, out at the end: all that is there on a day takes part in it. The convention
    /// of every figure here.
    #[default]
    StartAndEnd,
    /// At the end, at the day's own prices: what is put in takes part from the next day on. Where
    /// nothing was there before, it takes part from the start.
    ///
    /// Source: fava-portfolio-returns; GIPS, for flows that are valued when they come.
    End,
}

/// What a day returned.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DayReturn {
    pub date: Date,
    pub rate: f64,
    /// Whether anything was invested at all.
    pub is_invested: bool,
    /// Whether anything was gained or lost though nothing was invested: no return can be told of it,
    /// so that it is left out of the chain.
    pub is_unlinked: bool,
}

impl Series {
    /// The return of each day of a period.
    ///
    /// # Errors
    /// Where a value or a flow isn't known, or less than nothing was invested.
    pub fn daily_returns(&self, period: Period) -> Result<Vec<DayReturn>, NoValue> {
        self.daily_returns_by(period, Timing::default())
    }

    /// The return of each day of a period, with money going in and out when `timing` has it.
    ///
    /// # Errors
    /// As [`Self::daily_returns`].
    pub fn daily_returns_by(
        &self,
        period: Period,
        timing: Timing,
    ) -> Result<Vec<DayReturn>, NoValue> {
        let (mut before, days) = self.within(period)?;
        let mut returns = Vec::new();
        for (date, day) in days {
            let end = day.value.clone()?;
            returns.push(day_return(date, before, day, timing)?);
            before = end;
        }
        Ok(returns)
    }

    /// The time-weighted return of a period.
    ///
    /// # Errors
    /// As [`Self::daily_returns`].
    pub fn time_weighted(&self, period: Period) -> Ratio {
        let returns = self.daily_returns(period)?;
        Ok(returns.iter().fold(1.0, |growth, day| growth * (1.0 + day.rate)) - 1.0)
    }

    /// What one unit of money became at the end of each day, less one; the last is the
    /// time-weighted return of the period.
    ///
    /// # Errors
    /// As [`Self::daily_returns`].
    pub fn accumulated(&self, period: Period) -> Result<Vec<(Date, f64)>, NoValue> {
        let mut growth = 1.0;
        let link = |day: DayReturn| {
            growth *= 1.0 + day.rate;
            (day.date, growth - 1.0)
        };
        Ok(self.daily_returns(period)?.into_iter().map(link).collect())
    }

    /// The time-weighted return of a period as that of a year.
    ///
    /// # Errors
    /// As [`Self::daily_returns`].
    pub fn time_weighted_annual(&self, period: Period) -> Ratio {
        annualised(self.time_weighted(period)?, period.n_days())
    }
}

fn day_return(
    date: Date,
    before: Decimal,
    day: &Day,
    timing: Timing,
) -> Result<DayReturn, NoValue> {
    let (end, inflow, outflow) = (day.value.clone()?, day.inflow.clone()?, day.outflow.clone()?);
    let (invested, became) = match timing {
        Timing::End if !before.is_zero() => (before, sum(difference(end, inflow)?, outflow)?),
        _ => (sum(before, inflow)?, sum(end, outflow)?),
    };
    if invested.is_zero() {
        let is_unlinked = !became.is_zero();
        return Ok(DayReturn { date, rate: 0.0, is_invested: false, is_unlinked });
    }
    if invested < Decimal::ZERO {
        return Err(NoValue::BelowZero { date });
    }
    // Exact where nothing changed, whatever the digits.
    let rate = if became == invested { 0.0 } else { float(became)? / float(invested)? - 1.0 };
    Ok(DayReturn { date, rate, is_invested: true, is_unlinked: false })
}

/// The nearest double.
pub(crate) fn float(amount: Decimal) -> Ratio {
    amount.to_f64().ok_or(NoValue::OutOfRange)
}

/// A return over so many days as that of a year of 365 days: (1 + r)^(365 ÷ days) − 1.
///
/// # Errors
/// For less than a day, and for a loss of more than everything.
pub fn annualised(rate: f64, n_days: i32) -> Ratio {
    if n_days <= 0 || rate < -1.0 {
        return Err(NoValue::TooFewDays);
    }
    finite((1.0 + rate).powf(YEAR / f64::from(n_days)) - 1.0)
}

/// Returns of periods that follow each other, as one.
#[must_use]
pub fn linked(rates: impl IntoIterator<Item = f64>) -> f64 {
    rates.into_iter().fold(1.0, |growth, rate| growth * (1.0 + rate)) - 1.0
}

pub(crate) fn finite(number: f64) -> Ratio {
    if number.is_finite() { Ok(number) } else { Err(NoValue::OutOfRange) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    /// The return of January 2024 with values and flows on its days.
    fn check(values: &[(i8, i64)], flows: &[(i8, i64)], expected: Result<&str, &str>) {
        let dated = |told: &[(i8, i64)]| -> Vec<(Date, Decimal)> {
            told.iter().map(|(day, amount)| (date(2024, 1, *day), (*amount).into())).collect()
        };
        let series = Series::carried(&dated(values), &dated(flows), date(2024, 1, 31));
        let told = series.time_weighted(series.whole().unwrap());
        let shown = told.map(|rate| format!("{rate:.6}")).map_err(|reason| reason.to_string());
        assert_eq!(shown.as_deref().map_err(String::as_str), expected);
    }

    #[test]
    fn a_deposit_on_a_saturday_is_no_return() {
        check(&[(4, 1000), (6, 2000)], &[(4, 1000), (6, 1000)], Ok("0.000000"));
    }

    #[test]
    fn what_is_put_in_takes_part_in_its_day_and_so_does_what_is_taken_out() {
        check(&[(1, 110), (2, 231)], &[(1, 100), (2, 100)], Ok("0.210000"));
        check(&[(1, 110), (2, 21)], &[(1, 100), (2, -100)], Ok("0.210000"));
    }

    #[test]
    fn money_may_also_come_at_the_end_of_its_day() {
        let values = [(1, 20), (2, 50)].map(|(day, value)| (date(2024, 1, day), value.into()));
        let flows = [(1, 20), (2, 25)].map(|(day, value)| (date(2024, 1, day), value.into()));
        let series = Series::carried(&values, &flows, date(2024, 1, 2));
        let of = |timing| {
            let days = series.daily_returns_by(series.whole().unwrap(), timing).unwrap();
            format!("{:.6}", linked(days.iter().map(|day| day.rate)))
        };
        assert_eq!(of(Timing::StartAndEnd), "0.111111");
        assert_eq!(of(Timing::End), "0.250000");
    }

    #[test]
    fn all_taken_out_and_put_in_again_goes_on() {
        check(
            &[(1, 110), (5, 0), (9, 50), (10, 55)],
            &[(1, 100), (5, -110), (9, 50)],
            Ok("0.210000"),
        );
    }

    #[test]
    fn a_total_loss_is_one_and_a_debt_has_no_return() {
        check(&[(1, 100), (2, 0)], &[(1, 100)], Ok("-1.000000"));
        let reason = "what was invested at the start of 2024-01-03 is below zero, so that no return can be told";
        check(&[(1, 100), (2, -10), (3, 5)], &[(1, 100)], Err(reason));
    }

    #[test]
    fn interest_on_nothing_is_left_out_and_counted() {
        let series = Series::carried(&[(date(2024, 1, 2), Decimal::ONE)], &[], date(2024, 1, 9));
        let returns = series.daily_returns(series.whole().unwrap()).unwrap();
        assert_eq!(returns.iter().filter(|day| day.is_unlinked).count(), 1);
        check(&[(2, 1)], &[], Ok("0.000000"));
    }
}
