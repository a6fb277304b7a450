//! Units acquired together, and how they are divided.

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::Amounts;
use crate::ledger::Place;

/// Units acquired together. A short lot has a negative quantity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lot {
    /// A split, an exchange or a move between own accounts leaves it as it is.
    pub acquired: Date,
    pub quantity: Decimal,
    /// With the fees or without, as the account's [`FeeTreatment`](super::FeeTreatment) has it.
    pub cost: Amounts,
    /// Fees that were paid for these units, positive, whether `cost` holds them or not.
    pub fees: Amounts,
    /// The transaction that acquired the units; none for units that are only thought of.
    pub origin: Option<Place>,
}

impl Lot {
    /// Units that no transaction acquired, and without fees.
    #[must_use]
    pub const fn nowhere(acquired: Date, quantity: Decimal, cost: Amounts) -> Self {
        Self { acquired, quantity, cost, fees: Amounts::ZERO, origin: None }
    }

    /// Splits off `quantity` units, a positive number, with their share of the cost; none if the lot has
    /// no more than that. Nothing is lost to rounding: what stays is what was, less what goes.
    pub(super) fn split_off_less(&mut self, quantity: Decimal) -> Option<Self> {
        if self.quantity.abs() <= quantity {
            return None;
        }
        let quantity = if self.quantity.is_sign_negative() { -quantity } else { quantity };
        let cost = self.cost.share(quantity, self.quantity);
        let fees = self.fees.share(quantity, self.quantity);
        self.cost = self.cost.minus(&cost);
        self.fees = self.fees.minus(&fees);
        self.quantity -= quantity;
        Some(Self { acquired: self.acquired, quantity, cost, fees, origin: self.origin })
    }
}

/// The same lots, each with its share of a cost and fees that all units bear alike.
pub(super) fn averaged(mut lots: Vec<Lot>, cost: &Amounts, fees: &Amounts) -> Vec<Lot> {
    if let [single] = lots.as_mut_slice() {
        (single.cost, single.fees) = (cost.clone(), fees.clone());
        return lots;
    }
    let whole: Decimal = lots.iter().map(|lot| lot.quantity).sum();
    let (mut cost_left, mut fees_left) = (cost.clone(), fees.clone());
    let last = lots.len().saturating_sub(1);
    for (place, lot) in lots.iter_mut().enumerate() {
        if place == last {
            (lot.cost, lot.fees) = (cost_left.clone(), fees_left.clone());
        } else {
            lot.cost = cost.share(lot.quantity, whole);
            lot.fees = fees.share(lot.quantity, whole);
            cost_left = cost_left.minus(&lot.cost);
            fees_left = fees_left.minus(&lot.fees);
        }
    }
    lots
}

/// The same lots, each with its share of `total` units. The last takes what rounding leaves, so that
/// the units add up to `total`.
#[must_use]
pub fn rescaled(mut lots: Vec<Lot>, total: Decimal) -> Vec<Lot> {
    let before: Decimal = lots.iter().map(|lot| lot.quantity).sum();
    let mut left = total;
    let last = lots.len().saturating_sub(1);
    for (place, lot) in lots.iter_mut().enumerate() {
        let share = lot.quantity.checked_mul(total).and_then(|units| units.checked_div(before));
        lot.quantity = if place == last { left } else { share.unwrap_or_default() };
        left -= lot.quantity;
    }
    lots
}
