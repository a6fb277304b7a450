//! What was sold and what it gained, by year; and what issuers did to the units.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query as UrlQuery, State};
use axum::response::Html;
use serde::Deserialize;
use stonks_app::reports::{Query, SaleRow, SaleYear, SalesReport};
use stonks_core::money::Currency;

use super::{Frame, PageError, Visitor, drawn, filters, named_account};
use crate::figures;
use crate::router::Shared;

#[derive(Deserialize)]
pub(crate) struct Choice {
    account: Option<String>,
    year: Option<i16>,
}

/// The sales of a year, and the way to them.
struct Year {
    sums: SaleYear,
    href: String,
    is_chosen: bool,
}

#[derive(Template)]
#[template(path = "sales.html")]
struct SalesPage {
    frame: Frame,
    base: Currency,
    accounts: Vec<String>,
    account: Option<String>,
    year: Option<i16>,
    /// The newest first.
    years: Vec<Year>,
    all_href: String,
    report: Arc<SalesReport>,
}

fn explain(row: &SaleRow) -> String {
    figures::explain(&format!("sale.{}.gain", row.id), Some(row.account_name.as_str()))
}

pub(crate) async fn show(
    State(shared): State<Shared>,
    visitor: Visitor,
    UrlQuery(choice): UrlQuery<Choice>,
) -> Result<Html<String>, PageError> {
    let app = &shared.app;
    let account = named_account(choice.account.as_deref())?;
    let query = Query { account: account.clone(), ..Query::default() };
    let report = app.sales_report(&query, choice.year).await?;
    let address = |year: Option<i16>| {
        let account = account.as_ref().map(|account| format!("account={account}"));
        let year = year.map(|year| format!("year={year}"));
        let chosen: Vec<String> = account.into_iter().chain(year).collect();
        if chosen.is_empty() { "/sales".to_owned() } else { format!("/sales?{}", chosen.join("&")) }
    };
    let years = report.years.iter().map(|sums| Year {
        href: address(Some(sums.year)),
        is_chosen: choice.year == Some(sums.year),
        sums: sums.clone(),
    });
    let years = years.collect();
    let accounts = app.accounts().await?.into_iter().map(|account| account.name.to_string());
    drawn(&SalesPage {
        frame: visitor.frame("Sales", "/sales"),
        base: app.base_currency(),
        accounts: accounts.collect(),
        account: account.as_ref().map(ToString::to_string),
        year: choice.year,
        years,
        all_href: address(None),
        report,
    })
}
