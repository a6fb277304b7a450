//! Each request leaves a row, whatever becomes of it.

use std::sync::Arc;

use futures::future::BoxFuture;
use jiff::Timestamp;
use stonks_plugin::PluginId;
use stonks_plugin::permission::Target;
use tokio::time::Instant;

use crate::outside::OutsideError;

/// What a plugin sent, and what became of it. Neither query nor headers nor bodies are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EgressRecord {
    /// Who asked for it.
    pub plugin: PluginId,
    /// When it was asked for.
    pub at: Timestamp,
    /// `GET` and so on.
    pub method: String,
    /// The host, with the port where it isn't the scheme's own; empty where the URL had none.
    pub host: String,
    /// Without the query.
    pub path: String,
    /// The answer's status; none where there was no answer.
    pub status: Option<u16>,
    /// Why it was refused or failed; none where the plugin got the answer.
    pub problem: Option<String>,
    /// Of the answer's body, as it came over the wire.
    pub bytes: u64,
    /// From the plugin's call to the end.
    pub milliseconds: u64,
}

/// Keeps the rows.
pub trait Audit: Send + Sync {
    /// Keeps a row.
    ///
    /// # Errors
    /// Where it can't be kept; the plugin then doesn't get its answer.
    fn record(&self, record: EgressRecord) -> BoxFuture<'static, Result<(), OutsideError>>;
}

/// A row under way. Dropped before its end, it says so: a plugin that is stopped in the midst of a
/// request leaves its row as well.
pub(super) struct Entry {
    audit: Arc<dyn Audit>,
    started: Instant,
    record: Option<EgressRecord>,
}

impl Entry {
    pub(super) fn new(
        audit: Arc<dyn Audit>,
        at: Timestamp,
        plugin: PluginId,
        method: &str,
    ) -> Self {
        let record = EgressRecord {
            plugin,
            at,
            method: method.chars().take(20).collect(),
            host: String::new(),
            path: String::new(),
            status: None,
            problem: None,
            bytes: 0,
            milliseconds: 0,
        };
        Self { audit, started: Instant::now(), record: Some(record) }
    }

    pub(super) fn goes_to(&mut self, target: &Target) {
        let Some(record) = &mut self.record else { return };
        record.host = match target.url.port() {
            Some(port) => format!("{}:{port}", target.host),
            None => target.host.to_string(),
        };
        record.path = target.path().chars().take(1_000).collect();
    }

    pub(super) const fn answered(&mut self, status: u16) {
        if let Some(record) = &mut self.record {
            record.status = Some(status);
        }
    }

    pub(super) const fn received(&mut self, bytes: u64) {
        if let Some(record) = &mut self.record {
            record.bytes += bytes;
        }
    }

    /// Keeps the row.
    pub(super) async fn end(mut self, problem: Option<String>) -> Result<(), OutsideError> {
        match self.ended(problem) {
            Some(record) => self.audit.record(record).await,
            None => Ok(()),
        }
    }

    fn ended(&mut self, problem: Option<String>) -> Option<EgressRecord> {
        let mut record = self.record.take()?;
        record.problem = problem;
        record.milliseconds = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        Some(record)
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        let Some(record) = self.ended(Some("the plugin was stopped meanwhile".to_owned())) else {
            return;
        };
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let kept = self.audit.record(record);
            runtime.spawn(async move {
                if let Err(error) = kept.await {
                    tracing::error!(%error, "the row of a request was lost");
                }
            });
        }
    }
}
