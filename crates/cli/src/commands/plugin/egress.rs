//! `stonks plugin egress`: what a plugin sent, and what became of it.

use anyhow::Result;
use clap::Args;
use stonks_app::App;
use stonks_plugin::PluginId;

use crate::output::{Column, Output};

#[derive(Args)]
pub(crate) struct Egress {
    name: PluginId,
    /// How many requests, the newest first.
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: u32,
}

pub(crate) async fn run(app: &App, egress: &Egress, output: &Output) -> Result<()> {
    // A plugin that isn't there any more still has its rows.
    let requests = app.egress(&egress.name, egress.limit).await?;
    if output.is_json() {
        return output.json(&requests);
    }
    let rows = requests.iter().map(|request| {
        vec![
            request.at.clone(),
            request.method.clone(),
            format!("{}{}", request.host, request.path),
            request.status.map(|status| status.to_string()).unwrap_or_default(),
            request.bytes.to_string(),
            request.milliseconds.to_string(),
            request.problem.clone().unwrap_or_default(),
        ]
    });
    let columns = [
        Column::Left("time"),
        Column::Left("method"),
        Column::Left("host and path"),
        Column::Right("status"),
        Column::Right("bytes"),
        Column::Right("ms"),
        Column::Left("problem"),
    ];
    output.table(&columns, rows.collect(), "it has sent nothing");
    Ok(())
}
