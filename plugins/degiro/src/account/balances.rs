//! Balances with which a statement begins and ends, by currency.

use std::collections::BTreeMap;

use stonks_plugin_sdk::decimal::canonical;
use stonks_plugin_sdk::{Balance, DaySide, Decimal, Fact, Money};

use super::entry::Entry;

/// First and last row of one currency.
struct Span<'a> {
    first: &'a Entry,
    before: Decimal,
    last: &'a Entry,
    behind: Decimal,
}

/// The balance before the first row and behind the last one, as the statement shows them.
pub(super) fn find(entries: &[Entry]) -> Vec<Fact> {
    let mut spans: BTreeMap<&str, Span<'_>> = BTreeMap::new();
    for entry in entries {
        let (Some(currency), Some(behind)) = (entry.currency.as_deref(), entry.balance) else {
            continue;
        };
        let amount = entry.money().map_or(Decimal::ZERO, |(amount, _)| amount);
        spans
            .entry(currency)
            .and_modify(|span| {
                span.last = entry;
                span.behind = behind;
            })
            .or_insert_with(|| Span { first: entry, before: behind - amount, last: entry, behind });
    }
    let claims = spans.into_iter().flat_map(|(currency, span)| {
        [
            claim(span.first, DaySide::Opening, span.before, currency),
            claim(span.last, DaySide::Closing, span.behind, currency),
        ]
    });
    claims.collect()
}

fn claim(entry: &Entry, side: DaySide, amount: Decimal, currency: &str) -> Fact {
    let word = match side {
        DaySide::Opening => "opening",
        DaySide::Closing => "closing",
    };
    Fact::Balance(Balance {
        identity: format!("{word}:{currency}:{}", entry.date),
        account: None,
        date: entry.date.clone(),
        side,
        money: Money { amount: canonical(amount), currency: currency.to_owned() },
        source: entry.source(),
    })
}
