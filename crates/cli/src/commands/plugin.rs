//! `stonks plugin`: what plugins there are, and what is to be said about them.

mod bridge;
mod build;
mod compare;
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
use stonks_app::App;

use crate::config::GlobalOptions;
use crate::output::Output;

#[derive(Subcommand)]
pub(crate) enum Command {
    #[command(flatten)]
    Installed(Installed),
    /// Judge plugins in folders: manifest and component, without running anything.
    Validate(validate::Options),
    /// Build a plugin, and put what is to be installed into a folder.
    Build(build::Options),
    /// Build a plugin, run it, and do so again whenever a file of it is saved.
    Dev(dev::Options),
}

/// What is asked of the plugins of this installation.
#[derive(Subcommand)]
pub(crate) enum Installed {
    /// List the plugins: all, or those that fit every option given.
    List(list::Options),
    /// Describe a plugin.
    Info(info::Options),
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
    /// Hold two plugins that feed one account against each other, day by day.
    Compare(compare::Options),
    /// Make plugins of the brokers of an old installation, which answer there.
    Bridge(bridge::Options),
}

pub(crate) async fn run(
    global: &GlobalOptions,
    command: Command,
    output: &Output,
) -> Result<ExitCode> {
    match command {
        // Judged and built apart from the user's data.
        Command::Build(options) => build::run(global, &options, output).await,
        Command::Validate(options) => validate::run(&options, output),
        Command::Dev(options) => {
            dev::run(global, &options, output).await.map(|()| ExitCode::SUCCESS)
        }
        Command::Installed(command) => {
            let app = global.open().await?;
            let done = answer(&app, command, output).await;
            app.close().await;
            done.map(|()| ExitCode::SUCCESS)
        }
    }
}

async fn answer(app: &App, command: Installed, output: &Output) -> Result<()> {
    match command {
        Installed::Enable(options) => lifecycle::enable(app, &options, output).await,
        Installed::Disable(named) => lifecycle::disable(app, &named, output).await,
        Installed::Reload(named) => lifecycle::reload(app, &named, output).await,
        Installed::History(listed) => lifecycle::history(app, &listed, output).await,
        Installed::Logs(listed) => lifecycle::logs(app, &listed, output).await,
        Installed::Set(options) => settings::set(app, options, output).await,
        Installed::Middleware(options) => settings::middleware(app, options, output).await,
        Installed::Grant(options) => grant::run(app, options, output).await,
        Installed::Revoke(options) => revoke::run(app, options, output).await,
        Installed::Egress(options) => egress::run(app, &options, output).await,
        Installed::Compare(options) => compare::run(app, &options, output).await,
        Installed::Bridge(options) => bridge::run(app, &options, output).await,
        Installed::Health(options) => health::run(app, &options, output).await,
        Installed::List(options) => list::run(app, &options, output),
        Installed::Info(options) => info::run(app, &options, output).await,
    }
}
