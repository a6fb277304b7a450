//! `stonks plugin health`: how a plugin fares now, how it fared, and within which bounds it is well.

use anyhow::{Context, Result, bail};
use clap::Args;
use jiff::SignedDuration;
use stonks_app::App;
use stonks_app::plugins::HealthCheck;
use stonks_plugin::PluginId;
use stonks_plugin::health::{Checked, Measurement, Threshold};

use super::lifecycle::{advised, known};
use crate::output::{Column, Output};

#[derive(Args)]
pub(crate) struct Options {
    name: PluginId,
    /// What checks found in the last time, such as 24h or 30m, instead of a check now.
    #[arg(long, value_name = "SPAN", value_parser = span)]
    history: Option<SignedDuration>,
    /// Set a bound, such as `latency-p95<=500` or `balance>=1`, in the measurement's unit.
    #[arg(long, value_name = "BOUND", conflicts_with = "history", value_parser = bound)]
    set: Vec<Threshold>,
}

fn span(text: &str) -> Result<SignedDuration, String> {
    let expected = || format!("`{text}` is not a span of time such as 24h or 30m");
    let span: SignedDuration = text.parse().map_err(|_| expected())?;
    if span.is_negative() { Err(expected()) } else { Ok(span) }
}

fn bound(text: &str) -> Result<Threshold, String> {
    let expected = || format!("`{text}` is not a bound such as `latency-p95<=500`");
    let (name, value, is_max) = match (text.split_once("<="), text.split_once(">=")) {
        (Some((name, value)), _) => (name, value, true),
        (_, Some((name, value))) => (name, value, false),
        _ => return Err(expected()),
    };
    let value: f64 = value.trim().parse().map_err(|_| expected())?;
    let (min, max) = if is_max { (None, Some(value)) } else { (Some(value), None) };
    Threshold::new(name, min, max).map_err(|_| expected())
}

pub(crate) async fn run(app: &App, options: &Options, output: &Output) -> Result<()> {
    known(app, &options.name)?;
    if !options.set.is_empty() {
        return tell_thresholds(&set(app, options).await?, output);
    }
    if let Some(span) = options.history {
        let checks = app.plugin_health(&options.name, span).await;
        return tell_history(checks.context("reading the plugin's health")?, output);
    }
    // In this process, which starts an instance of its own; calls of a server's are in its history.
    app.manager().bring_up(&options.name).await.map_err(advised)?;
    let checked = app.check_plugin(&options.name).await.map_err(advised)?;
    tell_now(&checked, output)
}

/// Two bounds of one measurement are set together; a bound that isn't named stays.
async fn set(app: &App, options: &Options) -> Result<Vec<Threshold>> {
    let mut thresholds = app.plugin_thresholds(&options.name).await?;
    for bound in &options.set {
        let held = thresholds.iter_mut().find(|held| held.name == bound.name);
        let merged = match held {
            Some(held) => {
                held.min = bound.min.or(held.min);
                held.max = bound.max.or(held.max);
                held.clone()
            }
            None => {
                thresholds.push(bound.clone());
                bound.clone()
            }
        };
        if let (Some(min), Some(max)) = (merged.min, merged.max)
            && min > max
        {
            bail!("`{}` can't be at least {min} and at most {max}", merged.name);
        }
        app.set_plugin_threshold(&options.name, &merged).await?;
    }
    Ok(thresholds)
}

fn tell_thresholds(thresholds: &[Threshold], output: &Output) -> Result<()> {
    if output.is_json() {
        return output.json(&thresholds);
    }
    let shown = |bound: Option<f64>| bound.map(|bound| bound.to_string()).unwrap_or_default();
    let rows = thresholds
        .iter()
        .map(|held| vec![held.name.clone(), shown(held.min), shown(held.max)])
        .collect();
    let columns =
        [Column::Left("measurement"), Column::Right("at least"), Column::Right("at most")];
    output.table(&columns, rows, "there are no bounds");
    Ok(())
}

fn tell_now(checked: &Checked, output: &Output) -> Result<()> {
    if output.is_json() {
        return output.json(checked);
    }
    output.line(&checked.health.to_string());
    for reason in &checked.reasons {
        output.line(&format!("  {reason}"));
    }
    let rows = checked
        .measurements
        .iter()
        .map(|measurement| vec![measurement.name.clone(), shown(measurement)]);
    let columns = [Column::Left("measurement"), Column::Right("value")];
    output.table(&columns, rows.collect(), "nothing was measured");
    Ok(())
}

fn tell_history(mut checks: Vec<HealthCheck>, output: &Output) -> Result<()> {
    checks.reverse();
    if output.is_json() {
        return output.json(&checks);
    }
    let rows = checks.into_iter().map(|check| {
        let measurements: Vec<String> = check
            .measurements
            .iter()
            .map(|measurement| format!("{} {}", measurement.name, shown(measurement)))
            .collect();
        vec![check.at, check.health, check.reasons.join("; "), measurements.join(", ")]
    });
    let columns = [
        Column::Left("when"),
        Column::Left("health"),
        Column::Left("why"),
        Column::Left("measured"),
    ];
    output.table(&columns, rows.collect(), "no check was made in that time; a server makes them");
    Ok(())
}

fn shown(measurement: &Measurement) -> String {
    let Measurement { value, unit, .. } = measurement;
    let value = format!("{value:.2}");
    let value = value.trim_end_matches('0').trim_end_matches('.');
    if unit == "1" { value.to_owned() } else { format!("{value} {unit}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_has_a_name_a_direction_and_a_number() {
        let at_most = Threshold { name: "latency-p95".to_owned(), min: None, max: Some(500.0) };
        assert_eq!(bound("latency-p95<=500"), Ok(at_most));
        let at_least = Threshold { name: "balance".to_owned(), min: Some(-1.5), max: None };
        assert_eq!(bound("balance >= -1.5"), Ok(at_least));
        for wrong in ["latency", "<=5", "a<=b", "a<=inf"] {
            assert!(bound(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_span_is_positive() {
        assert_eq!(span("24h"), Ok(SignedDuration::from_hours(24)));
        assert!(span("-1h").is_err() && span("soon").is_err());
    }
}
