//! Calls of the kinds other than broker: middleware, aggregator and view.

use stonks_core::fact::{Fact, Located};

use super::contract::lower;
use super::instance::{Instance, Request};
use super::{Call, CallError};
use crate::insight::{Metric, Origin, Panel, Snapshot};

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
        self.ask(Call::Transform, |reply| Request::Transform { origin, facts, reply }).await
    }

    /// Figures of a portfolio.
    ///
    /// # Errors
    /// Where the call fails, or tells more or other than the contract allows.
    pub async fn compute(&self, snapshot: &Snapshot) -> Result<Vec<Metric>, CallError> {
        let portfolio = lower::snapshot(snapshot);
        self.ask(Call::Compute, |reply| Request::Compute { portfolio, reply }).await
    }

    /// Panels of a portfolio.
    ///
    /// # Errors
    /// Where the call fails, or tells more or other than the contract allows.
    pub async fn render(&self, snapshot: &Snapshot) -> Result<Vec<Panel>, CallError> {
        let portfolio = lower::snapshot(snapshot);
        self.ask(Call::Render, |reply| Request::Render { portfolio, reply }).await
    }
}
