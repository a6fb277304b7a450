//! `stonks alert`: what was told of plugins, and the webhooks to which it is sent.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Args, Subcommand};
use stonks_app::App;
use stonks_app::alerts::{Alert, NewWebhook, Webhook};

use crate::config::GlobalOptions;
use crate::output::{Advised, Column, Output};

/// Who is said to have done what is done on the command line.
const ACTOR: &str = "command line";

/// One byte more than a secret may have is enough to have it refused.
const MOST_SECRET_BYTES: u64 = 4_200;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// List what was told of plugins, the newest first.
    List(List),
    /// Note that you have seen an alert.
    Acknowledge {
        /// As the list tells it.
        id: i64,
    },
    /// Say where else alerts are sent.
    #[command(subcommand)]
    Webhook(WebhookCommand),
}

#[derive(Args)]
pub(crate) struct List {
    /// Of one plugin.
    #[arg(long, value_name = "NAME")]
    plugin: Option<String>,
    /// Only what is neither over nor acknowledged.
    #[arg(long)]
    open: bool,
    /// How many rows, counted from the newest.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
}

#[derive(Subcommand)]
pub(crate) enum WebhookCommand {
    /// Send alerts to one more address from now on.
    Add {
        /// https://… or http://…; may lead to this machine.
        url: String,
        /// What is in this file signs what is sent; it is copied into the data directory.
        #[arg(long, value_name = "FILE")]
        secret_file: Option<PathBuf>,
    },
    /// List the addresses, and how they fare.
    List,
    /// Send nothing more to an address.
    Remove {
        /// As the list tells it.
        id: i64,
    },
    /// Send something to an address now that is no alert.
    Test {
        /// As the list tells it.
        id: i64,
    },
}

pub(crate) async fn run(
    global: &GlobalOptions,
    command: Command,
    output: &Output,
) -> Result<ExitCode> {
    let app = global.open().await?;
    let done = answer(&app, command, output).await;
    app.close().await;
    done.map(|()| ExitCode::SUCCESS)
}

async fn answer(app: &App, command: Command, output: &Output) -> Result<()> {
    match command {
        Command::List(options) => list(app, &options, output).await,
        Command::Acknowledge { id } => acknowledge(app, id, output).await,
        Command::Webhook(WebhookCommand::Add { url, secret_file }) => {
            add(app, &url, secret_file.as_deref(), output).await
        }
        Command::Webhook(WebhookCommand::List) => tell_webhooks(&app.webhooks().await?, output),
        Command::Webhook(WebhookCommand::Remove { id }) => {
            app.remove_webhook(id).await?;
            tell_webhooks(&app.webhooks().await?, output)
        }
        Command::Webhook(WebhookCommand::Test { id }) => {
            app.test_webhook(id).await?;
            let webhook = app.webhook(id).await?;
            if output.is_json() {
                return output.json(&webhook);
            }
            output.line(&format!("webhook {id} took what was sent to it"));
            Ok(())
        }
    }
}

async fn list(app: &App, options: &List, output: &Output) -> Result<()> {
    let plugin = options.plugin.as_deref();
    let alerts: Vec<Alert> = if options.open {
        app.open_alerts(plugin).await?.into_iter().take(options.limit as usize).collect()
    } else {
        app.alerts(plugin, options.limit).await?
    };
    if output.is_json() {
        return output.json(&alerts);
    }
    let rows = alerts.into_iter().map(|alert| {
        let seen = match (&alert.resolved_at, &alert.acknowledged_by) {
            (Some(_), _) => "over".to_owned(),
            (None, Some(by)) => format!("acknowledged by {by}"),
            (None, None) => "open".to_owned(),
        };
        let id = alert.id.to_string();
        vec![id, alert.at, alert.plugin, alert.kind.to_string(), seen, alert.reasons.join("; ")]
    });
    let columns = [
        Column::Right("alert"),
        Column::Left("when"),
        Column::Left("plugin"),
        Column::Left("what"),
        Column::Left("state"),
        Column::Left("why"),
    ];
    let empty = if options.open { "no alert is open" } else { "nothing was told so far" };
    output.table(&columns, rows.collect(), empty);
    Ok(())
}

async fn acknowledge(app: &App, id: i64, output: &Output) -> Result<()> {
    if !app.acknowledge_alert(id, ACTOR).await? {
        let hint = "`stonks alert list` tells which there are".to_owned();
        return Err(Advised { message: format!("there is no alert {id}"), hint }.into());
    }
    output.note(&format!("alert {id} is acknowledged"));
    Ok(())
}

async fn add(app: &App, url: &str, secret_file: Option<&Path>, output: &Output) -> Result<()> {
    let secret = secret_file.map(read).transpose()?;
    let new = NewWebhook::new(url, secret.as_deref())?;
    if new.is_plain() {
        output.warn("http is not encrypted: whoever is on the way can read what is sent");
    }
    let added = app.add_webhook(new).await?;
    if output.is_json() {
        return output.json(&added);
    }
    let id = added.id;
    output.line(&format!("webhook {id} is added: alerts are sent there while a server runs"));
    output.note(&format!("see whether it takes them with `stonks alert webhook test {id}`"));
    Ok(())
}

fn read(file: &Path) -> Result<Vec<u8>> {
    let mut secret = Vec::new();
    File::open(file)
        .and_then(|file| file.take(MOST_SECRET_BYTES).read_to_end(&mut secret))
        .with_context(|| format!("reading `{}`", file.display()))?;
    Ok(secret)
}

fn tell_webhooks(webhooks: &[Webhook], output: &Output) -> Result<()> {
    if output.is_json() {
        return output.json(&webhooks);
    }
    let rows = webhooks.iter().map(|webhook| {
        let state = match (&webhook.failing_since, &webhook.last_error, &webhook.delivered_at) {
            (Some(since), Some(error), _) => format!("failing since {since}: {error}"),
            (Some(since), None, _) => format!("failing since {since}"),
            (None, _, Some(at)) => format!("reached {at}"),
            (None, _, None) => "nothing sent yet".to_owned(),
        };
        let signed = if webhook.is_signed { "yes" } else { "no" };
        let (id, waiting) = (webhook.id.to_string(), webhook.n_waiting.to_string());
        vec![id, webhook.url.clone(), signed.to_owned(), waiting, state]
    });
    let columns = [
        Column::Right("webhook"),
        Column::Left("URL"),
        Column::Left("signed"),
        Column::Right("on the way"),
        Column::Left("state"),
    ];
    output.table(&columns, rows.collect(), "alerts are sent nowhere");
    Ok(())
}
