//! The middleware in its order, and what tells one state of it from another.

use std::collections::BTreeMap;

use anyhow::Result;
use sha2::{Digest, Sha256};
use stonks_host::{Instance, PluginManager};
use stonks_plugin::PluginId;
use stonks_plugin::digest::hex;

use crate::db::Transaction;
use crate::plugin_settings;

/// The middleware through which facts go.
pub(super) struct Chain {
    plugins: Vec<(PluginId, BTreeMap<String, String>)>,
    /// Of names, components and settings, in order.
    pub(super) digest: String,
}

/// A middleware that is ready, or why it isn't.
pub(super) struct Link {
    /// Name and version.
    pub(super) label: String,
    pub(super) instance: Result<Instance, String>,
    pub(super) n_failures: u32,
}

impl Chain {
    pub(super) async fn load(
        plugins: &PluginManager,
        transaction: &mut Transaction,
    ) -> Result<Self> {
        let chain = plugin_settings::middleware(transaction).await?;
        let mut hash = Sha256::new();
        for (plugin, settings) in &chain {
            // What can't be used is told when it is started.
            let component = plugins.digest(plugin).unwrap_or_default();
            hash.update(format!("{plugin}\0"));
            hash.update(component);
            hash.update(serde_json::to_vec(settings)?);
        }
        let digest = hex(&hash.finalize());
        Ok(Self { plugins: chain, digest })
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.plugins.is_empty()
    }

    pub(super) async fn start(&self, plugins: &PluginManager) -> Vec<Link> {
        let mut links = Vec::with_capacity(self.plugins.len());
        for (plugin, settings) in &self.plugins {
            let manifest = plugins.get(plugin).and_then(|info| info.manifest);
            let label = manifest.map_or_else(
                || plugin.to_string(),
                |manifest| format!("{plugin} {}", manifest.plugin.version),
            );
            let instance = plugins.start(plugin, settings).await;
            let instance = instance.map_err(|error| error.to_string());
            links.push(Link { label, instance, n_failures: 0 });
        }
        links
    }
}
