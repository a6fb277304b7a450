//! `stonks show diversification`: what the portfolio is made of.

use std::collections::BTreeSet;

use anyhow::Result;
use stonks_app::reports::DiversificationReport;

use super::{or_dash, tell_reasons};
use crate::output::{Column, Output};

pub(super) fn show(report: &DiversificationReport, output: &Output) -> Result<()> {
    if output.is_json() {
        return output.json(&report.groups);
    }
    let mut last = None;
    let rows = report.groups.iter().map(|row| {
        // The division is named where it begins.
        let by = if last == Some(row.by) { String::new() } else { row.by.to_string() };
        last = Some(row.by);
        let share = row.share_percent.as_ref().map(|share| format!("{share} %"));
        vec![by, row.label(), or_dash(row.value.as_ref()), or_dash(share.as_ref())]
    });
    let columns =
        [Column::Left("by"), Column::Left("group"), Column::Right("value"), Column::Right("share")];
    let rows = rows.collect();
    output.table(
        &columns,
        rows,
        "nothing is held; import your broker's files with `stonks import`",
    );
    let value = or_dash(report.total.value.as_ref());
    output.line(&format!("as of {}, in {}: value {value}", report.as_of, report.base_currency));
    let told = report.groups.iter().flat_map(|row| &row.reasons).chain(&report.total.reasons);
    let told: BTreeSet<&String> = told.collect();
    tell_reasons(&told.into_iter().cloned().collect::<Vec<_>>(), output);
    Ok(())
}
