//! Dividends: paid, announced and forecast.

mod summary;

use jiff::civil::Date;
use serde::Serialize;
use stonks_core::dividends::{Dividend, PaymentStatus, paid, upcoming};
use stonks_core::figure::{Figure, both, difference};
use stonks_core::holdings::Holding;
use stonks_core::ledger::{Book, InstrumentIndex};
use stonks_core::moment::Moment;
use stonks_core::money::{Currency, Money, round};
use utoipa::ToSchema;

pub use summary::{DividendMonth, DividendSummary, DividendYear, HoldingYield};

use super::{Amount, Desk, InstrumentName, Query, RowSource, known, told};
use crate::accounts::AccountError;
use crate::app::App;

/// A row of the dividends.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DividendRow {
    pub id: String,
    pub account: String,
    /// Of the payment; of the announced payment, or the ex-date, where it isn't paid yet.
    #[schema(value_type = String)]
    pub date: Moment,
    #[schema(value_type = String)]
    pub status: PaymentStatus,
    #[serde(flatten)]
    pub instrument: InstrumentName,
    #[schema(value_type = String)]
    pub currency: Currency,
    #[schema(value_type = Option<String>)]
    pub gross: Option<Amount>,
    /// Negative, or zero.
    #[schema(value_type = String)]
    pub tax: Amount,
    #[schema(value_type = Option<String>)]
    pub net: Option<Amount>,
    /// At the rate of its day; at the last rate where it isn't paid yet.
    #[schema(value_type = Option<String>)]
    pub base_gross: Option<Amount>,
    /// The same; negative, or zero.
    #[schema(value_type = Option<String>)]
    pub base_tax: Option<Amount>,
    /// The net amount at the rate of its day; at the last rate where it isn't paid yet.
    #[schema(value_type = Option<String>)]
    pub base_net: Option<Amount>,
    #[schema(value_type = Option<String>)]
    pub ex_date: Option<Date>,
    pub description: Option<String>,
    pub source: RowSource,
    pub reasons: Vec<String>,
}

impl DividendRow {
    fn new(desk: &Desk, book: &Book, dividend: &Dividend<'_>) -> Self {
        let mut reasons = Vec::new();
        let net = dividend.net();
        let day = dividend.at.date.min(desk.as_of);
        let in_base = |amount| {
            desk.books.rates.convert(Money::new(amount, dividend.currency), desk.base, day)
        };
        let base_gross = dividend.gross.clone().and_then(in_base);
        let base_net = net.clone().and_then(in_base);
        // As they are shown, so that gross and tax make the net amount.
        let shown = |figure: Figure| figure.map(|amount| round(amount, desk.base.decimal_places()));
        let base_tax = both(&shown(base_net.clone()), &shown(base_gross.clone()), difference);
        Self {
            id: dividend.id.clone(),
            account: book.label(),
            date: dividend.at,
            status: dividend.status,
            instrument: dividend
                .instrument
                .map(|index| InstrumentName::of(desk.instrument(index)))
                .unwrap_or_default(),
            currency: dividend.currency,
            gross: known(&dividend.gross, &mut reasons).map(told),
            tax: told(dividend.tax),
            net: known(&net, &mut reasons).map(told),
            base_gross: desk.figure(&base_gross, &mut reasons),
            base_tax: desk.figure(&base_tax, &mut reasons),
            base_net: desk.figure(&base_net, &mut reasons),
            ex_date: dividend.ex_date,
            description: dividend.description.map(str::to_owned),
            source: desk.source(dividend.source, &dividend.id, dividend.instrument),
            reasons,
        }
    }
}

impl App {
    /// Dividends, oldest first; those to come last.
    ///
    /// # Errors
    /// An unknown account, or a database that can't be read.
    pub async fn dividends(&self, query: &Query) -> Result<Vec<DividendRow>, AccountError> {
        let desk = self.desk(query).await?;
        Ok(rows(&desk, &desk.portfolio().holdings).into_iter().map(|(row, _)| row).collect())
    }
}

/// Rows and what they are of, oldest first.
fn rows(desk: &Desk, holdings: &[Holding]) -> Vec<(DividendRow, Option<InstrumentIndex>)> {
    let mut rows = Vec::new();
    for book in desk.ledger().books_of(desk.account()) {
        let paid = paid(book).into_iter().filter(|dividend| desk.covers(dividend.at.date));
        let is_in_range = |date: Date| desk.query.to.is_none_or(|to| date <= to);
        let upcoming = upcoming(book, holdings, desk.as_of);
        let upcoming = upcoming.into_iter().filter(|dividend| is_in_range(dividend.at.date));
        rows.extend(
            paid.chain(upcoming)
                .map(|dividend| (DividendRow::new(desk, book, &dividend), dividend.instrument)),
        );
    }
    rows.sort_by_key(|(row, _)| row.date);
    rows
}
