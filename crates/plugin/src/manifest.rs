//! The manifest: what a plugin says of itself, in `plugin_manifest.json`.
//!
//! The nested layout is the Python roadmap's, so that its manifests stay valid; all that was added is
//! optional.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::id::PluginId;
use crate::permission::Permissions;
use crate::service::{PluginKind, Service};

/// The name of the manifest's file.
pub const FILE_NAME: &str = "plugin_manifest.json";

/// A larger manifest isn't read.
pub const MAX_BYTES: usize = 256 * 1024;

/// `plugin`: who and what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct About {
    /// `plugin.name`: `interactive-brokers`.
    pub name: PluginId,
    /// `plugin.version`: semantic version, `1.2.0`.
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
    /// `plugin.author`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// `plugin.license`: SPDX expression, `MIT OR Apache-2.0`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub license: Option<String>,
    /// `plugin.homepage`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub homepage: Option<String>,
}

/// `api`: the versions of the contract that the plugin works with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Api {
    /// `api.min_version`: `1.0.0`.
    pub min_version: semver::Version,
    /// `api.max_version`: `1.0.0`.
    pub max_version: semver::Version,
    /// `api.interfaces`: names of the interfaces that it answers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub interfaces: Vec<String>,
}

/// `capabilities`: what the plugin is good for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Capabilities {
    /// `capabilities.services`: `["file-import"]`.
    #[serde(default)]
    pub services: Vec<Service>,
    /// `capabilities.features`: words that users search for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub features: Vec<String>,
    /// `capabilities.supported_markets`: ISO 10383 MICs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub supported_markets: Vec<String>,
    /// `capabilities.supported_currencies`: ISO 4217 codes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub supported_currencies: Vec<String>,
}

/// `runtime.kind`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::Display)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum RuntimeKind {
    /// A WebAssembly component.
    Wasm,
    /// A Python package in a process of its own.
    Python,
}

/// `runtime`: what runs the plugin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Runtime {
    /// `runtime.kind`: `wasm` or `python`.
    pub kind: RuntimeKind,
    /// `runtime.module`: the component's file, relative to the manifest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub module: Option<String>,
}

/// `limits`: less than the host's own limits, where a plugin needs less.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// `limits.memory_bytes`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_bytes: Option<u64>,
    /// `limits.call_seconds`: how long one call may take.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call_seconds: Option<u64>,
}

/// `settings[].kind`: the type of a setting's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SettingKind {
    /// Free text.
    Text,
    /// An exact decimal.
    Number,
    /// Yes or no.
    Flag,
    /// One of `choices`.
    Choice,
}

/// `settings[]`: something that the user may set, and from which the host draws the form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SettingSchema {
    /// `settings[].key`: `time_zone`.
    pub key: String,
    /// `settings[].kind`: `text`, `number`, `flag` or `choice`.
    pub kind: SettingKind,
    /// `settings[].label`: what the form says.
    pub label: String,
    /// `settings[].help`: a sentence below the field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// `settings[].default`: what holds until the user sets it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
    /// `settings[].choices`: for the kind `choice`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
}

/// `configuration`: how old manifests describe credentials and settings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LegacyConfiguration {
    /// `configuration.config_class`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config_class: Option<String>,
    /// `configuration.required_credentials`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub required_credentials: Vec<String>,
    /// `configuration.optional_settings`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub optional_settings: Vec<String>,
}

/// What a plugin says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// `schema_version`: of the manifest's own layout, `1.0`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema_version: Option<String>,
    /// Who and what.
    pub plugin: About,
    /// Versions of the contract.
    pub api: Api,
    /// `dependencies`: `python`, packages and their versions, `plugin_dependencies`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub dependencies: BTreeMap<String, Value>,
    /// What it is good for.
    #[serde(default)]
    pub capabilities: Capabilities,
    /// Credentials and settings of old manifests.
    #[serde(default)]
    pub configuration: LegacyConfiguration,
    /// `services`: in old manifests, which class answers which service.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub services: BTreeMap<String, Value>,
    /// `entry_points`: `main` and `config` of Python plugins.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub entry_points: BTreeMap<String, String>,
    /// What runs it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runtime: Option<Runtime>,
    /// What it asks for.
    #[serde(default)]
    pub permissions: Permissions,
    /// What it may use.
    #[serde(default)]
    pub limits: Limits,
    /// What the user may set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub settings: Vec<SettingSchema>,
}

/// A text that is no manifest at all.
#[derive(Debug, thiserror::Error)]
pub enum ParseManifestError {
    /// Too large to be looked at.
    #[error("the manifest has {0} bytes; at most {MAX_BYTES} are read")]
    TooLarge(usize),
    /// Not UTF-8.
    #[error("the manifest is not UTF-8 text")]
    NotText,
    /// Not JSON, or not of the manifest's form. `path` names the field.
    #[error("{message} at line {line}, column {column}")]
    Malformed {
        /// What is wrong.
        message: String,
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
    },
}

impl Manifest {
    /// Reads a manifest.
    ///
    /// # Errors
    /// Anything that isn't one; [`crate::validate`] judges those that are.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParseManifestError> {
        if bytes.len() > MAX_BYTES {
            return Err(ParseManifestError::TooLarge(bytes.len()));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| ParseManifestError::NotText)?;
        serde_json::from_str(text).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            let shown = error.to_string();
            // serde_json appends the place, which is told apart here.
            let message = shown.split(" at line ").next().unwrap_or(&shown).to_owned();
            ParseManifestError::Malformed { message, line, column }
        })
    }

    /// The name to show.
    #[must_use]
    pub fn label(&self) -> &str {
        self.plugin.display_name.as_deref().unwrap_or(self.plugin.name.as_str())
    }
}
