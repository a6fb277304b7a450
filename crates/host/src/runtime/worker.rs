//! The task that owns an instance: it serves one call after the other, and discards an instance that
//! fails.

use std::collections::HashMap;

use stonks_core::fact::{Fact, Located};
use stonks_plugin::supervision::CallKey;
use stonks_plugin::{PluginId, Service};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::contract::exports::middleware::Origin as ToldOrigin;
use super::contract::snapshot::PortfolioSnapshot;
use super::contract::{door, lower};
use super::guest::{Guest, Told};
use super::instance::{Life, Reply, Request};
use super::{CallErrorKind, FilePage, HealthReport, Limits, Setting};
use crate::insight::{Metric, Origin, Panel};

/// Owns an instance.
pub(super) struct Worker<G: Guest> {
    plugin: PluginId,
    loaded: G::Loaded,
    settings: Vec<Setting>,
    limits: Limits,
    life: Life,
    running: Option<G>,
    /// The keys of the calls that handed in the files which the instance knows.
    files: HashMap<u64, Option<CallKey>>,
}

/// A call that was let through, and since when it is under way.
struct Admitted {
    key: Option<CallKey>,
    since: Instant,
}

impl<G: Guest> Worker<G> {
    pub(super) fn new(
        plugin: PluginId,
        loaded: G::Loaded,
        settings: Vec<Setting>,
        limits: Limits,
        life: Life,
    ) -> Self {
        Self { plugin, loaded, settings, limits, life, running: None, files: HashMap::new() }
    }

    pub(super) async fn serve(mut self, mut inbox: mpsc::Receiver<Request>) {
        while let Some(request) = self.next(&mut inbox).await {
            if let Request::CloseFile { file } = request {
                self.close_file(file).await;
                continue;
            }
            let key = self.key(&request);
            if let Err(kind) = self.life.supervisor.admit(key.as_ref()).await {
                request.refuse(kind);
                continue;
            }
            let is_last = matches!(request, Request::Shutdown(_));
            self.answer_one(Admitted { key, since: Instant::now() }, request).await;
            if is_last {
                return;
            }
        }
        // The last handle is gone, or the plugin is unloaded; whether the farewell succeeds interests
        // nobody.
        let _ = self.shutdown().await;
    }

    async fn answer_one(&mut self, call: Admitted, request: Request) {
        match request {
            Request::Health(reply) => {
                let outcome = self.health().await;
                self.answer(&call, reply, outcome).await;
            }
            Request::OpenFile { name, content, reply } => {
                let outcome = self.open_file(name, content, call.key.clone()).await;
                self.answer(&call, reply, outcome).await;
            }
            Request::NextPage { file, reply } => {
                let outcome = self.next_page(file).await;
                self.answer(&call, reply, outcome).await;
            }
            Request::Fetch { service, cursor, since, reply } => {
                let outcome = self.fetch(service, cursor, since).await;
                self.answer(&call, reply, outcome).await;
            }
            Request::Transform { origin, facts, reply } => {
                let outcome = self.transform(origin, &facts).await;
                self.answer(&call, reply, outcome).await;
            }
            Request::Compute { portfolio, reply } => {
                let outcome = self.compute(portfolio).await;
                self.answer(&call, reply, outcome).await;
            }
            Request::Render { portfolio, reply } => {
                let outcome = self.render(portfolio).await;
                self.answer(&call, reply, outcome).await;
            }
            Request::Shutdown(reply) => {
                let outcome = self.shutdown().await;
                self.answer(&call, reply, outcome).await;
            }
            Request::CloseFile { file } => self.close_file(file).await,
        }
    }

    /// The next call. Once the plugin is being unloaded, those that are queued, and then none.
    async fn next(&mut self, inbox: &mut mpsc::Receiver<Request>) -> Option<Request> {
        tokio::select! {
            biased;
            request = inbox.recv() => return request,
            closed = self.life.closed.wait_for(|is_closed| *is_closed) => {
                // Where another generation took the place of this one, nobody is left to close it: it
                // goes on until its last handle is gone.
                if closed.is_ok() {
                    inbox.close();
                }
            }
        }
        inbox.recv().await
    }

    fn key(&self, request: &Request) -> Option<CallKey> {
        match request {
            Request::NextPage { file, .. } => self.files.get(file)?.clone(),
            other => other.key(),
        }
    }

    /// Tells the supervisor how a call went, then the caller.
    async fn answer<T>(&self, call: &Admitted, reply: Reply<T>, outcome: Result<T, CallErrorKind>) {
        let took = call.since.elapsed();
        let supervisor = &self.life.supervisor;
        match &outcome {
            Err(kind) if kind.is_crash() => {
                supervisor.failed(took, call.key.as_ref(), kind).await;
            }
            Err(kind) if kind.is_of_the_plugin() => supervisor.refused(took),
            _ => supervisor.succeeded(took),
        }
        // A caller that went away needs no answer.
        let _ = reply.send(outcome);
    }

    /// Starts the first instance, of which the supervisor is not told.
    pub(super) async fn start(&mut self) -> Result<(), CallErrorKind> {
        self.running = Some(G::start(&self.loaded, &self.settings, self.limits).await?);
        Ok(())
    }

    /// The instance, a fresh one if there is none.
    async fn running(&mut self) -> Result<&mut G, CallErrorKind> {
        if self.running.as_mut().is_some_and(|running| !running.is_alive()) {
            self.discard("it ended between two calls");
        }
        if self.running.is_none() {
            self.start().await?;
            self.life.supervisor.started().await;
        }
        self.running.as_mut().ok_or(CallErrorKind::Stopped)
    }

    fn discard(&mut self, reason: &str) {
        tracing::warn!(plugin = %self.plugin, reason, "plugin instance discarded");
        self.running = None;
        self.files.clear();
    }

    /// What the plugin says. Discards the instance unless the failure is one that a healthy plugin
    /// tells.
    fn told<T>(&mut self, outcome: Told<T>) -> Result<T, CallErrorKind> {
        if let Err(kind) = &outcome
            && !matches!(
                kind,
                CallErrorKind::Plugin(_) | CallErrorKind::NotOffered | CallErrorKind::BadReply(_)
            )
        {
            self.discard(&kind.to_string());
        }
        Ok(outcome?.map_err(door::failure)?)
    }

    async fn health(&mut self) -> Result<HealthReport, CallErrorKind> {
        let outcome = self.running().await?.health().await;
        door::health(self.told(outcome)?).map_err(CallErrorKind::BadReply)
    }

    async fn open_file(
        &mut self,
        name: String,
        content: Vec<u8>,
        key: Option<CallKey>,
    ) -> Result<u64, CallErrorKind> {
        let outcome = self.running().await?.open_file(name, content).await;
        let file = self.told(outcome)?;
        self.files.insert(file, key);
        Ok(file)
    }

    async fn next_page(&mut self, file: u64) -> Result<FilePage, CallErrorKind> {
        let running = self.running().await?;
        let outcome = running.next_page(file).await;
        door::page(self.told(outcome)?).map_err(CallErrorKind::BadReply)
    }

    async fn close_file(&mut self, file: u64) {
        if self.files.remove(&file).is_none() {
            // A fresh instance doesn't know the files of the one before it.
            return;
        }
        let Some(running) = &mut self.running else { return };
        if let Err(kind) = running.close_file(file).await {
            self.discard(&kind.to_string());
        }
    }

    async fn fetch(
        &mut self,
        service: Service,
        cursor: Option<String>,
        since: Option<String>,
    ) -> Result<FilePage, CallErrorKind> {
        let outcome = self.running().await?.fetch(service, cursor, since).await;
        door::page(self.told(outcome)?).map_err(CallErrorKind::BadReply)
    }

    async fn transform(
        &mut self,
        origin: Origin,
        facts: &[Located],
    ) -> Result<Vec<Fact>, CallErrorKind> {
        let origin = ToldOrigin { account: origin.account, plugin: origin.plugin };
        let handed_in = facts.iter().map(lower::fact).collect();
        let outcome = self.running().await?.transform(origin, handed_in).await;
        door::middleware::transformed(facts, self.told(outcome)?).map_err(CallErrorKind::BadReply)
    }

    async fn compute(
        &mut self,
        portfolio: PortfolioSnapshot,
    ) -> Result<Vec<Metric>, CallErrorKind> {
        let outcome = self.running().await?.compute(portfolio).await;
        door::metrics::metrics(self.told(outcome)?).map_err(CallErrorKind::BadReply)
    }

    async fn render(&mut self, portfolio: PortfolioSnapshot) -> Result<Vec<Panel>, CallErrorKind> {
        let outcome = self.running().await?.render(portfolio).await;
        door::panels::panels(self.told(outcome)?).map_err(CallErrorKind::BadReply)
    }

    async fn shutdown(&mut self) -> Result<(), CallErrorKind> {
        let Some(running) = self.running.take() else { return Ok(()) };
        running.shutdown().await
    }
}
