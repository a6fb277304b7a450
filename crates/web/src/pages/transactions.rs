//! Purchases, sales and corporate actions, newest first, a page at a time.

use askama::Template;
use axum::extract::{Query as UrlQuery, State};
use axum::response::Html;
use serde::Deserialize;
use stonks_app::reports::{Query, TransactionRow};

use super::choice::{Paging, leaf};
use super::{Frame, PageError, Visitor, drawn};
use crate::figures;
use crate::router::Shared;

#[derive(Deserialize)]
pub(crate) struct Choice {
    #[serde(default)]
    search: String,
    page: Option<usize>,
}

#[derive(Template)]
#[template(path = "transactions.html")]
struct TransactionsPage {
    frame: Frame,
    search: String,
    rows: Vec<TransactionRow>,
    paging: Paging,
}

pub(crate) async fn show(
    State(shared): State<Shared>,
    visitor: Visitor,
    UrlQuery(choice): UrlQuery<Choice>,
) -> Result<Html<String>, PageError> {
    let (search, page) = (choice.search, leaf(choice.page));
    let rows = shared.app.leaf_of_transactions(&Query::default(), &search, page).await?;
    let (rows, paging) = Paging::of(rows, "/transactions", &[("search", Some(&search))]);
    let frame = visitor.frame("Transactions", "/transactions");
    drawn(&TransactionsPage { frame, rows, paging, search })
}

/// Percent-encodes a byte of a query.
pub(super) fn escaped(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") }
}
