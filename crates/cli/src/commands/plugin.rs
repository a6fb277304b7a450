//! `stonks plugin`: what plugins there are, and what is to be said about them.

mod info;
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

fn tell_findings(findings: &[Finding], output: &Output) {
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
