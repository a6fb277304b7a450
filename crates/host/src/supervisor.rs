//! Watches over one plugin: every step of its life goes through here, every failure is counted here.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use semver::Version;
use stonks_plugin::health::{Measurement, measured};
use stonks_plugin::lifecycle::{Event, IllegalMove, Reason, Standing, State};
use stonks_plugin::supervision::{Budget, CallKey, Verdict};
use tokio::time::Instant;

use crate::events::{Events, Happening};
use crate::records::{Actor, RecordError, Records, Transition};
use crate::runtime::CallErrorKind;
use crate::runtime::Clock;

/// Measurements are over so many calls.
const N_CALLS: usize = 100;

/// Where steps are kept and told.
#[derive(Clone)]
pub(crate) struct Journal {
    pub(crate) records: Arc<dyn Records>,
    pub(crate) events: Events,
    pub(crate) clock: Clock,
    /// Whether this process is the one that plugins live in, and not a command that ends soon: only
    /// there every step is worth keeping.
    pub(crate) is_resident: bool,
}

/// A step that wasn't taken.
#[derive(Debug, thiserror::Error)]
pub enum StepError {
    /// It has no place where the plugin stands.
    #[error(transparent)]
    Illegal(#[from] IllegalMove),
    /// It was asked for by a person, and can't be kept.
    #[error("it can't be recorded: {0}")]
    Record(#[from] RecordError),
}

struct Inner {
    standing: Standing,
    budget: Budget,
    rest_until: Option<Instant>,
    version: Option<Version>,
    /// The last calls: how long each took, and whether it failed by the plugin's doing.
    calls: VecDeque<(Duration, bool)>,
    last_success: Option<Instant>,
}

/// Watches over one plugin.
pub(crate) struct Supervisor {
    plugin: String,
    journal: Journal,
    started: Instant,
    inner: Mutex<Inner>,
    /// Held from deciding a step to having recorded it, so that steps are kept in their order.
    steps: tokio::sync::Mutex<()>,
}

impl Supervisor {
    pub(crate) fn new(plugin: &str, journal: Journal, standing: Standing) -> Self {
        let inner = Inner {
            standing,
            budget: Budget::default(),
            rest_until: None,
            version: None,
            calls: VecDeque::with_capacity(N_CALLS),
            last_success: None,
        };
        Self {
            plugin: plugin.to_owned(),
            journal,
            started: Instant::now(),
            inner: Mutex::new(inner),
            steps: tokio::sync::Mutex::default(),
        }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn standing(&self) -> Standing {
        self.inner().standing.clone()
    }

    pub(crate) fn tell_version(&self, version: Option<Version>) {
        self.inner().version = version;
    }

    /// Takes a step, keeps it and tells it.
    ///
    /// A step that a person asked for is refused if it can't be kept; what simply happened is true
    /// whether it can be kept or not.
    pub(crate) async fn step(
        &self,
        event: Event,
        reason: Option<Reason>,
        actor: Actor,
    ) -> Result<Standing, StepError> {
        let _in_order = self.steps.lock().await;
        let (from, version) = {
            let inner = self.inner();
            (inner.standing.clone(), inner.version.clone())
        };
        let to = from.after(event, reason)?;
        let at = (self.journal.clock)();
        let transition = Transition {
            plugin: self.plugin.clone(),
            event,
            from: from.state,
            to: to.clone(),
            actor,
            at,
            version,
        };
        if self.is_kept(&transition)
            && let Err(error) = self.journal.records.record(&transition).await
        {
            if matches!(transition.actor, Actor::User(_)) {
                return Err(error.into());
            }
            tracing::error!(plugin = self.plugin, %error, "a step of the plugin's life could not be kept");
            let note = format!("that it is {to} could not be kept: {error}");
            self.journal.events.publish(&self.plugin, at, Happening::Noted(note));
        }
        self.inner().standing = to.clone();
        tracing::info!(plugin = self.plugin, from = %from.state, to = %to, %event, "plugin");
        self.journal.events.publish(&self.plugin, at, Happening::Moved(transition));
        Ok(to)
    }

    /// A command that ends soon keeps what went wrong and what a person wanted, not its own comings
    /// and goings.
    fn is_kept(&self, transition: &Transition) -> bool {
        self.journal.is_resident
            || matches!(transition.actor, Actor::User(_))
            || transition.event == Event::Quarantined
    }

    /// Follows a step that another process recorded.
    pub(crate) async fn follow(&self, transition: &Transition) {
        let _in_order = self.steps.lock().await;
        self.inner().standing = transition.to.clone();
        self.journal.events.publish(
            &self.plugin,
            transition.at,
            Happening::Moved(transition.clone()),
        );
    }

    /// Lets a call through: at once, after the rest that a failure demands, or not at all.
    pub(crate) async fn admit(&self, call: Option<&CallKey>) -> Result<(), CallErrorKind> {
        loop {
            let rest_until = {
                let inner = self.inner();
                if call.is_some_and(|call| inner.budget.is_deadly(call)) {
                    return Err(CallErrorKind::Deadly);
                }
                match (inner.standing.state, inner.rest_until) {
                    (State::Error, Some(until)) if !inner.standing.is_quarantined() => until,
                    (State::Error | State::Disabled | State::Unloading, _) => {
                        return Err(CallErrorKind::NotRunning(inner.standing.to_string()));
                    }
                    _ => return Ok(()),
                }
            };
            tokio::time::sleep_until(rest_until).await;
            // Whoever comes first takes the step; the others find it taken.
            let _ = self.step(Event::Retried, None, Actor::Host).await;
        }
    }

    /// An instance was initialised.
    pub(crate) async fn started(&self) {
        for event in [Event::Loaded, Event::Started] {
            // Beside other instances of the plugin it may have come that far already.
            let _ = self.step(event, None, Actor::Host).await;
        }
    }

    /// Counts a call that went well, or failed without the plugin's doing.
    pub(crate) fn succeeded(&self, took: Duration) {
        let mut inner = self.inner();
        inner.last_success = Some(Instant::now());
        inner.count(took, false);
    }

    /// Counts a call that the plugin answered with a failure of its own.
    pub(crate) fn refused(&self, took: Duration) {
        self.inner().count(took, true);
    }

    /// An instance ended by its own doing: the plugin rests, or is left alone.
    pub(crate) async fn failed(
        &self,
        took: Duration,
        call: Option<&CallKey>,
        kind: &CallErrorKind,
    ) {
        let message = kind.to_string();
        let verdict = {
            let mut inner = self.inner();
            inner.count(took, true);
            let verdict = inner.budget.failed(self.started.elapsed(), call);
            inner.rest_until = match verdict {
                Verdict::RetryAfter(rest) => Some(Instant::now() + rest),
                Verdict::Quarantine { .. } => None,
            };
            verdict
        };
        let (event, reason) = match verdict {
            Verdict::RetryAfter(rest) => {
                let until = ((self.journal.clock)() + rest).to_string();
                (Event::Failed, Reason::Retrying { message, until })
            }
            Verdict::Quarantine { failures } => {
                (Event::Quarantined, Reason::Quarantined { failures, message })
            }
        };
        // Several instances may fail at once; one of them tells.
        let _ = self.step(event, Some(reason), Actor::Host).await;
    }

    /// Forgives everything: a person enabled it, or other code took its place.
    pub(crate) fn forgive(&self) {
        let mut inner = self.inner();
        inner.budget.reset();
        inner.rest_until = None;
    }

    /// What was measured over the last calls.
    pub(crate) fn measurements(&self) -> Vec<Measurement> {
        let inner = self.inner();
        let mut measurements = Vec::new();
        let mut add = |name: &str, value: f64, unit: &str| {
            measurements.push(Measurement { name: name.to_owned(), value, unit: unit.to_owned() });
        };
        if !inner.calls.is_empty() {
            let n_calls = inner.calls.len();
            let n_failed = inner.calls.iter().filter(|(_, is_failed)| *is_failed).count();
            #[expect(clippy::cast_precision_loss, reason = "at most 100 calls")]
            add(measured::ERROR_RATE, 100.0 * n_failed as f64 / n_calls as f64, "%");
            let mut times: Vec<Duration> = inner.calls.iter().map(|(took, _)| *took).collect();
            times.sort_unstable();
            let slow = times[(n_calls * 95).div_ceil(100) - 1];
            add(measured::LATENCY, slow.as_secs_f64() * 1_000.0, "ms");
        }
        if let Some(last) = inner.last_success {
            add(measured::SINCE_SUCCESS, last.elapsed().as_secs_f64(), "s");
        }
        measurements
    }
}

impl Inner {
    fn count(&mut self, took: Duration, is_failed: bool) {
        if self.calls.len() == N_CALLS {
            self.calls.pop_front();
        }
        self.calls.push_back((took, is_failed));
    }
}
