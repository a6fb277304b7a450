//! Health checks: what a plugin says, what was measured, and what is to be thought of it.

use std::time::Instant;

use stonks_plugin::PluginId;
use stonks_plugin::health::{Checked, Health, Measurement, Threshold, judge, measured};
use stonks_plugin::lifecycle::{Standing, State};

use super::plugin::Plugin;
use super::{PluginManager, StartError};
use crate::events::Happening;

fn idle(standing: &Standing) -> String {
    format!("it isn't running; it is {standing}")
}

impl PluginManager {
    /// Checks a plugin now, keeps what was found, and tells those who listen if it fares otherwise
    /// than before.
    ///
    /// # Errors
    /// A plugin that is unknown.
    pub async fn check(&self, id: &PluginId) -> Result<Checked, StartError> {
        let plugin = self.plugin(id)?;
        Ok(self.check_plugin(&plugin).await)
    }

    async fn check_plugin(&self, plugin: &Plugin) -> Checked {
        let journal = &self.shared.journal;
        let name = plugin.found().name;
        let standing = plugin.supervisor.standing();
        if matches!(standing.state, State::Discovered | State::Disabled | State::Unloading) {
            // What shall not run fares neither well nor badly, and is no news.
            let reasons = vec![idle(&standing)];
            return Checked { health: Health::Unknown, reasons, measurements: Vec::new() };
        }
        let resident = plugin.current().and_then(|generation| generation.resident());
        let mut measurements = Vec::new();
        let since = Instant::now();
        let (report, message) = match resident {
            // A plugin that rests isn't disturbed.
            _ if standing.state == State::Error => (None, Some(standing.to_string())),
            None => (None, Some(idle(&standing))),
            Some(instance) => match instance.health().await {
                Ok(report) => {
                    measurements = report.measurements;
                    (Some(report.status), report.message)
                }
                Err(error) => (None, Some(error.kind.to_string())),
            },
        };
        measurements.push(Measurement {
            name: measured::CHECK.to_owned(),
            value: since.elapsed().as_secs_f64() * 1_000.0,
            unit: "ms".to_owned(),
        });
        measurements.extend(plugin.supervisor.measurements());
        let thresholds = journal.records.thresholds(&name).await.unwrap_or_else(|error| {
            tracing::error!(plugin = name, %error, "thresholds can't be read; the defaults hold");
            Threshold::defaults()
        });
        let checked = judge(report, message.as_deref(), measurements, &thresholds);
        let at = (journal.clock)();
        if let Err(error) = journal.records.record_health(&name, at, &checked).await {
            tracing::error!(plugin = name, %error, "a health check could not be kept");
        }
        let before = plugin.tell_checked(checked.clone());
        let from = before.map_or(Health::Unknown, |before| before.health);
        if from != checked.health {
            let (to, reasons) = (checked.health, checked.reasons.clone());
            if to > Health::Healthy {
                tracing::warn!(plugin = name, health = %to, reasons = reasons.join("; "), "plugin health");
            }
            journal.events.publish(&name, at, Happening::HealthChanged { from, to, reasons });
        }
        checked
    }
}
