//! Value over time.

use jiff::civil::Date;
use serde::Serialize;
use stonks_core::performance::DayValue;
use utoipa::ToSchema;

use super::{Amount, Query};
use crate::accounts::AccountError;
use crate::app::App;

/// The end of one calendar day, in the base currency.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct HistoryRow {
    #[schema(value_type = String)]
    pub date: Date,
    #[schema(value_type = Option<String>)]
    pub value: Option<Amount>,
    /// Net contributions so far.
    #[schema(value_type = Option<String>)]
    pub contributions: Option<Amount>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
}

impl App {
    /// Every calendar day from the first fact, or from `query.from`, to `query.as_of`.
    ///
    /// # Errors
    /// An unknown account, or a database that can't be read.
    pub async fn history(&self, query: &Query) -> Result<Vec<HistoryRow>, AccountError> {
        let desk = self.desk(query).await?;
        let days = desk.history();
        let is_wanted = |day: &&DayValue| query.from.is_none_or(|from| from <= day.date);
        let rows = days.iter().filter(is_wanted).map(|day| {
            let mut reasons = Vec::new();
            HistoryRow {
                date: day.date,
                value: desk.figure(&day.value, &mut reasons),
                contributions: desk.figure(&day.contributions, &mut reasons),
                reasons,
            }
        });
        Ok(rows.filter(|row| desk.query.to.is_none_or(|to| row.date <= to)).collect())
    }
}
