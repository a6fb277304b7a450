//! How often dividends come, and what they bring for what was paid.

#![expect(
    clippy::float_arithmetic,
    reason = "ratios and counts; amounts stay decimals up to the division"
)]

use jiff::civil::Date;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::Serialize;
use strum::Display;

use crate::figure::{NoValue, Ratio, product, quotient};

/// How often an instrument pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Display, Serialize)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Periodicity {
    /// Nothing was paid yet.
    None,
    /// One payment, or payments without a rhythm.
    Unknown,
    Monthly,
    Quarterly,
    Semiannual,
    Annual,
}

/// A payment counts among its year's if it is at least so large a share of their mean: a special
/// dividend on the side changes no rhythm.
const LEAST_SHARE: Decimal = Decimal::from_parts(3, 0, 0, false, 1);

/// The rhythm of payments, from the mean number of days between those that count; years without any
/// are left out, and what several accounts are paid on one day is one payment.
///
/// Source: Portfolio Performance, periodicity of dividends: more than 270 days are annual, 130
/// semiannual, 60 quarterly, 20 monthly; 430 and more, and fewer, are none of these.
#[must_use]
pub fn periodicity(payments: &[(Date, Decimal)]) -> Periodicity {
    let mut payments = payments.to_vec();
    payments.sort_by_key(|(date, _)| *date);
    let (Some((first, _)), Some((last, _))) = (payments.first(), payments.last()) else {
        return Periodicity::None;
    };
    let (mut n_counted, mut n_years) = (0_u32, 0_i64);
    for year in payments.chunk_by(|left, right| left.0.year() == right.0.year()) {
        n_years += 1;
        let sum = year.iter().fold(Decimal::ZERO, |sum, (_, amount)| sum.saturating_add(*amount));
        // Payments above a share of their mean: n × amount > share × sum.
        let counts = |amount: Decimal| {
            let count = Decimal::from(year.len());
            let many = product(amount, count).and_then(|many| quotient(many, sum));
            many.is_ok_and(|share| share > LEAST_SHARE)
        };
        let days = year.chunk_by(|left, right| left.0 == right.0);
        let n_days = days.filter(|day| day.iter().any(|(_, amount)| counts(*amount))).count();
        n_counted += u32::try_from(n_days).unwrap_or(u32::MAX);
    }
    let n_empty = i64::from(last.year()) - i64::from(first.year()) + 1 - n_years;
    let n_days = last.duration_since(*first).as_hours() / 24 - n_empty * 365;
    let Some(n_between) = n_counted.checked_sub(1).filter(|n| *n > 0) else {
        return Periodicity::Unknown;
    };
    // A count of days is far below what a double tells exactly.
    match (n_days.to_f64().unwrap_or_default() / f64::from(n_between)).round() {
        days if days >= 430.0 => Periodicity::Unknown,
        days if days > 270.0 => Periodicity::Annual,
        days if days > 130.0 => Periodicity::Semiannual,
        days if days > 60.0 => Periodicity::Quarterly,
        days if days > 20.0 => Periodicity::Monthly,
        _ => Periodicity::Unknown,
    }
}

/// A dividend, gross, and the cost of the units that it was paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Yielding {
    pub date: Date,
    pub gross: Decimal,
    pub cost: Decimal,
}

/// The yield on cost of a year: each payment as a share of what its units cost, summed, as the mean of
/// the calendar years from the first payment to the last.
///
/// Source: Portfolio Performance, rate of return of dividends per year.
///
/// # Errors
/// Where nothing was paid, or the units cost nothing.
pub fn yield_per_year(payments: &[Yielding]) -> Ratio {
    let years = || payments.iter().map(|payment| payment.date.year());
    let (Some(first), Some(last)) = (years().min(), years().max()) else {
        return Err(NoValue::NoContributions);
    };
    let mut total = Decimal::ZERO;
    for payment in payments {
        if payment.cost <= Decimal::ZERO {
            return Err(NoValue::NoContributions);
        }
        total = crate::figure::sum(total, quotient(payment.gross, payment.cost)?)?;
    }
    Ok(total.to_f64().ok_or(NoValue::OutOfRange)? / (f64::from(last) - f64::from(first) + 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(dates: &[&str], expected: Periodicity) {
        let payments: Vec<(Date, Decimal)> =
            dates.iter().map(|date| (date.parse().unwrap(), Decimal::TEN)).collect();
        assert_eq!(periodicity(&payments), expected, "{dates:?}");
    }

    #[test]
    fn the_rhythm_follows_from_the_days_between_payments() {
        check(&[], Periodicity::None);
        check(&["2019-01-15"], Periodicity::Unknown);
        check(&["2019-01-15", "2019-02-15"], Periodicity::Monthly);
        check(&["2019-01-15", "2019-04-15"], Periodicity::Quarterly);
        check(&["2019-01-15", "2019-07-15"], Periodicity::Semiannual);
        check(&["2019-01-15", "2020-01-15"], Periodicity::Annual);
        check(&["2019-01-15", "2019-01-16"], Periodicity::Unknown);
    }

    #[test]
    fn a_year_without_a_payment_changes_no_rhythm() {
        check(
            &["2015-01-15", "2016-01-15", "2017-01-15", "2018-01-15", "2020-01-15"],
            Periodicity::Annual,
        );
    }

    #[test]
    fn what_two_accounts_are_paid_on_one_day_is_one_payment() {
        check(&["2019-01-15", "2019-01-15", "2020-01-15", "2020-01-15"], Periodicity::Annual);
    }

    #[test]
    fn a_small_special_payment_changes_no_rhythm() {
        let paid =
            [("2019-01-15", 100), ("2019-03-15", 5), ("2020-01-15", 100), ("2021-01-15", 100)]
                .map(|(date, amount)| (date.parse().unwrap(), amount.into()));
        assert_eq!(periodicity(&paid), Periodicity::Annual);
    }

    #[test]
    fn the_yield_is_told_for_a_year() {
        let paid = |date: &str, gross: i64| Yielding {
            date: date.parse().unwrap(),
            gross: gross.into(),
            cost: 1000.into(),
        };
        let payments = [paid("2019-01-15", 20), paid("2019-07-15", 30), paid("2021-01-15", 10)];
        assert_eq!(yield_per_year(&payments), Ok(0.02));
        assert_eq!(yield_per_year(&[]), Err(NoValue::NoContributions));
    }
}
