//! Reports: what pages and commands show, computed from the books.
//!
//! Amounts are texts of exact decimals, so that no reader takes them for floats. Computed amounts are
//! rounded to the places of their currency; what a broker told stands as it told it. Where a figure
//! has no value it is absent, and `reasons` say why.

mod account;
mod corporate_actions;
mod deposits;
mod diversification;
mod dividends;
mod excerpt;
mod explanation;
mod fees;
mod history;
mod leaf;
mod performance;
mod portfolio;
mod reconciliation;
mod sales;
mod total;
mod transactions;

use std::sync::Arc;

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::Serialize;
use stonks_core::account::AccountName;
use stonks_core::figure::Figure;
use stonks_core::holdings::{Outcomes, Terms};
use stonks_core::instrument::{Instrument, Isin};
use stonks_core::ledger::{InstrumentIndex, Ledger};
use stonks_core::money::{Currency, round, to_canonical};
use stonks_core::performance::{DayValue, Scope, Series, value_history_since};
use stonks_core::portfolio::{Portfolio, portfolio_since};
use stonks_core::statement::Source;
use utoipa::ToSchema;

pub use account::AccountRow;
pub use corporate_actions::{ActionChange, ActionRow, SpinOffRow};
pub use deposits::DepositRow;
pub use diversification::{DiversificationReport, DiversificationRow, HOW_TO_FILL, class_label};
pub use dividends::{DividendMonth, DividendRow, DividendSummary, DividendYear, HoldingYield};
pub use excerpt::{Excerpt, ExcerptLine};
pub use explanation::{Depth, Explained, ExplanationInput, ExplanationNode, FigureError, Witness};
pub use fees::{FeeClass, FeeRow, FeeSummary, FeeYear};
pub use history::{HistoryRow, StaleRow};
pub use leaf::{Leaf, Leafed};
pub use performance::{
    AccountPerformance, BenchmarkRow, DrawdownRow, HoldingPerformance, MonthRow, PerformanceDay,
    PerformanceFigures, PerformanceQuery, PerformanceReport, YearRow,
};
pub use portfolio::{CashRow, HoldingRow, PortfolioReport};
pub use reconciliation::{LikelyRow, ReconciliationRow, Verdict};
pub use sales::{SaleLot, SaleRow, SaleYear, SalesReport};
pub use total::TotalReport;
pub use transactions::{FeeItem, TransactionRow};

use crate::accounts::AccountError;
use crate::app::App;
use crate::books::Books;
use crate::books::figures::Days;

/// What a report is to cover.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Query {
    /// One account; all where it is none.
    pub account: Option<AccountName>,
    /// The day at whose end things stand; today where it is none.
    pub as_of: Option<Date>,
    /// The first day of lists.
    pub from: Option<Date>,
    /// The last day of lists; `as_of` where it is none.
    pub to: Option<Date>,
    /// Whether what is held in several accounts is one holding.
    pub together: bool,
}

impl Query {
    fn covers(&self, date: Date, as_of: Date) -> bool {
        self.from.is_none_or(|from| from <= date) && date <= self.to.unwrap_or(as_of)
    }
}

/// Where a row comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RowSource {
    pub plugin: String,
    pub version: String,
    pub file: String,
    /// Line, or path in a tree.
    pub row: Option<String>,
    /// For [`App::excerpt`].
    pub delivery: i64,
    pub line: Option<u32>,
    /// Middleware that changed what the row rests on: name and version.
    pub changed_by: Vec<String>,
}

/// An exact decimal as text.
pub type Amount = String;

/// Shares are told to so many places of a per cent.
const SHARE_PLACES: u32 = 2;

/// The books, and the terms of one report.
struct Desk {
    books: Arc<Books>,
    query: Query,
    as_of: Date,
    base: Currency,
}

impl Desk {
    fn terms(&self) -> Terms<'_> {
        Terms { rates: &self.books.rates, base: self.base, as_of: self.as_of }
    }

    fn ledger(&self) -> &Ledger {
        &self.books.ledger
    }

    fn account(&self) -> Option<&AccountName> {
        self.query.account.as_ref()
    }

    fn covers(&self, date: Date) -> bool {
        self.query.covers(date, self.as_of)
    }

    /// What is there, and the figures about the whole.
    fn portfolio(&self) -> Arc<Portfolio> {
        let compute = |known: Option<Outcomes>| {
            let known = known.unwrap_or_default();
            let (portfolio, known) =
                portfolio_since(self.ledger(), self.account(), self.terms(), known);
            (Arc::new(portfolio), known)
        };
        let answers = &self.books.figures.portfolios;
        Arc::clone(&answers.to((self.query.account.clone(), self.as_of), compute).0)
    }

    /// Every calendar day from the first fact on.
    fn history(&self) -> Arc<Vec<DayValue>> {
        let compute = |known: Option<Days<Vec<DayValue>>>| {
            let known = owned(known).unwrap_or_else(|| (Vec::new(), Date::MIN));
            value_history_since(self.ledger(), self.account(), self.terms(), known)
        };
        self.books.figures.histories.to((self.query.account.clone(), self.as_of), compute)
    }

    /// Values and flows of each day.
    fn series(&self, scope: Scope<'_>) -> Arc<Series> {
        let (account, instrument) = match scope {
            Scope::Portfolio => (None, None),
            Scope::Account(account) => (Some(account.clone()), None),
            Scope::Holding { instrument, account } => (account.cloned(), Some(instrument)),
        };
        let compute = |known| Series::since(self.ledger(), scope, self.terms(), owned(known));
        self.books.figures.series.to((account, instrument, self.as_of), compute)
    }

    /// The same of each holding, also of those that are no more.
    fn holdings_series(&self) -> Arc<Vec<(InstrumentIndex, Series)>> {
        let compute = |known| {
            let known = owned(known).unwrap_or_else(|| (Vec::new(), Date::MIN));
            Series::of_holdings_since(self.ledger(), self.account(), self.terms(), known)
        };
        self.books.figures.holdings.to((self.query.account.clone(), self.as_of), compute)
    }

    fn instrument(&self, index: InstrumentIndex) -> &Instrument {
        &self.books.ledger.instruments[index]
    }

    /// Of the row with this id, about this instrument.
    fn source(&self, source: &Source, id: &str, instrument: Option<InstrumentIndex>) -> RowSource {
        let delivery = &self.books.ledger.deliveries[source.delivery];
        let row = source.location.to_string();
        RowSource {
            plugin: delivery.plugin.clone(),
            version: delivery.version.clone(),
            file: delivery.name.clone(),
            row: (!row.is_empty()).then_some(row),
            delivery: delivery.id,
            line: source.location.line,
            changed_by: self.books.changes.of_row(delivery.account.as_ref(), id, instrument),
        }
    }

    /// In the base currency's places.
    fn rounded(&self, amount: Decimal) -> Amount {
        rounded_in(amount, self.base)
    }

    /// A figure in the base currency; one without value adds its reason.
    fn figure(&self, figure: &Figure, reasons: &mut Vec<String>) -> Option<Amount> {
        known(figure, reasons).map(|amount| self.rounded(amount))
    }
}

/// Days to go on with, which nobody else looks at any more in most cases.
fn owned<T: Clone>(known: Option<Days<T>>) -> Option<(T, Date)> {
    known.map(|(days, since)| (Arc::unwrap_or_clone(days), since))
}

fn rounded_in(amount: Decimal, currency: Currency) -> Amount {
    let places = currency.decimal_places();
    format!("{:.*}", places as usize, round(amount, places))
}

/// As a broker told it.
fn told(amount: Decimal) -> Amount {
    to_canonical(amount)
}

/// A figure; one without value adds its reason, once.
fn known(figure: &Figure, reasons: &mut Vec<String>) -> Option<Decimal> {
    match figure {
        Ok(amount) => Some(*amount),
        Err(reason) => {
            let reason = reason.to_string();
            if !reasons.contains(&reason) {
                reasons.push(reason);
            }
            None
        }
    }
}

/// How a row names an instrument.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct InstrumentName {
    pub symbol: Option<String>,
    #[schema(value_type = Option<String>)]
    pub isin: Option<Isin>,
    pub name: Option<String>,
}

impl InstrumentName {
    fn of(instrument: &Instrument) -> Self {
        Self {
            symbol: instrument.symbol.clone(),
            isin: instrument.isin,
            name: Some(instrument.label().to_owned()),
        }
    }

    /// The shortest name there is.
    #[must_use]
    pub fn short(&self) -> &str {
        let isin = self.isin.as_ref().map(Isin::as_str);
        self.symbol.as_deref().or(self.name.as_deref()).or(isin).unwrap_or_default()
    }
}

impl App {
    async fn desk(&self, query: &Query) -> Result<Desk, AccountError> {
        let books = self.books().await?;
        if let Some(name) = &query.account
            && !books.accounts.contains(name)
        {
            return Err(AccountError::Unknown {
                name: name.clone(),
                known: books.accounts.clone(),
            });
        }
        let as_of = query.as_of.unwrap_or_else(|| self.today());
        Ok(Desk { books, query: query.clone(), as_of, base: self.base_currency() })
    }
}
