//! Credentials and settings, each described so that the host can draw its form and check what is typed.

use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};

/// `credentials[].kind`: how a credential is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CredentialKind {
    /// A name or a key that may be seen while it is typed.
    Text,
    /// Hidden while it is typed.
    Password,
    /// A key in PEM form, pasted or from a file.
    Pem,
    /// The secret from which one-time codes are made, base32.
    TotpSecret,
}

/// `credentials[]`: a secret that the user types into the host's form. It never enters the plugin: the
/// profiles of `auth` say what the host does with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CredentialSchema {
    /// `credentials[].key`: the name by which `auth` speaks of it, `api_key`.
    #[schemars(extend("format" = "field-key"))]
    pub key: String,
    /// `credentials[].kind`: `text`, `password`, `pem` or `totp-secret`.
    pub kind: CredentialKind,
    /// `credentials[].label`: what the form says, `API key`.
    pub label: String,
    /// `credentials[].secret`: whether it is never shown again. `true` where it is left out.
    #[serde(default = "yes")]
    pub secret: bool,
    /// `credentials[].required`: whether it can't be left out. `true` where it is left out.
    #[serde(default = "yes")]
    pub required: bool,
    /// `credentials[].help`: a sentence below the field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// `credentials[].pattern`: a regular expression that the whole text must match, `[0-9a-f]{64}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("format" = "pattern"))]
    pub pattern: Option<String>,
    /// `credentials[].min_length`: in characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_length: Option<u32>,
    /// `credentials[].max_length`: in characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_length: Option<u32>,
}

const fn yes() -> bool {
    true
}

/// `settings[].kind`: the type of a setting's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SettingKind {
    /// Free text.
    Text,
    /// An exact decimal.
    Number,
    /// Yes or no.
    Flag,
    /// One of `choices`.
    Choice,
}

/// `settings[]`: something that the user may set, and from which the host draws the form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SettingSchema {
    /// `settings[].key`: the name by which the plugin asks for it, `time_zone`.
    #[schemars(extend("format" = "field-key"))]
    pub key: String,
    /// `settings[].kind`: `text`, `number`, `flag` or `choice`.
    pub kind: SettingKind,
    /// `settings[].label`: what the form says.
    pub label: String,
    /// `settings[].help`: a sentence below the field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// `settings[].default`: what holds until the user sets it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
    /// `settings[].required`: whether it must be set where there is no default.
    #[serde(default, skip_serializing_if = "is_no")]
    pub required: bool,
    /// `settings[].choices`: for the kind `choice`, `["gross", "net"]`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
    /// `settings[].min`: for the kind `number`, the least that is accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "number")]
    pub min: Option<Number>,
    /// `settings[].max`: for the kind `number`, the most that is accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "number")]
    pub max: Option<Number>,
    /// `settings[].pattern`: for the kind `text`, a regular expression that the whole text must match.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("format" = "pattern"))]
    pub pattern: Option<String>,
    /// `settings[].max_length`: for the kind `text`, in characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_length: Option<u32>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
const fn is_no(flag: &bool) -> bool {
    !*flag
}

fn number(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({ "type": ["number", "null"] })
}

/// Why a typed value is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FieldError {
    /// Left out.
    #[error("`{0}` is required")]
    Missing(String),
    /// Of another kind.
    #[error("{expected} is expected")]
    Misfit {
        /// What the kind is.
        expected: String,
    },
    /// Below `min`.
    #[error("at least {0} is expected")]
    TooSmall(Number),
    /// Above `max`.
    #[error("at most {0} is expected")]
    TooLarge(Number),
    /// Fewer characters than `min_length`.
    #[error("at least {0} characters are expected")]
    TooShort(u32),
    /// More characters than `max_length`.
    #[error("at most {0} characters are expected")]
    TooLong(u32),
    /// Not what `pattern` describes.
    #[error("text that matches `{0}` is expected")]
    Unmatched(String),
}

impl SettingSchema {
    /// Whether a typed value can be kept; the same rules for the form, the command and the default.
    ///
    /// # Errors
    /// What is expected instead.
    pub fn check(&self, text: &str) -> Result<(), FieldError> {
        let misfit = |expected: &str| FieldError::Misfit { expected: expected.to_owned() };
        match self.kind {
            SettingKind::Text if text.is_empty() && !self.required => Ok(()),
            SettingKind::Text => check_text(text, None, self.max_length, self.pattern.as_deref()),
            SettingKind::Flag => {
                text.parse::<bool>().map(|_| ()).map_err(|_| misfit("`true` or `false`"))
            }
            SettingKind::Choice if self.choices.iter().any(|choice| choice == text) => Ok(()),
            SettingKind::Choice => Err(misfit(&format!("one of {}", self.choices.join(", ")))),
            SettingKind::Number => {
                let value = text.parse::<Decimal>().map_err(|_| misfit("a number"))?;
                match (&self.min, &self.max) {
                    (Some(min), _) if decimal(min).is_some_and(|min| value < min) => {
                        Err(FieldError::TooSmall(min.clone()))
                    }
                    (_, Some(max)) if decimal(max).is_some_and(|max| value > max) => {
                        Err(FieldError::TooLarge(max.clone()))
                    }
                    _ => Ok(()),
                }
            }
        }
    }

    /// The default as it would be typed, where its JSON is of the setting's kind.
    #[must_use]
    pub fn default_text(&self) -> Option<String> {
        match (self.kind, self.default.as_ref()?) {
            (SettingKind::Flag, Value::Bool(flag)) => Some(flag.to_string()),
            (SettingKind::Number, Value::Number(number)) => Some(number.to_string()),
            (
                SettingKind::Text | SettingKind::Choice | SettingKind::Number,
                Value::String(text),
            ) => Some(text.clone()),
            _ => None,
        }
    }
}

impl CredentialSchema {
    /// Whether a typed secret can be kept. What is refused is not repeated.
    ///
    /// # Errors
    /// What is expected instead.
    pub fn check(&self, text: &str) -> Result<(), FieldError> {
        if text.is_empty() {
            return if self.required {
                Err(FieldError::Missing(self.label.clone()))
            } else {
                Ok(())
            };
        }
        let is_base32 = |text: &str| {
            text.chars()
                .all(|c| c.is_ascii_alphabetic() || matches!(c, '2'..='7' | ' ' | '-' | '='))
        };
        let misfit = |expected: &str| FieldError::Misfit { expected: expected.to_owned() };
        match self.kind {
            CredentialKind::Pem if !text.trim_start().starts_with("-----BEGIN ") => {
                Err(misfit("a key in PEM form, which begins with `-----BEGIN`,"))
            }
            CredentialKind::TotpSecret if !is_base32(text) => {
                Err(misfit("a base32 secret of letters and the digits 2 to 7"))
            }
            _ => check_text(text, self.min_length, self.max_length, self.pattern.as_deref()),
        }
    }
}

pub(crate) fn decimal(number: &Number) -> Option<Decimal> {
    let text = number.to_string();
    text.parse().ok().or_else(|| Decimal::from_scientific(&text).ok())
}

/// A pattern for the whole text. Matching takes linear time, whatever the pattern is.
pub(crate) fn compile(pattern: &str) -> Result<regex::Regex, regex::Error> {
    regex::RegexBuilder::new(&format!("^(?:{pattern})$")).size_limit(1 << 20).build()
}

fn check_text(
    text: &str,
    min: Option<u32>,
    max: Option<u32>,
    pattern: Option<&str>,
) -> Result<(), FieldError> {
    let length = text.chars().count();
    if let Some(min) = min.filter(|min| length < *min as usize) {
        return Err(FieldError::TooShort(min));
    }
    if let Some(max) = max.filter(|max| length > *max as usize) {
        return Err(FieldError::TooLong(max));
    }
    match pattern.map(|pattern| (pattern, compile(pattern))) {
        Some((pattern, Ok(regex))) if !regex.is_match(text) => {
            Err(FieldError::Unmatched(pattern.to_owned()))
        }
        _ => Ok(()),
    }
}
