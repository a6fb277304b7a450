//! Health: what a plugin says of itself and what the host measured, held against thresholds.

use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, IntoStaticStr};
use utoipa::ToSchema;

/// What a plugin says of itself.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Display, EnumString, IntoStaticStr, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Report {
    /// All is well.
    Up,
    /// It works, but not as it should.
    Degraded,
    /// It doesn't work.
    Down,
}

/// The verdict.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Display,
    EnumString,
    IntoStaticStr,
    Serialize,
    Deserialize,
    ToSchema,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Health {
    /// Nothing is known yet.
    Unknown,
    /// It says that it is up, and no threshold is crossed.
    Healthy,
    /// It says that it is degraded, or a threshold is crossed.
    Degraded,
    /// It says that it is down, it doesn't answer, or it isn't running though it should.
    Unhealthy,
}

/// A figure with its unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Measurement {
    /// `latency-p95`.
    pub name: String,
    /// In `unit`.
    pub value: f64,
    /// UCUM code: `ms`, `%`, `s`, `By`, `1`.
    pub unit: String,
}

/// Names of what the host itself measures.
pub mod measured {
    /// Share of the last calls that failed by the plugin's doing, in `%`.
    pub const ERROR_RATE: &str = "error-rate";
    /// 95 % of the last calls took at most so long, in `ms`.
    pub const LATENCY: &str = "latency-p95";
    /// Since the last call that went well, in `s`.
    pub const SINCE_SUCCESS: &str = "since-success";
    /// How long the health call took, in `ms`.
    pub const CHECK: &str = "check";
}

/// The range in which a measurement is well.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Threshold {
    /// Which measurement.
    pub name: String,
    /// Below is unwell, in the measurement's unit.
    pub min: Option<f64>,
    /// Above is unwell, in the measurement's unit.
    pub max: Option<f64>,
}

/// Why something is no range for a measurement.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ThresholdError {
    /// A name that no measurement has.
    #[error("a measurement has a name of 1 to 64 letters")]
    Name,
    /// An end that is no number.
    #[error("`{0}` is not a number")]
    NoNumber(f64),
    /// An empty range.
    #[error("nothing is at least {min} and at most {max}")]
    Empty {
        /// The lower end.
        min: f64,
        /// The upper end.
        max: f64,
    },
}

impl Threshold {
    /// The longest name of a measurement, in bytes.
    const MOST_NAME_BYTES: usize = 64;

    /// A range that something can be in.
    ///
    /// # Errors
    /// A name that no measurement has, an end that is no number, an empty range.
    pub fn new(name: &str, min: Option<f64>, max: Option<f64>) -> Result<Self, ThresholdError> {
        let name = name.trim().to_owned();
        if name.is_empty() || name.len() > Self::MOST_NAME_BYTES {
            return Err(ThresholdError::Name);
        }
        if let Some(end) = [min, max].into_iter().flatten().find(|end| !end.is_finite()) {
            return Err(ThresholdError::NoNumber(end));
        }
        match (min, max) {
            (Some(min), Some(max)) if min > max => Err(ThresholdError::Empty { min, max }),
            _ => Ok(Self { name, min, max }),
        }
    }

    /// Thresholds that hold unless the user sets others.
    #[must_use]
    pub fn defaults() -> Vec<Self> {
        let at_most = |name: &str, max| Self { name: name.to_owned(), min: None, max: Some(max) };
        vec![at_most(measured::ERROR_RATE, 20.0), at_most(measured::LATENCY, 5_000.0)]
    }

    /// What is wrong with a measurement, if anything. What is no number is wrong.
    fn crossed_by(&self, measurement: &Measurement) -> Option<String> {
        let Measurement { name, value, unit } = measurement;
        let shown = |value: f64| {
            let number = format!("{value:.2}");
            let number = number.trim_end_matches('0').trim_end_matches('.');
            if unit == "1" { number.to_owned() } else { format!("{number} {unit}") }
        };
        if !value.is_finite() {
            return Some(format!("`{name}` is no number"));
        }
        match (self.min, self.max) {
            (Some(min), _) if *value < min => {
                Some(format!("`{name}` is {}, at least {} is expected", shown(*value), shown(min)))
            }
            (_, Some(max)) if *value > max => {
                Some(format!("`{name}` is {}, at most {} is expected", shown(*value), shown(max)))
            }
            _ => None,
        }
    }
}

/// What one check found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Checked {
    /// The verdict.
    pub health: Health,
    /// Why it isn't healthy, worst first.
    pub reasons: Vec<String>,
    /// The plugin's own measurements, then the host's.
    pub measurements: Vec<Measurement>,
}

/// Judges one check. `report` is none where the plugin didn't answer; `message` is what it said.
///
/// A plugin that says it is down is unhealthy, whatever the thresholds.
#[must_use]
pub fn judge(
    report: Option<Report>,
    message: Option<&str>,
    measurements: Vec<Measurement>,
    thresholds: &[Threshold],
) -> Checked {
    let said = |word: &str| match message {
        Some(message) => format!("it says that it is {word}: {message}"),
        None => format!("it says that it is {word}"),
    };
    let mut reasons = Vec::new();
    let own = match report {
        Some(Report::Up) => Health::Healthy,
        Some(Report::Degraded) => {
            reasons.push(said("degraded"));
            Health::Degraded
        }
        Some(Report::Down) => {
            reasons.push(said("down"));
            Health::Unhealthy
        }
        None => {
            reasons.push(message.map_or_else(|| "it gave no answer".to_owned(), ToOwned::to_owned));
            Health::Unhealthy
        }
    };
    let crossed = measurements.iter().flat_map(|measurement| {
        thresholds
            .iter()
            .filter(|threshold| threshold.name == measurement.name)
            .filter_map(|threshold| threshold.crossed_by(measurement))
    });
    let crossed: Vec<String> = crossed.collect();
    let health = if crossed.is_empty() { own } else { own.max(Health::Degraded) };
    reasons.extend(crossed);
    Checked { health, reasons, measurements }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(
        report: Option<Report>,
        measurement: (&str, f64, &str),
        threshold: (Option<f64>, Option<f64>),
        expected: (Health, &[&str]),
    ) {
        let (name, value, unit) = measurement;
        let measurement = Measurement { name: name.to_owned(), value, unit: unit.to_owned() };
        let threshold =
            Threshold { name: "latency-p95".to_owned(), min: threshold.0, max: threshold.1 };
        let checked = judge(report, Some("see the log"), vec![measurement], &[threshold]);
        assert_eq!(
            (checked.health, checked.reasons),
            (expected.0, expected.1.iter().map(|&reason| reason.to_owned()).collect())
        );
    }

    #[test]
    fn a_plugin_that_says_it_is_down_is_unhealthy_without_any_threshold() {
        let fine = ("latency-p95", 3.0, "ms");
        let none = (None, None);
        let down = "it says that it is down: see the log";
        check(Some(Report::Down), fine, none, (Health::Unhealthy, &[down]));
        check(Some(Report::Up), fine, none, (Health::Healthy, &[]));
        check(None, fine, none, (Health::Unhealthy, &["see the log"]));
    }

    #[test]
    fn a_threshold_is_a_range_of_numbers() {
        let check = |name: &str, min, max, expected: &str| {
            let told = match Threshold::new(name, min, max) {
                Ok(threshold) => {
                    format!("{} {:?} {:?}", threshold.name, threshold.min, threshold.max)
                }
                Err(error) => error.to_string(),
            };
            assert_eq!(told, expected);
        };
        check(" lag ", None, Some(5.0), "lag None Some(5.0)");
        check("lag", Some(2.0), Some(1.0), "nothing is at least 2 and at most 1");
        check("lag", Some(f64::NAN), None, "`NaN` is not a number");
        check(" ", None, None, "a measurement has a name of 1 to 64 letters");
    }

    #[test]
    fn thresholds_have_two_ends_and_a_unit() {
        let above = "`latency-p95` is 12.5 ms, at most 10 ms is expected";
        let below = "`latency-p95` is 0, at least 1 is expected";
        check(
            Some(Report::Up),
            ("latency-p95", 12.5, "ms"),
            (None, Some(10.0)),
            (Health::Degraded, &[above]),
        );
        check(
            Some(Report::Up),
            ("latency-p95", 0.0, "1"),
            (Some(1.0), None),
            (Health::Degraded, &[below]),
        );
        check(
            Some(Report::Up),
            ("latency-p95", f64::NAN, "ms"),
            (None, Some(10.0)),
            (Health::Degraded, &["`latency-p95` is no number"]),
        );
        check(Some(Report::Up), ("other", 99.0, "ms"), (None, Some(10.0)), (Health::Healthy, &[]));
    }
}
