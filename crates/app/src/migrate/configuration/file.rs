//! `config/config.json`, which overrules the tables.

use std::path::Path;

use serde_json::{Map, Value};

use super::super::brokers;
use super::super::places::read_small;
use super::{Configuration, Source, is_placeholder};
use crate::vault::Secret;

/// Reads the file; what can't be read is told, and stops nothing else.
pub(super) fn read(path: &Path, into: &mut Configuration) {
    let shown = path.display();
    let content = match read_small(path) {
        Ok(content) => content,
        Err(error) => return into.problems.push(error.to_string()),
    };
    let told: Map<String, Value> = match serde_json::from_slice(&content) {
        Ok(told) => told,
        // Its message may quote a value, which may be a credential.
        Err(error) => {
            return into.problems.push(format!(
                "`{shown}` can't be read: line {}, column {} is no JSON; the Python system didn't read it either",
                error.line(),
                error.column()
            ));
        }
    };
    for (key, value) in told {
        match (key.as_str(), value) {
            ("base_currency" | "appearance", Value::String(text)) => take_text(&key, text, into),
            ("logo_provider", Value::Object(provider)) => logo_provider(provider, into),
            (name, Value::Object(settings)) => match brokers::find(name) {
                Some(broker) => {
                    let own = into.broker(broker);
                    for (key, value) in settings {
                        match (key.as_str(), value) {
                            ("credentials", Value::Object(credentials)) => {
                                own.take_credentials(credentials, Source::File);
                            }
                            ("credentials", _) => {}
                            (_, value) => take_value(&key, &value, own),
                        }
                    }
                }
                None => into.problems.push(format!("`{shown}`: `{key}` isn't known")),
            },
            _ => into.problems.push(format!("`{shown}`: `{key}` isn't known")),
        }
    }
}

/// What the template explains is a sentence; what is set is a word.
fn is_explanation(text: &str) -> bool {
    text.trim().is_empty() || text.contains(' ') || is_placeholder(text)
}

fn take_text(key: &str, text: String, into: &mut Configuration) {
    if !is_explanation(&text) {
        into.values.insert(key.to_owned(), (text, Source::File));
    }
}

fn take_value(key: &str, value: &Value, into: &mut super::BrokerSettings) {
    let name = if key == "update_frequency_minutes" { "update_frequency" } else { key };
    let text = match value {
        Value::String(text) if is_explanation(text) => return,
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => return,
    };
    into.values.insert(name.to_owned(), (text, Source::File));
}

fn logo_provider(provider: Map<String, Value>, into: &mut Configuration) {
    for (key, value) in provider {
        let Value::String(text) = value else { continue };
        if is_explanation(&text) {
            continue;
        }
        match key.as_str() {
            "api_key" => into.logo_key = Some((Secret::new(text.into_bytes()), Source::File)),
            _ => {
                into.values.insert(format!("logo_provider.{key}"), (text, Source::File));
            }
        }
    }
}
