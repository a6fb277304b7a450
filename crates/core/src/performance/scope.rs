//! What a series is of, and what changes in it.

use std::collections::{HashMap, HashSet};

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::holding::Own;
use crate::account::AccountName;
use crate::deposits::contributions_since;
use crate::figure::Figure;
use crate::holdings::Terms;
use crate::ledger::{Book, BookedTransaction, CashFlow, InstrumentIndex, Ledger};
use crate::transaction::TransactionKind;

/// What returns are told of.
///
/// - A portfolio or an account: holdings and cash. Money goes in and out by deposits, withdrawals,
///   and units moved in and out.
/// - A holding: its units alone. Money goes in by purchases and costs, and out by sales, dividends and
///   other income. Taxes are left out, so that it is told what the instrument brought, whoever holds
///   it. Source: Portfolio Performance, performance of a security.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope<'a> {
    Portfolio,
    Account(&'a AccountName),
    Holding { instrument: InstrumentIndex, account: Option<&'a AccountName> },
}

/// Changes of a series' units and cash, in no order, and its flows, oldest first.
pub(super) struct Changes {
    /// The first day on which anything happened.
    pub(super) first: Option<Date>,
    pub(super) units: Vec<(Date, InstrumentIndex, Decimal)>,
    pub(super) cash: Vec<CashFlow>,
    /// Put in (positive) and taken out, in the base currency. Only since the day that was asked for.
    pub(super) flows: Vec<(Date, Figure)>,
}

impl<'a> Scope<'a> {
    const fn account(self) -> Option<&'a AccountName> {
        match self {
            Self::Portfolio => None,
            Self::Account(account) => Some(account),
            Self::Holding { account, .. } => account,
        }
    }

    pub(super) fn books(self, ledger: &'a Ledger) -> impl Iterator<Item = &'a Book> {
        ledger.books_of(self.account())
    }

    /// All changes; flows of `since` and of later days.
    pub(super) fn changes(self, ledger: &'a Ledger, terms: Terms<'_>, since: Date) -> Changes {
        let moves = InternalMoves::of(self.books(ledger), since);
        if let Self::Holding { instrument, .. } = self {
            return Own::of(self.books(ledger), instrument).changes(ledger, terms, since, &moves);
        }
        let (mut units, mut cash, mut flows) = (Vec::new(), Vec::new(), Vec::new());
        for book in self.books(ledger) {
            units.extend(book.transactions.iter().map(unit_change));
            if book.is_cash_known() {
                cash.extend(book.cash_flows());
            }
            let put_in =
                contributions_since(ledger, book, terms, since, |booked| moves.has(booked));
            flows.extend(put_in.into_iter().map(|put_in| (put_in.date, put_in.amount)));
        }
        flows.sort_by_key(|(date, _)| *date);
        let first = self.books(ledger).filter_map(Book::first_day).min();
        Changes { first, units, cash, flows }
    }

    /// Changes of each holding, looked up in one pass over the books; flows of `since` and of later days.
    pub(super) fn of_each_holding(
        ledger: &'a Ledger,
        account: Option<&'a AccountName>,
        terms: Terms<'_>,
        since: impl Fn(InstrumentIndex) -> Date,
    ) -> Vec<(InstrumentIndex, Changes)> {
        let held = Own::each(ledger.books_of(account), ledger.instruments.len());
        let with_units = || held.iter().enumerate().filter(|(_, own)| own.has_units());
        let first = with_units().map(|(place, _)| since(place)).min().unwrap_or(Date::MIN);
        let moves = InternalMoves::of(ledger.books_of(account), first);
        with_units()
            .map(|(place, own)| (place, own.changes(ledger, terms, since(place), &moves)))
            .collect()
    }
}

pub(super) fn unit_change(booked: &BookedTransaction) -> (Date, InstrumentIndex, Decimal) {
    (booked.transaction.at.date, booked.instrument, booked.units)
}

/// Units that went from one of the books to another on one day: nothing was put in or taken out.
pub(super) struct InternalMoves(HashSet<Move>);

/// Day, instrument, and units without their sign.
type Move = (Date, InstrumentIndex, Decimal);

impl InternalMoves {
    /// Those of `since` and of later days.
    fn of<'a>(books: impl Iterator<Item = &'a Book>, since: Date) -> Self {
        let mut seen: HashMap<Move, (i32, i32)> = HashMap::new();
        for booked in books.flat_map(|book| &book.transactions[book.first_since(since)..]) {
            match booked.transaction.kind {
                TransactionKind::TransferIn => seen.entry(key(booked)).or_default().0 += 1,
                TransactionKind::TransferOut => seen.entry(key(booked)).or_default().1 += 1,
                _ => {}
            }
        }
        let balanced = seen.into_iter().filter(|(_, (n_in, n_out))| n_in == n_out);
        Self(balanced.map(|(key, _)| key).collect())
    }

    pub(super) fn has(&self, booked: &BookedTransaction) -> bool {
        let kind = booked.transaction.kind;
        matches!(kind, TransactionKind::TransferIn | TransactionKind::TransferOut)
            && self.0.contains(&key(booked))
    }
}

fn key(booked: &BookedTransaction) -> Move {
    (booked.transaction.at.date, booked.instrument, booked.transaction.quantity.abs().normalize())
}
