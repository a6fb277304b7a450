//! What is held, what it cost, and what it is worth.

use askama::Template;
use axum::extract::{Query as UrlQuery, State};
use axum::response::Html;
use rust_decimal::Decimal;
use serde::Deserialize;
use stonks_app::reports::{CashRow, HoldingRow, Query, TotalReport};

use super::dashboard::class_label;
use super::{Frame, PageError, Visitor, drawn, filters};
use crate::figures;
use crate::router::Shared;

/// By what the holdings are sorted; the largest first, names from A.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Order {
    Name,
    #[default]
    Value,
    Gain,
}

#[derive(Deserialize)]
pub(crate) struct Choice {
    account: Option<String>,
    #[serde(default)]
    sort: Order,
    /// Whether what is held in several accounts is one row.
    #[serde(default)]
    together: bool,
}

struct SortLink {
    href: String,
    label: &'static str,
    is_chosen: bool,
}

#[derive(Template)]
#[template(path = "portfolio.html")]
struct PortfolioPage {
    frame: Frame,
    total: TotalReport,
    accounts: Vec<String>,
    account: Option<String>,
    sorts: Vec<SortLink>,
    /// Apart, and together.
    groups: [SortLink; 2],
    together: bool,
    open: Vec<HoldingRow>,
    closed: Vec<HoldingRow>,
    cash: Vec<CashRow>,
}

pub(crate) async fn show(
    State(shared): State<Shared>,
    visitor: Visitor,
    UrlQuery(choice): UrlQuery<Choice>,
) -> Result<Html<String>, PageError> {
    let account = choice.account.filter(|account| !account.is_empty());
    let name = account.as_deref().map(str::parse).transpose();
    let name = name.map_err(|error: stonks_core::account::ParseAccountNameError| {
        PageError::BadRequest(error.to_string())
    })?;
    let accounts =
        shared.app.accounts().await?.into_iter().map(|account| account.name.to_string()).collect();
    let report = shared
        .app
        .portfolio(&Query { account: name, together: choice.together, ..Query::default() })
        .await?;
    let (mut open, closed): (Vec<HoldingRow>, Vec<HoldingRow>) =
        report.holdings.into_iter().partition(|row| row.is_open);
    sort(&mut open, choice.sort);
    let sorts = SORTS.into_iter().map(|(order, value, label)| SortLink {
        href: address(value, choice.together, account.as_deref()),
        label,
        is_chosen: order == choice.sort,
    });
    let chosen = sorts_of(choice.sort);
    let group = |label, together| SortLink {
        href: address(chosen, together, account.as_deref()),
        label,
        is_chosen: together == choice.together,
    };
    drawn(&PortfolioPage {
        frame: visitor.frame("Portfolio", "/portfolio"),
        total: report.total,
        accounts,
        sorts: sorts.collect(),
        groups: [group("By account", false), group("Together", true)],
        together: choice.together,
        account,
        open,
        closed,
        cash: report.cash,
    })
}

/// The choices of the page: value in the URL, and label.
const SORTS: [(Order, &str, &str); 3] = [
    (Order::Value, "value", "Value"),
    (Order::Gain, "gain", "Gain"),
    (Order::Name, "name", "Name"),
];

fn sorts_of(chosen: Order) -> &'static str {
    SORTS.iter().find(|(order, ..)| *order == chosen).map_or("value", |(_, value, _)| value)
}

fn address(sort: &str, together: bool, account: Option<&str>) -> String {
    let mut address = format!("/portfolio?sort={sort}");
    if together {
        address.push_str("&together=true");
    }
    if let Some(account) = account {
        address.push_str("&account=");
        address.push_str(account);
    }
    address
}

fn sort(rows: &mut [HoldingRow], order: Order) {
    let number = |figure: Option<&String>| figure.and_then(|figure| figure.parse::<Decimal>().ok());
    match order {
        // As the report has it.
        Order::Value => {}
        Order::Gain => {
            rows.sort_by_key(|row| std::cmp::Reverse(number(row.unrealized_gain.as_ref())))
        }
        Order::Name => rows
            .sort_by_key(|row| row.instrument.name.as_deref().unwrap_or_default().to_lowercase()),
    }
}
