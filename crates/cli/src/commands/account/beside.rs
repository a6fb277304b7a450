//! `stonks account beside|cut-over`: two plugins that feed one account.

use anyhow::Result;
use clap::Args;
use serde_json::json;
use stonks_app::{App, Beside};
use stonks_core::account::AccountName;
use stonks_plugin::PluginId;

use crate::output::Output;

#[derive(Args)]
pub(crate) struct Options {
    /// The account.
    name: AccountName,
    /// The plugin that is to feed it beside; without one, what feeds it is shown.
    #[arg(long, value_name = "ID", conflicts_with = "remove")]
    plugin: Option<PluginId>,
    /// A setting of that plugin; may be given several times.
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = super::setting, requires = "plugin")]
    settings: Vec<(String, String)>,
    /// End it, and forget what was delivered beside.
    #[arg(long)]
    remove: bool,
}

#[derive(Args)]
pub(crate) struct CutOver {
    /// The account.
    name: AccountName,
    /// The plugin that is to count.
    #[arg(long, value_name = "ID")]
    to: PluginId,
}

pub(crate) async fn run(app: &App, options: Options, output: &Output) -> Result<()> {
    let Options { name, plugin, settings, remove } = options;
    if remove {
        let ended = app.end_beside(&name).await?;
        if output.is_json() {
            return output.json(&json!({ "removed": ended }));
        }
        output.line(&format!("account `{name}` is fed by `{}` alone", ended.counting));
        return Ok(());
    }
    let beside = match plugin {
        Some(plugin) => Some(app.put_beside(&name, &plugin, settings.into_iter().collect()).await?),
        None => app.beside(&name).await?,
    };
    if output.is_json() {
        return output.json(&beside);
    }
    match beside {
        Some(beside) => tell(&beside, output),
        None => {
            let plugin = app.account(&name).await?.plugin;
            output.line(&format!("account `{name}` is fed by `{plugin}` alone"));
        }
    }
    Ok(())
}

pub(crate) async fn cut_over(app: &App, options: &CutOver, output: &Output) -> Result<()> {
    let beside = app.cut_over(&options.name, &options.to).await?;
    if output.is_json() {
        return output.json(&beside);
    }
    tell(&beside, output);
    let Beside { account, beside, .. } = &beside;
    output.note(&format!("go back with `stonks account cut-over {account} --to {beside}`"));
    Ok(())
}

fn tell(told: &Beside, output: &Output) {
    let Beside { account, counting, beside, .. } = told;
    output.line(&format!("account `{account}`: `{counting}` counts, `{beside}` is beside it"));
}
