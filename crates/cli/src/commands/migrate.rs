//! `stonks migrate`: brings an installation of the Python system along.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Subcommand};
use stonks_app::{MigrationReport, Mode};
use stonks_core::account::AccountName;

use super::import;
use crate::config::GlobalOptions;
use crate::output::{Column, Output};

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Bring along what the database of the Python system holds of DEGIRO.
    ///
    /// The old folder is only read, and what is there already is not stored twice. Other brokers, settings and
    /// credentials are not brought along yet: add them again, or wait for a later version.
    Python(Options),
}

#[derive(Args)]
pub(crate) struct Options {
    /// The old data directory, or its `db.sqlite3`.
    #[arg(long, value_name = "DIR|FILE")]
    from: PathBuf,
    /// The account that it becomes; it is added where it isn't there yet [default: degiro].
    #[arg(long, value_name = "NAME")]
    account: Option<AccountName>,
    /// Show what would be brought along, and store nothing.
    #[arg(long)]
    dry_run: bool,
}

pub(crate) async fn run(
    global: &GlobalOptions,
    command: Command,
    output: &Output,
) -> Result<ExitCode> {
    let Command::Python(options) = command;
    let mode = if options.dry_run { Mode::DryRun } else { Mode::Store };
    let app = global.open().await?;
    let report = app.migrate_python(&options.from, options.account.as_ref(), mode).await;
    app.close().await;
    let report = report?;
    if output.is_json() {
        output.json(&report)?;
    } else {
        tell(&report, output);
    }
    Ok(ExitCode::SUCCESS)
}

fn tell(report: &MigrationReport, output: &Output) {
    let tables = report.tables.iter().map(|table| {
        vec![
            table.table.clone(),
            table.rows.to_string(),
            table.told.to_string(),
            table.left_out.join("; "),
        ]
    });
    let columns = [
        Column::Left("table"),
        Column::Right("rows"),
        Column::Right("brought along"),
        Column::Left("left out"),
    ];
    output.table(&columns, tables.collect(), "the old database has no tables of DEGIRO's");
    let sums = report.sums.iter().map(|sum| {
        vec![sum.what.clone(), sum.currency.to_string(), sum.old.clone(), sum.new.clone()]
    });
    let columns = [
        Column::Left("sum of"),
        Column::Left("currency"),
        Column::Right("old"),
        Column::Right("here"),
    ];
    output.table(&columns, sums.collect(), "there is nothing to be summed");
    for remark in &report.remarks {
        output.warn(remark);
    }
    match &report.import {
        Some(import) => import::tell(import, output),
        None => output.note("the old database holds nothing of DEGIRO's: nothing was stored"),
    }
}
