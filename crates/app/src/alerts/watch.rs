//! Looks at plugins to which something happens, and raises alerts; sends what is due. Part of the
//! process in which plugins live.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use jiff::Timestamp;
use stonks_host::PluginInfo;
use stonks_host::events::{Happening, PluginEvent};
use stonks_plugin::PluginId;
use stonks_plugin::health::Health;
use stonks_plugin::lifecycle::{Reason, State};
use tokio::sync::mpsc::Receiver;
use tokio::sync::mpsc::error::TryRecvError;
use tokio::time::MissedTickBehavior;

use super::Alert;
use super::damping::{Damping, Level};
use crate::app::App;
use crate::db::alerts;

/// How often it is looked whether something that was held back is to be told, or to be sent again.
const LOOK: Duration = Duration::from_secs(5);

/// Events that may wait here. Logs may bring more; then all plugins are looked at.
const MOST_UNREAD: usize = 1_024;

/// How a plugin stands, and why. None where that says nothing: it is off, comes up, or wasn't checked.
fn level(info: &PluginInfo) -> Option<(Level, Vec<String>)> {
    match (info.state, &info.reason) {
        (State::Discovered | State::Disabled | State::Unloading | State::Loading, _) => {
            return None;
        }
        (_, Some(reason @ Reason::Quarantined { .. })) => {
            return Some((Level::Quarantined, vec![reason.to_string()]));
        }
        _ => {}
    }
    let checked = info.checked.as_ref()?;
    let level = match checked.health {
        Health::Unknown => return None,
        Health::Healthy => Level::Well,
        Health::Degraded => Level::Degraded,
        Health::Unhealthy => Level::Unhealthy,
    };
    Some((level, checked.reasons.clone()))
}

/// Watches over plugins and raises alerts: what was told, and who tells of what happens.
pub struct AlertWatch {
    damping: Damping,
    events: Receiver<Arc<PluginEvent>>,
    /// To which something happened that wasn't looked at yet.
    heard: BTreeSet<String>,
}

impl AlertWatch {
    /// Listens from now on, and knows what was told before.
    ///
    /// # Errors
    /// A database that can't be read.
    pub async fn open(app: &App) -> Result<Self> {
        let mut transaction = app.database.read().await?;
        let rows = alerts::newest(&mut transaction, None, alerts::MOST_ROWS).await?;
        drop(transaction);
        let mut damping = Damping::default();
        for row in rows.into_iter().rev() {
            let at: Timestamp = row.at.parse().context("reading the time of an alert")?;
            let alert = Alert::try_from(row)?;
            damping.remember(&alert.plugin, alert.kind, at);
        }
        Ok(Self { damping, events: subscribed(app), heard: BTreeSet::new() })
    }

    /// Looks at those plugins to which something happened since, and at those of which something was
    /// held back.
    ///
    /// # Errors
    /// An alert that can't be kept; it is told with a later look.
    pub async fn look(&mut self, app: &App) -> Result<()> {
        self.heard.extend(self.damping.untold());
        loop {
            match self.events.try_recv() {
                Ok(event) => self.hear(&event),
                Err(TryRecvError::Empty) => break,
                // Too much was said at once; what was missed is found by looking.
                Err(TryRecvError::Disconnected) => {
                    self.events = subscribed(app);
                    self.heard.extend(app.plugins().into_iter().map(|info| info.name));
                    break;
                }
            }
        }
        while let Some(name) = self.heard.first().cloned() {
            self.look_at(app, &name).await?;
            self.heard.remove(&name);
        }
        Ok(())
    }

    fn hear(&mut self, event: &PluginEvent) {
        if matches!(event.what, Happening::Moved(_) | Happening::HealthChanged { .. }) {
            self.heard.insert(event.plugin.clone());
        }
    }

    /// Waits until there is something to look at.
    async fn listen(&mut self) {
        while self.heard.is_empty() {
            match self.events.recv().await {
                Some(event) => self.hear(&event),
                None => break,
            }
        }
    }

    async fn look_at(&mut self, app: &App, name: &str) -> Result<()> {
        let info = name.parse::<PluginId>().ok().and_then(|id| app.plugins.get(&id));
        let Some((level, reasons)) = info.as_ref().and_then(level) else {
            self.damping.leave(name);
            return Ok(());
        };
        let Some(kind) = self.damping.judge(name, level, app.now()) else { return Ok(()) };
        app.raise(name, kind, reasons).await?;
        self.damping.remember(name, kind, app.now());
        Ok(())
    }
}

fn subscribed(app: &App) -> Receiver<Arc<PluginEvent>> {
    app.plugins.events().subscribe("alerts", MOST_UNREAD)
}

impl App {
    /// Raises alerts and sends them, until it is dropped.
    pub async fn keep_alerts(self: Arc<Self>) {
        let mut ticks = tokio::time::interval(LOOK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut watch = None;
        let mut post = super::delivery::Post::new(Arc::clone(&self));
        loop {
            if watch.is_none() {
                match AlertWatch::open(&self).await {
                    Ok(opened) => watch = Some(opened),
                    Err(error) => tracing::error!("alerts aren't watched yet: {error:#}"),
                }
            }
            if let Some(watch) = &mut watch
                && let Err(error) = watch.look(&self).await
            {
                tracing::error!("an alert can't be kept yet: {error:#}");
            }
            if let Err(error) = post.send_due().await {
                tracing::error!("what is to be sent of alerts can't be read: {error:#}");
            }
            tokio::select! {
                _ = ticks.tick() => {}
                () = self.letters_waiting.notified() => {}
                () = post.finished() => {}
                () = happened(&mut watch) => {}
            }
        }
    }
}

/// Waits until something happens to a plugin.
async fn happened(watch: &mut Option<AlertWatch>) {
    match watch {
        Some(watch) => watch.listen().await,
        None => std::future::pending().await,
    }
}
