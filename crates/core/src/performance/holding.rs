//! What happened to one instrument, and the money that went in and out of it.

use std::collections::HashSet;

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::scope::{Changes, InternalMoves, unit_change};
use crate::cash::CashKind;
use crate::fact::Identity;
use crate::figure::{Figure, product};
use crate::holdings::{Terms, value};
use crate::ledger::{Book, BookedMovement, BookedTransaction, InstrumentIndex, Ledger};
use crate::money::Money;
use crate::transaction::{FeeKind, TransactionKind};

/// An instrument's transactions and movements, of whatever books.
#[derive(Default)]
pub(super) struct Own<'a> {
    transactions: Vec<&'a BookedTransaction>,
    movements: Vec<&'a BookedMovement>,
}

impl<'a> Own<'a> {
    pub(super) fn of(books: impl Iterator<Item = &'a Book>, instrument: InstrumentIndex) -> Self {
        let mut own = Self::default();
        for book in books {
            let is_own = |booked: &&BookedTransaction| booked.instrument == instrument;
            own.transactions.extend(book.transactions.iter().filter(is_own));
            let is_own = |booked: &&BookedMovement| booked.instrument == Some(instrument);
            own.movements.extend(book.movements.iter().filter(is_own));
        }
        own
    }

    pub(super) fn each(books: impl Iterator<Item = &'a Book>, n_instruments: usize) -> Vec<Self> {
        let mut each: Vec<Self> = Vec::new();
        each.resize_with(n_instruments, Self::default);
        for book in books {
            for booked in &book.transactions {
                each[booked.instrument].transactions.push(booked);
            }
            for booked in &book.movements {
                if let Some(instrument) = booked.instrument {
                    each[instrument].movements.push(booked);
                }
            }
        }
        each
    }

    pub(super) const fn has_units(&self) -> bool {
        !self.transactions.is_empty()
    }

    /// All changes; flows of `since` and of later days.
    pub(super) fn changes(
        &self,
        ledger: &Ledger,
        terms: Terms<'_>,
        since: Date,
        moves: &InternalMoves,
    ) -> Changes {
        let dates = self.transactions.iter().map(|booked| booked.transaction.at.date);
        Changes {
            first: dates.min(),
            units: self.transactions.iter().copied().map(unit_change).collect(),
            cash: Vec::new(),
            flows: self.flows(ledger, terms, since, moves),
        }
    }

    fn flows(
        &self,
        ledger: &Ledger,
        terms: Terms<'_>,
        since: Date,
        moves: &InternalMoves,
    ) -> Vec<(Date, Figure)> {
        let settled: HashSet<&Identity> = self
            .transactions
            .iter()
            .filter(|booked| booked.is_settled)
            .map(|booked| &booked.transaction.identity)
            .collect();
        let is_asked = |date: Date| since <= date && date <= terms.as_of;
        let trades = self.transactions.iter().filter(|booked| !moves.has(booked));
        let trades = trades.filter(|booked| is_asked(booked.transaction.at.date));
        let trades = trades.filter_map(|booked| {
            let date = booked.transaction.at.date;
            Some((date, transaction_flow(ledger, booked, terms)?))
        });
        let movements = self.movements.iter().filter(|booked| {
            let settles = booked.movement.transaction.as_ref();
            is_asked(booked.movement.at.date)
                && is_of_holding(booked)
                && settles.is_none_or(|of| !settled.contains(of))
        });
        let income = movements.map(|booked| {
            let date = booked.movement.at.date;
            // What comes out of the holding goes into the cash.
            (date, terms.in_base(negative(booked.movement.money), date))
        });
        let mut flows: Vec<(Date, Figure)> = trades.chain(income).collect();
        flows.sort_by_key(|(date, _)| *date);
        flows
    }
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
