//! `stonks sync`: lets plugins fetch what is new.

use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::Args;
use jiff::civil::Date;
use stonks_app::{Account, App, Mode};
use stonks_core::account::AccountName;
use stonks_plugin::PluginId;

use super::{import, plugin};
use crate::config::GlobalOptions;
use crate::output::Output;

#[derive(Args)]
pub(crate) struct Options {
    /// One account instead of all: its plugin fetches what the broker knows.
    #[arg(long, value_name = "NAME", conflicts_with = "plugin")]
    account: Option<AccountName>,
    /// A plugin that fetches what belongs to no account: exchange rates, quotes.
    #[arg(long, value_name = "ID")]
    plugin: Option<PluginId>,
    /// From this day on [default: of an account all that there is, of a plugin from the last day that is
    /// known].
    #[arg(long, value_name = "DATE")]
    since: Option<Date>,
    /// Grant the plugin all that it asks for, before anything is fetched.
    #[arg(long)]
    grant: bool,
    /// Fetch from the accounts, and store nothing.
    #[arg(long, conflicts_with = "plugin")]
    dry_run: bool,
}

pub(crate) async fn run(
    global: &GlobalOptions,
    options: Options,
    output: &Output,
) -> Result<ExitCode> {
    let app = global.open().await?;
    let done = match &options.plugin {
        Some(plugin) => of_plugin(&app, plugin, &options, output).await.map(|()| ExitCode::SUCCESS),
        None => of_accounts(&app, &options, output).await,
    };
    app.close().await;
    done
}

async fn of_plugin(app: &App, plugin: &PluginId, options: &Options, output: &Output) -> Result<()> {
    if options.grant {
        plugin::grant::everything(app, plugin, output).await?;
    }
    let report = app.sync_plugin(plugin, options.since).await?;
    if output.is_json() {
        return output.json(&report);
    }
    import::tell(&report, output);
    Ok(())
}

/// One account that fails stops no other; 1 where any did.
async fn of_accounts(app: &App, options: &Options, output: &Output) -> Result<ExitCode> {
    let accounts = match &options.account {
        Some(name) => vec![app.account(name).await?],
        None => fetching(app).await?,
    };
    if accounts.is_empty() {
        output.note("no account has a plugin that fetches; import files with `stonks import`");
    }
    let mode = if options.dry_run { Mode::DryRun } else { Mode::Store };
    let (mut reports, mut code) = (Vec::new(), ExitCode::SUCCESS);
    for account in accounts {
        let synced = async {
            if options.grant {
                plugin::grant::everything(app, &account.plugin, output).await?;
            }
            let mut reports = Vec::new();
            // Of two that feed one account, the one that counts may read files only.
            if app.fetches(&account.plugin) {
                reports.push(app.sync_account(&account.name, options.since, mode).await?);
            }
            reports.extend(app.sync_beside(&account.name, options.since, mode).await?);
            if reports.is_empty() {
                bail!(
                    "`{}`, the plugin of account `{}`, fetches nothing",
                    account.plugin,
                    account.name
                );
            }
            anyhow::Ok(reports)
        };
        match synced.await {
            Ok(both) => reports.extend(both),
            Err(error) if options.account.is_some() => return Err(error),
            Err(error) => {
                output.warn(&format!("account `{}`: {error:#}", account.name));
                code = ExitCode::FAILURE;
            }
        }
    }
    if output.is_json() {
        output.json(&reports)?;
        return Ok(code);
    }
    for report in &reports {
        import::tell(report, output);
    }
    Ok(code)
}

/// Accounts whose plugin fetches anything.
async fn fetching(app: &App) -> Result<Vec<Account>> {
    let mut fetching = Vec::new();
    for account in app.accounts().await? {
        let beside = app.beside(&account.name).await?;
        let feeds = [Some(&account.plugin), beside.as_ref().map(|beside| &beside.beside)];
        if feeds.into_iter().flatten().any(|plugin| app.fetches(plugin)) {
            fetching.push(account);
        }
    }
    Ok(fetching)
}
