//! Return on what was invested on average.
//!
//! Source: Ghostfolio, return on average investment. What is invested is the cost of what is held; each
//! day on which anything is invested counts alike.

use jiff::civil::Date;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::series::days_between;
use crate::figure::{Figure, NoValue, Ratio, product, quotient, sum};

/// What was invested on average up to but without `until`.
///
/// `invested` is what was invested behind each change, oldest first. Days with nothing invested don't
/// count; where no day is over yet, the last amount is the average.
///
/// # Errors
/// Where an amount isn't known, or nothing was ever invested.
pub fn average_invested(invested: &[(Date, Figure)], until: Date) -> Figure {
    let (mut whole, mut n_days, mut last) = (Decimal::ZERO, 0, Decimal::ZERO);
    for (place, (date, amount)) in invested.iter().enumerate() {
        let end = invested.get(place + 1).map_or(until, |(next, _)| (*next).min(until));
        let (amount, days) = (amount.clone()?, days_between(*date, end).max(0));
        if !amount.is_zero() {
            whole = sum(whole, product(amount, days.into())?)?;
            n_days += days;
            last = amount;
        }
    }
    if last.is_zero() {
        return Err(NoValue::NoContributions);
    }
    if n_days == 0 { Ok(last) } else { quotient(whole, n_days.into()) }
}

/// A gain as a share of what was invested on average.
///
/// # Errors
/// As [`average_invested`], and where the gain isn't known.
pub fn return_on_average(gain: &Figure, invested: &[(Date, Figure)], until: Date) -> Ratio {
    let average = average_invested(invested, until)?;
    // What a short position brought in is invested as well.
    quotient(gain.clone()?, average.abs())?.to_f64().ok_or(NoValue::OutOfRange)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn check(invested: &[(i8, i64)], until: i8, expected: &Figure) {
        let invested: Vec<(Date, Figure)> = invested
            .iter()
            .map(|(day, amount)| (date(2024, 1, *day), Ok((*amount).into())))
            .collect();
        assert_eq!(average_invested(&invested, date(2024, 1, until)), *expected);
    }

    #[test]
    fn each_day_with_something_invested_counts_alike() {
        check(&[(1, 100), (6, 200)], 11, &Ok(150.into()));
        check(&[(1, 100), (6, 0), (9, 200)], 14, &Ok(150.into()));
        check(&[(1, 100), (6, 0)], 11, &Ok(100.into()));
    }

    #[test]
    fn on_the_first_day_the_amount_is_the_average() {
        check(&[(1, 100)], 1, &Ok(100.into()));
        check(&[], 1, &Err(NoValue::NoContributions));
    }

    #[test]
    fn the_gain_is_measured_against_the_average() {
        let invested = [(date(2024, 1, 1), Ok(Decimal::ONE_HUNDRED))];
        let share = return_on_average(&Ok(Decimal::TEN), &invested, date(2024, 2, 1));
        assert_eq!(share, Ok(0.1));
    }
}
