//! Figures with their meaning, the table of months, and the comparison with a benchmark.

use stonks_app::reports::{BenchmarkRow, PerformanceReport, YearRow};
use stonks_core::definitions::{Definition, definition};

use super::full;
use crate::figures;

/// A figure with its meaning.
pub(super) struct Card {
    pub(super) label: &'static str,
    /// None where there is no value.
    pub(super) value: Option<String>,
    pub(super) unit: String,
    pub(super) tone: &'static str,
    /// Why there is no value, or what else is to be known.
    pub(super) note: Option<String>,
    pub(super) definition: Option<&'static Definition>,
}

/// A cell of the table of months.
pub(super) struct HeatCell {
    pub(super) shown: String,
    /// The class of its ground.
    pub(super) heat: &'static str,
}

pub(super) struct HeatRow {
    pub(super) year: i16,
    pub(super) months: Vec<Option<HeatCell>>,
    pub(super) whole: HeatCell,
    pub(super) gain: Option<String>,
}

pub(super) struct Compared {
    pub(super) label: String,
    pub(super) twr: String,
    pub(super) difference: String,
    pub(super) tone: &'static str,
    pub(super) value: Option<String>,
    pub(super) value_difference: Option<String>,
    pub(super) reasons: Vec<String>,
}

pub(super) fn fallen(report: &PerformanceReport) -> Option<String> {
    let fall = report.drawdown.as_ref().filter(|fall| fall.depth > 0.0)?;
    let recovered = fall
        .recovered
        .map_or_else(|| "not made up for yet".to_owned(), |date| format!("made up for on {date}"));
    Some(format!(
        "from {} to {}, {recovered}; the longest time without a new peak is {} days, from {} to {}",
        fall.peak, fall.trough, fall.longest_days, fall.longest_from, fall.longest_to
    ))
}

pub(super) fn cards(report: &PerformanceReport, base: &str) -> Vec<Card> {
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
            note: why("sharpe").or_else(|| {
                let rate = super::percent(report.risk_free).unwrap_or_else(|| "0".to_owned());
                Some(format!("Against a risk-free rate of {rate} %."))
            }),
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
    pub(super) fn new(row: &YearRow) -> Self {
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
    pub(super) fn new(row: &BenchmarkRow) -> Self {
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
