//! What is held, what it cost, what it is worth, and what sales brought in.
//!
//! - Cost basis: what was paid for the units held, fees included, each purchase at the exchange rate
//!   that the broker charged, or else at the ECB's reference rate of its day.
//! - Unrealised gain: value less cost basis. Realised gain: proceeds of a sale, fees deducted, less
//!   the cost basis of the units sold. Both in the base currency.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::account::AccountName;
use crate::figure::{Figure, NoValue, Sum, both, difference, product, quotient};
use crate::fx::Rates;
use crate::instrument::Instrument;
use crate::ledger::{Book, BookedTransaction, InstrumentIndex, Ledger};
use crate::lots::{Cost, Lot, Lots, rescaled};
use crate::money::{Currency, Money};
use crate::quotes::Price;
use crate::transaction::{Transaction, TransactionKind};

/// One instrument in one book. Also one that is held no more.
#[derive(Debug, Clone)]
pub struct Holding {
    pub account: AccountName,
    /// As [`Book::label`] has it.
    pub account_label: String,
    pub instrument: InstrumentIndex,
    pub quantity: Decimal,
    /// In which the price, the value and the average cost are told.
    pub currency: Currency,
    pub price: Option<Price>,
    pub value: Figure,
    pub base_value: Figure,
    /// Cost of what is held.
    pub cost: Cost,
    pub realized_gain: Figure,
    pub unrealized_gain: Figure,
    /// What was sold beyond what was held; the history that was imported is then incomplete, or the
    /// position is short.
    pub oversold: Decimal,
    pub lots: Vec<Lot>,
}

impl Holding {
    #[must_use]
    pub const fn is_open(&self) -> bool {
        !self.quantity.is_zero()
    }

    /// Cost of one unit, in `currency`.
    ///
    /// # Errors
    /// Where the cost isn't known. Zero where nothing is held.
    pub fn average_cost(&self, instrument: &Instrument) -> Figure {
        if !self.is_open() {
            return Ok(Decimal::ZERO);
        }
        let units = product(self.quantity, instrument.units_per_contract())?;
        quotient(self.cost.native.clone()?, units)
    }
}

/// What every computation needs beside the facts.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    pub rates: &'a Rates,
    pub base: Currency,
    pub as_of: Date,
}

impl Terms<'_> {
    /// In the base currency, at the rate of `date`.
    pub(crate) fn in_base(self, money: Money, date: Date) -> Figure {
        self.rates.convert(money, self.base, date)
    }
}

/// Holdings of the books of one account, or of all, at the end of `terms.as_of`.
#[must_use]
pub fn holdings(ledger: &Ledger, account: Option<&AccountName>, terms: Terms<'_>) -> Vec<Holding> {
    ledger
        .books_of(account)
        .flat_map(|book| {
            let mut positions = Positions { ledger, book, terms, open: BTreeMap::new() };
            for legs in book.actions() {
                if legs[0].transaction.at.date <= terms.as_of {
                    positions.apply(&legs);
                }
            }
            positions.finish()
        })
        .collect()
}

/// The lots of one instrument under way.
struct Position {
    currency: Currency,
    lots: Lots,
    realized: Sum,
    oversold: Decimal,
}

struct Positions<'a> {
    ledger: &'a Ledger,
    book: &'a Book,
    terms: Terms<'a>,
    open: BTreeMap<InstrumentIndex, Position>,
}

impl<'a> Positions<'a> {
    fn apply(&mut self, legs: &[&'a BookedTransaction]) {
        if let [single] = legs {
            match single.transaction.kind {
                TransactionKind::Split => return self.split(single),
                kind if is_moved(kind) && single.transaction.quantity < Decimal::ZERO => {
                    return self.take_out(single);
                }
                _ => return self.trade(single),
            }
        }
        self.corporate_action(legs);
    }

    fn position(
        &mut self,
        instrument: InstrumentIndex,
        transaction: &Transaction,
    ) -> &mut Position {
        let (terms, ledger, method) = (self.terms, self.ledger, self.book.method);
        self.open.entry(instrument).or_insert_with(|| {
            let price = ledger.prices[instrument].on(terms.as_of).map(|price| price.currency);
            let currency = price
                .or(transaction.price_currency)
                .or(transaction.amount.map(|amount| amount.currency))
                .or(ledger.instruments[instrument].currency)
                .unwrap_or(terms.base);
            Position {
                currency: currency.major().0,
                lots: Lots::new(method),
                realized: Sum::default(),
                oversold: Decimal::ZERO,
            }
        })
    }

    /// Units for money: closes what is held in the other direction, then opens a lot.
    fn trade(&mut self, booked: &BookedTransaction) {
        let transaction = &booked.transaction;
        let quantity = transaction.quantity;
        let currency = self.position(booked.instrument, transaction).currency;
        let cost = self.cost_of(booked, currency);
        let position = self.position(booked.instrument, transaction);
        let held = position.lots.quantity();
        let is_closing = !held.is_zero() && held.is_sign_positive() != quantity.is_sign_positive();
        let mut opened = quantity;
        if is_closing {
            let closed = quantity.abs().min(held.abs());
            let share = cost.share(closed, quantity.abs());
            let released = position.lots.release(closed);
            let cost_released = released.iter().fold(Cost::ZERO, |cost, lot| cost.plus(&lot.cost));
            // What closes brings in the negative of its cost.
            let gain = Cost::ZERO.minus(&share).minus(&cost_released);
            position.realized.add(gain.base);
            opened =
                if quantity.is_sign_positive() { quantity - closed } else { quantity + closed };
        }
        if opened.is_zero() {
            return;
        }
        if opened < Decimal::ZERO {
            position.oversold -= opened;
        }
        let cost = cost.share(opened, quantity);
        position.lots.acquire(Lot { acquired: transaction.at.date, quantity: opened, cost });
    }

    /// What the units of a transaction cost: the negative of its effect on the cash, or the value of
    /// units that came without any.
    fn cost_of(&self, booked: &BookedTransaction, currency: Currency) -> Cost {
        let transaction = &booked.transaction;
        let instrument = &self.ledger.instruments[booked.instrument];
        let date = transaction.at.date;
        let value = value_of_units(transaction, instrument);
        if booked.cash.is_empty() && transaction.amount.is_none() {
            return match value {
                _ if is_free(transaction.kind) => Cost::ZERO,
                Some(value) => Cost {
                    native: self.terms.rates.convert(value, currency, date),
                    base: self.terms.in_base(value, date),
                },
                None => {
                    let unknown = NoValue::NoCost {
                        account: self.book.label(),
                        instrument: instrument.label().to_owned(),
                    };
                    Cost { native: Err(unknown.clone()), base: Err(unknown) }
                }
            };
        }
        let amount =
            transaction.amount.or(value.map(|value| Money::new(-value.amount, value.currency)));
        let native: Vec<Money> = match amount {
            Some(amount) => {
                let fees = booked.fees.iter().map(|fee| fee.money);
                std::iter::once(amount).chain(transaction.accrued).chain(fees).collect()
            }
            None => booked.cash.clone(),
        };
        // What the account was really charged beats any reference rate.
        let base = if booked.cash.is_empty() { &native } else { &booked.cash };
        let paid = |amounts: &[Money], to: Currency| {
            amounts.iter().try_fold(Decimal::ZERO, |total, money| {
                difference(total, self.terms.rates.convert(*money, to, date)?)
            })
        };
        Cost { native: paid(&native, currency), base: paid(base, self.terms.base) }
    }

    /// Units that go without a sale. Where cash came for them, it was one.
    fn take_out(&mut self, booked: &BookedTransaction) {
        let is_paid = booked.cash.iter().any(|money| money.amount > Decimal::ZERO);
        if is_paid || booked.transaction.kind == TransactionKind::Delisting {
            return self.trade(booked);
        }
        let position = self.position(booked.instrument, &booked.transaction);
        let held = position.lots.quantity();
        let gone = booked.transaction.quantity.abs();
        position.lots.release(gone);
        position.oversold += (gone - held).max(Decimal::ZERO);
    }

    /// A split told by one row: so many units more, or fewer, for the same cost.
    fn split(&mut self, booked: &BookedTransaction) {
        let change = booked.transaction.quantity;
        let position = self.position(booked.instrument, &booked.transaction);
        let total = position.lots.quantity() + change;
        if position.lots.quantity().is_zero() {
            let (acquired, cost) = (booked.transaction.at.date, Cost::ZERO);
            position.lots.acquire(Lot { acquired, quantity: change, cost });
        } else {
            position.lots.rescale(total);
        }
    }

    /// Legs that go hand their lots, with dates and costs, to the legs that come.
    fn corporate_action(&mut self, legs: &[&'a BookedTransaction]) {
        let (gone, come): (Vec<&BookedTransaction>, Vec<&BookedTransaction>) =
            legs.iter().copied().partition(|leg| leg.transaction.quantity < Decimal::ZERO);
        if gone.is_empty() || come.is_empty() {
            for leg in legs {
                self.apply(&[*leg]);
            }
            return;
        }
        let mut moved = Vec::new();
        for leg in gone {
            let position = self.position(leg.instrument, &leg.transaction);
            let wanted = leg.transaction.quantity.abs();
            let held = position.lots.quantity().max(Decimal::ZERO);
            position.oversold += (wanted - held).max(Decimal::ZERO);
            moved.extend(position.lots.release(wanted));
        }
        let weights = weights(&come);
        let whole: Decimal = weights.iter().sum();
        for (leg, weight) in come.into_iter().zip(weights) {
            let lots = moved.iter().map(|lot| Lot {
                acquired: lot.acquired,
                quantity: lot.quantity,
                cost: lot.cost.share(weight, whole),
            });
            let position = self.position(leg.instrument, &leg.transaction);
            if moved.is_empty() {
                let (acquired, cost) = (leg.transaction.at.date, Cost::ZERO);
                position.lots.acquire(Lot { acquired, quantity: leg.transaction.quantity, cost });
            }
            for lot in rescaled(lots.collect(), leg.transaction.quantity) {
                position.lots.acquire(lot);
            }
        }
    }

    fn finish(self) -> Vec<Holding> {
        let Self { ledger, book, terms, open } = self;
        let account_label = book.label();
        open.into_iter()
            .map(|(instrument, position)| {
                let price = ledger.prices[instrument].on(terms.as_of);
                let quantity = position.lots.quantity();
                let value = value(&ledger.instruments[instrument], quantity, price, terms.as_of);
                let to = |currency| {
                    value
                        .clone()
                        .and_then(|money| terms.rates.convert(money, currency, terms.as_of))
                };
                let base_value = to(terms.base);
                let cost = position.lots.cost();
                let unrealized_gain = both(&base_value, &cost.base, difference);
                Holding {
                    account: book.account.clone(),
                    account_label: account_label.clone(),
                    instrument,
                    quantity,
                    currency: position.currency,
                    price,
                    value: to(position.currency),
                    base_value,
                    cost,
                    realized_gain: position.realized.figure(),
                    unrealized_gain,
                    oversold: position.oversold,
                    lots: position.lots.iter().cloned().collect(),
                }
            })
            .collect()
    }
}

/// What `quantity` units are worth at `price`.
pub(crate) fn value(
    instrument: &Instrument,
    quantity: Decimal,
    price: Option<Price>,
    date: Date,
) -> Result<Money, NoValue> {
    if quantity.is_zero() {
        return Ok(Money::new(Decimal::ZERO, Currency::EUR));
    }
    let price = price
        .ok_or_else(|| NoValue::NoPrice { instrument: instrument.label().to_owned(), date })?;
    let amount = product(product(quantity, price.price)?, instrument.units_per_contract())?;
    Ok(Money::new(amount, price.currency))
}

const fn is_moved(kind: TransactionKind) -> bool {
    matches!(
        kind,
        TransactionKind::TransferOut | TransactionKind::Exchange | TransactionKind::Delisting
    )
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

/// How much of the cost each leg takes: by value where every leg has one, else by units.
fn weights(legs: &[&BookedTransaction]) -> Vec<Decimal> {
    let value = |leg: &&BookedTransaction| {
        let transaction = &leg.transaction;
        let value = transaction.price.and_then(|price| price.checked_mul(transaction.quantity));
        let amount = || transaction.amount.map(|money| money.amount.abs());
        value.or_else(amount).filter(|value| *value > Decimal::ZERO)
    };
    let by_value: Option<Vec<Decimal>> = legs.iter().map(value).collect();
    by_value.unwrap_or_else(|| legs.iter().map(|leg| leg.transaction.quantity).collect())
}

/// Total of all parts of a kind.
pub(crate) fn total(parts: impl Iterator<Item = Figure>) -> Sum {
    parts.fold(Sum::default(), |mut total, part| {
        total.add(part);
        total
    })
}
