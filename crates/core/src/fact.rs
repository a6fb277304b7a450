//! What brokers say: facts, their identities, and where each was said.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, IntoStaticStr};

use crate::account::BrokerAccount;
use crate::cash::{Balance, CashMovement, Position, UpcomingDividend};
use crate::fx::FxRate;
use crate::instrument::Instrument;
use crate::moment::Moment;
use crate::quotes::Quote;
use crate::transaction::Transaction;

/// The name of a fact that stays the same whenever and however the broker delivers it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Identity(Box<str>);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an identity: 1 to 200 visible ASCII characters are expected")]
pub struct ParseIdentityError(String);

impl Identity {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Identity {
    type Err = ParseIdentityError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if (1..=200).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic()) {
            Ok(Self(text.into()))
        } else {
            Err(ParseIdentityError(text.chars().take(60).collect()))
        }
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Where in what the broker sent a fact stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Location {
    /// Line of the file, from 1.
    pub line: Option<u32>,
    /// Path in a tree, or an API path and the index in its answer.
    pub path: Option<Box<str>>,
}

/// Line or path, as a user would look it up.
impl fmt::Display for Location {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.line, &self.path) {
            (Some(line), Some(path)) => write!(formatter, "line {line}, {path}"),
            (Some(line), None) => write!(formatter, "line {line}"),
            (None, Some(path)) => formatter.write_str(path),
            (None, None) => Ok(()),
        }
    }
}

/// Something in a delivery that the plugin did not understand, or that the user should know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    pub identity: Identity,
    pub broker_account: Option<Identity>,
    pub at: Option<Moment>,
    pub reason: String,
    pub text: String,
}

/// One thing that a broker says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fact {
    Account(BrokerAccount),
    Instrument(Instrument),
    Transaction(Transaction),
    CashMovement(CashMovement),
    Position(Position),
    Balance(Balance),
    Quote(Quote),
    FxRate(FxRate),
    UpcomingDividend(UpcomingDividend),
    Note(Note),
}

/// The kinds of facts.
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
pub enum FactKind {
    Account,
    Instrument,
    Transaction,
    CashMovement,
    Position,
    Balance,
    Quote,
    FxRate,
    UpcomingDividend,
    Note,
}

impl Fact {
    #[must_use]
    pub const fn kind(&self) -> FactKind {
        match self {
            Self::Account(_) => FactKind::Account,
            Self::Instrument(_) => FactKind::Instrument,
            Self::Transaction(_) => FactKind::Transaction,
            Self::CashMovement(_) => FactKind::CashMovement,
            Self::Position(_) => FactKind::Position,
            Self::Balance(_) => FactKind::Balance,
            Self::Quote(_) => FactKind::Quote,
            Self::FxRate(_) => FactKind::FxRate,
            Self::UpcomingDividend(_) => FactKind::UpcomingDividend,
            Self::Note(_) => FactKind::Note,
        }
    }

    #[must_use]
    pub const fn identity(&self) -> &Identity {
        match self {
            Self::Account(fact) => &fact.identity,
            Self::Instrument(fact) => &fact.identity,
            Self::Transaction(fact) => &fact.identity,
            Self::CashMovement(fact) => &fact.identity,
            Self::Position(fact) => &fact.identity,
            Self::Balance(fact) => &fact.identity,
            Self::Quote(fact) => &fact.identity,
            Self::FxRate(fact) => &fact.identity,
            Self::UpcomingDividend(fact) => &fact.identity,
            Self::Note(fact) => &fact.identity,
        }
    }
}

/// A fact and where it stands in its delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located {
    pub fact: Fact,
    pub location: Location,
}
