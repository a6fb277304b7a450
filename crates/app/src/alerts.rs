//! Alerts: what users should know of their plugins without looking. Each is kept, logged, shown on the
//! page, and sent to the webhooks that the user named.

mod damping;
mod delivery;
mod secrets;
mod watch;
mod webhooks;

use std::fmt;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use stonks_host::events::Happening;
use strum::{Display, EnumString, IntoStaticStr};
use utoipa::ToSchema;

use crate::app::App;
use crate::db::alerts::{self, AlertRow};
use crate::db::webhooks as webhook_rows;

pub use delivery::Post;
pub use watch::AlertWatch;
pub use webhooks::{NewWebhook, Webhook, WebhookError};

/// What is told of a plugin.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Display,
    EnumString,
    IntoStaticStr,
    Serialize,
    Deserialize,
    ToSchema,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum AlertKind {
    /// It fares well again.
    Recovered,
    /// It works, but not as it should.
    Degraded,
    /// It doesn't work.
    Unhealthy,
    /// It failed too often, and rests until someone enables it.
    Quarantined,
}

/// Something that users should know of a plugin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Alert {
    pub id: i64,
    /// RFC 3339.
    pub at: String,
    pub plugin: String,
    pub kind: AlertKind,
    /// One sentence.
    pub message: String,
    /// Why, worst first.
    pub reasons: Vec<String>,
    /// When someone said that they have seen it.
    pub acknowledged_at: Option<String>,
    pub acknowledged_by: Option<String>,
    /// Since when it is over.
    pub resolved_at: Option<String>,
}

impl Alert {
    /// Whether it is neither over nor acknowledged.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.acknowledged_at.is_none() && self.resolved_at.is_none()
    }
}

/// The sentence of an alert.
struct Message<'a> {
    plugin: &'a str,
    kind: AlertKind,
    reasons: &'a [String],
}

impl fmt::Display for Message<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { plugin, kind, reasons } = self;
        let what = match kind {
            AlertKind::Recovered => "fares well again",
            AlertKind::Degraded => "is degraded",
            AlertKind::Unhealthy => "is unhealthy",
            AlertKind::Quarantined => "is in quarantine",
        };
        write!(formatter, "plugin `{plugin}` {what}")?;
        if reasons.is_empty() { Ok(()) } else { write!(formatter, ": {}", reasons.join("; ")) }
    }
}

impl TryFrom<AlertRow> for Alert {
    type Error = anyhow::Error;

    fn try_from(row: AlertRow) -> Result<Self> {
        let damaged = || format!("the database holds a damaged alert of plugin `{}`", row.plugin);
        let kind: AlertKind = row.kind.parse().with_context(damaged)?;
        let reasons: Vec<String> = serde_json::from_str(&row.reasons).with_context(damaged)?;
        let message = Message { plugin: &row.plugin, kind, reasons: &reasons }.to_string();
        Ok(Self {
            id: row.id,
            at: row.at,
            plugin: row.plugin,
            kind,
            message,
            reasons,
            acknowledged_at: row.acknowledged_at,
            acknowledged_by: row.acknowledged_by,
            resolved_at: row.resolved_at,
        })
    }
}

impl App {
    /// Alerts of one plugin or of all, the newest first.
    ///
    /// # Errors
    /// A database that can't be read.
    pub async fn alerts(&self, plugin: Option<&str>, limit: u32) -> Result<Vec<Alert>> {
        let mut transaction = self.database.read().await?;
        let rows = alerts::newest(&mut transaction, plugin, limit.into()).await?;
        rows.into_iter().map(Alert::try_from).collect()
    }

    /// Those that are neither over nor acknowledged, the newest first.
    ///
    /// # Errors
    /// A database that can't be read.
    pub async fn open_alerts(&self, plugin: Option<&str>) -> Result<Vec<Alert>> {
        let mut transaction = self.database.read().await?;
        let rows = alerts::open(&mut transaction, plugin).await?;
        rows.into_iter().map(Alert::try_from).collect()
    }

    /// Notes that someone has seen an alert. Returns whether there is such an alert.
    ///
    /// # Errors
    /// A database that fails.
    pub async fn acknowledge_alert(&self, id: i64, by: &str) -> Result<bool> {
        let mut transaction = self.database.write().await?;
        let at = self.now().to_string();
        let is_there = alerts::acknowledge(&mut transaction, id, &at, by).await?;
        transaction.commit().await?;
        Ok(is_there)
    }

    /// Keeps an alert, with what is to be sent of it: both or neither. Then it is logged, and told to
    /// those who look at the page.
    async fn raise(&self, plugin: &str, kind: AlertKind, reasons: Vec<String>) -> Result<Alert> {
        let now = self.now();
        let at = now.to_string();
        let mut transaction = self.database.write().await?;
        let is_over = kind == AlertKind::Recovered;
        if is_over {
            alerts::resolve(&mut transaction, plugin, &at).await?;
        }
        let mut row = AlertRow {
            id: 0,
            plugin: plugin.to_owned(),
            kind: kind.to_string(),
            reasons: serde_json::to_string(&reasons).context("writing an alert as JSON")?,
            at: at.clone(),
            acknowledged_at: None,
            acknowledged_by: None,
            resolved_at: is_over.then_some(at),
        };
        row.id = alerts::insert(&mut transaction, &row).await?;
        let alert = Alert::try_from(row)?;
        for webhook in webhook_rows::all(&mut transaction).await? {
            let (name, body) = delivery::letter(&alert)?;
            let letter = (name.as_str(), body.as_str());
            webhook_rows::queue(&mut transaction, webhook.id, letter, now.as_millisecond()).await?;
        }
        transaction.commit().await?;
        if is_over {
            tracing::info!(plugin, %kind, "alert: {}", alert.message);
        } else {
            tracing::warn!(plugin, %kind, "alert: {}", alert.message);
        }
        let note = Happening::Noted(format!("alert: {}", alert.message));
        self.plugins.events().publish(plugin, now, note);
        self.letters_waiting.notify_one();
        Ok(alert)
    }
}
