//! `stonks plugin compare`: on which days, and in which figures, two feeds of an account differ.

use anyhow::Result;
use clap::Args;
use jiff::civil::Date;
use stonks_app::{App, ComparisonReport, DifferenceRow};
use stonks_core::account::AccountName;
use stonks_plugin::PluginId;

use crate::output::{Column, Output};

#[derive(Args)]
pub(crate) struct Options {
    /// One plugin that feeds the account.
    left: PluginId,
    /// The other.
    right: PluginId,
    /// The account that both feed.
    #[arg(long, value_name = "NAME")]
    account: AccountName,
    /// Up to and with this day [default: today].
    #[arg(long, value_name = "DATE")]
    as_of: Option<Date>,
}

pub(crate) async fn run(app: &App, options: &Options, output: &Output) -> Result<()> {
    app.map_facts().await?;
    let plugins = (&options.left, &options.right);
    let report = app.compare(&options.account, plugins, options.as_of).await?;
    if output.is_json() {
        return output.json(&report);
    }
    tell(&report, output);
    Ok(())
}

fn tell(report: &ComparisonReport, output: &Output) {
    let ComparisonReport { account, left, right, as_of, .. } = report;
    let Some(first) = report.first_difference else {
        output.line(&format!(
            "`{left}` and `{right}` agree about `{account}` on every day up to {as_of}"
        ));
        return;
    };
    output.line(&format!("`{left}` and `{right}` differ about `{account}` since {first}"));
    let shown = |amount: &Option<String>| amount.clone().unwrap_or_else(|| "no value".to_owned());
    let row = |told: &DifferenceRow| {
        vec![
            told.figure.to_owned(),
            told.of.clone(),
            told.from.to_string(),
            told.through.to_string(),
            shown(&told.left),
            shown(&told.right),
            told.difference.clone().unwrap_or_default(),
        ]
    };
    let (of_left, of_right) = (left.to_string(), right.to_string());
    let columns = [
        Column::Left("figure"),
        Column::Left("of"),
        Column::Left("from"),
        Column::Left("through"),
        Column::Right(&of_left),
        Column::Right(&of_right),
        Column::Right("difference"),
    ];
    output.table(&columns, report.differences.iter().map(row).collect(), "there is no difference");
}
