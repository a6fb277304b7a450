//! Which lots a sale releases, and what the user decides beside it.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use strum::{Display, EnumString};

use crate::account::AccountName;
use crate::fact::Identity;

/// Which lots a sale releases.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Display, EnumString, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum CostMethod {
    /// First in, first out: by the day of acquisition, also of lots that came from elsewhere.
    #[default]
    Fifo,
    /// All units cost the same: the average of what is held. Dates go first in, first out.
    Average,
    /// Last in, first out.
    Lifo,
    /// Highest cost first: the lots that leave the least gain in the base currency. Of a short position
    /// those that brought in the least.
    Hifo,
    /// The lots that a [`Selection`] names; for what none names, first in, first out.
    Specific,
}

impl CostMethod {
    pub const ALL: [Self; 5] = [Self::Fifo, Self::Average, Self::Lifo, Self::Hifo, Self::Specific];
}

/// Whether the fees of a trade belong to its cost.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Display, EnumString, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum FeeTreatment {
    /// Fees raise the cost of a purchase and lower the proceeds of a sale.
    #[default]
    InCost,
    /// Costs, proceeds and gains are without fees; the fees are told beside them.
    Apart,
}

/// What a sale of more than is held means.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Display, EnumString, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Oversell {
    /// The rest opens a short position.
    #[default]
    OpensShort,
    /// The account can't be short, so that a purchase is missing from the history. The units without one
    /// cost nothing: their proceeds are gain, and the sale is marked as incomplete.
    IsIncomplete,
}

/// A lot that the user names for a sale. It counts in accounts whose method is
/// [`CostMethod::Specific`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selection {
    pub account: AccountName,
    /// The transaction that sells.
    pub sale: Identity,
    /// The transaction that acquired the lot.
    pub acquisition: Identity,
    /// How many units of that lot, as many as they are on the day of the sale. Positive.
    pub quantity: Decimal,
}

/// How much of a parent's cost goes to what was spun off from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allocation {
    pub account: AccountName,
    /// The transaction that brought in the new units.
    pub transaction: Identity,
    /// The instrument from which they were spun off, as this account's deliveries name it.
    pub parent: Identity,
    /// The share of the parent's cost that goes along, from 0 to 1, as the issuer states it. Where it
    /// isn't given it follows from the first prices of both after the spin-off.
    pub fraction: Option<Decimal>,
}

/// What the user decided about costs, beside the method. What isn't listed takes the default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choices {
    pub fees: BTreeMap<AccountName, FeeTreatment>,
    pub oversell: BTreeMap<AccountName, Oversell>,
    pub selections: Vec<Selection>,
    pub allocations: Vec<Allocation>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_is_read_as_it_is_written() {
        for method in CostMethod::ALL {
            assert_eq!(method.to_string().parse(), Ok(method));
        }
        assert_eq!(FeeTreatment::InCost.to_string(), "in-cost");
    }
}
