//! Money put in and taken out, with its running total.

use askama::Template;
use axum::extract::{Query as UrlQuery, State};
use axum::response::Html;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::Deserialize;
use stonks_app::reports::{DepositRow, Query};
use stonks_core::deposits::DepositKind;

use super::choice::{AccountChoice, Paging};
use super::{Frame, PageError, Visitor, drawn, filters};
use crate::figures;
use crate::graph::{Curve, Graph, Subject};
use crate::router::Shared;

#[derive(Deserialize)]
pub(crate) struct Choice {
    account: Option<String>,
    page: Option<usize>,
}

#[derive(Template)]
#[template(path = "deposits.html")]
struct DepositsPage {
    frame: Frame,
    choice: AccountChoice,
    base: String,
    /// Labels and sums; none where a part of one has no value.
    sums: [(&'static str, Option<String>); 3],
    graph: Option<Graph>,
    rows: Vec<DepositRow>,
    paging: Paging,
    reasons: Vec<String>,
    is_open: bool,
}

pub(crate) async fn show(
    State(shared): State<Shared>,
    visitor: Visitor,
    UrlQuery(choice): UrlQuery<Choice>,
) -> Result<Html<String>, PageError> {
    let account = AccountChoice::read(&shared, choice.account).await?;
    let query = Query { account: account.name.clone(), ..Query::default() };
    let rows = shared.app.deposits(&query).await?;
    let base = shared.app.base_currency().to_string();
    let total = rows.last().and_then(|row| row.base_total.clone());
    let mut reasons: Vec<String> = rows.iter().flat_map(|row| row.reasons.clone()).collect();
    reasons.sort();
    reasons.dedup();
    let graph = graph(&rows, &base, shared.app.today())?;
    let (put_in, taken_out) = (sum(&rows, false), sum(&rows, true));
    let (rows, paging) = Paging::cut(rows, choice.page, "/deposits", account.account.as_deref());
    drawn(&DepositsPage {
        frame: visitor.frame("Deposits", "/deposits"),
        choice: account,
        base,
        is_open: total.is_none(),
        sums: [("Put in less taken out", total), ("Put in", put_in), ("Taken out", taken_out)],
        graph,
        rows,
        paging,
        reasons,
    })
}

/// What was put in, or what was taken out; none where a part has no value.
fn sum(rows: &[DepositRow], is_out: bool) -> Option<String> {
    let of_kind = rows.iter().filter(|row| row.amount.starts_with('-') == is_out);
    let sum = of_kind.map(|row| row.base_amount.as_ref()?.parse::<Decimal>().ok());
    sum.sum::<Option<Decimal>>().map(|sum| format!("{sum:.2}"))
}

/// The running total, which holds from each day to the next row's, and until today.
fn graph(rows: &[DepositRow], base: &str, today: Date) -> Result<Option<Graph>, PageError> {
    let (mut dates, mut totals): (Vec<Date>, Vec<Option<f64>>) = (Vec::new(), Vec::new());
    let total = |row: &DepositRow| row.base_total.as_ref()?.parse().ok();
    let Some(first) = rows.first().map(|row| row.date.date) else { return Ok(None) };
    let mut rows = rows.iter().peekable();
    let (mut held, last) = (None, today.max(first));
    for date in first.series(jiff::Span::new().days(1)).take_while(|date| *date <= last) {
        while let Some(row) = rows.next_if(|row| row.date.date <= date) {
            held = total(row);
        }
        dates.push(date);
        totals.push(held);
    }
    let curve = Curve::new("Put in so far", "chart-primary", totals).step().area();
    let subject = Subject {
        id: "deposits",
        title: "what was put in so far",
        currency: Some(base.to_owned()),
    };
    Ok(Graph::new(subject, &dates, &[curve], &[])?)
}

const fn kind(kind: DepositKind) -> &'static str {
    match kind {
        DepositKind::Deposit => "Deposit",
        DepositKind::Withdrawal => "Withdrawal",
        DepositKind::OpeningBalance => "Opening balance",
    }
}
