//! Currencies, exact decimals in canonical form, and amounts.

use std::fmt;
use std::str::FromStr;

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

/// Longest code of a currency or crypto asset.
const CODE_LENGTH: usize = 10;

/// An ISO 4217 code, a minor unit in which prices are quoted (`GBX`), or a crypto asset's code.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Currency([u8; CODE_LENGTH]);

/// Minor units that markets quote in: a hundredth of an ISO 4217 currency.
const MINOR_UNITS: [(Currency, Currency); 3] = [
    (Currency(*b"GBX\0\0\0\0\0\0\0"), Currency(*b"GBP\0\0\0\0\0\0\0")),
    (Currency(*b"ZAC\0\0\0\0\0\0\0"), Currency(*b"ZAR\0\0\0\0\0\0\0")),
    (Currency(*b"ILA\0\0\0\0\0\0\0"), Currency(*b"ILS\0\0\0\0\0\0\0")),
];

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a currency: 2 to 10 upper-case letters and digits are expected, such as `EUR`"
)]
pub struct ParseCurrencyError(String);

impl Currency {
    /// The euro, in which the ECB states its rates.
    pub const EUR: Self = Self(*b"EUR\0\0\0\0\0\0\0");

    #[must_use]
    pub fn as_str(&self) -> &str {
        let length = self.0.iter().position(|&byte| byte == 0).unwrap_or(CODE_LENGTH);
        // Only ASCII enters through `from_str`.
        std::str::from_utf8(&self.0[..length]).unwrap_or_default()
    }

    /// The currency that balances are kept in, and how many of this unit make one of it: `GBX` is
    /// (`GBP`, 100), any other is (itself, 1).
    #[must_use]
    pub fn major(self) -> (Self, Decimal) {
        for (minor, major) in MINOR_UNITS {
            if self == minor {
                return (major, Decimal::ONE_HUNDRED);
            }
        }
        (self, Decimal::ONE)
    }

    /// Decimal places in which amounts are booked: ISO 4217's, and 8 for what ISO does not list.
    #[must_use]
    pub fn decimal_places(self) -> u32 {
        iso_currency::Currency::from_code(self.as_str())
            .map_or(8, |currency| currency.exponent().unwrap_or(2).into())
    }

    /// Whether ISO 4217 lists it.
    #[must_use]
    pub fn is_iso(self) -> bool {
        iso_currency::Currency::from_code(self.as_str()).is_some()
    }
}

impl FromStr for Currency {
    type Err = ParseCurrencyError;

    fn from_str(code: &str) -> Result<Self, Self::Err> {
        let well_formed = (2..=CODE_LENGTH).contains(&code.len())
            && code.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        if !well_formed {
            return Err(ParseCurrencyError(code.chars().take(20).collect()));
        }
        let mut bytes = [0; CODE_LENGTH];
        bytes[..code.len()].copy_from_slice(code.as_bytes());
        Ok(Self(bytes))
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl Serialize for Currency {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = String::deserialize(deserializer)?;
        code.parse().map_err(serde::de::Error::custom)
    }
}

/// An amount. Money that comes into an account is positive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Money {
    pub amount: Decimal,
    pub currency: Currency,
}

impl Money {
    #[must_use]
    pub const fn new(amount: Decimal, currency: Currency) -> Self {
        Self { amount, currency }
    }

    /// The same money in the unit that balances are kept in: 235 `GBX` is 2.35 `GBP`.
    #[must_use]
    pub fn in_major_unit(self) -> Self {
        let (currency, units) = self.currency.major();
        if currency == self.currency {
            self
        } else {
            Self { amount: self.amount / units, currency }
        }
    }
}

impl fmt::Display for Money {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.amount, self.currency)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a decimal in canonical form, such as `-1147.5`: {1}")]
pub struct ParseDecimalError(String, &'static str);

/// Most decimal places of a decimal that crosses the plugin boundary; crypto assets have 18.
const MOST_PLACES: usize = 18;

/// Most significant digits: what fits into 96 bits whatever the digits are.
const MOST_DIGITS: usize = 28;

/// Reads `-?(0|[1-9][0-9]*)(\.[0-9]*[1-9])?`: one spelling for each number, so that equal numbers have
/// equal digests.
///
/// # Errors
/// Any other spelling, `-0`, more than 28 significant digits or 18 decimal places.
pub fn parse_canonical(text: &str) -> Result<Decimal, ParseDecimalError> {
    let fail = |why| Err(ParseDecimalError(text.chars().take(40).collect(), why));
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = match unsigned.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (unsigned, None),
    };
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !is_digits(whole) || fraction.is_some_and(|fraction| !is_digits(fraction)) {
        return fail("digits, and at most one point between them, are expected");
    }
    if whole.len() > 1 && whole.starts_with('0') {
        return fail("it begins with a needless zero");
    }
    if fraction.is_some_and(|fraction| fraction.ends_with('0')) {
        return fail("it ends with a needless zero");
    }
    if text == "-0" {
        return fail("zero has no sign");
    }
    let places = fraction.map_or(0, str::len);
    let digits = whole.trim_start_matches('0').len() + places;
    if places > MOST_PLACES || digits > MOST_DIGITS {
        return fail("it has more than 28 significant digits or 18 decimal places");
    }
    text.parse().or_else(|_| fail("it is out of range"))
}

/// The canonical spelling of a decimal.
#[must_use]
pub fn to_canonical(decimal: Decimal) -> String {
    let normal = decimal.normalize();
    if normal.is_zero() { "0".to_owned() } else { normal.to_string() }
}

/// Commercial rounding: half away from zero.
#[must_use]
pub fn round(amount: Decimal, places: u32) -> Decimal {
    let mut rounded = amount.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero);
    if rounded.is_zero() {
        rounded.set_sign_positive(true);
    }
    rounded
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check_canonical(text: &str, expected: Option<&str>) {
        let read = parse_canonical(text).ok().map(to_canonical);
        assert_eq!(read.as_deref(), expected, "{text}");
    }

    #[test]
    fn one_spelling_for_each_number() {
        for good in ["0", "-1147.5", "0.00000001", "9999999999999999999999999999"] {
            check_canonical(good, Some(good));
        }
        let bad =
            ["", "-", "-0", "00", "01", "1.", ".5", "1.50", "1,5", "1e3", "+1", " 1", "1 ", "NaN"];
        for bad in bad {
            check_canonical(bad, None);
        }
        check_canonical("99999999999999999999999999999", None);
        check_canonical("0.0000000000000000001", None);
    }

    #[test]
    fn pence_are_hundredths_of_a_pound() {
        let price = Money::new(Decimal::from(235), "GBX".parse().unwrap());
        assert_eq!(price.in_major_unit().to_string(), "2.35 GBP");
    }

    #[test]
    fn a_currency_is_upper_case_letters_and_digits() {
        for good in ["EUR", "USDT", "1INCH", "GBX"] {
            assert_eq!(good.parse::<Currency>().map(|c| c.to_string()).as_deref(), Ok(good));
        }
        for bad in ["", "E", "eur", "EU R", "ABCDEFGHIJK", "€"] {
            assert!(bad.parse::<Currency>().is_err(), "{bad}");
        }
    }

    #[test]
    fn amounts_are_booked_in_the_places_of_the_currency() {
        let places = |code: &str| code.parse::<Currency>().map(Currency::decimal_places);
        assert_eq!(places("EUR"), Ok(2));
        assert_eq!(places("JPY"), Ok(0));
        assert_eq!(places("BTC"), Ok(8));
    }

    #[test]
    fn half_a_cent_is_rounded_away_from_zero() {
        let rounded = |text: &str| round(text.parse().unwrap(), 2).to_string();
        assert_eq!(rounded("0.005"), "0.01");
        assert_eq!(rounded("-0.005"), "-0.01");
        assert_eq!(rounded("-0.004"), "0.00");
    }

    proptest! {
        #[test]
        fn canonical_form_survives_a_round_trip(mantissa in any::<i64>(), places in 0u32..=18) {
            let decimal = Decimal::new(mantissa, places);
            prop_assert_eq!(parse_canonical(&to_canonical(decimal)), Ok(decimal.normalize()));
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in ".{0,60}") {
            let _unread = parse_canonical(&text);
        }
    }
}
