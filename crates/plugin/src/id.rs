//! The name of a plugin.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};

/// The name of a plugin: lower-case words joined by `-` or `_`, such as `interactive-brokers`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct PluginId(Box<str>);

/// A text that can't name a plugin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` can't name a plugin: 1 to 64 lower-case letters, digits, `-` and `_` are expected, a letter first"
)]
pub struct ParsePluginIdError(String);

impl PluginId {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for PluginId {
    type Err = ParsePluginIdError;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let is_allowed = |byte: u8| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_')
        };
        let is_good = (1..=64).contains(&name.len())
            && name.starts_with(|c: char| c.is_ascii_lowercase())
            && !name.ends_with(['-', '_'])
            && name.bytes().all(is_allowed);
        if is_good {
            Ok(Self(name.into()))
        } else {
            Err(ParsePluginIdError(name.chars().take(70).collect()))
        }
    }
}

impl fmt::Display for PluginId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

impl<'de> Deserialize<'de> for PluginId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_safe_as_a_folder_and_in_a_url() {
        for good in ["degiro", "interactive-brokers", "ecb_rates", "x1"] {
            assert!(good.parse::<PluginId>().is_ok(), "{good}");
        }
        for bad in ["", "-a", "a-", "1a", "A", "a.b", "a/b", "..", "é", &"a".repeat(65)] {
            assert!(bad.parse::<PluginId>().is_err(), "{bad}");
        }
    }
}
