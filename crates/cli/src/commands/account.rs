//! `stonks account`: the user's accounts.

mod beside;
mod costs;
mod secrets;

use std::collections::BTreeMap;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Subcommand};
use stonks_app::{App, NewAccount};
use stonks_core::account::AccountName;
use stonks_plugin::PluginId;

use crate::config::GlobalOptions;
use crate::output::{Column, Output};

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Add an account.
    Add(Add),
    /// List the accounts.
    List,
    /// Set how an account counts costs.
    Set(costs::Set),
    /// List the lots that a sale could use, and name those that it uses.
    Lots(costs::LotOptions),
    /// Say from what a spin-off came, and how much of its cost goes along.
    SpinOff(costs::SpinOff),
    /// Set, list and remove credentials.
    #[command(subcommand)]
    Secrets(secrets::Command),
    /// Let another plugin feed an account beside the one that counts, to compare the two.
    Beside(beside::Options),
    /// Make the plugin beside an account the one that counts; the other goes on beside it.
    CutOver(beside::CutOver),
    /// Remove an account, with its secrets and all that was imported into it.
    Remove(Remove),
}

#[derive(Args)]
pub(crate) struct Add {
    /// How you call it.
    name: AccountName,
    /// The plugin that reads its files; `stonks plugin list` names them.
    #[arg(long, value_name = "ID")]
    plugin: PluginId,
    /// A setting of the plugin; may be given several times.
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = setting)]
    settings: Vec<(String, String)>,
    /// Which lots a sale releases.
    #[arg(long, value_enum, default_value_t = costs::Method::Fifo)]
    cost_method: costs::Method,
}

#[derive(Args)]
pub(crate) struct Remove {
    name: AccountName,
}

pub(crate) fn setting(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("`KEY=VALUE` is expected")?;
    Ok((key.to_owned(), value.to_owned()))
}

pub(crate) async fn run(
    global: &GlobalOptions,
    command: Command,
    output: &Output,
) -> Result<ExitCode> {
    let app = global.open().await?;
    let done = match command {
        Command::Add(options) => add(&app, options, output).await,
        Command::List => list(&app, output).await,
        Command::Set(options) => costs::set(&app, &options, output).await,
        Command::Lots(options) => costs::lots(&app, &options, output).await,
        Command::SpinOff(options) => costs::spin_off(&app, &options, output).await,
        Command::Secrets(command) => secrets::run(&app, &command, output).await,
        Command::Beside(options) => beside::run(&app, options, output).await,
        Command::CutOver(options) => beside::cut_over(&app, &options, output).await,
        Command::Remove(options) => remove(&app, &options, output).await,
    };
    app.close().await;
    done.map(|()| ExitCode::SUCCESS)
}

async fn add(app: &App, options: Add, output: &Output) -> Result<()> {
    let new = NewAccount {
        name: options.name,
        plugin: options.plugin,
        settings: options.settings.into_iter().collect::<BTreeMap<_, _>>(),
        cost_method: options.cost_method.into(),
    };
    let account = app.add_account(new).await?;
    if output.is_json() {
        return output.json(&account);
    }
    output.line(&format!("added account `{}`, read by `{}`", account.name, account.plugin));
    Ok(())
}

async fn list(app: &App, output: &Output) -> Result<()> {
    let accounts = app.accounts().await?;
    if output.is_json() {
        return output.json(&accounts);
    }
    let rows = accounts.iter().map(|account| {
        let settings = account.settings.iter().map(|(key, value)| format!("{key}={value}"));
        vec![
            account.name.to_string(),
            account.plugin.to_string(),
            costs::told(account),
            settings.collect::<Vec<_>>().join(" "),
        ]
    });
    let columns = [
        Column::Left("account"),
        Column::Left("plugin"),
        Column::Left("cost"),
        Column::Left("settings"),
    ];
    let empty = "there are no accounts; add one with `stonks account add NAME --plugin ID`";
    output.table(&columns, rows.collect(), empty);
    Ok(())
}

async fn remove(app: &App, options: &Remove, output: &Output) -> Result<()> {
    app.remove_account(&options.name).await?;
    if output.is_json() {
        return output.json(&serde_json::json!({ "removed": options.name }));
    }
    output.line(&format!("removed account `{}`", options.name));
    Ok(())
}
