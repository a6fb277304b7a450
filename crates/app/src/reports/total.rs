//! The figures about the whole.

use jiff::civil::Date;
use rust_decimal::prelude::ToPrimitive;
use serde::Serialize;
use stonks_core::claims::{Subject, claims};
use stonks_core::money::{Currency, round};
use stonks_core::portfolio::Total;
use utoipa::ToSchema;

use super::{Amount, Desk, Query, known, told as exact};
use crate::accounts::AccountError;
use crate::app::App;

/// All in the base currency.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TotalReport {
    #[schema(value_type = String)]
    pub as_of: Date,
    #[schema(value_type = String)]
    pub base_currency: Currency,
    /// Holdings and cash.
    #[schema(value_type = Option<String>)]
    pub value: Option<Amount>,
    #[schema(value_type = Option<String>)]
    pub cash: Option<Amount>,
    /// Put in less taken out.
    #[schema(value_type = Option<String>)]
    pub deposits: Option<Amount>,
    /// Value less deposits.
    #[schema(value_type = Option<String>)]
    pub profit_loss: Option<Amount>,
    /// Profit or loss as a share of deposits, in per cent.
    pub roi_percent: Option<f64>,
    /// The sum of those parts of the value that are known.
    #[schema(value_type = String)]
    pub known_value: Amount,
    /// Why a figure has no value, or is not what one might take it for.
    pub reasons: Vec<String>,
}

/// So many disagreements are told one by one.
const MOST_DISAGREEMENTS: usize = 5;

/// Where a broker's own figures differ from what follows from its facts.
fn disagreements(desk: &Desk) -> Vec<String> {
    let mut told: Vec<String> = Vec::new();
    for book in desk.ledger().books_of(desk.account()) {
        for claim in claims(book, desk.as_of).iter().filter(|claim| !claim.agrees()) {
            let what = match claim.subject {
                Subject::Cash(currency) => currency.to_string(),
                Subject::Units(instrument) => {
                    format!("units of `{}`", desk.instrument(instrument).label())
                }
            };
            let (claimed, computed) = (exact(claim.claimed), exact(claim.computed));
            told.push(format!(
                "account `{}`: at the end of {} the broker states {claimed} {what}, what was imported makes {computed}",
                book.label(),
                claim.date
            ));
        }
    }
    if told.len() > MOST_DISAGREEMENTS {
        let n_more = told.len() - MOST_DISAGREEMENTS;
        told.truncate(MOST_DISAGREEMENTS);
        told.push(format!("{n_more} more figures of brokers differ from what was imported"));
    }
    told
}

impl TotalReport {
    pub(super) fn new(desk: &Desk, total: &Total) -> Self {
        let mut reasons = Vec::new();
        let value = desk.figure(&total.value.figure(), &mut reasons);
        let cash = desk.figure(&total.cash.figure(), &mut reasons);
        let deposits = desk.figure(&total.deposits.figure(), &mut reasons);
        let profit_loss = desk.figure(&total.profit_loss, &mut reasons);
        let roi = known(&total.roi_percent, &mut reasons);
        for account in &total.without_cash {
            reasons.push(format!(
                "the cash of account `{account}` isn't known, since no account statement was imported: what was \
                 bought counts as put in, what was sold as taken out"
            ));
        }
        reasons.extend(disagreements(desk));
        reasons.extend(desk.books.changes.notes.iter().cloned());
        Self {
            as_of: desk.as_of,
            base_currency: desk.base,
            value,
            cash,
            deposits,
            profit_loss,
            roi_percent: roi.and_then(|roi| round(roi, 4).to_f64()),
            known_value: desk.rounded(total.value.known()),
            reasons,
        }
    }
}

impl App {
    /// Value, cash, deposits, profit or loss, ROI.
    ///
    /// # Errors
    /// An unknown account, or a database that can't be read.
    pub async fn total(&self, query: &Query) -> Result<TotalReport, AccountError> {
        let desk = self.desk(query).await?;
        Ok(TotalReport::new(&desk, &desk.portfolio().total))
    }
}
