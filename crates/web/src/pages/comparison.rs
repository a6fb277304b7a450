//! Two plugins that feed one account, held against each other; and the way over from one to the other.

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::{Html, Redirect};
use serde::Deserialize;
use stonks_app::{Beside, BesideError, ComparisonReport, FigureDifference};
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
    let row = |told: FigureDifference<'_>| Row {
        figure: told.last.figure,
        of: told.last.of.clone(),
        since: told.since.to_string(),
        until: told.until.map(|day| day.to_string()),
        n_days: told.n_days,
        left: told.last.left.clone(),
        right: told.last.right.clone(),
        difference: told.last.difference.clone(),
    };
    report.figures().into_iter().map(row).collect()
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
