//! Which costs and conversions belong to which trade.

use std::collections::HashMap;

use stonks_plugin_sdk::CashKind;

use super::entry::Entry;
use crate::vocabulary::Meaning;

/// What rows of one trade have in common: the order, or where there is none the minute and the
/// instrument.
type Key<'a> = (Option<&'a str>, &'a str, &'a str, &'a str);

fn key(entry: &Entry) -> Key<'_> {
    match &entry.order {
        // An order may be executed in several minutes.
        Some(order) => (Some(order), &entry.date, &entry.time, ""),
        None => (None, &entry.date, &entry.time, entry.instrument.as_deref().unwrap_or_default()),
    }
}

/// By entry: the identity of the trade that it is a cost or a conversion of.
///
/// Where several trades share a key, the first cost goes with the first trade and so on; what is left
/// over goes with the last.
pub(super) fn find(entries: &[Entry], trades: &[Option<String>]) -> Vec<Option<String>> {
    let mut of_key: HashMap<Key<'_>, Vec<&String>> = HashMap::new();
    let mut of_order: HashMap<&str, &String> = HashMap::new();
    for (entry, identity) in entries.iter().zip(trades) {
        let Some(identity) = identity else { continue };
        of_key.entry(key(entry)).or_default().push(identity);
        if let Some(order) = &entry.order {
            of_order.insert(order, identity);
        }
    }
    let mut n_linked: HashMap<(Key<'_>, String), usize> = HashMap::new();
    entries
        .iter()
        .map(|entry| {
            let class = class(entry)?;
            // Without an order or an instrument a conversion is one of dividends.
            if entry.order.is_none() && entry.instrument.is_none() {
                return None;
            }
            let key = key(entry);
            let Some(candidates) = of_key.get(&key) else {
                return entry
                    .order
                    .as_deref()
                    .and_then(|order| of_order.get(order))
                    .map(|identity| (*identity).clone());
            };
            let place = n_linked.entry((key, class)).or_default();
            let identity =
                candidates.get(*place).or(candidates.last()).map(|identity| (*identity).clone());
            *place += 1;
            identity
        })
        .collect()
}

/// Rows of one class are counted apart: each trade has its fee, and both sides of its conversion.
fn class(entry: &Entry) -> Option<String> {
    let currency = entry.currency.as_deref().unwrap_or_default();
    if entry.trade.is_some() {
        return None;
    }
    match entry.meaning? {
        Meaning::Fee(kind) => Some(format!("{kind:?}")),
        Meaning::Cash(CashKind::Conversion) => Some(format!("conversion {currency}")),
        // Interest bought with a bond is booked under the order of the bond.
        Meaning::Cash(CashKind::Interest) if entry.order.is_some() => Some("interest".to_owned()),
        _ => None,
    }
}
