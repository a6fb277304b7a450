//! Figures as an aggregator tells them, each value checked.

use std::collections::HashSet;

use super::values::{Checked, decimal, money};
use crate::insight::{Metric, MetricValue};
use crate::runtime::contract::figures as wit;

/// More figures are refused.
const MOST_METRICS: usize = 200;

/// A longer name is no name.
const LONGEST_NAME: usize = 60;

/// What stands above a figure, a column or a line.
const LONGEST_LABEL: usize = 120;

/// What explains, in letters.
const LONGEST_SENTENCE: usize = 500;

/// Checks figures. The error names the figure and the field.
pub(in crate::runtime) fn metrics(told: Vec<wit::Metric>) -> Checked<Vec<Metric>> {
    at_most("figures", told.len(), MOST_METRICS)?;
    let mut names = HashSet::new();
    let mut metrics = Vec::with_capacity(told.len());
    for (place, told) in told.into_iter().enumerate() {
        let metric = metric(told).map_err(|problem| format!("figure {}: {problem}", place + 1))?;
        if !names.insert(metric.name.clone()) {
            return Err(format!("there are two figures `{}`", metric.name));
        }
        metrics.push(metric);
    }
    Ok(metrics)
}

fn metric(told: wit::Metric) -> Checked<Metric> {
    let is_name = (1..=LONGEST_NAME).contains(&told.name.len())
        && told.name.split('-').all(|word| {
            !word.is_empty()
                && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        });
    if !is_name {
        let shown: String = told.name.chars().filter(|c| !c.is_control()).take(60).collect();
        return Err(format!("name: `{shown}` is not kebab-case of at most {LONGEST_NAME} letters"));
    }
    let value = told.value.map(|value| {
        Ok::<_, String>(match value {
            wit::MetricValue::Money(told) => MetricValue::Money(money("value", &told)?),
            wit::MetricValue::Number(told) => MetricValue::Number(decimal("value", &told)?),
            wit::MetricValue::Ratio(told) => MetricValue::Ratio(finite("value", told)?),
            wit::MetricValue::Text(told) => MetricValue::Text(sentence("value", told)?),
        })
    });
    let value = value.transpose()?;
    let explanation = told.explanation.map(|told| sentence("explanation", told)).transpose()?;
    if value.is_none() && explanation.is_none() {
        return Err(format!("`{}` has neither a value nor an explanation why", told.name));
    }
    Ok(Metric { label: label("label", told.label)?, name: told.name, value, explanation })
}

pub(super) fn at_most(what: &str, n: usize, most: usize) -> Checked<()> {
    if n > most { Err(format!("{n} {what}; at most {most} are allowed")) } else { Ok(()) }
}

/// A share that can be shown.
pub(super) fn finite(field: &str, told: f64) -> Checked<f64> {
    if told.is_finite() { Ok(told) } else { Err(format!("{field}: {told} is not a finite number")) }
}

/// Something to read in one line: not empty, not long.
pub(super) fn label(field: &str, told: String) -> Checked<String> {
    if told.trim().is_empty() {
        return Err(format!("{field}: it is empty"));
    }
    printable(field, told, LONGEST_LABEL)
}

/// Something to read; may be empty.
pub(super) fn sentence(field: &str, told: String) -> Checked<String> {
    printable(field, told, LONGEST_SENTENCE)
}

/// It goes to terminals and pages: no control characters, and nothing that turns the direction of
/// what stands around it.
fn printable(field: &str, told: String, most: usize) -> Checked<String> {
    let n_letters = told.chars().count();
    if n_letters > most {
        return Err(format!("{field}: a text of {n_letters} letters; at most {most} are allowed"));
    }
    let turns = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    match told.chars().find(|&c| c.is_control() || turns(c)) {
        Some(bad) => Err(format!("{field}: the control character {bad:?} is not allowed")),
        None => Ok(told),
    }
}
