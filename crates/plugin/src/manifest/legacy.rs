//! Old spellings, converted at the door: past this file there is one manifest.
//!
//! Works on JSON before it is held against the schema, and leaves alone whatever it doesn't understand,
//! for the schema to tell.

use pep440_rs::{PrereleaseKind, Version};
use serde_json::{Map, Value, json};

use crate::manifest::auth::escape;
use crate::manifest::format::field_key;

/// What was converted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversion {
    /// JSON pointer to the old spelling.
    pub at: String,
    /// What it was, and what it is.
    pub message: String,
    /// Whether it was a whole section that was missing.
    pub is_runtime: bool,
}

/// Words that services had, and those that they have.
const SERVICES: &[(&str, &str)] = &[
    ("trade", "transaction"),
    ("trades", "transaction"),
    ("transactions", "transaction"),
    ("portfolios", "portfolio"),
    ("positions", "portfolio"),
    ("deposits", "deposit"),
    ("dividends", "dividend"),
    ("fees", "fee"),
    ("accounts", "account"),
    ("account-overview", "account"),
    ("auth", "authentication"),
    ("session", "authentication"),
    ("updates", "update"),
];

/// Makes an old manifest a new one.
pub fn modernise(manifest: &mut Value) -> Vec<Conversion> {
    let mut done = Vec::new();
    let Some(root) = manifest.as_object_mut() else { return done };
    for (section, key) in [("plugin", "version"), ("api", "min_version"), ("api", "max_version")] {
        version(root, section, key, &mut done);
    }
    kind(root, &mut done);
    for (section, key) in [("capabilities", "services"), ("api", "interfaces")] {
        let listed = root.get_mut(section).and_then(|section| section.get_mut(key));
        for (place, word) in listed.and_then(Value::as_array_mut).into_iter().flatten().enumerate()
        {
            service(word, &format!("/{section}/{key}/{place}"), &mut done);
        }
    }
    service_keys(root, &mut done);
    dependencies(root, &mut done);
    runtime(root, &mut done);
    configuration(root, &mut done);
    done
}

fn tell(done: &mut Vec<Conversion>, at: &str, old: &str, new: &str) {
    let message = format!("`{old}` is an old spelling of `{new}`");
    done.push(Conversion { at: at.to_owned(), message, is_runtime: false });
}

/// Python's versions: `1.0`, `v1.2`, `1.0rc1`.
fn version(root: &mut Map<String, Value>, section: &str, key: &str, done: &mut Vec<Conversion>) {
    let Some(value) = root.get_mut(section).and_then(|section| section.get_mut(key)) else {
        return;
    };
    let Some(text) = value.as_str() else { return };
    if text.parse::<semver::Version>().is_ok() {
        return;
    }
    let Some(new) = text.parse::<Version>().ok().and_then(|version| semantic(&version)) else {
        return;
    };
    tell(done, &format!("/{section}/{key}"), text, &new);
    *value = Value::String(new);
}

fn semantic(version: &Version) -> Option<String> {
    let [major, rest @ ..] = version.release() else { return None };
    let (minor, patch) = match rest {
        [] => (0, 0),
        [minor] => (*minor, 0),
        [minor, patch] => (*minor, *patch),
        // A fourth number has no place in a semantic version.
        _ => return None,
    };
    let mut parts = Vec::new();
    if let Some(pre) = version.pre() {
        let word = match pre.kind {
            PrereleaseKind::Alpha => "alpha",
            PrereleaseKind::Beta => "beta",
            PrereleaseKind::Rc => "rc",
        };
        parts.push(format!("{word}.{}", pre.number));
    }
    parts.extend(version.dev().map(|dev| format!("dev.{dev}")));
    let pre = if parts.is_empty() { String::new() } else { format!("-{}", parts.join(".")) };
    let post = version.post().map(|post| format!("+post.{post}")).unwrap_or_default();
    Some(format!("{major}.{minor}.{patch}{pre}{post}"))
}

fn kind(root: &mut Map<String, Value>, done: &mut Vec<Conversion>) {
    let Some(value) = root.get_mut("plugin").and_then(|plugin| plugin.get_mut("type")) else {
        return;
    };
    let Some(text) = value.as_str() else { return };
    let new = text.to_ascii_lowercase();
    if new != text && new.parse::<crate::service::PluginKind>().is_ok() {
        tell(done, "/plugin/type", text, &new);
        *value = Value::String(new);
    }
}

/// The service that a word means, old or present.
#[must_use]
pub fn service_of(word: &str) -> Option<crate::service::Service> {
    service_word(word).as_deref().unwrap_or(word).parse().ok()
}

/// The present word for an old one.
fn service_word(old: &str) -> Option<String> {
    let plain = old.to_ascii_lowercase().replace('_', "-");
    let plain = plain.strip_suffix("-service").unwrap_or(&plain);
    let new = SERVICES.iter().find(|(known, _)| *known == plain).map_or(plain, |(_, new)| new);
    (new != old && new.parse::<crate::service::Service>().is_ok()).then(|| new.to_owned())
}

fn service(word: &mut Value, at: &str, done: &mut Vec<Conversion>) {
    let Some(new) = word.as_str().and_then(service_word) else { return };
    tell(done, at, word.as_str().unwrap_or_default(), &new);
    *word = Value::String(new);
}

fn service_keys(root: &mut Map<String, Value>, done: &mut Vec<Conversion>) {
    let Some(services) = root.get_mut("services").and_then(Value::as_object_mut) else { return };
    let old = std::mem::take(services);
    for (key, value) in old {
        match service_word(&key) {
            Some(new) if !services.contains_key(&new) => {
                tell(done, &format!("/services/{}", escape(&key)), &key, &new);
                services.insert(new, value);
            }
            _ => {
                services.insert(key, value);
            }
        }
    }
}

fn dependencies(root: &mut Map<String, Value>, done: &mut Vec<Conversion>) {
    let Some(dependencies) = root.get_mut("dependencies").and_then(Value::as_object_mut) else {
        return;
    };
    if let Some(python) = dependencies.shift_remove("python_version") {
        tell(done, "/dependencies/python_version", "python_version", "python");
        dependencies.entry("python").or_insert(python);
    }
    let Some(plugins) = dependencies.get_mut("plugin_dependencies") else { return };
    if let Value::Array(names) = plugins {
        let map: Option<Map<String, Value>> =
            names.iter().map(|name| Some((name.as_str()?.to_owned(), json!("*")))).collect();
        let Some(map) = map else { return };
        if !map.is_empty() {
            tell(done, "/dependencies/plugin_dependencies", "[\"name\"]", "{\"name\": \"*\"}");
        }
        *plugins = Value::Object(map);
    }
    for (name, range) in plugins.as_object_mut().into_iter().flatten() {
        let Some(text) = range.as_str() else { continue };
        let Some(new) = cargo_range(text) else { continue };
        tell(done, &format!("/dependencies/plugin_dependencies/{}", escape(name)), text, &new);
        *range = Value::String(new);
    }
}

/// Python's operators in Cargo's: `==1.2.0` is `=1.2.0`, `~=1.2` is `^1.2`, `~=1.2.3` is `~1.2.3`.
fn cargo_range(text: &str) -> Option<String> {
    let convert = |part: &str| {
        let part = part.trim();
        match (part.strip_prefix("=="), part.strip_prefix("~=")) {
            (Some(version), _) => format!("={}", version.trim()),
            (_, Some(version)) if version.split('.').count() > 2 => format!("~{}", version.trim()),
            (_, Some(version)) => format!("^{}", version.trim()),
            _ => part.to_owned(),
        }
    };
    let has_old = text.contains("==") || text.contains("~=");
    let new = text.split(',').map(convert).collect::<Vec<_>>().join(", ");
    (has_old && new.parse::<semver::VersionReq>().is_ok()).then_some(new)
}

/// Before `runtime` was, a class meant Python.
fn runtime(root: &mut Map<String, Value>, done: &mut Vec<Conversion>) {
    if root.contains_key("runtime") {
        return;
    }
    let main =
        root.get("entry_points").and_then(|points| points.get("main")).and_then(Value::as_str);
    if main.is_some_and(|main| main.contains(':')) {
        root.insert("runtime".to_owned(), json!({ "kind": "python" }));
        let message =
            "the manifest names no runtime; its `entry_points.main` means Python".to_owned();
        done.push(Conversion { at: "/runtime".to_owned(), message, is_runtime: true });
    }
}

/// Names of credentials and settings become fields of a form.
fn configuration(root: &mut Map<String, Value>, done: &mut Vec<Conversion>) {
    for (old, new) in [("required_credentials", "credentials"), ("optional_settings", "settings")] {
        if root.contains_key(new) {
            continue;
        }
        let names = root.get("configuration").and_then(|section| section.get(old));
        let mut fields: Vec<&str> = Vec::new();
        for name in names.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
        {
            // What can't be a key was never asked for by one.
            if field_key(name).is_ok() && !fields.contains(&name) {
                fields.push(name);
            }
        }
        if fields.is_empty() {
            continue;
        }
        let fields: Vec<Value> = match new {
            "credentials" => fields.iter().map(|name| credential(name)).collect(),
            _ => fields
                .iter()
                .map(|name| json!({ "key": name, "kind": "text", "label": label(name) }))
                .collect(),
        };
        tell(done, &format!("/configuration/{old}"), &format!("configuration.{old}"), new);
        root.insert(new.to_owned(), Value::Array(fields));
    }
}

fn credential(name: &str) -> Value {
    let plain = name.to_ascii_lowercase();
    let (kind, is_secret) = match plain.as_str() {
        _ if plain.contains("totp") => ("totp-secret", true),
        _ if plain.contains("user") || plain.contains("email") => ("text", false),
        _ => ("password", true),
    };
    json!({ "key": name, "kind": kind, "label": label(name), "secret": is_secret })
}

/// `api_key` as a person writes it: `Api key`.
fn label(name: &str) -> String {
    let words = name.replace(['_', '-'], " ");
    let mut letters = words.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => words,
    }
}
