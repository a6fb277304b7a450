//! Identities that are the same from either file, in any language and number format.

use stonks_plugin_sdk::decimal::canonical;
use stonks_plugin_sdk::{Decimal, Identities};

/// Day and minute, and the instrument's key.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) date: &'a str,
    pub(crate) time: &'a str,
    pub(crate) instrument: &'a str,
}

/// A trade is told by when, what, how much and at what price: all that both files tell.
pub(crate) fn trade(
    ids: &mut Identities,
    place: Place<'_>,
    units: Decimal,
    price: Decimal,
    currency: &str,
) -> String {
    let Place { date, time, instrument } = place;
    ids.of("trade", &[date, time, instrument, &canonical(units), &canonical(price), currency])
}

/// A movement is told by when, for what and how much. Its description is of one language, and its
/// balance changes with what is booked late.
pub(crate) fn movement(
    ids: &mut Identities,
    place: Place<'_>,
    amount: Decimal,
    currency: &str,
) -> String {
    let Place { date, time, instrument } = place;
    ids.of("cash", &[date, time, instrument, &canonical(amount), currency])
}
