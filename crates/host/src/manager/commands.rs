//! What people ask of a plugin: to be switched on or off, to take up its files anew.

use std::sync::Arc;

use stonks_plugin::PluginId;
use stonks_plugin::lifecycle::{Event, Reason, Standing, State};

use super::plugin::Plugin;
use super::{PluginManager, StartError, order};
use crate::discovery::{Found, Trust};
use crate::records::Actor;

impl PluginManager {
    /// Switches a plugin on.
    ///
    /// # Errors
    /// A plugin that is unknown or unusable, that nobody vouched for, or whose permissions nobody
    /// decided about; one that doesn't start.
    pub async fn enable(&self, id: &PluginId, actor: Actor) -> Result<Standing, StartError> {
        let plugin = self.plugin(id)?;
        let waits = plugin.supervisor.standing().reason == Some(Reason::AwaitingGrant);
        if waits && self.lacks_grants(&plugin.found()).await {
            let standing = Standing { state: State::Disabled, reason: Some(Reason::AwaitingGrant) };
            return Err(StartError::NotRunning { plugin: id.clone(), standing });
        }
        self.enable_as_granted(id, actor).await
    }

    /// Switches a plugin on with what it was granted, be that less than it asks for.
    ///
    /// # Errors
    /// A plugin that is unknown or unusable, that nobody vouched for, or that doesn't start.
    pub async fn enable_as_granted(
        &self,
        id: &PluginId,
        actor: Actor,
    ) -> Result<Standing, StartError> {
        let plugin = self.plugin(id)?;
        let found = plugin.found();
        if found.trust == Trust::Awaiting && !self.is_trusted(&found).await {
            let standing = Standing { state: State::Disabled, reason: Some(Reason::AwaitingTrust) };
            return Err(StartError::NotRunning { plugin: id.clone(), standing });
        }
        plugin.enable(&self.shared, id, actor).await
    }

    /// Switches a plugin off. Calls under way finish.
    ///
    /// # Errors
    /// A plugin that is unknown, or off already; records that can't be kept.
    pub async fn disable(&self, id: &PluginId, actor: Actor) -> Result<Standing, StartError> {
        let reason = (Event::Disabled, Reason::SwitchedOff);
        self.plugin(id)?.disable(id, reason, actor).await
    }

    /// Puts what is in a plugin's folder now in the place of what runs; its settings too. What runs
    /// goes on if that fails.
    ///
    /// # Errors
    /// A plugin that is unknown or switched off, or whose new self is refused.
    pub async fn reload(&self, id: &PluginId, actor: Actor) -> Result<Standing, StartError> {
        let plugin = self.plugin(id)?;
        let standing = plugin.supervisor.standing();
        if matches!(standing.state, State::Disabled | State::Unloading) {
            return Err(StartError::NotRunning { plugin: id.clone(), standing });
        }
        let mut found = self.beside_others(plugin.found().again());
        found.judge_component();
        plugin.reload(&self.shared, id, found, actor).await
    }

    /// A plugin with what is to be said about it beside those that there are.
    fn beside_others(&self, found: Found) -> Found {
        let name = found.name.clone();
        let is_there =
            |plugin: &Arc<Plugin>| plugin.supervisor.standing().reason != Some(Reason::Removed);
        let others = self.all().into_iter().filter(is_there).map(|plugin| plugin.found());
        let mut all: Vec<Found> = others.filter(|other| other.name != name).collect();
        all.push(found);
        order::judge_together(&mut all);
        all.swap_remove(all.len() - 1)
    }
}
