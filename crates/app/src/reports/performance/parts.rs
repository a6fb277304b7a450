//! Returns account by account, and holding by holding.

use jiff::civil::Date;
use serde::Serialize;
use stonks_core::performance::{Scope, Series};
use utoipa::ToSchema;

use super::super::{Desk, InstrumentName};
use super::{PerformanceFigures, PerformanceQuery};

/// An account over the period.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AccountPerformance {
    pub account: String,
    /// Later than the report's where the account began later.
    #[schema(value_type = Option<String>)]
    pub from: Option<Date>,
    #[serde(flatten)]
    pub figures: PerformanceFigures,
    pub reasons: Vec<String>,
}

/// A holding over the period; also one that is held no more.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct HoldingPerformance {
    #[serde(flatten)]
    pub instrument: InstrumentName,
    /// Later than the report's where it was bought later.
    #[schema(value_type = Option<String>)]
    pub from: Option<Date>,
    pub is_open: bool,
    #[serde(flatten)]
    pub figures: PerformanceFigures,
    pub reasons: Vec<String>,
}

/// Figures, the first day that counts, and why some have no value.
fn figures(
    desk: &Desk,
    query: &PerformanceQuery,
    series: &Series,
) -> (PerformanceFigures, Option<Date>, Vec<String>) {
    let mut reasons = Vec::new();
    let period = query.period(series, desk.as_of);
    let figures = PerformanceFigures::new(desk, series, (period, query.risk_free), &mut reasons);
    (figures, period.and_then(|period| period.after.tomorrow().ok()), reasons)
}

/// Each account, by name.
pub(super) fn by_account(desk: &Desk, query: &PerformanceQuery) -> Vec<AccountPerformance> {
    let asked = |account: &&_| desk.account().is_none_or(|asked| asked == *account);
    let accounts = desk.books.accounts.iter().filter(asked);
    let rows = accounts.map(|account| {
        let series = desk.series(Scope::Account(account));
        let (figures, from, reasons) = figures(desk, query, &series);
        AccountPerformance { account: account.to_string(), from, figures, reasons }
    });
    rows.collect()
}

/// Each holding that was held in the period, the largest gain first.
pub(super) fn by_holding(desk: &Desk, query: &PerformanceQuery) -> Vec<HoldingPerformance> {
    let all = desk.holdings_series();
    let held = all.iter().filter(|(_, series)| {
        query.period(series, desk.as_of).is_some_and(|period| {
            // A value that isn't known is one nevertheless.
            let is_there = |value: &stonks_core::figure::Figure| {
                value.as_ref().map_or(true, |value| !value.is_zero())
            };
            is_there(&series.value(period.after))
                || series.days().any(|(date, day)| {
                    let amounts = [&day.value, &day.inflow, &day.outflow];
                    period.contains(date) && amounts.into_iter().any(is_there)
                })
        })
    });
    let mut rows: Vec<_> = held
        .map(|(index, series)| {
            let (figures, from, reasons) = figures(desk, query, series);
            let value = series.value(desk.as_of);
            let gain = query.period(series, desk.as_of).and_then(|period| series.gain(period).ok());
            let row = HoldingPerformance {
                instrument: InstrumentName::of(desk.instrument(*index)),
                from,
                is_open: value.map_or(true, |value| !value.is_zero()),
                figures,
                reasons,
            };
            (gain, row)
        })
        .collect();
    rows.sort_by(|(left, _), (right, _)| right.cmp(left));
    rows.into_iter().map(|(_, row)| row).collect()
}
