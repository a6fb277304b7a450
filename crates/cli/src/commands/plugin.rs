//! `stonks plugin`: what plugins there are, and what is to be said about them.

mod settings;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Subcommand};
use serde::Serialize;
use stonks_app::App;
use stonks_host::PluginInfo;
use stonks_plugin::{Finding, Level, PluginId};

use crate::config::GlobalOptions;
use crate::output::{Advised, Column, Output};

#[derive(Subcommand)]
pub(crate) enum Command {
    /// List the plugins.
    List,
    /// Describe a plugin.
    Info(Info),
    /// Set what holds for a plugin in all accounts, or show it.
    Set(settings::Set),
    /// Name the middleware through which facts go, in order, or show it.
    Middleware(settings::Middleware),
    /// Judge a plugin's folder: manifest and component, without running anything.
    Validate(Validate),
}

#[derive(Args)]
pub(crate) struct Info {
    name: PluginId,
}

#[derive(Args)]
pub(crate) struct Validate {
    /// The folder that holds `plugin_manifest.json`.
    folder: PathBuf,
}

/// A plugin as scripts see it.
#[derive(Serialize)]
struct Row {
    name: String,
    version: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    runtime: Option<String>,
    state: &'static str,
    reason: Option<String>,
    source: String,
    services: Vec<String>,
    /// Not watched yet.
    health: Option<String>,
}

impl From<&PluginInfo> for Row {
    fn from(info: &PluginInfo) -> Self {
        let manifest = info.manifest.as_ref();
        Self {
            name: info.name.clone(),
            version: manifest.map(|manifest| manifest.plugin.version.to_string()),
            kind: info.kind().map(|kind| kind.to_string()),
            runtime: manifest
                .and_then(|manifest| manifest.runtime.as_ref())
                .map(|runtime| runtime.kind.to_string()),
            state: info.state.as_str(),
            reason: info.reason.clone(),
            source: info.source.clone(),
            services: info.services().iter().map(ToString::to_string).collect(),
            health: None,
        }
    }
}

pub(crate) async fn run(
    global: &GlobalOptions,
    command: Command,
    output: &Output,
) -> Result<ExitCode> {
    match command {
        Command::Validate(validate) => return judge(&validate, output),
        Command::List => {
            let app = global.open().await?;
            let rows: Vec<Row> = app.plugins().iter().map(Row::from).collect();
            app.close().await;
            list(&rows, output)?;
        }
        Command::Set(options) => {
            let app = global.open().await?;
            let done = settings::set(&app, options, output).await;
            app.close().await;
            done?;
        }
        Command::Middleware(options) => {
            let app = global.open().await?;
            let done = settings::middleware(&app, options, output).await;
            app.close().await;
            done?;
        }
        Command::Info(info) => {
            let app = global.open().await?;
            let found = app.plugin(&info.name);
            let known: Vec<String> = app.plugins().into_iter().map(|plugin| plugin.name).collect();
            app.close().await;
            let Some(found) = found else {
                let message = format!("there is no plugin `{}`", info.name);
                return Err(
                    Advised { message, hint: format!("there is {}", known.join(", ")) }.into()
                );
            };
            describe(&found, output)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn list(rows: &[Row], output: &Output) -> Result<()> {
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
            row.reason
                .as_ref()
                .map_or_else(|| row.state.to_owned(), |reason| format!("{}: {reason}", row.state)),
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
    output.table(&columns, told.collect(), "there are no plugins");
    Ok(())
}

fn describe(info: &PluginInfo, output: &Output) -> Result<()> {
    if output.is_json() {
        return output.json(&serde_json::json!({
            "plugin": Row::from(info),
            "manifest": info.manifest,
            "findings": info.findings,
        }));
    }
    let row = Row::from(info);
    let field = |label: &str, value: &str| {
        if !value.is_empty() {
            output.line(&format!("{label:<12} {value}"));
        }
    };
    field("plugin", &row.name);
    field("version", row.version.as_deref().unwrap_or_default());
    if let Some(manifest) = &info.manifest {
        let about = &manifest.plugin;
        field("name", manifest.label());
        field("description", about.description.as_deref().unwrap_or_default());
        field("author", about.author.as_deref().unwrap_or_default());
        field("license", about.license.as_deref().unwrap_or_default());
        field("api", &format!("{} to {}", manifest.api.min_version, manifest.api.max_version));
        for permission in &manifest.permissions.http {
            let methods = if permission.methods.is_empty() {
                "any".to_owned()
            } else {
                permission.methods.join(", ")
            };
            field(
                "asks for",
                &format!("{methods} requests to {}: {}", permission.host, permission.purpose),
            );
        }
        for setting in &manifest.settings {
            let default = setting.default.as_ref().map(|default| format!(" [default: {default}]"));
            field(
                "setting",
                &format!("{}: {}{}", setting.key, setting.label, default.unwrap_or_default()),
            );
        }
    }
    field("type", row.kind.as_deref().unwrap_or_default());
    field("runtime", row.runtime.as_deref().unwrap_or_default());
    field("services", &row.services.join(", "));
    field("state", row.state);
    field("source", &row.source);
    tell_findings(&info.findings, output);
    Ok(())
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
