//! What books tell of prices: those of trades and claims, and splits.

use std::collections::{BTreeMap, HashMap};

use rust_decimal::Decimal;

use super::adjustment::{in_units_of_the_day, told_once};
use super::{Book, BookedTransaction, InstrumentIndex, OfInstrument};
use crate::moment::Moment;
use crate::quotes::{Price, PriceHistory, PriceSource, Split};
use crate::transaction::TransactionKind;

/// The prices of one instrument: quotes by the plugin that tells them, and those of books.
#[derive(Default, Clone)]
pub(super) struct Prices {
    quotes: BTreeMap<String, Vec<(Moment, Price)>>,
    own: Vec<(Moment, Price)>,
    splits: Vec<(usize, Split)>,
}

impl Prices {
    pub(super) fn quote(&mut self, plugin: &str, at: Moment, price: Price) {
        if let Some(quotes) = self.quotes.get_mut(plugin) {
            quotes.push((at, price));
        } else {
            self.quotes.insert(plugin.to_owned(), vec![(at, price)]);
        }
    }

    pub(super) fn history(self) -> PriceHistory {
        let splits = told_once(self.splits);
        let is_trade = |(_, price): &&(Moment, Price)| price.source == PriceSource::Trade;
        let mut trades: Vec<Price> =
            self.own.iter().filter(is_trade).map(|(_, price)| *price).collect();
        trades.sort_by_key(|price| (price.date, price.price));
        let mut all = self.own;
        for mut quotes in self.quotes.into_values() {
            quotes.sort_by_key(|(at, price)| (*at, price.price));
            let (times, mut prices): (Vec<Moment>, Vec<Price>) = quotes.into_iter().unzip();
            if !splits.is_empty() {
                prices = in_units_of_the_day(prices, &splits, &trades);
            }
            all.extend(times.into_iter().zip(prices));
        }
        all.sort_by_key(|(at, price)| (*at, price.price));
        PriceHistory::new(all.into_iter().map(|(_, price)| price).collect(), splits)
    }
}

impl Book {
    pub(super) fn tell_prices(&self, prices: &mut [Prices]) {
        for OfInstrument { fact: position, instrument, .. } in &self.positions {
            if let (Some(price), Some(currency)) = (position.price, position.price_currency) {
                let price =
                    Price { date: position.date, price, currency, source: PriceSource::Position };
                prices[*instrument].own.push((Moment::day(position.date), price));
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
                prices[*instrument].own.push((at, price));
            }
        }
    }

    /// Splits, with the ratio that follows from the units before and behind them.
    pub(super) fn tell_splits(&self, book: usize, prices: &mut [Prices]) {
        let mut held: HashMap<InstrumentIndex, Decimal> = HashMap::new();
        for legs in self.actions() {
            let legs: Vec<&BookedTransaction> =
                legs.iter().map(|leg| &self.transactions[leg]).collect();
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
                    prices[first.instrument].splits.push((book, Split { date, ratio }));
                }
            }
            for leg in legs {
                let quantity = held.entry(leg.instrument).or_default();
                *quantity = quantity.saturating_add(leg.transaction.quantity);
            }
        }
    }
}
