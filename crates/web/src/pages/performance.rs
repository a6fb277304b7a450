//! Returns: how the investment did over a period, and what it is made of.

use askama::Template;
use axum::extract::{Query as UrlQuery, State};
use axum::response::Html;
use jiff::civil::Date;
use serde::Deserialize;
use stonks_app::reports::{
    InstrumentName, PerformanceDay, PerformanceFigures, PerformanceQuery, PerformanceReport,
    YearRow,
};
use stonks_core::definitions::{Definition, definition};
use stonks_core::performance::Interval;

use super::choice::{AccountChoice, Link, address};
use super::{Frame, PageError, Visitor, drawn, filters};
use crate::figures;
use crate::graph::{Curve, Graph, Subject};
use crate::router::Shared;

#[derive(Deserialize)]
pub(crate) struct Choice {
    account: Option<String>,
    holding: Option<String>,
    interval: Option<String>,
    from: Option<String>,
    to: Option<String>,
    benchmark: Option<String>,
}

/// A figure with its meaning.
struct Card {
    label: &'static str,
    /// None where there is no value.
    value: Option<String>,
    unit: String,
    tone: &'static str,
    /// Why there is no value, or what else is to be known.
    note: Option<String>,
    definition: Option<&'static Definition>,
}

/// A cell of the table of months.
struct HeatCell {
    shown: String,
    /// The class of its ground.
    heat: &'static str,
}

struct HeatRow {
    year: i16,
    months: Vec<Option<HeatCell>>,
    whole: HeatCell,
    gain: Option<String>,
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

struct Compared {
    label: String,
    twr: String,
    difference: String,
    tone: &'static str,
    value: Option<String>,
    value_difference: Option<String>,
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

fn page(
    frame: Frame,
    choice: AccountChoice,
    query: &PerformanceQuery,
    report: PerformanceReport,
    benchmarks: &[InstrumentName],
) -> Result<PerformancePage, PageError> {
    let base = report.base_currency.to_string();
    let link = |interval: Option<Interval>, account: Option<&str>, holding: Option<&str>| {
        let interval = interval.map(|interval| interval.to_string());
        let dates = [query.from, query.to].map(|date| date.map(|date| date.to_string()));
        let [from, to] = if interval.is_some() { [None, None] } else { dates };
        let parameters = [
            ("interval", interval.as_deref()),
            ("from", from.as_deref()),
            ("to", to.as_deref()),
            ("account", account),
            ("holding", holding),
            ("benchmark", query.benchmark.as_deref()),
        ];
        address("/performance", &parameters)
    };
    let (account, holding) = (choice.account.as_deref(), query.holding.as_deref());
    let intervals = INTERVALS.map(|(interval, label)| Link {
        href: link(Some(interval), account, holding),
        label: label.to_owned(),
        is_chosen: query.interval == Some(interval),
    });
    let accounts = report.accounts.iter().flatten().map(|row| PartRow {
        label: row.account.clone(),
        href: link(query.interval, Some(&row.account), None),
        since: row.from.filter(|from| Some(*from) > report.from),
        is_open: true,
        figures: row.figures.clone(),
        reasons: row.reasons.clone(),
    });
    let accounts = accounts.collect();
    let holdings = report.holdings.iter().flatten().map(|row| PartRow {
        label: full(&row.instrument),
        href: link(query.interval, account, Some(&key(&row.instrument))),
        since: row.from.filter(|from| Some(*from) > report.from),
        is_open: row.is_open,
        figures: row.figures.clone(),
        reasons: row.reasons.clone(),
    });
    let holdings = holdings.collect();
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
        cards: cards(&report, &base),
        drawdown_told: fallen(&report),
        stale: stale(daily),
        years: report.years.iter().rev().map(HeatRow::new).collect(),
        monthly: definition("monthly-return"),
        parts: [("Accounts", "accounts", accounts), ("Holdings", "holdings", holdings)],
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

struct Graphs {
    value: Option<Graph>,
    returns: Option<Graph>,
    drawdown: Option<Graph>,
}

impl Graphs {
    fn new(
        base: &str,
        days: &[PerformanceDay],
        benchmark: Option<String>,
    ) -> Result<Self, PageError> {
        let dates: Vec<Date> = days.iter().map(|day| day.date).collect();
        let stale: Vec<bool> = days.iter().map(|day| day.stale.is_some()).collect();
        let amounts = |of: fn(&PerformanceDay) -> Option<&String>| {
            days.iter().map(|day| of(day)?.parse().ok()).collect::<Vec<Option<f64>>>()
        };
        let mut value =
            vec![Curve::new("Value", "chart-primary", amounts(|day| day.value.as_ref())).area()];
        let put_in = amounts(|day| day.contributions.as_ref());
        if put_in.iter().any(Option::is_some) {
            value.push(Curve::new("Put in", "chart-ink", put_in).step().dashed());
        }
        let own = days.iter().map(|day| day.twr).collect();
        let mut returns = vec![Curve::new("Time-weighted return", "chart-primary", own).area()];
        if let Some(name) = benchmark {
            let index = days.iter().map(|day| day.benchmark).collect();
            returns.push(Curve::new(name, "slice-2", index));
        }
        let below = days.iter().map(|day| day.drawdown).collect();
        let below = [Curve::new("Below the last peak", "chart-loss", below).area()];
        let currency = Some(base.to_owned());
        let subject = |id, title, currency| Subject { id, title, currency };
        Ok(Self {
            value: Graph::new(
                subject("value", "value and what was put in", currency),
                &dates,
                &value,
                &stale,
            )?,
            returns: Graph::new(
                subject("returns", "time-weighted return", None),
                &dates,
                &returns,
                &[],
            )?,
            drawdown: Graph::new(
                subject("drawdown", "fall below the last peak", None),
                &dates,
                &below,
                &[],
            )?,
        })
    }
}

/// What is to be known of old prices: of the last day, or else of how many days.
fn stale(days: &[PerformanceDay]) -> Option<String> {
    if let Some(stale) = days.last().and_then(|day| day.stale.as_ref()) {
        return Some(format!("{stale}"));
    }
    let n_days = days.iter().filter(|day| day.stale.is_some()).count();
    let last = days.iter().rev().find_map(|day| Some((day.date, day.stale.as_ref()?)));
    last.map(|(date, stale)| {
        format!("on {n_days} of these days the value rests on a price or exchange rate that is more than a week old: on {date}, {stale}")
    })
}

fn fallen(report: &PerformanceReport) -> Option<String> {
    let fall = report.drawdown.as_ref().filter(|fall| fall.depth > 0.0)?;
    let recovered = fall
        .recovered
        .map_or_else(|| "not made up for yet".to_owned(), |date| format!("made up for on {date}"));
    Some(format!(
        "from {} to {}, {recovered}; the longest time without a new peak is {} days, from {} to {}",
        fall.peak, fall.trough, fall.longest_days, fall.longest_from, fall.longest_to
    ))
}

fn cards(report: &PerformanceReport, base: &str) -> Vec<Card> {
    let figures = &report.figures;
    let of = |field| report.definitions.get(field).and_then(|id| definition(id));
    let why = |field: &str| figures.no_value.get(field).cloned();
    let rate = |label, field, rate: Option<f64>, note: Option<&str>| Card {
        label,
        value: rate.map(figures::percent_signed),
        unit: "%".to_owned(),
        tone: figures::tone_of(rate),
        note: why(field).or_else(|| note.map(str::to_owned)),
        definition: of(field),
    };
    let plain = |card: Card, rate: Option<f64>| Card {
        value: rate.map(figures::percent),
        tone: "",
        ..card
    };
    let amount = |label, field, amount: Option<&String>, is_gain: bool| Card {
        label,
        value: amount.map(|told| {
            if is_gain { figures::signed(Some(told)) } else { figures::or_dash(Some(told)) }
        }),
        unit: base.to_owned(),
        tone: if is_gain { figures::tone(amount) } else { "" },
        note: why(field),
        definition: of(field),
    };
    let short = (report.days < 365).then_some("As if a year went on like these days.");
    let fall = report.drawdown.as_ref().filter(|fall| fall.depth > 0.0);
    let fallen = fall.map(|fall| format!("From {} to {}.", fall.peak, fall.trough));
    vec![
        rate("Time-weighted return", "twr", figures.twr, None),
        rate("A year of it", "twr_annualized", figures.twr_annualized, short),
        rate("Money-weighted return, a year", "mwr", figures.mwr, short),
        rate("Simple return", "simple_return", figures.simple_return, None),
        rate("Modified Dietz return", "modified_dietz", figures.modified_dietz, None),
        amount("Gain", "gain", figures.gain.as_ref(), true),
        amount("Put in", "contributions", figures.contributions.as_ref(), false),
        amount("Value at the beginning", "initial_value", figures.initial_value.as_ref(), false),
        amount("Value at the end", "final_value", figures.final_value.as_ref(), false),
        plain(
            rate("Deepest fall", "max_drawdown", figures.max_drawdown, fallen.as_deref()),
            figures.max_drawdown,
        ),
        plain(
            rate("Volatility, a year", "volatility", figures.volatility, None),
            figures.volatility,
        ),
        Card {
            label: "Sharpe ratio",
            value: figures.sharpe.map(|ratio| format!("{ratio:.2}").replace('-', "−")),
            unit: String::new(),
            tone: "",
            note: why("sharpe").or_else(|| Some("Against a risk-free rate of 0 %.".to_owned())),
            definition: of("sharpe"),
        },
    ]
}

impl HeatCell {
    fn new(rate: f64) -> Self {
        // As it is shown.
        let heat = match (rate * 10_000.0).round() / 10_000.0 {
            rate if rate >= 0.06 => "heat-gain-3",
            rate if rate >= 0.02 => "heat-gain-2",
            rate if rate > 0.0 => "heat-gain-1",
            rate if rate <= -0.06 => "heat-loss-3",
            rate if rate <= -0.02 => "heat-loss-2",
            rate if rate < 0.0 => "heat-loss-1",
            _ => "",
        };
        Self { shown: figures::percent_signed(rate), heat }
    }
}

impl HeatRow {
    fn new(row: &YearRow) -> Self {
        let month = |number: usize| {
            let name = format!("{:04}-{number:02}", row.year);
            let told = row.months.iter().find(|month| month.month == name);
            told.map(|month| HeatCell::new(month.twr))
        };
        Self {
            year: row.year,
            months: (1..=12).map(month).collect(),
            whole: HeatCell::new(row.twr),
            gain: row.gain.clone(),
        }
    }
}

impl Compared {
    fn new(row: &stonks_app::reports::BenchmarkRow) -> Self {
        let shown = |rate: Option<f64>| {
            rate.map_or_else(
                || "–".to_owned(),
                |rate| format!("{} %", figures::percent_signed(rate)),
            )
        };
        Self {
            label: full(&row.instrument),
            twr: shown(row.twr),
            difference: shown(row.difference),
            tone: figures::tone_of(row.difference),
            value: row.value.clone(),
            value_difference: row.value_difference.clone(),
            reasons: row.reasons.clone(),
        }
    }
}
