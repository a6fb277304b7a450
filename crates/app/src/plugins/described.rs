//! Plugins as scripts see them: the command line's `--json` and the API tell the same.

use std::collections::BTreeMap;

use serde::Serialize;
use stonks_host::PluginInfo;
use stonks_plugin::health::Checked;
use stonks_plugin::lifecycle::Standing;
use stonks_plugin::{Finding, Manifest, PluginId};
use utoipa::ToSchema;

use crate::app::App;
use crate::grants::{self, GrantError};

/// A plugin in a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Plugin)]
pub struct Summary {
    pub name: String,
    pub version: Option<String>,
    /// `broker`, `aggregator`, `middleware` or `view`.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// `wasm` or `python`.
    pub runtime: Option<String>,
    /// Where it stands.
    pub state: String,
    /// Why it stands there, where that needs saying.
    pub reason: Option<String>,
    /// Where it was found.
    pub source: String,
    pub services: Vec<String>,
    /// What the last check found.
    pub health: String,
}

/// All that is known of one plugin.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = PluginDescription)]
pub struct Description {
    pub plugin: Summary,
    /// As `plugin-manifest.schema.json` has it, schemas of settings among it.
    #[schema(value_type = Option<Object>)]
    pub manifest: Option<Manifest>,
    pub findings: Vec<Finding>,
    /// Those of the same name that aren't used.
    pub others: Vec<Summary>,
    pub permissions: Vec<grants::Permission>,
    /// What the user set, by key; the rest is as the manifest has it.
    pub settings: BTreeMap<String, String>,
    /// The last check in this process, with what was measured.
    pub checked: Option<Checked>,
}

/// What became of a plugin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PluginOutcome)]
pub struct Outcome {
    pub name: String,
    pub state: String,
    pub reason: Option<String>,
}

impl From<&PluginInfo> for Summary {
    fn from(info: &PluginInfo) -> Self {
        let manifest = info.manifest.as_ref();
        Self {
            name: info.name.clone(),
            version: manifest.map(|manifest| manifest.plugin.version.to_string()),
            kind: info.kind().map(|kind| kind.to_string()),
            runtime: manifest
                .and_then(|manifest| manifest.runtime.as_ref())
                .map(|runtime| runtime.kind.to_string()),
            state: info.state.to_string(),
            reason: info.reason.as_ref().map(ToString::to_string),
            source: info.source.clone(),
            services: info.services().iter().map(ToString::to_string).collect(),
            health: info.health().to_string(),
        }
    }
}

impl Summary {
    /// State and reason in one.
    #[must_use]
    pub fn standing(&self) -> String {
        match &self.reason {
            Some(reason) => format!("{}: {reason}", self.state),
            None => self.state.clone(),
        }
    }
}

impl Outcome {
    #[must_use]
    pub fn new(name: &PluginId, standing: &Standing) -> Self {
        Self {
            name: name.to_string(),
            state: standing.state.to_string(),
            reason: standing.reason.as_ref().map(ToString::to_string),
        }
    }
}

impl App {
    /// All that is known of a plugin, which may have a name that no plugin should have; none where
    /// there is none of that name.
    ///
    /// # Errors
    /// A database that can't be read.
    pub async fn describe_plugin(&self, name: &str) -> Result<Option<Description>, GrantError> {
        let id = name.parse::<PluginId>().ok();
        let all = self.plugins();
        let inspected = id.as_ref().and_then(|id| self.plugin(id));
        let first = || all.iter().find(|info| info.name == name).cloned();
        let Some(info) = inspected.or_else(first) else { return Ok(None) };
        let is_other = |other: &&PluginInfo| other.name == name && other.source != info.source;
        let others = all.iter().filter(is_other).map(Summary::from).collect();
        let (mut permissions, mut settings) = (Vec::new(), BTreeMap::new());
        if let Some(id) = &id {
            permissions = self.permissions(id).await?;
            settings = self.plugin_settings(id).await?;
        }
        Ok(Some(Description {
            plugin: Summary::from(&info),
            manifest: info.manifest,
            findings: info.findings,
            others,
            permissions,
            settings,
            checked: info.checked,
        }))
    }
}
