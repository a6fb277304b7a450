//! How a figure came to be: its meaning, what it was computed from, and the rows that were told.
//!
//! A figure is explained by the functions that compute it, so that an explanation can't tell another
//! value than a report does.

mod evidence;
mod figures;
mod holding;
mod prices;
mod returns;
mod sale;
mod totals;

use std::cell::{Cell, OnceCell};
use std::collections::HashMap;

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::account::AccountName;
use crate::definitions::Definition;
use crate::fact::Identity;
use crate::figure::{Figure, Ratio};
use crate::holdings::{Development, Terms, development};
use crate::instrument::Instrument;
use crate::ledger::{InstrumentIndex, Ledger};
use crate::money::Currency;
use crate::portfolio::Portfolio;
use crate::statement::Source;

pub use figures::{FIGURES, meaning};

/// In what a value is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    Money(Currency),
    /// For one unit of an instrument.
    Price(Currency),
    Units,
    /// A plain number, such as an exchange rate.
    Number,
    Percent,
    /// A share of one: 0.05 is 5 %.
    Return,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Exact(Figure),
    Ratio(Ratio),
}

/// A figure, and what it was computed from.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation<'a> {
    /// By which it can be asked for; none where it has no name of its own.
    pub figure: Option<String>,
    /// The account of which `figure` is to be asked.
    pub account: Option<AccountName>,
    pub name: String,
    pub value: Value,
    pub unit: Unit,
    pub meaning: Option<&'static Definition>,
    /// Whether the inputs add up to the value.
    pub is_sum: bool,
    /// Days, origins, and whatever else is to be known.
    pub notes: Vec<String>,
    pub inputs: Vec<Input<'a>>,
}

/// What a figure was computed from.
#[derive(Debug, Clone, PartialEq)]
pub enum Input<'a> {
    Figure(Explanation<'a>),
    Row(Evidence<'a>),
}

/// A row of a file or a sync.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence<'a> {
    pub what: String,
    pub date: Option<Date>,
    pub amount: Option<(Decimal, Unit)>,
    pub identity: Option<&'a Identity>,
    pub instrument: Option<InstrumentIndex>,
    pub source: &'a Source,
}

/// Why a figure can't be explained.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExplainError {
    #[error("there is no figure `{0}`")]
    UnknownFigure(String),
    #[error("nothing called `{0}` is or was held")]
    UnknownHolding(String),
    #[error("`{name}` names several holdings: ask by one of {}", .keys.join(", "))]
    Ambiguous { name: String, keys: Vec<String> },
    #[error("no sale is told by a row `{0}`")]
    UnknownSale(String),
}

impl<'a> Explanation<'a> {
    fn new(name: impl Into<String>, value: Figure, unit: Unit) -> Self {
        Self {
            figure: None,
            account: None,
            name: name.into(),
            value: Value::Exact(value),
            unit,
            meaning: None,
            is_sum: false,
            notes: Vec::new(),
            inputs: Vec::new(),
        }
    }

    /// As one of [`FIGURES`] means it.
    fn meaning(mut self, id: &str) -> Self {
        self.meaning = meaning(id);
        self
    }

    fn asked_by(mut self, figure: impl Into<String>, account: Option<&AccountName>) -> Self {
        (self.figure, self.account) = (Some(figure.into()), account.cloned());
        self
    }

    fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    fn from(mut self, inputs: impl IntoIterator<Item = Self>) -> Self {
        self.inputs.extend(inputs.into_iter().map(Input::Figure));
        self
    }

    fn rows(mut self, rows: impl IntoIterator<Item = Evidence<'a>>) -> Self {
        self.inputs.extend(rows.into_iter().map(Input::Row));
        self
    }

    /// Says that the inputs add up, where they do.
    fn summed(mut self) -> Self {
        self.is_sum = match (&self.value, self.sum_of_inputs()) {
            // Each conversion is rounded to 28 digits, so that the last of them hang on the order.
            (Value::Exact(Ok(value)), Some(sum)) => value.round_dp(12) == sum.round_dp(12),
            _ => false,
        };
        self
    }

    /// The sum of what the inputs tell, where all tell an amount.
    #[must_use]
    pub fn sum_of_inputs(&self) -> Option<Decimal> {
        self.inputs.iter().try_fold(Decimal::ZERO, |sum, input| {
            let amount = match input {
                Input::Figure(Explanation { value: Value::Exact(Ok(amount)), .. }) => *amount,
                Input::Figure(_) => return None,
                Input::Row(row) => row.amount.map(|(amount, _)| amount).unwrap_or_default(),
            };
            sum.checked_add(amount)
        })
    }
}

/// What figures are explained from.
#[derive(Debug, Clone, Copy)]
pub struct Grounds<'a, 'p> {
    pub ledger: &'a Ledger,
    pub account: Option<&'a AccountName>,
    pub terms: Terms<'a>,
    /// That of `account` and `terms`.
    pub portfolio: &'p Portfolio,
    /// How many figures that have a name of their own may stand one below the other; what is deeper is told
    /// without what it comes from, and can be asked for by its name.
    pub levels: usize,
}

/// Explains a figure by its name, such as `total.value` or `holding.AAPL.cost_basis`.
///
/// # Errors
/// A name that is none, and a holding or sale that there isn't.
pub fn explain<'a>(
    grounds: Grounds<'a, '_>,
    figure: &str,
) -> Result<Explanation<'a>, ExplainError> {
    let Grounds { ledger, account, terms, portfolio, levels } = grounds;
    let explaining = Explaining {
        ledger,
        account,
        terms,
        portfolio,
        levels: Cell::new(levels),
        development: OnceCell::new(),
        quotes: OnceCell::new(),
    };
    let unknown = || ExplainError::UnknownFigure(figure.to_owned());
    if let Some(rest) = figure.strip_prefix("holding.") {
        let (name, what) = rest.rsplit_once('.').ok_or_else(unknown)?;
        meaning(&format!("holding.{what}")).ok_or_else(unknown)?;
        return explaining.holding_figure(name, what);
    }
    if let Some(rest) = figure.strip_prefix("sale.") {
        return explaining.sale_figure(rest.strip_suffix(".gain").ok_or_else(unknown)?);
    }
    match figure {
        "total.value" => Ok(explaining.value()),
        "total.cash" => Ok(explaining.cash()),
        "total.deposits" => Ok(explaining.deposits()),
        "total.profit_loss" => Ok(explaining.profit_loss()),
        "total.roi_percent" => Ok(explaining.roi()),
        "performance.twr" => Ok(explaining.time_weighted()),
        "performance.mwr" => Ok(explaining.money_weighted()),
        _ => Err(unknown()),
    }
}

/// What explaining needs, computed once.
struct Explaining<'a, 'p> {
    ledger: &'a Ledger,
    account: Option<&'a AccountName>,
    terms: Terms<'a>,
    portfolio: &'p Portfolio,
    /// Levels that are left.
    levels: Cell<usize>,
    development: OnceCell<Development>,
    quotes: OnceCell<HashMap<(InstrumentIndex, Date), Vec<usize>>>,
}

impl<'a> Explaining<'a, '_> {
    fn development(&self) -> &Development {
        self.development.get_or_init(|| development(self.ledger, self.account, self.terms))
    }

    /// Tells what a figure comes from, as long as there are levels left.
    fn below(
        &self,
        told: Explanation<'a>,
        tell: impl FnOnce(Explanation<'a>) -> Explanation<'a>,
    ) -> Explanation<'a> {
        let levels = self.levels.get();
        let Some(left) = levels.checked_sub(1) else { return told };
        self.levels.set(left);
        let told = tell(told);
        self.levels.set(levels);
        told
    }

    fn instrument(&self, index: InstrumentIndex) -> &'a Instrument {
        &self.ledger.instruments[index]
    }

    const fn base(&self) -> Unit {
        Unit::Money(self.terms.base)
    }
}

/// The shortest name that means one instrument: symbol, ISIN, or the broker's own.
#[must_use]
pub fn key(ledger: &Ledger, index: InstrumentIndex) -> String {
    let instrument = &ledger.instruments[index];
    let is_alone = |symbol: &&String| {
        let others = ledger.instruments.iter().filter_map(|other| other.symbol.as_ref());
        others.filter(|other| other.eq_ignore_ascii_case(symbol)).count() == 1
    };
    let isin = instrument.isin.map(|isin| isin.to_string());
    instrument
        .symbol
        .as_ref()
        .filter(is_alone)
        .cloned()
        .or(isin)
        .unwrap_or_else(|| instrument.identity.to_string())
}
