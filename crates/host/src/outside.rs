//! What lies outside of all plugins, and what one of them may reach of it.

use std::sync::Arc;

use futures::future::BoxFuture;
use stonks_plugin::PluginId;
use stonks_plugin::permission::Permissions;

use crate::egress::{Audit, Egress, EgressLimits, EgressRecord, Resolver, SystemResolver};
use crate::grants::{Granted, Grants, Holding};
use crate::storage::{KeepError, Storage};

/// Something outside that failed, in words for the log and the plugin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct OutsideError(pub String);

/// What lies outside of all plugins. The default denies everything.
#[derive(Clone)]
pub struct Outside {
    /// What the user granted.
    pub grants: Arc<dyn Grants>,
    /// Where each request leaves a row.
    pub audit: Arc<dyn Audit>,
    /// What plugins keep.
    pub storage: Arc<dyn Storage>,
    /// Turns names into addresses.
    pub resolver: Arc<dyn Resolver>,
    /// What requests may use.
    pub limits: EgressLimits,
}

impl Default for Outside {
    fn default() -> Self {
        Self {
            grants: Arc::new(Nothing),
            audit: Arc::new(Nothing),
            storage: Arc::new(Nothing),
            resolver: Arc::new(SystemResolver),
            limits: EgressLimits::default(),
        }
    }
}

/// Grants nothing, keeps nothing, and has no need to remember refusals.
struct Nothing;

impl Grants for Nothing {
    fn of<'a>(&'a self, _: &'a PluginId) -> BoxFuture<'a, Result<Granted, OutsideError>> {
        Box::pin(async { Ok(Granted::default()) })
    }
}

impl Audit for Nothing {
    fn record(&self, _: EgressRecord) -> BoxFuture<'static, Result<(), OutsideError>> {
        Box::pin(async { Ok(()) })
    }
}

impl Storage for Nothing {
    fn get<'a>(
        &'a self,
        _: &'a PluginId,
        _: &'a str,
    ) -> BoxFuture<'a, Result<Option<Vec<u8>>, OutsideError>> {
        Box::pin(async { Ok(None) })
    }

    fn set<'a>(
        &'a self,
        _: &'a PluginId,
        _: &'a str,
        _: &'a [u8],
        _: u64,
    ) -> BoxFuture<'a, Result<(), KeepError>> {
        Box::pin(async { Err(KeepError::Full) })
    }

    fn delete<'a>(
        &'a self,
        _: &'a PluginId,
        _: &'a str,
    ) -> BoxFuture<'a, Result<(), OutsideError>> {
        Box::pin(async { Ok(()) })
    }

    fn keys<'a>(
        &'a self,
        _: &'a PluginId,
        _: &'a str,
    ) -> BoxFuture<'a, Result<Vec<String>, OutsideError>> {
        Box::pin(async { Ok(Vec::new()) })
    }
}

/// What one plugin may reach: its name and what it asks for come from the host, never from the guest.
pub(crate) struct Reach {
    pub(crate) plugin: PluginId,
    pub(crate) asked: Permissions,
    pub(crate) egress: Arc<Egress>,
}

impl Reach {
    /// What holds at this moment: asked again for each request, so that taking back is at once.
    pub(crate) async fn holding(&self) -> Result<Holding, OutsideError> {
        let granted = self.egress.outside.grants.of(&self.plugin).await?;
        Ok(Holding::new(&self.asked, granted))
    }
}
