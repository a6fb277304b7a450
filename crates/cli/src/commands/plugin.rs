//! `stonks plugin`: what plugins there are, and what is to be said about them.

mod dev;
mod egress;
pub(crate) mod grant;
mod health;
mod info;
mod lifecycle;
mod list;
mod revoke;
mod settings;
mod validate;

use std::process::ExitCode;

use anyhow::Result;
use clap::Subcommand;

use crate::config::GlobalOptions;
use crate::output::Output;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// List the plugins: all, or those that fit every option given.
    List(list::Options),
    /// Describe a plugin.
    Info(info::Options),
    /// Judge plugins in folders: manifest and component, without running anything.
    Validate(validate::Options),
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
    /// Set what holds for a plugin in all accounts, or show it.
    Set(settings::Set),
    /// Name the middleware through which facts go, in order, or show it.
    Middleware(settings::Middleware),
    /// Show what a plugin asks for and why, and grant it.
    Grant(grant::Grant),
    /// Take back what was granted, at once.
    Revoke(revoke::Revoke),
    /// List what a plugin sent.
    Egress(egress::Egress),
    /// How a plugin fares, and what holds as well.
    Health(health::Options),
}

pub(crate) async fn run(
    global: &GlobalOptions,
    command: Command,
    output: &Output,
) -> Result<ExitCode> {
    match command {
        Command::Validate(options) => return validate::run(&options, output),
        Command::Enable(named) => lifecycle::enable(global, &named, output).await?,
        Command::Disable(named) => lifecycle::disable(global, &named, output).await?,
        Command::Reload(named) => lifecycle::reload(global, &named, output).await?,
        Command::History(listed) => lifecycle::history(global, &listed, output).await?,
        Command::Logs(listed) => lifecycle::logs(global, &listed, output).await?,
        Command::Dev(options) => dev::run(global, &options, output).await?,
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
        Command::Grant(options) => {
            let app = global.open().await?;
            let done = grant::run(&app, options, output).await;
            app.close().await;
            done?;
        }
        Command::Revoke(options) => {
            let app = global.open().await?;
            let done = revoke::run(&app, options, output).await;
            app.close().await;
            done?;
        }
        Command::Egress(options) => {
            let app = global.open().await?;
            let done = egress::run(&app, &options, output).await;
            app.close().await;
            done?;
        }
        Command::Health(options) => health::run(global, &options, output).await?,
        Command::List(options) => list::run(global, &options, output).await?,
        Command::Info(options) => info::run(global, &options, output).await?,
    }
    Ok(ExitCode::SUCCESS)
}
