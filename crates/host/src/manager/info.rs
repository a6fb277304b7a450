//! What is known of a plugin without running it.

use stonks_plugin::health::{Checked, Health};
use stonks_plugin::lifecycle::{Reason, State};
use stonks_plugin::manifest::Manifest;
use stonks_plugin::service::PluginKind;
use stonks_plugin::{Finding, Service};

use super::plugin::first_error;

/// What is known of a plugin without running it.
#[derive(Debug, Clone)]
pub struct PluginInfo {
    /// Its name.
    pub name: String,
    /// What it says of itself.
    pub manifest: Option<Manifest>,
    /// Where it stands.
    pub state: State,
    /// Why it stands there, where that needs saying.
    pub reason: Option<Reason>,
    /// What the last check found, if there was one.
    pub checked: Option<Checked>,
    /// Where it was found.
    pub source: String,
    /// What is to be said about it.
    pub findings: Vec<Finding>,
}

impl PluginInfo {
    /// The services that it says it offers.
    #[must_use]
    pub fn services(&self) -> &[Service] {
        self.manifest.as_ref().map_or(&[], |manifest| &manifest.capabilities.services)
    }

    /// How it fares.
    #[must_use]
    pub fn health(&self) -> Health {
        self.checked.as_ref().map_or(Health::Unknown, |checked| checked.health)
    }

    /// Whether a call would reach it, or bring it up.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        let is_resting = matches!(self.reason, Some(Reason::Retrying { .. }));
        match self.state {
            State::Discovered | State::Loading | State::Loaded | State::Active => {
                first_error(&self.findings).is_none()
            }
            State::Error => is_resting,
            State::Disabled | State::Unloading => false,
        }
    }

    /// What it is for.
    #[must_use]
    pub fn kind(&self) -> Option<PluginKind> {
        self.manifest.as_ref().map(|manifest| manifest.plugin.kind)
    }
}
