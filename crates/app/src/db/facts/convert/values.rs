//! Values of facts to texts of rows, and back.

use std::borrow::Cow;
use std::fmt::{self, Display};
use std::str::FromStr;

use anyhow::{Result, anyhow};
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::de::{Deserialize, Deserializer, Error as _, SeqAccess, Visitor};
use stonks_core::money::{Money, to_canonical};
use stonks_core::transaction::{Fee, FeeKind};

pub(super) fn text<T: Display>(value: &T) -> String {
    value.to_string()
}

pub(super) fn optional_text<T: Display>(value: Option<&T>) -> Option<String> {
    value.map(ToString::to_string)
}

pub(super) fn decimal(value: Option<Decimal>) -> Option<String> {
    value.map(to_canonical)
}

pub(super) fn amount(money: Option<Money>) -> Option<String> {
    money.map(|money| to_canonical(money.amount))
}

pub(super) fn currency(money: Option<Money>) -> Option<String> {
    money.map(|money| money.currency.to_string())
}

pub(super) fn read<V: FromStr<Err: Display>>(text: &impl AsRef<str>) -> Result<V> {
    text.as_ref().parse().map_err(|error| anyhow!("{error}"))
}

pub(super) fn read_optional<V: FromStr<Err: Display>>(
    text: Option<&impl AsRef<str>>,
) -> Result<Option<V>> {
    text.map(|text| read(text)).transpose()
}

pub(super) fn owned(text: Option<&impl AsRef<str>>) -> Option<String> {
    text.map(|text| text.as_ref().to_owned())
}

pub(super) fn read_date(text: Option<&impl AsRef<str>>) -> Result<Option<Date>> {
    read_optional(text)
}

pub(super) fn read_money<T: AsRef<str>>(amount: &T, currency: &T) -> Result<Money> {
    Ok(Money::new(read(amount)?, read(currency)?))
}

pub(super) fn read_optional_money<T: AsRef<str>>(
    amount: Option<&T>,
    currency: Option<&T>,
) -> Result<Option<Money>> {
    amount.zip(currency).map(|(amount, currency)| read_money(amount, currency)).transpose()
}

pub(super) fn read_json<'a, V: Deserialize<'a>>(text: &'a impl AsRef<str>) -> Result<V> {
    Ok(serde_json::from_str(text.as_ref())?)
}

/// A fee as its row tells it. By itself, since what core flattens takes serde four times as long to read.
#[derive(serde::Deserialize)]
struct FeeRow<'a> {
    kind: FeeKind,
    #[serde(borrow)]
    amount: Cow<'a, str>,
    #[serde(borrow)]
    currency: Cow<'a, str>,
    description: Option<String>,
}

/// Fees, in no more room than they need: serde makes room for four where nearly always there is one.
struct Fees(Vec<Fee>);

impl<'de> Deserialize<'de> for Fees {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Rows;

        impl<'de> Visitor<'de> for Rows {
            type Value = Fees;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a list of fees")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<Fees, A::Error> {
                let mut fees = Vec::with_capacity(1);
                while let Some(row) = rows.next_element::<FeeRow<'de>>()? {
                    let money = read_money(&row.amount, &row.currency).map_err(A::Error::custom)?;
                    fees.push(Fee { kind: row.kind, money, description: row.description });
                }
                Ok(Fees(fees))
            }
        }

        deserializer.deserialize_seq(Rows)
    }
}

/// None where the text is empty.
pub(super) fn read_fees(text: &impl AsRef<str>) -> Result<Vec<Fee>> {
    if text.as_ref().is_empty() {
        return Ok(Vec::new());
    }
    Ok(read_json::<Fees>(text)?.0)
}
