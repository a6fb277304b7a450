//! Line charts over days: a picture drawn on the server, and the numbers from which a script draws it
//! anew, with a pointer that tells each day.

use std::fmt::Write;

use jiff::civil::Date;
use serde::Serialize;

use crate::chart::{HEIGHT, WIDTH};

/// More points than this are thinned in the server's picture: no screen shows more.
const MOST_POINTS: usize = 500;

/// A line. Floats: a picture, from which no figure is read back.
#[derive(Serialize)]
pub(crate) struct Curve {
    pub(crate) label: String,
    /// None on days without a point.
    pub(crate) values: Vec<Option<f64>>,
    /// The class of its stroke.
    #[serde(skip)]
    pub(crate) class: &'static str,
    /// Whether a value holds until the next.
    pub(crate) is_step: bool,
    pub(crate) is_dashed: bool,
    /// Whether the ground below it is filled.
    pub(crate) is_area: bool,
}

impl Curve {
    pub(crate) fn new(
        label: impl Into<String>,
        class: &'static str,
        values: Vec<Option<f64>>,
    ) -> Self {
        let label = label.into();
        Self { label, values, class, is_step: false, is_dashed: false, is_area: false }
    }

    pub(crate) fn step(self) -> Self {
        Self { is_step: true, ..self }
    }

    pub(crate) fn dashed(self) -> Self {
        Self { is_dashed: true, ..self }
    }

    pub(crate) fn area(self) -> Self {
        Self { is_area: true, ..self }
    }
}

/// A line of the server's picture.
pub(crate) struct Path {
    pub(crate) label: String,
    pub(crate) class: &'static str,
    pub(crate) line: String,
    pub(crate) area: String,
    pub(crate) is_dashed: bool,
}

/// Days that something is to be known of.
#[derive(Serialize)]
pub(crate) struct Stretch {
    first: Date,
    last: Date,
    #[serde(skip)]
    pub(crate) x: String,
    #[serde(skip)]
    pub(crate) width: String,
}

/// A chart, ready to be shown.
pub(crate) struct Graph {
    /// Of the element that holds the numbers.
    pub(crate) id: &'static str,
    /// What it shows, in words.
    pub(crate) label: String,
    pub(crate) paths: Vec<Path>,
    pub(crate) stretches: Vec<Stretch>,
    /// JSON, safe inside a script element.
    pub(crate) data: String,
}

/// Numbers for the script.
#[derive(Serialize)]
struct Data<'a> {
    currency: Option<String>,
    /// Whether values are fractions, to be shown in per cent.
    is_percent: bool,
    dates: Vec<String>,
    series: &'a [Curve],
    stale: &'a [Stretch],
}

/// What a chart is of.
pub(crate) struct Subject<'a> {
    pub(crate) id: &'static str,
    pub(crate) title: &'a str,
    /// Of amounts; none for fractions.
    pub(crate) currency: Option<String>,
}

impl Graph {
    /// None where there are fewer than two days, or nothing to draw.
    pub(crate) fn new(
        subject: Subject<'_>,
        dates: &[Date],
        curves: &[Curve],
        is_stale: &[bool],
    ) -> anyhow::Result<Option<Self>> {
        let (Some(first), Some(last)) = (dates.first(), dates.last()) else { return Ok(None) };
        let is_drawn = |curve: &Curve| curve.values.iter().flatten().nth(1).is_some();
        if dates.len() < 2 || !curves.iter().any(is_drawn) {
            return Ok(None);
        }
        let is_percent = subject.currency.is_none();
        let bounds = bounds(curves, is_percent);
        let paths = curves.iter().map(|curve| path(curve, bounds)).collect();
        let stretches = stretches(dates, is_stale);
        let data = Data {
            is_percent,
            currency: subject.currency,
            dates: dates.iter().map(ToString::to_string).collect(),
            series: curves,
            stale: &stretches,
        };
        // Nothing in it can end the script element that holds it.
        let data = serde_json::to_string(&data)?.replace('<', "\\u003c");
        let label = format!("Line chart: {}, from {first} to {last}", subject.title);
        Ok(Some(Self { id: subject.id, label, paths, stretches, data }))
    }
}

/// The least and the greatest value; fractions are read against zero.
fn bounds(curves: &[Curve], is_percent: bool) -> (f64, f64) {
    let all = curves.iter().flat_map(|curve| curve.values.iter().flatten());
    let start = if is_percent { (0.0, 0.0) } else { (f64::INFINITY, f64::NEG_INFINITY) };
    all.fold(start, |(low, high), value| (f64::min(low, *value), f64::max(high, *value)))
}

fn path(curve: &Curve, (low, high): (f64, f64)) -> Path {
    let span = if high > low { high - low } else { 1.0 };
    let last = curve.values.len().saturating_sub(1).max(1);
    let step = curve.values.len().div_ceil(MOST_POINTS).max(1);
    let x = |place: usize| place as f64 / last as f64 * WIDTH;
    let y = |value: f64| HEIGHT - 8.0 - (value - low) / span * (HEIGHT - 16.0);
    let points = curve.values.iter().enumerate();
    let points = points.filter(|(place, _)| place % step == 0 || *place == last);
    let points: Vec<(f64, f64)> =
        points.filter_map(|(place, value)| Some((x(place), y((*value)?)))).collect();
    let mut line = String::new();
    for (number, (x, y)) in points.iter().enumerate() {
        // Writing to a string can't fail.
        let _ = match number {
            0 => write!(line, "M{x:.1} {y:.1}"),
            _ if curve.is_step => write!(line, "H{x:.1}V{y:.1}"),
            _ => write!(line, "L{x:.1} {y:.1}"),
        };
    }
    let area = match (points.first(), points.last()) {
        (Some((first, _)), Some((last, _))) if curve.is_area => {
            let ground = y(low.max(f64::min(high, 0.0)));
            format!("{line}L{last:.1} {ground:.1}L{first:.1} {ground:.1}Z")
        }
        _ => String::new(),
    };
    Path { label: curve.label.clone(), class: curve.class, line, area, is_dashed: curve.is_dashed }
}

fn stretches(dates: &[Date], is_stale: &[bool]) -> Vec<Stretch> {
    let last = dates.len().saturating_sub(1).max(1);
    let days: Vec<usize> =
        is_stale.iter().enumerate().filter(|(_, stale)| **stale).map(|(place, _)| place).collect();
    let runs = days.chunk_by(|left, right| left + 1 == *right);
    let stretch = |run: &[usize]| {
        let (begin, end) = (*run.first()?, *run.last()?);
        let x = |place: usize| place as f64 / last as f64 * WIDTH;
        Some(Stretch {
            first: *dates.get(begin)?,
            last: *dates.get(end)?,
            x: format!("{:.1}", x(begin)),
            width: format!("{:.1}", (x(end) - x(begin)).max(2.0)),
        })
    };
    runs.filter_map(stretch).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn graph(currency: Option<&str>, values: &[Option<f64>], stale: &[bool]) -> Option<Graph> {
        let days: Vec<Date> = (1..=4).map(|day| date(2026, 1, day)).take(values.len()).collect();
        let subject = Subject { id: "one", title: "One", currency: currency.map(str::to_owned) };
        let curve = Curve::new("</script>", "slice-1", values.to_vec()).area();
        Graph::new(subject, &days, &[curve], stale).unwrap()
    }

    #[test]
    fn fractions_are_read_against_zero() {
        let graph = graph(None, &[Some(0.1), Some(0.2)], &[]).unwrap();
        assert_eq!(graph.paths[0].line, "M0.0 130.0L1000.0 8.0");
        assert_eq!(graph.paths[0].area, "M0.0 130.0L1000.0 8.0L1000.0 252.0L0.0 252.0Z");
        assert_eq!(graph.label, "Line chart: One, from 2026-01-01 to 2026-01-02");
        assert!(!graph.data.contains("</script>"));
    }

    #[test]
    fn days_on_old_prices_are_marked_together() {
        let stale = [false, true, true, false];
        let values = [Some(1.0), None, Some(3.0), Some(2.0)];
        let graph = graph(Some("EUR"), &values, &stale).unwrap();
        assert_eq!(graph.stretches.len(), 1);
        assert_eq!(
            (graph.stretches[0].x.as_str(), graph.stretches[0].width.as_str()),
            ("333.3", "333.3")
        );
    }

    #[test]
    fn one_day_draws_nothing() {
        assert!(graph(None, &[Some(1.0)], &[]).is_none());
        assert!(graph(None, &[None, None], &[]).is_none());
    }
}
