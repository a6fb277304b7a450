//! Instruments whose lots may pass from one to another. What became of one family can be followed without
//! the others: side by side, and only where something of it changed.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::ledger::{InstrumentIndex, Ledger, is_trade};

/// Of each instrument, the first of its family.
pub(super) struct Families(Vec<InstrumentIndex>);

impl Families {
    /// Legs of one corporate action are of one family, and so are what was spun off and its parent.
    pub(super) fn of(ledger: &Ledger) -> Self {
        let mut families = Self((0..ledger.instruments.len()).collect());
        for book in &ledger.books {
            let mut first_legs: HashMap<&str, InstrumentIndex> = HashMap::new();
            for booked in &book.transactions {
                let transaction = &booked.transaction;
                if let Some(group) = &transaction.group
                    && !is_trade(transaction.kind)
                {
                    match first_legs.entry(group) {
                        Entry::Occupied(first) => families.unite(*first.get(), booked.instrument),
                        Entry::Vacant(free) => {
                            free.insert(booked.instrument);
                        }
                    }
                }
                if !book.allocations.is_empty()
                    && let Some((parent, _)) = book.allocations.get(&transaction.identity)
                {
                    families.unite(*parent, booked.instrument);
                }
            }
        }
        for instrument in 0..families.0.len() {
            families.0[instrument] = families.first(instrument);
        }
        families
    }

    /// The first instrument of the same family.
    pub(super) fn first(&self, instrument: InstrumentIndex) -> InstrumentIndex {
        let mut first = instrument;
        while self.0[first] != first {
            first = self.0[first];
        }
        first
    }

    fn unite(&mut self, left: InstrumentIndex, right: InstrumentIndex) {
        let (left, right) = (self.first(left), self.first(right));
        self.0[left.max(right)] = left.min(right);
    }

    /// Each family's members, by the first of them.
    pub(super) fn members(&self) -> HashMap<InstrumentIndex, Vec<InstrumentIndex>> {
        let mut members: HashMap<InstrumentIndex, Vec<InstrumentIndex>> = HashMap::new();
        for instrument in 0..self.0.len() {
            members.entry(self.first(instrument)).or_default().push(instrument);
        }
        members
    }
}
