//! The brokers of an old installation as plugins that answer there.

use anyhow::{Context, Result};
use stonks_host::bridge::{self, BridgeError, Bridged, Installation};

use crate::app::App;

impl App {
    /// Asks an old installation for its brokers, and lists a plugin for each from now on. Its own code
    /// runs for that.
    ///
    /// # Errors
    /// What is no installation, or one that doesn't tell.
    pub async fn build_bridges(
        &self,
        installation: &Installation,
    ) -> Result<Vec<Bridged>, BridgeError> {
        let bridged = bridge::build(&self.config.data_dir, installation).await?;
        self.plugins.rescan().await;
        Ok(bridged)
    }

    /// Lets plugins that were written for an old installation's brokers run in its environment.
    ///
    /// # Errors
    /// A folder without plugins, one that isn't valid.
    pub async fn build_bridges_of(
        &self,
        installation: &Installation,
        plugins: &std::path::Path,
    ) -> Result<Vec<Bridged>, BridgeError> {
        let bridged = bridge::build_of_folders(&self.config.data_dir, installation, plugins)?;
        self.plugins.rescan().await;
        Ok(bridged)
    }

    /// Takes all bridges down. What they delivered stays. Tells how many there were.
    ///
    /// # Errors
    /// A folder that can't be removed.
    pub async fn remove_bridges(&self) -> Result<usize> {
        let n_bridges = bridge::remove(&self.config.data_dir).context("removing the bridges")?;
        self.plugins.rescan().await;
        Ok(n_bridges)
    }
}
