//! Forms of text in a manifest: each has the name that the published schema gives as `format`.

use std::str::FromStr;

use crate::id::PluginId;
use crate::manifest::form;
use crate::validate::rules::{self, Rule};

/// A form of text, the rule that holds it, and the test.
pub(crate) struct Format {
    pub(crate) name: &'static str,
    pub(crate) rule: &'static Rule,
    /// What is wrong with a text, said after the text itself.
    pub(crate) check: fn(&str) -> Result<(), String>,
}

/// All forms.
pub(crate) const FORMATS: &[Format] = &[
    Format { name: "plugin-name", rule: &rules::NAME_MALFORMED, check: plugin_name },
    Format { name: "semver", rule: &rules::VERSION_MALFORMED, check: semver },
    Format { name: "semver-range", rule: &rules::RANGE_MALFORMED, check: semver_range },
    Format { name: "pep440", rule: &rules::PYTHON_RANGE_MALFORMED, check: pep440 },
    Format { name: "spdx-expression", rule: &rules::LICENSE_UNKNOWN, check: spdx },
    Format { name: "iso-4217", rule: &rules::CURRENCY_UNKNOWN, check: currency },
    Format { name: "iso-10383", rule: &rules::MARKET_MALFORMED, check: market },
    Format { name: "web-address", rule: &rules::ADDRESS_MALFORMED, check: web_address },
    Format { name: "secure-address", rule: &rules::ADDRESS_INSECURE, check: secure_address },
    Format { name: "pattern", rule: &rules::PATTERN_MALFORMED, check: pattern },
    Format { name: "field-key", rule: &rules::FIELD_KEY_MALFORMED, check: field_key },
    Format { name: "json-pointer", rule: &rules::POINTER_MALFORMED, check: pointer },
];

pub(crate) fn find(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.name == name)
}

fn parsed<T: FromStr>(text: &str, what: &str) -> Result<(), String>
where
    T::Err: std::fmt::Display,
{
    text.parse::<T>()
        .map(|_| ())
        .map_err(|error| format!("is not {what}: {}", one_line(&error.to_string())))
}

/// Errors of libraries draw pictures below their first line.
fn one_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().trim_end_matches('.').to_owned()
}

fn when(is_good: bool, otherwise: &str) -> Result<(), String> {
    if is_good { Ok(()) } else { Err(otherwise.to_owned()) }
}

fn plugin_name(text: &str) -> Result<(), String> {
    let is_good = text.parse::<PluginId>().is_ok();
    when(
        is_good,
        "can't name a plugin: 1 to 64 lower-case letters, digits, `-` and `_`, a letter first",
    )
}

fn semver(text: &str) -> Result<(), String> {
    parsed::<semver::Version>(text, "a semantic version")
}

fn semver_range(text: &str) -> Result<(), String> {
    parsed::<semver::VersionReq>(text, "a range of versions")
}

fn pep440(text: &str) -> Result<(), String> {
    // What the library says of it is about its own reading.
    when(
        text.parse::<pep440_rs::VersionSpecifiers>().is_ok(),
        "is not a range of versions of PEP 440",
    )
}

fn spdx(text: &str) -> Result<(), String> {
    spdx::Expression::parse(text)
        .map(|_| ())
        .map_err(|error| format!("is not an SPDX expression: {}", error.reason))
}

fn currency(text: &str) -> Result<(), String> {
    when(iso_currency::Currency::from_code(text).is_some(), "is not a currency of ISO 4217")
}

fn market(text: &str) -> Result<(), String> {
    let is_good =
        text.len() == 4 && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    when(is_good, "is not a market code of ISO 10383: four capital letters or digits")
}

fn web_address(text: &str) -> Result<(), String> {
    let is_good = ["https://", "http://"].iter().any(|scheme| is_address(text, scheme));
    when(is_good, "is not an address of the web")
}

fn secure_address(text: &str) -> Result<(), String> {
    when(is_address(text, "https://"), "is not an https address: secrets are sent there")
}

fn is_address(text: &str, scheme: &str) -> bool {
    text.strip_prefix(scheme).is_some_and(|rest| {
        !rest.is_empty()
            && !rest.starts_with('/')
            && !rest.contains(|c: char| c.is_whitespace() || c.is_control())
    })
}

fn pattern(text: &str) -> Result<(), String> {
    form::compile(text).map(|_| ()).map_err(|error| {
        let reason = error.to_string();
        let reason = reason.lines().last().unwrap_or_default().trim_start_matches("error: ");
        format!("is not a regular expression: {reason}")
    })
}

pub(super) fn field_key(text: &str) -> Result<(), String> {
    let is_good = (1..=64).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'));
    when(is_good, "can't be a key: 1 to 64 letters, digits, `_`, `-` and `.`, a letter first")
}

fn pointer(text: &str) -> Result<(), String> {
    when(text.is_empty() || text.starts_with('/'), "is not a JSON pointer: it begins with `/`")
}
