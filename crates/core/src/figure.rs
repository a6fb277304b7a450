//! A figure, or the reason why there is none.

use std::collections::BTreeSet;

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::money::Currency;

/// Why a figure has no value. Shown to the user as it reads here.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, thiserror::Error)]
pub enum NoValue {
    #[error("there is no exchange rate from {} to {} on or before {}", .0.from, .0.to, .0.date)]
    NoRate(Box<Rate>),
    #[error("there is no price of `{instrument}` on or before {date}")]
    NoPrice { instrument: Box<str>, date: Date },
    #[error("what `{}` cost in account `{}` isn't known", .0.instrument, .0.account)]
    NoCost(Box<Unknown>),
    #[error("one account is told in {left}, another in {right}")]
    TwoCurrencies { left: Currency, right: Currency },
    #[error("nothing was put in, so that there is nothing to compare with")]
    NoContributions,
    #[error("there is no value from {after} to {through}")]
    NoDays { after: Date, through: Date },
    #[error(
        "what was invested at the start of {date} is below zero, so that no return can be told"
    )]
    BelowZero { date: Date },
    #[error("money only went in, or only came out, so that no rate of return follows from it")]
    OneWay,
    #[error("no rate of return makes what went in and what came out worth the same")]
    NoRoot,
    #[error("there are too few days to tell how much the value goes up and down")]
    TooFewDays,
    #[error("the value doesn't go up and down, so that nothing can be measured by it")]
    NoFluctuation,
    #[error("nothing is left on {date}, so that later returns can't be told from it")]
    NothingLeft { date: Date },
    #[error("nothing of value is held, so that there is nothing to be a share of")]
    NothingHeld,
    #[error("a number became too large to compute with")]
    OutOfRange,
}

/// An exchange rate that isn't known.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Rate {
    pub from: Currency,
    pub to: Currency,
    pub date: Date,
}

/// Of which the cost isn't known.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Unknown {
    pub account: String,
    pub instrument: String,
}

/// A figure, or why it has no value. There are many of them, so that a reason takes little room.
pub type Figure = Result<Decimal, NoValue>;

/// A ratio of amounts, such as a rate of return: 0.05 is 5 %. Or why it has no value.
pub type Ratio = Result<f64, NoValue>;

/// A sum that stays honest: with one part missing it has no value, but says what is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sum {
    known: Decimal,
    missing: BTreeSet<NoValue>,
}

impl Sum {
    pub fn add(&mut self, part: Figure) {
        match part {
            Ok(amount) => match self.known.checked_add(amount) {
                Some(sum) => self.known = sum,
                None => {
                    self.missing.insert(NoValue::OutOfRange);
                }
            },
            Err(reason) => {
                self.missing.insert(reason);
            }
        }
    }

    pub fn extend(&mut self, other: &Self) {
        self.add(Ok(other.known));
        self.missing.extend(other.missing.iter().cloned());
    }

    /// The sum, if every part is known.
    ///
    /// # Errors
    /// The first reason why it is not.
    pub fn figure(&self) -> Figure {
        self.missing.first().map_or(Ok(self.known), |reason| Err(reason.clone()))
    }

    /// The sum of those parts that are known.
    #[must_use]
    pub const fn known(&self) -> Decimal {
        self.known
    }

    #[must_use]
    pub const fn reasons(&self) -> &BTreeSet<NoValue> {
        &self.missing
    }
}

/// Combines two figures; where one has no value, neither has what follows from it.
///
/// # Errors
/// The reason of the first that has none, or that of `combine`.
pub fn both(left: &Figure, right: &Figure, combine: impl Fn(Decimal, Decimal) -> Figure) -> Figure {
    match (left, right) {
        (Ok(left), Ok(right)) => combine(*left, *right),
        (Err(reason), _) | (_, Err(reason)) => Err(reason.clone()),
    }
}

/// # Errors
/// [`NoValue::OutOfRange`] on overflow.
pub fn product(left: Decimal, right: Decimal) -> Figure {
    left.checked_mul(right).ok_or(NoValue::OutOfRange)
}

/// # Errors
/// On overflow, and on a division by zero.
pub fn quotient(left: Decimal, right: Decimal) -> Figure {
    left.checked_div(right).ok_or(NoValue::OutOfRange)
}

/// # Errors
/// On overflow.
pub fn sum(left: Decimal, right: Decimal) -> Figure {
    left.checked_add(right).ok_or(NoValue::OutOfRange)
}

/// # Errors
/// On overflow.
pub fn difference(left: Decimal, right: Decimal) -> Figure {
    left.checked_sub(right).ok_or(NoValue::OutOfRange)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ten years of days of fifty holdings are half a million of them.
    #[test]
    fn a_figure_takes_little_more_room_than_its_amount() {
        assert!(size_of::<Figure>() <= 24);
    }

    #[test]
    fn a_sum_with_a_part_missing_has_no_value() {
        let mut total = Sum::default();
        total.add(Ok(Decimal::TEN));
        assert_eq!(total.figure(), Ok(Decimal::TEN));
        total.add(Err(NoValue::NoContributions));
        assert_eq!(total.figure(), Err(NoValue::NoContributions));
        assert_eq!(total.known(), Decimal::TEN);
    }

    #[test]
    fn overflow_is_a_reason_and_no_panic() {
        assert_eq!(product(Decimal::MAX, Decimal::TWO), Err(NoValue::OutOfRange));
        assert_eq!(quotient(Decimal::ONE, Decimal::ZERO), Err(NoValue::OutOfRange));
        let mut total = Sum::default();
        total.add(Ok(Decimal::MAX));
        total.add(Ok(Decimal::MAX));
        assert_eq!(total.figure(), Err(NoValue::OutOfRange));
    }
}
