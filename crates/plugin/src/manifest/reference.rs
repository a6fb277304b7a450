//! The page that describes a manifest to authors, drawn from its schema.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use crate::manifest::schema::schema;

/// The page that is published.
#[must_use]
pub fn reference_text() -> String {
    let mut text = String::from(
        "# The manifest of a plugin\n\nGenerated from `crates/plugin/src/manifest.rs`; `make bless` writes it anew.\n\n\
         `plugin_manifest.json` lies in the plugin's folder. Its JSON Schema is\n\
         [`plugin-manifest.schema.json`](plugin-manifest.schema.json); `stonks plugin validate --schema` prints it.\n\
         What is checked beyond it is in [`plugin-rules.md`](plugin-rules.md).\n",
    );
    section(&mut text, "Sections", schema());
    for (name, definition) in definitions() {
        match variants(definition) {
            Some(variants) if variants.iter().any(|one| one.get("properties").is_some()) => {
                heading(&mut text, name, definition);
                for variant in variants {
                    variant_section(&mut text, variant);
                }
            }
            Some(variants) => words(&mut text, name, definition, variants),
            None => section(&mut text, name, definition),
        }
    }
    text
}

fn definitions() -> impl Iterator<Item = (&'static String, &'static Value)> {
    schema()["$defs"].as_object().into_iter().flatten()
}

fn variants(definition: &Value) -> Option<&Vec<Value>> {
    definition.get("oneOf").and_then(Value::as_array)
}

fn description(schema: &Value) -> String {
    let text = schema.get("description").and_then(Value::as_str).unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

// Writing to a string never fails.

fn heading(text: &mut String, name: &str, schema: &Value) {
    let _ = write!(text, "\n## {name}\n");
    let description = description(schema);
    if !description.is_empty() {
        let _ = write!(text, "\n{description}\n");
    }
}

fn section(text: &mut String, name: &str, schema: &Value) {
    heading(text, name, schema);
    table(text, schema);
}

fn variant_section(text: &mut String, variant: &Value) {
    let tag = variant["properties"].as_object().into_iter().flatten();
    let tag = tag.filter_map(|(key, schema)| Some((key, schema.get("const")?)));
    for (key, value) in tag {
        let _ = write!(text, "\n### `\"{key}\": {value}`\n\n{}\n", description(variant));
    }
    table(text, variant);
}

fn table(text: &mut String, schema: &Value) {
    let none = Map::new();
    let properties = schema.get("properties").and_then(Value::as_object).unwrap_or(&none);
    let required: Vec<&str> =
        schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let _ = write!(text, "\n| key | value | needed | what it is |\n| --- | --- | --- | --- |\n");
    for (key, property) in properties.iter().filter(|(_, property)| property.get("const").is_none())
    {
        let needed = if required.contains(&key.as_str()) { "yes" } else { "" };
        let about = description(property).replace('|', "\\|");
        let _ = writeln!(text, "| `{key}` | {} | {needed} | {about} |", kind(property));
    }
    if let Some(others) = schema.get("additionalProperties").filter(|others| others.is_object()) {
        let about = description(others).replace('|', "\\|");
        let _ = writeln!(text, "| any other | {} | | {about} |", kind(others));
    }
}

fn words(text: &mut String, name: &str, definition: &Value, variants: &[Value]) {
    heading(text, name, definition);
    let _ = write!(text, "\n| word | what it means |\n| --- | --- |\n");
    for variant in variants {
        if let Some(word) = variant.get("const") {
            let _ = writeln!(text, "| `{word}` | {} |", description(variant));
        }
        for word in variant["enum"].as_array().into_iter().flatten() {
            let _ = writeln!(text, "| `{word}` | |");
        }
    }
}

/// The type of a value, with a link to what is described elsewhere.
fn kind(schema: &Value) -> String {
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        let name = reference.trim_start_matches("#/$defs/");
        return format!("[{name}](#{})", name.to_lowercase());
    }
    if let Some(either) = schema.get("anyOf").and_then(Value::as_array) {
        let named =
            either.iter().find(|one| one.get("type").and_then(Value::as_str) != Some("null"));
        return named.map(kind).unwrap_or_default();
    }
    let form = schema.get("format").and_then(Value::as_str).unwrap_or_default();
    let names = match &schema["type"] {
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        name => Vec::from_iter(name.as_str()),
    };
    match names.iter().find(|name| **name != "null").copied() {
        Some("array") => format!("list of {}", kind(&schema["items"])),
        Some("object") if schema.get("additionalProperties").is_some_and(Value::is_object) => {
            format!("object of {}", kind(&schema["additionalProperties"]))
        }
        Some("object") => "object".to_owned(),
        Some("integer") => "whole number".to_owned(),
        Some("number") => "number".to_owned(),
        Some("boolean") => "`true` or `false`".to_owned(),
        Some("string") if form.is_empty() => "text".to_owned(),
        Some("string") => format!("text ({form})"),
        _ => "anything".to_owned(),
    }
}
