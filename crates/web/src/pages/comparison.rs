//! Two plugins that feed one account, held against each other; and the way over from one to the other.

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::{Html, Redirect};
use serde::Deserialize;
use stonks_app::{Beside, BesideError, ComparisonReport};
use stonks_core::account::AccountName;
use stonks_plugin::PluginId;

use super::{Frame, PageError, Visitor, drawn, filters, named_account};
use crate::figures;
use crate::router::Shared;

/// One figure: since when the two differ, and by how much at last.
struct Row {
    figure: &'static str,
    of: String,
    since: String,
    /// None where they still do.
    until: Option<String>,
    n_days: i64,
    left: Option<String>,
    right: Option<String>,
    difference: Option<String>,
}

#[derive(Template)]
#[template(path = "comparison.html")]
struct ComparisonPage {
    frame: Frame,
    beside: Beside,
    report: ComparisonReport,
    rows: Vec<Row>,
}

fn account(name: &str) -> Result<AccountName, PageError> {
    let unknown = || PageError::NotFound(format!("there is no account `{name}`"));
    named_account(Some(name))?.ok_or_else(unknown)
}

pub(crate) async fn show(
    State(shared): State<Shared>,
    visitor: Visitor,
    Path(name): Path<String>,
) -> Result<Html<String>, PageError> {
    let account = account(&name)?;
    let plugin = shared.app.account(&account).await?.plugin;
    let beside = shared.app.beside(&account).await?;
    let beside = beside.ok_or(BesideError::Alone { account: account.clone(), plugin })?;
    let plugins = (&beside.counting, &beside.beside);
    let report = shared.app.compare(&account, plugins, None).await?;
    let rows = rows(&report);
    let frame = visitor.frame("Side by side", "/accounts");
    drawn(&ComparisonPage { frame, beside, report, rows })
}

fn rows(report: &ComparisonReport) -> Vec<Row> {
    let runs =
        report.differences.chunk_by(|one, next| (one.figure, &one.of) == (next.figure, &next.of));
    let rows = runs.filter_map(|runs| {
        let (first, last) = (runs.first()?, runs.last()?);
        Some(Row {
            figure: first.figure,
            of: first.of.clone(),
            since: first.from.to_string(),
            until: (last.through < report.as_of).then(|| last.through.to_string()),
            n_days: runs.iter().map(stonks_app::DifferenceRow::n_days).sum(),
            left: last.left.clone(),
            right: last.right.clone(),
            difference: last.difference.clone(),
        })
    });
    rows.collect()
}

#[derive(Deserialize)]
pub(crate) struct CutOver {
    to: String,
}

/// Makes the other plugin the one that counts.
pub(crate) async fn cut_over(
    State(shared): State<Shared>,
    Path(name): Path<String>,
    Form(form): Form<CutOver>,
) -> Result<Redirect, PageError> {
    let account = account(&name)?;
    let unknown = |_| PageError::BadRequest(format!("`{}` is no plugin", form.to));
    let to: PluginId = form.to.parse().map_err(unknown)?;
    let over = shared.app.cut_over(&account, &to).await?;
    Ok(Redirect::to(&format!("/accounts/{}/compare", figures::encoded(over.account.as_str()))))
}
