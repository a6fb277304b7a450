//! `stonks plugin revoke`: takes grants back, at once.

use anyhow::Result;
use clap::Args;
use stonks_app::App;
use stonks_plugin::PluginId;

use super::grant::{What, list};
use crate::output::{Advised, Output};

#[derive(Args)]
pub(crate) struct Revoke {
    name: PluginId,
    #[command(flatten)]
    what: What,
}

pub(crate) async fn run(app: &App, revoke: Revoke, output: &Output) -> Result<()> {
    let Revoke { name, what } = revoke;
    if what.is_empty() {
        let message = "nothing was named that is to be taken back".to_owned();
        let hint = "name `--all`, `--http HOST`, `--storage` or `--allow-address ADDRESS:PORT`";
        return Err(Advised { message, hint: hint.to_owned() }.into());
    }
    app.revoke(&name, &what.selection(None)).await?;
    list(&app.permissions(&name).await?, output)
}
