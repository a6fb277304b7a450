//! Identities that are the same from either file, in any language and number format.

use stonks_plugin_sdk::decimal::canonical;
use stonks_plugin_sdk::{Decimal, Identities};

use crate::stamp::Stamp;

/// Prices have so many decimal places in `Transactions.csv`; descriptions may have more.
const PRICE_PLACES: u32 = 4;

/// A trade is told by when, what, how much and at what price: all that both files tell. `instrument`
/// is its ISIN, or the short form of its name where it has none.
pub(crate) fn trade(
    identities: &mut Identities,
    stamp: Stamp,
    instrument: &str,
    quantity: Decimal,
    (price, currency): (Decimal, &str),
) -> String {
    let (day, time) = (stamp.day.to_string(), stamp.time_text());
    let (quantity, price) = (canonical(quantity), canonical(price.round_dp(PRICE_PLACES)));
    identities.of("trade", &[&day, &time, instrument, &quantity, &price, currency])
}

/// A movement is told by when, for what and how much. Its description is of one language, and its
/// balance changes with what is booked late.
pub(crate) fn movement(
    identities: &mut Identities,
    stamp: Stamp,
    isin: &str,
    amount: Decimal,
    currency: &str,
) -> String {
    let (day, time) = (stamp.day.to_string(), stamp.time_text());
    identities.of("cash", &[&day, &time, isin, currency, &canonical(amount)])
}
