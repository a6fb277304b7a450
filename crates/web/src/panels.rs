//! Typed panels on their way to a template: figures as people read them, and pictures as paths.

use jiff::civil::Date;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::Serialize;
use stonks_app::insight::{Cell, ColumnKind, Metric, MetricValue, Panel, PanelBody, Series, Slice};
use stonks_core::money::{Currency, Money, to_canonical};

use crate::chart::{self, HEIGHT, WIDTH};
use crate::figures;

/// A figure in a card.
pub(crate) struct Card {
    pub(crate) label: String,
    /// None where there is no value.
    pub(crate) value: Option<String>,
    /// Beside the value.
    pub(crate) unit: String,
    /// A share from 0 to 100, for a bar.
    pub(crate) bar: Option<String>,
    pub(crate) is_text: bool,
    pub(crate) explanation: Option<String>,
}

impl Card {
    pub(crate) fn new(metric: &Metric) -> Self {
        let (mut unit, mut bar) = (String::new(), None);
        let value = metric.value.as_ref().map(|value| match value {
            MetricValue::Money(told) => {
                unit = told.currency.to_string();
                amount(told.amount, Some(told.currency))
            }
            MetricValue::Number(number) => figures::trimmed(&to_canonical(*number)),
            MetricValue::Ratio(ratio) => {
                "%".clone_into(&mut unit);
                bar = (0.0..=1.0).contains(ratio).then(|| format!("{:.3}", ratio * 100.0));
                percent(*ratio)
            }
            MetricValue::Text(text) => text.clone(),
        });
        Self {
            label: metric.label.clone(),
            value,
            unit,
            bar,
            is_text: matches!(metric.value, Some(MetricValue::Text(_))),
            explanation: metric.explanation.clone(),
        }
    }
}

/// A column: its title, and whether it holds figures.
pub(crate) struct Heading {
    pub(crate) label: String,
    pub(crate) is_figure: bool,
}

/// A part of a whole: the ring's slice, and its value.
pub(crate) struct Part {
    pub(crate) slice: chart::Slice,
    pub(crate) value: String,
}

/// A line of a picture.
pub(crate) struct Line {
    pub(crate) label: String,
    pub(crate) path: String,
    /// Which of the eight colours.
    pub(crate) colour: usize,
}

/// What stands in a panel.
pub(crate) enum Body {
    Cards(Vec<Card>),
    Table { headings: Vec<Heading>, rows: Vec<Vec<String>> },
    Lines { lines: Vec<Line>, days: Option<(Date, Date)>, data: String },
    Parts { parts: Vec<Part>, currency: String, whole: String },
}

/// A panel, ready to be shown.
pub(crate) struct Drawn {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) description: Option<String>,
    pub(crate) body: Body,
}

/// Numbers for the script that draws over the server's picture.
#[derive(Serialize)]
struct LinesData {
    currency: Option<Currency>,
    dates: Vec<String>,
    series: Vec<LineData>,
}

#[derive(Serialize)]
struct LineData {
    label: String,
    /// Floats: a picture, from which no figure is read back. None on days without a point.
    values: Vec<Option<f64>>,
}

impl Drawn {
    pub(crate) fn new(id: String, panel: &Panel) -> anyhow::Result<Self> {
        let body = match &panel.body {
            PanelBody::Metrics { metrics } => Body::Cards(metrics.iter().map(Card::new).collect()),
            PanelBody::Table { columns, rows } => Body::Table {
                headings: columns
                    .iter()
                    .map(|column| Heading {
                        label: column.label.clone(),
                        is_figure: !matches!(column.kind, ColumnKind::Text | ColumnKind::Date),
                    })
                    .collect(),
                rows: rows.iter().map(|row| row.iter().map(cell).collect()).collect(),
            },
            PanelBody::TimeSeries { currency, series } => lines(*currency, series)?,
            PanelBody::Breakdown { currency, slices } => parts(*currency, slices),
        };
        Ok(Self { id, title: panel.title.clone(), description: panel.description.clone(), body })
    }

    /// Whether it wants the whole width.
    pub(crate) const fn is_wide(&self) -> bool {
        matches!(self.body, Body::Table { .. } | Body::Cards(_) | Body::Lines { .. })
    }
}

fn percent(ratio: f64) -> String {
    format!("{:.2}", ratio * 100.0).replace('-', "−")
}

/// With the places of its currency, and more where it has more.
fn amount(amount: Decimal, currency: Option<Currency>) -> String {
    let places = currency.map_or(0, Currency::decimal_places).max(amount.normalize().scale());
    figures::or_dash(Some(&format!("{amount:.*}", places as usize)))
}

fn cell(cell: &Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => text.clone(),
        Cell::Number(number) => figures::trimmed(&to_canonical(*number)),
        Cell::Money(Money { amount: told, currency }) => {
            format!("{} {currency}", amount(*told, Some(*currency)))
        }
        Cell::Ratio(ratio) => format!("{} %", percent(*ratio)),
        Cell::Date(date) => date.to_string(),
    }
}

fn parts(currency: Option<Currency>, slices: &[Slice]) -> Body {
    let whole: Decimal = slices.iter().map(|slice| slice.value).sum();
    let ring = chart::ring(slices.iter().map(|slice| (slice.label.clone(), slice.value)).collect());
    let parts = ring.into_iter().map(|slice| {
        let value = amount(slice.value, currency);
        Part { slice, value }
    });
    Body::Parts {
        parts: parts.collect(),
        currency: currency.map(|currency| currency.to_string()).unwrap_or_default(),
        whole: amount(whole, currency),
    }
}

fn lines(currency: Option<Currency>, series: &[Series]) -> anyhow::Result<Body> {
    let mut dates: Vec<Date> =
        series.iter().flat_map(|line| line.points.iter().map(|point| point.date)).collect();
    dates.sort();
    dates.dedup();
    let on = |line: &Series, date: Date| {
        let place = line.points.binary_search_by_key(&date, |point| point.date).ok()?;
        line.points[place].value.to_f64()
    };
    let data: Vec<LineData> = series
        .iter()
        .map(|line| LineData {
            label: line.label.clone(),
            values: dates.iter().map(|date| on(line, *date)).collect(),
        })
        .collect();
    let all = data.iter().flat_map(|line| line.values.iter().flatten());
    // A line of amounts is read against nothing, so that the ground is part of the picture.
    let (low, high) =
        all.fold((0.0_f64, 0.0_f64), |(low, high), value| (low.min(*value), high.max(*value)));
    let drawn = data.iter().enumerate().map(|(place, line)| Line {
        label: line.label.clone(),
        path: path(&line.values, low, high),
        colour: place % 8 + 1,
    });
    let lines = drawn.collect();
    let days = dates.first().copied().zip(dates.last().copied());
    let dates = dates.iter().map(ToString::to_string).collect();
    let json = serde_json::to_string(&LinesData { currency, dates, series: data })?;
    // Nothing in it can end the script element that holds it.
    Ok(Body::Lines { lines, days, data: json.replace('<', "\\u003c") })
}

/// A picture for the eye; a day without a point is passed over.
fn path(values: &[Option<f64>], low: f64, high: f64) -> String {
    let span = if high > low { high - low } else { 1.0 };
    let last = values.len().saturating_sub(1).max(1);
    let points = values.iter().enumerate().filter_map(|(place, value)| Some((place, (*value)?)));
    let steps = points.enumerate().map(|(number, (place, value))| {
        let x = place as f64 / last as f64 * WIDTH;
        let y = HEIGHT - 8.0 - (value - low) / span * (HEIGHT - 16.0);
        let command = if number == 0 { 'M' } else { 'L' };
        format!("{command}{x:.1} {y:.1}")
    });
    steps.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use stonks_app::insight::Point;

    #[test]
    fn a_line_passes_over_days_that_are_anothers() {
        let line = |label: &str, days: &[(i8, i64)]| Series {
            label: label.to_owned(),
            points: days
                .iter()
                .map(|&(day, value)| Point { date: date(2026, 1, day), value: value.into() })
                .collect(),
        };
        let series = [line("a", &[(1, 0), (3, 10)]), line("</script>", &[(2, 5)])];
        let Body::Lines { lines, days, data } = lines(None, &series).unwrap() else {
            panic!("lines are expected")
        };
        assert_eq!(lines[0].path, "M0.0 252.0L1000.0 8.0");
        assert_eq!(lines[1].path, "M500.0 130.0");
        assert_eq!(days, Some((date(2026, 1, 1), date(2026, 1, 3))));
        assert!(data.contains("[0.0,null,10.0]") && !data.contains("</script>"), "{data}");
    }

    #[test]
    fn figures_carry_their_units() {
        let card = |value| {
            let metric = Metric {
                name: "one".to_owned(),
                label: "One".to_owned(),
                value,
                explanation: None,
            };
            let card = Card::new(&metric);
            (card.value.unwrap_or_default(), card.unit, card.bar.is_some())
        };
        let shown = |value: &str, unit: &str, bar| (value.to_owned(), unit.to_owned(), bar);
        assert_eq!(card(Some(MetricValue::Ratio(0.25))), shown("25.00", "%", true));
        assert_eq!(card(Some(MetricValue::Ratio(-0.5))), shown("−50.00", "%", false));
        let euros = Money::new(1_234.into(), Currency::EUR);
        assert_eq!(card(Some(MetricValue::Money(euros))), shown("1,234.00", "EUR", false));
        assert_eq!(card(Some(MetricValue::Number(10_000.into()))), shown("10,000", "", false));
        assert_eq!(card(None), shown("", "", false));
    }
}
