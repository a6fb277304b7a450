//! What is to be said about a plugin, a configuration or a file: many things at once.

use serde::{Deserialize, Serialize};

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// The plugin works, but not as it could.
    Warning,
    /// The plugin can't be used.
    Error,
}

/// One thing to be said, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
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

    /// The same with advice.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}
