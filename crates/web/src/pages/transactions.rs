//! Purchases, sales and corporate actions, newest first, a page at a time.

use askama::Template;
use axum::extract::{Query as UrlQuery, State};
use axum::response::Html;
use serde::Deserialize;
use stonks_app::reports::{Query, TransactionRow};

use super::{Frame, PageError, Visitor, drawn};
use crate::figures;
use crate::router::Shared;

/// Rows of one page.
const PAGE_LENGTH: usize = 50;

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
    n_rows: usize,
    /// From 1.
    page: usize,
    n_pages: usize,
    newer: Option<String>,
    older: Option<String>,
}

pub(crate) async fn show(
    State(shared): State<Shared>,
    visitor: Visitor,
    UrlQuery(choice): UrlQuery<Choice>,
) -> Result<Html<String>, PageError> {
    let mut rows = shared.app.transactions(&Query::default()).await?;
    rows.retain(|row| matches(row, &choice.search));
    rows.reverse();
    let n_rows = rows.len();
    let n_pages = n_rows.div_ceil(PAGE_LENGTH).max(1);
    let page = choice.page.unwrap_or(1).clamp(1, n_pages);
    let rows = rows.into_iter().skip((page - 1) * PAGE_LENGTH).take(PAGE_LENGTH).collect();
    let link = |page: usize| {
        let search: String = choice.search.bytes().map(escaped).collect();
        format!("/transactions?page={page}&search={search}")
    };
    drawn(&TransactionsPage {
        frame: visitor.frame("Transactions", "/transactions"),
        rows,
        n_rows,
        page,
        n_pages,
        newer: (page > 1).then(|| link(page - 1)),
        older: (page < n_pages).then(|| link(page + 1)),
        search: choice.search,
    })
}

/// Percent-encodes a byte of a query.
pub(super) fn escaped(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") }
}

/// Whether a row holds the words that are searched for.
fn matches(row: &TransactionRow, search: &str) -> bool {
    let isin = row.instrument.isin.as_ref().map(ToString::to_string);
    let fields = [
        row.instrument.name.clone(),
        row.instrument.symbol.clone(),
        isin,
        Some(row.account.clone()),
        Some(row.kind.to_string()),
        Some(row.date.date.to_string()),
    ];
    let text = fields.into_iter().flatten().collect::<Vec<_>>().join(" ").to_lowercase();
    search.to_lowercase().split_whitespace().all(|word| text.contains(word))
}
