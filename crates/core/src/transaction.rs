//! Changes in the units held, as brokers tell them.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, IntoStaticStr};

use crate::fact::Identity;
use crate::moment::Moment;
use crate::money::{Currency, Money};

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
pub enum TransactionKind {
    Buy,
    Sell,
    TransferIn,
    TransferOut,
    /// More or fewer units of the same instrument for the same money.
    Split,
    /// Units of one instrument became units of another.
    Exchange,
    SpinOff,
    StockDividend,
    /// Units received for nothing: staking, lending, promotion.
    Reward,
    Rights,
    Exercise,
    Assignment,
    Expiry,
    Delisting,
    Other,
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
pub enum FeeKind {
    Transaction,
    Conversion,
    TransactionTax,
    Connection,
    Custody,
    DepositaryReceipt,
    MarketData,
    CorporateAction,
    Payment,
    Borrowing,
    Regulatory,
    Network,
    Other,
}

/// A cost of a transaction. Negative: paid. Positive: paid back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fee {
    pub kind: FeeKind,
    #[serde(flatten)]
    pub money: Money,
    pub description: Option<String>,
}

/// A change in the units held.
///
/// Its cash is told either here or by the movements that name it; [`crate::ledger`] decides which.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transaction {
    pub identity: Identity,
    pub broker_account: Option<Identity>,
    pub instrument: Identity,
    pub kind: TransactionKind,
    pub at: Moment,
    pub settlement_date: Option<Date>,
    /// Change in units: positive for more, negative for fewer.
    pub quantity: Decimal,
    /// Per unit, before fees, in `price_currency`.
    pub price: Option<Decimal>,
    pub price_currency: Option<Currency>,
    /// Cash effect of the units alone, without fees: negative for a purchase.
    pub amount: Option<Money>,
    /// Interest bought (negative) or sold (positive) with a bond.
    pub accrued: Option<Money>,
    pub fees: Vec<Fee>,
    /// What the account was charged or credited in all, fees included.
    pub settled: Option<Money>,
    /// Units of `settled`'s currency for one unit of `amount`'s.
    pub exchange_rate: Option<Decimal>,
    pub order: Option<String>,
    /// What binds the legs of one corporate action.
    pub group: Option<String>,
    pub venue: Option<String>,
    pub description: Option<String>,
}

impl Transaction {
    /// Whether it brought in units of what was spun off.
    #[must_use]
    pub fn brings_in_spin_off(&self) -> bool {
        self.kind == TransactionKind::SpinOff && self.quantity > Decimal::ZERO
    }
}
