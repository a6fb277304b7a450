//! Refusing input in one clear sentence.

use crate::{BadData, PluginError};

/// A refusal under construction. Turns into [`PluginError`] with `into`.
#[derive(Debug, Clone)]
pub struct Refusal(BadData);

/// Refuses input. `message`: lower case, without a final stop, values in backticks; it says what is
/// wrong and what was expected.
#[must_use]
pub fn bad_data(message: impl Into<String>) -> Refusal {
    Refusal(BadData { message: message.into(), hint: None, line: None, column: None })
}

impl Refusal {
    /// What the user can do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    /// The line of the file, from 1.
    #[must_use]
    pub fn line(mut self, line: u32) -> Self {
        self.0.line = Some(line);
        self
    }

    /// The field of the row, or the character of the line, from 1.
    #[must_use]
    pub fn column(mut self, column: u32) -> Self {
        self.0.column = Some(column);
        self
    }
}

impl From<Refusal> for PluginError {
    fn from(refusal: Refusal) -> Self {
        Self::BadData(refusal.0)
    }
}
