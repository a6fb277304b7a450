//! What goes on while plugins live in this process: they come up, follow what other processes did to
//! them, and are looked at from time to time.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior};

use stonks_plugin::PluginId;

use crate::app::App;

/// How soon what was asked of another process takes effect here.
const LOOK: Duration = Duration::from_secs(1);

/// How often a plugin is checked, give or take a tenth.
const CHECK: Duration = Duration::from_secs(60);

impl App {
    /// Brings plugins up and watches over them; ends only by being dropped.
    pub async fn watch_plugins(&self) {
        self.plugins.start_all().await;
        let mut schedule = Schedule::default();
        let mut ticks = tokio::time::interval(LOOK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            self.plugins.follow_others().await;
            self.plugins.rescan().await;
            for name in schedule.due(&self.plugins.names(), Instant::now()) {
                let Ok(id) = name.parse::<PluginId>() else { continue };
                // A plugin that is gone by now needs no check.
                let _ = self.plugins.check(&id).await;
            }
        }
    }
}

/// When each plugin is checked next: each at moments of its own, so that a thousand plugins aren't
/// checked all at once.
#[derive(Default)]
struct Schedule(BTreeMap<String, (Instant, fastrand::Rng)>);

impl Schedule {
    /// The plugins whose time has come; each gets its next. What isn't named any more is forgotten.
    fn due(&mut self, names: &[String], now: Instant) -> Vec<String> {
        self.0.retain(|name, _| names.contains(name));
        let mut due = Vec::new();
        for name in names {
            let (next, random) = self.0.entry(name.clone()).or_insert_with(|| {
                let mut hasher = DefaultHasher::new();
                name.hash(&mut hasher);
                // The first check follows soon.
                let mut random = fastrand::Rng::with_seed(hasher.finish());
                (now + LOOK.mul_f64(5.0 * random.f64()), random)
            });
            if *next <= now {
                due.push(name.clone());
                *next = now + CHECK.mul_f64(0.9 + 0.2 * random.f64());
            }
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_plugin_is_checked_about_once_a_minute_and_not_all_at_once() {
        let names: Vec<String> = (0..100).map(|number| format!("plugin-{number}")).collect();
        let (start, mut schedule) = (Instant::now(), Schedule::default());
        let mut n_checks = BTreeMap::<String, u32>::new();
        let mut most_at_once = 0;
        for second in 0..600 {
            let due = schedule.due(&names, start + Duration::from_secs(second));
            if second > 10 {
                most_at_once = most_at_once.max(due.len());
            }
            for name in due {
                *n_checks.entry(name).or_default() += 1;
            }
        }
        assert_eq!(n_checks.len(), names.len());
        assert!(n_checks.values().all(|n_checks| (9..=11).contains(n_checks)), "{n_checks:?}");
        assert!(most_at_once < 50, "{most_at_once} at once");
    }

    #[test]
    fn a_plugin_that_is_gone_is_forgotten() {
        let mut schedule = Schedule::default();
        let now = Instant::now();
        schedule.due(&["one".to_owned()], now);
        schedule.due(&[], now);
        assert!(schedule.0.is_empty());
    }
}
