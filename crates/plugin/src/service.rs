//! Kinds of plugins, and the services that a broker may offer.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, VariantArray};

/// What a plugin is for.
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
    VariantArray,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum PluginKind {
    /// Delivers facts of a broker, a bank, or a source of market data.
    Broker,
    /// Turns a portfolio into named figures.
    Aggregator,
    /// Maps facts between a broker and the ledger.
    Middleware,
    /// Draws typed panels from a portfolio.
    View,
}

/// A service of a broker: one interface of the contract, whose name it has.
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
    VariantArray,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Service {
    /// Positions and quotes.
    Portfolio,
    /// Purchases, sales and corporate actions. `trade` in old manifests.
    #[serde(alias = "trade")]
    Transaction,
    /// Money put in and taken out.
    Deposit,
    /// Dividends and their taxes.
    Dividend,
    /// Fees that belong to no transaction.
    Fee,
    /// Accounts, cash movements, balances.
    Account,
    /// Whether the credentials are accepted.
    Authentication,
    /// Data that belongs to no account.
    Update,
    /// Exports that the user downloads.
    FileImport,
}
