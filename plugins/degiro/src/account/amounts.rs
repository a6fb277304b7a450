//! Amounts that the statement tells in words, or only by its balance.

use std::collections::HashMap;
use std::rc::Rc;

use stonks_plugin_sdk::{CashKind, Decimal};

use super::entry::{Entry, Subject};

/// Fills in what follows from words and balances. `order` holds the entries' places, oldest first.
pub(super) fn fill_in(entries: &mut [Entry], order: &[usize]) {
    let mut balances: HashMap<Rc<str>, Decimal> = HashMap::new();
    for (at, &place) in order.iter().enumerate() {
        let entry = &entries[place];
        let before = entry.currency.as_ref().and_then(|currency| balances.get(currency)).copied();
        let moved =
            before.zip(entry.balance).and_then(|(before, behind)| behind.checked_sub(before));
        let amount = match &entry.subject {
            Subject::Bank { goes, told } if entry.amount.is_none() => {
                from_words(*told, *goes, moved).or_else(|| {
                    let sweep = sweep_beside(entries, order, at)?;
                    told.is_none_or(|told| told == sweep.abs()).then_some(-sweep)
                })
            }
            Subject::Fund { .. } if entry.amount.is_none() => {
                Some(of_fund(before, moved).unwrap_or_default())
            }
            _ => entry.amount,
        };
        entries[place].amount = amount;
        let entry = &entries[place];
        if let (Some(currency), Some(balance)) = (&entry.currency, entry.balance) {
            balances.insert(Rc::clone(currency), balance);
        }
    }
}

/// What the words of a row tell of its amount.
pub(super) fn in_words(entry: &Entry) -> Option<Decimal> {
    match entry.subject {
        Subject::Bank { goes, told } => from_words(told, goes, None),
        _ => None,
    }
}

/// The other side of a sweep. What goes to the bank was taken out by the sweep, and this row puts it
/// back, since money at the bank is the customer's, too. The balance has the last word on the sign.
fn from_words(
    told: Option<Decimal>,
    goes: Option<bool>,
    moved: Option<Decimal>,
) -> Option<Decimal> {
    let told = told?;
    if let Some(moved) = moved.filter(|moved| moved.abs() == told) {
        return Some(moved);
    }
    goes.map(|goes| if goes { told } else { -told })
}

/// The amount of the sweep in the same minute: the nearest row before or behind.
fn sweep_beside(entries: &[Entry], order: &[usize], at: usize) -> Option<Decimal> {
    let own = &entries[order[at]];
    [at.checked_sub(1), at.checked_add(1)]
        .into_iter()
        .flatten()
        .filter_map(|beside| order.get(beside).map(|&place| &entries[place]))
        .filter(|entry| entry.stamp == own.stamp && entry.currency == own.currency)
        .find(|entry| entry.subject == Subject::Cash(CashKind::InternalTransfer))
        .and_then(|entry| entry.amount)
}

/// What the money market fund gained or lost, where DEGIRO changed the balance without an amount:
/// cents, or a per mille. More than that is a gap in the file.
fn of_fund(before: Option<Decimal>, moved: Option<Decimal>) -> Option<Decimal> {
    let most = before?.abs().checked_mul(Decimal::new(2, 3))?.checked_add(Decimal::new(10, 2))?;
    moved.filter(|moved| moved.abs() <= most)
}
