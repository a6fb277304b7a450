//! What users do with plugins: switch them on and off, reload them, look at what they went through.

mod described;
pub(crate) mod records;
mod watch;

use anyhow::{Context, Result};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use stonks_host::records::Actor;
use stonks_host::{PluginManager, StartError};
use stonks_plugin::PluginId;
use stonks_plugin::health::{Checked, Measurement, Threshold};
use stonks_plugin::lifecycle::{Reason, Standing};
use utoipa::ToSchema;

use crate::app::App;
use crate::db::plugins::{self, ThresholdRow, TransitionRow};

pub use described::{Description, Outcome, Summary};

/// A step of a plugin's life, as users see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PluginStep)]
pub struct Step {
    /// RFC 3339.
    pub at: String,
    pub event: String,
    pub from: String,
    pub to: String,
    /// Why, in a sentence.
    pub reason: Option<String>,
    /// The host, or who asked for it.
    pub actor: String,
    pub version: Option<String>,
}

/// What a check of a plugin's health found, and when.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = PluginHealthCheck)]
pub struct HealthCheck {
    /// RFC 3339.
    pub at: String,
    pub health: String,
    pub reasons: Vec<String>,
    pub measurements: Vec<Measurement>,
}

/// A line of a plugin's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PluginLogEntry)]
pub struct LogEntry {
    /// RFC 3339.
    pub at: String,
    pub level: String,
    pub message: String,
}

impl App {
    /// The manager of plugins, for those who listen to what happens.
    #[must_use]
    pub fn manager(&self) -> &PluginManager {
        &self.plugins
    }

    /// Switches a plugin on.
    ///
    /// # Errors
    /// A plugin that is unknown or unusable, that waits for a grant, or doesn't start.
    pub async fn enable_plugin(&self, id: &PluginId, by: &str) -> Result<Standing, StartError> {
        self.plugins.enable(id, Actor::User(by.to_owned())).await
    }

    /// Switches a plugin on with what it was granted, be that less than it asks for.
    ///
    /// # Errors
    /// A plugin that is unknown or unusable, or doesn't start.
    pub async fn enable_plugin_as_granted(
        &self,
        id: &PluginId,
        by: &str,
    ) -> Result<Standing, StartError> {
        self.plugins.enable_as_granted(id, Actor::User(by.to_owned())).await
    }

    /// Vouches for a plugin that lies where anyone may have put it.
    ///
    /// # Errors
    /// A plugin that is unknown or can't be read.
    pub async fn trust_plugin(&self, id: &PluginId) -> Result<(), StartError> {
        self.plugins.trust(id).await
    }

    /// Switches a plugin off.
    ///
    /// # Errors
    /// A plugin that is unknown, or off already.
    pub async fn disable_plugin(&self, id: &PluginId, by: &str) -> Result<Standing, StartError> {
        self.plugins.disable(id, Actor::User(by.to_owned())).await
    }

    /// Takes up a plugin's files anew.
    ///
    /// # Errors
    /// A plugin that is unknown or off, or whose new files are refused; what ran goes on.
    pub async fn reload_plugin(&self, id: &PluginId, by: &str) -> Result<Standing, StartError> {
        self.plugins.reload(id, Actor::User(by.to_owned())).await
    }

    /// Checks how a plugin fares.
    ///
    /// # Errors
    /// A plugin that is unknown.
    pub async fn check_plugin(&self, id: &PluginId) -> Result<Checked, StartError> {
        self.plugins.check(id).await
    }

    /// What a plugin went through, the newest first.
    ///
    /// # Errors
    /// A database that fails.
    pub async fn plugin_history(&self, id: &PluginId, limit: u32) -> Result<Vec<Step>> {
        let mut transaction = self.database.read().await?;
        let rows = plugins::transitions(&mut transaction, id.as_str(), limit.into()).await?;
        rows.into_iter().map(Step::try_from).collect()
    }

    /// What checks of a plugin found in the time before now, the newest first.
    ///
    /// # Errors
    /// A database that fails.
    pub async fn plugin_health(
        &self,
        id: &PluginId,
        span: SignedDuration,
    ) -> Result<Vec<HealthCheck>> {
        let since = self.now().checked_sub(span).unwrap_or(Timestamp::MIN);
        let since = format!("{since:.3}");
        let mut transaction = self.database.read().await?;
        let rows = plugins::health(&mut transaction, id.as_str(), &since).await?;
        let check = |row: plugins::HealthRow| {
            Ok(HealthCheck {
                at: row.at,
                health: row.health,
                reasons: serde_json::from_str(&row.reasons).context("reading a health check")?,
                measurements: serde_json::from_str(&row.measurements)
                    .context("reading a health check")?,
            })
        };
        rows.into_iter().map(check).collect()
    }

    /// Lines of a plugin's log, the newest first.
    ///
    /// # Errors
    /// A database that fails.
    pub async fn plugin_logs(&self, id: &PluginId, limit: u32) -> Result<Vec<LogEntry>> {
        self.plugins.flush_logs().await;
        let mut transaction = self.database.read().await?;
        let rows = plugins::logs(&mut transaction, id.as_str(), limit.into()).await?;
        let entry =
            |row: plugins::LogRow| LogEntry { at: row.at, level: row.level, message: row.message };
        Ok(rows.into_iter().map(entry).collect())
    }

    /// The thresholds that hold for a plugin.
    ///
    /// # Errors
    /// A database that fails.
    pub async fn plugin_thresholds(&self, id: &PluginId) -> Result<Vec<Threshold>> {
        records::thresholds(&self.database, id.as_str()).await
    }

    /// Sets the range in which a measurement of a plugin is well.
    ///
    /// # Errors
    /// A database that fails.
    pub async fn set_plugin_threshold(&self, id: &PluginId, threshold: &Threshold) -> Result<()> {
        self.set_plugin_thresholds(id, std::slice::from_ref(threshold)).await
    }

    /// Sets several ranges: all or none. Those of other measurements stay.
    ///
    /// # Errors
    /// A database that fails.
    pub async fn set_plugin_thresholds(
        &self,
        id: &PluginId,
        thresholds: &[Threshold],
    ) -> Result<()> {
        let mut transaction = self.database.write().await?;
        for threshold in thresholds {
            let row = ThresholdRow {
                plugin: id.to_string(),
                name: threshold.name.clone(),
                min: threshold.min.map(|min| min.to_string()),
                max: threshold.max.map(|max| max.to_string()),
            };
            plugins::set_threshold(&mut transaction, &row).await?;
        }
        transaction.commit().await
    }
}

impl TryFrom<TransitionRow> for Step {
    type Error = anyhow::Error;

    fn try_from(row: TransitionRow) -> Result<Self> {
        let reason = row.reason.as_deref().map(serde_json::from_str::<Reason>).transpose();
        Ok(Self {
            at: row.at,
            event: row.event,
            from: row.from_state,
            to: row.to_state,
            reason: reason.context("reading a plugin's history")?.map(|reason| reason.to_string()),
            actor: row.actor.unwrap_or_else(|| Actor::Host.to_string()),
            version: row.version,
        })
    }
}
