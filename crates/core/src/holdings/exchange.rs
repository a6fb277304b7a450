//! Legs that go hand their lots, with days and costs, to the legs that come.

use rust_decimal::Decimal;

use super::positions::Positions;
use crate::ledger::{BookedTransaction, InstrumentIndex};
use crate::lots::{Amounts, CostMethod, Lot, Lots, rescaled};
use crate::money::{Currency, Money};

impl<'a> Positions<'a> {
    pub(super) fn exchange(&mut self, gone: &[usize], come: &[usize]) {
        let rows = |legs: &[usize]| -> Vec<&'a BookedTransaction> {
            legs.iter().map(|leg| self.booked(*leg)).collect()
        };
        let (from, to) = (rows(gone), rows(come));
        let (Some(first), Some(target)) = (from.first().copied(), to.first().copied()) else {
            return;
        };
        let currency = self.position(target.instrument, &target.transaction).currency;
        let mut moved = self.released(gone, currency);
        let (received, paid) = self.cash_of(&[from, to.clone()].concat(), currency);
        if !received.is_zero() && !moved.is_empty() {
            let mut lots = Lots::new(CostMethod::Fifo);
            moved.into_iter().for_each(|lot| lots.acquire(lot));
            let excess = lots.lower(&received);
            moved = lots.into_vec();
            self.gain_without_units(first.instrument, self.place(gone[0]), currency, &excess);
        }
        if let Some(last) = moved.last_mut() {
            last.cost = last.cost.plus(&paid);
        }
        let mut weights = weights(&to);
        let mut left: Decimal = weights.iter().sum();
        weights.reverse();
        for (leg, booked) in come.iter().zip(to) {
            let weight = weights.pop().unwrap_or_default();
            let given = give(&mut moved, weight, left);
            left -= weight;
            self.receive(*leg, booked, given, currency);
        }
    }

    /// The lots that go, all told in one currency.
    fn released(&mut self, gone: &[usize], currency: Currency) -> Vec<Lot> {
        let mut moved = Vec::new();
        for leg in gone {
            let booked = self.booked(*leg);
            let wanted = booked.transaction.quantity.abs();
            let position = self.position(booked.instrument, &booked.transaction);
            let from = position.currency;
            position.oversold += (wanted - position.lots.quantity().abs()).max(Decimal::ZERO);
            let lots = self.release(*leg, booked.instrument, wanted);
            moved.extend(lots.into_iter().map(|lot| self.told_in(lot, from, currency)));
        }
        moved
    }

    /// Takes over lots, as many units of them as the leg tells.
    fn receive(
        &mut self,
        leg: usize,
        booked: &BookedTransaction,
        given: Vec<Lot>,
        currency: Currency,
    ) {
        let instrument: InstrumentIndex = booked.instrument;
        let (acquired, origin) = (booked.transaction.at.date, Some(self.place(leg)));
        let quantity = booked.transaction.quantity;
        let to = self.position(instrument, &booked.transaction).currency;
        let lots: Vec<Lot> = if given.is_empty() {
            vec![Lot { acquired, quantity, cost: Amounts::ZERO, fees: Amounts::ZERO, origin }]
        } else {
            rescaled(given, quantity)
        };
        for lot in lots {
            let lot = self.told_in(lot, currency, to);
            self.position(instrument, &booked.transaction).lots.acquire(lot);
        }
    }

    /// Cash that came in beside the units, and cash that was paid. Legs that state what the units were
    /// worth on both sides have no cash: one side is the negative of the other, perhaps in another
    /// currency.
    fn cash_of(&self, legs: &[&BookedTransaction], currency: Currency) -> (Amounts, Amounts) {
        let all: Vec<Money> = legs.iter().flat_map(|leg| leg.cash.iter().copied()).collect();
        let mut sums: Vec<Money> = Vec::new();
        for money in all {
            match sums.iter_mut().find(|sum| sum.currency == money.currency) {
                Some(sum) => sum.amount = sum.amount.saturating_add(money.amount),
                None => sums.push(money),
            }
        }
        let is_in = sums.iter().any(|money| money.amount > Decimal::ZERO);
        let is_out = sums.iter().any(|money| money.amount < Decimal::ZERO);
        if is_in == is_out {
            return (Amounts::ZERO, Amounts::ZERO);
        }
        let date = legs[0].transaction.at.date;
        let amounts = sums.into_iter().fold(Amounts::ZERO, |total, money| {
            total.plus(&Amounts {
                native: self.terms.rates.convert(money, currency, date),
                base: self.terms.in_base(money, date),
            })
        });
        if is_in { (amounts, Amounts::ZERO) } else { (Amounts::ZERO, amounts.negated()) }
    }
}

/// Takes the share `weight` of `whole` of what is left of the cost of each lot.
fn give(moved: &mut [Lot], weight: Decimal, whole: Decimal) -> Vec<Lot> {
    let divide = |lot: &mut Lot| {
        let (cost, fees) = (lot.cost.share(weight, whole), lot.fees.share(weight, whole));
        lot.cost = lot.cost.minus(&cost);
        lot.fees = lot.fees.minus(&fees);
        Lot { cost, fees, ..lot.clone() }
    };
    moved.iter_mut().map(divide).collect()
}

/// How much of the cost each leg takes: by value where every leg has one, else by units.
fn weights(legs: &[&BookedTransaction]) -> Vec<Decimal> {
    let value = |leg: &&BookedTransaction| {
        let transaction = &leg.transaction;
        let value = transaction.price.and_then(|price| price.checked_mul(transaction.quantity));
        let amount = || transaction.amount.map(|money| money.amount);
        value.or_else(amount).map(|value| value.abs()).filter(|value| *value > Decimal::ZERO)
    };
    let by_value: Option<Vec<Decimal>> = legs.iter().map(value).collect();
    by_value.unwrap_or_else(|| legs.iter().map(|leg| leg.transaction.quantity.abs()).collect())
}
