//! One row of a statement, from XML or CSV, with its values checked as they are asked for.

use std::borrow::Cow;

use stonks_plugin_sdk::{Decimal, Money, Refusal, SourceLocation, bad_data, decimal};

use crate::day::{Day, Instant, Slashes};
use crate::number::number;

/// Where a row stands.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Place<'a> {
    /// In `/FlexStatements/FlexStatement[statement]/section/row[number]`.
    Tree { statement: usize, section: &'a str, number: usize },
    /// In a table.
    Table,
}

/// Names and values, as Flex XML names them.
#[derive(Debug)]
pub(crate) struct Row<'a> {
    /// `Trade`, `CashTransaction`, ….
    pub(crate) name: &'a str,
    pub(crate) fields: Vec<(&'a str, Cow<'a, str>)>,
    pub(crate) line: u32,
    /// Character of the line on which it begins, from 1.
    pub(crate) column: u32,
    pub(crate) place: Place<'a>,
    /// As it was sent.
    pub(crate) raw: Cow<'a, str>,
}

/// What Flex writes where there is nothing to say.
const ABSENT: [&str; 5] = ["", "--", "-", "N/A", "null"];

/// Longer values are cut: Interactive Brokers' own have at most two hundred characters, and the
/// contract has no room for texts without end.
const LONGEST_VALUE: usize = 500;

/// Longest value that a refusal repeats.
const LONGEST_SHOWN: usize = 60;

const RUN_AGAIN: &str = "run the Flex Query again, and don't edit its file";

/// A value as a refusal shows it.
pub(crate) fn shown(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(LONGEST_SHOWN).collect()
}

/// Codes of Interactive Brokers for which ISO 4217 has others: offshore yuan, and the old ruble.
const CURRENCIES: &[(&str, &str)] = &[("CNH", "CNY"), ("RUS", "RUB")];

/// The code in the contract's form, or `None` where it is no currency.
pub(crate) fn currency_code(text: &str) -> Option<String> {
    let is_code = (2..=10).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    let iso = CURRENCIES.iter().find(|(own, _)| *own == text).map_or(text, |(_, iso)| iso);
    is_code.then(|| iso.to_owned())
}

impl Row<'_> {
    /// The value of a field, or `None` where the row does not tell it.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let (_, value) = self.fields.iter().find(|(own, _)| *own == name)?;
        let value = value.trim();
        let end = match value.len() {
            0..=LONGEST_VALUE => value.len(),
            _ => (0..=LONGEST_VALUE).rev().find(|&end| value.is_char_boundary(end)).unwrap_or(0),
        };
        Some(&value[..end]).filter(|value| !ABSENT.contains(value))
    }

    /// Whether the row tells nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.fields.iter().all(|(_, value)| ABSENT.contains(&value.trim()))
    }

    /// The first of `names` that the row tells, and its value.
    pub(crate) fn first<'n>(&self, names: &[&'n str]) -> Option<(&'n str, &str)> {
        names.iter().find_map(|name| Some((*name, self.get(name)?)))
    }

    /// The first of `names` that holds an id: `0` is none, nor is a word such as `REDACTED`.
    pub(crate) fn id(&self, names: &[&str]) -> Option<&str> {
        let is_id = |value: &&str| *value != "0" && value.bytes().any(|byte| byte.is_ascii_digit());
        names.iter().find_map(|name| self.get(name).filter(is_id))
    }

    /// Refuses the value of a field.
    pub(crate) fn refuse(&self, name: &str, message: impl Into<String>) -> Refusal {
        let column = match self.place {
            Place::Tree { .. } => self.column,
            Place::Table => {
                let place = self.fields.iter().position(|(own, _)| *own == name);
                place.map_or(1, |place| u32::try_from(place + 1).unwrap_or(u32::MAX))
            }
        };
        bad_data(message).line(self.line).column(column)
    }

    /// Refuses a value that is not what it should be.
    fn refuse_value(&self, name: &str, text: &str, expected: &str) -> Refusal {
        let message = format!("`{}` in `{name}` of `{}` is not {expected}", shown(text), self.name);
        self.refuse(name, message)
    }

    /// Refuses a row that lacks a field without which it can't be understood.
    pub(crate) fn missing(&self, name: &str) -> Refusal {
        let hint = format!("tick the field {} in the Flex Query, and run it again", label(name));
        self.refuse(name, format!("`{}` has no `{name}`", self.name)).hint(hint)
    }

    /// A number.
    pub(crate) fn number(&self, name: &str) -> Result<Option<Decimal>, Refusal> {
        let Some(text) = self.get(name) else { return Ok(None) };
        let expected = "a number of at most 28 digits and 18 decimal places";
        let refuse = || self.refuse_value(name, text, expected).hint(RUN_AGAIN);
        number(text).map(Some).ok_or_else(refuse)
    }

    /// The first of `names` that the row tells.
    pub(crate) fn first_number(&self, names: &[&str]) -> Result<Option<Decimal>, Refusal> {
        self.first(names).map_or(Ok(None), |(name, _)| self.number(name))
    }

    /// A number without which the row can't be understood.
    pub(crate) fn required_number(&self, name: &str) -> Result<Decimal, Refusal> {
        self.number(name)?.ok_or_else(|| self.missing(name))
    }

    /// A currency.
    pub(crate) fn currency(&self, name: &str) -> Result<Option<String>, Refusal> {
        let Some(text) = self.get(name) else { return Ok(None) };
        let refuse = || self.refuse_value(name, text, "a currency such as `EUR`").hint(RUN_AGAIN);
        currency_code(text).map(Some).ok_or_else(refuse)
    }

    /// The currency of the row's amounts.
    pub(crate) fn required_currency(&self) -> Result<String, Refusal> {
        self.currency("currency")?.ok_or_else(|| self.missing("currency"))
    }

    /// A date, or a date and a time.
    pub(crate) fn instant(&self, name: &str, slashes: Slashes) -> Result<Option<Instant>, Refusal> {
        let Some(text) = self.get(name) else { return Ok(None) };
        let refuse = || {
            self.refuse_value(name, text, "a date or time").hint(
                "set the Flex Query to the date format yyyyMMdd and the time format HHmmss, and run it again",
            )
        };
        Instant::read(text, slashes).map(Some).ok_or_else(refuse)
    }

    /// The day of a date, or of a date and a time.
    pub(crate) fn day(&self, name: &str, slashes: Slashes) -> Result<Option<Day>, Refusal> {
        Ok(self.instant(name, slashes)?.map(|instant| instant.day))
    }

    /// The same spelling for `10`, `10.0` and `1E1`: for comparisons.
    pub(crate) fn canonical(&self, name: &str) -> String {
        let text = self.get(name).unwrap_or_default();
        number(text).map_or_else(|| text.to_owned(), decimal::canonical)
    }

    pub(crate) fn source(&self) -> SourceLocation {
        let path = match self.place {
            Place::Tree { statement, section, number } => Some(format!(
                "/FlexStatements/FlexStatement[{statement}]/{section}/{}[{number}]",
                self.name
            )),
            Place::Table => None,
        };
        SourceLocation { line: Some(self.line), path }
    }
}

/// A field as the page of a Flex Query names it, where that is not the attribute in capitals.
const LABELS: &[(&str, &str)] = &[
    ("assetCategory", "AssetClass"),
    ("buySell", "Buy/Sell"),
    ("currency", "CurrencyPrimary"),
    ("dateTime", "Date/Time"),
];

/// `tradePrice` as the page of a Flex Query shows it: `TradePrice`.
fn label(name: &str) -> String {
    if let Some((_, label)) = LABELS.iter().find(|(own, _)| *own == name) {
        return (*label).to_owned();
    }
    let mut letters = name.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

/// An amount in the contract's form.
pub(crate) fn money(amount: Decimal, currency: &str) -> Money {
    Money { amount: decimal::canonical(amount), currency: currency.to_owned() }
}
