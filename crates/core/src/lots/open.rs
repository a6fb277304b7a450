//! Open lots, kept in the order in which their method releases them.

use std::cmp::Reverse;
use std::collections::{BTreeMap, VecDeque};

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::{Amounts, Lot, total};
use crate::ledger::Place;

/// What comes first when the highest cost does: cost of a unit, then the day, then the order of arrival.
type CostKey = (Reverse<Decimal>, Date, u64);

/// From which end lots are taken, and what keeps them in order so that taking one is never a search.
#[derive(Debug, Clone)]
pub(super) enum Open {
    /// By the day of acquisition; of one day, in the order of arrival.
    FirstIn(VecDeque<Lot>),
    /// The same order, taken from the other end.
    LastIn(VecDeque<Lot>),
    HighestCost {
        /// Boxed, so that it costs little to make room for one.
        lots: BTreeMap<CostKey, Box<Lot>>,
        arrivals: u64,
    },
}

impl Open {
    pub(super) fn push(&mut self, lot: Lot) {
        match self {
            Self::FirstIn(lots) | Self::LastIn(lots) => {
                // Nearly all lots arrive in order; only those from elsewhere carry an earlier day.
                if lots.back().is_none_or(|last| last.acquired <= lot.acquired) {
                    lots.push_back(lot);
                } else {
                    let place = lots.partition_point(|other| other.acquired <= lot.acquired);
                    lots.insert(place, lot);
                }
            }
            Self::HighestCost { lots, arrivals } => {
                let key = (Reverse(unit_cost(&lot)), lot.acquired, *arrivals);
                lots.insert(key, Box::new(lot));
                *arrivals += 1;
            }
        }
    }

    /// Takes up to `quantity` units (a positive number) of the lot whose turn it is.
    pub(super) fn take_next(&mut self, quantity: Decimal) -> Option<Lot> {
        match self {
            Self::FirstIn(lots) => {
                let next = lots.front_mut()?;
                next.split_off_less(quantity).or_else(|| lots.pop_front())
            }
            Self::LastIn(lots) => {
                let next = lots.back_mut()?;
                next.split_off_less(quantity).or_else(|| lots.pop_back())
            }
            Self::HighestCost { lots, .. } => {
                let mut next = lots.first_entry()?;
                // What is left of a lot keeps its place: each of its units costs what it did.
                let part = next.get_mut().split_off_less(quantity);
                part.or_else(|| Some(*next.remove()))
            }
        }
    }

    /// Takes up to `quantity` units of one lot that `origin` acquired on a day. Lots that are ordered by
    /// cost have no names.
    pub(super) fn take_named(
        &mut self,
        origin: Place,
        acquired: Date,
        quantity: Decimal,
    ) -> Option<Lot> {
        let (Self::FirstIn(lots) | Self::LastIn(lots)) = self else { return None };
        let first = lots.partition_point(|lot| lot.acquired < acquired);
        let of_day = lots.range(first..).take_while(|lot| lot.acquired == acquired);
        let place = first + of_day.enumerate().find(|(_, lot)| lot.origin == Some(origin))?.0;
        let part = lots.get_mut(place)?.split_off_less(quantity);
        part.or_else(|| lots.remove(place))
    }

    /// In the order in which they would be released.
    pub(super) fn in_order_of_release(&self) -> Vec<&Lot> {
        match self {
            Self::FirstIn(lots) => lots.iter().collect(),
            Self::LastIn(lots) => lots.iter().rev().collect(),
            Self::HighestCost { lots, .. } => lots.values().map(AsRef::as_ref).collect(),
        }
    }

    pub(super) fn sum(&self, of: impl Fn(&Lot) -> &Amounts) -> Amounts {
        match self {
            Self::FirstIn(lots) | Self::LastIn(lots) => total(lots.iter().map(of)),
            Self::HighestCost { lots, .. } => total(lots.values().map(|lot| of(lot))),
        }
    }

    /// All lots, by the day of acquisition; none is left.
    pub(super) fn drain(&mut self) -> Vec<Lot> {
        match self {
            Self::FirstIn(lots) | Self::LastIn(lots) => std::mem::take(lots).into(),
            Self::HighestCost { lots, .. } => {
                let mut all: Vec<_> = std::mem::take(lots).into_iter().collect();
                all.sort_by_key(|((_, acquired, arrival), _)| (*acquired, *arrival));
                all.into_iter().map(|(_, lot)| *lot).collect()
            }
        }
    }
}

/// By which the highest cost is found: in the base currency, in which gains are counted. What isn't
/// known comes last.
fn unit_cost(lot: &Lot) -> Decimal {
    let cost = lot.cost.base.as_ref().ok().copied();
    cost.and_then(|cost| cost.checked_div(lot.quantity.abs())).unwrap_or(Decimal::MIN)
}
