//! What the user set, held against the manifest.

use std::collections::BTreeMap;

use serde_json::Value;
use stonks_plugin::manifest::{Manifest, SettingKind};

use crate::runtime::{Setting, SettingValue};

/// What the user set, and the defaults for the rest, each of its kind.
pub(super) fn settings_for(
    manifest: &Manifest,
    given: &BTreeMap<String, String>,
) -> Result<Vec<Setting>, String> {
    for key in given.keys() {
        if !manifest.settings.iter().any(|schema| schema.key == *key) {
            let known: Vec<&str> =
                manifest.settings.iter().map(|schema| schema.key.as_str()).collect();
            let known = if known.is_empty() {
                "it has none".to_owned()
            } else {
                format!("it has {}", known.join(", "))
            };
            return Err(format!("there is no setting `{key}`; {known}"));
        }
    }
    let mut settings = Vec::new();
    for schema in &manifest.settings {
        let default = schema.default.as_ref().map(|default| match default {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        });
        let Some(text) = given.get(&schema.key).cloned().or(default) else { continue };
        let misfit = |expected: &str| {
            format!("setting `{}` is `{text}`; {expected} is expected", schema.key)
        };
        let value = match schema.kind {
            SettingKind::Text => SettingValue::Text(text),
            SettingKind::Number => {
                let number =
                    text.parse::<rust_decimal::Decimal>().map_err(|_| misfit("a number"))?;
                SettingValue::Number(stonks_core::money::to_canonical(number))
            }
            SettingKind::Flag => {
                SettingValue::Flag(text.parse().map_err(|_| misfit("`true` or `false`"))?)
            }
            SettingKind::Choice if schema.choices.contains(&text) => SettingValue::Text(text),
            SettingKind::Choice => {
                return Err(misfit(&format!("one of {}", schema.choices.join(", "))));
            }
        };
        settings.push(Setting { key: schema.key.clone(), value });
    }
    Ok(settings)
}
