//! `stonks plugin`: what plugins there are, and what is to be said about them.

mod dev;
mod health;
mod info;
mod lifecycle;
mod list;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Subcommand};
use stonks_app::App;
use stonks_plugin::{Finding, Level};

use crate::config::GlobalOptions;
use crate::output::Output;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// List the plugins: all, or those that fit every option given.
    List(list::Options),
    /// Describe a plugin.
    Info(info::Options),
    /// Judge a plugin's folder: manifest and component, without running anything.
    Validate(Validate),
    /// Switch a plugin on.
    Enable(lifecycle::Enable),
    /// Switch a plugin off; its calls under way finish.
    Disable(lifecycle::Named),
    /// Take up a plugin's files anew, in the server that is running.
    Reload(lifecycle::Named),
    /// What a plugin went through.
    History(lifecycle::Listed),
    /// Lines of a plugin's log.
    Logs(lifecycle::Listed),
    /// Build a plugin, run it, and do so again whenever a file of it is saved.
    Dev(dev::Options),
    /// How a plugin fares, and what holds as well.
    Health(health::Options),
}

#[derive(Args)]
pub(crate) struct Validate {
    /// The folder that holds `plugin_manifest.json`.
    folder: PathBuf,
}

pub(crate) async fn run(
    global: &GlobalOptions,
    command: Command,
    output: &Output,
) -> Result<ExitCode> {
    match command {
        Command::Validate(validate) => return judge(&validate, output),
        Command::Enable(named) => lifecycle::enable(global, &named, output).await?,
        Command::Disable(named) => lifecycle::disable(global, &named, output).await?,
        Command::Reload(named) => lifecycle::reload(global, &named, output).await?,
        Command::History(listed) => lifecycle::history(global, &listed, output).await?,
        Command::Logs(listed) => lifecycle::logs(global, &listed, output).await?,
        Command::Dev(options) => dev::run(global, &options, output).await?,
        Command::Health(options) => health::run(global, &options, output).await?,
        Command::List(options) => list::run(global, &options, output).await?,
        Command::Info(options) => info::run(global, &options, output).await?,
    }
    Ok(ExitCode::SUCCESS)
}

fn judge(validate: &Validate, output: &Output) -> Result<ExitCode> {
    let found = App::validate_plugin(&validate.folder);
    let is_usable = found.is_usable();
    if output.is_json() {
        output.json(&serde_json::json!({ "name": found.name, "is_usable": is_usable, "findings": found.findings }))?;
    } else {
        tell_findings(&found.findings, output);
        let verdict = if is_usable { "can be used" } else { "can't be used" };
        let plugin = if found.name.is_empty() {
            validate.folder.display().to_string()
        } else {
            format!("plugin `{}`", found.name)
        };
        output.line(&format!("{plugin} {verdict}"));
    }
    Ok(if is_usable { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

pub(crate) fn tell_findings(findings: &[Finding], output: &Output) {
    for finding in findings {
        let level = match finding.level {
            Level::Error => "error",
            Level::Warning => "warning",
        };
        let at = if finding.at.is_empty() { String::new() } else { format!(" at {}", finding.at) };
        output.line(&format!("{level}[{}]{at}: {}", finding.rule, finding.message));
        if let Some(hint) = &finding.hint {
            output.line(&format!("  hint: {hint}"));
        }
    }
}
