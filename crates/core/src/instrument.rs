//! What can be held: shares, funds, bonds, options, coins.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, IntoStaticStr};

use crate::fact::Identity;
use crate::money::Currency;

/// An International Securities Identification Number, ISO 6166, with its check digit verified.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Isin([u8; 12]);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not an ISIN: two letters, nine letters or digits and a matching check digit are expected"
)]
pub struct ParseIsinError(String);

impl Isin {
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Only ASCII enters through `from_str`.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// Luhn's algorithm over the digits that letters expand to (A = 10 … Z = 35), ISO 6166 annex C.
fn has_valid_check_digit(isin: &[u8; 12]) -> bool {
    let digits = isin.iter().flat_map(|&byte| {
        let value = if byte.is_ascii_digit() { byte - b'0' } else { byte - b'A' + 10 };
        if value >= 10 { vec![value / 10, value % 10] } else { vec![value] }
    });
    let digits: Vec<u8> = digits.collect();
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, &digit)| {
            let doubled = if place % 2 == 1 { digit * 2 } else { digit };
            u32::from(doubled / 10 + doubled % 10)
        })
        .sum();
    sum.is_multiple_of(10)
}

impl FromStr for Isin {
    type Err = ParseIsinError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fail = || ParseIsinError(text.chars().take(20).collect());
        let bytes: [u8; 12] = text.as_bytes().try_into().map_err(|_| fail())?;
        let is_shaped = bytes[..2].iter().all(u8::is_ascii_uppercase)
            && bytes[2..].iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
            && bytes[11].is_ascii_digit();
        if is_shaped && has_valid_check_digit(&bytes) { Ok(Self(bytes)) } else { Err(fail()) }
    }
}

impl fmt::Display for Isin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl fmt::Debug for Isin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl Serialize for Isin {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Isin {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
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
pub enum AssetClass {
    Stock,
    Etf,
    Fund,
    CashFund,
    Bond,
    Option,
    Future,
    Warrant,
    Certificate,
    Cfd,
    Crypto,
    CurrencyPair,
    Commodity,
    Other,
    Unknown,
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
pub enum OptionRight {
    Call,
    Put,
}

/// What makes an option, a future or a warrant the contract it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractTerms {
    pub underlying: Option<String>,
    pub expiry: Option<Date>,
    pub strike: Option<Decimal>,
    pub right: Option<OptionRight>,
}

/// Something that can be held, as one broker names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instrument {
    pub identity: Identity,
    pub asset_class: AssetClass,
    pub name: Option<String>,
    pub symbol: Option<String>,
    pub isin: Option<Isin>,
    /// ISO 10383 MIC.
    pub market: Option<String>,
    pub currency: Option<Currency>,
    /// Value = quantity × price × multiplier.
    pub multiplier: Option<Decimal>,
    pub terms: Option<ContractTerms>,
    pub sector: Option<String>,
    /// ISO 3166 alpha-2.
    pub country: Option<String>,
    /// Scheme (`conid`, `wkn`, …) and value.
    pub codes: Vec<(String, String)>,
}

impl Instrument {
    /// The name to show: name, symbol or identity, the first there is.
    #[must_use]
    pub fn label(&self) -> &str {
        self.name.as_deref().or(self.symbol.as_deref()).unwrap_or(self.identity.as_str())
    }

    #[must_use]
    pub fn units_per_contract(&self) -> Decimal {
        self.multiplier.unwrap_or(Decimal::ONE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_isin_carries_its_check_digit() {
        for good in ["US0378331005", "IE00B4L5Y983", "NL0010273215", "GB00BPQY8M80"] {
            assert_eq!(good.parse::<Isin>().map(|isin| isin.to_string()).as_deref(), Ok(good));
        }
        for bad in
            ["US0378331006", "us0378331005", "US037833100", "", "NLFLATEXACNT", "ÄÖ0378331005"]
        {
            assert!(bad.parse::<Isin>().is_err(), "{bad}");
        }
    }
}
