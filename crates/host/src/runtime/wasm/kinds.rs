//! Calls of the kinds other than broker: middleware, aggregator and view.

use std::hash::{DefaultHasher, Hash, Hasher};

use stonks_core::fact::{Fact, Located};
use stonks_plugin::supervision::CallKey;

use super::exports::contract;
use super::instance::{Instance, Reply};
use super::limits::State;
use super::worker::{Admitted, GRACE, Worker, call, trapped};
use super::{contract as words, door, lower};
use crate::insight::{Metric, Origin, Panel, Snapshot};
use crate::runtime::{Call, CallError, CallErrorKind};

use wasmtime::Store;

/// A call on its way to the worker.
pub(super) enum Request {
    Transform { origin: Origin, facts: Vec<Located>, reply: Reply<Vec<Fact>> },
    Compute { portfolio: words::snapshot::PortfolioSnapshot, reply: Reply<Vec<Metric>> },
    Render { portfolio: words::snapshot::PortfolioSnapshot, reply: Reply<Vec<Panel>> },
}

impl Request {
    /// What tells the call apart from others. The same portfolio, or the same facts, are the same call.
    pub(super) fn key(&self) -> Option<CallKey> {
        let mut hasher = DefaultHasher::new();
        let kind = match self {
            Self::Transform { origin, facts, .. } => {
                format!("{origin:?} {facts:?}").hash(&mut hasher);
                "transform"
            }
            Self::Compute { portfolio, .. } => {
                format!("{portfolio:?}").hash(&mut hasher);
                "compute"
            }
            Self::Render { portfolio, .. } => {
                format!("{portfolio:?}").hash(&mut hasher);
                "render"
            }
        };
        Some(CallKey(format!("{kind} {:016x}", hasher.finish())))
    }

    /// Answers without having asked the plugin.
    pub(super) fn refuse(self, kind: CallErrorKind) {
        // A caller that went away needs no answer.
        match self {
            Self::Transform { reply, .. } => drop(reply.send(Err(kind))),
            Self::Compute { reply, .. } => drop(reply.send(Err(kind))),
            Self::Render { reply, .. } => drop(reply.send(Err(kind))),
        }
    }
}

impl Instance {
    /// Facts of one delivery on their way to the ledger, at most 10,000: those that the middleware
    /// lets go on, in order, each with its identity and what it names.
    ///
    /// # Errors
    /// Where the call fails, or breaks these rules.
    pub async fn transform(
        &self,
        origin: Origin,
        facts: Vec<Located>,
    ) -> Result<Vec<Fact>, CallError> {
        let request = |reply| Request::Transform { origin, facts, reply };
        self.ask(Call::Transform, |reply| super::instance::Request::Kind(request(reply))).await
    }

    /// Figures of a portfolio.
    ///
    /// # Errors
    /// Where the call fails, or tells more or other than the contract allows.
    pub async fn compute(&self, snapshot: &Snapshot) -> Result<Vec<Metric>, CallError> {
        let portfolio = lower::snapshot(snapshot);
        let request = |reply| Request::Compute { portfolio, reply };
        self.ask(Call::Compute, |reply| super::instance::Request::Kind(request(reply))).await
    }

    /// Panels of a portfolio.
    ///
    /// # Errors
    /// Where the call fails, or tells more or other than the contract allows.
    pub async fn render(&self, snapshot: &Snapshot) -> Result<Vec<Panel>, CallError> {
        let portfolio = lower::snapshot(snapshot);
        let request = |reply| Request::Render { portfolio, reply };
        self.ask(Call::Render, |reply| super::instance::Request::Kind(request(reply))).await
    }
}

impl Worker {
    pub(super) async fn kind(&mut self, call: &Admitted, request: Request) {
        match request {
            Request::Transform { origin, facts, reply } => {
                let outcome = self.transform(origin, &facts).await;
                self.answer(call, reply, outcome).await;
            }
            Request::Compute { portfolio, reply } => {
                let outcome = self.compute(portfolio).await;
                self.answer(call, reply, outcome).await;
            }
            Request::Render { portfolio, reply } => {
                let outcome = self.render(portfolio).await;
                self.answer(call, reply, outcome).await;
            }
        }
    }

    async fn transform(
        &mut self,
        origin: Origin,
        facts: &[Located],
    ) -> Result<Vec<Fact>, CallErrorKind> {
        let limit = self.limits.call;
        let running = self.running().await?;
        let guest = running.guests.middleware.as_ref().ok_or(CallErrorKind::NotOffered)?;
        let origin =
            contract::middleware::Origin { account: origin.account, plugin: origin.plugin };
        let told = facts.iter().map(lower::fact).collect();
        let outcome = call!(&mut running.store, limit, |accessor| guest
            .call_transform(accessor, origin, told));
        let told = self.kept(outcome)?.map_err(door::failure)?;
        door::middleware::transformed(facts, told).map_err(CallErrorKind::BadReply)
    }

    async fn compute(
        &mut self,
        portfolio: words::snapshot::PortfolioSnapshot,
    ) -> Result<Vec<Metric>, CallErrorKind> {
        let limit = self.limits.call;
        let running = self.running().await?;
        let guest = running.guests.aggregator.as_ref().ok_or(CallErrorKind::NotOffered)?;
        let outcome =
            call!(&mut running.store, limit, |accessor| guest.call_compute(accessor, portfolio));
        let told = self.kept(outcome)?.map_err(door::failure)?;
        door::metrics::metrics(told).map_err(CallErrorKind::BadReply)
    }

    async fn render(
        &mut self,
        portfolio: words::snapshot::PortfolioSnapshot,
    ) -> Result<Vec<Panel>, CallErrorKind> {
        let limit = self.limits.call;
        let running = self.running().await?;
        let guest = running.guests.view.as_ref().ok_or(CallErrorKind::NotOffered)?;
        let outcome =
            call!(&mut running.store, limit, |accessor| guest.call_render(accessor, portfolio));
        let told = self.kept(outcome)?.map_err(door::failure)?;
        door::panels::panels(told).map_err(CallErrorKind::BadReply)
    }
}
