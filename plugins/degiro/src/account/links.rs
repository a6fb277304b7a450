//! Which costs and conversions belong to which trade, and which conversions to each other.

use std::collections::HashMap;
use std::rc::Rc;

use stonks_plugin_sdk::CashKind;

use super::entry::{Entry, Subject};
use crate::instruments::Place;
use crate::stamp::Stamp;

/// What rows of one trade have in common: the order, or where there is none the minute and the
/// instrument.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Order(Rc<str>),
    Minute(Stamp, Place),
}

fn key(entry: &Entry) -> Option<Key> {
    match &entry.order {
        Some(order) => Some(Key::Order(Rc::clone(order))),
        None => entry.instrument.map(|instrument| Key::Minute(entry.stamp, instrument)),
    }
}

/// Rows of one class are counted apart: each trade has its fee, and both sides of its conversion.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Class {
    Fee(&'static str),
    Conversion(Rc<str>),
    Interest,
}

fn class(entry: &Entry) -> Option<Class> {
    use stonks_plugin_sdk::FeeKind::{Conversion, CorporateAction, Transaction, TransactionTax};
    match entry.subject {
        Subject::Fee(Transaction) => Some(Class::Fee("transaction")),
        Subject::Fee(TransactionTax) => Some(Class::Fee("tax")),
        Subject::Fee(Conversion) => Some(Class::Fee("conversion")),
        Subject::Fee(CorporateAction) => Some(Class::Fee("corporate action")),
        Subject::Fee(_) => entry.order.as_ref().map(|_| Class::Fee("other")),
        Subject::Cash(CashKind::Conversion) => {
            Some(Class::Conversion(entry.currency.clone().unwrap_or_default()))
        }
        Subject::AccruedInterest => Some(Class::Interest),
        _ => None,
    }
}

/// Trades under one key, oldest first, and which of them have a row of a class already.
#[derive(Default)]
struct Trades {
    places: Vec<usize>,
    taken: HashMap<(usize, Class), u32>,
}

/// By entry: the place of the trade that it is a cost or a conversion of. `order` holds the entries'
/// places, oldest first.
///
/// Where several trades share a key, one whose money the conversion takes comes first, then the
/// nearest one before that has no such row yet, then the nearest one at all.
pub(super) fn find(entries: &[Entry], order: &[usize]) -> Vec<Option<usize>> {
    let mut of_key: HashMap<Key, Trades> = HashMap::new();
    let mut ranks = vec![0; entries.len()];
    for (rank, &place) in order.iter().enumerate() {
        ranks[place] = rank;
        let entry = &entries[place];
        if entry.trade().is_some() {
            if let Some(key) = key(entry) {
                of_key.entry(key).or_default().places.push(place);
            }
        }
    }
    let mut links = vec![None; entries.len()];
    for &place in order {
        let entry = &entries[place];
        let Some((key, class)) = key(entry).zip(class(entry)) else { continue };
        let Some(trades) = of_key.get_mut(&key) else { continue };
        links[place] = trades.choose(entries, &ranks, place, class);
    }
    links
}

impl Trades {
    fn choose(
        &mut self,
        entries: &[Entry],
        ranks: &[usize],
        place: usize,
        class: Class,
    ) -> Option<usize> {
        let chosen = if let [only] = self.places[..] {
            only
        } else {
            let n_before = self.places.partition_point(|trade| ranks[*trade] < ranks[place]);
            let (before, behind) = self.places.split_at(n_before);
            // Those before, nearest first, then those behind. An order has few executions, and no more
            // than these are looked at.
            let nearest = || before.iter().rev().chain(behind).copied().take(200);
            let is_free = |trade: &usize| !self.taken.contains_key(&(*trade, class.clone()));
            let takes = |trade: &usize| is_opposite(&entries[*trade], &entries[place]);
            let by_money = matches!(class, Class::Conversion(_))
                .then(|| nearest().filter(is_free).find(takes))
                .flatten();
            by_money.or_else(|| nearest().find(is_free)).or_else(|| nearest().next())?
        };
        *self.taken.entry((chosen, class)).or_default() += 1;
        Some(chosen)
    }
}

/// Whether a conversion turns just the money of a trade into that of the account.
fn is_opposite(trade: &Entry, conversion: &Entry) -> bool {
    trade.currency == conversion.currency
        && trade
            .amount
            .zip(conversion.amount)
            .is_some_and(|(paid, got)| paid == -got && !paid.is_zero())
}

/// By entry: what binds both sides of a conversion that belongs to no order.
pub(super) fn conversions(entries: &[Entry], order: &[usize]) -> HashMap<usize, String> {
    let mut groups = HashMap::new();
    let mut open: Option<usize> = None;
    for &place in order {
        let entry = &entries[place];
        if entry.order.is_some() || entry.subject != Subject::Cash(CashKind::Conversion) {
            continue;
        }
        let partner = open.filter(|&other| {
            let other = &entries[other];
            other.stamp == entry.stamp && other.currency != entry.currency
        });
        let Some(partner) = partner else {
            open = Some(place);
            continue;
        };
        let currency = |place: usize| entries[place].currency.clone().unwrap_or_default();
        let (one, other) = (currency(partner), currency(place));
        let pair = if one < other { format!("{one}/{other}") } else { format!("{other}/{one}") };
        let amount = entry.amount.map(|amount| amount.abs()).unwrap_or_default();
        let group =
            format!("{} {pair} {}", entry.stamp, stonks_plugin_sdk::decimal::canonical(amount));
        groups.insert(partner, group.clone());
        groups.insert(place, group);
        open = None;
    }
    groups
}
