//! `stonks show`: figures and lists, as of any day.

mod diversification;
mod insights;
mod lists;
mod performance;
mod sales;
mod summaries;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Subcommand};
use jiff::civil::Date;
use serde::Serialize;
use stonks_app::App;
use stonks_app::reports::{HoldingRow, PortfolioReport, Query, TotalReport};
use stonks_core::account::AccountName;

use crate::config::GlobalOptions;
use crate::output::{Column, Output};

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Value, cash, deposits, profit or loss.
    Total(Options),
    /// What is held, and what it is worth.
    Portfolio(PortfolioOptions),
    /// Purchases, sales and corporate actions.
    Transactions(Options),
    /// Sales, each with the lots that it used.
    Sales(Options),
    /// Splits, spin-offs, exchanges: what was held before and after.
    CorporateActions(Options),
    /// Money put in and taken out.
    Deposits(Options),
    /// Dividends: paid, announced and forecast.
    Dividends(ListOptions),
    /// What it cost.
    Fees(ListOptions),
    /// Every movement of cash.
    Account(Options),
    /// Value on every day.
    History(Options),
    /// Returns over a period.
    Performance(performance::Options),
    /// What the portfolio is made of.
    Diversification(Options),
    /// What aggregators and views tell.
    Insights(insights::Options),
}

#[derive(Args)]
pub(crate) struct Options {
    /// One account instead of all.
    #[arg(long, value_name = "NAME")]
    account: Option<AccountName>,
    /// At the end of this day instead of today.
    #[arg(long, value_name = "DATE")]
    as_of: Option<Date>,
    /// From this day on.
    #[arg(long, value_name = "DATE")]
    from: Option<Date>,
    /// Up to this day.
    #[arg(long, value_name = "DATE")]
    to: Option<Date>,
}

#[derive(Args)]
pub(crate) struct ListOptions {
    #[command(flatten)]
    options: Options,
    /// Their sums instead of each one.
    #[arg(long)]
    summary: bool,
}

#[derive(Args)]
pub(crate) struct PortfolioOptions {
    #[command(flatten)]
    options: Options,
    /// Show what is held no more, too. JSON always holds it.
    #[arg(long)]
    closed: bool,
    /// Show what is held in several accounts as one holding.
    #[arg(long)]
    together: bool,
}

impl Options {
    fn query(self) -> Query {
        Query {
            account: self.account,
            as_of: self.as_of,
            from: self.from,
            to: self.to,
            ..Query::default()
        }
    }
}

pub(crate) async fn run(
    global: &GlobalOptions,
    command: Command,
    output: &Output,
) -> Result<ExitCode> {
    let app = global.open().await?;
    let shown = show(&app, command, output).await;
    app.close().await;
    shown.map(|()| ExitCode::SUCCESS)
}

async fn show(app: &App, command: Command, output: &Output) -> Result<()> {
    // A plugin may be another than when facts last went through it.
    app.map_facts().await?;
    match command {
        Command::Total(options) => total(&app.total(&options.query()).await?, output),
        Command::Portfolio(portfolio) => {
            let query = Query { together: portfolio.together, ..portfolio.options.query() };
            let report = app.portfolio(&query).await?;
            holdings(&report, portfolio.closed, output)
        }
        Command::Transactions(options) => {
            list(&app.transactions(&options.query()).await?, output, lists::transactions)
        }
        Command::Sales(options) => list(&app.sales(&options.query()).await?, output, sales::sales),
        Command::CorporateActions(options) => {
            list(&app.corporate_actions(&options.query()).await?, output, sales::corporate_actions)
        }
        Command::Deposits(options) => {
            list(&app.deposits(&options.query()).await?, output, lists::deposits)
        }
        Command::Dividends(ListOptions { options, summary: true }) => {
            summaries::dividends(&app.dividend_summary(&options.query()).await?, output)
        }
        Command::Dividends(ListOptions { options, .. }) => {
            list(&app.dividends(&options.query()).await?, output, lists::dividends)
        }
        Command::Fees(ListOptions { options, summary: true }) => {
            summaries::fees(&app.fee_summary(&options.query()).await?, output)
        }
        Command::Fees(ListOptions { options, .. }) => {
            list(&app.fees(&options.query()).await?, output, lists::fees)
        }
        Command::Performance(options) => performance::show(app, options, output).await,
        Command::Diversification(options) => {
            diversification::show(&app.diversification(&options.query()).await?, output)
        }
        Command::Account(options) => {
            list(&app.account_statement(&options.query()).await?, output, lists::account)
        }
        Command::Insights(options) => insights::show(app, &options, output).await,
        Command::History(options) => {
            list(&app.history(&options.query()).await?, output, lists::history)
        }
    }
}

fn list<T: Serialize>(rows: &[T], output: &Output, table: fn(&[T], &Output)) -> Result<()> {
    if output.is_json() {
        return output.json(&rows);
    }
    table(rows, output);
    Ok(())
}

/// A figure, or a dash where it has no value.
fn or_dash(figure: Option<&String>) -> String {
    figure.map_or_else(|| "–".to_owned(), Clone::clone)
}

fn total(total: &TotalReport, output: &Output) -> Result<()> {
    if output.is_json() {
        return output.json(total);
    }
    let currency = total.base_currency;
    output.line(&format!("as of {}, in {currency}", total.as_of));
    let figure = |label: &str, figure: Option<&String>| {
        output.line(&format!("{label:<16}{:>16}", or_dash(figure)));
    };
    figure("value", total.value.as_ref());
    if total.value.is_none() {
        figure("  of it known", Some(&total.known_value));
    }
    figure("cash", total.cash.as_ref());
    figure("put in", total.deposits.as_ref());
    figure("profit or loss", total.profit_loss.as_ref());
    figure("return on it", total.roi_percent.map(|roi| format!("{roi:.2} %")).as_ref());
    tell_reasons(&total.reasons, output);
    Ok(())
}

fn tell_reasons(reasons: &[String], output: &Output) {
    for reason in reasons {
        output.note(&format!("note: {reason}"));
    }
}

fn holdings(report: &PortfolioReport, with_closed: bool, output: &Output) -> Result<()> {
    if output.is_json() {
        return output.json(&report.holdings);
    }
    let base = report.total.base_currency;
    let shown: Vec<&HoldingRow> =
        report.holdings.iter().filter(|row| row.is_open || with_closed).collect();
    let n_hidden = report.holdings.len() - shown.len();
    let mut rows: Vec<Vec<String>> = shown.iter().map(|row| cells(row)).collect();
    rows.extend(report.cash.iter().map(|row| {
        let mut cells = vec![String::new(); 9];
        cells[0].clone_from(&row.account);
        cells[1] = "Cash".to_owned();
        cells[2].clone_from(&row.amount);
        cells[4] = row.currency.to_string();
        cells[5] = or_dash(row.base_value.as_ref());
        cells
    }));
    let columns = [
        Column::Left("account"),
        Column::Left("holding"),
        Column::Right("quantity"),
        Column::Right("price"),
        Column::Left(""),
        Column::Right("value"),
        Column::Right("cost"),
        Column::Right("gain"),
        Column::Right("realised"),
    ];
    output.table(
        &columns,
        rows,
        "nothing is held; import your broker's files with `stonks import`",
    );
    if n_hidden > 0 {
        output.note(&format!("{n_hidden} more are held no longer; `--closed` shows them"));
    }
    let value = or_dash(report.total.value.as_ref());
    output.line(&format!("as of {}, in {base}: value {value}", report.total.as_of));
    let of_rows = shown.iter().flat_map(|row| {
        let name = row.instrument.name.clone().unwrap_or_default();
        row.reasons.iter().map(move |reason| format!("{name}: {reason}"))
    });
    tell_reasons(&of_rows.collect::<Vec<_>>(), output);
    let changed = shown
        .iter()
        .filter(|row| !row.changed_by.is_empty())
        .map(|row| format!("{}: changed by {}", row.instrument.short(), row.changed_by.join(", ")));
    tell_reasons(&changed.collect::<Vec<_>>(), output);
    tell_reasons(&report.total.reasons, output);
    Ok(())
}

fn cells(row: &HoldingRow) -> Vec<String> {
    vec![
        row.account.clone(),
        row.instrument.name.clone().unwrap_or_default().chars().take(40).collect(),
        row.quantity.clone(),
        or_dash(row.price.as_ref()),
        row.currency.to_string(),
        or_dash(row.base_value.as_ref()),
        or_dash(row.cost_basis.as_ref()),
        or_dash(row.unrealized_gain.as_ref()),
        or_dash(row.realized_gain.as_ref()),
    ]
}
