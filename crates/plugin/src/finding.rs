//! What is to be said about a plugin, a configuration or a file: many things at once.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::validate::rules::Rule;

/// How bad a finding is.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    strum::Display,
    ToSchema,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Level {
    /// The plugin works, but not as it could.
    Warning,
    /// The plugin can't be used.
    Error,
}

/// One thing to be said, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Finding {
    /// Stable, kebab-case.
    pub rule: &'static str,
    /// How bad it is.
    pub level: Level,
    /// JSON pointer into the manifest; empty for the whole.
    pub at: String,
    /// One sentence, lower case, no final stop, values in backticks.
    pub message: String,
    /// What the author or the user can do.
    pub hint: Option<String>,
}

impl Finding {
    /// A finding that forbids the use of the plugin.
    #[must_use]
    pub fn error(rule: &'static str, at: impl Into<String>, message: impl Into<String>) -> Self {
        Self { rule, level: Level::Error, at: at.into(), message: message.into(), hint: None }
    }

    /// A finding that doesn't.
    #[must_use]
    pub fn warning(rule: &'static str, at: impl Into<String>, message: impl Into<String>) -> Self {
        Self { level: Level::Warning, ..Self::error(rule, at, message) }
    }

    /// A finding of the table of rules, with its level and advice.
    #[must_use]
    pub fn of(rule: &Rule, at: impl Into<String>, message: impl Into<String>) -> Self {
        let hint = (!rule.hint.is_empty()).then(|| rule.hint.to_owned());
        let message = printable(&message.into());
        Self { rule: rule.id, level: rule.level, at: at.into(), message, hint }
    }

    /// The same with advice.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// Longer messages say no more.
const MOST_CHARACTERS: usize = 600;

/// What a manifest says may hold anything; what is shown of it holds no signs that steer a terminal or
/// turn the direction of the text.
fn printable(text: &str) -> String {
    let mut shown = String::new();
    for (place, sign) in text.chars().enumerate() {
        if place == MOST_CHARACTERS {
            shown.push('…');
            break;
        }
        if is_deceptive(sign) {
            shown.extend(sign.escape_unicode());
        } else {
            shown.push(sign);
        }
    }
    shown
}

/// Signs that are not seen but change what is: controls, zero-width and directional ones.
pub(crate) fn is_deceptive(sign: char) -> bool {
    sign.is_control()
        || matches!(sign, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_steers_nothing() {
        assert_eq!(printable("a\u{1b}[31mb\u{202e}c"), "a\\u{1b}[31mb\\u{202e}c");
        assert_eq!(printable(&"x".repeat(700)).chars().count(), 601);
    }
}
