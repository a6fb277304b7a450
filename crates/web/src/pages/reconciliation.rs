//! Brokers' own figures against what was imported.

use askama::Template;
use axum::extract::{Query as UrlQuery, State};
use axum::response::Html;
use serde::Deserialize;
use stonks_app::reports::{Query, ReconciliationRow, Verdict};

use super::{Frame, PageError, Visitor, drawn, named_account};
use crate::figures;
use crate::router::Shared;

#[derive(Deserialize)]
pub(crate) struct Choice {
    account: Option<String>,
}

#[derive(Template)]
#[template(path = "reconciliation.html")]
struct ReconciliationPage {
    frame: Frame,
    account: Option<String>,
    n_differences: usize,
    rows: Vec<ReconciliationRow>,
}

pub(crate) async fn show(
    State(shared): State<Shared>,
    visitor: Visitor,
    UrlQuery(choice): UrlQuery<Choice>,
) -> Result<Html<String>, PageError> {
    let account = named_account(choice.account.as_deref())?;
    let query = Query { account: account.clone(), ..Query::default() };
    let rows = shared.app.reconciliation(&query).await?;
    drawn(&ReconciliationPage {
        frame: visitor.frame("Reconciliation", "/accounts"),
        account: account.map(|account| account.to_string()),
        n_differences: n_differences(&rows),
        rows,
    })
}

/// Figures of which the last is another than what was imported.
pub(crate) fn n_differences(rows: &[ReconciliationRow]) -> usize {
    rows.iter().filter(|row| row.verdict == Verdict::Differs).count()
}
