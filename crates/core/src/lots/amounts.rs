//! An amount in two currencies at once, each with its own reason where it isn't known.

use rust_decimal::Decimal;

use crate::figure::{Figure, NoValue, both, difference, product, quotient, sum};

/// What units cost or brought in. A cost is positive for what was paid; negative for a short position,
/// where the money came in first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amounts {
    /// In the currency in which the instrument is priced.
    pub native: Figure,
    /// In the base currency, at the rates of the day.
    pub base: Figure,
}

/// Places of a share of a cost: far below any currency's smallest unit, and few enough that sums of
/// shares need no rounding up to 10^15.
const SHARE_PLACES: u32 = 12;

impl Amounts {
    pub const ZERO: Self = Self { native: Ok(Decimal::ZERO), base: Ok(Decimal::ZERO) };

    pub(crate) fn unknown(reason: &NoValue) -> Self {
        Self { native: Err(reason.clone()), base: Err(reason.clone()) }
    }

    pub(crate) fn is_zero(&self) -> bool {
        let is_zero = |figure: &Figure| figure.as_ref().is_ok_and(Decimal::is_zero);
        is_zero(&self.native) && is_zero(&self.base)
    }

    fn each(&self, other: &Self, combine: fn(Decimal, Decimal) -> Figure) -> Self {
        Self {
            native: both(&self.native, &other.native, combine),
            base: both(&self.base, &other.base, combine),
        }
    }

    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        self.each(other, sum)
    }

    #[must_use]
    pub fn minus(&self, other: &Self) -> Self {
        self.each(other, difference)
    }

    #[must_use]
    pub fn negated(&self) -> Self {
        Self::ZERO.minus(self)
    }

    /// The share of `part` in `whole`, in so many places that what is left can be told exactly.
    #[must_use]
    pub fn share(&self, part: Decimal, whole: Decimal) -> Self {
        if part == whole || self.is_zero() {
            return self.clone();
        }
        let share = |amount: &Figure| {
            amount.as_ref().map_err(NoValue::clone).and_then(|amount| ratio(*amount, part, whole))
        };
        let native = share(&self.native);
        // In the base currency both are the same.
        let base = if self.native == self.base { native.clone() } else { share(&self.base) };
        Self { native, base }
    }

    /// Lowers a cost by money that came back for it, to zero at most. What exceeds the cost is returned.
    #[must_use]
    pub fn lower(&mut self, returned: &Self) -> Self {
        let lower = |cost: &mut Figure, returned: &Figure| {
            let left = both(cost, returned, difference);
            let excess = left
                .as_ref()
                .map_or_else(|reason| Err(reason.clone()), |left| Ok((-*left).max(Decimal::ZERO)));
            *cost = left.map(|left| left.max(Decimal::ZERO));
            excess
        };
        Self {
            native: lower(&mut self.native, &returned.native),
            base: lower(&mut self.base, &returned.base),
        }
    }
}

/// `amount` × `part` / `whole`, rounded as shares are.
pub(crate) fn ratio(amount: Decimal, part: Decimal, whole: Decimal) -> Figure {
    // Where the product is too large to be exact, the quotient first loses less than failing would.
    let exact = product(amount, part).and_then(|product| quotient(product, whole));
    let share = exact.or_else(|_| product(amount, quotient(part, whole)?))?;
    Ok(share.round_dp(SHARE_PLACES))
}

/// The sum of many.
pub(crate) fn total<'a>(amounts: impl Iterator<Item = &'a Amounts>) -> Amounts {
    amounts.fold(Amounts::ZERO, |total, amounts| total.plus(amounts))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amounts(native: i64, base: i64) -> Amounts {
        Amounts { native: Ok(native.into()), base: Ok(base.into()) }
    }

    #[test]
    fn a_share_and_what_it_leaves_are_the_whole() {
        let whole = amounts(100, 70);
        let share = whole.share(1.into(), 3.into());
        assert_eq!(share.plus(&whole.minus(&share)), whole);
    }

    #[test]
    fn money_that_comes_back_lowers_a_cost_to_zero_and_no_further() {
        let mut cost = amounts(100, 70);
        assert_eq!(cost.lower(&amounts(30, 20)), Amounts::ZERO);
        assert_eq!(cost, amounts(70, 50));
        assert_eq!(cost.lower(&amounts(80, 50)), amounts(10, 0));
        assert_eq!(cost, Amounts::ZERO);
    }

    #[test]
    fn a_share_of_something_huge_is_no_failure() {
        let huge = Amounts { native: Ok(Decimal::MAX / Decimal::TEN), base: Ok(Decimal::ZERO) };
        assert!(huge.share(500.into(), 1000.into()).native.is_ok());
    }
}
