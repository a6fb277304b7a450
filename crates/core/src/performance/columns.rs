//! One instrument's units and prices, read forward day by day; and cash by currency.

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::figure::{NoValue, product};
use crate::ledger::{InstrumentIndex, Ledger};
use crate::money::{Currency, Money};
use crate::quotes::{PriceHistory, Split};

/// Cash of one currency, and what is worth so much in it.
pub(super) struct Purse {
    pub(super) currency: Currency,
    pub(super) cash: Decimal,
    /// Cash and holdings; none where the sum is out of range.
    pub(super) sum: Option<Decimal>,
}

impl Purse {
    pub(super) const fn new(currency: Currency) -> Self {
        Self { currency, cash: Decimal::ZERO, sum: None }
    }

    pub(super) fn change(&mut self, amount: Decimal) {
        self.cash = self.cash.saturating_add(amount);
    }
}

/// An instrument whose units and prices have been read up to a day.
pub(super) struct Position<'a> {
    pub(super) instrument: InstrumentIndex,
    ledger: &'a Ledger,
    history: &'a PriceHistory,
    multiplier: Decimal,
    quantity: Decimal,
    /// Prices and splits that have been read.
    n_prices: usize,
    n_splits: usize,
    /// Places of purses by the currencies of the prices.
    purses: Vec<(Currency, usize)>,
    /// Worth since the last change; to be computed anew where none.
    worth: Option<Worth>,
}

/// A place of a purse, an amount, and the day of the price.
type Worth = Result<(usize, Decimal, Date), Unpriced>;

#[derive(Clone, Copy)]
enum Unpriced {
    NoPrice,
    OutOfRange,
}

impl<'a> Position<'a> {
    pub(super) fn new(ledger: &'a Ledger, instrument: InstrumentIndex) -> Self {
        Self {
            instrument,
            ledger,
            history: &ledger.prices[instrument],
            multiplier: ledger.instruments[instrument].units_per_contract(),
            quantity: Decimal::ZERO,
            n_prices: 0,
            n_splits: 0,
            purses: Vec::new(),
            worth: None,
        }
    }

    /// In which the instrument has ever been priced.
    pub(super) fn currencies(&self) -> Vec<Currency> {
        let mut currencies: Vec<Currency> =
            self.history.as_slice().iter().map(|price| price.currency).collect();
        currencies.dedup();
        currencies.sort();
        currencies.dedup();
        currencies
    }

    pub(super) fn pays_into(&mut self, currency: Currency, purse: usize) {
        self.purses.push((currency, purse));
    }

    pub(super) const fn is_held(&self) -> bool {
        !self.quantity.is_zero()
    }

    pub(super) fn change(&mut self, units: Decimal) {
        self.quantity = self.quantity.saturating_add(units);
        self.worth = None;
    }

    /// Takes prices and splits in, up to and with `date`, and what it is then worth.
    pub(super) fn read_up_to(&mut self, date: Date) {
        let (prices, splits) = (self.history.as_slice(), self.history.splits());
        while prices.get(self.n_prices).is_some_and(|price| price.date <= date) {
            self.n_prices += 1;
            self.worth = None;
        }
        while splits.get(self.n_splits).is_some_and(|Split { date: day, .. }| *day <= date) {
            self.n_splits += 1;
            self.worth = None;
        }
        if self.worth.is_none() && self.is_held() {
            self.worth = Some(self.compute(date));
        }
    }

    fn compute(&self, date: Date) -> Worth {
        let last = self.n_prices.checked_sub(1).and_then(|last| self.history.as_slice().get(last));
        let last = last.ok_or(Unpriced::NoPrice)?;
        let price = self.history.carried(*last, date).ok_or(Unpriced::NoPrice)?;
        let amount = product(self.quantity, price.price)
            .and_then(|amount| product(amount, self.multiplier))
            .map_err(|_| Unpriced::OutOfRange)?;
        let purse = self.purses.iter().find(|(currency, _)| *currency == price.currency);
        let (_, purse) = purse.ok_or(Unpriced::NoPrice)?;
        Ok((*purse, Money::new(amount, price.currency).in_major_unit().amount, price.date))
    }

    /// What it is worth on the day up to which it has been read.
    pub(super) fn worth(&self, date: Date) -> Result<(usize, Decimal, Date), NoValue> {
        match self.worth {
            Some(Ok(worth)) => Ok(worth),
            Some(Err(Unpriced::OutOfRange)) => Err(NoValue::OutOfRange),
            Some(Err(Unpriced::NoPrice)) | None => Err(NoValue::NoPrice {
                instrument: self.ledger.instruments[self.instrument].label().into(),
                date,
            }),
        }
    }
}
