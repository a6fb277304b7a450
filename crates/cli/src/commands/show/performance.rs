//! `stonks show performance`: returns over a period.

use anyhow::Result;
use clap::Args;
use jiff::civil::Date;
use stonks_app::App;
use stonks_app::reports::{PerformanceFigures, PerformanceQuery, PerformanceReport, YearRow};
use stonks_core::account::AccountName;
use stonks_core::definitions::definition;
use stonks_core::performance::Interval;

use super::{or_dash, tell_reasons};
use crate::output::{Column, Output};

#[derive(Args)]
pub(crate) struct Options {
    /// One account instead of all.
    #[arg(long, value_name = "NAME")]
    account: Option<AccountName>,
    /// One holding instead of all.
    #[arg(long, value_name = "SYMBOL|ISIN")]
    holding: Option<String>,
    /// MTD, YTD, 1M, 3M, 6M, 1Y, 3Y, 5Y or ALL; all there is where nothing is said.
    #[arg(long, value_name = "INTERVAL", value_parser = interval, conflicts_with_all = ["from", "to"])]
    interval: Option<Interval>,
    /// The first day that counts.
    #[arg(long, value_name = "DATE")]
    from: Option<Date>,
    /// The last day that counts.
    #[arg(long, value_name = "DATE")]
    to: Option<Date>,
    /// As if today were this day.
    #[arg(long, value_name = "DATE")]
    as_of: Option<Date>,
    /// Tell each account.
    #[arg(long)]
    by_account: bool,
    /// Tell each holding.
    #[arg(long)]
    by_holding: bool,
    /// Compare with an instrument that has quotes.
    #[arg(long, value_name = "SYMBOL|ISIN")]
    benchmark: Option<String>,
    /// The risk-free rate for the Sharpe ratio, in per cent a year.
    #[arg(long, value_name = "PERCENT", default_value_t = 0.0, value_parser = rate)]
    risk_free: f64,
    /// Tell what each figure means, and whose convention it is.
    #[arg(long)]
    explain: bool,
}

fn interval(text: &str) -> Result<Interval, String> {
    text.parse().map_err(|_| "MTD, YTD, 1M, 3M, 6M, 1Y, 3Y, 5Y or ALL is expected".to_owned())
}

fn rate(text: &str) -> Result<f64, String> {
    let rate = text.parse::<f64>().ok().filter(|rate| (-100.0..=100.0).contains(rate));
    rate.ok_or_else(|| "a rate in per cent is expected, such as 2.5".to_owned())
}

pub(super) async fn show(app: &App, options: Options, output: &Output) -> Result<()> {
    let query = PerformanceQuery {
        account: options.account,
        holding: options.holding,
        interval: options.interval,
        from: options.from,
        to: options.to,
        as_of: options.as_of,
        by_account: options.by_account,
        by_holding: options.by_holding,
        benchmark: options.benchmark,
        daily: false,
        risk_free: options.risk_free / 100.0,
    };
    let report = app.performance(&query).await?;
    if output.is_json() {
        return output.json(&report);
    }
    told(&report, options.explain, output);
    tell_reasons(&report.reasons, output);
    Ok(())
}

/// A fraction in per cent, or a dash where it has no value.
fn percent(ratio: Option<f64>) -> String {
    ratio.map_or_else(|| or_dash(None), |ratio| format!("{:.2} %", ratio * 100.0))
}

fn told(report: &PerformanceReport, explain: bool, output: &Output) {
    let base = report.base_currency;
    let of = match (&report.holding, &report.account) {
        (Some(holding), _) => holding.short().to_owned(),
        (None, Some(account)) => format!("account {account}"),
        (None, None) => "portfolio".to_owned(),
    };
    let from = report.from.map_or_else(|| or_dash(None), |from| from.to_string());
    output.line(&format!("{of}, {from} to {}, {} days, in {base}", report.to, report.days));
    let figures = &report.figures;
    let sharpe = figures.sharpe.map(|ratio| format!("{ratio:.2}"));
    let rows = [
        ("time-weighted return", "twr", percent(figures.twr)),
        ("  as of a year", "twr_annualized", percent(figures.twr_annualized)),
        ("money-weighted, a year", "mwr", percent(figures.mwr)),
        ("simple return", "simple_return", percent(figures.simple_return)),
        ("deepest fall", "max_drawdown", percent(figures.max_drawdown)),
        ("volatility, a year", "volatility", percent(figures.volatility)),
        ("Sharpe ratio", "sharpe", or_dash(sharpe.as_ref())),
        ("value at the beginning", "initial_value", or_dash(figures.initial_value.as_ref())),
        ("put in", "contributions", or_dash(figures.contributions.as_ref())),
        ("gain", "gain", or_dash(figures.gain.as_ref())),
        ("value at the end", "final_value", or_dash(figures.final_value.as_ref())),
    ];
    for (label, field, figure) in rows {
        output.line(&format!("{label:<24}{figure:>16}"));
        let meaning = report.definitions.get(field).and_then(|id| definition(id));
        if let Some(meaning) = meaning.filter(|_| explain) {
            output.line(&format!("    {}", meaning.definition));
            output.line(&format!("    {}", meaning.formula));
            output.line(&format!("    source: {}", meaning.source));
        }
    }
    if let Some(fall) = report.drawdown.as_ref().filter(|fall| fall.depth > 0.0) {
        let recovered = fall.recovered.map_or_else(
            || "not made up for yet".to_owned(),
            |day| format!("made up for on {day}"),
        );
        output.line(&format!("the deepest fall: {} to {}, {recovered}", fall.peak, fall.trough));
    }
    years(&report.years, output);
    compared(report, output);
    let accounts = report.accounts.as_ref().map(|rows| {
        rows.iter().map(|row| (row.account.clone(), &row.figures, &row.reasons)).collect()
    });
    parts("account", accounts, output);
    let holdings = report.holdings.as_ref().map(|rows| {
        let name =
            |name: &Option<String>| name.clone().unwrap_or_default().chars().take(40).collect();
        rows.iter().map(|row| (name(&row.instrument.name), &row.figures, &row.reasons)).collect()
    });
    parts("holding", holdings, output);
}

fn compared(report: &PerformanceReport, output: &Output) {
    if let Some(other) = &report.benchmark {
        output.line("");
        output.line(&format!(
            "beside {}: it returned {}, own return less that {}; the same money in it {}, own value less that {}",
            other.instrument.short(),
            percent(other.twr),
            percent(other.difference),
            or_dash(other.value.as_ref()),
            or_dash(other.value_difference.as_ref())
        ));
        tell_reasons(&other.reasons, output);
    }
}

fn years(years: &[YearRow], output: &Output) {
    if years.is_empty() {
        return;
    }
    output.line("");
    let months =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let mut columns = vec![Column::Left("year")];
    columns.extend(months.map(Column::Right));
    columns.extend([Column::Right("year"), Column::Right("gain")]);
    let rows = years.iter().map(|year| {
        let mut cells = vec![year.year.to_string()];
        cells.extend((1..=12).map(|number| {
            let name = format!("{:04}-{number:02}", year.year);
            let month = year.months.iter().find(|month| month.month == name);
            month.map_or_else(String::new, |month| format!("{:.2}", month.twr * 100.0))
        }));
        cells.extend([format!("{:.2}", year.twr * 100.0), or_dash(year.gain.as_ref())]);
        cells
    });
    output.table(&columns, rows.collect(), "");
}

/// A row of a part: its name, its figures, and why some have no value.
type Part<'a> = (String, &'a PerformanceFigures, &'a Vec<String>);

fn parts(what: &str, rows: Option<Vec<Part<'_>>>, output: &Output) {
    let Some(rows) = rows else { return };
    output.line("");
    let columns = [
        Column::Left(what),
        Column::Right("value"),
        Column::Right("put in"),
        Column::Right("gain"),
        Column::Right("time-weighted"),
        Column::Right("money-weighted"),
        Column::Right("deepest fall"),
    ];
    let cells = rows.iter().map(|(name, figures, _)| {
        vec![
            name.clone(),
            or_dash(figures.final_value.as_ref()),
            or_dash(figures.contributions.as_ref()),
            or_dash(figures.gain.as_ref()),
            percent(figures.twr),
            percent(figures.mwr),
            percent(figures.max_drawdown),
        ]
    });
    output.table(&columns, cells.collect(), "there is none");
    let told = rows
        .iter()
        .flat_map(|(name, _, reasons)| reasons.iter().map(move |told| format!("{name}: {told}")));
    tell_reasons(&told.collect::<Vec<_>>(), output);
}
