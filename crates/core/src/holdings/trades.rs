//! Units for money, and units that come or go without any.

use std::collections::{HashMap, HashSet};

use rust_decimal::Decimal;

use super::positions::Positions;
use crate::fact::Identity;
use crate::figure::{Figure, NoValue, Unknown, difference};
use crate::instrument::Instrument;
use crate::ledger::{BookedTransaction, InstrumentIndex, Ledger, Place, Row};
use crate::lots::{Amounts, CostMethod, FeeTreatment, Lot, Oversell, total};
use crate::money::{Currency, Money};
use crate::sales::{Gain, Sale, used};
use crate::transaction::{Transaction, TransactionKind};

/// What a transaction cost: negative for what it brought in.
pub(super) struct Paid {
    /// With the fees or without, as the account has it.
    pub(super) cost: Amounts,
    /// Positive, in `cost` or beside it.
    pub(super) fees: Amounts,
}

impl Paid {
    fn share(&self, part: Decimal, whole: Decimal) -> Self {
        Self { cost: self.cost.share(part, whole), fees: self.fees.share(part, whole) }
    }
}

/// Units that are closed, and how many of them nobody acquired.
struct Closed {
    quantity: Decimal,
    missing: Decimal,
}

impl Positions<'_> {
    /// Units for money: closes what is held in the other direction, then opens a lot.
    pub(super) fn trade(&mut self, index: usize) {
        let booked = self.booked(index);
        let transaction = &booked.transaction;
        let quantity = transaction.quantity;
        let position = self.position(booked.instrument, transaction);
        let (currency, held) = (position.currency, position.lots.quantity());
        let paid = self.paid(booked, currency);
        let is_closing = !held.is_zero() && held.is_sign_positive() != quantity.is_sign_positive();
        let closed = if is_closing { quantity.abs().min(held.abs()) } else { Decimal::ZERO };
        let opened =
            if quantity.is_sign_positive() { quantity - closed } else { quantity + closed };
        let is_missing = opened < Decimal::ZERO && self.facts().oversell == Oversell::IsIncomplete;
        let missing = if is_missing { -opened } else { Decimal::ZERO };
        if !(closed + missing).is_zero() {
            let share = paid.share(closed + missing, quantity.abs());
            self.close(index, &Closed { quantity: closed + missing, missing }, &share);
        }
        if opened.is_zero() {
            return;
        }
        let Paid { cost, fees } =
            if opened == quantity { paid } else { paid.share(opened, quantity) };
        let (acquired, origin) = (transaction.at.date, Some(self.place(index)));
        let position = self.position(booked.instrument, transaction);
        position.oversold += (-opened).max(Decimal::ZERO);
        if !is_missing {
            position.lots.acquire(Lot { acquired, quantity: opened, cost, fees, origin });
        }
    }

    /// Releases lots for what `paid` tells; what is missing costs nothing.
    fn close(&mut self, index: usize, closed: &Closed, paid: &Paid) {
        let booked = self.booked(index);
        let (instrument, date) = (booked.instrument, booked.transaction.at.date);
        let direction = self.held(instrument);
        if self.watched == Some(self.place(index))
            && let Some(position) = self.open.get(&(self.book, instrument))
        {
            self.told.candidates = position.lots.in_order_of_release();
        }
        let lots = self.release(index, instrument, closed.quantity - closed.missing);
        let cost = total(lots.iter().map(|lot| &lot.cost));
        let fees = total(lots.iter().map(|lot| &lot.fees)).plus(&paid.fees);
        // What closes brings in the negative of its cost.
        let proceeds = paid.cost.negated();
        let currency = self.position(instrument, &booked.transaction).currency;
        let terms = self.terms;
        let gain_of =
            |cost: &Amounts, proceeds: &Amounts| Gain::of(cost, proceeds, currency, date, terms);
        let gain = gain_of(&cost, &proceeds);
        self.realize(instrument, &gain, &fees);
        self.tell(|positions| {
            let is_cover = direction < Decimal::ZERO;
            let signed = |units: Decimal| if is_cover { -units } else { units };
            let (quantity, missing) = (signed(closed.quantity), closed.missing);
            let lots = used(lots, (quantity, missing), &proceeds, &gain, gain_of);
            Sale {
                account: positions.facts().account.clone(),
                account_label: positions.facts().label(),
                instrument,
                date,
                place: positions.place(index),
                quantity,
                currency,
                proceeds,
                cost,
                fees,
                gain,
                lots,
                missing,
            }
        });
    }

    /// Takes units: the lots that the user named for this transaction, then those whose turn it is.
    pub(super) fn release(
        &mut self,
        index: usize,
        instrument: InstrumentIndex,
        quantity: Decimal,
    ) -> Vec<Lot> {
        let named = self.named(index);
        let Some(position) = self.open.get_mut(&(self.book, instrument)) else { return Vec::new() };
        let mut released = Vec::new();
        let mut left = quantity;
        for (origin, wanted) in named {
            let Some(acquired) = self.ledger.transaction(origin).map(|it| it.transaction.at.date)
            else {
                continue;
            };
            let lots = position.lots.release_named(origin, acquired, wanted.min(left));
            left -= lots.iter().map(|lot| lot.quantity.abs()).sum::<Decimal>();
            released.extend(lots);
        }
        released.extend(position.lots.release(left));
        released
    }

    /// Where the lots that the user named for a transaction were acquired: in this account, or in one
    /// that they came from.
    fn named(&self, index: usize) -> Vec<(Place, Decimal)> {
        let facts = self.facts();
        if facts.method != CostMethod::Specific || facts.selections.is_empty() {
            return Vec::new();
        }
        let identity = &self.booked(index).transaction.identity;
        let selections = facts.selections.get(identity).into_iter().flatten();
        selections
            .flat_map(|(acquisition, quantity)| {
                self.origins.of(acquisition).iter().map(move |origin| (*origin, *quantity))
            })
            .collect()
    }

    /// The negative of what a transaction did to the cash, or the value of units that came without any.
    pub(super) fn paid(&self, booked: &BookedTransaction, currency: Currency) -> Paid {
        let fees = self.spent(&booked.fees.iter().map(|fee| fee.money), booked, currency);
        let transaction = &booked.transaction;
        let is_charged = booked.is_settled || transaction.settled.is_some();
        let charged = || self.spent(&booked.cash.iter().copied(), booked, currency);
        let with_fees = match self.amount(booked, is_charged) {
            Some(amount) => {
                let amounts = std::iter::once(amount).chain(transaction.accrued);
                let mut cost = self.spent(&amounts, booked, currency).plus(&fees);
                // What the account was really charged beats any reference rate.
                if is_charged && !booked.cash.is_empty() {
                    cost.base = charged().base;
                }
                cost
            }
            None if is_charged => charged(),
            None => Amounts::unknown(&NoValue::NoCost(Box::new(Unknown {
                account: self.facts().label(),
                instrument: self.ledger.instruments[booked.instrument].label().to_owned(),
            }))),
        };
        let cost = match self.facts().fee_treatment {
            FeeTreatment::InCost => with_fees,
            FeeTreatment::Apart => with_fees.minus(&fees),
        };
        Paid { cost, fees }
    }

    /// The cash effect of the units alone, as the transaction tells it or as it follows from the price.
    fn amount(&self, booked: &BookedTransaction, is_charged: bool) -> Option<Money> {
        let transaction = &booked.transaction;
        if transaction.amount.is_some() {
            return transaction.amount;
        }
        if is_free(transaction.kind) && !is_charged {
            return Some(Money::new(Decimal::ZERO, self.terms.base));
        }
        let value = value_of_units(transaction, &self.ledger.instruments[booked.instrument])?;
        Some(Money::new(-value.amount, value.currency))
    }

    /// The negative of changes of cash, at the rates of the day.
    fn spent(
        &self,
        amounts: &(impl Iterator<Item = Money> + Clone),
        booked: &BookedTransaction,
        currency: Currency,
    ) -> Amounts {
        let date = booked.transaction.at.date;
        let spent = |to: Currency| -> Figure {
            amounts.clone().try_fold(Decimal::ZERO, |total, money| {
                difference(total, self.terms.rates.convert(money, to, date)?)
            })
        };
        let native = spent(currency);
        let is_base = currency == self.terms.base;
        let base = if is_base { native.clone() } else { spent(self.terms.base) };
        Amounts { native, base }
    }

    /// Units that go without a sale. Where cash came for them, it was one.
    pub(super) fn take_out(&mut self, index: usize) {
        let booked = self.booked(index);
        let is_paid = booked.cash.iter().any(|money| money.amount > Decimal::ZERO);
        if is_paid || booked.transaction.kind == TransactionKind::Delisting {
            return self.trade(index);
        }
        let position = self.position(booked.instrument, &booked.transaction);
        let currency = position.currency;
        let gone = booked.transaction.quantity.abs();
        position.oversold += (gone - position.lots.quantity()).max(Decimal::ZERO);
        let lots = self.release(index, booked.instrument, gone);
        self.moving.send(self.place(index), lots, currency);
    }

    /// Units from elsewhere: with their lots where they left another own account.
    pub(super) fn take_in(&mut self, index: usize) {
        let booked = self.booked(index);
        let transaction = &booked.transaction;
        let Some((lots, from)) = self.arriving(self.place(index)) else { return self.trade(index) };
        let to = self.position(booked.instrument, transaction).currency;
        let mut missing = transaction.quantity;
        for mut lot in lots {
            if lot.quantity > missing {
                lot.cost = lot.cost.share(missing, lot.quantity);
                lot.fees = lot.fees.share(missing, lot.quantity);
                lot.quantity = missing;
            }
            missing -= lot.quantity;
            let lot = self.told_in(lot, from, to);
            self.position(booked.instrument, transaction).lots.acquire(lot);
        }
        if missing > Decimal::ZERO {
            let Paid { cost, fees } = self.paid(booked, to).share(missing, transaction.quantity);
            let (acquired, origin) = (transaction.at.date, Some(self.place(index)));
            let lot = Lot { acquired, quantity: missing, cost, fees, origin };
            self.position(booked.instrument, transaction).lots.acquire(lot);
        }
    }

    /// The same lot where its instrument is priced in another currency: at the rate of its purchase.
    pub(super) fn told_in(&self, lot: Lot, from: Currency, to: Currency) -> Lot {
        if from == to {
            return lot;
        }
        let date = lot.acquired;
        let convert = |amounts: Amounts| Amounts {
            native: amounts
                .native
                .and_then(|amount| self.terms.rates.convert(Money::new(amount, from), to, date)),
            base: amounts.base,
        };
        Lot { cost: convert(lot.cost), fees: convert(lot.fees), ..lot }
    }
}

/// Where transactions that the user named stand.
#[derive(Default)]
pub(super) struct Origins(HashMap<Identity, Vec<Place>>);

impl Origins {
    /// Of all that any account's selections name.
    pub(super) fn new(ledger: &Ledger) -> Self {
        let wanted: HashSet<_> = ledger
            .books
            .iter()
            .flat_map(|book| book.selections.values().flatten())
            .map(|(acquisition, _)| acquisition)
            .collect();
        let mut origins = Self::default();
        if wanted.is_empty() {
            return origins;
        }
        for (book, facts) in ledger.books.iter().enumerate() {
            for (index, booked) in facts.transactions.iter().enumerate() {
                let identity = &booked.transaction.identity;
                if wanted.contains(identity) {
                    let place = Place { book, row: Row::Transaction(index) };
                    origins.0.entry(identity.clone()).or_default().push(place);
                }
            }
        }
        origins
    }

    fn of(&self, identity: &Identity) -> &[Place] {
        self.0.get(identity).map_or(&[], Vec::as_slice)
    }
}

/// Units that come, or go, for nothing where no cash is told.
const fn is_free(kind: TransactionKind) -> bool {
    !matches!(
        kind,
        TransactionKind::Buy
            | TransactionKind::Sell
            | TransactionKind::TransferIn
            | TransactionKind::Other
    )
}

/// Quantity × price × multiplier; positive for units that come.
fn value_of_units(transaction: &Transaction, instrument: &Instrument) -> Option<Money> {
    let units = transaction.quantity.checked_mul(instrument.units_per_contract())?;
    Some(Money::new(units.checked_mul(transaction.price?)?, transaction.price_currency?))
}
