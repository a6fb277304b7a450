//! The first page: what everything is worth, and how it came to be.

use askama::Template;
use axum::extract::{Query as UrlQuery, State};
use axum::response::Html;
use jiff::civil::Date;
use jiff::{Span, ToSpan};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use stonks_app::reports::{
    self, HistoryRow, HoldingRow, PortfolioReport, Query, TotalReport, TransactionRow,
};

use super::{Frame, PageError, Visitor, drawn, filters};
use crate::chart::{self, Lines, Slice};
use crate::figures;
use crate::router::Shared;

/// How far back the chart goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub(crate) enum Interval {
    #[serde(rename = "mtd")]
    MonthToDate,
    #[serde(rename = "1m")]
    Month,
    #[serde(rename = "ytd")]
    YearToDate,
    #[serde(rename = "1y")]
    Year,
    #[serde(rename = "3y")]
    ThreeYears,
    #[default]
    #[serde(rename = "all")]
    All,
}

/// The choices of the page: value in the URL, and label.
const INTERVALS: [(Interval, &str, &str); 6] = [
    (Interval::MonthToDate, "mtd", "MTD"),
    (Interval::Month, "1m", "1M"),
    (Interval::YearToDate, "ytd", "YTD"),
    (Interval::Year, "1y", "1Y"),
    (Interval::ThreeYears, "3y", "3Y"),
    (Interval::All, "all", "All"),
];

impl Interval {
    /// The first day; none for all there is.
    fn first_day(self, today: Date) -> Option<Date> {
        let back = |span: Span| today.checked_sub(span).ok();
        match self {
            Self::MonthToDate => Some(today.first_of_month()),
            Self::Month => back(1.month()),
            Self::YearToDate => Some(today.first_of_year()),
            Self::Year => back(1.year()),
            Self::ThreeYears => back(3.years()),
            Self::All => None,
        }
    }
}

#[derive(Deserialize)]
pub(crate) struct Choice {
    #[serde(default)]
    interval: Interval,
}

struct IntervalLink {
    href: String,
    label: &'static str,
    is_chosen: bool,
}

/// Numbers for the script that draws over the server's picture.
#[derive(Serialize)]
struct ChartData {
    currency: String,
    dates: Vec<String>,
    /// Floats: a picture, from which no figure is read back.
    values: Vec<Option<f64>>,
    contributions: Vec<Option<f64>>,
}

#[derive(Template)]
#[template(path = "dashboard.html")]
struct Dashboard {
    frame: Frame,
    total: TotalReport,
    intervals: Vec<IntervalLink>,
    lines: Lines,
    first_day: Option<Date>,
    last_day: Option<Date>,
    /// JSON, safe inside a script element.
    chart_data: String,
    is_empty: bool,
    has_chart: bool,
    /// Figures of brokers that differ from what was imported.
    n_differences: usize,
    /// How the value changed over the interval, what was put in left out.
    change: Option<String>,
    /// What is to be known of the prices behind the last value.
    stale: Option<String>,
    /// Titles and shares.
    rings: [(&'static str, Vec<Slice>); 2],
    holdings: Vec<HoldingRow>,
    recent: Vec<TransactionRow>,
}

/// How many holdings and transactions the page shows.
const N_HOLDINGS: usize = 6;
const N_RECENT: usize = 6;

pub(crate) async fn show(
    State(shared): State<Shared>,
    visitor: Visitor,
    UrlQuery(choice): UrlQuery<Choice>,
) -> Result<Html<String>, PageError> {
    let app = &shared.app;
    let from = choice.interval.first_day(app.today());
    let portfolio = app.portfolio(&Query::default()).await?;
    let history = app.history(&Query { from, ..Query::default() }).await?;
    let recent = app.recent_transactions(&Query::default(), N_RECENT).await?;
    let is_empty = history.is_empty() && recent.is_empty();
    let claims = app.reconciliation(&Query::default()).await?;
    let n_differences = super::reconciliation::n_differences(&claims);
    let reports = Reports { portfolio, history, recent, is_empty, n_differences };
    drawn(&dashboard(visitor.frame("Dashboard", "/"), choice.interval, reports)?)
}

/// What the page is drawn from.
struct Reports {
    portfolio: PortfolioReport,
    history: Vec<HistoryRow>,
    /// The newest first.
    recent: Vec<TransactionRow>,
    is_empty: bool,
    n_differences: usize,
}

fn dashboard(frame: Frame, interval: Interval, reports: Reports) -> Result<Dashboard, PageError> {
    let Reports { portfolio, history, recent, is_empty, n_differences } = reports;
    let values: Vec<Option<Decimal>> =
        history.iter().map(|row| decimal(row.value.as_ref())).collect();
    let contributions: Vec<Option<Decimal>> =
        history.iter().map(|row| decimal(row.contributions.as_ref())).collect();
    let intervals = INTERVALS.into_iter().map(|(choice, value, label)| IntervalLink {
        href: format!("/?interval={value}"),
        label,
        is_chosen: choice == interval,
    });
    let rings = [("By class", by_class(&portfolio)), ("By account", by_account(&portfolio))];
    let holdings = portfolio.holdings.into_iter().filter(|row| row.is_open).take(N_HOLDINGS);
    Ok(Dashboard {
        frame,
        intervals: intervals.collect(),
        lines: chart::lines(&values, &contributions),
        first_day: history.first().map(|row| row.date),
        last_day: history.last().map(|row| row.date),
        chart_data: chart_data(&portfolio.total, &history, &values, &contributions)?,
        is_empty,
        has_chart: history.len() > 1,
        n_differences,
        change: change(&values, &contributions),
        stale: history.last().and_then(|row| row.stale.as_ref()).map(ToString::to_string),
        rings,
        holdings: holdings.collect(),
        recent,
        total: portfolio.total,
    })
}

fn decimal(figure: Option<&String>) -> Option<Decimal> {
    figure.and_then(|figure| figure.parse().ok())
}

/// Change of the value less what was put in meanwhile.
fn change(values: &[Option<Decimal>], contributions: &[Option<Decimal>]) -> Option<String> {
    let gain = |value: Option<&Option<Decimal>>, put_in: Option<&Option<Decimal>>| {
        value.copied().flatten()?.checked_sub(put_in.copied().flatten()?)
    };
    let first = gain(values.first(), contributions.first())?;
    let last = gain(values.last(), contributions.last())?;
    Some(format!("{:.2}", last - first))
}

fn chart_data(
    total: &TotalReport,
    history: &[HistoryRow],
    values: &[Option<Decimal>],
    contributions: &[Option<Decimal>],
) -> Result<String, PageError> {
    use rust_decimal::prelude::ToPrimitive;
    let floats = |series: &[Option<Decimal>]| {
        series.iter().map(|value| value.and_then(|value| value.to_f64())).collect()
    };
    let data = ChartData {
        currency: total.base_currency.to_string(),
        dates: history.iter().map(|row| row.date.to_string()).collect(),
        values: floats(values),
        contributions: floats(contributions),
    };
    let json = serde_json::to_string(&data).map_err(anyhow::Error::from)?;
    // Nothing in it can end the script element that holds it.
    Ok(json.replace('<', "\\u003c"))
}

/// Value by class of asset, cash among them.
fn by_class(portfolio: &PortfolioReport) -> Vec<Slice> {
    let holdings =
        portfolio.holdings.iter().map(|row| (class_label(row), decimal(row.base_value.as_ref())));
    let cash =
        portfolio.cash.iter().map(|row| ("Cash".to_owned(), decimal(row.base_value.as_ref())));
    summed(holdings.chain(cash))
}

fn by_account(portfolio: &PortfolioReport) -> Vec<Slice> {
    let holdings = portfolio
        .holdings
        .iter()
        .map(|row| (row.account.clone(), decimal(row.base_value.as_ref())));
    let cash =
        portfolio.cash.iter().map(|row| (row.account.clone(), decimal(row.base_value.as_ref())));
    summed(holdings.chain(cash))
}

fn summed(parts: impl Iterator<Item = (String, Option<Decimal>)>) -> Vec<Slice> {
    let mut sums = std::collections::BTreeMap::new();
    for (label, value) in parts {
        let sum: &mut Decimal = sums.entry(label).or_default();
        *sum = sum.saturating_add(value.unwrap_or_default());
    }
    chart::ring(sums.into_iter().collect())
}

/// The class as people call it, in the plural.
pub(crate) fn class_label(row: &HoldingRow) -> String {
    reports::class_label(row.asset_class).to_owned()
}
