//! Balances with which a statement begins and ends, by currency.

use std::collections::BTreeMap;

use stonks_plugin_sdk::decimal::canonical;
use stonks_plugin_sdk::{Balance, DaySide, Decimal, Fact, Money, SourceLocation};

use super::entry::Entry;
use crate::table::Row;

/// First and last row of one currency.
struct Span {
    first: usize,
    before: Option<Decimal>,
    last: usize,
    behind: Decimal,
}

/// The balances before the first rows and behind the last ones. `order` holds the entries' places,
/// oldest first.
pub(super) fn find(entries: &[Entry], rows: &[Row], order: &[usize]) -> (Vec<Fact>, Vec<Fact>) {
    let mut spans: BTreeMap<&str, Span> = BTreeMap::new();
    for &place in order {
        let entry = &entries[place];
        let (Some(currency), Some(behind)) = (entry.currency.as_deref(), entry.balance) else {
            continue;
        };
        spans
            .entry(currency)
            .and_modify(|span| (span.last, span.behind) = (place, behind))
            .or_insert_with(|| Span {
                first: place,
                before: behind.checked_sub(entry.amount.unwrap_or_default()),
                last: place,
                behind,
            });
    }
    let claim = |place: usize, side: DaySide, amount: Decimal, currency: &str| {
        let date = entries[place].stamp.day.to_string();
        let word = if side == DaySide::Opening { "opening" } else { "closing" };
        Fact::Balance(Balance {
            identity: format!("{word}:{currency}:{date}"),
            account: None,
            date,
            side,
            money: Money { amount: canonical(amount), currency: currency.to_owned() },
            source: SourceLocation { line: Some(rows[place].line), path: None },
        })
    };
    let openings = spans.iter().filter_map(|(currency, span)| {
        span.before.map(|before| claim(span.first, DaySide::Opening, before, currency))
    });
    let closings = spans
        .iter()
        .map(|(currency, span)| claim(span.last, DaySide::Closing, span.behind, currency));
    (openings.collect(), closings.collect())
}
