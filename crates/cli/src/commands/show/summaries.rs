//! Sums of lists: dividends and fees by year.

use anyhow::Result;
use stonks_app::reports::{DividendSummary, FeeSummary};

use super::{or_dash, tell_reasons};
use crate::output::{Column, Output};

const NOTHING: &str = "there is nothing to show";

pub(super) fn dividends(summary: &DividendSummary, output: &Output) -> Result<()> {
    if output.is_json() {
        return output.json(summary);
    }
    output.line(&format!("as of {}, in {}", summary.as_of, summary.base_currency));
    let figure = |label: &str, figure: Option<&String>| {
        output.line(&format!("{label:<24}{:>16}", or_dash(figure)));
    };
    figure("received, before taxes", summary.gross.as_ref());
    figure("tax withheld", summary.tax.as_ref());
    figure("received", summary.net.as_ref());
    figure("announced", summary.announced.as_ref());
    figure("forecast", summary.forecast.as_ref());
    figure("yield", summary.r#yield.map(|rate| format!("{:.2} %", rate * 100.0)).as_ref());
    output.line("");
    let columns = [
        Column::Left("year"),
        Column::Right("payments"),
        Column::Right("gross"),
        Column::Right("tax"),
        Column::Right("net"),
    ];
    let rows = summary.years.iter().map(|year| {
        vec![
            year.year.to_string(),
            year.payments.to_string(),
            or_dash(year.gross.as_ref()),
            or_dash(year.tax.as_ref()),
            or_dash(year.net.as_ref()),
        ]
    });
    output.table(&columns, rows.collect(), NOTHING);
    tell_reasons(&summary.reasons, output);
    Ok(())
}

pub(super) fn fees(summary: &FeeSummary, output: &Output) -> Result<()> {
    if output.is_json() {
        return output.json(summary);
    }
    let total = or_dash(summary.total.as_ref());
    output.line(&format!(
        "as of {}, in {}: {total}, {} in all",
        summary.as_of, summary.base_currency, summary.count
    ));
    let columns = [
        Column::Left("class"),
        Column::Right("count"),
        Column::Right("amount"),
        Column::Right("share"),
    ];
    let rows = summary.classes.iter().map(|class| {
        let share = class.share_percent.as_ref().map(|share| format!("{share} %"));
        vec![
            class.kind.to_string(),
            class.count.to_string(),
            or_dash(class.amount.as_ref()),
            or_dash(share.as_ref()),
        ]
    });
    output.table(&columns, rows.collect(), NOTHING);
    let columns = [Column::Left("year"), Column::Right("count"), Column::Right("amount")];
    let rows = summary.years.iter().map(|year| {
        vec![year.year.to_string(), year.count.to_string(), or_dash(year.amount.as_ref())]
    });
    output.line("");
    output.table(&columns, rows.collect(), NOTHING);
    tell_reasons(&summary.reasons, output);
    Ok(())
}
