//! What aggregators and views get, and what they tell: a portfolio as it stands; figures and panels.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use stonks_core::instrument::{AssetClass, Isin};
use stonks_core::money::{Currency, Money};

/// A portfolio as it stands, for plugins that read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The day at whose end things stand.
    pub as_of: Date,
    /// Of every field whose name begins so.
    pub base_currency: Currency,
    /// One instrument in one account each.
    pub holdings: Vec<Holding>,
    /// One currency in one account each.
    pub cash: Vec<CashBalance>,
    /// The twelve months before `as_of`, and all that is still to come.
    pub income: Vec<Income>,
}

/// One instrument in one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holding {
    /// How the account is shown.
    pub account: String,
    /// Names the instrument within the snapshot: the same in every account that holds it.
    pub instrument: String,
    /// The name to show.
    pub name: String,
    /// The symbol, where it has one.
    pub symbol: Option<String>,
    /// The ISIN, where it has one.
    pub isin: Option<Isin>,
    /// What it is.
    pub asset_class: AssetClass,
    /// The sector, where the broker tells it.
    pub sector: Option<String>,
    /// ISO 3166 alpha-2, where the broker tells it.
    pub country: Option<String>,
    /// Units.
    pub quantity: Decimal,
    /// Of one unit.
    pub price: Option<Money>,
    /// In the currency of the price.
    pub value: Option<Money>,
    /// None where a price or a rate lacks.
    pub base_value: Option<Decimal>,
    /// What was paid.
    pub base_cost: Option<Decimal>,
}

/// Cash in one account and currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CashBalance {
    /// How the account is shown.
    pub account: String,
    /// How much.
    pub money: Money,
    /// None where a rate lacks.
    pub base_value: Option<Decimal>,
}

/// How sure an income is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IncomeStatus {
    /// It was paid.
    Paid,
    /// It will be.
    Announced,
    /// The broker expects it.
    Forecast,
}

/// A dividend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Income {
    /// How the account is shown.
    pub account: String,
    /// As in [`Holding::instrument`].
    pub instrument: Option<String>,
    /// The name to show.
    pub name: String,
    /// The ISIN, where it has one.
    pub isin: Option<Isin>,
    /// How sure it is.
    pub status: IncomeStatus,
    /// From which on it is bought without the dividend.
    pub ex_date: Option<Date>,
    /// When it is paid.
    pub pay_date: Option<Date>,
    /// Units for which it was paid, in today's units.
    pub units: Option<Decimal>,
    /// Before tax.
    pub gross: Money,
    /// Negative.
    pub withholding_tax: Option<Money>,
    /// After tax; none where a rate lacks.
    pub base_net: Option<Decimal>,
}

/// The value of a figure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", content = "value")]
pub enum MetricValue {
    /// An amount.
    Money(Money),
    /// An exact number.
    Number(Decimal),
    /// Finite; 0.25 is shown as 25 %.
    Ratio(f64),
    /// Words.
    Text(String),
}

/// A named figure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Metric {
    /// Kebab-case, unique in one answer.
    pub name: String,
    /// What people read.
    pub label: String,
    /// None where there is no value.
    pub value: Option<MetricValue>,
    /// What it is a figure of, or why there is no value.
    pub explanation: Option<String>,
}

/// What the cells of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::Display)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum ColumnKind {
    /// Words.
    Text,
    /// Exact numbers.
    Number,
    /// Amounts.
    Money,
    /// Shares.
    Ratio,
    /// Days.
    Date,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// What people read.
    pub label: String,
    /// What its cells are.
    pub kind: ColumnKind,
}

/// A cell: empty, or of its column's kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", content = "value")]
pub enum Cell {
    /// Nothing.
    Empty,
    /// Words.
    Text(String),
    /// An exact number.
    Number(Decimal),
    /// An amount.
    Money(Money),
    /// Finite.
    Ratio(f64),
    /// A day.
    Date(Date),
}

/// A point of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point {
    /// When.
    pub date: Date,
    /// How much.
    pub value: Decimal,
}

/// A line over time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Series {
    /// What people read.
    pub label: String,
    /// By day.
    pub points: Vec<Point>,
}

/// A part of a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slice {
    /// What people read.
    pub label: String,
    /// Not below zero.
    pub value: Decimal,
}

/// What a panel shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum PanelBody {
    /// Figures.
    Metrics {
        /// In order.
        metrics: Vec<Metric>,
    },
    /// A table.
    Table {
        /// From left to right.
        columns: Vec<Column>,
        /// Each with one cell for each column.
        rows: Vec<Vec<Cell>>,
    },
    /// Lines over time.
    TimeSeries {
        /// Of the values; none for plain numbers.
        currency: Option<Currency>,
        /// The lines.
        series: Vec<Series>,
    },
    /// Parts of a whole.
    Breakdown {
        /// Of the values; none for plain numbers.
        currency: Option<Currency>,
        /// The parts.
        slices: Vec<Slice>,
    },
}

/// Something that a view wants shown, and the host draws.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Panel {
    /// What stands above it.
    pub title: String,
    /// A sentence below the title.
    pub description: Option<String>,
    /// What is shown.
    #[serde(flatten)]
    pub body: PanelBody,
}

/// Who told facts that a middleware gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The user's name of the account; none for facts that belong to none.
    pub account: Option<String>,
    /// The plugin that read or fetched them.
    pub plugin: String,
}
