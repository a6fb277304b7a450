//! What books tell of prices: those of trades and claims, and splits.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rust_decimal::Decimal;

use super::adjustment::{in_units_of_the_day, told_once};
use super::building::Context;
use super::{Book, BookedTransaction, InstrumentIndex, OfInstrument, StartAnew};
use crate::moment::Moment;
use crate::quotes::{Price, PriceHistory, PriceSource, Quote, Split};
use crate::statement::{Arrived, Delivery, Source, Statement, Versions};
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

/// Quotes, each with the instrument that it is of.
pub(super) struct Quoted {
    pub(super) quotes: Vec<Statement<Quote>>,
    pub(super) instruments: Vec<InstrumentIndex>,
    pub(super) versions: Versions<Quote>,
    /// Whether one of them is of no instrument that is known.
    pub(super) has_unplaced: bool,
}

impl Quoted {
    /// Takes quotes in, and marks the instruments that they are of.
    pub(super) fn add(
        &mut self,
        context: Context<'_>,
        statements: Vec<Statement<Quote>>,
        touched: &mut [bool],
    ) -> Result<(), StartAnew> {
        let owner = |source: &Source| context.owners.of_delivery(source.delivery);
        let find = |told: &Statement<Quote>| {
            context.names.find(owner(&told.source), &told.fact.instrument)
        };
        let quotes = &self.quotes;
        let known = || {
            let all = quotes.iter().enumerate();
            let all = all.map(|(place, told)| (place, owner(&told.source), &told.fact.identity));
            all.filter(|(_, owner, _)| context.is_telling(*owner))
        };
        let told = |place: usize| quotes[place].clone();
        let Arrived { mut new, changed } =
            self.versions.arrive((context.deliveries, context.owners), statements, known, told);
        for (place, statement) in changed {
            let instrument = find(&statement).ok_or(StartAnew)?;
            touched[self.instruments[place]] = true;
            touched[instrument] = true;
            self.quotes[place] = statement;
            self.instruments[place] = instrument;
        }
        self.instruments.reserve(new.len());
        new.retain(|statement| {
            let Some(instrument) = find(statement) else {
                self.has_unplaced = true;
                return false;
            };
            touched[instrument] = true;
            self.instruments.push(instrument);
            true
        });
        if self.quotes.is_empty() {
            self.quotes = new;
        } else {
            self.quotes.extend(new);
        }
        Ok(())
    }

    /// Tells the prices of those instruments that are marked.
    pub(super) fn tell_prices(
        &self,
        deliveries: &[Delivery],
        marked: &[bool],
        prices: &mut [Prices],
    ) {
        // By name, so that of two plugins with a price of the same time it is always the same that counts.
        let plugins: BTreeSet<&str> =
            deliveries.iter().map(|delivery| delivery.plugin.as_str()).collect();
        let rank = |delivery: &Delivery| {
            plugins.iter().position(|plugin| *plugin == delivery.plugin).unwrap_or_default()
        };
        let ranks: Vec<usize> = deliveries.iter().map(rank).collect();
        for (Statement { fact: quote, source }, &instrument) in
            self.quotes.iter().zip(&self.instruments).filter(|(_, place)| marked[**place])
        {
            let (price, currency) = (quote.price, quote.currency);
            let price = Price { date: quote.at.date, price, currency, source: PriceSource::Quote };
            prices[instrument].quote(ranks[source.delivery], quote.at, price);
        }
    }
}

impl Book {
    /// Tells the prices of those instruments that are marked.
    pub(super) fn tell_prices(&self, marked: &[bool], prices: &mut [Prices]) {
        for OfInstrument { fact: position, instrument, .. } in
            self.positions.iter().filter(|told| marked[told.instrument])
        {
            if let (Some(price), Some(currency)) = (position.price, position.price_currency) {
                let price =
                    Price { date: position.date, price, currency, source: PriceSource::Position };
                prices[*instrument].own.push((Moment::day(position.date), price));
            }
        }
        for BookedTransaction { transaction, instrument, .. } in
            self.transactions.iter().filter(|booked| marked[booked.instrument])
        {
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

    /// Tells the splits of those instruments that are marked, with the ratio that follows from the units
    /// before and behind them.
    pub(super) fn tell_splits(&self, book: usize, marked: &[bool], prices: &mut [Prices]) {
        let mut rows = self.transactions.iter().filter(|booked| marked[booked.instrument]);
        if !rows.any(|booked| booked.transaction.kind == TransactionKind::Split) {
            return;
        }
        let mut held: HashMap<InstrumentIndex, Decimal> = HashMap::new();
        for legs in self.actions(|_| true) {
            let legs: Vec<&BookedTransaction> =
                legs.iter().map(|leg| &self.transactions[leg]).collect();
            let first = legs[0];
            let date = first.transaction.at.date;
            let is_split = marked[first.instrument]
                && first.transaction.kind == TransactionKind::Split
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
