//! `stonks plugin bridge`: the brokers of an old installation as plugins.

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Args;
use serde_json::json;
use stonks_app::App;
use stonks_host::bridge::{Bridged, Installation};

use crate::output::{Column, Output};

#[derive(Args)]
pub(crate) struct Options {
    /// The old installation: the folder that holds `src/stonks_overwatch`. Its own code runs to tell its
    /// brokers.
    #[arg(long, value_name = "DIR", required_unless_present = "remove")]
    from: Option<PathBuf>,
    /// Its virtual environment [default: the `.venv` in it, else the machine's `python3`].
    #[arg(long, value_name = "DIR")]
    environment: Option<PathBuf>,
    /// A folder of plugins that `stonks migrate plugins` wrote: they run in the installation's environment,
    /// instead of what its own table names.
    #[arg(long, value_name = "DIR")]
    plugins: Option<PathBuf>,
    /// Take all bridges down; what they delivered stays.
    #[arg(long, conflicts_with_all = ["from", "environment", "plugins"])]
    remove: bool,
}

pub(crate) async fn run(app: &App, options: &Options, output: &Output) -> Result<()> {
    if options.remove {
        let n_bridges = app.remove_bridges().await?;
        if output.is_json() {
            return output.json(&json!({ "removed": n_bridges }));
        }
        output.line(&format!("{n_bridges} bridges were taken down"));
        return Ok(());
    }
    let Some(folder) = options.from.clone() else { bail!("`--from` is needed") };
    let own = folder.join(".venv");
    let environment = options.environment.clone().or_else(|| own.is_dir().then_some(own));
    let installation = Installation { folder, environment };
    let bridged = match &options.plugins {
        Some(plugins) => app.build_bridges_of(&installation, plugins).await?,
        None => app.build_bridges(&installation).await?,
    };
    if output.is_json() {
        return output.json(&bridged);
    }
    let row = |told: &Bridged| {
        let services = told.services.iter().map(ToString::to_string);
        vec![
            told.plugin.to_string(),
            told.broker.clone(),
            services.collect::<Vec<_>>().join(" "),
            told.left_out.join(" "),
        ]
    };
    let columns = [
        Column::Left("plugin"),
        Column::Left("broker"),
        Column::Left("services"),
        Column::Left("left out"),
    ];
    output.table(&columns, bridged.iter().map(row).collect(), "the installation has no brokers");
    if let Some(first) = bridged.first() {
        output.note(&format!(
            "they run with the old installation's own rights, and none starts by itself: say that you trust one \
             with `stonks plugin enable {} --trust`",
            first.plugin
        ));
    }
    Ok(())
}
