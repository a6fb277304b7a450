//! What must outlive the host: where plugins stand, what happened to them, how they fared, what they
//! logged. The application keeps it; the host only says what.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use futures::future::BoxFuture;
use jiff::Timestamp;
use semver::Version;
use stonks_plugin::health::{Checked, Threshold};
use stonks_plugin::lifecycle::{Event, Standing, State};

/// Who made something happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// The host: at its start, or because a plugin failed.
    Host,
    /// A person, by the command line or the page.
    User(String),
}

impl fmt::Display for Actor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host => formatter.write_str("host"),
            Self::User(name) => formatter.write_str(name),
        }
    }
}

/// A step of a plugin's life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transition {
    /// The plugin's name.
    pub plugin: String,
    /// What happened.
    pub event: Event,
    /// Where it stood.
    pub from: State,
    /// Where it stands, and why.
    pub to: Standing,
    /// Who made it happen.
    pub actor: Actor,
    /// When, by the host's clock, which may have been set back: the order is that of the records.
    pub at: Timestamp,
    /// The plugin's version, where its manifest can be read.
    pub version: Option<Version>,
}

/// How serious a line of a plugin's log is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogLevel {
    /// For the plugin's author.
    Debug,
    /// What it does.
    Info,
    /// What is odd.
    Warning,
    /// What failed.
    Error,
}

impl LogLevel {
    /// The word that users see.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// A line of a plugin's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// The plugin's name.
    pub plugin: String,
    /// When.
    pub at: Timestamp,
    /// How serious.
    pub level: LogLevel,
    /// Without control characters, of bounded length.
    pub message: String,
}

/// Records that can't be read or written.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct RecordError(pub String);

type Answer<'a, T> = BoxFuture<'a, Result<T, RecordError>>;

/// Keeps what must outlive the host.
pub trait Records: Send + Sync {
    /// Where each known plugin stood at last, by name.
    fn standings(&self) -> Answer<'_, BTreeMap<String, Standing>>;

    /// Keeps a step, and where the plugin now stands: both or neither.
    fn record<'a>(&'a self, transition: &'a Transition) -> Answer<'a, ()>;

    /// Steps that other processes recorded since the last call, oldest first.
    fn recorded_elsewhere(&self) -> Answer<'_, Vec<Transition>>;

    /// Keeps what a health check found.
    fn record_health<'a>(
        &'a self,
        plugin: &'a str,
        at: Timestamp,
        checked: &'a Checked,
    ) -> Answer<'a, ()>;

    /// The thresholds that hold for a plugin.
    fn thresholds<'a>(&'a self, plugin: &'a str) -> Answer<'a, Vec<Threshold>>;

    /// Keeps lines of logs; the oldest of each plugin go when there are too many.
    fn record_logs<'a>(&'a self, lines: &'a [LogLine]) -> Answer<'a, ()>;

    /// Keeps that someone vouched for what lies in a place, by its digest.
    fn trust<'a>(&'a self, place: &'a str, digest: &'a str) -> Answer<'a, ()>;

    /// Whether someone vouched for exactly this.
    fn is_trusted<'a>(&'a self, place: &'a str, digest: &'a str) -> Answer<'a, bool>;

    /// What the user set for a plugin as a whole.
    fn settings<'a>(&'a self, plugin: &'a str) -> Answer<'a, BTreeMap<String, String>>;
}

/// Keeps nothing: for a host that judges or measures plugins.
pub struct NoRecords;

impl NoRecords {
    /// As the host's options take it.
    #[must_use]
    pub fn shared() -> Arc<dyn Records> {
        Arc::new(Self)
    }
}

fn nothing<'a, T: Default + Send + 'a>() -> Answer<'a, T> {
    Box::pin(async { Ok(T::default()) })
}

impl Records for NoRecords {
    fn standings(&self) -> Answer<'_, BTreeMap<String, Standing>> {
        nothing()
    }

    fn record<'a>(&'a self, _transition: &'a Transition) -> Answer<'a, ()> {
        nothing()
    }

    fn recorded_elsewhere(&self) -> Answer<'_, Vec<Transition>> {
        nothing()
    }

    fn record_health<'a>(
        &'a self,
        _plugin: &'a str,
        _at: Timestamp,
        _checked: &'a Checked,
    ) -> Answer<'a, ()> {
        nothing()
    }

    fn thresholds<'a>(&'a self, _plugin: &'a str) -> Answer<'a, Vec<Threshold>> {
        Box::pin(async { Ok(Threshold::defaults()) })
    }

    fn record_logs<'a>(&'a self, _lines: &'a [LogLine]) -> Answer<'a, ()> {
        nothing()
    }

    fn trust<'a>(&'a self, _place: &'a str, _digest: &'a str) -> Answer<'a, ()> {
        nothing()
    }

    fn is_trusted<'a>(&'a self, _place: &'a str, _digest: &'a str) -> Answer<'a, bool> {
        nothing()
    }

    fn settings<'a>(&'a self, _plugin: &'a str) -> Answer<'a, BTreeMap<String, String>> {
        nothing()
    }
}
