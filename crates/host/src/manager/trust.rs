//! Who vouched for plugins that lie where anyone may have put them: by place and content, so that other
//! code in the same place isn't trusted.

use sha2::{Digest, Sha256};
use stonks_plugin::PluginId;
use stonks_plugin::digest::hex;

use super::{PluginManager, StartError};
use crate::discovery::{Found, Trust};

impl PluginManager {
    /// Vouches for what a plugin is now. It is still to be enabled.
    ///
    /// # Errors
    /// A plugin that is unknown or can't be read, records that can't be kept.
    pub async fn trust(&self, id: &PluginId) -> Result<(), StartError> {
        let plugin = self.plugin(id)?;
        let found = plugin.found();
        if found.trust == Trust::Trusted {
            return Ok(());
        }
        let failed = |error| StartError::Step { plugin: id.clone(), error };
        let digest =
            digest(&found).map_err(|error| StartError::Read { plugin: id.clone(), error })?;
        let kept = self.shared.journal.records.trust(&found.source.to_string(), &digest).await;
        kept.map_err(|error| failed(error.into()))
    }

    /// Whether someone vouched for exactly this.
    pub(super) async fn is_trusted(&self, found: &Found) -> bool {
        let Ok(digest) = digest(found) else { return false };
        let place = found.source.to_string();
        match self.shared.journal.records.is_trusted(&place, &digest).await {
            Ok(is_trusted) => is_trusted,
            Err(error) => {
                tracing::error!(%error, "who vouched for plugins can't be read; nobody is trusted");
                false
            }
        }
    }
}

/// Of the manifest and the code, in hexadecimal.
fn digest(found: &Found) -> Result<String, crate::discovery::ReadError> {
    let mut digest = Sha256::new();
    digest.update(found.fingerprint.manifest);
    digest.update(found.code_digest()?);
    Ok(hex(&digest.finalize()))
}
