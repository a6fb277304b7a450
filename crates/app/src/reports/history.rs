//! Value over time.

use jiff::civil::Date;
use serde::Serialize;
use stonks_core::performance::{DayValue, Stale, Told};
use utoipa::ToSchema;

use super::{Amount, Desk, InstrumentName, Query};
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
    /// The oldest price or exchange rate that the value rests on, if it is old.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stale: Option<StaleRow>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
}

/// A price or an exchange rate that is more than a week older than the value that rests on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct StaleRow {
    /// `price` or `rate`.
    pub kind: &'static str,
    /// The instrument's symbol or name, or the currency.
    pub of: String,
    #[schema(value_type = String)]
    pub since: Date,
    pub days: i32,
}

impl StaleRow {
    pub(super) fn new(desk: &Desk, stale: Stale) -> Self {
        let (kind, of) = match stale.what {
            Told::Price(instrument) => {
                ("price", InstrumentName::of(desk.instrument(instrument)).short().to_owned())
            }
            Told::Rate(currency) => ("rate", currency.to_string()),
        };
        Self { kind, of, since: stale.since, days: stale.days }
    }
}

impl std::fmt::Display for StaleRow {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { kind, of, since, days } = self;
        let what = if *kind == "rate" { "an exchange rate" } else { "a price" };
        write!(formatter, "the value rests on {what} of `{of}` of {since}, {days} days old")
    }
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
                stale: day.stale.map(|stale| StaleRow::new(&desk, stale)),
                reasons,
            }
        });
        Ok(rows.filter(|row| desk.query.to.is_none_or(|to| row.date <= to)).collect())
    }
}
