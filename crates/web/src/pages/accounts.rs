//! The user's accounts, and how each counts costs.

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query as UrlQuery, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;
use stonks_app::{Account, ChoiceError, CostSettings};
use stonks_core::lots::{CostMethod, FeeTreatment, Oversell};
use stonks_plugin::PluginId;

use super::explain::{self, Choice};
use super::{Frame, PageError, Visitor, capitalised, drawn, named_account};
use crate::figures;
use crate::router::Shared;

/// The choices of the page, with their labels.
const METHODS: [(CostMethod, &str); 5] = [
    (CostMethod::Fifo, "first in, first out"),
    (CostMethod::Average, "the average cost"),
    (CostMethod::Lifo, "last in, first out"),
    (CostMethod::Hifo, "highest cost first"),
    (CostMethod::Specific, "specific lots"),
];
const FEES: [(FeeTreatment, &str); 2] =
    [(FeeTreatment::InCost, "in the cost"), (FeeTreatment::Apart, "apart from it")];
const OVERSELL: [(Oversell, &str); 2] =
    [(Oversell::OpensShort, "it goes short"), (Oversell::IsIncomplete, "a buy is missing")];

#[derive(Template)]
#[template(path = "accounts.html")]
struct AccountsPage {
    frame: Frame,
    /// Each with the plugin that feeds it beside the one that counts, where one does.
    accounts: Vec<(Account, Option<PluginId>)>,
    done: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct Outcome {
    /// The account that was saved.
    saved: Option<String>,
}

pub(crate) async fn show(
    State(shared): State<Shared>,
    visitor: Visitor,
    UrlQuery(outcome): UrlQuery<Outcome>,
) -> Result<Html<String>, PageError> {
    let mut accounts = Vec::new();
    for account in shared.app.accounts().await? {
        let beside = shared.app.beside(&account.name).await?;
        accounts.push((account, beside.map(|beside| beside.beside)));
    }
    let is_there = |name: &String| accounts.iter().any(|(it, _)| it.name.as_str() == name);
    let saved = outcome.saved.filter(is_there);
    drawn(&AccountsPage {
        frame: visitor.frame("Accounts", "/accounts"),
        accounts,
        done: saved.map(|name| format!("Account {name} is saved. All pages show it now.")),
    })
}

#[derive(Deserialize)]
pub(crate) struct CostForm {
    cost_method: CostMethod,
    fees: FeeTreatment,
    oversell: Oversell,
}

pub(crate) async fn set(
    State(shared): State<Shared>,
    Path(name): Path<String>,
    Form(form): Form<CostForm>,
) -> Result<Redirect, PageError> {
    let unknown = || PageError::NotFound(format!("there is no account `{name}`"));
    let account = named_account(Some(&name))?.ok_or_else(unknown)?;
    let costs = CostSettings {
        method: Some(form.cost_method),
        fees: Some(form.fees),
        oversell: Some(form.oversell),
    };
    let account = shared.app.set_costs(&account, costs).await?;
    Ok(Redirect::to(&format!("/accounts?saved={}", figures::encoded(account.name.as_str()))))
}

/// Names the lots that a sale uses: each field but `sale` and `clear` is a lot.
pub(crate) async fn choose_lots(
    State(shared): State<Shared>,
    visitor: Visitor,
    Path(name): Path<String>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let unknown = || PageError::NotFound(format!("there is no account `{name}`"));
    let account = named_account(Some(&name))?.ok_or_else(unknown)?;
    let field = |wanted: &str| fields.iter().find(|(field, _)| field == wanted);
    let sale = field("sale").map(|(_, sale)| sale.clone()).unwrap_or_default();
    let is_clear = field("clear").is_some();
    let chosen: Vec<(String, String)> = fields
        .iter()
        .filter(|(field, units)| field != "sale" && !units.trim().is_empty() && !is_clear)
        .cloned()
        .collect();
    let figure = format!("sale.{sale}.gain");
    match shared.app.choose_lots(&account, &sale, &chosen).await {
        Ok(_) => {
            let back = figures::explain(&figure, Some(account.as_str()));
            Ok(Redirect::to(&format!("{back}#lots")).into_response())
        }
        Err(error @ (ChoiceError::Account(_) | ChoiceError::UnknownSale { .. })) => {
            Err(error.into())
        }
        Err(error) => {
            let refusal =
                (capitalised(&error.to_string()), error.hint().as_deref().map(capitalised));
            let choice = Choice::of(account.to_string());
            let page = explain::page(&shared, &visitor, (figure, choice), Some(refusal)).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

#[derive(Deserialize)]
pub(crate) struct SpinOffForm {
    transaction: String,
    parent: String,
    /// Empty where it is to follow from prices.
    fraction: String,
    /// Given where what was said is to be forgotten.
    clear: Option<String>,
}

/// Says from what a spin-off came, and which share of its cost goes along.
pub(crate) async fn allocate_spin_off(
    State(shared): State<Shared>,
    Path(name): Path<String>,
    Form(form): Form<SpinOffForm>,
) -> Result<Redirect, PageError> {
    let unknown = || PageError::NotFound(format!("there is no account `{name}`"));
    let account = named_account(Some(&name))?.ok_or_else(unknown)?;
    let SpinOffForm { transaction, parent, fraction, clear } = form;
    if clear.is_some() {
        shared.app.forget_spin_off(&account, &transaction).await?;
    } else {
        let fraction = Some(fraction.trim()).filter(|fraction| !fraction.is_empty());
        shared.app.allocate_spin_off(&account, &transaction, (parent.trim(), fraction)).await?;
    }
    Ok(Redirect::to("/sales#actions"))
}
