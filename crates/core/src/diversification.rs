//! What the portfolio is made of: by class, sector, country, currency and account.
//!
//! Cash is a group of its own by class, sector and country, crypto by sector and country; by currency
//! and account, cash counts where it lies. An instrument whose price is told in `GBX` counts as `GBP`.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::Serialize;
use strum::{Display, EnumIter, EnumString, IntoEnumIterator};

use crate::figure::{Figure, NoValue, Sum, product, quotient, sum};
use crate::holdings::Holding;
use crate::instrument::AssetClass;
use crate::ledger::Ledger;
use crate::portfolio::Portfolio;

/// By what the portfolio is divided.
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
    EnumIter,
    Serialize,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum By {
    Class,
    Sector,
    Country,
    Currency,
    Account,
}

/// What belongs together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    Class(AssetClass),
    /// A sector, an ISO 3166 country, a currency, an account.
    Named(String),
    Cash,
    /// Nobody told the class, the sector or the country.
    NotKnown,
}

/// A group, and what of the whole it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub by: By,
    pub group: Group,
    /// In the base currency. Without value where a holding in it has none.
    pub value: Figure,
    /// In per cent of all groups that have a value, so rounded that they are 100 together.
    pub share: Figure,
}

/// All divisions, one after the other, the largest group first.
#[must_use]
pub fn diversification(ledger: &Ledger, portfolio: &Portfolio, places: u32) -> Vec<Part> {
    By::iter().flat_map(|by| divided(ledger, portfolio, by, places)).collect()
}

fn divided(ledger: &Ledger, portfolio: &Portfolio, by: By, places: u32) -> Vec<Part> {
    let mut groups: BTreeMap<Group, Sum> = BTreeMap::new();
    for holding in portfolio.holdings.iter().filter(|holding| holding.is_open()) {
        groups.entry(group(ledger, holding, by)).or_default().add(holding.base_value.clone());
    }
    for cash in portfolio.cash.iter().filter(|cash| !cash.money.amount.is_zero()) {
        let group = match by {
            By::Class | By::Sector | By::Country => Group::Cash,
            By::Currency => Group::Named(cash.money.currency.major().0.to_string()),
            By::Account => Group::Named(cash.account_label.clone()),
        };
        groups.entry(group).or_default().add(cash.base_value.clone());
    }
    let mut groups: Vec<(Group, Figure)> =
        groups.into_iter().map(|(group, sum)| (group, sum.figure())).collect();
    groups.sort_by_key(|(_, value)| std::cmp::Reverse(value.clone().ok()));
    let known: Vec<Decimal> = groups.iter().filter_map(|(_, value)| value.clone().ok()).collect();
    let shares = shares(&known, places);
    let mut next = shares.as_deref().unwrap_or_default().iter();
    let part = |(group, value): (Group, Figure)| {
        let share = match (&value, &shares) {
            (Err(reason), _) | (Ok(_), Err(reason)) => Err(reason.clone()),
            (Ok(_), Ok(_)) => next.next().copied().ok_or(NoValue::OutOfRange),
        };
        Part { by, group, value, share }
    };
    groups.into_iter().map(part).collect()
}

fn group(ledger: &Ledger, holding: &Holding, by: By) -> Group {
    let instrument = &ledger.instruments[holding.instrument];
    let named = |told: &Option<String>| match (told, instrument.asset_class) {
        (Some(name), _) => Group::Named(name.clone()),
        (None, AssetClass::Crypto) => Group::Class(AssetClass::Crypto),
        (None, _) => Group::NotKnown,
    };
    match by {
        By::Class if instrument.asset_class == AssetClass::Unknown => Group::NotKnown,
        By::Class => Group::Class(instrument.asset_class),
        By::Sector => named(&instrument.sector),
        By::Country => named(&instrument.country),
        By::Currency => Group::Named(holding.currency.major().0.to_string()),
        By::Account => Group::Named(holding.account_label.clone()),
    }
}

/// What each value is of their sum, in per cent, to so many places; together exactly 100.
///
/// Each share is rounded down; what is then missing goes, one unit of the last place each, to those
/// that lost most. A debt has a negative share.
///
/// Source: the method of the largest remainder (Hamilton's).
///
/// # Errors
/// Where the sum isn't above zero, or out of range.
pub fn shares(values: &[Decimal], places: u32) -> Result<Vec<Decimal>, NoValue> {
    let whole = values.iter().try_fold(Decimal::ZERO, |whole, value| sum(whole, *value))?;
    if whole <= Decimal::ZERO {
        return Err(NoValue::NothingHeld);
    }
    let unit = Decimal::new(1, places);
    let n_units = quotient(Decimal::ONE_HUNDRED, unit)?;
    let mut floors = Vec::with_capacity(values.len());
    let mut lost = Vec::with_capacity(values.len());
    let mut left = n_units;
    for (place, value) in values.iter().enumerate() {
        // The quotient first: it is of the size of one, whatever the amounts.
        let exact = product(quotient(*value, whole)?, n_units)?;
        let floor = exact.floor();
        left -= floor;
        floors.push(floor);
        lost.push((exact - floor, place));
    }
    lost.sort_by_key(|(lost, place)| (std::cmp::Reverse(*lost), *place));
    for (_, place) in lost {
        if left < Decimal::ONE {
            break;
        }
        floors[place] += Decimal::ONE;
        left -= Decimal::ONE;
    }
    let share = |units| {
        let mut share = product(units, unit)?;
        share.rescale(places);
        Ok(share)
    };
    floors.into_iter().map(share).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(values: &[i64], places: u32, expected: &str) {
        let values: Vec<Decimal> = values.iter().map(|value| (*value).into()).collect();
        let shares = shares(&values, places).unwrap();
        let whole: Decimal = shares.iter().sum();
        assert_eq!(whole, Decimal::ONE_HUNDRED, "{values:?}");
        let shown: Vec<String> = shares.iter().map(ToString::to_string).collect();
        assert_eq!(shown.join(" "), expected);
    }

    #[test]
    fn shares_are_a_hundred_together() {
        check(&[1, 1, 1], 1, "33.4 33.3 33.3");
        check(&[1, 1, 1], 0, "34 33 33");
        check(&[2, 1, 0], 2, "66.67 33.33 0.00");
        check(&[1, 1, 1, 1, 1, 1, 1], 1, "14.3 14.3 14.3 14.3 14.3 14.3 14.2");
        check(&[7], 2, "100.00");
    }

    #[test]
    fn a_debt_has_a_negative_share() {
        check(&[150, -50], 1, "150.0 -50.0");
        check(&[5, -1, -1], 1, "166.7 -33.3 -33.4");
    }

    #[test]
    fn of_nothing_there_are_no_shares() {
        assert_eq!(shares(&[], 1), Err(NoValue::NothingHeld));
        assert_eq!(shares(&[Decimal::ONE, Decimal::NEGATIVE_ONE], 1), Err(NoValue::NothingHeld));
    }
}
