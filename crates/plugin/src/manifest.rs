//! The manifest: what a plugin says of itself, in `plugin_manifest.json`.
//!
//! The nested layout is the Python roadmap's, so that its manifests stay valid; all that was added is
//! optional. These types are the contract: they parse, and the published JSON Schema is generated from
//! them, their comments being its descriptions.

pub mod auth;
pub mod dependencies;
pub mod form;
pub mod format;
pub mod legacy;
pub mod reference;
pub mod schema;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use auth::AuthProfile;
pub use dependencies::Dependencies;
pub use form::{CredentialKind, CredentialSchema, SettingKind, SettingSchema};

use crate::id::PluginId;
use crate::permission::Permissions;
use crate::service::{PluginKind, Service};

/// The name of the manifest's file.
pub const FILE_NAME: &str = "plugin_manifest.json";

/// A larger manifest isn't read.
pub const MAX_BYTES: usize = 256 * 1024;

/// A manifest that is nested deeper isn't parsed.
pub const MAX_DEPTH: usize = 32;

/// `plugin`: who and what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct About {
    /// `plugin.name`: `interactive-brokers`.
    #[schemars(with = "String", extend("format" = "plugin-name"))]
    pub name: PluginId,
    /// `plugin.version`: semantic version, `1.2.0`.
    #[schemars(with = "String", extend("format" = "semver"))]
    pub version: semver::Version,
    /// `plugin.type`: `broker`, `aggregator`, `middleware` or `view`.
    #[serde(rename = "type")]
    pub kind: PluginKind,
    /// `plugin.display_name`: the name to show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// `plugin.description`: one sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// `plugin.author`: whom to ask, `Ada Lovelace <ada@example.com>`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// `plugin.license`: SPDX expression, `MIT OR Apache-2.0`.
    #[schemars(extend("format" = "spdx-expression"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub license: Option<String>,
    /// `plugin.homepage`: where people read about it, `https://example.com/plugin`.
    #[schemars(extend("format" = "web-address"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub homepage: Option<String>,
}

/// `api`: the versions of the contract that the plugin works with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Api {
    /// `api.min_version`: the oldest version that it works with, `1.0.0`.
    #[schemars(with = "String", extend("format" = "semver"))]
    pub min_version: semver::Version,
    /// `api.max_version`: the newest version that it was tried with, `1.0.0`.
    #[schemars(with = "String", extend("format" = "semver"))]
    pub max_version: semver::Version,
    /// `api.interfaces`: names of the interfaces that it answers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub interfaces: Vec<String>,
}

/// `capabilities`: what the plugin is good for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Capabilities {
    /// `capabilities.services`: what a broker answers, `["file-import"]`.
    #[serde(default)]
    pub services: Vec<Service>,
    /// `capabilities.features`: words that users search for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub features: Vec<String>,
    /// `capabilities.supported_markets`: ISO 10383 codes, `["XAMS"]`.
    #[schemars(with = "Vec<schema::Market>")]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub supported_markets: Vec<String>,
    /// `capabilities.supported_currencies`: ISO 4217 codes, `["EUR"]`.
    #[schemars(with = "Vec<schema::CurrencyCode>")]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub supported_currencies: Vec<String>,
}

/// `runtime.kind`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, strum::Display)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum RuntimeKind {
    /// A WebAssembly component.
    Wasm,
    /// A Python package in a process of its own.
    Python,
}

/// `runtime`: what runs the plugin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Runtime {
    /// `runtime.kind`: `wasm` or `python`.
    pub kind: RuntimeKind,
    /// `runtime.module`: the component's file, relative to the manifest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub module: Option<String>,
}

/// `limits`: less than the host's own limits, where a plugin needs less.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// `limits.memory_bytes`: how much memory it may hold, `67108864`.
    #[schemars(range(min = 1))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_bytes: Option<u64>,
    /// `limits.call_seconds`: how long one call may take, `30`.
    #[schemars(range(min = 1))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call_seconds: Option<u64>,
}

/// `configuration`: how old manifests describe credentials and settings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LegacyConfiguration {
    /// `configuration.config_class`: the class that reads them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config_class: Option<String>,
    /// `configuration.required_credentials`: names; `credentials` describes them since.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub required_credentials: Vec<String>,
    /// `configuration.optional_settings`: names; `settings` describes them since.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub optional_settings: Vec<String>,
}

impl LegacyConfiguration {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// `entry_points`: where a Python plugin begins.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EntryPoints {
    /// `entry_points.main`: the plugin's class, `package.module:Class`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub main: Option<String>,
    /// `entry_points.config`: the class of its configuration, `package.module:Class`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<String>,
}

impl EntryPoints {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What a plugin says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// `$schema`: where editors find this schema. The host ignores it.
    #[serde(rename = "$schema", default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// `schema_version`: of the manifest's own layout, `1.0`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema_version: Option<String>,
    /// `plugin`: who and what.
    pub plugin: About,
    /// `api`: versions of the contract.
    pub api: Api,
    /// `dependencies`: what it needs beside itself.
    #[serde(default, skip_serializing_if = "Dependencies::is_empty")]
    pub dependencies: Dependencies,
    /// `capabilities`: what it is good for.
    #[serde(default)]
    pub capabilities: Capabilities,
    /// `order`: among middleware, which comes first: the lower number. `0` where it is left out; equals
    /// go by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<i32>,
    /// `configuration`: credentials and settings of old manifests.
    #[serde(default, skip_serializing_if = "LegacyConfiguration::is_empty")]
    pub configuration: LegacyConfiguration,
    /// `services`: in old manifests, which class answers which service.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub services: BTreeMap<String, Value>,
    /// `entry_points`: where a Python plugin begins.
    #[serde(default, skip_serializing_if = "EntryPoints::is_empty")]
    pub entry_points: EntryPoints,
    /// `runtime`: what runs it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runtime: Option<Runtime>,
    /// `permissions`: what it asks for.
    #[serde(default)]
    pub permissions: Permissions,
    /// `limits`: what it may use.
    #[serde(default)]
    pub limits: Limits,
    /// `credentials`: secrets that the user types into the host's form. They never enter the plugin.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub credentials: Vec<CredentialSchema>,
    /// `auth`: how the host signs requests, by the name that a request gives.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub auth: BTreeMap<String, AuthProfile>,
    /// `settings`: what the user may set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub settings: Vec<SettingSchema>,
}

/// A text that is no manifest at all.
#[derive(Debug, thiserror::Error)]
pub enum ParseManifestError {
    /// Nothing but white space.
    #[error("the manifest is empty")]
    Empty,
    /// Too large to be looked at.
    #[error("the manifest has {0} bytes; at most {MAX_BYTES} are read")]
    TooLarge(usize),
    /// Nested too deep to be parsed.
    #[error("the manifest is nested deeper than {MAX_DEPTH} levels")]
    TooDeep,
    /// Not UTF-8.
    #[error("the manifest is not UTF-8 text: byte {0} is none of its characters")]
    NotText(usize),
    /// Not JSON, or not of the manifest's form.
    #[error("{message} at line {line}, column {column}")]
    Malformed {
        /// What is wrong.
        message: String,
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
    },
    /// JSON, but not of the manifest's form.
    #[error("{0}")]
    Misshapen(String),
}

impl Manifest {
    /// Reads a manifest, an old one too. [`crate::validate::judge`] tells all that is wrong with one;
    /// this tells the first thing.
    ///
    /// # Errors
    /// Anything that isn't a manifest.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParseManifestError> {
        let mut value = read(bytes)?;
        legacy::modernise(&mut value);
        Self::from_value(value)
    }

    pub(crate) fn from_value(value: Value) -> Result<Self, ParseManifestError> {
        serde_json::from_value(value)
            .map_err(|error| ParseManifestError::Misshapen(error.to_string()))
    }

    /// The name to show.
    #[must_use]
    pub fn label(&self) -> &str {
        self.plugin.display_name.as_deref().unwrap_or(self.plugin.name.as_str())
    }
}

/// The JSON of a manifest; size and depth are bounded before anything is parsed.
pub(crate) fn read(bytes: &[u8]) -> Result<Value, ParseManifestError> {
    if bytes.len() > MAX_BYTES {
        return Err(ParseManifestError::TooLarge(bytes.len()));
    }
    let text = std::str::from_utf8(bytes)
        .map_err(|error| ParseManifestError::NotText(error.valid_up_to() + 1))?;
    // Editors of one system put a mark before UTF-8.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim().is_empty() {
        return Err(ParseManifestError::Empty);
    }
    if depth(text) > MAX_DEPTH {
        return Err(ParseManifestError::TooDeep);
    }
    serde_json::from_str(text).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        let shown = error.to_string();
        // serde_json appends the place, which is told apart here.
        let message = shown.split(" at line ").next().unwrap_or(&shown).to_owned();
        ParseManifestError::Malformed { message, line, column }
    })
}

/// How deep brackets are nested, those within strings apart.
fn depth(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0_usize);
    let (mut is_in_string, mut is_escaped) = (false, false);
    for byte in text.bytes() {
        if is_in_string {
            is_in_string = is_escaped || byte != b'"';
            is_escaped = !is_escaped && byte == b'\\';
            continue;
        }
        match byte {
            b'"' => is_in_string = true,
            b'{' | b'[' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}
