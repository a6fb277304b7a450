//! What the same money would have become in another instrument.

use jiff::civil::Date;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::Serialize;
use stonks_core::figure::{NoValue, quotient};
use stonks_core::ledger::InstrumentIndex;
use stonks_core::money::Money;
use stonks_core::performance::{Period, Series};
use stonks_core::quotes::PriceSource;
use utoipa::ToSchema;

use super::super::{Amount, Desk, InstrumentName};
use crate::accounts::AccountError;

/// A day, and a price in the base currency.
pub(super) type PriceOn = (Date, Decimal);

/// The portfolio beside an instrument into which the same money went on the same days.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BenchmarkRow {
    #[serde(flatten)]
    pub instrument: InstrumentName,
    /// What its price returned, in the base currency.
    pub twr: Option<f64>,
    /// Own time-weighted return less that.
    pub difference: Option<f64>,
    /// Money-weighted, for the same money.
    pub mwr: Option<f64>,
    /// What the same money would be worth in it.
    #[schema(value_type = Option<String>)]
    pub value: Option<Amount>,
    /// Own value less that.
    #[schema(value_type = Option<String>)]
    pub value_difference: Option<Amount>,
    pub reasons: Vec<String>,
}

impl BenchmarkRow {
    pub(super) fn new(
        desk: &Desk,
        series: &Series,
        period: Option<Period>,
        instrument: InstrumentIndex,
        prices: &[PriceOn],
    ) -> Self {
        let mut reasons = Vec::new();
        let name = InstrumentName::of(desk.instrument(instrument));
        let mut told = |error: NoValue| {
            // The core knows it as an index.
            let error = match error {
                NoValue::NoPrice { date, .. } => {
                    NoValue::NoPrice { instrument: name.short().into(), date }
                }
                other => other,
            };
            let reason = error.to_string();
            if !reasons.contains(&reason) {
                reasons.push(reason);
            }
        };
        let nothing = NoValue::NoDays { after: desk.as_of, through: desk.as_of };
        let compared = period.map_or(Err(nothing), |period| series.against(prices, period));
        let mut row = Self {
            instrument: name.clone(),
            twr: None,
            difference: None,
            mwr: None,
            value: None,
            value_difference: None,
            reasons: Vec::new(),
        };
        match compared {
            Ok(compared) => {
                let mut ratio = |ratio: Result<f64, NoValue>| ratio.map_err(&mut told).ok();
                row.twr = ratio(compared.index);
                row.difference = ratio(compared.difference);
                row.mwr = ratio(compared.money_weighted);
                row.value = compared.value.map_err(&mut told).ok().map(|it| desk.rounded(it));
                row.value_difference =
                    compared.value_difference.map_err(&mut told).ok().map(|it| desk.rounded(it));
            }
            Err(error) => told(error),
        }
        row.reasons = reasons;
        row
    }
}

/// All prices in units of today, so that no split is a loss; without those that no rate converts.
pub(super) fn prices(desk: &Desk, instrument: InstrumentIndex) -> Vec<PriceOn> {
    let history = &desk.ledger().prices[instrument];
    let in_base = history.as_slice().iter().filter_map(|told| {
        let ratio = history.ratio_since(told.date, desk.as_of);
        let price = quotient(told.price, ratio).ok()?;
        let money = Money::new(price, told.currency);
        Some((told.date, desk.books.rates.convert(money, desk.base, told.date).ok()?))
    });
    in_base.collect()
}

/// What the price returned from the end of a day to that of another.
pub(super) fn growth(prices: &[PriceOn], after: Date, date: Date) -> Option<f64> {
    let on = |date| {
        let behind = prices.partition_point(|(day, _)| *day <= date);
        prices.get(behind.checked_sub(1)?).map(|(_, price)| *price)
    };
    let ratio = on(date)?.checked_div(on(after)?)?;
    ratio.checked_sub(Decimal::ONE)?.to_f64()
}

impl Desk {
    fn has_quotes(&self, instrument: InstrumentIndex) -> bool {
        let prices = self.ledger().prices[instrument].as_slice().iter();
        prices.filter(|price| price.source == PriceSource::Quote).nth(1).is_some()
    }

    pub(super) fn benchmarks(&self) -> Vec<InstrumentName> {
        let quoted = (0..self.ledger().instruments.len()).filter(|index| self.has_quotes(*index));
        let mut names: Vec<_> =
            quoted.map(|index| InstrumentName::of(self.instrument(index))).collect();
        names.sort_by_key(|name| name.name.clone());
        names
    }

    /// An instrument with quotes, by symbol, ISIN or name.
    pub(super) fn quoted(&self, wanted: &str) -> Result<InstrumentIndex, AccountError> {
        let all = 0..self.ledger().instruments.len();
        self.named(wanted, "with quotes", all.filter(|index| self.has_quotes(*index)))
    }

    /// An instrument that was ever held, by symbol, ISIN or name.
    pub(super) fn held(&self, wanted: &str) -> Result<InstrumentIndex, AccountError> {
        let books = self.ledger().books_of(self.account());
        let mut held: Vec<InstrumentIndex> = books
            .flat_map(|book| book.transactions.iter().map(|booked| booked.instrument))
            .collect();
        held.sort_unstable();
        held.dedup();
        self.named(wanted, "that was ever held", held.into_iter())
    }

    fn named(
        &self,
        wanted: &str,
        which: &'static str,
        among: impl Iterator<Item = InstrumentIndex>,
    ) -> Result<InstrumentIndex, AccountError> {
        let among: Vec<InstrumentIndex> = among.collect();
        let short =
            |index: InstrumentIndex| InstrumentName::of(self.instrument(index)).short().to_owned();
        let known = || among.iter().map(|index| short(*index)).collect();
        let is_it = |told: Option<&str>| told.is_some_and(|told| told.eq_ignore_ascii_case(wanted));
        let by = |index: &&InstrumentIndex| {
            let instrument = self.instrument(**index);
            is_it(instrument.isin.as_ref().map(stonks_core::instrument::Isin::as_str))
                || is_it(instrument.symbol.as_deref())
                || is_it(instrument.name.as_deref())
        };
        let found: Vec<InstrumentIndex> = among.iter().filter(by).copied().collect();
        match found.as_slice() {
            [only] => Ok(*only),
            [] => {
                Err(AccountError::NoInstrument { wanted: wanted.to_owned(), which, known: known() })
            }
            several => Err(AccountError::SeveralInstruments {
                wanted: wanted.to_owned(),
                known: several
                    .iter()
                    .map(|index| {
                        let instrument = self.instrument(*index);
                        let isin = instrument.isin.map(|isin| isin.to_string());
                        isin.unwrap_or_else(|| instrument.label().to_owned())
                    })
                    .collect(),
            }),
        }
    }
}
