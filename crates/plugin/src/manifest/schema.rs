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

/// `permissions`: all that a plugin asks for. What isn't asked for isn't linked.
#[derive(JsonSchema)]
#[schemars(rename = "Permissions", deny_unknown_fields)]
#[expect(dead_code, reason = "a shape for the schema")]
pub(crate) struct PermissionsShape {
    /// `permissions.http`: requests to hosts.
    #[schemars(default)]
    http: Vec<HttpShape>,
    /// `permissions.storage`: a small store of its own.
    storage: Option<StorageShape>,
}

/// `permissions.http[]`: requests to one host.
#[derive(JsonSchema)]
#[schemars(rename = "HttpPermission", deny_unknown_fields)]
#[expect(dead_code, reason = "a shape for the schema")]
struct HttpShape {
    /// `permissions.http[].host`: `api.example.com`, or `*.example.com` for every name below it; with
    /// `:8443` behind it for another port than 443.
    host: String,
    /// `permissions.http[].methods`: `["GET"]`. Any where it is left out.
    #[schemars(default)]
    methods: Vec<String>,
    /// `permissions.http[].paths`: `["/v2/*"]`; a final `*` stands for any rest. Any path where it is
    /// left out.
    #[schemars(default)]
    paths: Vec<String>,
    /// `permissions.http[].purpose`: shown to the user who grants it.
    purpose: String,
}

/// `permissions.storage`: a small store of the plugin's own.
#[derive(JsonSchema)]
#[schemars(rename = "StoragePermission", deny_unknown_fields)]
#[expect(dead_code, reason = "a shape for the schema")]
struct StorageShape {
    /// `permissions.storage.quota_bytes`: how much it may hold, `1048576`.
    quota_bytes: u64,
    /// `permissions.storage.purpose`: shown to the user who grants it.
    purpose: String,
}

#[cfg(test)]
mod tests {
    use serde::de::DeserializeOwned;

    use super::*;
    use crate::permission::{HttpPermission, Permissions, StoragePermission};

    /// The keys that serde names when it meets one that it doesn't know.
    fn keys_of<T: DeserializeOwned>() -> Vec<String> {
        let error = serde_json::from_str::<T>(r#"{"?": 1}"#).err().unwrap().to_string();
        let known = error.split("expected").nth(1).unwrap();
        known.split('`').skip(1).step_by(2).map(str::to_owned).collect()
    }

    fn check<T: DeserializeOwned>(shape: &str) {
        let properties = schema()["$defs"][shape]["properties"].as_object().unwrap();
        let shown: Vec<&str> = properties.keys().map(String::as_str).collect();
        assert_eq!(shown, keys_of::<T>(), "{shape}");
    }

    #[test]
    fn the_shapes_of_permissions_are_those_that_are_read() {
        check::<Permissions>("Permissions");
        check::<HttpPermission>("HttpPermission");
        check::<StoragePermission>("StoragePermission");
    }
}
