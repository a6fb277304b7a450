//! `stonks account secrets`: credentials of an account. They are typed or piped in, and never shown.

use std::io::{self, Read};

use anyhow::{Context, Result};
use clap::{Args, Subcommand};
use stonks_app::{App, Secret};
use stonks_core::account::AccountName;

use crate::output::{Column, Output};

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Seal a secret in the vault, in place of the one that was there.
    ///
    /// It is asked for at a terminal, without being shown, or else read from the standard input; the last end
    /// of line isn't part of it.
    Set(Place),
    /// List the keys of an account's secrets and when each was set, never a value.
    List {
        /// The account.
        name: AccountName,
    },
    /// Forget a secret.
    Remove(Place),
}

#[derive(Args)]
pub(crate) struct Place {
    /// The account.
    name: AccountName,
    /// The key, as the manifest of the account's plugin has it in `credentials`.
    key: String,
}

pub(crate) async fn run(app: &App, command: &Command, output: &Output) -> Result<()> {
    match command {
        Command::Set(place) => set(app, place, output).await,
        Command::List { name } => list(app, name, output).await,
        Command::Remove(place) => remove(app, place, output).await,
    }
}

async fn set(app: &App, Place { name, key }: &Place, output: &Output) -> Result<()> {
    let secret = match output.ask_hidden(&format!("{key} of `{name}`:"))? {
        Some(typed) => Secret::new(typed),
        None => piped()?,
    };
    let info = app.set_account_secret(name, key, &secret).await?;
    if output.is_json() {
        return output
            .json(&serde_json::json!({ "account": name, "key": info.key, "set_at": info.set_at }));
    }
    output.line(&format!("sealed `{key}` of account `{name}`"));
    Ok(())
}

fn piped() -> Result<Secret> {
    // One byte more than a secret may have is enough to have it refused.
    let most = Secret::MOST_BYTES as u64 + 3;
    let mut bytes = Vec::new();
    io::stdin().lock().take(most).read_to_end(&mut bytes).context("reading the secret")?;
    Ok(Secret::from_line(bytes))
}

async fn list(app: &App, name: &AccountName, output: &Output) -> Result<()> {
    let secrets = app.account_secrets(name).await?;
    if output.is_json() {
        return output.json(&secrets);
    }
    let rows = secrets.into_iter().map(|info| vec![info.key, info.set_at]);
    let columns = [Column::Left("key"), Column::Left("set at")];
    let empty = "the account has no secrets; `stonks account secrets set NAME KEY` sets one";
    output.table(&columns, rows.collect(), empty);
    Ok(())
}

async fn remove(app: &App, Place { name, key }: &Place, output: &Output) -> Result<()> {
    app.remove_account_secret(name, key).await?;
    if output.is_json() {
        return output.json(&serde_json::json!({ "account": name, "removed": key }));
    }
    output.line(&format!("forgot `{key}` of account `{name}`"));
    Ok(())
}
