//! The account statement: every movement of cash, with the balance behind it.

use askama::Template;
use axum::extract::{Query as UrlQuery, State};
use axum::response::Html;
use serde::Deserialize;
use stonks_app::reports::{AccountRow, CashRow, Query};

use super::choice::{AccountChoice, Paging};
use super::{Frame, PageError, Visitor, drawn};
use crate::figures;
use crate::router::Shared;

#[derive(Deserialize)]
pub(crate) struct Choice {
    account: Option<String>,
    page: Option<usize>,
}

#[derive(Template)]
#[template(path = "account.html")]
struct AccountPage {
    frame: Frame,
    choice: AccountChoice,
    base: String,
    cash: Vec<CashRow>,
    rows: Vec<AccountRow>,
    paging: Paging,
    without_cash: Vec<String>,
}

pub(crate) async fn show(
    State(shared): State<Shared>,
    visitor: Visitor,
    UrlQuery(choice): UrlQuery<Choice>,
) -> Result<Html<String>, PageError> {
    let account = AccountChoice::read(&shared, choice.account).await?;
    let query = Query { account: account.name.clone(), ..Query::default() };
    let rows = shared.app.account_statement(&query).await?;
    let portfolio = shared.app.portfolio(&query).await?;
    let told: Vec<String> = portfolio.holdings.iter().map(|row| row.account.clone()).collect();
    let has_cash = |account: &String| rows.iter().any(|row| row.account == *account);
    let mut without_cash: Vec<String> =
        told.into_iter().filter(|account| !has_cash(account)).collect();
    without_cash.sort();
    without_cash.dedup();
    let (rows, paging) = Paging::cut(rows, choice.page, "/account", account.account.as_deref());
    drawn(&AccountPage {
        frame: visitor.frame("Account statement", "/account"),
        choice: account,
        base: portfolio.total.base_currency.to_string(),
        cash: portfolio.cash,
        rows,
        paging,
        without_cash,
    })
}

/// `variation-margin` as `Variation margin`.
fn kind(kind: &impl std::fmt::Display) -> String {
    super::capitalised(&kind.to_string().replace('-', " "))
}
