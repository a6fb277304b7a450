//! Legs of corporate actions: which belong together, the same from either file.

use std::collections::{HashMap, HashSet};

use stonks_plugin_sdk::{Decimal, TransactionKind};

use crate::instruments::Place;
use crate::stamp::{Day, Stamp};

/// More legs on one day are not of corporate actions: the file tells no orders.
const MOST_LEGS: usize = 500;

/// Units that came or went by no trade.
#[derive(Debug, Clone)]
pub(crate) struct Leg {
    pub(crate) stamp: Stamp,
    pub(crate) instrument: Place,
    pub(crate) quantity: Decimal,
    pub(crate) price: Decimal,
    /// What the file calls it; None where it calls everything a trade.
    pub(crate) told: Option<TransactionKind>,
}

/// What a leg turns out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Action {
    pub(crate) kind: TransactionKind,
    /// Shared by the legs of one action.
    pub(crate) group: Option<String>,
}

impl Leg {
    fn value(&self) -> Option<Decimal> {
        self.quantity.checked_mul(self.price).map(|value| value.abs())
    }

    fn is_gone(&self) -> bool {
        self.quantity < Decimal::ZERO
    }

    fn is_worth(&self, other: &Self) -> bool {
        self.value().zip(other.value()).is_some_and(|(own, other)| agree(own, other))
    }
}

/// Prices are rounded, so that values agree by and large.
fn agree(own: Decimal, other: Decimal) -> bool {
    let tolerance = own.max(other) / Decimal::ONE_HUNDRED + Decimal::new(1, 2);
    !own.is_zero() && own.checked_sub(other).is_some_and(|off| off.abs() <= tolerance)
}

/// What each leg turns out to be; none for one that is a trade after all. `code` names an instrument
/// in the same way for both files.
pub(crate) fn pair<'a>(legs: &[Leg], code: impl Fn(Place) -> &'a str) -> Vec<Option<Action>> {
    let mut days: HashMap<Day, Vec<usize>> = HashMap::new();
    for (place, leg) in legs.iter().enumerate() {
        days.entry(leg.stamp.day).or_default().push(place);
    }
    let told = |leg: &Leg| leg.told.map(|kind| Action { kind, group: None });
    let mut pairing = Pairing { legs, code, actions: legs.iter().map(told).collect() };
    for open in days.into_values().filter(|open| open.len() <= MOST_LEGS) {
        pairing.pair_day(open);
    }
    pairing.actions
}

struct Pairing<'l, C> {
    legs: &'l [Leg],
    code: C,
    actions: Vec<Option<Action>>,
}

impl<'a, C: Fn(Place) -> &'a str> Pairing<'_, C> {
    fn pair_day(&mut self, mut open: Vec<usize>) {
        // Not in the order of the file, which differs from one to the other.
        open.sort_by_key(|&place| {
            let leg = &self.legs[place];
            (leg.stamp, (self.code)(leg.instrument), leg.quantity, leg.price)
        });
        self.take_spin_offs(&mut open);
        let is_split = |gone: &Leg, come: &Leg| {
            gone.instrument == come.instrument
                && (gone.is_worth(come) || gone.told.is_some() && come.told.is_some())
        };
        let is_one_minute = |gone: &Leg, come: &Leg| gone.stamp == come.stamp;
        self.take_pairs(&mut open, |gone, come| is_one_minute(gone, come) && is_split(gone, come));
        self.take_pairs(&mut open, |gone, come| is_one_minute(gone, come) && gone.is_worth(come));
        // Some take hours from one leg to the other.
        self.take_pairs(&mut open, is_split);
        self.take_pairs(&mut open, |gone, come| {
            gone.told.is_some() && gone.told == come.told && gone.is_worth(come)
        });
        // What is called the same in one minute belongs together, whatever it is worth.
        self.take_pairs(&mut open, |gone, come| {
            is_one_minute(gone, come) && gone.told.is_some() && gone.told == come.told
        });
    }

    /// Units that go and come back worth less, with others beside them that are worth the difference.
    fn take_spin_offs(&mut self, open: &mut Vec<usize>) {
        let mut minutes: Vec<Vec<usize>> = Vec::new();
        for &place in open.iter() {
            match minutes.last_mut() {
                Some(minute) if self.legs[minute[0]].stamp == self.legs[place].stamp => {
                    minute.push(place)
                }
                _ => minutes.push(vec![place]),
            }
        }
        for minute in minutes {
            let (gone, come): (Vec<&Leg>, Vec<&Leg>) =
                minute.iter().map(|&place| &self.legs[place]).partition(|leg| leg.is_gone());
            let [parent] = gone[..] else { continue };
            let sum = |legs: &[&Leg]| {
                legs.iter().try_fold(Decimal::ZERO, |sum, leg| sum.checked_add(leg.value()?))
            };
            let is_spin_off = come.len() > 1
                && come.iter().any(|leg| leg.instrument == parent.instrument)
                && come.iter().any(|leg| leg.instrument != parent.instrument)
                && sum(&gone).zip(sum(&come)).is_some_and(|(gone, come)| agree(gone, come));
            if is_spin_off {
                self.join(&minute, TransactionKind::SpinOff);
                open.retain(|place| !minute.contains(place));
            }
        }
    }

    /// Gives each leg that goes the first leg that comes and belongs to it.
    fn take_pairs(&mut self, open: &mut Vec<usize>, belong: impl Fn(&Leg, &Leg) -> bool) {
        let mut taken = HashSet::new();
        for &place in open.iter() {
            let gone = &self.legs[place];
            let partner = open.iter().copied().find(|other| {
                let come = &self.legs[*other];
                gone.is_gone() && !come.is_gone() && !taken.contains(other) && belong(gone, come)
            });
            let Some(partner) = partner else { continue };
            let is_same = gone.instrument == self.legs[partner].instrument;
            let kind = if is_same { TransactionKind::Split } else { TransactionKind::Exchange };
            self.join(&[place, partner], kind);
            taken.extend([place, partner]);
        }
        open.retain(|place| !taken.contains(place));
    }

    /// `kind` is what the instruments say. What the file says counts where it says more.
    fn join(&mut self, places: &[usize], kind: TransactionKind) {
        let first = places
            .iter()
            .map(|&place| (self.legs[place].stamp, (self.code)(self.legs[place].instrument)))
            .min();
        let group = first.map(|(stamp, code)| format!("{stamp}/{code}"));
        for &place in places {
            let told = self.legs[place].told.filter(|told| {
                use TransactionKind::{Exchange, Other, Split};
                !matches!(told, Exchange | Other | Split)
            });
            self.actions[place] = Some(Action { kind: told.unwrap_or(kind), group: group.clone() });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stamp::Time;
    use TransactionKind::{Exchange, Other, SpinOff, Split, StockDividend};

    /// Minute, instrument, units, price, and what the file calls it.
    type Told<'a> = (&'a str, usize, i64, i64, Option<TransactionKind>);

    const CODES: [&str; 3] = ["A", "B", "C"];

    fn check(legs: &[Told<'_>], expected: &[Option<(TransactionKind, Option<&str>)>]) {
        let day = Day::read("06-06-2022").unwrap();
        let legs: Vec<Leg> = legs
            .iter()
            .map(|(time, instrument, quantity, price, told)| Leg {
                stamp: Stamp { day, time: Time::read(time) },
                instrument: *instrument,
                quantity: (*quantity).into(),
                price: (*price).into(),
                told: *told,
            })
            .collect();
        let actions = pair(&legs, |place| CODES[place]);
        let told: Vec<_> = actions
            .iter()
            .map(|action| action.as_ref().map(|action| (action.kind, action.group.as_deref())))
            .collect();
        assert_eq!(told, expected);
        let backward: Vec<Leg> = legs.into_iter().rev().collect();
        let mut again = pair(&backward, |place| CODES[place]);
        again.reverse();
        assert_eq!(again, actions, "the other way round");
    }

    #[test]
    fn two_legs_of_one_instrument_are_a_split() {
        let split = Some((Split, Some("2022-06-06T08:04/A")));
        check(&[("08:04", 0, -2, 2000, None), ("08:04", 0, 40, 100, None)], &[split, split]);
        check(
            &[("08:04", 0, -2, 0, Some(Split)), ("08:04", 0, 40, 0, Some(Split))],
            &[split, split],
        );
    }

    #[test]
    fn two_legs_of_two_instruments_are_an_exchange() {
        let exchange = Some((Exchange, Some("2022-06-06T08:04/A")));
        check(&[("08:04", 0, -5, 20, None), ("08:04", 1, 5, 20, None)], &[exchange, exchange]);
        check(
            &[("08:04", 0, -5, 20, Some(Split)), ("08:04", 1, 5, 20, Some(Split))],
            &[exchange, exchange],
        );
        check(
            &[("08:04", 0, -5, 20, Some(Exchange)), ("08:04", 1, 5, 90, Some(Exchange))],
            &[exchange, exchange],
        );
    }

    #[test]
    fn actions_of_one_minute_are_told_apart() {
        let (first, second) =
            (Some((Split, Some("2022-06-06T08:04/A"))), Some((Split, Some("2022-06-06T08:04/B"))));
        check(
            &[
                ("08:04", 0, -2, 50, None),
                ("08:04", 1, -1, 100, None),
                ("08:04", 0, 4, 25, None),
                ("08:04", 1, 2, 50, None),
            ],
            &[first, second, first, second],
        );
    }

    #[test]
    fn legs_of_one_action_may_be_hours_apart() {
        let split = Some((Split, Some("2022-06-06T02:30/A")));
        let told = Some(Exchange);
        check(&[("02:30", 0, -500, 1, told), ("04:21", 0, 500, 1, told)], &[split, split]);
        check(&[("02:30", 0, -500, 1, None), ("04:21", 0, 500, 1, None)], &[split, split]);
        check(&[("02:30", 0, -500, 1, None), ("04:21", 1, 500, 1, None)], &[None, None]);
    }

    #[test]
    fn what_is_split_off_stands_beside_what_came_back() {
        let spin_off = Some((SpinOff, Some("2022-06-06T08:04/A")));
        check(
            &[("08:04", 0, -10, 10, None), ("08:04", 0, 10, 8, None), ("08:04", 1, 5, 4, None)],
            &[spin_off, spin_off, spin_off],
        );
    }

    #[test]
    fn a_leg_alone_is_what_the_file_calls_it() {
        check(&[("08:04", 0, 9, 0, Some(StockDividend))], &[Some((StockDividend, None))]);
        check(&[("08:04", 0, 9, 0, Some(Other))], &[Some((Other, None))]);
        check(&[("08:04", 0, 9, 5, None), ("08:04", 1, -9, 7, None)], &[None, None]);
    }
}
