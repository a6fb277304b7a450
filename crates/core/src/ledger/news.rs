//! What comes new to a book, and what of it is to be put in order again.

use std::collections::{BTreeSet, HashSet};

use jiff::civil::Date;

use super::{Book, is_trade};
use crate::fact::Identity;
use crate::transaction::Transaction;

/// What came new to a book.
pub(super) struct News {
    /// So many transactions are in order; those behind them are new.
    pub(super) n_in_order: usize,
    /// The first day of transactions that came or went; the last that there is where none did.
    pub(super) transactions: Date,
    /// The same of movements.
    pub(super) movements: Date,
    pub(super) balances: bool,
    /// Whether its cash was told before; none where the book is new.
    pub(super) was_cash_known: Option<bool>,
    /// Transactions that are to be joined anew with the movements that settle them; none where all are.
    pub(super) to_settle: Option<HashSet<Identity>>,
    /// Corporate actions whose legs are others than before: all of them may take effect at another time.
    pub(super) groups: BTreeSet<String>,
}

impl News {
    /// Of a book that was there before.
    pub(super) fn of(book: &Book) -> Self {
        Self {
            n_in_order: book.transactions.len(),
            was_cash_known: Some(book.is_cash_known()),
            to_settle: Some(HashSet::new()),
            ..Self::of_new()
        }
    }

    pub(super) const fn of_new() -> Self {
        Self {
            n_in_order: 0,
            transactions: Date::MAX,
            movements: Date::MAX,
            balances: false,
            was_cash_known: None,
            to_settle: None,
            groups: BTreeSet::new(),
        }
    }

    /// Takes note of a transaction that came, or went.
    pub(super) fn hear_of(&mut self, transaction: &Transaction) {
        self.transactions = self.transactions.min(transaction.at.date);
        self.groups.extend(transaction.group.clone().filter(|_| !is_trade(transaction.kind)));
    }
}
