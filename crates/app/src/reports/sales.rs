//! What was sold, with the lots that it used and what it gained.

mod years;

use std::sync::Arc;

use jiff::civil::Date;
use serde::Serialize;
use stonks_core::account::AccountName;
use stonks_core::figure::Figure;
use stonks_core::holdings::development;
use stonks_core::ledger::{Place, Row};
use stonks_core::money::Currency;
use stonks_core::sales::{Gain, Sale, UsedLot};
use utoipa::ToSchema;

pub use years::{SaleYear, SalesReport};

use super::{Amount, Desk, InstrumentName, Query, RowSource, known, rounded_in, told};
use crate::accounts::AccountError;
use crate::app::App;

/// A lot, or the part of one, that a sale used.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SaleLot {
    #[schema(value_type = String)]
    pub acquired: Date,
    /// The row that acquired it.
    pub acquisition: Option<String>,
    #[schema(value_type = String)]
    pub quantity: Amount,
    #[schema(value_type = Option<String>)]
    pub cost: Option<Amount>,
    #[schema(value_type = Option<String>)]
    pub base_cost: Option<Amount>,
    #[schema(value_type = Option<String>)]
    pub proceeds: Option<Amount>,
    #[schema(value_type = Option<String>)]
    pub base_proceeds: Option<Amount>,
    #[schema(value_type = Option<String>)]
    pub gain: Option<Amount>,
    #[schema(value_type = Option<String>)]
    pub base_gain: Option<Amount>,
    #[schema(value_type = Option<String>)]
    pub price_effect: Option<Amount>,
    #[schema(value_type = Option<String>)]
    pub currency_effect: Option<Amount>,
    /// Paid for these units when they were bought, in the base currency.
    #[schema(value_type = Option<String>)]
    pub base_fees: Option<Amount>,
    pub source: Option<RowSource>,
}

/// A sale, or whatever else realised a gain. `base_…` and the effects are in the base currency, the
/// rest in `currency`.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SaleRow {
    /// Of the row that told it.
    pub id: String,
    pub account: String,
    /// The user's name of the account.
    #[schema(value_type = String)]
    pub account_name: AccountName,
    #[schema(value_type = String)]
    pub date: Date,
    #[serde(flatten)]
    pub instrument: InstrumentName,
    /// Negative where a short position was covered; zero where only capital came back.
    #[schema(value_type = String)]
    pub quantity: Amount,
    #[schema(value_type = String)]
    pub currency: Currency,
    #[schema(value_type = String)]
    pub base_currency: Currency,
    #[schema(value_type = Option<String>)]
    pub cost: Option<Amount>,
    #[schema(value_type = Option<String>)]
    pub base_cost: Option<Amount>,
    #[schema(value_type = Option<String>)]
    pub proceeds: Option<Amount>,
    #[schema(value_type = Option<String>)]
    pub base_proceeds: Option<Amount>,
    #[schema(value_type = Option<String>)]
    pub gain: Option<Amount>,
    #[schema(value_type = Option<String>)]
    pub base_gain: Option<Amount>,
    /// What of the gain is due to the price.
    #[schema(value_type = Option<String>)]
    pub price_effect: Option<Amount>,
    /// What of the gain is due to exchange rates.
    #[schema(value_type = Option<String>)]
    pub currency_effect: Option<Amount>,
    /// Of the purchases and the sale.
    #[schema(value_type = Option<String>)]
    pub base_fees: Option<Amount>,
    /// Whether a purchase is known of every unit.
    pub is_complete: bool,
    /// Units of which no purchase is known.
    #[schema(value_type = String)]
    pub missing: Amount,
    pub lots: Vec<SaleLot>,
    pub source: Option<RowSource>,
    pub reasons: Vec<String>,
}

impl Desk {
    /// Identity of the row at a place, and where it was told.
    pub(super) fn row(&self, place: Place) -> Option<(String, RowSource)> {
        let book = self.ledger().books.get(place.book)?;
        let (identity, instrument) = match place.row {
            Row::Transaction(index) => {
                let booked = book.transactions.get(index)?;
                (&booked.transaction.identity, Some(booked.instrument))
            }
            Row::Movement(index) => {
                let booked = book.movements.get(index)?;
                (&booked.movement.identity, booked.instrument)
            }
        };
        let source = self.ledger().source(place)?;
        let source = self.source(source, identity.as_str(), instrument);
        Some((identity.to_string(), source))
    }
}

/// The parts of a gain as texts: native, base, price effect, currency effect.
pub(super) fn gains(
    desk: &Desk,
    gain: &Gain,
    currency: Currency,
    reasons: &mut Vec<String>,
) -> [Option<Amount>; 4] {
    [
        known(&gain.native, reasons).map(|gain| rounded_in(gain, currency)),
        desk.figure(&gain.base, reasons),
        desk.figure(&gain.price_effect, reasons),
        desk.figure(&gain.currency_effect, reasons),
    ]
}

impl SaleLot {
    fn new(desk: &Desk, used: &UsedLot, currency: Currency) -> Self {
        let mut reasons = Vec::new();
        let mut native = |figure: &Figure| {
            known(figure, &mut reasons).map(|amount| rounded_in(amount, currency))
        };
        let (cost, proceeds) = (native(&used.lot.cost.native), native(&used.proceeds.native));
        let [gain, base_gain, price_effect, currency_effect] =
            gains(desk, &used.gain, currency, &mut reasons);
        let row = used.lot.origin.and_then(|origin| desk.row(origin));
        let (acquisition, source) = row.unzip();
        Self {
            acquired: used.lot.acquired,
            acquisition,
            quantity: told(used.lot.quantity),
            cost,
            base_cost: desk.figure(&used.lot.cost.base, &mut reasons),
            proceeds,
            base_proceeds: desk.figure(&used.proceeds.base, &mut reasons),
            gain,
            base_gain,
            price_effect,
            currency_effect,
            base_fees: desk.figure(&used.lot.fees.base, &mut reasons),
            source,
        }
    }
}

impl SaleRow {
    fn new(desk: &Desk, sale: &Sale) -> Self {
        let mut reasons = Vec::new();
        let currency = sale.currency;
        let (id, source) = desk.row(sale.place).unzip();
        let mut native = |figure: &Figure| {
            known(figure, &mut reasons).map(|amount| rounded_in(amount, currency))
        };
        let (cost, proceeds) = (native(&sale.cost.native), native(&sale.proceeds.native));
        let [gain, base_gain, price_effect, currency_effect] =
            gains(desk, &sale.gain, currency, &mut reasons);
        if !sale.is_complete() {
            reasons.push(format!(
                "no purchase is known of {} units: they count as if they had cost nothing",
                told(sale.missing)
            ));
        }
        Self {
            id: id.unwrap_or_default(),
            account: sale.account_label.clone(),
            account_name: sale.account.clone(),
            date: sale.date,
            instrument: InstrumentName::of(desk.instrument(sale.instrument)),
            quantity: told(sale.quantity),
            currency,
            base_currency: desk.base,
            cost,
            base_cost: desk.figure(&sale.cost.base, &mut reasons),
            proceeds,
            base_proceeds: desk.figure(&sale.proceeds.base, &mut reasons),
            gain,
            base_gain,
            price_effect,
            currency_effect,
            base_fees: desk.figure(&sale.fees.base, &mut reasons),
            is_complete: sale.is_complete(),
            missing: told(sale.missing),
            lots: sale.lots.iter().map(|lot| SaleLot::new(desk, lot, currency)).collect(),
            source,
            reasons,
        }
    }
}

impl App {
    /// Sales with the lots that they used, oldest first.
    ///
    /// # Errors
    /// An unknown account, or a database that can't be read.
    pub async fn sales(&self, query: &Query) -> Result<Vec<SaleRow>, AccountError> {
        let desk = self.desk(query).await?;
        let told = development(desk.ledger(), desk.account(), desk.terms());
        let sales = told.sales.iter().filter(|sale| desk.covers(sale.date));
        Ok(sales.map(|sale| SaleRow::new(&desk, sale)).collect())
    }

    /// What was sold year by year, the newest sales one by one, and what issuers did to the units: of one
    /// calendar year, or of all.
    ///
    /// # Errors
    /// As [`App::sales`].
    pub async fn sales_report(
        &self,
        query: &Query,
        year: Option<i16>,
    ) -> Result<Arc<SalesReport>, AccountError> {
        let desk = self.desk(query).await?;
        let question = (query.clone(), year, desk.as_of);
        Ok(desk.books.figures.sales.to(question, || SalesReport::new(&desk, year)))
    }
}
