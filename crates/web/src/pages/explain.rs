//! How a figure came to be, down to the rows of files.

use askama::Template;
use axum::extract::{Path, Query as UrlQuery, State};
use axum::response::Html;
use jiff::civil::Date;
use serde::Deserialize;
use stonks_app::SaleLots;
use stonks_app::reports::{Depth, ExplanationInput, ExplanationNode, Query};
use stonks_core::lots::CostMethod;

use super::{Frame, PageError, Visitor, drawn, filters, named_account};
use crate::figures;
use crate::router::Shared;

#[derive(Deserialize)]
pub(crate) struct Choice {
    account: Option<String>,
    as_of: Option<String>,
}

#[derive(Template)]
#[template(path = "explain.html")]
struct ExplainPage {
    frame: Frame,
    figure: String,
    node: ExplanationNode,
    as_of: Date,
    account: Option<String>,
    /// The page to go back to: address and name.
    back: (&'static str, &'static str),
    tree: String,
    lots: Option<SaleLots>,
    is_specific: bool,
    refusal: Option<(String, Option<String>)>,
}

/// Inputs below a figure.
#[derive(Template)]
#[template(path = "explain_inputs.html")]
struct Inputs<'a> {
    shown: &'a [ExplanationInput],
    n_more: usize,
    level: usize,
    /// The day that was asked for.
    as_of: Option<Date>,
}

/// Levels that one page shows; what is deeper has a page of its own.
const DEEPEST: usize = 5;

/// Inputs of one figure that a page shows.
const MOST: usize = 300;

fn is_leaf(node: &ExplanationNode) -> bool {
    node.inputs.is_empty() && node.figure.is_none()
}

impl<'a> Inputs<'a> {
    fn of(node: &'a ExplanationNode, level: usize, as_of: Option<Date>) -> Self {
        let shown = &node.inputs[..node.inputs.len().min(MOST)];
        Self { shown, n_more: node.inputs.len() - shown.len(), level, as_of }
    }

    fn below(&self, node: &ExplanationNode) -> askama::Result<String> {
        Inputs::of(node, self.level + 1, self.as_of).render()
    }

    fn goes_deeper(&self) -> bool {
        self.level < DEEPEST
    }

    /// One input alone is shown at once.
    fn opens(&self) -> bool {
        self.level == 0 && self.shown.len() <= 3
    }

    fn href(&self, node: &ExplanationNode) -> Option<String> {
        let figure = node.figure.as_deref()?;
        let mut href = figures::explain(figure, node.account.as_deref());
        if let Some(as_of) = self.as_of {
            href.push(if href.contains('?') { '&' } else { '?' });
            href += &format!("as_of={as_of}");
        }
        Some(href)
    }
}

pub(crate) async fn show(
    State(shared): State<Shared>,
    visitor: Visitor,
    Path(figure): Path<String>,
    UrlQuery(choice): UrlQuery<Choice>,
) -> Result<Html<String>, PageError> {
    page(&shared, &visitor, (figure, choice), None).await
}

/// The page, with what was wrong about what was asked for.
pub(crate) async fn page(
    shared: &Shared,
    visitor: &Visitor,
    (figure, choice): (String, Choice),
    refusal: Option<(String, Option<String>)>,
) -> Result<Html<String>, PageError> {
    let account = named_account(choice.account.as_deref())?;
    let as_of = choice.as_of.filter(|day| !day.is_empty());
    let wrong = |_| PageError::BadRequest("`as_of` is a date such as 2026-01-31".to_owned());
    let as_of: Option<Date> = as_of.map(|day| day.parse().map_err(wrong)).transpose()?;
    let query = Query { account: account.clone(), as_of, ..Query::default() };
    let explained = shared.app.explain(&figure, &query, Depth::Page).await?;
    let node = explained.explanation;
    let sale = figure.strip_prefix("sale.").and_then(|rest| rest.strip_suffix(".gain"));
    let of = node.account.as_deref().and_then(|account| account.parse().ok());
    let lots = match sale.zip(of) {
        // What is no sale of units, such as capital that came back, has no lots to choose.
        Some((sale, account)) => shared.app.sale_lots(&account, sale).await.ok(),
        None => None,
    };
    let (path, back) = match figure.split('.').next() {
        Some("holding") => ("/portfolio", ("/portfolio", "Portfolio")),
        Some("sale") => ("/sales", ("/sales", "Sales")),
        _ => ("/", ("/", "Dashboard")),
    };
    let tree = Inputs::of(&node, 0, as_of).render()?;
    drawn(&ExplainPage {
        frame: visitor.frame("Explained", path),
        figure,
        as_of: explained.as_of,
        account: account.map(|account| account.to_string()),
        back,
        tree,
        is_specific: lots.as_ref().is_some_and(|lots| lots.cost_method == CostMethod::Specific),
        lots: lots.filter(|lots| !lots.lots.is_empty()),
        node,
        refusal,
    })
}

impl Choice {
    /// Of one account, today.
    pub(crate) fn of(account: String) -> Self {
        Self { account: Some(account), as_of: None }
    }
}
