//! What changes under way: files of plugins, and what other processes do to plugins.

use std::collections::BTreeMap;

use stonks_plugin::lifecycle::{Event, Reason, Standing, State};

use super::plugin::Plugin;
use super::{PluginManager, StartError};
use crate::discovery::{Difference, Found, Trust, difference};
use crate::records::Actor;

impl PluginManager {
    /// Looks again at every place. What is new comes up, what changed takes its own place, what is gone
    /// is unloaded; one that is refused stops no other.
    pub async fn rescan(&self) -> Difference {
        let (found, hidden) = self.look().await;
        let is_gone =
            |plugin: &Plugin| plugin.supervisor.standing().reason == Some(Reason::Removed);
        let (gone, there): (Vec<_>, Vec<_>) =
            self.all().into_iter().partition(|plugin| is_gone(plugin));
        let before: Vec<Found> = there.iter().map(|plugin| plugin.found()).collect();
        let difference = difference(&before, &found);
        self.tell_hidden(hidden);
        let stood =
            if difference.added.is_empty() { BTreeMap::new() } else { self.standings().await };
        for found in found {
            let name = found.name.clone();
            let is_back = gone.iter().any(|plugin| plugin.found().name == name);
            let outcome = if is_back {
                self.replace(found).await
            } else if difference.added.contains(&name) {
                self.take_in(found, stood.get(&name).cloned()).await
            } else if difference.changed.contains(&name) {
                self.replace(found).await
            } else {
                Ok(())
            };
            if let Err(error) = outcome {
                tracing::warn!(%error, "a plugin that changed is not taken up");
            }
        }
        for name in &difference.removed {
            self.let_go(name).await;
        }
        difference
    }

    /// Where plugins stood at last; nowhere if that can't be read.
    async fn standings(&self) -> BTreeMap<String, Standing> {
        self.shared.journal.records.standings().await.unwrap_or_else(|error| {
            tracing::error!(%error, "where plugins stood can't be read");
            BTreeMap::new()
        })
    }

    /// A plugin that wasn't there before.
    async fn take_in(&self, found: Found, stood: Option<Standing>) -> Result<(), StartError> {
        let id = found.name.parse();
        self.add(found, stood.unwrap_or(Standing::DISCOVERED)).await;
        let Ok(id) = id else { return Ok(()) };
        let plugin = self.plugin(&id)?;
        if self.options.is_resident && plugin.supervisor.standing().state == State::Discovered {
            plugin.enable(&self.shared, &id, Actor::Host).await?;
        }
        Ok(())
    }

    /// A plugin whose files changed.
    async fn replace(&self, mut found: Found) -> Result<(), StartError> {
        let Ok(id) = found.name.parse() else { return Ok(()) };
        let plugin = self.plugin(&id)?;
        found.judge_component();
        let standing = plugin.supervisor.standing();
        let lacking = found.lacks().next().map(|finding| finding.message.clone());
        match (standing.state, standing.reason) {
            // It is back.
            (State::Disabled, Some(Reason::Removed)) => {
                plugin.refresh(found);
                plugin.enable(&self.shared, &id, Actor::Host).await.map(|_| ())
            }
            // It asks for less than before.
            (State::Disabled, Some(Reason::AwaitingGrant)) if !self.lacks_grants(&found).await => {
                plugin.refresh(found);
                plugin.enable(&self.shared, &id, Actor::Host).await.map(|_| ())
            }
            (State::Disabled | State::Unloading, _) => {
                plugin.refresh(found);
                Ok(())
            }
            // What it needs is gone. It isn't its own doing, so that nothing is rolled back.
            _ if let Some(message) = lacking => {
                let reason = Reason::Invalid { message };
                plugin.refresh(found);
                plugin.give_up(reason).await;
                Ok(())
            }
            // Other code may not be what the user vouched for.
            _ if found.trust == Trust::Awaiting && !self.is_trusted(&found).await => {
                plugin.refresh(found);
                let step = (Event::Disabled, Reason::AwaitingTrust);
                plugin.disable(&id, step, Actor::Host).await.map(|_| ())
            }
            _ if self.options.is_resident => {
                plugin.reload(&self.shared, &id, found, Actor::Host).await.map(|_| ())
            }
            _ => {
                plugin.refresh(found);
                Ok(())
            }
        }
    }

    /// A plugin whose files are gone: it ends, and stays listed until the host does.
    async fn let_go(&self, name: &str) {
        let Ok(id) = name.parse() else { return };
        let Ok(plugin) = self.plugin(&id) else { return };
        let step = (Event::Removed, Reason::Removed);
        if let Err(error) = plugin.disable(&id, step, Actor::Host).await {
            tracing::warn!(%error, "a plugin whose files are gone");
        }
    }

    /// Follows what other processes did to plugins: what someone switched off there ends here, and what
    /// someone switched on or reloaded there is taken up.
    pub async fn follow_others(&self) {
        let steps = match self.shared.journal.records.recorded_elsewhere().await {
            Ok(steps) => steps,
            Err(error) => {
                tracing::error!(%error, "what other processes did to plugins can't be read");
                return;
            }
        };
        for step in steps {
            let plugin = step.plugin.parse().ok().and_then(|id| self.plugin(&id).ok());
            let Some(plugin) = plugin else { continue };
            let Some(id) = plugin.id.clone() else { continue };
            plugin.supervisor.follow(&step).await;
            let taken_up = match step.event {
                Event::Enabled => plugin.take_up(&self.shared, &id).await,
                Event::Reloaded => self.reload(&id, Actor::Host).await.map(|_| ()),
                _ if !matches!(step.to.state, State::Active | State::Loaded) => {
                    plugin.drop_current().await;
                    Ok(())
                }
                _ => Ok(()),
            };
            if let Err(error) = taken_up {
                tracing::warn!(%error, "a plugin doesn't follow what was asked elsewhere");
            }
        }
    }
}
