//! How much of a portfolio hangs on few positions, and on which currencies.
//!
//! - A position is one instrument in all accounts. Its share is its value over that of all holdings;
//!   cash is no position.
//! - Herfindahl–Hirschman index: the sum of the squares of all shares in per cent, from near 0 to
//!   10,000 for a single part. Source: A. O. Hirschman, "The Paternity of an Index", American Economic
//!   Review 54 (1964); in this scale U.S. Department of Justice and FTC, Merger Guidelines (2023),
//!   which call more than 1,800 highly concentrated.
//! - Effective number of positions: 10,000 over the index, the number of equal positions that would
//!   give the same.
//! - Currency exposure: holdings by the currency in which they are quoted, and cash.

mod shares;

use std::collections::BTreeMap;

use stonks_plugin_sdk::aggregator::Aggregator;
use stonks_plugin_sdk::decimal::canonical;
use stonks_plugin_sdk::figures::{Metric, MetricValue};
use stonks_plugin_sdk::snapshot::PortfolioSnapshot;
use stonks_plugin_sdk::{Decimal, Plugin, PluginError};

use shares::{Part, Shares};

/// The plugin.
pub struct Concentration;

impl Plugin for Concentration {}

impl Aggregator for Concentration {
    async fn compute(portfolio: PortfolioSnapshot) -> Result<Vec<Metric>, PluginError> {
        let base = portfolio.base_currency.clone();
        let positions = positions(&portfolio)?;
        let mut metrics = vec![
            largest(&positions, &base),
            top(&positions, 5, &base),
            top(&positions, 10, &base),
            index(&positions, "hhi-positions", "Herfindahl index of positions", "position"),
            effective(&positions),
        ];
        let currencies = currencies(&portfolio)?;
        metrics.push(index(
            &currencies,
            "hhi-currencies",
            "Herfindahl index of currencies",
            "currency",
        ));
        metrics.extend(exposures(&currencies, &base));
        Ok(metrics)
    }
}

fn number(told: &str) -> Result<Decimal, PluginError> {
    told.parse().map_err(|_| PluginError::Failed(format!("the host told `{told}` as a number")))
}

/// Adds up parts by a key; a part without value leaves the whole without.
fn shares<'a>(
    parts: impl Iterator<Item = (&'a str, &'a str, Option<&'a String>)>,
    nothing: &str,
) -> Result<Shares, PluginError> {
    let mut sums: BTreeMap<&str, Part> = BTreeMap::new();
    let mut missing = Vec::new();
    for (key, label, value) in parts {
        let Some(value) = value else {
            missing.push(label);
            continue;
        };
        let value = number(value)?;
        let part = sums
            .entry(key)
            .or_insert_with(|| Part { label: label.to_owned(), value: Decimal::ZERO });
        let Some(sum) = part.value.checked_add(value) else {
            return Ok(Err("a number became too large to compute with".to_owned()));
        };
        part.value = sum;
    }
    Ok(shares::of(sums.into_values().collect(), &missing, nothing))
}

fn positions(portfolio: &PortfolioSnapshot) -> Result<Shares, PluginError> {
    let held = portfolio.holdings.iter();
    let parts = held.map(|holding| {
        (holding.instrument.as_str(), holding.name.as_str(), holding.base_value.as_ref())
    });
    shares(parts, "nothing is held")
}

fn currencies(portfolio: &PortfolioSnapshot) -> Result<Shares, PluginError> {
    let held = portfolio.holdings.iter().map(|holding| match &holding.value {
        Some(money) => {
            (money.currency.as_str(), money.currency.as_str(), holding.base_value.as_ref())
        }
        None => ("", holding.name.as_str(), None),
    });
    let cash = portfolio.cash.iter().map(|balance| {
        let currency = balance.money.currency.as_str();
        (currency, currency, balance.base_value.as_ref())
    });
    shares(held.chain(cash), "there is neither a holding nor cash")
}

/// To the cent, as people read it.
fn amount(value: Decimal, currency: &str) -> String {
    format!("{:.2} {currency}", value.round_dp(2))
}

fn largest(positions: &Shares, base: &str) -> Metric {
    let (name, label) = ("largest-position", "Largest position");
    match positions {
        Err(reason) => Metric::without_value(name, label, reason),
        Ok(whole) => {
            let first = &whole.parts[0];
            Metric::new(name, label, MetricValue::Ratio(whole.ratio(first.value))).explain(format!(
                "{}: {} of {}",
                first.label,
                amount(first.value, base),
                amount(whole.sum, base)
            ))
        }
    }
}

fn top(positions: &Shares, n: usize, base: &str) -> Metric {
    let (name, label) = (format!("top-{n}-share"), format!("Largest {n} positions"));
    match positions {
        Err(reason) => Metric::without_value(name, label, reason),
        Ok(whole) => {
            let sum: Decimal = whole.parts.iter().take(n).map(|part| part.value).sum();
            let value = MetricValue::Ratio(whole.ratio(sum));
            Metric::new(name, label, value).explain(format!(
                "{} of {} in {}",
                amount(sum, base),
                amount(whole.sum, base),
                match whole.parts.len() {
                    1 => "one position".to_owned(),
                    n => format!("{n} positions"),
                }
            ))
        }
    }
}

fn index(shares: &Shares, name: &str, label: &str, part: &str) -> Metric {
    let index = shares.as_ref().map_err(Clone::clone).and_then(shares::Whole::index);
    match index {
        Err(reason) => Metric::without_value(name, label, reason),
        Ok(index) => Metric::new(name, label, MetricValue::Number(canonical(index.round_dp(0))))
            .explain(format!(
                "sum of the squared shares in per cent: 10000 is a single {part}, more than 1800 counts as highly \
                 concentrated"
            )),
    }
}

fn effective(positions: &Shares) -> Metric {
    let (name, label) = ("effective-positions", "Effective number of positions");
    let index = positions.as_ref().map_err(Clone::clone).and_then(shares::Whole::index);
    let number = index.and_then(|index| {
        Decimal::from(10_000).checked_div(index).ok_or_else(|| "the index is zero".to_owned())
    });
    match number {
        Err(reason) => Metric::without_value(name, label, reason),
        Ok(number) => Metric::new(name, label, MetricValue::Number(canonical(number.round_dp(1))))
            .explain("so many positions of equal size would be as concentrated"),
    }
}

fn exposures(currencies: &Shares, base: &str) -> Vec<Metric> {
    match currencies {
        Err(reason) => {
            vec![Metric::without_value("currency-exposure", "Currency exposure", reason)]
        }
        Ok(whole) => {
            let exposure = |part: &Part| {
                let name = format!("exposure-{}", part.label.to_lowercase());
                let value = MetricValue::Ratio(whole.ratio(part.value));
                let told = format!("{} in {}", amount(part.value, base), part.label);
                Metric::new(name, format!("Exposure to {}", part.label), value).explain(told)
            };
            whole.parts.iter().map(exposure).collect()
        }
    }
}

stonks_plugin_sdk::export_plugin!(Concentration: aggregator);
