//! Legs of corporate actions: which belong together, the same from either file.

use std::collections::HashMap;

use stonks_plugin_sdk::{Decimal, TransactionKind};

/// Units that came or went by no trade.
#[derive(Debug, Clone)]
pub(crate) struct Leg {
    /// Day and minute.
    pub(crate) at: String,
    pub(crate) instrument: String,
    pub(crate) quantity: Decimal,
    /// What the units are worth, as the file tells it.
    pub(crate) value: Decimal,
    /// What the file calls it; `None` where it calls everything a trade.
    pub(crate) told: Option<TransactionKind>,
}

/// What a leg turns out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Action {
    pub(crate) kind: TransactionKind,
    pub(crate) group: Option<String>,
}

/// What each leg turns out to be; none for one that is a trade after all.
///
/// Of the legs of one minute, first those of the same instrument belong together (a split), then
/// those whose values agree (an exchange). A leg that is left alone keeps what the file calls it.
pub(crate) fn pair(legs: &[Leg]) -> Vec<Option<Action>> {
    let mut by_minute: HashMap<&str, Vec<usize>> = HashMap::new();
    for (place, leg) in legs.iter().enumerate() {
        by_minute.entry(&leg.at).or_default().push(place);
    }
    let mut actions: Vec<Option<Action>> =
        legs.iter().map(|leg| leg.told.map(|kind| Action { kind, group: None })).collect();
    for places in by_minute.values() {
        let mut minute =
            Minute { legs, gone: of_sign(legs, places, false), come: of_sign(legs, places, true) };
        minute.join(&mut actions, TransactionKind::Split, |gone, come| {
            gone.instrument == come.instrument
        });
        minute.join(&mut actions, TransactionKind::Exchange, |gone, come| {
            let difference = (gone.value.abs() - come.value.abs()).abs();
            difference <= gone.value.abs() * Decimal::new(1, 2) + Decimal::new(1, 2)
        });
    }
    actions
}

fn of_sign(legs: &[Leg], places: &[usize], is_positive: bool) -> Vec<usize> {
    let mut chosen: Vec<usize> = places
        .iter()
        .copied()
        .filter(|place| legs[*place].quantity.is_sign_positive() == is_positive)
        .collect();
    // The files list legs in different orders.
    chosen.sort_by(|left, right| {
        let key = |place: &usize| (&legs[*place].instrument, legs[*place].quantity);
        key(left).cmp(&key(right))
    });
    chosen
}

/// The legs of one minute that have no partner yet.
struct Minute<'a> {
    legs: &'a [Leg],
    gone: Vec<usize>,
    come: Vec<usize>,
}

impl Minute<'_> {
    /// Gives each leg that goes the first leg that comes and belongs to it.
    fn join(
        &mut self,
        actions: &mut [Option<Action>],
        default: TransactionKind,
        belong: impl Fn(&Leg, &Leg) -> bool,
    ) {
        let Self { legs, gone, come } = self;
        gone.retain(|left| {
            let Some(partner) = come.iter().position(|right| belong(&legs[*left], &legs[*right]))
            else {
                return true;
            };
            let right = come.remove(partner);
            let group = Some(format!("{}/{}", legs[*left].at, legs[*left].instrument));
            for place in [*left, right] {
                let told = legs[place].told.filter(|kind| *kind != TransactionKind::Other);
                actions[place] =
                    Some(Action { kind: told.unwrap_or(default), group: group.clone() });
            }
            false
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leg(instrument: &str, quantity: i64, value: i64, told: Option<TransactionKind>) -> Leg {
        Leg {
            at: "2022-06-06T08:04".to_owned(),
            instrument: instrument.to_owned(),
            quantity: quantity.into(),
            value: value.into(),
            told,
        }
    }

    fn check(legs: &[Leg], expected: &[Option<(TransactionKind, Option<&str>)>]) {
        let told = pair(legs);
        let told: Vec<_> = told
            .iter()
            .map(|action| action.as_ref().map(|action| (action.kind, action.group.as_deref())))
            .collect();
        assert_eq!(told, expected);
    }

    #[test]
    fn two_legs_of_one_instrument_are_a_split() {
        let group = Some("2022-06-06T08:04/A");
        let both = [Some((TransactionKind::Split, group)), Some((TransactionKind::Split, group))];
        check(&[leg("A", -2, 4555, None), leg("A", 40, -4555, None)], &both);
        check(
            &[
                leg("A", 40, -4555, Some(TransactionKind::Split)),
                leg("A", -2, 4555, Some(TransactionKind::Split)),
            ],
            &both,
        );
    }

    #[test]
    fn legs_of_equal_value_are_an_exchange_and_others_are_not() {
        let group = Some("2022-06-06T08:04/A");
        check(
            &[leg("A", -5, 122, None), leg("B", 5, -122, None), leg("C", 1, -500, None)],
            &[
                Some((TransactionKind::Exchange, group)),
                Some((TransactionKind::Exchange, group)),
                None,
            ],
        );
    }

    #[test]
    fn a_leg_alone_keeps_what_it_is_called() {
        check(
            &[leg("A", 9, 0, Some(TransactionKind::StockDividend))],
            &[Some((TransactionKind::StockDividend, None))],
        );
    }
}
