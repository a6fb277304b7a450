//! `stonks plugin list`: the plugins that fit, one a row.

use anyhow::Result;
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use stonks_app::App;
use stonks_app::plugins::Summary;
use stonks_core::money::Currency;
use stonks_host::registry::Field;
use stonks_host::{Query, Registry};
use stonks_plugin::Service;
use stonks_plugin::lifecycle::State;
use stonks_plugin::service::PluginKind;
use strum::VariantArray;

use crate::output::{Column, Output};

/// The words of a closed list, so that a slip of the pen is told what was meant.
fn one_of<T>(words: Vec<String>) -> impl TypedValueParser<Value = T>
where
    T: std::str::FromStr<Err: std::error::Error + Send + Sync> + Clone + Send + Sync + 'static,
{
    PossibleValuesParser::new(words).try_map(|word| word.parse::<T>())
}

fn words<T: VariantArray + ToString>() -> Vec<String> {
    T::VARIANTS.iter().map(ToString::to_string).collect()
}

#[derive(Args)]
pub(crate) struct Options {
    /// Of this kind.
    #[arg(long, value_name = "KIND", value_parser = one_of::<PluginKind>(words::<PluginKind>()))]
    kind: Option<PluginKind>,

    /// That offer this service; of several, all.
    #[arg(long, value_name = "SERVICE", value_parser = one_of::<Service>(words::<Service>()))]
    service: Vec<Service>,

    /// That have this feature; of several, all.
    #[arg(long, value_name = "WORD")]
    feature: Vec<String>,

    /// That know this market, by its MIC; of several, all.
    #[arg(long, value_name = "MIC", value_parser = Query::market)]
    market: Vec<String>,

    /// That know this currency; of several, all.
    #[arg(long, value_name = "CODE")]
    currency: Vec<Currency>,

    /// That stand here.
    #[arg(long, value_name = "STATE", value_parser = PossibleValuesParser::new(words::<State>()))]
    state: Option<String>,
}

impl Options {
    fn query(&self) -> Query {
        let mut query = Query::default();
        if let Some(kind) = self.kind {
            query = query.kind(kind);
        }
        for service in &self.service {
            query = query.service(*service);
        }
        for feature in &self.feature {
            query = query.with(Field::Feature, feature);
        }
        for market in &self.market {
            query = query.with(Field::Market, market);
        }
        for currency in &self.currency {
            query = query.with(Field::Currency, &currency.to_string());
        }
        if let Some(state) = &self.state {
            query = query.with(Field::State, state);
        }
        query
    }
}

pub(super) fn run(app: &App, options: &Options, output: &Output) -> Result<()> {
    let registry = Registry::new(app.plugins());
    let query = options.query();
    let rows: Vec<Summary> = registry.select(&query).into_iter().map(Summary::from).collect();
    if output.is_json() {
        return output.json(&rows);
    }
    let told = rows.iter().map(|row| {
        let or_empty = |text: &Option<String>| text.clone().unwrap_or_default();
        vec![
            row.name.clone(),
            or_empty(&row.version),
            or_empty(&row.kind),
            or_empty(&row.runtime),
            row.standing(),
            row.source.clone(),
            row.services.join(", "),
        ]
    });
    let columns = [
        Column::Left("plugin"),
        Column::Left("version"),
        Column::Left("type"),
        Column::Left("runtime"),
        Column::Left("state"),
        Column::Left("source"),
        Column::Left("services"),
    ];
    let empty = if registry.all().is_empty() { "there are no plugins" } else { "no plugin fits" };
    output.table(&columns, told.collect(), empty);
    for unknown in registry.unknown(&query) {
        output.note(&format!("hint: {unknown}"));
    }
    Ok(())
}
