//! What was sold and what it gained, by year; and what issuers did to the units.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Query as UrlQuery, State};
use axum::response::Html;
use rust_decimal::Decimal;
use serde::Deserialize;
use stonks_app::reports::{ActionRow, Query, SaleRow};
use stonks_core::money::Currency;

use super::{Frame, PageError, Visitor, drawn, filters, named_account};
use crate::figures;
use crate::router::Shared;

#[derive(Deserialize)]
pub(crate) struct Choice {
    account: Option<String>,
    year: Option<i16>,
}

/// The sales of a year, added up. With one figure unknown there is no sum.
struct Year {
    year: i16,
    href: String,
    is_chosen: bool,
    n_sales: usize,
    proceeds: Option<String>,
    cost: Option<String>,
    gain: Option<String>,
    price_effect: Option<String>,
    currency_effect: Option<String>,
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
    n_sales: usize,
    /// The newest first.
    sales: Vec<SaleRow>,
    actions: Vec<ActionRow>,
}

/// Sales that the page shows one by one.
const MOST: usize = 200;

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
    let mut sales = app.sales(&query).await?;
    let mut actions = app.corporate_actions(&query).await?;
    actions.reverse();
    let address = |year: Option<i16>| {
        let account = account.as_ref().map(|account| format!("account={account}"));
        let year = year.map(|year| format!("year={year}"));
        let chosen: Vec<String> = account.into_iter().chain(year).collect();
        if chosen.is_empty() { "/sales".to_owned() } else { format!("/sales?{}", chosen.join("&")) }
    };
    let mut by_year: BTreeMap<i16, Vec<&SaleRow>> = BTreeMap::new();
    for sale in &sales {
        by_year.entry(sale.date.year()).or_default().push(sale);
    }
    let years = by_year.iter().rev().map(|(year, sales)| {
        Year::new(*year, sales, (address(Some(*year)), choice.year == Some(*year)))
    });
    let years = years.collect();
    if let Some(year) = choice.year {
        sales.retain(|sale| sale.date.year() == year);
        actions.retain(|action| action.date.year() == year);
    }
    sales.reverse();
    let n_sales = sales.len();
    sales.truncate(MOST);
    let accounts = app.accounts().await?.into_iter().map(|account| account.name.to_string());
    drawn(&SalesPage {
        frame: visitor.frame("Sales", "/sales"),
        base: app.base_currency(),
        accounts: accounts.collect(),
        account: account.as_ref().map(ToString::to_string),
        year: choice.year,
        years,
        all_href: address(None),
        n_sales,
        sales,
        actions,
    })
}

impl Year {
    fn new(year: i16, sales: &[&SaleRow], (href, is_chosen): (String, bool)) -> Self {
        let sum = |of: fn(&SaleRow) -> Option<&String>| {
            let sum = sales.iter().try_fold(Decimal::ZERO, |sum, sale| {
                sum.checked_add(of(sale)?.parse::<Decimal>().ok()?)
            });
            sum.map(|sum| sum.to_string())
        };
        Self {
            year,
            href,
            is_chosen,
            n_sales: sales.len(),
            proceeds: sum(|sale| sale.base_proceeds.as_ref()),
            cost: sum(|sale| sale.base_cost.as_ref()),
            gain: sum(|sale| sale.base_gain.as_ref()),
            price_effect: sum(|sale| sale.price_effect.as_ref()),
            currency_effect: sum(|sale| sale.currency_effect.as_ref()),
        }
    }
}
