//! What books tell of prices: those of trades and claims, and splits.

use std::collections::HashMap;

use rust_decimal::Decimal;

use super::{Book, BookedTransaction, InstrumentIndex, OfInstrument};
use crate::moment::Moment;
use crate::quotes::{Price, PriceHistory, PriceSource, Split};
use crate::transaction::TransactionKind;

pub(super) fn history(mut prices: Vec<(Moment, Price)>, mut splits: Vec<Split>) -> PriceHistory {
    prices.sort_by_key(|(at, price)| (*at, price.price));
    splits.sort_by_key(|split| (split.date, split.ratio));
    // Two accounts that hold the same share tell the same split.
    splits.dedup_by_key(|split| split.date);
    PriceHistory::new(prices.into_iter().map(|(_, price)| price).collect(), splits)
}

impl Book {
    pub(super) fn tell_prices(&self, prices: &mut [Vec<(Moment, Price)>]) {
        for OfInstrument { fact: position, instrument, .. } in &self.positions {
            if let (Some(price), Some(currency)) = (position.price, position.price_currency) {
                let price =
                    Price { date: position.date, price, currency, source: PriceSource::Position };
                prices[*instrument].push((Moment::day(position.date), price));
            }
        }
        for BookedTransaction { transaction, instrument, .. } in &self.transactions {
            let (Some(price), Some(currency)) = (transaction.price, transaction.price_currency)
            else {
                continue;
            };
            // A leg that leaves states the price of before the action.
            let is_telling = match transaction.kind {
                TransactionKind::Buy | TransactionKind::Sell => price > Decimal::ZERO,
                TransactionKind::Split | TransactionKind::Exchange | TransactionKind::SpinOff => {
                    price > Decimal::ZERO && transaction.quantity > Decimal::ZERO
                }
                _ => false,
            };
            if is_telling {
                let at = transaction.at;
                let price = Price { date: at.date, price, currency, source: PriceSource::Trade };
                prices[*instrument].push((at, price));
            }
        }
    }

    /// Splits, with the ratio that follows from the units before and behind them.
    pub(super) fn tell_splits(&self, splits: &mut [Vec<Split>]) {
        let mut held: HashMap<InstrumentIndex, Decimal> = HashMap::new();
        for legs in self.actions() {
            let first = legs[0];
            let date = first.transaction.at.date;
            let is_split = first.transaction.kind == TransactionKind::Split
                && legs.iter().all(|leg| leg.instrument == first.instrument);
            let quantity = held.entry(first.instrument).or_default();
            if is_split {
                let gone: Decimal =
                    legs.iter().map(|leg| leg.transaction.quantity.min(Decimal::ZERO)).sum();
                let change: Decimal = legs.iter().map(|leg| leg.transaction.quantity).sum();
                // Both legs tell the ratio by themselves; a single one needs what was held.
                let before = if legs.len() > 1 { -gone } else { *quantity };
                if let Some(ratio) =
                    (before + change).checked_div(before).filter(|ratio| *ratio > Decimal::ZERO)
                {
                    splits[first.instrument].push(Split { date, ratio });
                }
            }
            for leg in legs {
                let quantity = held.entry(leg.instrument).or_default();
                *quantity = quantity.saturating_add(leg.transaction.quantity);
            }
        }
    }
}
