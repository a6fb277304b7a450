//! `stonks plugin enable|disable|reload|history|logs`: a plugin's life, and what is left of it.

use anyhow::{Context, Result};
use clap::Args;
use stonks_app::App;
use stonks_app::plugins::Outcome;
use stonks_host::StartError;
use stonks_plugin::PluginId;
use stonks_plugin::lifecycle::{Reason, Standing, State};

use super::grant;
use crate::output::{Advised, Column, Output};

/// Who is said to have done what is done on the command line.
const ACTOR: &str = "command line";

#[derive(Args)]
pub(crate) struct Named {
    name: PluginId,
}

#[derive(Args)]
pub(crate) struct Enable {
    name: PluginId,
    /// Vouch for a plugin that lies in the working directory: for what it is now, and nothing else.
    #[arg(long)]
    trust: bool,
    /// Grant it all that it asks for.
    #[arg(long, conflicts_with = "without_grants")]
    grant: bool,
    /// Switch it on with what was granted so far; what else it tries is refused.
    #[arg(long)]
    without_grants: bool,
}

#[derive(Args)]
pub(crate) struct Listed {
    name: PluginId,
    /// How many rows, counted from the newest.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
}

pub(crate) async fn enable(app: &App, enable: &Enable, output: &Output) -> Result<()> {
    if enable.trust {
        app.trust_plugin(&enable.name).await.map_err(advised)?;
    }
    let standing = match decide(app, enable, output).await? {
        Decision::Grant => {
            grant::everything(app, &enable.name, output).await?;
            app.enable_plugin(&enable.name, ACTOR).await
        }
        Decision::AsGranted => app.enable_plugin_as_granted(&enable.name, ACTOR).await,
        Decision::Nothing => app.enable_plugin(&enable.name, ACTOR).await,
    };
    tell(&enable.name, standing, output)
}

/// What is to become of what a plugin asks for and was not granted.
enum Decision {
    Grant,
    AsGranted,
    /// There is nothing to decide, or nobody who does.
    Nothing,
}

/// As the options say; else as the person at the terminal says, who is shown each permission with its
/// purpose.
async fn decide(app: &App, enable: &Enable, output: &Output) -> Result<Decision> {
    if enable.grant {
        return Ok(Decision::Grant);
    }
    if enable.without_grants {
        return Ok(Decision::AsGranted);
    }
    let missing = app.missing_grants(&enable.name).await?;
    if missing.is_empty() {
        return Ok(Decision::Nothing);
    }
    output.note(&format!("plugin `{}` asks for what you have not granted:", enable.name));
    for permission in &missing {
        output.note(&format!("  {}", permission.told()));
    }
    let waits = app.manager().get(&enable.name).and_then(|info| info.reason);
    if waits != Some(Reason::AwaitingGrant) || output.is_json() {
        return Ok(Decision::Nothing);
    }
    match output.ask("grant all of it? [yes / no / without]")?.as_deref() {
        Some("y" | "yes") => Ok(Decision::Grant),
        Some("w" | "without") => Ok(Decision::AsGranted),
        _ => Ok(Decision::Nothing),
    }
}

pub(crate) async fn disable(app: &App, named: &Named, output: &Output) -> Result<()> {
    let standing = app.disable_plugin(&named.name, ACTOR).await;
    tell(&named.name, standing, output)
}

pub(crate) async fn reload(app: &App, named: &Named, output: &Output) -> Result<()> {
    let standing = app.reload_plugin(&named.name, ACTOR).await;
    tell(&named.name, standing, output)
}

fn tell(name: &PluginId, standing: Result<Standing, StartError>, output: &Output) -> Result<()> {
    let standing = standing.map_err(advised)?;
    if output.is_json() {
        return output.json(&Outcome::new(name, &standing));
    }
    let word = if standing.state == State::Active { "ready" } else { "not ready" };
    match standing.state {
        State::Disabled => output.line(&format!("plugin `{name}` is switched off")),
        _ => output.line(&format!("plugin `{name}` is {word}: {standing}")),
    }
    if let Some(hint) = standing.reason.and_then(|reason| reason.hint(name.as_str()))
        && standing.state != State::Disabled
    {
        output.note(&format!("hint: {hint}"));
    }
    Ok(())
}

/// With what the user can do about it.
pub(super) fn advised(error: StartError) -> anyhow::Error {
    match error.hint() {
        Some(hint) => Advised { message: error.to_string(), hint }.into(),
        None => error.into(),
    }
}

pub(crate) async fn history(app: &App, listed: &Listed, output: &Output) -> Result<()> {
    known(app, &listed.name)?;
    let steps = app.plugin_history(&listed.name, listed.limit).await;
    let mut steps = steps.context("reading the plugin's history")?;
    steps.reverse();
    if output.is_json() {
        return output.json(&steps);
    }
    let rows = steps.into_iter().map(|step| {
        vec![
            step.at,
            step.event,
            format!("{} → {}", step.from, step.to),
            step.reason.unwrap_or_default(),
            step.actor,
            step.version.unwrap_or_default(),
        ]
    });
    let columns = [
        Column::Left("when"),
        Column::Left("event"),
        Column::Left("state"),
        Column::Left("why"),
        Column::Left("by"),
        Column::Left("version"),
    ];
    output.table(&columns, rows.collect(), "nothing happened to it yet");
    Ok(())
}

pub(crate) async fn logs(app: &App, listed: &Listed, output: &Output) -> Result<()> {
    known(app, &listed.name)?;
    let entries = app.plugin_logs(&listed.name, listed.limit).await;
    let mut entries = entries.context("reading the plugin's log")?;
    entries.reverse();
    if output.is_json() {
        return output.json(&entries);
    }
    if entries.is_empty() {
        output.note("it logged nothing yet");
    }
    for entry in entries {
        output.line(&format!("{} {:7} {}", entry.at, entry.level, entry.message));
    }
    Ok(())
}

/// Refuses the name of a plugin that there isn't.
pub(super) fn known(app: &App, name: &PluginId) -> Result<()> {
    if app.manager().get(name).is_some() {
        return Ok(());
    }
    Err(advised(StartError::Unknown { plugin: name.clone(), known: app.manager().names() }))
}
