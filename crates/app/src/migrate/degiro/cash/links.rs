//! What rows of the statement say of each other: amounts, openings, and which trade they belong to.

use std::collections::HashMap;

use rust_decimal::Decimal;
use stonks_core::cash::CashKind;
use stonks_core::money::Currency;

use super::super::trades::Trade;
use super::super::words::{Meaning, amount_at_end};
use super::Entry;

/// Transfers to DEGIRO's bank and from it have their amount in words, or only as the other side of the
/// sweep beside them. What goes to the bank was taken out by the sweep, and this row puts it back, since
/// money at the bank is the customer's, too. The balance has the last word on the sign.
pub(super) fn fill_in(entries: &mut [Entry<'_>]) {
    let mut balances: HashMap<Currency, Decimal> = HashMap::new();
    for place in 0..entries.len() {
        let entry = &entries[place];
        if let (None, Some(Meaning::Bank(goes))) = (entry.change, entry.meaning) {
            let told = amount_at_end(&entry.description);
            let moved = balances
                .get(&entry.currency)
                .zip(entry.balance)
                .map(|(before, behind)| behind.saturating_sub(*before))
                .filter(|moved| told == Some(moved.abs()));
            let by_words = told.zip(goes).map(|(told, goes)| if goes { told } else { -told });
            let sweep = sweep_beside(entries, place)
                .filter(|sweep| told.is_none_or(|told| told == sweep.abs()));
            entries[place].change = moved.or(by_words).or(sweep.map(|sweep| -sweep));
        }
        let entry = &entries[place];
        if let Some(balance) = entry.balance {
            balances.insert(entry.currency, balance);
        }
    }
}

/// What the sweep of the same minute moved: the row before or behind.
fn sweep_beside(entries: &[Entry<'_>], place: usize) -> Option<Decimal> {
    let own = &entries[place];
    [place.checked_sub(1), place.checked_add(1)]
        .into_iter()
        .flatten()
        .filter_map(|beside| entries.get(beside))
        .filter(|entry| entry.time.is_same_minute(own.time) && entry.currency == own.currency)
        .find(|entry| entry.meaning == Some(Meaning::Cash(CashKind::InternalTransfer)))
        .and_then(|entry| entry.change)
}

/// The balance with which rows of one minute began, in whatever order they stand: what one of them
/// began with and none of them left behind.
pub(super) fn opening(minute: &[&Entry<'_>]) -> Decimal {
    let begun: Vec<Decimal> = minute
        .iter()
        .filter_map(|entry| Some(entry.balance?.saturating_sub(entry.change?)))
        .collect();
    if begun.iter().any(Decimal::is_zero) {
        return Decimal::ZERO;
    }
    let is_left = |amount: &&Decimal| minute.iter().any(|entry| entry.balance == Some(**amount));
    begun.iter().find(|amount| !is_left(amount)).or(begun.first()).copied().unwrap_or_default()
}

/// By entry: the trade that it pays for or is a cost of. A trade's row names product and minute; what
/// has the same order belongs to the same trade.
pub(super) fn link(entries: &[Entry<'_>], trades: &mut [Trade]) -> Vec<Option<usize>> {
    let mut links = vec![None; entries.len()];
    let mut orders: HashMap<&str, usize> = HashMap::new();
    for (entry, link) in entries.iter().zip(&mut links).filter(|(entry, _)| entry.is_trade) {
        let fits = |trade: &Trade| {
            !trade.is_paid
                && entry.product.as_ref() == Some(&trade.product)
                && entry.time.is_same_minute(trade.time)
        };
        let has_amount = |trade: &Trade| {
            let amount = trade.transaction.amount.map(|money| money.amount.abs());
            amount == entry.change.map(|change| change.abs())
        };
        let place = trades
            .iter()
            .position(|trade| fits(trade) && has_amount(trade))
            .or_else(|| trades.iter().position(fits));
        if let Some(place) = place {
            trades[place].is_paid = true;
            trades[place].transaction.description = Some(entry.description.clone());
            trades[place].transaction.order.clone_from(&entry.order);
            *link = Some(place);
            if let Some(order) = &entry.order {
                orders.insert(order, place);
            }
        }
    }
    for (entry, link) in entries.iter().zip(&mut links).filter(|(entry, _)| !entry.is_trade) {
        let belongs = match entry.meaning {
            Some(Meaning::Fee(_)) => true,
            Some(Meaning::Cash(kind)) => {
                matches!(kind, CashKind::Conversion | CashKind::Interest)
            }
            Some(Meaning::Bank(_)) | None => false,
        };
        if belongs {
            *link = entry.order.as_deref().and_then(|order| orders.get(order)).copied();
        }
    }
    links
}
