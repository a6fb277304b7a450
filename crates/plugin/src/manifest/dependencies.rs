//! What a plugin needs beside itself.

use std::collections::BTreeMap;

use pep440_rs::VersionSpecifiers;
use schemars::JsonSchema;
use semver::VersionReq;
use serde::{Deserialize, Serialize};

use crate::id::PluginId;

/// `dependencies`: versions of Python, of packages, of the host and of other plugins.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Dependencies {
    /// `dependencies.python`: PEP 440, `>=3.11`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("format" = "pep440"))]
    pub python: Option<VersionSpecifiers>,
    /// `dependencies.core`: the host's own version, `>=0.1, <2`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("format" = "semver-range"))]
    pub core: Option<VersionReq>,
    /// `dependencies.plugin_dependencies`: other plugins by name, `{"ecb-rates": "^1.2"}`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(with = "BTreeMap<String, SemverRange>")]
    pub plugin_dependencies: BTreeMap<PluginId, VersionReq>,
    /// Any other key is a Python package with its versions, PEP 440: `"requests": ">=2.31,<3"`.
    #[serde(flatten)]
    #[schemars(with = "BTreeMap<String, PythonRange>")]
    pub packages: BTreeMap<String, VersionSpecifiers>,
}

impl Dependencies {
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Versions of a plugin, as Cargo writes them: `^1.2`, `>=1.0, <3`.
#[derive(JsonSchema)]
#[schemars(inline, transparent, extend("format" = "semver-range"))]
struct SemverRange(#[expect(dead_code, reason = "a shape for the schema")] String);

/// Versions of a Python package, PEP 440: `>=2.31,<3`.
#[derive(JsonSchema)]
#[schemars(inline, transparent, extend("format" = "pep440"))]
struct PythonRange(#[expect(dead_code, reason = "a shape for the schema")] String);
