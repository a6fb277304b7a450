//! Why a plugin can't be started, switched or reloaded.

use stonks_plugin::PluginId;
use stonks_plugin::lifecycle::Standing;

use crate::discovery::ReadError;
use crate::runtime::CallError;
use crate::runtime::LoadError;
use crate::supervisor::StepError;

/// Why a plugin can't be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// There is none of that name.
    #[error("there is no plugin `{plugin}`")]
    Unknown {
        /// The name asked for.
        plugin: PluginId,
        /// Names that there are.
        known: Vec<String>,
    },
    /// Its findings forbid it.
    #[error("plugin `{plugin}` can't be used: {reason}")]
    Unusable {
        /// The plugin.
        plugin: PluginId,
        /// The first finding that forbids it.
        reason: String,
    },
    /// Its component can't be read.
    #[error("plugin `{plugin}` can't be read: {error}")]
    Read {
        /// The plugin.
        plugin: PluginId,
        /// Why.
        error: ReadError,
    },
    /// A setting that the manifest doesn't allow.
    #[error("plugin `{plugin}`: {problem}")]
    Setting {
        /// The plugin.
        plugin: PluginId,
        /// What is wrong.
        problem: String,
    },
    /// It can't be compiled or linked.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// It can't be initialised.
    #[error(transparent)]
    Call(#[from] CallError),
    /// It is switched off, or rests.
    #[error("plugin `{plugin}` is {standing}")]
    NotRunning {
        /// The plugin.
        plugin: PluginId,
        /// Where it stands, and why.
        standing: Standing,
    },
    /// That has no place where it stands, or can't be recorded.
    #[error("plugin `{plugin}`: {error}")]
    Step {
        /// The plugin.
        plugin: PluginId,
        /// Why.
        error: StepError,
    },
}

impl StartError {
    /// Without the plugin's name.
    pub(super) fn reason(&self) -> String {
        match self {
            Self::Unusable { reason, .. } => reason.clone(),
            Self::Read { error, .. } => error.to_string(),
            Self::Setting { problem, .. } => problem.clone(),
            Self::Call(error) => error.kind.to_string(),
            Self::Load(LoadError::Compile { error, .. }) => error.to_string(),
            Self::Load(LoadError::Link { reason, .. }) => reason.clone(),
            Self::Load(LoadError::Python { error, .. }) => error.to_string(),
            other => other.to_string(),
        }
    }

    /// What the user can do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Unknown { known, .. } => Some(format!("there is {}", known.join(", "))),
            Self::NotRunning { plugin, standing } => {
                standing.reason.as_ref()?.hint(plugin.as_str())
            }
            Self::Unusable { plugin, .. } => {
                Some(format!("see all findings with `stonks plugin info {plugin}`"))
            }
            _ => None,
        }
    }
}
