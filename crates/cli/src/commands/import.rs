//! `stonks import`: files in.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Result, anyhow, bail};
use clap::{ArgGroup, Args};
use indicatif::{ProgressBar, ProgressStyle};
use stonks_app::{
    App, FileReport, ImportError, ImportFile, ImportProgress, ImportReport, Mode, Target,
};
use stonks_core::account::AccountName;
use stonks_plugin::PluginId;

use crate::config::GlobalOptions;
use crate::output::{Column, Output};

#[derive(Args)]
#[command(group(ArgGroup::new("target").required(true).multiple(true).args(["account", "plugin"])))]
pub(crate) struct Options {
    /// The account that the files belong to.
    #[arg(long, value_name = "NAME")]
    account: Option<AccountName>,
    /// The plugin that reads them. Without an account: of files that belong to none, such as exchange
    /// rates. With one: the plugin that feeds it, or the one beside that.
    #[arg(long, value_name = "ID")]
    plugin: Option<PluginId>,
    /// Show what would be imported, and store nothing.
    #[arg(long)]
    dry_run: bool,
    /// Files as the broker gives them.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

pub(crate) async fn run(
    global: &GlobalOptions,
    options: Options,
    output: &Output,
) -> Result<ExitCode> {
    let files = options.files.iter().map(|path| read(path)).collect::<Result<Vec<_>>>()?;
    let app = global.open().await?;
    let target = match target(&app, options.account, options.plugin).await {
        Ok(target) => target,
        Err(error) => {
            app.close().await;
            return Err(error);
        }
    };
    let mode = if options.dry_run { Mode::DryRun } else { Mode::Store };
    let bar = bar(output);
    let report = app.import(&target, files, mode, &|progress| show(&bar, &progress)).await;
    bar.finish_and_clear();
    app.close().await;
    let report = report?;
    if output.is_json() {
        output.json(&report)?;
    } else {
        tell(&report, output);
    }
    Ok(ExitCode::SUCCESS)
}

async fn target(
    app: &App,
    account: Option<AccountName>,
    plugin: Option<PluginId>,
) -> Result<Target> {
    let (account, plugin) = match (account, plugin) {
        (Some(account), None) => return Ok(Target::Account(account)),
        (None, Some(plugin)) => return Ok(Target::Plugin(plugin)),
        (None, None) => bail!("either `--account` or `--plugin` is needed"),
        (Some(account), Some(plugin)) => (account, plugin),
    };
    if app.account(&account).await?.plugin == plugin {
        return Ok(Target::Account(account));
    }
    match app.beside(&account).await? {
        Some(beside) if beside.beside == plugin => Ok(Target::Beside(account)),
        _ => bail!("account `{account}` isn't fed by `{plugin}`, nor is that beside it"),
    }
}

fn read(path: &Path) -> Result<ImportFile> {
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    let failed = |error: std::io::Error| anyhow!("`{}` can't be read: {error}", path.display());
    let file = File::open(path).map_err(failed)?;
    let length = file.metadata().map_err(failed)?.len();
    if length > App::MOST_FILE_BYTES {
        return Err(ImportError::TooLarge { file: name, length }.into());
    }
    let mut content = Vec::new();
    // A file may grow meanwhile, or be a pipe without a length.
    file.take(App::MOST_FILE_BYTES + 1).read_to_end(&mut content).map_err(failed)?;
    Ok(ImportFile { name, content })
}

/// Hidden where stderr is no terminal, and for scripts.
fn bar(output: &Output) -> ProgressBar {
    if output.is_json() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{msg} {bar:40} {percent}%");
    let bar = ProgressBar::new(0);
    style.map_or_else(|_| ProgressBar::hidden(), |style| bar.with_style(style))
}

fn show(bar: &ProgressBar, progress: &ImportProgress) {
    bar.set_message(progress.file.clone());
    if let Some(total) = progress.total {
        bar.set_length(total);
    }
    bar.set_position(progress.done);
}

pub(crate) fn tell(report: &ImportReport, output: &Output) {
    let rows = report.files.iter().map(|file| {
        let period =
            file.first_day.zip(file.last_day).map(|(first, last)| format!("{first} to {last}"));
        vec![
            file.name.clone(),
            file.facts.to_string(),
            file.new.to_string(),
            file.duplicates.to_string(),
            file.notes.to_string(),
            period.unwrap_or_default(),
        ]
    });
    let columns = [
        Column::Left("file"),
        Column::Right("facts"),
        Column::Right("new"),
        Column::Right("known"),
        Column::Right("notes"),
        Column::Left("period"),
    ];
    output.table(&columns, rows.collect(), "there were no files");
    for file in &report.files {
        output.line(&kinds(file));
        for warning in &file.warnings {
            output.warn(&format!("{}: {warning}", file.name));
        }
    }
    if report.dry_run {
        output.note("nothing was stored: this was a dry run");
    }
}

pub(crate) fn kinds(file: &FileReport) -> String {
    let kinds: Vec<String> = file
        .kinds
        .iter()
        .map(|(kind, count)| {
            let plural = if count.facts == 1 { "" } else { "s" };
            format!("{} {}{plural}", count.facts, kind.to_string().replace('-', " "))
        })
        .collect();
    format!(
        "{}: {}",
        file.name,
        if kinds.is_empty() { "no facts".to_owned() } else { kinds.join(", ") }
    )
}
