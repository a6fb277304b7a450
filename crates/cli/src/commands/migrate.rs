//! `stonks migrate`: brings an installation of the Python system along.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Subcommand};
use stonks_app::{AccountNames, MigrationReport, Mode, PluginsReport, migrate_plugins};
use stonks_core::account::AccountName;

use super::import;
use crate::config::GlobalOptions;
use crate::output::{Column, Output};

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Bring along database, settings and credentials of the Python system.
    ///
    /// The old folder is only read, and what is there already is not stored twice. Credentials go into the vault;
    /// what has no place here is told. docs/migration.md goes through it step by step.
    Python(Options),
    /// Write a plugin folder for each broker of an installation of the Python system.
    ///
    /// The table of brokers is read, and nothing of it runs. Each folder has a README with what is left to do.
    Plugins(PluginsOptions),
}

#[derive(Args)]
pub(crate) struct Options {
    /// The old data directory, the project's folder, or the `db.sqlite3` itself.
    #[arg(long, value_name = "DIR|FILE")]
    from: PathBuf,
    /// What a broker's account is called here, DEGIRO's where no broker is named; it is added where it isn't
    /// there yet. May be given several times [default: the name of the broker's plugin].
    #[arg(long = "account", value_name = "[BROKER=]NAME", value_parser = account)]
    accounts: Vec<(Option<String>, AccountName)>,
    /// Show what would be brought along and what can't, and store nothing.
    #[arg(long)]
    dry_run: bool,
}

#[derive(Args)]
pub(crate) struct PluginsOptions {
    /// The old installation: the folder that holds `src/stonks_overwatch`.
    #[arg(long, value_name = "DIR")]
    from: PathBuf,
    /// Where the folders are written.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

fn account(text: &str) -> Result<(Option<String>, AccountName), String> {
    let (broker, name) = match text.split_once('=') {
        Some((broker, name)) => (Some(broker.to_owned()), name),
        None => (None, text),
    };
    Ok((broker, name.parse().map_err(|error| format!("{error}"))?))
}

pub(crate) async fn run(
    global: &GlobalOptions,
    command: Command,
    output: &Output,
) -> Result<ExitCode> {
    let options = match command {
        Command::Python(options) => options,
        Command::Plugins(options) => return plugins(&options, output),
    };
    let mode = if options.dry_run { Mode::DryRun } else { Mode::Store };
    let app = global.open().await?;
    let names: AccountNames = options.accounts.into_iter().collect();
    let report = app.migrate_python(&options.from, names, mode).await;
    app.close().await;
    let report = report?;
    if output.is_json() {
        output.json(&report)?;
    } else {
        tell(&report, output);
    }
    Ok(ExitCode::SUCCESS)
}

fn plugins(options: &PluginsOptions, output: &Output) -> Result<ExitCode> {
    let report = migrate_plugins(&options.from, &options.out)?;
    if output.is_json() {
        output.json(&report)?;
    } else {
        tell_plugins(&report, output);
    }
    let is_any = report.plugins.iter().any(|plugin| plugin.folder.is_some());
    Ok(if is_any { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn tell_plugins(report: &PluginsReport, output: &Output) {
    let rows = report.plugins.iter().filter_map(|plugin| {
        let folder = plugin.folder.as_ref()?;
        Some(vec![
            plugin.broker.clone(),
            plugin.plugin.clone().unwrap_or_default(),
            plugin.services.join(" "),
            folder.display().to_string(),
        ])
    });
    let columns = [
        Column::Left("broker"),
        Column::Left("plugin"),
        Column::Left("services"),
        Column::Left("folder"),
    ];
    output.table(&columns, rows.collect(), "no plugin was written");
    for plugin in &report.plugins {
        for problem in &plugin.problems {
            output.warn(&format!("{}: {problem}", plugin.broker));
        }
    }
}

fn tell(report: &MigrationReport, output: &Output) {
    tell_places(report, output);
    if report.database.is_some() {
        tell_tables(report, output);
    }
    tell_settings(report, output);
    tell_secrets(report, output);
    for remark in &report.remarks {
        output.warn(remark);
    }
    for problem in &report.cannot_come {
        output.warn(&format!("can't come: {problem}"));
    }
    for import in &report.imports {
        if let Some(account) = &import.account {
            output.line(&format!("account `{account}`:"));
        }
        import::tell(import, output);
    }
    if report.imports.is_empty() {
        output.note("the old installation holds no facts of a broker");
        if report.dry_run {
            output.note("nothing was stored: this was a dry run");
        }
    }
}

fn tell_places(report: &MigrationReport, output: &Output) {
    for place in &report.places {
        match &place.found {
            Some(path) => output.line(&format!("{}: {}", place.what, path.display())),
            None => {
                let looked_for: Vec<String> =
                    place.looked_for.iter().map(|path| path.display().to_string()).collect();
                output.line(&format!("{}: none; looked for {}", place.what, looked_for.join(", ")));
            }
        }
    }
    output.line("");
}

fn tell_tables(report: &MigrationReport, output: &Output) {
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
    output.table(&columns, tables.collect(), "the old database has no tables that are known here");
    output.line("");
    let sums = report.sums.iter().map(|sum| {
        vec![
            sum.broker.clone(),
            sum.what.clone(),
            sum.currency.to_string(),
            sum.old.clone(),
            sum.new.clone(),
        ]
    });
    let columns = [
        Column::Left("broker"),
        Column::Left("sum of"),
        Column::Left("currency"),
        Column::Right("old"),
        Column::Right("here"),
    ];
    output.table(&columns, sums.collect(), "there is nothing to be summed");
    output.line("");
}

fn tell_settings(report: &MigrationReport, output: &Output) {
    if report.settings.is_empty() {
        return;
    }
    let settings = report.settings.iter().map(|setting| {
        let holds = if setting.holds { "yes" } else { "no" };
        vec![
            setting.name.clone(),
            setting.value.clone(),
            setting.source.to_owned(),
            holds.to_owned(),
            setting.outcome.clone(),
        ]
    });
    let columns = [
        Column::Left("setting"),
        Column::Left("value"),
        Column::Left("from"),
        Column::Left("holds here"),
        Column::Left("where, or why not"),
    ];
    output.table(&columns, settings.collect(), "");
    output.line("");
}

fn tell_secrets(report: &MigrationReport, output: &Output) {
    if report.secrets.is_empty() {
        return;
    }
    let secrets = report.secrets.iter().map(|secret| {
        vec![
            secret.owner.clone(),
            secret.key.clone(),
            secret.source.to_owned(),
            secret.outcome.to_string(),
        ]
    });
    let columns = [
        Column::Left("secret of"),
        Column::Left("key"),
        Column::Left("from"),
        Column::Left("in the vault"),
    ];
    output.table(&columns, secrets.collect(), "");
    output.line("");
}
