//! Figures and panels told in one line each, and a portfolio to compute them from.

use std::fmt::Write;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use super::{tell_money, tell_optional};
use crate::AssetClass;
use crate::figures::{Metric, MetricValue};
use crate::snapshot::{Holding, PortfolioSnapshot};
use crate::view::{Cell, Panel, PanelBody};

/// What a call answers that waits for nothing: natively there is no host to wait for.
///
/// # Panics
/// Where it waits nevertheless.
#[must_use]
#[expect(clippy::panic, reason = "it fails a test")]
pub fn answer<T>(call: impl Future<Output = T>) -> T {
    match pin!(call).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => answer,
        Poll::Pending => panic!("the call waits for the host, which isn't there in native tests"),
    }
}

/// A portfolio without anything in it, told in euros.
#[must_use]
pub fn snapshot(as_of: &str) -> PortfolioSnapshot {
    PortfolioSnapshot {
        as_of: as_of.to_owned(),
        base_currency: "EUR".to_owned(),
        holdings: Vec::new(),
        cash: Vec::new(),
        income: Vec::new(),
    }
}

/// Units of a share in the account `mine`, without a price. `name` also names the instrument.
#[must_use]
pub fn holding(name: &str, quantity: &str) -> Holding {
    Holding {
        account: "mine".to_owned(),
        instrument: name.to_owned(),
        name: name.to_owned(),
        symbol: None,
        isin: None,
        asset_class: AssetClass::Stock,
        sector: None,
        country: None,
        quantity: quantity.to_owned(),
        price: None,
        value: None,
        base_value: None,
        base_cost: None,
    }
}

/// Figures, one in a line.
#[must_use]
pub fn tell_metrics(metrics: &[Metric]) -> String {
    metrics.iter().map(|metric| tell_metric(metric) + "\n").collect()
}

/// Panels: a title, and below it what is to be drawn, one thing in a line.
#[must_use]
pub fn tell_panels(panels: &[Panel]) -> String {
    panels.iter().map(tell_panel).collect()
}

fn tell_metric(metric: &Metric) -> String {
    let value = match &metric.value {
        None => "no value".to_owned(),
        Some(MetricValue::Money(money)) => tell_money(money),
        Some(MetricValue::Number(number)) => number.clone(),
        Some(MetricValue::Ratio(ratio)) => tell_ratio(*ratio),
        Some(MetricValue::Text(text)) => text.clone(),
    };
    let mut told = format!("{} [{}] {value}", metric.name, metric.label);
    tell_optional(&mut told, "—", metric.explanation.as_ref());
    told
}

fn tell_ratio(ratio: f64) -> String {
    format!("{:.2} %", ratio * 100.0)
}

fn tell_panel(panel: &Panel) -> String {
    let mut told = format!("# {}\n", panel.title);
    if let Some(description) = &panel.description {
        told.push_str(description);
        told.push('\n');
    }
    let currency = |currency: &Option<String>| {
        currency.as_ref().map_or_else(String::new, |currency| format!(" {currency}"))
    };
    // Writing to a string can't fail.
    match &panel.body {
        PanelBody::Metrics(metrics) => told.push_str(&tell_metrics(metrics)),
        PanelBody::Table(table) => {
            let labels: Vec<&str> = table.columns.iter().map(|column| &*column.label).collect();
            let _ = writeln!(told, "{}", labels.join(" | "));
            for row in &table.rows {
                let cells: Vec<String> = row.iter().map(tell_cell).collect();
                let _ = writeln!(told, "{}", cells.join(" | "));
            }
        }
        PanelBody::TimeSeries(lines) => {
            for series in &lines.series {
                let _ = writeln!(told, "{}{}", series.label, currency(&lines.currency));
                for point in &series.points {
                    let _ = writeln!(told, "  {} {}", point.date, point.value);
                }
            }
        }
        PanelBody::Breakdown(breakdown) => {
            for slice in &breakdown.slices {
                let unit = currency(&breakdown.currency);
                let _ = writeln!(told, "{} {}{unit}", slice.label, slice.value);
            }
        }
    }
    told
}

fn tell_cell(cell: &Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) | Cell::Number(text) | Cell::Date(text) => text.clone(),
        Cell::Money(money) => tell_money(money),
        Cell::Ratio(ratio) => tell_ratio(*ratio),
    }
}
