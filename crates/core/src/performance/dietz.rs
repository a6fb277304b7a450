//! Returns that need no value in between: modified Dietz and the simple return.

#![expect(clippy::float_arithmetic, reason = "ratios; amounts stay decimals up to the weights")]

use rust_decimal::Decimal;

use super::series::{Period, Series, days_between};
use super::time_weighted::float;
use crate::figure::{NoValue, Ratio, difference, sum};

/// (end − start − Σ flow) ÷ (start + Σ weight × flow), where a flow's weight is the share of the days
/// that it was there for: (days − day of the flow) ÷ days.
///
/// Source: Peter O. Dietz, Pension Funds: Measuring Investment Performance (1966); Wikipedia,
/// Modified Dietz method.
///
/// # Errors
/// Where nothing, or less, was invested on average, and for less than a day.
pub fn modified_dietz(
    start: Decimal,
    end: Decimal,
    flows: &[(i32, Decimal)],
    n_days: i32,
) -> Ratio {
    if n_days <= 0 {
        return Err(NoValue::TooFewDays);
    }
    let (mut put_in, mut average) = (Decimal::ZERO, float(start)?);
    for (day, amount) in flows {
        put_in = sum(put_in, *amount)?;
        average += float(*amount)? * f64::from(n_days - day) / f64::from(n_days);
    }
    if average <= 0.0 {
        return Err(NoValue::NoContributions);
    }
    Ok(float(difference(difference(end, start)?, put_in)?)? / average)
}

impl Series {
    /// The modified Dietz return of a period.
    ///
    /// # Errors
    /// Where a flow or the value at either end isn't known, or nothing was invested on average.
    pub fn modified_dietz(&self, period: Period) -> Ratio {
        let (start, days) = self.within(period)?;
        let (mut flows, mut end) = (Vec::new(), Ok(start));
        for (date, day) in days {
            let place = days_between(period.after, date);
            // Put in at the start of a day is put in at the end of the day before.
            flows.push((place - 1, day.inflow.clone()?));
            flows.push((place, -day.outflow.clone()?));
            end.clone_from(&day.value);
        }
        modified_dietz(start, end?, &flows, period.n_days())
    }

    /// What was gained over a period, as a share of the value with which it began and all that was
    /// put in.
    ///
    /// # Errors
    /// Where a value or a flow isn't known, or nothing was put in.
    pub fn simple(&self, period: Period) -> Ratio {
        let (before, days) = self.within(period)?;
        let mut put_in = before;
        for (_, day) in days {
            put_in = sum(put_in, day.inflow.clone()?)?;
        }
        if put_in <= Decimal::ZERO {
            return Err(NoValue::NoContributions);
        }
        Ok(float(self.gain(period)?)? / float(put_in)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(
        start: i64,
        end: i64,
        flows: &[(i32, i64)],
        n_days: i32,
        expected: Result<&str, NoValue>,
    ) {
        let flows: Vec<(i32, Decimal)> =
            flows.iter().map(|(day, amount)| (*day, (*amount).into())).collect();
        let told = modified_dietz(start.into(), end.into(), &flows, n_days);
        assert_eq!(told.map(|rate| format!("{rate:.4}")), expected.map(str::to_owned));
    }

    #[test]
    fn examples_of_textbooks() {
        check(100, 300, &[(365, 50)], 730, Ok("1.2000"));
        check(500, 600, &[(25, 60)], 30, Ok("0.0784"));
    }

    #[test]
    fn nothing_invested_has_no_return() {
        check(0, 10, &[], 30, Err(NoValue::NoContributions));
        check(100, 110, &[], 0, Err(NoValue::TooFewDays));
    }
}
