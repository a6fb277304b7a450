//! `stonks`: the command tree. Everything is called here, and done elsewhere.

mod built_ins;
mod commands;
mod config;
mod output;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use commands::{account, alert, doctor, explain, import, migrate, plugin, serve, show, sync};
use config::GlobalOptions;
use output::Output;

/// Tracks a portfolio over several brokers, on your own machine.
#[derive(Parser)]
#[command(name = "stonks", version, about, disable_help_subcommand = true)]
struct Arguments {
    #[command(flatten)]
    global: GlobalOptions,

    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the web page.
    Serve(serve::Options),
    /// Add, list and remove accounts, and set how they count costs.
    #[command(subcommand)]
    Account(account::Command),
    /// Import files that a broker gave you.
    Import(import::Options),
    /// Let a plugin fetch what is new.
    Sync(sync::Options),
    /// Bring an installation of the Python system along.
    #[command(subcommand)]
    Migrate(migrate::Command),
    /// Show figures and lists.
    #[command(subcommand)]
    Show(show::Command),
    /// Tell how a figure came to be, down to the rows of files.
    Explain(explain::Options),
    /// Look for what is wrong: storage, plugins, rates, and figures that differ from a broker's own.
    Doctor,
    /// List, describe and judge plugins.
    #[command(subcommand)]
    Plugin(plugin::Command),
    /// What was told of plugins, and who else is told.
    #[command(subcommand)]
    Alert(alert::Command),
}

fn main() -> ExitCode {
    // Before anything else is read: what compiles a stranger's component needs nothing of the user's.
    if std::env::args_os().nth(1).is_some_and(|first| first == config::COMPILE) {
        return stonks_host::compile::serve(
            std::io::stdin().lock(),
            std::io::stdout().lock(),
            std::io::stderr().lock(),
        )
        .into();
    }
    if std::env::args_os().nth(1).is_some_and(|first| first == config::CONFINE) {
        return stonks_host::confine::serve(std::env::args_os().skip(2), std::io::stdout().lock());
    }
    let arguments = Arguments::parse();
    let output = Output::new(arguments.global.json);
    config::start_log(arguments.global.verbose);
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return output.fail(&error.into()),
    };
    let done = runtime.block_on(async {
        let global = &arguments.global;
        match arguments.command {
            Command::Serve(options) => serve::run(global, &options, &output).await,
            Command::Account(command) => account::run(global, command, &output).await,
            Command::Import(options) => import::run(global, options, &output).await,
            Command::Sync(options) => sync::run(global, options, &output).await,
            Command::Migrate(command) => migrate::run(global, command, &output).await,
            Command::Show(command) => show::run(global, command, &output).await,
            Command::Explain(options) => explain::run(global, options, &output).await,
            Command::Doctor => doctor::run(global, &output).await,
            Command::Plugin(command) => plugin::run(global, command, &output).await,
            Command::Alert(command) => alert::run(global, command, &output).await,
        }
    });
    match done {
        Ok(code) => code,
        Err(error) => output.fail(&error),
    }
}
