//! What the portfolio is made of: by class, sector, country, currency and account.

use askama::Template;
use axum::extract::{Query as UrlQuery, State};
use axum::response::Html;
use rust_decimal::Decimal;
use serde::Deserialize;
use stonks_app::reports::{DiversificationRow, HOW_TO_FILL, Query, TotalReport};
use stonks_core::definitions::{Definition, definition};
use stonks_core::diversification::By;

use super::choice::AccountChoice;
use super::{Frame, PageError, Visitor, drawn, filters};
use crate::chart::{self, Slice};
use crate::figures;
use crate::router::Shared;

#[derive(Deserialize)]
pub(crate) struct Choice {
    account: Option<String>,
}

/// A way to divide the whole.
struct Division {
    title: &'static str,
    id: &'static str,
    ring: Vec<Slice>,
    rows: Vec<Row>,
    /// Whether there is a group of which nobody told what it is.
    has_unknown: bool,
}

struct Row {
    label: String,
    value: Option<String>,
    share: Option<String>,
    /// Which of the ring's colours.
    colour: Option<usize>,
    reasons: Vec<String>,
}

#[derive(Template)]
#[template(path = "diversification.html")]
struct DiversificationPage {
    frame: Frame,
    choice: AccountChoice,
    total: TotalReport,
    divisions: Vec<Division>,
    is_empty: bool,
    share: Option<&'static Definition>,
}

const DIVISIONS: [(By, &str, &str); 5] = [
    (By::Class, "By class", "class"),
    (By::Sector, "By sector", "sector"),
    (By::Country, "By country", "country"),
    (By::Currency, "By currency", "currency"),
    (By::Account, "By account", "account"),
];

pub(crate) async fn show(
    State(shared): State<Shared>,
    visitor: Visitor,
    UrlQuery(choice): UrlQuery<Choice>,
) -> Result<Html<String>, PageError> {
    let choice = AccountChoice::read(&shared, choice.account).await?;
    let query = Query { account: choice.name.clone(), ..Query::default() };
    let report = shared.app.diversification(&query).await?;
    let division = |(by, title, id)| {
        let rows = report.groups.iter().filter(|row| row.by == by);
        Division::new(title, id, &rows.collect::<Vec<_>>())
    };
    drawn(&DiversificationPage {
        frame: visitor.frame("Diversification", "/diversification"),
        is_empty: report.groups.is_empty(),
        divisions: DIVISIONS.map(division).into(),
        total: report.total,
        share: definition("share"),
        choice,
    })
}

impl Division {
    fn new(title: &'static str, id: &'static str, groups: &[&DiversificationRow]) -> Self {
        let value = |row: &DiversificationRow| row.value.as_ref()?.parse::<Decimal>().ok();
        let ring =
            chart::ring(groups.iter().filter_map(|row| Some((row.label(), value(row)?))).collect());
        let rows = groups.iter().map(|row| {
            let label = row.label();
            let slice = ring.iter().find(|slice| slice.label == label);
            // What is beyond the ring's colours is one slice of it.
            let slice = slice.or_else(|| ring.last().filter(|_| value(row) > Some(Decimal::ZERO)));
            Row {
                colour: slice.map(|slice| slice.colour),
                value: row.value.clone(),
                share: row.share_percent.clone(),
                reasons: row.reasons.iter().filter(|told| *told != HOW_TO_FILL).cloned().collect(),
                label,
            }
        });
        let rows = rows.collect();
        let is_untold =
            |row: &&DiversificationRow| row.reasons.iter().any(|told| told == HOW_TO_FILL);
        Self { title, id, rows, has_unknown: groups.iter().any(is_untold), ring }
    }
}
