//! What books tell of prices: those of trades and claims, and splits.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rust_decimal::Decimal;

use super::adjustment::{in_units_of_the_day, told_once};
use super::instruments::InstrumentNames;
use super::{Book, BookedTransaction, InstrumentIndex, OfInstrument};
use crate::moment::Moment;
use crate::quotes::{Price, PriceHistory, PriceSource, Quote, Split};
use crate::statement::{Delivery, Statement, one_of_each};
use crate::transaction::TransactionKind;

/// The prices of one instrument: quotes by the rank of the plugin that tells them, and those of books.
#[derive(Default, Clone)]
pub(super) struct Prices {
    quotes: BTreeMap<usize, Vec<(Moment, Price)>>,
    own: Vec<(Moment, Price)>,
    splits: Vec<(usize, Split)>,
}

impl Prices {
    pub(super) fn quote(&mut self, plugin: usize, at: Moment, price: Price) {
        self.quotes.entry(plugin).or_default().push((at, price));
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

/// The quotes that count.
pub(super) struct Quoted {
    pub(super) quotes: Vec<Statement<Quote>>,
    /// Of which instrument each is.
    pub(super) instruments: Vec<InstrumentIndex>,
    /// The prices that they tell of each instrument.
    pub(super) prices: Vec<Prices>,
}

impl Quoted {
    pub(super) fn new(
        deliveries: &[Delivery],
        index: &InstrumentNames,
        n_instruments: usize,
        statements: Vec<Statement<Quote>>,
    ) -> Self {
        // By name, so that of two plugins with a price of the same time it is always the same that counts.
        let plugins: BTreeSet<&str> =
            deliveries.iter().map(|delivery| delivery.plugin.as_str()).collect();
        let rank = |delivery: &Delivery| {
            plugins.iter().position(|plugin| *plugin == delivery.plugin).unwrap_or_default()
        };
        let ranks: Vec<usize> = deliveries.iter().map(rank).collect();
        let mut prices = vec![Prices::default(); n_instruments];
        let mut quotes = one_of_each(deliveries, statements);
        let mut instruments = Vec::with_capacity(quotes.len());
        quotes.retain(|Statement { fact: quote, source }| {
            let Some(instrument) = index.find(source.delivery, &quote.instrument) else {
                return false;
            };
            let (price, currency) = (quote.price, quote.currency);
            let price = Price { date: quote.at.date, price, currency, source: PriceSource::Quote };
            prices[instrument].quote(ranks[source.delivery], quote.at, price);
            instruments.push(instrument);
            true
        });
        Self { quotes, instruments, prices }
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
