//! Fees: those of transactions, and those that stand by themselves.

use std::collections::HashSet;

use crate::cash::CashKind;
use crate::fact::Identity;
use crate::ledger::{Book, InstrumentIndex};
use crate::moment::Moment;
use crate::money::Money;
use crate::statement::Source;
use crate::transaction::FeeKind;

/// A row of the fees. Negative: paid.
#[derive(Debug, Clone)]
pub struct PaidFee<'a> {
    /// Of the transaction that tells it, and which of its fees it is, from 1; or of the movement.
    of: (&'a Identity, Option<usize>),
    pub book: &'a Book,
    pub at: Moment,
    pub kind: FeeKind,
    pub money: Money,
    pub instrument: Option<InstrumentIndex>,
    pub description: Option<&'a str>,
    pub source: &'a Source,
}

impl PaidFee<'_> {
    #[must_use]
    pub fn id(&self) -> String {
        match self.of {
            (transaction, Some(place)) => format!("{transaction}:fee-{place}"),
            (movement, None) => movement.to_string(),
        }
    }
}

/// Fees of a book, oldest first. A fee that both a transaction and a cash movement tell counts once.
#[must_use]
pub fn fees(book: &Book) -> Vec<PaidFee<'_>> {
    let with_transactions = book.transactions.iter().flat_map(|booked| {
        booked.fees.iter().enumerate().map(move |(place, fee)| PaidFee {
            of: (&booked.transaction.identity, Some(place + 1)),
            book,
            at: booked.transaction.at,
            kind: fee.kind,
            money: fee.money,
            instrument: Some(booked.instrument),
            description: fee.description.as_deref(),
            source: &booked.source,
        })
    });
    // Few movements name a transaction, while nearly all transactions tell their fees.
    let fee_movements = book.movements.iter().filter(|it| it.movement.kind == CashKind::Fee);
    let named: HashSet<&Identity> =
        fee_movements.filter_map(|it| it.movement.transaction.as_ref()).collect();
    let transactions = book.transactions.iter().filter(|it| !it.fees.is_empty());
    let told: HashSet<&Identity> = transactions
        .map(|it| &it.transaction.identity)
        .filter(|identity| named.contains(identity))
        .collect();
    let alone = book.movements.iter().filter_map(|booked| {
        let movement = &booked.movement;
        let is_told = movement.transaction.as_ref().is_some_and(|identity| told.contains(identity));
        (movement.kind == CashKind::Fee && !is_told).then(|| PaidFee {
            of: (&movement.identity, None),
            book,
            at: movement.at,
            kind: movement.fee_kind.unwrap_or(FeeKind::Other),
            money: movement.money,
            instrument: booked.instrument,
            description: movement.description.as_deref(),
            source: &booked.source,
        })
    });
    let mut fees: Vec<PaidFee<'_>> = with_transactions.chain(alone).collect();
    // No two are of the same, so that there is no order to keep.
    fees.sort_unstable_by(|left, right| {
        left.at.cmp(&right.at).then_with(|| left.of.cmp(&right.of))
    });
    fees
}
