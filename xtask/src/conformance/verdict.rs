//! Computed figures against those that are expected.

use std::fmt;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde_json::Value;

use super::case::{Case, read_date};
use super::computed::{Computed, Figures};

/// What a difference may be where the case states no tolerance: so large a share of the figure.
const RELATIVE: f64 = 1e-9;

/// A figure that is not what it should be.
#[derive(Debug, PartialEq)]
pub(super) struct Mismatch {
    figure: String,
    expected: String,
    computed: String,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { figure, expected, computed } = self;
        if figure.is_empty() {
            return formatter.write_str(computed);
        }
        write!(formatter, "`{figure}`: expected {expected}, computed {computed}")
    }
}

/// What came of a case.
#[derive(Debug, PartialEq)]
pub(super) enum Outcome {
    Passed,
    Failed(Vec<Mismatch>),
    /// The figures that can be computed are right; others aren't offered.
    NotOffered(Vec<String>),
}

impl Outcome {
    /// A failure of the case as a whole.
    pub(super) fn failed(reason: &str) -> Self {
        let (figure, expected) = (String::new(), String::new());
        Self::Failed(vec![Mismatch { figure, expected, computed: reason.to_owned() }])
    }
}

/// Every expected figure against the computed one of the same name.
pub(super) fn verdict(case: &Case, figures: &Figures) -> Outcome {
    let mut comparison =
        Comparison { tolerance: case.tolerance, mismatches: Vec::new(), not_offered: Vec::new() };
    for (name, expected) in &case.expected {
        comparison.figure(name, expected, figures.get(name));
    }
    if !comparison.mismatches.is_empty() {
        Outcome::Failed(comparison.mismatches)
    } else if comparison.not_offered.is_empty() {
        Outcome::Passed
    } else {
        Outcome::NotOffered(comparison.not_offered)
    }
}

struct Comparison {
    tolerance: Option<f64>,
    mismatches: Vec<Mismatch>,
    not_offered: Vec<String>,
}

impl Comparison {
    fn figure(&mut self, name: &str, expected: &Value, computed: Option<&Computed>) {
        let Some(computed) = computed else {
            return self.mismatch(name, expected, "nothing: no computation is known for it");
        };
        match (expected, computed) {
            (_, Computed::NotOffered(reason)) => {
                self.not_offered.push(format!("`{name}`: {reason}"));
            }
            (Value::Array(expected_list), Computed::List(list)) => {
                if expected_list.len() != list.len() {
                    return self.mismatch(name, expected, &format!("{} entries", list.len()));
                }
                for (place, (expected, computed)) in expected_list.iter().zip(list).enumerate() {
                    self.figure(&format!("{name}[{place}]"), expected, Some(computed));
                }
            }
            (Value::Array(days), Computed::ByDay(figures)) => {
                for (place, day) in days.iter().enumerate() {
                    let date = day.get(0).and_then(Value::as_str).unwrap_or_default();
                    let expected = day.get(1).unwrap_or(&Value::Null);
                    self.figure(&format!("{name}[{place}] {date}"), expected, figures.get(date));
                }
            }
            (Value::Object(members), Computed::Map(figures) | Computed::ByDay(figures)) => {
                for (member, expected) in members {
                    self.figure(&format!("{name}.{member}"), expected, figures.get(member));
                }
            }
            (_, Computed::Label) => {}
            (Value::Array(dates), Computed::Days(days)) => {
                // A list of dates that aren't told is named so.
                let is_wanted = !name.contains("not_contain");
                for date in dates {
                    let is_told = date.as_str().and_then(read_date).map(|it| days.contains(&it));
                    if is_told != Some(is_wanted) {
                        self.mismatch(name, date, "another set of days");
                    }
                }
            }
            _ if agrees(expected, computed, self.tolerance) => {}
            _ => self.mismatch(name, expected, &shown(computed)),
        }
    }

    fn mismatch(&mut self, name: &str, expected: &Value, computed: &str) {
        self.mismatches.push(Mismatch {
            figure: name.to_owned(),
            expected: expected.to_string(),
            computed: computed.to_owned(),
        });
    }
}

fn agrees(expected: &Value, computed: &Computed, tolerance: Option<f64>) -> bool {
    match (expected, computed) {
        (Value::Null, Computed::Nothing(_)) => true,
        (Value::Bool(expected), Computed::Truth(computed)) => expected == computed,
        (Value::String(expected), Computed::Text(computed)) => expected == computed,
        (Value::Number(told), Computed::Exact(amount)) => {
            amount.to_f64().is_some_and(|computed| is_near(&told.to_string(), computed, tolerance))
        }
        (Value::Number(told), Computed::Ratio(computed)) => {
            is_near(&told.to_string(), *computed, tolerance)
        }
        // Amounts that are told as texts, to keep their digits.
        (Value::String(told), Computed::Exact(amount)) => match told.parse::<Decimal>() {
            Ok(expected) if tolerance.is_none() && expected == *amount => true,
            Ok(_) => amount.to_f64().is_some_and(|computed| is_near(told, computed, tolerance)),
            Err(_) => written(told).is_some_and(|(expected, places)| {
                amount.round_dp(places) == expected.round_dp(places)
            }),
        },
        (Value::String(told), Computed::Ratio(computed)) => is_near(told, *computed, tolerance),
        _ => false,
    }
}

/// A figure that is told in words: `20/3 to 15 decimals`, `1000 (12 decimals)`. And its places.
fn written(told: &str) -> Option<(Decimal, u32)> {
    let (figure, places) = told.split_once(" to ").or_else(|| told.split_once(" ("))?;
    let places = places.trim_end_matches(')').strip_suffix(" decimals")?.parse().ok()?;
    let figure = match figure.split_once('/') {
        Some((part, whole)) => part.parse::<Decimal>().ok()?.checked_div(whole.parse().ok()?)?,
        None => figure.parse().ok()?,
    };
    Some((figure, places))
}

/// Whether a figure is the one told, within the tolerance, or else within a share of it of 1e-9 or
/// half a unit of its last place, where two places or more are told.
fn is_near(told: &str, computed: f64, tolerance: Option<f64>) -> bool {
    let Ok(expected) = told.parse::<f64>() else { return false };
    // Decimal figures seldom have an exact double: without this, a difference of just the tolerance
    // would be too large.
    let rounding = expected.abs().max(1.0) * 4.0 * f64::EPSILON;
    let allowed = tolerance.unwrap_or_else(|| {
        let places = told.split_once('.').map_or(0, |(_, places)| places.len());
        let printed = match i32::try_from(places) {
            Ok(places) if places >= 2 && !told.contains(['e', 'E']) => 0.5 * 10f64.powi(-places),
            _ => 0.0,
        };
        (expected.abs().max(1.0) * RELATIVE).max(printed)
    });
    (expected - computed).abs() <= allowed + rounding
}

fn shown(computed: &Computed) -> String {
    match computed {
        Computed::Exact(amount) => amount.normalize().to_string(),
        Computed::Ratio(ratio) => ratio.to_string(),
        Computed::Text(text) => format!("\"{text}\""),
        Computed::Truth(truth) => truth.to_string(),
        Computed::Nothing(reason) => format!("no value: {reason}"),
        Computed::NotOffered(reason) => reason.clone(),
        Computed::Label => "a label".to_owned(),
        Computed::Days(days) => format!("{} days", days.len()),
        Computed::List(list) => list.iter().map(shown).collect::<Vec<_>>().join(", "),
        Computed::Map(figures) | Computed::ByDay(figures) => {
            let members: Vec<String> =
                figures.iter().map(|(name, figure)| format!("{name}: {}", shown(figure))).collect();
            format!("{{{}}}", members.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(told: &str, computed: f64, tolerance: Option<f64>, expected: bool) {
        assert_eq!(is_near(told, computed, tolerance), expected, "{told} and {computed}");
    }

    #[test]
    fn a_figure_is_near_within_its_tolerance_and_no_further() {
        check("0.373362535", 0.373_362_534, Some(1e-8), true);
        check("0.373362535", 0.373_36, Some(1e-8), false);
        check("98.14", 98.1449, None, true);
        check("98.14", 98.146, None, false);
        check("1000", 1000.4, None, false);
        check("42.5", 42.54, None, false);
        check("0", 1e-12, None, true);
        check("much", 1.0, None, false);
    }

    #[test]
    fn a_figure_in_words_is_compared_in_the_places_that_it_tells() {
        let third = Computed::Exact(Decimal::from(20) / Decimal::from(3));
        let told = |words: &str| agrees(&Value::from(words), &third, None);
        assert!(told("20/3 to 15 decimals"));
        assert!(told("6.67 (2 decimals)"));
        assert!(!told("6.66 (2 decimals)"));
        assert!(!told("about 7"));
    }

    #[test]
    fn no_value_is_null_and_nothing_else_is() {
        let nothing = Computed::Nothing("there is no root".to_owned());
        assert!(agrees(&Value::Null, &nothing, None));
        assert!(!agrees(&Value::from(0), &nothing, Some(1.0)));
        assert!(!agrees(&Value::Null, &Computed::Ratio(0.0), None));
    }
}
