//! Prices over time: what one unit of an instrument costs, and since when.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::fact::Identity;
use crate::moment::Moment;
use crate::money::Currency;

/// The price of one unit, as a broker or a market-data plugin tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    pub identity: Identity,
    pub instrument: Identity,
    pub at: Moment,
    pub price: Decimal,
    pub currency: Currency,
}

/// How a price came to be known. A quote beats a claim, a claim beats a trade on the same day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PriceSource {
    /// The price of the user's own trade.
    Trade,
    /// The broker's statement of positions.
    Position,
    /// A quote.
    Quote,
}

/// A price on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Price {
    pub date: Date,
    pub price: Decimal,
    pub currency: Currency,
    pub source: PriceSource,
}

/// From `date` on, one unit of before is `ratio` units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Split {
    pub date: Date,
    pub ratio: Decimal,
}

/// The known prices of one instrument, one a day, and its splits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PriceHistory {
    prices: Vec<Price>,
    splits: Vec<Split>,
}

impl PriceHistory {
    /// Keeps the best-sourced price of each day. Among equals the later in `prices` wins, so pass
    /// them in the order of their times.
    ///
    /// A price of before a split is divided by the split's ratio when it is carried past it.
    #[must_use]
    pub fn new(mut prices: Vec<Price>, splits: Vec<Split>) -> Self {
        prices.sort_by_key(|price| (price.date, price.source));
        let mut kept: Vec<Price> = Vec::with_capacity(prices.len());
        for price in prices {
            match kept.last_mut() {
                Some(last) if last.date == price.date => *last = price,
                _ => kept.push(price),
            }
        }
        Self { prices: kept, splits }
    }

    /// The last price known at the end of `date`, in units of that day.
    #[must_use]
    pub fn on(&self, date: Date) -> Option<Price> {
        let behind = self.prices.partition_point(|price| price.date <= date);
        self.carried(*self.prices.get(behind.checked_sub(1)?)?, date)
    }

    /// A price in units of `date`: divided by the ratios of the splits since.
    pub(crate) fn carried(&self, mut price: Price, date: Date) -> Option<Price> {
        for split in &self.splits {
            if price.date < split.date && split.date <= date {
                price.price = price.price.checked_div(split.ratio)?;
            }
        }
        Some(price)
    }

    /// The first price known on `date` or later, in units of its own day.
    #[must_use]
    pub fn first_since(&self, date: Date) -> Option<Price> {
        let behind = self.prices.partition_point(|price| price.date < date);
        self.prices.get(behind).copied()
    }

    /// How many units one unit of the end of `after` is at the end of `date`.
    #[must_use]
    pub fn ratio_since(&self, after: Date, date: Date) -> Decimal {
        let since = self.splits.iter().filter(|split| after < split.date && split.date <= date);
        since.fold(Decimal::ONE, |ratio, split| ratio.saturating_mul(split.ratio))
    }

    /// The first day from which on prices are others than in `before`; none where all are the same.
    #[must_use]
    pub fn first_change_from(&self, before: &Self) -> Option<Date> {
        let prices = first_difference(&self.prices, &before.prices, |price| price.date);
        let splits = first_difference(&self.splits, &before.splits, |split| split.date);
        prices.into_iter().chain(splits).min()
    }

    #[must_use]
    pub fn as_slice(&self) -> &[Price] {
        &self.prices
    }

    /// Oldest first.
    #[must_use]
    pub fn splits(&self) -> &[Split] {
        &self.splits
    }
}

/// The earlier day of the first two that differ.
fn first_difference<T: PartialEq>(left: &[T], right: &[T], date: fn(&T) -> Date) -> Option<Date> {
    let n_same = left.iter().zip(right).take_while(|(left, right)| left == right).count();
    let days = [left.get(n_same), right.get(n_same)].into_iter().flatten().map(date);
    days.min()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn price(day: i8, price: i64, source: PriceSource) -> Price {
        Price { date: date(2024, 1, day), price: price.into(), currency: Currency::EUR, source }
    }

    #[test]
    fn the_last_price_is_carried_forward() {
        let history = PriceHistory::new(
            vec![price(5, 50, PriceSource::Quote), price(2, 20, PriceSource::Quote)],
            vec![],
        );
        let on = |day| history.on(date(2024, 1, day)).map(|price| price.price);
        assert_eq!(on(1), None);
        assert_eq!(on(2), Some(20.into()));
        assert_eq!(on(4), Some(20.into()));
        assert_eq!(on(30), Some(50.into()));
    }

    #[test]
    fn a_quote_beats_the_price_of_a_trade_on_the_same_day() {
        let history = PriceHistory::new(
            vec![price(2, 20, PriceSource::Quote), price(2, 19, PriceSource::Trade)],
            vec![],
        );
        assert_eq!(history.on(date(2024, 1, 2)).map(|price| price.price), Some(20.into()));
        assert_eq!(history.as_slice().len(), 1);
    }

    #[test]
    fn a_price_of_before_a_split_is_divided_when_it_is_carried_past_it() {
        let split = Split { date: date(2024, 1, 4), ratio: 10.into() };
        let history = PriceHistory::new(vec![price(2, 20, PriceSource::Trade)], vec![split]);
        let on = |day| history.on(date(2024, 1, day)).map(|price| price.price);
        assert_eq!(on(3), Some(20.into()));
        assert_eq!(on(4), Some(2.into()));
    }
}
