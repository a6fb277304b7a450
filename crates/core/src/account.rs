//! The user's accounts, and the broker's accounts inside a delivery.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::fact::Identity;
use crate::money::Currency;

/// The name a user gave to an account, such as `degiro`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AccountName(String);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` can't name an account: 1 to 40 letters, digits, `-`, `_` and `.` are expected, a letter or digit first"
)]
pub struct ParseAccountNameError(String);

impl AccountName {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for AccountName {
    type Err = ParseAccountNameError;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let is_allowed = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
        let is_good = (1..=40).contains(&name.chars().count())
            && name.starts_with(char::is_alphanumeric)
            && name.chars().all(is_allowed);
        if is_good {
            Ok(Self(name.to_owned()))
        } else {
            Err(ParseAccountNameError(name.chars().take(50).collect()))
        }
    }
}

impl fmt::Display for AccountName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

/// One of the broker's own accounts, where a delivery tells several apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BrokerAccount {
    pub identity: Identity,
    pub name: Option<String>,
    pub currency: Option<Currency>,
    pub opened: Option<Date>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_needs_no_quoting_in_a_shell_or_a_url() {
        for good in ["degiro", "ib-2", "Ünal.family", "7"] {
            assert!(good.parse::<AccountName>().is_ok(), "{good}");
        }
        for bad in ["", "-x", "a b", "a/b", "x'y", &"a".repeat(41)] {
            assert!(bad.parse::<AccountName>().is_err(), "{bad}");
        }
    }
}
