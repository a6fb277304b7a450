//! Statements as they arrive, beside those of before: which tell a new fact, and which tell a known one
//! in another way.

use std::collections::{BTreeMap, HashMap};
use std::hash::BuildHasher as _;

use hashbrown::DefaultHashBuilder;
use hashbrown::hash_table::{Entry, HashTable};

use super::{Completed, Delivery, Statement, lead_and_complete};
use crate::account::AccountName;
use crate::fact::Identity;

/// Whom facts belong to, each with a number, and that of each delivery.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Owners {
    numbers: BTreeMap<Option<AccountName>, usize>,
    of_delivery: Vec<usize>,
}

impl Owners {
    /// Takes deliveries in behind those of before.
    pub(crate) fn extend(&mut self, deliveries: &[Delivery]) {
        for delivery in deliveries {
            let next = self.numbers.len();
            let number = *self.numbers.entry(delivery.account.clone()).or_insert(next);
            self.of_delivery.push(number);
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.numbers.len()
    }

    /// By owner, whether a delivery is theirs, of those from `first` on.
    pub(crate) fn telling(&self, first: usize) -> Vec<bool> {
        let mut telling = vec![false; self.len()];
        for owner in self.of_delivery.iter().skip(first) {
            telling[*owner] = true;
        }
        telling
    }

    pub(crate) fn of_delivery(&self, delivery: usize) -> usize {
        self.of_delivery[delivery]
    }

    pub(crate) fn of_account(&self, account: &AccountName) -> Option<usize> {
        self.numbers.get(&Some(account.clone())).copied()
    }
}

/// All statements of those facts that were told in more than one way, so that the next can be weighed
/// against each. Those that say nothing new aren't kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Versions<T>(HashMap<(usize, Identity), Vec<Statement<T>>>);

impl<T> Default for Versions<T> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

/// What became of statements that arrived.
pub(crate) struct Arrived<T, K> {
    /// Facts that weren't known, in the order of first arrival.
    pub(crate) new: Vec<Statement<T>>,
    /// Known facts as they are told from now on, by where they stand.
    pub(crate) changed: Vec<(K, Statement<T>)>,
}

impl<T: Completed + Clone + PartialEq> Versions<T> {
    /// Makes one fact of the statements that share account and identity: of those that arrive, and of
    /// those of before.
    ///
    /// `known` are the facts of before, each with its place and the number of its owner, and `told` is
    /// what was said of one of them. Neither is asked where nothing arrives.
    pub(crate) fn arrive<'k, K: Copy, I: Iterator<Item = (K, usize, &'k Identity)>>(
        &mut self,
        (deliveries, owners): (&[Delivery], &Owners),
        statements: Vec<Statement<T>>,
        known: impl FnOnce() -> I,
        told: impl Fn(K) -> Statement<T>,
    ) -> Arrived<T, K> {
        if statements.is_empty() {
            return Arrived { new: statements, changed: Vec::new() };
        }
        let Places { mut others, matched } = Places::of(&statements, owners, known());
        if others.is_empty() && matched.is_empty() {
            return Arrived { new: statements, changed: Vec::new() };
        }
        let mut statements: Vec<Option<Statement<T>>> = statements.into_iter().map(Some).collect();
        let mut take = |place: usize| {
            let places = std::iter::once(place).chain(others.remove(&place).unwrap_or_default());
            places.filter_map(|place| statements[place].take()).collect::<Vec<_>>()
        };
        let mut changed = Vec::with_capacity(matched.len());
        for (kept, place) in matched {
            let arrived = take(place);
            let Some(first) = arrived.first() else { continue };
            let key = key_of(first, owners);
            let mut all = self.0.get(&key).cloned().unwrap_or_else(|| vec![told(kept)]);
            let n_known = all.len();
            add(&mut all, arrived, deliveries);
            if all.len() > n_known {
                changed.extend(self.one_of(key, all, deliveries).map(|fact| (kept, fact)));
            }
        }
        let places = 0..statements.len();
        let new = places.filter_map(|place| {
            let first = statements[place].take()?;
            let Some(others) = others.remove(&place) else { return Some(first) };
            let key = key_of(&first, owners);
            let mut all = vec![first];
            let others = others.into_iter().filter_map(|other| statements[other].take()).collect();
            add(&mut all, others, deliveries);
            self.one_of(key, all, deliveries)
        });
        Arrived { new: new.collect(), changed }
    }

    /// The fact that several statements tell. They are kept where they differ.
    fn one_of(
        &mut self,
        key: (usize, Identity),
        all: Vec<Statement<T>>,
        deliveries: &[Delivery],
    ) -> Option<Statement<T>> {
        if all.len() > 1 {
            self.0.insert(key, all.clone());
        }
        lead_and_complete(deliveries, all)
    }
}

fn key_of<T: Completed>(statement: &Statement<T>, owners: &Owners) -> (usize, Identity) {
    (owners.of_delivery(statement.source.delivery), statement.fact.identity().clone())
}

/// Adds statements that say anything that none of before says with the same rank.
fn add<T: PartialEq>(
    all: &mut Vec<Statement<T>>,
    arrived: Vec<Statement<T>>,
    deliveries: &[Delivery],
) {
    let rank = |statement: &Statement<T>| deliveries[statement.source.delivery].rank;
    for statement in arrived {
        let is_same =
            |known: &Statement<T>| known.fact == statement.fact && rank(known) == rank(&statement);
        if !all.iter().any(is_same) {
            all.push(statement);
        }
    }
}

/// Which of the statements that arrived tell one fact, by their places.
struct Places<K> {
    /// By the first statement of each fact.
    others: BTreeMap<usize, Vec<usize>>,
    /// Where known facts stand, and the first statement that tells them again.
    matched: Vec<(K, usize)>,
}

impl<K> Places<K> {
    fn of<'k, T: Completed>(
        statements: &[Statement<T>],
        owners: &Owners,
        known: impl Iterator<Item = (K, usize, &'k Identity)>,
    ) -> Self {
        // Of ten years of quotes hardly any is told twice: whose it is and what is all that is looked at.
        let key = |place: usize| {
            let statement = &statements[place];
            (owners.of_delivery(statement.source.delivery), statement.fact.identity())
        };
        // Places alone, since the keys stand in the statements: a third of the memory.
        let hasher = DefaultHashBuilder::default();
        let hash = |place: &usize| hasher.hash_one(key(*place));
        let mut first_of = HashTable::with_capacity(statements.len());
        let mut others: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for place in 0..statements.len() {
            match first_of.entry(hash(&place), |first| key(*first) == key(place), hash) {
                Entry::Occupied(first) => others.entry(*first.get()).or_default().push(place),
                Entry::Vacant(free) => {
                    free.insert(place);
                }
            }
        }
        let matched = known.filter_map(|(kept, owner, identity)| {
            let wanted = (owner, identity);
            let first = first_of.find(hasher.hash_one(wanted), |first| key(*first) == wanted)?;
            Some((kept, *first))
        });
        Self { others, matched: matched.collect() }
    }
}
