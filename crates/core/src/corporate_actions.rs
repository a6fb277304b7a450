//! Corporate actions: what the issuer did to the units, with what was held before and after.
//!
//! - Split, reverse split, stock dividend: other units for the same cost; the days of purchase stay.
//! - Spin-off: a part of the parent's cost goes along, lot by lot: the fraction that the user or the
//!   issuer states, or else the shares in the value of both at their first prices after it. Where neither
//!   is known the new units cost nothing.
//! - Exchange and rename: the lots go along with their days and costs; of several new instruments each
//!   takes its share by value. Cash beside them lowers the cost, and is gain beyond it; an exchange for
//!   cash alone is a sale.
//! - Delisting: the units are worthless, and their cost is a loss.
//! - Return of capital: lowers the cost of each unit alike, and is gain beyond it.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::Serialize;
use strum::{Display, EnumString, IntoStaticStr};

use crate::account::AccountName;
use crate::ledger::{InstrumentIndex, Place};
use crate::lots::Amounts;
use crate::money::Currency;
use crate::sales::Gain;

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
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum ActionKind {
    Split,
    ReverseSplit,
    SpinOff,
    /// A merger or an exchange: units of one instrument became units of others, or cash.
    Exchange,
    /// A new name, symbol or ISIN: as many units as before.
    Rename,
    Delisting,
    StockDividend,
    ReturnOfCapital,
}

/// What a corporate action did to one instrument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub instrument: InstrumentIndex,
    /// In which the native costs are told.
    pub currency: Currency,
    pub quantity_before: Decimal,
    pub quantity_after: Decimal,
    pub cost_before: Amounts,
    pub cost_after: Amounts,
}

/// A corporate action in one book.
#[derive(Debug, Clone)]
pub struct CorporateAction {
    pub kind: ActionKind,
    pub account: AccountName,
    /// As [`crate::ledger::Book::label`] has it.
    pub account_label: String,
    pub date: Date,
    /// The rows that told it.
    pub places: Vec<Place>,
    /// Units after for each unit before, of a split.
    pub ratio: Option<Decimal>,
    /// The instruments that it touched: those that went or gave first.
    pub changes: Vec<Change>,
    /// What it realised.
    pub gain: Gain,
}
