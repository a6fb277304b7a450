//! Fees, each once.

use serde::Serialize;
use stonks_core::fees::fees;
use stonks_core::moment::Moment;
use stonks_core::money::Currency;
use stonks_core::transaction::FeeKind;
use utoipa::ToSchema;

use super::{Amount, InstrumentName, Query, RowSource, told};
use crate::accounts::AccountError;
use crate::app::App;

/// A row of the fees.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FeeRow {
    pub id: String,
    pub account: String,
    #[schema(value_type = String)]
    pub date: Moment,
    #[schema(value_type = String)]
    pub kind: FeeKind,
    #[serde(flatten)]
    pub instrument: InstrumentName,
    /// Negative: paid. Positive: paid back.
    #[schema(value_type = String)]
    pub amount: Amount,
    #[schema(value_type = String)]
    pub currency: Currency,
    /// At the rate of its day.
    #[schema(value_type = Option<String>)]
    pub base_amount: Option<Amount>,
    pub description: Option<String>,
    pub source: RowSource,
    pub reasons: Vec<String>,
}

impl App {
    /// Fees, oldest first.
    ///
    /// # Errors
    /// An unknown account, or a database that can't be read.
    pub async fn fees(&self, query: &Query) -> Result<Vec<FeeRow>, AccountError> {
        let desk = self.desk(query).await?;
        let mut rows = Vec::new();
        for book in desk.ledger().books_of(desk.account()) {
            for fee in fees(book).into_iter().filter(|fee| desk.covers(fee.at.date)) {
                let mut reasons = Vec::new();
                let base = desk.books.rates.convert(fee.money, desk.base, fee.at.date);
                rows.push(FeeRow {
                    account: book.label(),
                    date: fee.at,
                    kind: fee.kind,
                    instrument: fee
                        .instrument
                        .map(|index| InstrumentName::of(desk.instrument(index)))
                        .unwrap_or_default(),
                    amount: told(fee.money.amount),
                    currency: fee.money.currency,
                    base_amount: desk.figure(&base, &mut reasons),
                    description: fee.description.map(str::to_owned),
                    source: desk.source(fee.source, &fee.id, fee.instrument),
                    id: fee.id,
                    reasons,
                });
            }
        }
        rows.sort_by_key(|row| row.date);
        Ok(rows)
    }
}
