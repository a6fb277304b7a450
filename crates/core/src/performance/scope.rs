//! What a series is of, and the money that goes in and out of it.

use std::collections::{HashMap, HashSet};

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::account::AccountName;
use crate::cash::CashKind;
use crate::deposits::contributions_but;
use crate::fact::Identity;
use crate::figure::{Figure, product};
use crate::holdings::{Terms, value};
use crate::ledger::{Book, BookedMovement, BookedTransaction, InstrumentIndex, Ledger};
use crate::money::Money;
use crate::transaction::{FeeKind, TransactionKind};

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

    pub(super) const fn has_cash(self) -> bool {
        !matches!(self, Self::Holding { .. })
    }

    pub(super) fn holds(self, instrument: InstrumentIndex) -> bool {
        match self {
            Self::Holding { instrument: own, .. } => own == instrument,
            Self::Portfolio | Self::Account(_) => true,
        }
    }

    /// The first day on which anything happened.
    pub(super) fn first_day(self, ledger: &Ledger) -> Option<Date> {
        let first = |book: &Book| match self {
            Self::Holding { instrument, .. } => {
                let own = |booked: &&BookedTransaction| booked.instrument == instrument;
                book.transactions.iter().find(own).map(|booked| booked.transaction.at.date)
            }
            Self::Portfolio | Self::Account(_) => book.first_day(),
        };
        self.books(ledger).filter_map(first).min()
    }

    /// What was put in (positive) and taken out, in the base currency, oldest first.
    pub(super) fn flows(self, ledger: &Ledger, terms: Terms<'_>) -> Vec<(Date, Figure)> {
        let moves = InternalMoves::of(self.books(ledger));
        let mut flows = Vec::new();
        for book in self.books(ledger) {
            match self {
                Self::Holding { instrument, .. } => {
                    flows.extend(holding_flows(ledger, book, instrument, terms, &moves));
                }
                Self::Portfolio | Self::Account(_) => {
                    let put_in = contributions_but(ledger, book, terms, |booked| moves.has(booked));
                    flows.extend(put_in.into_iter().map(|put_in| (put_in.date, put_in.amount)));
                }
            }
        }
        flows.sort_by_key(|(date, _)| *date);
        flows
    }
}

/// Units that went from one of the books to another on one day: nothing was put in or taken out.
struct InternalMoves(HashSet<Move>);

/// Day, instrument, and units without their sign.
type Move = (Date, InstrumentIndex, Decimal);

impl InternalMoves {
    fn of<'a>(books: impl Iterator<Item = &'a Book>) -> Self {
        let mut seen: HashMap<Move, (i32, i32)> = HashMap::new();
        for booked in books.flat_map(|book| &book.transactions) {
            match booked.transaction.kind {
                TransactionKind::TransferIn => seen.entry(key(booked)).or_default().0 += 1,
                TransactionKind::TransferOut => seen.entry(key(booked)).or_default().1 += 1,
                _ => {}
            }
        }
        let balanced = seen.into_iter().filter(|(_, (n_in, n_out))| n_in == n_out);
        Self(balanced.map(|(key, _)| key).collect())
    }

    fn has(&self, booked: &BookedTransaction) -> bool {
        let kind = booked.transaction.kind;
        matches!(kind, TransactionKind::TransferIn | TransactionKind::TransferOut)
            && self.0.contains(&key(booked))
    }
}

fn key(booked: &BookedTransaction) -> Move {
    (booked.transaction.at.date, booked.instrument, booked.transaction.quantity.abs().normalize())
}

fn holding_flows(
    ledger: &Ledger,
    book: &Book,
    instrument: InstrumentIndex,
    terms: Terms<'_>,
    moves: &InternalMoves,
) -> Vec<(Date, Figure)> {
    let own = || book.transactions.iter().filter(|booked| booked.instrument == instrument);
    let settled: HashSet<&Identity> = own()
        .filter(|booked| booked.is_settled)
        .map(|booked| &booked.transaction.identity)
        .collect();
    let trades = own().filter(|booked| !moves.has(booked)).filter_map(|booked| {
        let date = booked.transaction.at.date;
        Some((date, transaction_flow(ledger, booked, terms)?))
    });
    let movements = book.movements.iter().filter(|booked| {
        let settles = booked.movement.transaction.as_ref();
        booked.instrument == Some(instrument) && settles.is_none_or(|of| !settled.contains(of))
    });
    let income = movements.filter_map(|booked| {
        let date = booked.movement.at.date;
        // What comes out of the holding goes into the cash.
        is_of_holding(booked).then(|| (date, terms.in_base(negative(booked.movement.money), date)))
    });
    trades.chain(income).filter(|(date, _)| *date <= terms.as_of).collect()
}

/// Money, or units at their price, that went into a holding; none for what is part of its return.
fn transaction_flow(
    ledger: &Ledger,
    booked: &BookedTransaction,
    terms: Terms<'_>,
) -> Option<Figure> {
    let transaction = &booked.transaction;
    let date = transaction.at.date;
    if !booked.cash.is_empty() {
        let taxes = booked.fees.iter().filter(|fee| fee.kind == FeeKind::TransactionTax);
        let paid = booked.cash.iter().copied().map(negative).chain(taxes.map(|fee| fee.money));
        let sum = crate::holdings::total(paid.map(|money| terms.in_base(money, date)));
        return Some(sum.figure());
    }
    let is_moved = matches!(
        transaction.kind,
        TransactionKind::TransferIn
            | TransactionKind::TransferOut
            | TransactionKind::Exchange
            | TransactionKind::SpinOff
            | TransactionKind::Buy
            | TransactionKind::Sell
    );
    if !is_moved {
        return None;
    }
    let told = transaction.price.zip(transaction.price_currency);
    let instrument = &ledger.instruments[booked.instrument];
    let worth = match told {
        Some((price, currency)) => product(transaction.quantity, instrument.units_per_contract())
            .and_then(|units| product(units, price))
            .map(|amount| Money::new(amount, currency)),
        None => {
            let price = ledger.prices[booked.instrument].on(date);
            value(instrument, transaction.quantity, price, date)
        }
    };
    Some(worth.and_then(|money| terms.in_base(money, date)))
}

/// Whether a movement is a cost or an income of the instrument; taxes aren't.
const fn is_of_holding(booked: &BookedMovement) -> bool {
    matches!(
        booked.movement.kind,
        CashKind::Dividend
            | CashKind::CapitalReturn
            | CashKind::Interest
            | CashKind::Fee
            | CashKind::Lending
            | CashKind::Reward
            | CashKind::VariationMargin
    )
}

fn negative(money: Money) -> Money {
    Money { amount: Decimal::ZERO - money.amount, ..money }
}
