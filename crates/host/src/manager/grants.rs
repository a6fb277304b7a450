//! Plugins that are of no use without what they ask for: they don't come up before the user has decided
//! about it.

use stonks_plugin::PluginId;
use stonks_plugin::lifecycle::{Reason, Standing};

use super::{PluginManager, StartError};
use crate::discovery::Found;
use crate::records::Actor;

impl PluginManager {
    /// Takes up a plugin that waited for what it asks for, once it was granted. None where it
    /// didn't wait, or still does.
    ///
    /// # Errors
    /// A plugin that is unknown or unusable, or doesn't start.
    pub async fn granted(
        &self,
        id: &PluginId,
        actor: Actor,
    ) -> Result<Option<Standing>, StartError> {
        let plugin = self.plugin(id)?;
        let waits = plugin.supervisor.standing().reason == Some(Reason::AwaitingGrant);
        if !waits || self.lacks_grants(&plugin.found()).await {
            return Ok(None);
        }
        self.enable(id, actor).await.map(Some)
    }

    /// Whether a plugin wasn't granted all that it is of no use without. Where that can't be told, nothing was.
    pub(super) async fn lacks_grants(&self, found: &Found) -> bool {
        let Some(manifest) = found.manifest.as_ref() else { return false };
        let asked = manifest.permissions.required();
        if asked.is_empty() {
            return false;
        }
        let granted = self.options.outside.grants.of(&manifest.plugin.name).await;
        let granted = granted.unwrap_or_else(|error| {
            tracing::error!(plugin = found.name, %error, "grants can't be read");
            crate::grants::Granted::default()
        });
        !asked.beyond(&granted.permissions).is_empty()
    }
}
