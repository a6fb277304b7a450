//! The published JSON Schema, generated from the types that parse a manifest.

use std::sync::LazyLock;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use crate::manifest::Manifest;

/// Where the schema says that it lives; nothing is ever fetched from there.
const ID: &str = "https://stonks-overwatch.invalid/schema/plugin-manifest/1.0.json";

/// The schema of `plugin_manifest.json`.
#[must_use]
pub fn schema() -> &'static Value {
    static SCHEMA: LazyLock<Value> = LazyLock::new(|| {
        let generated = SchemaSettings::draft2020_12()
            .for_deserialize()
            .into_generator()
            .into_root_schema_for::<Manifest>();
        let mut schema = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": ID,
            "title": "Manifest of a Stonks Overwatch plugin",
        });
        if let (Value::Object(schema), Value::Object(generated)) =
            (&mut schema, generated.to_value())
        {
            for (key, value) in generated {
                schema.entry(key).or_insert(value);
            }
        }
        schema
    });
    &SCHEMA
}

/// The schema as the file that is published.
#[must_use]
pub fn schema_text() -> String {
    // A value of JSON can always be written as JSON.
    serde_json::to_string_pretty(schema()).unwrap_or_default() + "\n"
}

/// A market: ISO 10383.
#[derive(JsonSchema)]
#[schemars(inline, transparent, extend("format" = "iso-10383"))]
pub(crate) struct Market(#[expect(dead_code, reason = "a shape for the schema")] String);

/// A currency: ISO 4217.
#[derive(JsonSchema)]
#[schemars(inline, transparent, extend("format" = "iso-4217"))]
pub(crate) struct CurrencyCode(#[expect(dead_code, reason = "a shape for the schema")] String);
