//! How a plugin fares, and fared in the last day: figures, pictures of them, and thresholds.

use jiff::Timestamp;
use serde::Serialize;
use stonks_app::plugins::HealthCheck;
use stonks_plugin::health::{Checked, Health, Measurement, Threshold};

use super::standing::{Badge, moment};
use crate::figures::trimmed;
use crate::pages::PageError;

/// Checks further apart than this have no line between them; they are a minute apart otherwise.
const GAP_SECONDS: i64 = 300;

/// Rows of the table of checks.
const N_CHECKS: usize = 20;

/// Width and height of a picture's own units; the browser stretches them.
const WIDTH: f64 = 1000.0;
const HEIGHT: f64 = 120.0;

/// A measurement over the day.
pub(super) struct Series {
    pub(super) name: String,
    pub(super) now: String,
    pub(super) low: String,
    pub(super) high: String,
    /// In which range it is well.
    pub(super) range: String,
    /// The line that the server draws.
    pub(super) path: String,
}

/// A check, as a row of the table.
pub(super) struct CheckRow {
    pub(super) at: String,
    pub(super) health: Badge,
    pub(super) reasons: String,
}

/// A threshold, as the form has it.
pub(super) struct ThresholdRow {
    pub(super) name: String,
    pub(super) min: String,
    pub(super) max: String,
}

/// How a plugin fares.
pub(super) struct HealthView {
    /// Why it isn't healthy now.
    pub(super) reasons: Vec<String>,
    pub(super) series: Vec<Series>,
    /// When the oldest of these checks was.
    pub(super) since: Option<String>,
    /// The newest first.
    pub(super) checks: Vec<CheckRow>,
    pub(super) thresholds: Vec<ThresholdRow>,
    /// Numbers for the script that draws over the server's pictures: JSON, safe inside a script
    /// element.
    pub(super) data: String,
    /// The path of the verdicts over time.
    pub(super) path: String,
}

/// Numbers for the script. Time is in milliseconds since 1970; a gap is a point without value.
#[derive(Serialize)]
struct Data<'a> {
    /// 2 is healthy, 1 degraded, 0 unhealthy.
    health: Vec<(i64, Option<f64>)>,
    series: Vec<SeriesData<'a>>,
}

#[derive(Serialize)]
struct SeriesData<'a> {
    name: &'a str,
    unit: &'a str,
    min: Option<f64>,
    max: Option<f64>,
    points: Vec<(i64, Option<f64>)>,
}

impl HealthView {
    /// `checks` are the newest first.
    pub(super) fn of(
        now: Option<&Checked>,
        checks: &[HealthCheck],
        thresholds: &[Threshold],
    ) -> Result<Self, PageError> {
        let threshold = |name: &str| thresholds.iter().find(|threshold| threshold.name == name);
        let level = |check: &HealthCheck| match check.health.parse() {
            Ok(Health::Healthy) => Some(2.0),
            Ok(Health::Degraded) => Some(1.0),
            Ok(Health::Unhealthy) => Some(0.0),
            _ => None,
        };
        let verdicts = points(checks, level);
        // The newest check comes first, and with it the order in which they are shown.
        let mut measured: Vec<&Measurement> = Vec::new();
        for measurement in checks.iter().flat_map(|check| &check.measurements) {
            if !measured.iter().any(|known| known.name == measurement.name) {
                measured.push(measurement);
            }
        }
        let mut series = Vec::new();
        let mut data = Data { health: verdicts.clone(), series: Vec::new() };
        for newest in measured {
            let value = |check: &HealthCheck| {
                let its = check.measurements.iter().find(|other| other.name == newest.name);
                its.map(|measurement| measurement.value).filter(|value| value.is_finite())
            };
            let points = points(checks, value);
            let threshold = threshold(&newest.name);
            series.push(Series::of(newest, threshold, &points));
            data.series.push(SeriesData {
                name: &newest.name,
                unit: &newest.unit,
                min: threshold.and_then(|threshold| threshold.min),
                max: threshold.and_then(|threshold| threshold.max),
                points,
            });
        }
        let data = serde_json::to_string(&data).map_err(anyhow::Error::from)?;
        let number =
            |number: Option<f64>| number.map(|number| number.to_string()).unwrap_or_default();
        Ok(Self {
            reasons: now.map(|checked| checked.reasons.clone()).unwrap_or_default(),
            series,
            since: checks.iter().map(|check| &check.at).min().map(|at| moment(at)),
            path: path(&verdicts, (0.0, 2.0)),
            data: data.replace('<', "\\u003c"),
            checks: checks.iter().take(N_CHECKS).map(CheckRow::from).collect(),
            thresholds: thresholds
                .iter()
                .map(|threshold| ThresholdRow {
                    name: threshold.name.clone(),
                    min: number(threshold.min),
                    max: number(threshold.max),
                })
                .collect(),
        })
    }
}

impl From<&HealthCheck> for CheckRow {
    fn from(check: &HealthCheck) -> Self {
        let health = check.health.parse().unwrap_or(Health::Unknown);
        Self {
            at: moment(&check.at),
            health: Badge::of_health(health),
            reasons: check.reasons.join("; "),
        }
    }
}

impl Series {
    fn of(
        newest: &Measurement,
        threshold: Option<&Threshold>,
        points: &[(i64, Option<f64>)],
    ) -> Self {
        let values = || points.iter().filter_map(|(_, value)| *value);
        let (low, high) = ends(values());
        let shown = |value: f64| with_unit(value, &newest.unit);
        let range = match threshold.map(|threshold| (threshold.min, threshold.max)) {
            Some((Some(min), Some(max))) => format!("{} to {}", shown(min), shown(max)),
            Some((Some(min), None)) => format!("at least {}", shown(min)),
            Some((None, Some(max))) => format!("at most {}", shown(max)),
            _ => "any".to_owned(),
        };
        Self {
            name: newest.name.clone(),
            now: shown(newest.value),
            low: shown(low),
            high: shown(high),
            range,
            path: path(points, (low.min(0.0), high)),
        }
    }
}

fn ends(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
        (low.min(value), high.max(value))
    })
}

/// A figure as people read it; the unit `1` is none.
fn with_unit(value: f64, unit: &str) -> String {
    if !value.is_finite() {
        return "no number".to_owned();
    }
    let shown = trimmed(&format!("{value:.2}"));
    match unit {
        "1" => shown,
        "By" => format!("{shown} bytes"),
        unit => format!("{shown} {unit}"),
    }
}

/// Points over time, oldest first, with an empty one where a while nothing was checked. The clock may
/// have been set back in between.
fn points(
    checks: &[HealthCheck],
    value: impl Fn(&HealthCheck) -> Option<f64>,
) -> Vec<(i64, Option<f64>)> {
    let at = |check: &HealthCheck| Some(check.at.parse::<Timestamp>().ok()?.as_millisecond());
    let mut timed: Vec<(i64, Option<f64>)> =
        checks.iter().rev().filter_map(|check| Some((at(check)?, value(check)))).collect();
    timed.sort_by_key(|(at, _)| *at);
    let mut points: Vec<(i64, Option<f64>)> = Vec::with_capacity(timed.len());
    for (at, value) in timed {
        if let Some((before, _)) =
            points.last().filter(|(before, _)| at - before > GAP_SECONDS * 1_000)
        {
            points.push((before + 1, None));
        }
        points.push((at, value));
    }
    points
}

/// The path of a line between two values.
fn path(points: &[(i64, Option<f64>)], (low, high): (f64, f64)) -> String {
    use std::fmt::Write;
    let (Some((first, _)), Some((last, _))) = (points.first(), points.last()) else {
        return String::new();
    };
    let (time, span) = ((last - first).max(1) as f64, if high > low { high - low } else { 1.0 });
    let (mut path, mut is_down) = (String::new(), false);
    for (at, value) in points {
        if let Some(value) = value {
            let x = (at - first) as f64 / time * WIDTH;
            let y = HEIGHT - 8.0 - (value - low) / span * (HEIGHT - 16.0);
            let command = if is_down { 'L' } else { 'M' };
            // Writing to a string can't fail.
            let _ = write!(path, "{command}{x:.1} {y:.1}");
        }
        is_down = value.is_some();
    }
    path
}

/// What the form says a measurement should be.
pub(super) fn threshold(name: &str, min: &str, max: &str) -> Result<Threshold, String> {
    let end = |text: &str| match text.trim() {
        "" => Ok(None),
        text => text.parse::<f64>().map(Some).map_err(|_| format!("`{text}` is not a number")),
    };
    Threshold::new(name, end(min)?, end(max)?).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_at(at: &str, value: f64) -> HealthCheck {
        HealthCheck {
            at: at.to_owned(),
            health: "healthy".to_owned(),
            reasons: Vec::new(),
            measurements: vec![Measurement {
                name: "lag".to_owned(),
                value,
                unit: "ms".to_owned(),
            }],
        }
    }

    #[test]
    fn a_line_is_broken_where_nothing_was_checked() {
        let checks = vec![
            check_at("2024-06-30T12:30:00Z", 3.0),
            // The clock was set back.
            check_at("2024-06-30T12:00:00Z", f64::NAN),
            check_at("2024-06-30T12:01:00Z", 1.0),
            check_at("2024-06-30T11:59:00Z", 2.0),
        ];
        let view = HealthView::of(None, &checks, &Threshold::defaults()).unwrap();
        let series = &view.series[0];
        assert_eq!((&*series.now, &*series.low, &*series.high), ("3 ms", "1 ms", "3 ms"));
        assert_eq!(series.path.matches('M').count(), 3, "{}", series.path);
    }

    #[test]
    fn a_threshold_is_a_range_of_numbers() {
        let check = |min: &str, max: &str, expected: &str| {
            let told = match threshold("lag", min, max) {
                Ok(threshold) => format!("{:?} {:?}", threshold.min, threshold.max),
                Err(message) => message,
            };
            assert_eq!(told, expected);
        };
        check("", " 5 ", "None Some(5.0)");
        check("1", "", "Some(1.0) None");
        check("2", "1", "nothing is at least 2 and at most 1");
        check("NaN", "", "`NaN` is not a number");
        check("", "much", "`much` is not a number");
    }
}
