//! How a figure came to be, down to the rows of files.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::Serialize;
use stonks_core::explanation::{
    Evidence, ExplainError, Explanation, FIGURES, Grounds, Input, Unit, Value, explain, key,
    meaning,
};
use stonks_core::ledger::Ledger;
use stonks_core::money::{Currency, round};
use stonks_plugin::validate::nearest;
use utoipa::ToSchema;

use super::{Amount, Desk, Query, RowSource, rounded_in, told};
use crate::accounts::AccountError;
use crate::app::App;

/// A figure, explained.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Explained {
    #[schema(value_type = String)]
    pub as_of: Date,
    #[schema(value_type = String)]
    pub base_currency: Currency,
    #[serde(flatten)]
    pub explanation: ExplanationNode,
}

/// A figure, and what it was computed from.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Explanation)]
pub struct ExplanationNode {
    /// By which it can be asked for; none where it has no name of its own.
    pub figure: Option<String>,
    /// The account of which `figure` is to be asked.
    pub account: Option<String>,
    pub name: String,
    /// As reports tell it. None where it has no value.
    #[schema(value_type = Option<String>)]
    pub value: Option<Amount>,
    /// Unrounded.
    #[schema(value_type = Option<String>)]
    pub exact: Option<Amount>,
    /// A currency, `units`, `%`, or nothing.
    pub unit: String,
    /// Why there is no value.
    pub reason: Option<String>,
    pub definition: Option<&'static str>,
    pub formula: Option<&'static str>,
    /// Whose convention it is.
    pub convention: Option<&'static str>,
    /// Whether the inputs add up to the value.
    pub is_sum: bool,
    pub notes: Vec<String>,
    pub inputs: Vec<ExplanationInput>,
}

/// What a figure was computed from: another figure, or a row.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case", tag = "type")]
pub enum ExplanationInput {
    #[schema(no_recursion)]
    Figure(ExplanationNode),
    Row(Witness),
}

/// A row of a file or a sync.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ExplanationRow)]
pub struct Witness {
    pub what: String,
    pub id: Option<String>,
    #[schema(value_type = Option<String>)]
    pub date: Option<Date>,
    #[schema(value_type = Option<String>)]
    pub amount: Option<Amount>,
    pub unit: String,
    pub source: RowSource,
}

/// Why a figure can't be explained.
#[derive(Debug, thiserror::Error)]
pub enum FigureError {
    #[error(transparent)]
    Account(#[from] AccountError),
    #[error("{error}")]
    Figure { error: ExplainError, hint: Option<String> },
}

impl FigureError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Account(error) => error.hint(),
            Self::Figure { hint, .. } => hint.clone(),
        }
    }
}

/// How far down a figure is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Down to the rows.
    Rows,
    /// Down to the rows where all of them make a page; else to the figures that can be opened by themselves.
    Page,
}

/// Rows of books that a page still tells all at once.
const MOST_ROWS: usize = 5_000;

impl Depth {
    fn levels(self, ledger: &Ledger) -> usize {
        let n_rows = ledger.books.iter().map(|book| book.transactions.len() + book.movements.len());
        if self == Self::Page && n_rows.sum::<usize>() > MOST_ROWS { 1 } else { usize::MAX }
    }
}

/// Figures whose names are whole.
const WHOLE: [&str; 7] = [
    "total.value",
    "total.cash",
    "total.deposits",
    "total.profit_loss",
    "total.roi_percent",
    "performance.twr",
    "performance.mwr",
];

impl ExplanationNode {
    fn new(desk: &Desk, explanation: &Explanation<'_>) -> Self {
        let unit = explanation.unit;
        let (value, exact, reason) = match &explanation.value {
            Value::Exact(Ok(amount)) => {
                (Some(shown(*amount, unit, explanation.meaning)), Some(told(*amount)), None)
            }
            Value::Exact(Err(reason)) => (None, None, Some(reason.to_string())),
            Value::Ratio(Ok(ratio)) => (Some(format!("{:.4}", ratio * 100.0)), None, None),
            Value::Ratio(Err(reason)) => (None, None, Some(reason.to_string())),
        };
        let meaning = explanation.meaning;
        Self {
            figure: explanation.figure.clone(),
            account: explanation.account.as_ref().map(ToString::to_string),
            name: explanation.name.clone(),
            value,
            exact,
            unit: unit_label(unit),
            reason,
            definition: meaning.map(|meaning| meaning.definition),
            formula: meaning.map(|meaning| meaning.formula),
            convention: meaning.map(|meaning| meaning.source),
            is_sum: explanation.is_sum,
            notes: explanation.notes.clone(),
            inputs: explanation
                .inputs
                .iter()
                .map(|input| match input {
                    Input::Figure(figure) => ExplanationInput::Figure(Self::new(desk, figure)),
                    Input::Row(row) => ExplanationInput::Row(Witness::new(desk, row)),
                })
                .collect(),
        }
    }
}

impl Witness {
    fn new(desk: &Desk, row: &Evidence<'_>) -> Self {
        let id = row.identity.map(ToString::to_string);
        Self {
            what: row.what.clone(),
            date: row.date,
            amount: row.amount.map(|(amount, _)| told(amount)),
            unit: row.amount.map(|(_, unit)| unit_label(unit)).unwrap_or_default(),
            source: desk.source(row.source, id.as_deref().unwrap_or_default(), row.instrument),
            id,
        }
    }
}

/// As the reports tell it.
fn shown(
    amount: Decimal,
    unit: Unit,
    meaning: Option<&stonks_core::definitions::Definition>,
) -> Amount {
    let is_average = meaning.is_some_and(|meaning| meaning.id == "holding.average_cost");
    match unit {
        Unit::Money(currency) => rounded_in(amount, currency),
        Unit::Price(_) if is_average => told(round(amount, 6)),
        Unit::Price(_) | Unit::Units => told(amount),
        Unit::Number => told(round(amount, 8)),
        Unit::Percent | Unit::Return => told(round(amount, 4)),
    }
}

fn unit_label(unit: Unit) -> String {
    match unit {
        Unit::Money(currency) | Unit::Price(currency) => currency.to_string(),
        Unit::Units => "units".to_owned(),
        Unit::Number => String::new(),
        Unit::Percent | Unit::Return => "%".to_owned(),
    }
}

impl Desk {
    fn hint(&self, error: &ExplainError, asked: &str) -> Option<String> {
        let did_you_mean = |found: &str| Some(format!("did you mean `{found}`"));
        let kinds = || {
            let of_holdings = FIGURES.iter().filter_map(|one| one.id.strip_prefix("holding."));
            of_holdings.collect::<Vec<_>>()
        };
        match error {
            ExplainError::UnknownFigure(_) => {
                let split = asked.strip_prefix("holding.").and_then(|rest| rest.rsplit_once('.'));
                if let Some((name, what)) = split {
                    return match nearest(what, kinds()) {
                        Some(found) => did_you_mean(&format!("holding.{name}.{found}")),
                        None => Some(format!("of a holding there is {}", kinds().join(", "))),
                    };
                }
                match nearest(asked, WHOLE) {
                    Some(found) => did_you_mean(found),
                    None => Some(format!(
                        "there is {}, `holding.SYMBOL.{}` and the like, and `sale.ID.gain`",
                        WHOLE.join(", "),
                        "value"
                    )),
                }
            }
            ExplainError::UnknownHolding(name) => {
                let n_instruments = self.ledger().instruments.len();
                let keys = (0..n_instruments).map(|index| key(self.ledger(), index));
                let keys: Vec<String> = keys.collect();
                let found = nearest(name, keys.iter().map(String::as_str))?;
                let what = asked.rsplit_once('.').map_or("value", |(_, what)| what);
                did_you_mean(&format!("holding.{found}.{what}"))
            }
            ExplainError::UnknownSale(_) => {
                Some("`stonks show sales` lists sales with their ids".to_owned())
            }
            ExplainError::Ambiguous { .. } => None,
        }
    }
}

impl App {
    /// How a figure came to be: `total.value`, `holding.AAPL.cost_basis`, `sale.ID.gain`.
    ///
    /// # Errors
    /// A figure, holding, sale or account that there isn't, or a database that can't be read.
    pub async fn explain(
        &self,
        figure: &str,
        query: &Query,
        depth: Depth,
    ) -> Result<Explained, FigureError> {
        let desk = self.desk(query).await?;
        let grounds = Grounds {
            ledger: desk.ledger(),
            account: desk.account(),
            terms: desk.terms(),
            portfolio: &desk.portfolio(),
            levels: depth.levels(desk.ledger()),
        };
        let explained = explain(grounds, figure);
        let explanation = explained.map_err(|error| {
            let hint = desk.hint(&error, figure);
            FigureError::Figure { error, hint }
        })?;
        Ok(Explained {
            as_of: desk.as_of,
            base_currency: desk.base,
            explanation: ExplanationNode::new(&desk, &explanation),
        })
    }

    /// Whether a name is that of a figure, whatever is held.
    #[must_use]
    pub fn is_figure(name: &str) -> bool {
        meaning(name).is_some()
    }
}
