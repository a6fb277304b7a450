//! What it cost: fees by class, by year, and one by one.

use askama::Template;
use axum::extract::{Query as UrlQuery, State};
use axum::response::Html;
use serde::Deserialize;
use stonks_app::reports::{FeeRow, FeeSummary, Query};
use stonks_core::transaction::FeeKind;

use super::choice::{AccountChoice, Paging, leaf};
use super::{Frame, PageError, Visitor, drawn, filters};
use crate::figures;
use crate::router::Shared;

#[derive(Deserialize)]
pub(crate) struct Choice {
    account: Option<String>,
    page: Option<usize>,
}

#[derive(Template)]
#[template(path = "fees.html")]
struct FeesPage {
    frame: Frame,
    choice: AccountChoice,
    summary: FeeSummary,
    rows: Vec<FeeRow>,
    paging: Paging,
}

pub(crate) async fn show(
    State(shared): State<Shared>,
    visitor: Visitor,
    UrlQuery(choice): UrlQuery<Choice>,
) -> Result<Html<String>, PageError> {
    let account = AccountChoice::read(&shared, choice.account).await?;
    let query = Query { account: account.name.clone(), ..Query::default() };
    let summary = shared.app.fee_summary(&query).await?;
    let rows = shared.app.leaf_of_fees(&query, leaf(choice.page)).await?;
    let (rows, paging) = Paging::of(rows, "/fees", &[("account", account.account.as_deref())]);
    drawn(&FeesPage {
        frame: visitor.frame("Fees", "/fees"),
        choice: account,
        summary,
        rows,
        paging,
    })
}

/// The class as people call it.
const fn class(kind: FeeKind) -> &'static str {
    match kind {
        FeeKind::Transaction => "Trading",
        FeeKind::Conversion => "Currency conversion",
        FeeKind::TransactionTax => "Transaction tax",
        FeeKind::Connection => "Exchange connection",
        FeeKind::Custody => "Custody",
        FeeKind::DepositaryReceipt => "Depositary receipts",
        FeeKind::MarketData => "Market data",
        FeeKind::CorporateAction => "Corporate actions",
        FeeKind::Payment => "Payments",
        FeeKind::Borrowing => "Borrowing",
        FeeKind::Regulatory => "Regulatory",
        FeeKind::Network => "Network",
        FeeKind::Other => "Other",
    }
}
