//! `stonks show insights`: what aggregators and views tell, as tables.

use std::collections::BTreeMap;

use anyhow::Result;
use clap::Args;
use jiff::civil::Date;
use rust_decimal::Decimal;
use stonks_app::{App, Insight};
use stonks_core::account::AccountName;
use stonks_core::money::{Currency, Money, round, to_canonical};
use stonks_host::insight::{
    Cell, Column as Titled, ColumnKind, Metric, MetricValue, Panel, PanelBody, Series, Slice,
};

use crate::output::{Column, Output};

#[derive(Args)]
pub(crate) struct Options {
    /// One account instead of all.
    #[arg(long, value_name = "NAME")]
    account: Option<AccountName>,
}

pub(super) async fn show(app: &App, options: &Options, output: &Output) -> Result<()> {
    app.refresh_insights(options.account.as_ref()).await?;
    let insights = app.insights(options.account.as_ref()).await?;
    if output.is_json() {
        return output.json(&insights);
    }
    if insights.is_empty() {
        output.note("there are no plugins of type aggregator or view");
    }
    for (place, insight) in insights.iter().enumerate() {
        if place > 0 {
            output.line("");
        }
        tell(insight, output);
    }
    Ok(())
}

fn tell(insight: &Insight, output: &Output) {
    let version = insight.version.as_deref().unwrap_or_default();
    let as_of = insight.as_of.map(|day| format!(", as of {day}")).unwrap_or_default();
    output.line(&format!("{} ({} {version}{as_of})", insight.label, insight.plugin));
    if let Some(problem) = &insight.problem {
        output.warn(&format!("nothing to show: {problem}"));
    }
    if !insight.metrics.is_empty() {
        metrics(&insight.metrics, output);
    }
    for panel in &insight.panels {
        output.line("");
        tell_panel(panel, output);
    }
}

fn tell_panel(panel: &Panel, output: &Output) {
    output.line(&panel.title);
    if let Some(description) = &panel.description {
        output.line(description);
    }
    match &panel.body {
        PanelBody::Metrics { metrics: told } => metrics(told, output),
        PanelBody::Table { columns, rows } => table(columns, rows, output),
        PanelBody::TimeSeries { currency, series } => lines(*currency, series, output),
        PanelBody::Breakdown { currency, slices } => parts(*currency, slices, output),
    }
}

const EMPTY: &str = "nothing to list";

fn metrics(metrics: &[Metric], output: &Output) {
    let columns = [Column::Left("figure"), Column::Right("value"), Column::Left("")];
    let rows = metrics.iter().map(|metric| {
        let value = metric.value.as_ref().map_or_else(|| "–".to_owned(), shown);
        vec![metric.label.clone(), value, metric.explanation.clone().unwrap_or_default()]
    });
    output.table(&columns, rows.collect(), EMPTY);
}

fn shown(value: &MetricValue) -> String {
    match value {
        MetricValue::Money(amount) => money(*amount),
        MetricValue::Number(number) => to_canonical(*number),
        MetricValue::Ratio(ratio) => percent(*ratio),
        MetricValue::Text(text) => text.clone(),
    }
}

fn percent(ratio: f64) -> String {
    format!("{:.2} %", ratio * 100.0)
}

fn money(money: Money) -> String {
    format!("{} {}", amount(money.amount, Some(money.currency)), money.currency)
}

/// With the places of its currency, and more where it has more.
fn amount(amount: Decimal, currency: Option<Currency>) -> String {
    let places = currency.map_or(0, Currency::decimal_places).max(amount.normalize().scale());
    format!("{amount:.*}", places as usize)
}

fn table(columns: &[Titled], rows: &[Vec<Cell>], output: &Output) {
    let titles: Vec<Column<'_>> = columns
        .iter()
        .map(|column| match column.kind {
            ColumnKind::Text | ColumnKind::Date => Column::Left(&column.label),
            ColumnKind::Number | ColumnKind::Money | ColumnKind::Ratio => {
                Column::Right(&column.label)
            }
        })
        .collect();
    let cell = |cell: &Cell| match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => text.clone(),
        Cell::Number(number) => to_canonical(*number),
        Cell::Money(amount) => money(*amount),
        Cell::Ratio(ratio) => percent(*ratio),
        Cell::Date(date) => date.to_string(),
    };
    let rows = rows.iter().map(|row| row.iter().map(cell).collect());
    output.table(&titles, rows.collect(), EMPTY);
}

/// A row for each day on which any line has a value.
fn lines(currency: Option<Currency>, series: &[Series], output: &Output) {
    let mut days: BTreeMap<Date, Vec<String>> = BTreeMap::new();
    for (place, line) in series.iter().enumerate() {
        for point in &line.points {
            let row = days.entry(point.date).or_insert_with(|| vec![String::new(); series.len()]);
            row[place] = amount(point.value, currency);
        }
    }
    let labels: Vec<String> =
        series.iter().map(|line| in_currency(&line.label, currency)).collect();
    let mut columns = vec![Column::Left("date")];
    columns.extend(labels.iter().map(|label| Column::Right(label)));
    let rows = days.into_iter().map(|(day, mut row)| {
        row.insert(0, day.to_string());
        row
    });
    output.table(&columns, rows.collect(), EMPTY);
}

fn in_currency(label: &str, currency: Option<Currency>) -> String {
    currency.map_or_else(|| label.to_owned(), |currency| format!("{label}, {currency}"))
}

fn parts(currency: Option<Currency>, slices: &[Slice], output: &Output) {
    let whole: Decimal = slices.iter().map(|slice| slice.value).sum();
    let value = in_currency("value", currency);
    let columns = [Column::Left("part"), Column::Right(&value), Column::Right("share")];
    let rows = slices.iter().map(|slice| {
        let share = slice.value.checked_mul(Decimal::ONE_HUNDRED);
        let share = share.and_then(|share| share.checked_div(whole)).unwrap_or_default();
        let share = format!("{:.1} %", round(share, 1));
        vec![slice.label.clone(), amount(slice.value, currency), share]
    });
    output.table(&columns, rows.collect(), EMPTY);
}
