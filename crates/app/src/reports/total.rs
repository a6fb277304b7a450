//! The figures about the whole.

use jiff::civil::Date;
use rust_decimal::prelude::ToPrimitive;
use serde::Serialize;
use stonks_core::money::{Currency, round};
use stonks_core::portfolio::{Total, portfolio};

use super::{Amount, Desk, Query, known};
use crate::accounts::AccountError;
use crate::app::App;

/// All in the base currency.
#[derive(Debug, Clone, Serialize)]
pub struct TotalReport {
    pub as_of: Date,
    pub base_currency: Currency,
    /// Holdings and cash.
    pub value: Option<Amount>,
    pub cash: Option<Amount>,
    /// Put in less taken out.
    pub deposits: Option<Amount>,
    /// Value less deposits.
    pub profit_loss: Option<Amount>,
    /// Profit or loss as a share of deposits, in per cent.
    pub roi_percent: Option<f64>,
    /// The sum of those parts of the value that are known.
    pub known_value: Amount,
    /// Why a figure has no value, or is not what one might take it for.
    pub reasons: Vec<String>,
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
        let portfolio = portfolio(desk.ledger(), desk.account(), desk.terms());
        Ok(TotalReport::new(&desk, &portfolio.total))
    }
}
