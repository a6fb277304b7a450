//! The form of a plugin's settings, drawn from its manifest, and what comes back of it.

use std::collections::BTreeMap;

use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde_json::Value;
use stonks_app::SettingsError;
use stonks_plugin::manifest::{SettingKind, SettingSchema};

use super::command;
use super::detail::{Detail, Refusal};
use super::{PATH, PluginPage, find, href};
use crate::pages::{PageError, Visitor, alerts, drawn};
use crate::router::Shared;

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
    fn of(schema: &SettingSchema, given: &BTreeMap<String, String>) -> Self {
        Self {
            key: schema.key.clone(),
            label: schema.label.clone(),
            help: schema.help.clone(),
            kind: schema.kind,
            value: given.get(&schema.key).cloned().unwrap_or_else(|| default(schema)),
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

/// The fields, filled with what was given and the defaults for the rest.
pub(super) fn fields(schemas: &[SettingSchema], given: &BTreeMap<String, String>) -> Vec<Field> {
    schemas.iter().map(|schema| Field::of(schema, given)).collect()
}

fn default(schema: &SettingSchema) -> String {
    match &schema.default {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    }
}

/// What the form says, by key. Browsers leave out a flag that isn't set, and end lines as mails do.
fn typed(schemas: &[SettingSchema], form: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let text = |schema: &SettingSchema| match (schema.kind, form.get(&schema.key)) {
        (SettingKind::Flag, text) => text.is_some().to_string(),
        (_, text) => text.map(|text| text.replace("\r\n", "\n")).unwrap_or_default(),
    };
    schemas.iter().map(|schema| (schema.key.clone(), text(schema))).collect()
}

/// What is kept of it: what is as the manifest has it follows the manifest, also when that changes.
fn kept(schemas: &[SettingSchema], typed: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let is_own = |schema: &&SettingSchema| {
        typed.get(&schema.key).is_some_and(|text| *text != default(schema) && !text.is_empty())
    };
    let own = schemas.iter().filter(is_own);
    own.filter_map(|schema| Some((schema.key.clone(), typed.get(&schema.key)?.clone()))).collect()
}

/// Stores what the form says, if the plugin takes it; else shows the form again as it was filled in.
pub(crate) async fn set(
    State(shared): State<Shared>,
    visitor: Visitor,
    Path(name): Path<String>,
    Form(form): Form<BTreeMap<String, String>>,
) -> Result<Response, PageError> {
    let (id, info) = find(&shared, &name)?;
    let schemas =
        info.manifest.as_ref().map_or_else(Vec::new, |manifest| manifest.settings.clone());
    let Some(id) = id.filter(|_| !schemas.is_empty()) else {
        return Err(PageError::NotFound(format!("plugin `{name}` has no settings")));
    };
    let typed = typed(&schemas, &form);
    let Err(error) = shared.app.set_plugin_settings(&id, &kept(&schemas, &typed)).await else {
        return Ok(Redirect::to(&format!("{}#settings", href(&name))).into_response());
    };
    let (status, refusal) = refusal(error)?;
    let mut plugin = Detail::of(&shared.app, Some(&id), info).await?;
    plugin.fields = fields(&schemas, &typed);
    let frame = visitor.frame("Plugin", PATH);
    let alerts = alerts::open(&shared, Some(&plugin.name)).await?;
    let page = drawn(&PluginPage { frame, plugin, alerts, refusal: Some(refusal), done: None })?;
    Ok((status, page).into_response())
}

fn refusal(error: SettingsError) -> Result<(StatusCode, Refusal), PageError> {
    let place = match error.place() {
        (Some(line), Some(column)) => format!(", line {line}, column {column}"),
        (Some(line), None) => format!(", line {line}"),
        _ => String::new(),
    };
    match error {
        SettingsError::Storage(error) => Err(error.into()),
        SettingsError::Plugin(error) => Ok(command::refusal(&error)),
        other => {
            let (message, hint) = (format!("{other}{place}"), other.hint());
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Refusal { message, hint }))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema(key: &str, kind: SettingKind, default: &Value) -> SettingSchema {
        let told =
            serde_json::json!({ "key": key, "kind": kind, "label": key, "default": default });
        serde_json::from_value(told).unwrap()
    }

    fn check(form: &[(&str, &str)], expected: &[(&str, &str)]) {
        let schemas = [
            schema("zone", SettingKind::Text, &"UTC".into()),
            schema("deep", SettingKind::Flag, &true.into()),
            schema("most", SettingKind::Number, &5.into()),
        ];
        let owned = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
            pairs.iter().map(|&(key, text)| (key.to_owned(), text.to_owned())).collect()
        };
        assert_eq!(kept(&schemas, &typed(&schemas, &owned(form))), owned(expected));
    }

    #[test]
    fn only_what_differs_from_the_manifest_is_kept() {
        check(&[("zone", "UTC"), ("deep", "true"), ("most", "5")], &[]);
        check(&[("zone", ""), ("most", "")], &[("deep", "false")]);
        check(
            &[("zone", "a,b\r\nc,d"), ("deep", "true"), ("most", "7"), ("other", "x")],
            &[("zone", "a,b\nc,d"), ("most", "7")],
        );
    }
}
