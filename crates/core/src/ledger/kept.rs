//! Facts as books keep them, and as they were told.

use smallvec::SmallVec;

use super::{BookedMovement, BookedTransaction, InstrumentIndex, OfInstrument};
use crate::cash::{Balance, CashMovement, Position, UpcomingDividend};
use crate::fact::Identity;
use crate::money::Money;
use crate::statement::Statement;
use crate::transaction::Transaction;

/// A fact in a book.
pub(super) trait Kept {
    type Fact;

    fn identity(&self) -> &Identity;

    /// The statement that it was made of.
    fn told(&self) -> Statement<Self::Fact>;
}

impl BookedTransaction {
    /// A transaction with its own cash and its own fees, before anything settles it.
    pub(super) fn new(statement: Statement<Box<Transaction>>, instrument: InstrumentIndex) -> Self {
        let Statement { fact: mut transaction, source } = statement;
        let fees = std::mem::take(&mut transaction.fees);
        let cash = own_cash(&transaction, fees.iter().map(|fee| fee.money));
        Self {
            units: transaction.quantity,
            transaction,
            instrument,
            source,
            cash,
            has_own_fees: !fees.is_empty(),
            fees,
            is_settled: false,
        }
    }
}

impl Kept for BookedTransaction {
    type Fact = Box<Transaction>;

    fn identity(&self) -> &Identity {
        &self.transaction.identity
    }

    fn told(&self) -> Statement<Self::Fact> {
        let mut fact = self.transaction.clone();
        if self.has_own_fees {
            fact.fees.clone_from(&self.fees);
        }
        Statement { fact, source: self.source.clone() }
    }
}

impl Kept for BookedMovement {
    type Fact = CashMovement;

    fn identity(&self) -> &Identity {
        &self.movement.identity
    }

    fn told(&self) -> Statement<Self::Fact> {
        Statement { fact: self.movement.clone(), source: self.source.clone() }
    }
}

/// Facts that are kept as they are.
macro_rules! kept_as_they_are {
    ($($kept:ty: $fact:ty),*) => {$(
        impl Kept for $kept {
            type Fact = $fact;

            fn identity(&self) -> &Identity {
                &self.fact.identity
            }

            fn told(&self) -> Statement<Self::Fact> {
                Statement { fact: self.fact.clone(), source: self.source.clone() }
            }
        }
    )*};
}

kept_as_they_are!(
    OfInstrument<Position>: Position,
    OfInstrument<UpcomingDividend>: UpcomingDividend,
    Statement<Balance>: Balance
);

/// What a broker says of an instrument in one of its accounts.
pub(super) trait Claim {
    fn instrument(&self) -> &Identity;
    fn broker_account(&self) -> Option<&Identity>;
}

impl Claim for Position {
    fn instrument(&self) -> &Identity {
        &self.instrument
    }

    fn broker_account(&self) -> Option<&Identity> {
        self.broker_account.as_ref()
    }
}

impl Claim for UpcomingDividend {
    fn instrument(&self) -> &Identity {
        &self.instrument
    }

    fn broker_account(&self) -> Option<&Identity> {
        self.broker_account.as_ref()
    }
}

/// Sums by currency, in units that balances are kept in; sums of zero are left out.
pub(super) fn by_currency(amounts: impl Iterator<Item = Money>) -> SmallVec<[Money; 1]> {
    let mut sums = SmallVec::<[Money; 1]>::new();
    for money in amounts.map(Money::in_major_unit) {
        match sums.iter_mut().find(|sum| sum.currency == money.currency) {
            Some(sum) => sum.amount = sum.amount.saturating_add(money.amount),
            None => sums.push(money),
        }
    }
    sums.retain(|sum| !sum.amount.is_zero());
    sums.sort_by_key(|sum| sum.currency);
    sums
}

/// What a transaction and its fees say of its cash.
fn own_cash(transaction: &Transaction, fees: impl Iterator<Item = Money>) -> SmallVec<[Money; 1]> {
    match transaction.settled {
        Some(settled) => by_currency(std::iter::once(settled)),
        None => by_currency(transaction.amount.into_iter().chain(transaction.accrued).chain(fees)),
    }
}
