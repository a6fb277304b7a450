//! Holds a manifest against its own schema: every departure, each with its place.
//!
//! The schema is the one that is generated from the types and published, so that what this accepts is
//! what the types parse and what an editor shows. What can't be parsed is taken out of the value, so that
//! the other rules can be asked about the rest.

mod shape;

use std::sync::OnceLock;

use serde_json::{Map, Number, Value};

use crate::finding::{Finding, Level};
use crate::manifest::auth::escape;
use crate::manifest::{format, schema};
use crate::validate::rules;
use crate::validate::spelling::nearest;
use shape::Shapes;

/// What was taken out of a manifest, by its places in the file.
#[derive(Debug, Default)]
pub(super) struct Refused(Vec<String>);

impl Refused {
    /// Whether the place, or something within it, was taken out.
    pub(super) fn touches(&self, at: &str) -> bool {
        self.0.iter().any(|refused| {
            refused.strip_prefix(at).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }

    /// The place in the file of a place in what is left: items after one that was taken out moved up.
    pub(super) fn restore(&self, at: &str) -> String {
        let mut restored = String::new();
        for part in at.split('/').skip(1) {
            let mut part = part.to_owned();
            if let Ok(mut place) = part.parse::<usize>() {
                // Places were noted from first to last.
                for refused in &self.0 {
                    let index = refused
                        .strip_prefix(&restored)
                        .and_then(|rest| rest.strip_prefix('/')?.parse::<usize>().ok());
                    place += usize::from(index.is_some_and(|index| index <= place));
                }
                part = place.to_string();
            }
            restored.push('/');
            restored.push_str(&part);
        }
        restored
    }
}

/// Tells how a manifest departs from the schema, and takes out what can't be parsed.
pub(super) fn check(manifest: &mut Value, findings: &mut Vec<Finding>) -> Refused {
    static SHAPES: OnceLock<Shapes> = OnceLock::new();
    let schema = schema::schema();
    if SHAPES.get_or_init(|| Shapes::of(schema)).fits(manifest) {
        return Refused::default();
    }
    walked(schema, manifest, findings)
}

/// The same, step by step.
fn walked(schema: &'static Value, manifest: &mut Value, findings: &mut Vec<Finding>) -> Refused {
    let mut walk = Walk { definitions: &schema["$defs"], findings, refused: Refused::default() };
    walk.value(schema, manifest, "");
    walk.refused
}

struct Walk<'a> {
    definitions: &'static Value,
    findings: &'a mut Vec<Finding>,
    refused: Refused,
}

impl Walk<'_> {
    /// Whether the value can be parsed, perhaps after something within it was taken out.
    fn value(&mut self, schema: &'static Value, value: &mut Value, at: &str) -> bool {
        let schema = self.resolve(schema, value);
        if let Some(variants) = schema.get("oneOf").and_then(Value::as_array) {
            return self.one_of(variants, value, at);
        }
        if let Some(listed) = schema.get("enum").and_then(Value::as_array) {
            return self.listed(&listed.iter().collect::<Vec<_>>(), value, at);
        }
        if !self.type_fits(schema, value, at) {
            return false;
        }
        match value {
            Value::Object(object) => self.object(schema, object, at),
            Value::Array(items) => {
                self.items(schema, items, at);
                true
            }
            Value::String(text) => self.text(schema, text, at),
            Value::Number(number) => self.number(schema, number, at),
            _ => true,
        }
    }

    /// The schema that a reference leads to. Of "this or null", this, unless it is null.
    fn resolve(&self, schema: &'static Value, value: &Value) -> &'static Value {
        let mut schema = schema;
        // References in the schema are a few deep; what goes round isn't followed for ever.
        for _ in 0..8 {
            if let Some(name) = schema.get("$ref").and_then(Value::as_str) {
                schema = &self.definitions[name.trim_start_matches("#/$defs/")];
                continue;
            }
            let Some(either) = schema.get("anyOf").and_then(Value::as_array) else { break };
            let is_null =
                |schema: &Value| schema.get("type").and_then(Value::as_str) == Some("null");
            match either.iter().find(|schema| is_null(schema) == value.is_null()) {
                Some(found) => schema = found,
                None => break,
            }
        }
        schema
    }

    fn type_fits(&mut self, schema: &Value, value: &Value, at: &str) -> bool {
        let allowed: Vec<&str> = match schema.get("type") {
            Some(Value::String(name)) => vec![name],
            Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
            _ => return true,
        };
        if allowed.iter().any(|name| is_of(name, value)) {
            return true;
        }
        let expected = allowed.iter().find(|name| **name != "null").copied().unwrap_or("null");
        let message = format!("{} is expected, not {}", in_words(expected), found(value));
        let finding = Finding::of(&rules::TYPE_MISMATCH, at, message);
        let is_list_wanted = expected == "array" && value.is_string();
        self.findings.push(match is_list_wanted {
            true => finding.hint(format!("write `[{value}]`")),
            false => finding,
        });
        false
    }

    /// A documented enumeration, or one of several shapes told apart by a key.
    fn one_of(&mut self, variants: &'static [Value], value: &mut Value, at: &str) -> bool {
        let Some(tag) = variants.iter().find_map(tag_of) else {
            let mut listed = Vec::new();
            for variant in variants {
                listed.extend(variant.get("const"));
                listed.extend(variant.get("enum").and_then(Value::as_array).into_iter().flatten());
            }
            return self.listed(&listed, value, at);
        };
        if !self.type_fits(&serde_json::json!({ "type": "object" }), value, at) {
            return false;
        }
        let names: Vec<&Value> =
            variants.iter().filter_map(|variant| constant(variant, tag)).collect();
        let Some(name) = value.get(tag).cloned() else {
            let known =
                names.iter().filter_map(|name| name.as_str()).collect::<Vec<_>>().join(", ");
            let message = format!("`{tag}` is missing: one of {known}");
            self.tell(&rules::FIELD_MISSING, at, message);
            return false;
        };
        let Some(variant) = variants.iter().find(|variant| constant(variant, tag) == Some(&name))
        else {
            return self.listed(&names, &name, &format!("{at}/{tag}"));
        };
        match value {
            Value::Object(object) => self.object(variant, object, at),
            _ => true,
        }
    }

    fn listed(&mut self, listed: &[&Value], value: &Value, at: &str) -> bool {
        if listed.contains(&value) {
            return true;
        }
        let names: Vec<&str> = listed.iter().filter_map(|value| value.as_str()).collect();
        let Some(text) = value.as_str() else {
            let message = format!("one of {} is expected, not {}", names.join(", "), found(value));
            self.tell(&rules::TYPE_MISMATCH, at, message);
            return false;
        };
        let message = format!("`{text}` is none of {}", names.join(", "));
        let finding = Finding::of(&rules::VALUE_UNKNOWN, at, message);
        self.findings.push(match nearest(text, names) {
            Some(near) => finding.hint(format!("did you mean `{near}`?")),
            None => finding,
        });
        false
    }

    /// Whether what is required is there.
    fn object(
        &mut self,
        schema: &'static Value,
        object: &mut Map<String, Value>,
        at: &str,
    ) -> bool {
        static NONE: OnceLock<Map<String, Value>> = OnceLock::new();
        let properties = schema
            .get("properties")
            .and_then(Value::as_object)
            .unwrap_or_else(|| NONE.get_or_init(Map::new));
        let others = schema.get("additionalProperties");
        let mut kept = Vec::with_capacity(object.len());
        for (key, value) in object.iter_mut() {
            let within = format!("{at}/{}", escape(key));
            let told = self.findings.len();
            let is_kept = match (properties.get(key), others) {
                (Some(schema), _) => self.value(schema, value, &within),
                (None, Some(Value::Bool(false))) => {
                    self.unknown_key(key, properties, &within);
                    false
                }
                (None, Some(schema @ Value::Object(_))) => {
                    let is_kept = self.value(schema, value, &within);
                    self.advise_key(key, properties, told);
                    is_kept
                }
                _ => true,
            };
            if !is_kept {
                self.refused.0.push(within);
            }
            kept.push(is_kept);
        }
        let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
        let required: Vec<&str> = required.filter_map(Value::as_str).collect();
        for name in required.iter().filter(|name| !object.contains_key(**name)) {
            self.missing(name, at);
        }
        let mut kept = kept.into_iter();
        object.retain(|_, _| kept.next().unwrap_or(true));
        required.iter().all(|name| object.contains_key(*name))
    }

    fn missing(&mut self, name: &str, at: &str) {
        if name == "purpose" && at.starts_with("/permissions") {
            let message = "the permission states no purpose".to_owned();
            return self.tell(&rules::PURPOSE_MISSING, at, message);
        }
        let place =
            if at.is_empty() { "the manifest".to_owned() } else { format!("`{}`", shown(at)) };
        let message = format!("{place} has no `{name}`");
        let finding = Finding::of(&rules::FIELD_MISSING, at, message);
        self.findings.push(finding.hint(format!("add `\"{name}\": …`")));
    }

    fn unknown_key(&mut self, key: &str, known: &Map<String, Value>, at: &str) {
        let finding = Finding::of(&rules::KEY_UNKNOWN, at, format!("`{key}` is unknown here"));
        let names = || known.keys().map(String::as_str);
        self.findings.push(match nearest(key, names()) {
            Some(near) => finding.hint(format!("did you mean `{near}`?")),
            None => finding.hint(format!("there is {}", names().collect::<Vec<_>>().join(", "))),
        });
    }

    /// Where any key may stand, one that is almost a known one and holds something else was meant so.
    fn advise_key(&mut self, key: &str, known: &Map<String, Value>, told: usize) {
        let Some(near) = nearest(key, known.keys().map(String::as_str)) else { return };
        if let Some(finding) = self.findings.get_mut(told) {
            finding.hint = Some(format!("did you mean the key `{near}`?"));
        }
    }

    fn items(&mut self, schema: &'static Value, items: &mut Vec<Value>, at: &str) {
        let Some(schema) = schema.get("items") else { return };
        let mut place = 0;
        items.retain_mut(|item| {
            let within = format!("{at}/{place}");
            place += 1;
            let is_kept = self.value(schema, item, &within);
            if !is_kept {
                self.refused.0.push(within);
            }
            is_kept
        });
    }

    fn number(&mut self, schema: &Value, number: &Number, at: &str) -> bool {
        let bound = |name: &str| schema.get(name).and_then(Value::as_i64).map(i128::from);
        let (least, most) = match schema.get("format").and_then(Value::as_str) {
            Some("uint32") => (bound("minimum"), Some(i128::from(u32::MAX))),
            Some("int32") => (Some(i128::from(i32::MIN)), Some(i128::from(i32::MAX))),
            _ => (bound("minimum"), None),
        };
        // What is no whole number has no bounds in the schema.
        let Some(value) = number.as_i128() else { return true };
        let problem = match (least, most) {
            (Some(least), _) if value < least => {
                format!("at least {least} is expected, not {number}")
            }
            (_, Some(most)) if value > most => format!("at most {most} is expected, not {number}"),
            _ => return true,
        };
        self.tell(&rules::VALUE_OUT_OF_RANGE, at, problem);
        false
    }

    fn text(&mut self, schema: &Value, text: &str, at: &str) -> bool {
        let named = schema.get("format").and_then(Value::as_str).and_then(format::find);
        let Some(form) = named else { return true };
        let Err(problem) = (form.check)(text) else { return true };
        self.tell(form.rule, at, format!("`{text}` {problem}"));
        form.rule.level == Level::Warning
    }

    fn tell(&mut self, rule: &rules::Rule, at: &str, message: String) {
        self.findings.push(Finding::of(rule, at, message));
    }
}

/// Whether a value is of a type, as a schema names it.
fn is_of(name: &str, value: &Value) -> bool {
    match (name, value) {
        ("integer", Value::Number(number)) => number.is_u64() || number.is_i64(),
        ("number", Value::Number(_))
        | ("string", Value::String(_))
        | ("boolean", Value::Bool(_))
        | ("array", Value::Array(_))
        | ("object", Value::Object(_))
        | ("null", Value::Null) => true,
        _ => false,
    }
}

fn constant<'a>(variant: &'a Value, tag: &str) -> Option<&'a Value> {
    variant.get("properties")?.get(tag)?.get("const")
}

/// The key that tells one shape from the others: it has one value in each.
fn tag_of(variant: &'static Value) -> Option<&'static str> {
    let properties = variant.get("properties")?.as_object()?;
    properties.iter().find(|(_, schema)| schema.get("const").is_some()).map(|(key, _)| key.as_str())
}

/// A place in the words of a person: `permissions.http[0]`.
pub(super) fn shown(at: &str) -> String {
    let mut shown = String::new();
    for part in at.split('/').skip(1) {
        let part = part.replace("~1", "/").replace("~0", "~");
        if part.parse::<usize>().is_ok() {
            shown.push_str(&format!("[{part}]"));
        } else {
            if !shown.is_empty() {
                shown.push('.');
            }
            shown.push_str(&part);
        }
    }
    shown
}

fn in_words(name: &str) -> &'static str {
    match name {
        "string" => "text",
        "integer" => "a whole number",
        "number" => "a number",
        "boolean" => "`true` or `false`",
        "array" => "a list",
        "object" => "an object",
        _ => "null",
    }
}

/// A value as far as a message can hold it.
fn found(value: &Value) -> String {
    match value {
        Value::Object(_) => "an object".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        Value::Null => "null".to_owned(),
        Value::String(text) => format!("the text `{}`", text.chars().take(60).collect::<String>()),
        other => format!("`{other}`"),
    }
}
