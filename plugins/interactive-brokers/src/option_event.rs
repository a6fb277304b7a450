//! Exercises, assignments and expirations, where they are not among the trades.

use stonks_plugin_sdk::{Fact, Refusal, TransactionKind};

use crate::row::Row;
use crate::survey::Statement;
use crate::teller::Teller;
use crate::trade;

/// What a trade and an option event that are the same share: instrument, size, and one of the days on
/// which they happened and were booked.
pub(crate) fn keys(row: &Row<'_>) -> impl Iterator<Item = String> {
    let quantity = row.canonical("quantity");
    let code = row.first(&["conid", "symbol"]).map_or("", |(_, code)| code);
    let days = ["date", "tradeDate", "reportDate", "dateTime"];
    days.into_iter().filter_map(move |name| {
        let day = row.get(name)?.split([';', ',', ' ']).next()?;
        Some(format!("{code}:{day}:{}", quantity.trim_start_matches('-')))
    })
}

/// Tells an event, unless the trades of the statement have it.
pub(crate) fn tell(
    teller: &mut Teller,
    row: &Row<'_>,
    statement: &Statement,
) -> Result<(), Refusal> {
    /// `transactionType`; all others are trades of the underlying.
    const KINDS: &[(&str, TransactionKind)] = &[
        ("Assignment", TransactionKind::Assignment),
        ("Exercise", TransactionKind::Exercise),
        ("Expiration", TransactionKind::Expiry),
    ];
    // The section may hold one empty row where there is nothing to tell.
    if row.get("quantity").is_none() && row.get("transactionType").is_none() {
        return Ok(());
    }
    let is_trade = row.id(&["tradeID"]).is_some_and(|id| statement.has_trade(id))
        || keys(row).any(|key| statement.has_option_trade(&key));
    if is_trade {
        return Ok(());
    }
    let first = teller.facts.len();
    trade::tell(teller, row, statement)?;
    let told = row.get("transactionType");
    let kind = KINDS.iter().find(|(own, _)| Some(*own) == told).map(|(_, kind)| *kind);
    for fact in &mut teller.facts[first..] {
        if let (Fact::Transaction(transaction), Some(kind)) = (fact, kind) {
            transaction.kind = kind;
        }
    }
    Ok(())
}
