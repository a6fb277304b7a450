//! Money put in and taken out.

use rust_decimal::Decimal;
use serde::Serialize;
use stonks_core::deposits::{DepositKind, deposits};
use stonks_core::figure::{Figure, both, sum};
use stonks_core::moment::Moment;
use stonks_core::money::Currency;
use utoipa::ToSchema;

use super::{Amount, Query, RowSource, told};
use crate::accounts::AccountError;
use crate::app::App;

/// A row of the deposits.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DepositRow {
    pub id: String,
    pub account: String,
    #[schema(value_type = String)]
    pub date: Moment,
    #[schema(value_type = String)]
    pub kind: DepositKind,
    /// Negative for a withdrawal.
    #[schema(value_type = String)]
    pub amount: Amount,
    #[schema(value_type = String)]
    pub currency: Currency,
    /// At the rate of its day.
    #[schema(value_type = Option<String>)]
    pub base_amount: Option<Amount>,
    /// Of all rows up to and with this one, whatever list it is cut from.
    #[schema(value_type = Option<String>)]
    pub base_total: Option<Amount>,
    pub description: Option<String>,
    pub source: RowSource,
    pub reasons: Vec<String>,
}

impl App {
    /// Deposits and withdrawals, oldest first.
    ///
    /// # Errors
    /// An unknown account, or a database that can't be read.
    pub async fn deposits(&self, query: &Query) -> Result<Vec<DepositRow>, AccountError> {
        let desk = self.desk(query).await?;
        let mut rows = Vec::new();
        for book in desk.ledger().books_of(desk.account()) {
            for deposit in deposits(book) {
                let mut reasons = Vec::new();
                let base = desk.books.rates.convert(deposit.money, desk.base, deposit.at.date);
                let row = DepositRow {
                    account: book.label(),
                    date: deposit.at,
                    kind: deposit.kind,
                    amount: told(deposit.money.amount),
                    currency: deposit.money.currency,
                    base_amount: desk.figure(&base, &mut reasons),
                    base_total: None,
                    description: deposit.description.map(str::to_owned),
                    source: desk.source(deposit.source, &deposit.id, None),
                    id: deposit.id,
                    reasons,
                };
                rows.push((row, base));
            }
        }
        rows.sort_by_key(|(row, _)| row.date);
        let mut total: Figure = Ok(Decimal::ZERO);
        for (row, base) in &mut rows {
            total = both(&total, base, sum);
            row.base_total = desk.figure(&total, &mut row.reasons);
        }
        let covered = rows.into_iter().map(|(row, _)| row).filter(|row| desk.covers(row.date.date));
        Ok(covered.collect())
    }
}
