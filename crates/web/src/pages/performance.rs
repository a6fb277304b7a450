//! Returns: how the investment did over a period, and what it is made of.

mod cards;
mod graphs;

use askama::Template;
use axum::extract::{Query as UrlQuery, State};
use axum::response::Html;
use jiff::civil::Date;
use serde::Deserialize;
use stonks_app::reports::{
    InstrumentName, PerformanceFigures, PerformanceQuery, PerformanceReport,
};
use stonks_core::definitions::{Definition, definition};
use stonks_core::performance::Interval;

use self::cards::{Card, Compared, HeatRow, cards, fallen};
use self::graphs::{Graphs, stale};
use super::choice::{AccountChoice, Link, address};
use super::{Frame, PageError, Visitor, drawn, filters};
use crate::figures;
use crate::graph::Graph;
use crate::router::Shared;

#[derive(Deserialize)]
pub(crate) struct Choice {
    account: Option<String>,
    holding: Option<String>,
    interval: Option<String>,
    from: Option<String>,
    to: Option<String>,
    benchmark: Option<String>,
    /// In per cent.
    risk_free: Option<String>,
}

/// An account or a holding over the period.
struct PartRow {
    label: String,
    href: String,
    /// Where it began later than the period.
    since: Option<Date>,
    is_open: bool,
    figures: PerformanceFigures,
    reasons: Vec<String>,
}

#[derive(Template)]
#[template(path = "performance.html")]
struct PerformancePage {
    frame: Frame,
    choice: AccountChoice,
    holding: Option<String>,
    holding_name: Option<String>,
    interval: Option<Interval>,
    from: Option<Date>,
    to: Date,
    n_days: i32,
    base: String,
    intervals: Vec<Link>,
    benchmarks: Vec<(String, String)>,
    benchmark: Option<String>,
    /// In per cent; none where it is zero.
    risk_free: Option<String>,
    cards: Vec<Card>,
    value: Option<Graph>,
    returns: Option<Graph>,
    drawdown: Option<Graph>,
    drawdown_told: Option<String>,
    stale: Option<String>,
    years: Vec<HeatRow>,
    monthly: Option<&'static Definition>,
    /// Titles, ids and rows: accounts, and holdings.
    parts: [(&'static str, &'static str, Vec<PartRow>); 2],
    of_holding: Option<&'static Definition>,
    compared: Option<Compared>,
    of_benchmark: Option<&'static Definition>,
    reasons: Vec<String>,
    is_open: bool,
    is_empty: bool,
}

/// The choices of the page, and what they are called.
const INTERVALS: [(Interval, &str); 9] = [
    (Interval::MonthToDate, "MTD"),
    (Interval::OneMonth, "1M"),
    (Interval::ThreeMonths, "3M"),
    (Interval::SixMonths, "6M"),
    (Interval::YearToDate, "YTD"),
    (Interval::OneYear, "1Y"),
    (Interval::ThreeYears, "3Y"),
    (Interval::FiveYears, "5Y"),
    (Interval::All, "All"),
];

/// What the address asks for; a form sends what isn't filled in, too.
fn query(choice: &Choice, account: &AccountChoice) -> Result<PerformanceQuery, PageError> {
    let given = |told: &Option<String>| told.clone().filter(|told| !told.is_empty());
    let date = |told: &Option<String>| {
        let date = given(told).map(|told| {
            let wrong = |_| format!("`{told}` is no date: one such as 2026-01-31 is expected");
            told.parse::<Date>().map_err(wrong)
        });
        date.transpose().map_err(PageError::BadRequest)
    };
    let (from, to) = (date(&choice.from)?, date(&choice.to)?);
    let interval = given(&choice.interval).map(|told| {
        let wrong = |_| format!("`{told}` is no interval: one such as YTD, 1Y or ALL is expected");
        told.parse::<Interval>().map_err(wrong)
    });
    let interval = interval.transpose().map_err(PageError::BadRequest)?;
    // Dates that are given count before the interval.
    let interval =
        if from.is_some() || to.is_some() { None } else { Some(interval.unwrap_or(Interval::All)) };
    let holding = given(&choice.holding);
    Ok(PerformanceQuery {
        account: account.name.clone(),
        interval,
        from,
        to,
        benchmark: given(&choice.benchmark),
        by_account: holding.is_none(),
        by_holding: holding.is_none(),
        holding,
        as_of: None,
        daily: true,
        risk_free: given(&choice.risk_free).map_or(Ok(0.0), |told| rate(&told))?,
    })
}

/// In per cent, as people write it.
fn rate(told: &str) -> Result<f64, PageError> {
    let rate = told.trim().replace(',', ".").parse::<f64>().ok();
    let rate = rate.filter(|rate| (-100.0..=100.0).contains(rate)).map(|rate| rate / 100.0);
    let wrong = || format!("`{told}` is no rate: one in per cent such as 2.5 is expected");
    rate.ok_or_else(|| PageError::BadRequest(wrong()))
}

/// As it stands in the address and in the form; none where it is zero.
fn percent(rate: f64) -> Option<String> {
    (rate != 0.0).then(|| {
        let told = format!("{:.4}", rate * 100.0);
        told.trim_end_matches('0').trim_end_matches('.').to_owned()
    })
}

pub(crate) async fn show(
    State(shared): State<Shared>,
    visitor: Visitor,
    UrlQuery(choice): UrlQuery<Choice>,
) -> Result<Html<String>, PageError> {
    let account = AccountChoice::read(&shared, choice.account.clone()).await?;
    let query = query(&choice, &account)?;
    let report = shared.app.performance(&query).await?;
    let benchmarks = shared.app.benchmarks().await?;
    drawn(&page(
        visitor.frame("Performance", "/performance"),
        account,
        &query,
        report,
        &benchmarks,
    )?)
}

/// By which an address names an instrument: the ISIN, where it has one, is nobody else's.
fn key(name: &InstrumentName) -> String {
    name.isin.as_ref().map_or_else(|| name.short().to_owned(), ToString::to_string)
}

fn full(name: &InstrumentName) -> String {
    name.name.clone().unwrap_or_else(|| name.short().to_owned())
}

/// The address of the same page about another period, account or holding.
fn linked(
    query: &PerformanceQuery,
    interval: Option<Interval>,
    account: Option<&str>,
    holding: Option<&str>,
) -> String {
    let interval = interval.map(|interval| interval.to_string());
    let dates = [query.from, query.to].map(|date| date.map(|date| date.to_string()));
    let [from, to] = if interval.is_some() { [None, None] } else { dates };
    let risk_free = percent(query.risk_free);
    let parameters = [
        ("interval", interval.as_deref()),
        ("from", from.as_deref()),
        ("to", to.as_deref()),
        ("account", account),
        ("holding", holding),
        ("benchmark", query.benchmark.as_deref()),
        ("risk_free", risk_free.as_deref()),
    ];
    address("/performance", &parameters)
}

/// Accounts, and holdings.
fn parts(
    query: &PerformanceQuery,
    account: Option<&str>,
    report: &PerformanceReport,
) -> [(&'static str, &'static str, Vec<PartRow>); 2] {
    let is_later = |from: &Date| Some(*from) > report.from;
    let accounts = report.accounts.iter().flatten().map(|row| PartRow {
        label: row.account.clone(),
        href: linked(query, query.interval, Some(&row.account), None),
        since: row.from.filter(is_later),
        is_open: true,
        figures: row.figures.clone(),
        reasons: row.reasons.clone(),
    });
    let holdings = report.holdings.iter().flatten().map(|row| PartRow {
        label: full(&row.instrument),
        href: linked(query, query.interval, account, Some(&key(&row.instrument))),
        since: row.from.filter(is_later),
        is_open: row.is_open,
        figures: row.figures.clone(),
        reasons: row.reasons.clone(),
    });
    [("Accounts", "accounts", accounts.collect()), ("Holdings", "holdings", holdings.collect())]
}

fn page(
    frame: Frame,
    choice: AccountChoice,
    query: &PerformanceQuery,
    report: PerformanceReport,
    benchmarks: &[InstrumentName],
) -> Result<PerformancePage, PageError> {
    let base = report.base_currency.to_string();
    let (account, holding) = (choice.account.as_deref(), query.holding.as_deref());
    let intervals = INTERVALS.map(|(interval, label)| Link {
        href: linked(query, Some(interval), account, holding),
        label: label.to_owned(),
        is_chosen: query.interval == Some(interval),
    });
    let parts = parts(query, account, &report);
    let daily = report.daily.as_deref().unwrap_or_default();
    let graphs =
        Graphs::new(&base, daily, report.benchmark.as_ref().map(|row| full(&row.instrument)))?;
    Ok(PerformancePage {
        frame,
        intervals: intervals.into(),
        interval: query.interval,
        from: report.from,
        to: report.to,
        n_days: report.days,
        benchmarks: benchmarks.iter().map(|name| (key(name), full(name))).collect(),
        benchmark: query.benchmark.clone(),
        risk_free: percent(query.risk_free),
        cards: cards(&report, &base),
        drawdown_told: fallen(&report),
        stale: stale(daily),
        years: report.years.iter().rev().map(HeatRow::new).collect(),
        monthly: definition("monthly-return"),
        parts,
        of_holding: definition("return-of-holding"),
        compared: report.benchmark.as_ref().map(Compared::new),
        of_benchmark: definition("benchmark"),
        holding_name: report.holding.as_ref().map(full),
        holding: query.holding.clone(),
        is_open: report.figures.twr.is_none(),
        is_empty: report.from.is_none(),
        reasons: report.reasons,
        value: graphs.value,
        returns: graphs.returns,
        drawdown: graphs.drawdown,
        base,
        choice,
    })
}
