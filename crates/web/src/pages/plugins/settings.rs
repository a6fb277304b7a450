//! The form of a plugin's settings, drawn from its manifest.

use serde_json::Value;
use stonks_plugin::manifest::{SettingKind, SettingSchema};

/// A field of the form.
pub(super) struct Field {
    pub(super) key: String,
    pub(super) label: String,
    pub(super) help: Option<String>,
    pub(super) kind: SettingKind,
    /// What holds now; empty where nothing does.
    pub(super) value: String,
    pub(super) choices: Vec<String>,
}

impl Field {
    pub(super) fn of(schema: &SettingSchema) -> Self {
        let value = match &schema.default {
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
            None => String::new(),
        };
        Self {
            key: schema.key.clone(),
            label: schema.label.clone(),
            help: schema.help.clone(),
            kind: schema.kind,
            value,
            choices: schema.choices.clone(),
        }
    }

    pub(super) fn is_flag(&self) -> bool {
        self.kind == SettingKind::Flag
    }

    pub(super) fn is_number(&self) -> bool {
        self.kind == SettingKind::Number
    }

    pub(super) fn is_choice(&self) -> bool {
        self.kind == SettingKind::Choice
    }
}
