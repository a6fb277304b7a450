//! Records in memory, which may refuse to keep anything.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use futures::future::BoxFuture;
use jiff::Timestamp;
use stonks_host::records::{LogLine, RecordError, Records, Transition};
use stonks_plugin::health::{Checked, Threshold};
use stonks_plugin::lifecycle::Standing;

type Answer<'a, T> = BoxFuture<'a, Result<T, RecordError>>;

/// What was kept.
#[derive(Default)]
pub(crate) struct Kept {
    pub(crate) standings: Mutex<BTreeMap<String, Standing>>,
    pub(crate) steps: Mutex<Vec<Transition>>,
    pub(crate) logs: Mutex<Vec<LogLine>>,
    /// By plugin.
    pub(crate) settings: Mutex<BTreeMap<String, BTreeMap<String, String>>>,
    trusted: Mutex<BTreeSet<String>>,
    pub(crate) is_full: AtomicBool,
    elsewhere: Mutex<Vec<Transition>>,
}

impl Kept {
    pub(crate) fn at(plugin: &str, standing: Standing) -> Arc<Self> {
        let kept = Self::default();
        kept.standings.lock().unwrap().insert(plugin.to_owned(), standing);
        Arc::new(kept)
    }

    pub(crate) fn set(&self, plugin: &str, key: &str, value: &str) {
        let mut settings = self.settings.lock().unwrap();
        settings.entry(plugin.to_owned()).or_default().insert(key.to_owned(), value.to_owned());
    }

    /// Steps of a plugin as `event: from → to`, with the reason where there is one.
    pub(crate) fn story(&self, plugin: &str) -> Vec<String> {
        let steps = self.steps.lock().unwrap();
        let of_plugin = steps.iter().filter(|step| step.plugin == plugin);
        of_plugin
            .map(|step| format!("{}: {} → {} by {}", step.event, step.from, step.to, step.actor))
            .collect()
    }

    pub(crate) fn tell_elsewhere(&self, step: Transition) {
        self.elsewhere.lock().unwrap().push(step);
    }

    fn room(&self) -> Result<(), RecordError> {
        if self.is_full.load(Ordering::Relaxed) {
            return Err(RecordError("no space left on device".to_owned()));
        }
        Ok(())
    }
}

fn ready<'a, T: Send + 'a>(outcome: Result<T, RecordError>) -> Answer<'a, T> {
    Box::pin(async { outcome })
}

impl Records for Kept {
    fn standings(&self) -> Answer<'_, BTreeMap<String, Standing>> {
        ready(Ok(self.standings.lock().unwrap().clone()))
    }

    fn record<'a>(&'a self, transition: &'a Transition) -> Answer<'a, ()> {
        ready(self.room().map(|()| {
            let (plugin, to) = (transition.plugin.clone(), transition.to.clone());
            self.standings.lock().unwrap().insert(plugin, to);
            self.steps.lock().unwrap().push(transition.clone());
        }))
    }

    fn recorded_elsewhere(&self) -> Answer<'_, Vec<Transition>> {
        ready(Ok(std::mem::take(&mut *self.elsewhere.lock().unwrap())))
    }

    fn record_health<'a>(&'a self, _: &'a str, _: Timestamp, _: &'a Checked) -> Answer<'a, ()> {
        ready(self.room())
    }

    fn thresholds<'a>(&'a self, _: &'a str) -> Answer<'a, Vec<Threshold>> {
        ready(Ok(Threshold::defaults()))
    }

    fn record_logs<'a>(&'a self, lines: &'a [LogLine]) -> Answer<'a, ()> {
        ready(self.room().map(|()| self.logs.lock().unwrap().extend_from_slice(lines)))
    }

    fn trust<'a>(&'a self, place: &'a str, digest: &'a str) -> Answer<'a, ()> {
        self.trusted.lock().unwrap().insert(format!("{place} {digest}"));
        ready(self.room())
    }

    fn is_trusted<'a>(&'a self, place: &'a str, digest: &'a str) -> Answer<'a, bool> {
        ready(Ok(self.trusted.lock().unwrap().contains(&format!("{place} {digest}"))))
    }

    fn settings<'a>(&'a self, plugin: &'a str) -> Answer<'a, BTreeMap<String, String>> {
        ready(Ok(self.settings.lock().unwrap().get(plugin).cloned().unwrap_or_default()))
    }
}
