//! `stonks sync`: lets plugins fetch what is new.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use jiff::civil::Date;
use stonks_app::{App, ImportReport};
use stonks_plugin::PluginId;

use super::{import, plugin};
use crate::config::GlobalOptions;
use crate::output::Output;

#[derive(Args)]
pub(crate) struct Options {
    /// The plugin that fetches what belongs to no account: exchange rates, quotes.
    #[arg(long, value_name = "ID")]
    plugin: PluginId,
    /// From this day on [default: the last day that is known].
    #[arg(long, value_name = "DATE")]
    since: Option<Date>,
    /// Grant the plugin all that it asks for, before anything is fetched.
    #[arg(long)]
    grant: bool,
}

pub(crate) async fn run(
    global: &GlobalOptions,
    options: Options,
    output: &Output,
) -> Result<ExitCode> {
    let app = global.open().await?;
    let report = sync(&app, &options, output).await;
    app.close().await;
    let report = report?;
    if output.is_json() {
        output.json(&report)?;
    } else {
        import::tell(&report, output);
    }
    Ok(ExitCode::SUCCESS)
}

async fn sync(app: &App, options: &Options, output: &Output) -> Result<ImportReport> {
    if options.grant {
        plugin::grant::everything(app, &options.plugin, output).await?;
    }
    Ok(app.sync_plugin(&options.plugin, options.since).await?)
}
