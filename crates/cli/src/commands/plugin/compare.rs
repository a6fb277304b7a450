//! `stonks plugin compare`: on which days, and in which figures, two feeds of an account differ.

use anyhow::Result;
use clap::Args;
use jiff::civil::Date;
use stonks_app::{App, ComparisonReport, DifferenceRow, FigureDifference};
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
    /// Tell each run of days on which the two say the same two things, instead of one line for each figure.
    #[arg(long)]
    daily: bool,
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
    tell(&report, options.daily, output);
    Ok(())
}

fn tell(report: &ComparisonReport, daily: bool, output: &Output) {
    let ComparisonReport { account, left, right, as_of, .. } = report;
    let Some(first) = report.first_difference else {
        output.line(&format!(
            "`{left}` and `{right}` agree about `{account}` on every day up to {as_of}"
        ));
        return;
    };
    output.line(&format!("`{left}` and `{right}` differ about `{account}` since {first}"));
    if daily {
        runs(report, output);
    } else {
        figures(report, output);
    }
}

fn shown(amount: Option<&String>) -> String {
    amount.cloned().unwrap_or_else(|| "no value".to_owned())
}

/// One line for each figure: on how many days it differs, and by how much at last.
fn figures(report: &ComparisonReport, output: &Output) {
    let rows = report.figures().into_iter().map(|told| {
        let FigureDifference { since, until, n_days, last } = told;
        vec![
            last.figure.to_owned(),
            last.of.clone(),
            since.to_string(),
            until.map_or_else(|| "still".to_owned(), |day| day.to_string()),
            n_days.to_string(),
            shown(last.left.as_ref()),
            shown(last.right.as_ref()),
            last.difference.clone().unwrap_or_default(),
        ]
    });
    let (left, right) = (report.left.to_string(), report.right.to_string());
    let columns = [
        Column::Left("figure"),
        Column::Left("of"),
        Column::Left("since"),
        Column::Left("until"),
        Column::Right("days"),
        Column::Right(&left),
        Column::Right(&right),
        Column::Right("difference"),
    ];
    output.table(&columns, rows.collect(), "there is no difference");
    output.note("amounts are those of the last day that differs; `--daily` tells all days");
}

fn runs(report: &ComparisonReport, output: &Output) {
    let row = |told: &DifferenceRow| {
        vec![
            told.figure.to_owned(),
            told.of.clone(),
            told.from.to_string(),
            told.through.to_string(),
            shown(told.left.as_ref()),
            shown(told.right.as_ref()),
            told.difference.clone().unwrap_or_default(),
        ]
    };
    let (left, right) = (report.left.to_string(), report.right.to_string());
    let columns = [
        Column::Left("figure"),
        Column::Left("of"),
        Column::Left("from"),
        Column::Left("through"),
        Column::Right(&left),
        Column::Right(&right),
        Column::Right("difference"),
    ];
    output.table(&columns, report.differences.iter().map(row).collect(), "there is no difference");
}
