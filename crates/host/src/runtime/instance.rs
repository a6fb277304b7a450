//! A handle on a running plugin, which sends it calls.
//!
//! A crash, a missed deadline or an exhausted memory discards the instance; the next call gets a
//! fresh one. Calls are answered in the order in which they arrive.

use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use sha2::{Digest, Sha256};
use stonks_core::fact::{Fact, Located};
use stonks_plugin::digest::hex;
use stonks_plugin::supervision::CallKey;
use stonks_plugin::{PluginId, Service};
use tokio::sync::{mpsc, oneshot, watch};

use super::contract::snapshot::PortfolioSnapshot;
use super::guest::Guest;
use super::worker::Worker;
use super::{
    Call, CallError, CallErrorKind, Failure, FilePage, HealthReport, Limits, Refusal, Setting,
};
use crate::insight::{Metric, Origin, Panel};
use crate::supervisor::Supervisor;

pub(super) type Reply<T> = oneshot::Sender<Result<T, CallErrorKind>>;

/// A call on its way to the worker.
pub(super) enum Request {
    Health(Reply<HealthReport>),
    OpenFile {
        name: String,
        content: Vec<u8>,
        reply: Reply<u64>,
    },
    NextPage {
        file: u64,
        reply: Reply<FilePage>,
    },
    CloseFile {
        file: u64,
    },
    Fetch {
        service: Service,
        cursor: Option<String>,
        since: Option<String>,
        reply: Reply<FilePage>,
    },
    Transform {
        origin: Origin,
        facts: Vec<Located>,
        reply: Reply<Vec<Fact>>,
    },
    Compute {
        portfolio: PortfolioSnapshot,
        reply: Reply<Vec<Metric>>,
    },
    Render {
        portfolio: PortfolioSnapshot,
        reply: Reply<Vec<Panel>>,
    },
    Shutdown(Reply<()>),
}

impl Request {
    /// What tells the call apart from others, where it can be the call that ends an instance.
    pub(super) fn key(&self) -> Option<CallKey> {
        match self {
            Self::OpenFile { name, content, .. } => {
                Some(CallKey(format!("file {name} {}", hex(&Sha256::digest(content)))))
            }
            Self::Fetch { service, cursor, since, .. } => {
                Some(CallKey(format!("fetch {service} {cursor:?} {since:?}")))
            }
            Self::Transform { origin, facts, .. } => Some(key_of("transform", &(origin, facts))),
            Self::Compute { portfolio, .. } => Some(key_of("compute", portfolio)),
            Self::Render { portfolio, .. } => Some(key_of("render", portfolio)),
            // The key of a page is that of its file, which the worker knows.
            Self::Health(_)
            | Self::NextPage { .. }
            | Self::CloseFile { .. }
            | Self::Shutdown(_) => None,
        }
    }

    /// Answers without having asked the plugin.
    pub(super) fn refuse(self, kind: CallErrorKind) {
        // A caller that went away needs no answer.
        match self {
            Self::Health(reply) => drop(reply.send(Err(kind))),
            Self::OpenFile { reply, .. } => drop(reply.send(Err(kind))),
            Self::NextPage { reply, .. } | Self::Fetch { reply, .. } => drop(reply.send(Err(kind))),
            Self::Shutdown(reply) => drop(reply.send(Err(kind))),
            Self::Transform { reply, .. } => drop(reply.send(Err(kind))),
            Self::Compute { reply, .. } => drop(reply.send(Err(kind))),
            Self::Render { reply, .. } => drop(reply.send(Err(kind))),
            Self::CloseFile { .. } => {}
        }
    }
}

/// The same portfolio, or the same facts, are the same call.
fn key_of(call: &str, given: &impl fmt::Debug) -> CallKey {
    let mut hasher = DefaultHasher::new();
    format!("{given:?}").hash(&mut hasher);
    CallKey(format!("{call} {:016x}", hasher.finish()))
}

/// What an instance belongs to.
#[derive(Clone)]
pub(crate) struct Life {
    /// Watches over its plugin.
    pub(crate) supervisor: Arc<Supervisor>,
    /// Becomes true when it shall finish what is queued, and end.
    pub(crate) closed: watch::Receiver<bool>,
    /// Held while it lives.
    pub(crate) _alive: mpsc::Sender<()>,
}

/// A running plugin. The instance ends when the last handle is dropped.
#[derive(Clone)]
pub struct Instance {
    plugin: PluginId,
    requests: mpsc::Sender<Request>,
    limits: Limits,
}

/// Files that wait for their turn beyond this number make their callers wait.
const QUEUE: usize = 32;

impl Instance {
    /// Starts a plugin and initialises it with `settings`.
    ///
    /// # Errors
    /// Where `initialize` fails.
    pub(super) async fn start<G: Guest>(
        plugin: &PluginId,
        loaded: &G::Loaded,
        settings: Vec<Setting>,
        limits: Limits,
        life: Life,
    ) -> Result<Self, CallError> {
        let (requests, inbox) = mpsc::channel(QUEUE);
        let instance = Self { plugin: plugin.clone(), requests, limits };
        let mut worker = Worker::<G>::new(plugin.clone(), loaded.clone(), settings, limits, life);
        worker.start().await.map_err(|kind| instance.error(Call::Initialize, kind))?;
        tokio::spawn(worker.serve(inbox));
        Ok(instance)
    }

    /// Which plugin it is.
    #[must_use]
    pub const fn plugin(&self) -> &PluginId {
        &self.plugin
    }

    /// What the plugin says of its health.
    ///
    /// # Errors
    /// Where the call fails.
    pub async fn health(&self) -> Result<HealthReport, CallError> {
        self.ask(Call::Health, Request::Health).await
    }

    /// Hands a file to the plugin; it recognises or refuses it.
    ///
    /// # Errors
    /// Where the plugin refuses it, or fails.
    pub async fn open_file(&self, name: &str, content: Vec<u8>) -> Result<OpenFile, CallError> {
        if content.len() > self.limits.file {
            return Err(self.error(
                Call::OpenFile,
                CallErrorKind::Plugin(too_large(content.len(), self.limits.file)),
            ));
        }
        let name = name.to_owned();
        let file =
            self.ask(Call::OpenFile, |reply| Request::OpenFile { name, content, reply }).await?;
        Ok(OpenFile { instance: self.clone(), file })
    }

    /// A page of a service.
    ///
    /// # Errors
    /// Where the call fails.
    pub async fn fetch(
        &self,
        service: Service,
        cursor: Option<String>,
        since: Option<jiff::civil::Date>,
    ) -> Result<FilePage, CallError> {
        let since = since.map(|date| date.to_string());
        self.ask(Call::Fetch(service), |reply| Request::Fetch { service, cursor, since, reply })
            .await
    }

    /// Says farewell. Calls behind it fail.
    ///
    /// # Errors
    /// Where the plugin fails at it.
    pub async fn shutdown(&self) -> Result<(), CallError> {
        self.ask(Call::Shutdown, Request::Shutdown).await
    }

    pub(super) async fn ask<T>(
        &self,
        call: Call,
        request: impl FnOnce(Reply<T>) -> Request,
    ) -> Result<T, CallError> {
        let (reply, answer) = oneshot::channel();
        let sent = self.requests.send(request(reply)).await;
        let answer = match sent {
            Ok(()) => answer.await.unwrap_or(Err(CallErrorKind::Stopped)),
            Err(_) => Err(CallErrorKind::Stopped),
        };
        answer.map_err(|kind| self.error(call, kind))
    }

    fn error(&self, call: Call, kind: CallErrorKind) -> CallError {
        CallError { plugin: self.plugin.clone(), call, kind }
    }
}

fn too_large(length: usize, limit: usize) -> Failure {
    Failure::BadData(Refusal {
        message: format!(
            "the file has {} MB; at most {} MB are read",
            length / 1_000_000,
            limit / 1_000_000
        ),
        hint: Some("export a shorter period, and import one file after the other".to_owned()),
        line: None,
        column: None,
    })
}

/// A file that a plugin has recognised.
pub struct OpenFile {
    instance: Instance,
    file: u64,
}

impl OpenFile {
    /// The next page; the last has no `next`.
    ///
    /// # Errors
    /// A row that the plugin refuses, or a failing plugin.
    pub async fn next_page(&self) -> Result<FilePage, CallError> {
        let file = self.file;
        self.instance.ask(Call::NextPage, |reply| Request::NextPage { file, reply }).await
    }
}

impl Drop for OpenFile {
    fn drop(&mut self) {
        // With a full queue the session goes with its instance.
        let _ = self.instance.requests.try_send(Request::CloseFile { file: self.file });
    }
}
