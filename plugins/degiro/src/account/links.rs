//! Which costs and conversions belong to which trade, and which conversions to each other.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use stonks_plugin_sdk::CashKind;
use stonks_plugin_sdk::decimal::canonical;

use super::entry::{Entry, Subject};
use crate::instruments::Place;
use crate::stamp::Stamp;

/// What rows of one trade have in common: the order, or where one of them has none the minute and the
/// instrument.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Order(Rc<str>),
    Minute { stamp: Stamp, instrument: Place, has_order: bool },
}

fn order_key(entry: &Entry) -> Option<Key> {
    entry.order.as_ref().map(|order| Key::Order(Rc::clone(order)))
}

fn minute_key(entry: &Entry, has_order: bool) -> Option<Key> {
    entry.instrument.map(|instrument| Key::Minute { stamp: entry.stamp, instrument, has_order })
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

/// By entry: the place of the trade that it is a cost or a conversion of. `order` holds the entries'
/// places, oldest first.
///
/// Where several trades share a key, one whose money the conversion takes comes first, then the
/// nearest one before that has no such row yet, then the nearest one at all.
pub(super) fn find(
    entries: &[Entry],
    order: &[usize],
    sides: &HashMap<usize, usize>,
) -> Vec<Option<usize>> {
    let mut of_key: HashMap<Key, Vec<usize>> = HashMap::new();
    let mut ranks = vec![0; entries.len()];
    for (rank, &place) in order.iter().enumerate() {
        ranks[place] = rank;
        if entries[place].trade().is_some() {
            let entry = &entries[place];
            // Rows without an order may be of any trade, those with one of a trade that has none.
            let bare = minute_key(entry, true).filter(|_| entry.order.is_none());
            for key in [order_key(entry), minute_key(entry, false), bare].into_iter().flatten() {
                of_key.entry(key).or_default().push(place);
            }
        }
    }
    let mut search = Search { entries, ranks, sides, taken: HashSet::new() };
    let mut links = vec![None; entries.len()];
    for &place in order {
        let entry = &entries[place];
        if let Some(class) = class(entry) {
            let by_minute = minute_key(entry, entry.order.is_some());
            let mut keys = order_key(entry).into_iter().chain(by_minute);
            let trades = keys.find_map(|key| of_key.get(&key));
            links[place] = trades.and_then(|trades| search.choose(trades, place, class));
        }
    }
    links
}

struct Search<'a> {
    entries: &'a [Entry],
    /// By entry: how many happened before it.
    ranks: Vec<usize>,
    sides: &'a HashMap<usize, usize>,
    /// Which trades have a row of a class already.
    taken: HashSet<(usize, Class)>,
}

impl Search<'_> {
    fn choose(&mut self, trades: &[usize], place: usize, class: Class) -> Option<usize> {
        let chosen = if let [only] = trades[..] {
            only
        } else {
            let n_before = trades.partition_point(|&trade| self.ranks[trade] < self.ranks[place]);
            let (before, behind) = trades.split_at(n_before);
            // Those before, nearest first, then those behind. An order has few executions, and no more
            // than these are looked at.
            let nearest = || before.iter().rev().chain(behind).copied().take(200);
            let is_free = |trade: &usize| !self.taken.contains(&(*trade, class.clone()));
            let sides = [Some(&place), self.sides.get(&place)];
            let takes = |trade: &usize| {
                let mut sides = sides.into_iter().flatten();
                sides.any(|side| is_opposite(&self.entries[*trade], &self.entries[*side]))
            };
            let by_money = matches!(class, Class::Conversion(_))
                .then(|| nearest().filter(is_free).find(takes))
                .flatten();
            by_money.or_else(|| nearest().find(is_free)).or_else(|| nearest().next())?
        };
        self.taken.insert((chosen, class));
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

/// Both sides of each conversion, each by the other: rows of one minute and order that follow each other.
pub(super) fn sides(entries: &[Entry], order: &[usize]) -> HashMap<usize, usize> {
    let mut sides = HashMap::new();
    let mut open: Option<usize> = None;
    for &place in order {
        let entry = &entries[place];
        if entry.subject != Subject::Cash(CashKind::Conversion) {
            continue;
        }
        let partner = open.filter(|&other| {
            let other = &entries[other];
            (other.stamp, &other.order) == (entry.stamp, &entry.order)
                && other.currency != entry.currency
        });
        if let Some(partner) = partner {
            sides.extend([(partner, place), (place, partner)]);
        }
        open = if partner.is_some() { None } else { Some(place) };
    }
    sides
}

/// What binds both sides of a conversion.
pub(super) fn group(entries: &[Entry], one: usize, other: usize) -> String {
    let side = |place: usize| {
        let entry = &entries[place];
        format!(
            "{} {}",
            canonical(entry.amount.unwrap_or_default()),
            entry.currency.as_deref().unwrap_or_default()
        )
    };
    let (one_side, other_side) = (side(one), side(other));
    let stamp = entries[one].stamp;
    format!("{stamp} {} / {}", (&one_side).min(&other_side), (&one_side).max(&other_side))
}
