//! Changes in cash, and what brokers claim: balances, positions, income to come.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, IntoStaticStr};

use crate::fact::Identity;
use crate::moment::Moment;
use crate::money::{Currency, Money};
use crate::transaction::FeeKind;

#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Display,
    EnumString,
    IntoStaticStr,
    Serialize,
    Deserialize,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum CashKind {
    Deposit,
    Withdrawal,
    /// Payment for units; names the transaction that it settles.
    Trade,
    Fee,
    Dividend,
    WithholdingTax,
    CapitalReturn,
    Interest,
    InterestTax,
    Conversion,
    InternalTransfer,
    Lending,
    Reward,
    VariationMargin,
    Tax,
    Adjustment,
    /// Not understood by the plugin; the amount counts nevertheless.
    Other,
}

/// A change in the cash of one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CashMovement {
    pub identity: Identity,
    pub broker_account: Option<Identity>,
    pub kind: CashKind,
    pub at: Moment,
    pub value_date: Option<Date>,
    pub money: Money,
    pub instrument: Option<Identity>,
    /// The transaction that this movement settles, or is a cost of.
    pub transaction: Option<Identity>,
    pub fee_kind: Option<FeeKind>,
    pub group: Option<String>,
    pub description: Option<String>,
    /// The balance that the broker's statement shows behind this movement.
    pub balance: Option<Decimal>,
}

/// Units that the broker says are held at the end of `date`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    pub identity: Identity,
    pub broker_account: Option<Identity>,
    pub instrument: Identity,
    pub date: Date,
    pub quantity: Decimal,
    pub price: Option<Decimal>,
    pub price_currency: Option<Currency>,
    pub value: Option<Money>,
    pub cost: Option<Money>,
}

#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Display,
    EnumString,
    IntoStaticStr,
    Serialize,
    Deserialize,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum DaySide {
    Opening,
    Closing,
}

/// Cash that the broker says is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Balance {
    pub identity: Identity,
    pub broker_account: Option<Identity>,
    pub date: Date,
    pub side: DaySide,
    pub money: Money,
}

#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    Display,
    EnumString,
    IntoStaticStr,
    Serialize,
    Deserialize,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum DividendStatus {
    Announced,
    Forecast,
}

/// Income that has not been paid yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpcomingDividend {
    pub identity: Identity,
    pub broker_account: Option<Identity>,
    pub instrument: Identity,
    pub status: DividendStatus,
    pub ex_date: Option<Date>,
    pub pay_date: Option<Date>,
    pub per_unit: Option<Money>,
    pub gross: Option<Money>,
    /// Negative.
    pub withholding_tax: Option<Money>,
}
