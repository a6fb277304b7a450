//! The host's records, kept in the database.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};

use anyhow::{Context, Result};
use futures::future::BoxFuture;
use jiff::Timestamp;
use stonks_host::records::{Actor, LogLine, RecordError, Records, Transition};
use stonks_plugin::health::{Checked, Threshold};
use stonks_plugin::lifecycle::{Reason, Standing};

use crate::db::Database;
use crate::db::plugins::{self, HealthRow, LogRow, StandingRow, TransitionRow};

/// The host's records, in the database.
pub(crate) struct DatabaseRecords {
    database: Database,
    /// Tells what this process recorded from what others did.
    process: String,
    /// The last step that is known here.
    last_seen: AtomicI64,
}

impl DatabaseRecords {
    pub(crate) async fn new(database: Database) -> Result<Self> {
        let mut random = [0; 8];
        getrandom::fill(&mut random).context("asking the system for randomness")?;
        let last_seen = plugins::last_transition(&mut database.read().await?).await?;
        Ok(Self {
            database,
            process: format!("{:016x}", u64::from_le_bytes(random)),
            last_seen: AtomicI64::new(last_seen),
        })
    }

    async fn store(&self, transition: &Transition) -> Result<()> {
        let reason = transition.to.reason.as_ref().map(serde_json::to_string).transpose()?;
        let row = TransitionRow {
            id: 0,
            plugin: transition.plugin.clone(),
            event: transition.event.to_string(),
            from_state: transition.from.to_string(),
            to_state: transition.to.state.to_string(),
            reason,
            actor: match &transition.actor {
                Actor::Host => None,
                Actor::User(name) => Some(name.clone()),
            },
            version: transition.version.as_ref().map(ToString::to_string),
            process: self.process.clone(),
            at: transition.at.to_string(),
        };
        let mut transaction = self.database.write().await?;
        plugins::insert_transition(&mut transaction, &row).await?;
        transaction.commit().await
    }

    async fn of_others(&self) -> Result<Vec<Transition>> {
        let last_seen = self.last_seen.load(Ordering::Relaxed);
        let mut transaction = self.database.read().await?;
        let rows =
            plugins::transitions_of_others(&mut transaction, last_seen, &self.process).await?;
        if let Some(last) = rows.last() {
            self.last_seen.store(last.id, Ordering::Relaxed);
        }
        rows.iter().map(step).collect()
    }

    async fn store_health(&self, plugin: &str, at: Timestamp, checked: &Checked) -> Result<()> {
        let row = HealthRow {
            plugin: plugin.to_owned(),
            // Of one length, so that text sorts as time does.
            at: format!("{at:.3}"),
            health: checked.health.to_string(),
            reasons: serde_json::to_string(&checked.reasons)?,
            measurements: serde_json::to_string(&checked.measurements)?,
        };
        let mut transaction = self.database.write().await?;
        plugins::insert_health(&mut transaction, &row).await?;
        transaction.commit().await
    }

    async fn store_logs(&self, lines: &[LogLine]) -> Result<()> {
        let row = |line: &LogLine| LogRow {
            plugin: line.plugin.clone(),
            at: line.at.to_string(),
            level: line.level.as_str().to_owned(),
            message: line.message.clone(),
        };
        let rows: Vec<LogRow> = lines.iter().map(row).collect();
        let mut transaction = self.database.write().await?;
        plugins::insert_logs(&mut transaction, &rows).await?;
        transaction.commit().await
    }
}

/// A row of history, read back.
fn step(row: &TransitionRow) -> Result<Transition> {
    let known = |text: &str| format!("`{text}` in the history of `{}` is unknown", row.plugin);
    let reason = row.reason.as_deref().map(serde_json::from_str::<Reason>).transpose()?;
    Ok(Transition {
        plugin: row.plugin.clone(),
        event: row.event.parse().with_context(|| known(&row.event))?,
        from: row.from_state.parse().with_context(|| known(&row.from_state))?,
        to: Standing { state: row.to_state.parse().with_context(|| known(&row.to_state))?, reason },
        actor: row.actor.clone().map_or(Actor::Host, Actor::User),
        at: row.at.parse().with_context(|| known(&row.at))?,
        version: row.version.as_deref().and_then(|version| version.parse().ok()),
    })
}

fn standing(row: &StandingRow) -> Result<Standing> {
    let reason = row.reason.as_deref().map(serde_json::from_str::<Reason>).transpose()?;
    let state = row.state.parse();
    let state = state.with_context(|| format!("the state `{}` is unknown", row.state))?;
    Ok(Standing { state, reason })
}

/// What the user set, and the defaults for the rest.
pub(crate) async fn thresholds(database: &Database, plugin: &str) -> Result<Vec<Threshold>> {
    let rows = plugins::thresholds(&mut database.read().await?, plugin).await?;
    let number = |text: Option<String>| text.map(|text| text.parse::<f64>()).transpose();
    let mut set = Vec::with_capacity(rows.len());
    for row in rows {
        set.push(Threshold { name: row.name, min: number(row.min)?, max: number(row.max)? });
    }
    let defaults = Threshold::defaults();
    let unset =
        defaults.into_iter().filter(|default| !set.iter().any(|one| one.name == default.name));
    let unset: Vec<Threshold> = unset.collect();
    set.extend(unset);
    Ok(set)
}

fn told<T>(outcome: Result<T>) -> Result<T, RecordError> {
    outcome.map_err(|error| RecordError(format!("{error:#}")))
}

impl Records for DatabaseRecords {
    fn standings(&self) -> BoxFuture<'_, Result<BTreeMap<String, Standing>, RecordError>> {
        let read = async {
            let rows = plugins::standings(&mut self.database.read().await?).await?;
            rows.iter().map(|row| Ok((row.plugin.clone(), standing(row)?))).collect()
        };
        Box::pin(async { told(read.await) })
    }

    fn record<'a>(&'a self, transition: &'a Transition) -> BoxFuture<'a, Result<(), RecordError>> {
        Box::pin(async { told(self.store(transition).await) })
    }

    fn recorded_elsewhere(&self) -> BoxFuture<'_, Result<Vec<Transition>, RecordError>> {
        Box::pin(async { told(self.of_others().await) })
    }

    fn record_health<'a>(
        &'a self,
        plugin: &'a str,
        at: Timestamp,
        checked: &'a Checked,
    ) -> BoxFuture<'a, Result<(), RecordError>> {
        Box::pin(async move { told(self.store_health(plugin, at, checked).await) })
    }

    fn thresholds<'a>(
        &'a self,
        plugin: &'a str,
    ) -> BoxFuture<'a, Result<Vec<Threshold>, RecordError>> {
        Box::pin(async move { told(thresholds(&self.database, plugin).await) })
    }

    fn record_logs<'a>(&'a self, lines: &'a [LogLine]) -> BoxFuture<'a, Result<(), RecordError>> {
        Box::pin(async { told(self.store_logs(lines).await) })
    }

    fn trust<'a>(
        &'a self,
        place: &'a str,
        digest: &'a str,
    ) -> BoxFuture<'a, Result<(), RecordError>> {
        let store = async move {
            let mut transaction = self.database.write().await?;
            plugins::set_trust(&mut transaction, place, digest).await?;
            transaction.commit().await
        };
        Box::pin(async { told(store.await) })
    }

    fn is_trusted<'a>(
        &'a self,
        place: &'a str,
        digest: &'a str,
    ) -> BoxFuture<'a, Result<bool, RecordError>> {
        let read = async move {
            let trusted = plugins::trusted(&mut self.database.read().await?, place).await?;
            Ok(trusted.as_deref() == Some(digest))
        };
        Box::pin(async { told(read.await) })
    }

    fn settings<'a>(
        &'a self,
        plugin: &'a str,
    ) -> BoxFuture<'a, Result<BTreeMap<String, String>, RecordError>> {
        let read = async move {
            crate::plugin_settings::of(&mut self.database.read().await?, plugin).await
        };
        Box::pin(async { told(read.await) })
    }
}
