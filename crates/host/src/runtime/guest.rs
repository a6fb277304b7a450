//! What every runtime offers: an instance of a plugin that answers one call after the other.

use std::future::Future;

use stonks_plugin::Service;

use super::contract::exports::lifecycle::HealthReport;
use super::contract::exports::middleware::Origin;
use super::contract::exports::view::Panel;
use super::contract::figures::Metric;
use super::contract::snapshot::PortfolioSnapshot;
use super::contract::types::{Fact, Page, PluginError};
use super::{CallErrorKind, Limits, Setting};

/// What a plugin says, be it that it failed; or what became of the call where it says nothing.
pub(super) type Told<T> = Result<Result<T, PluginError>, CallErrorKind>;

/// An instance that has been initialised. It is dropped when a call ends it, and then frees everything.
pub(super) trait Guest: Sized + Send + Sync + 'static {
    /// What instances are made of.
    type Loaded: Clone + Send + Sync;

    /// Starts and initialises one.
    fn start(
        loaded: &Self::Loaded,
        settings: &[Setting],
        limits: Limits,
    ) -> impl Future<Output = Result<Self, CallErrorKind>> + Send;

    /// False where it ended while nothing was asked of it.
    fn is_alive(&mut self) -> bool;

    fn health(&mut self) -> impl Future<Output = Told<HealthReport>> + Send;

    /// Hands in a file; the answer names it in the calls behind.
    fn open_file(
        &mut self,
        name: String,
        content: Vec<u8>,
    ) -> impl Future<Output = Told<u64>> + Send;

    fn next_page(&mut self, file: u64) -> impl Future<Output = Told<Page>> + Send;

    fn close_file(&mut self, file: u64) -> impl Future<Output = Result<(), CallErrorKind>> + Send;

    fn fetch(
        &mut self,
        service: Service,
        cursor: Option<String>,
        since: Option<String>,
    ) -> impl Future<Output = Told<Page>> + Send;

    fn transform(
        &mut self,
        origin: Origin,
        facts: Vec<Fact>,
    ) -> impl Future<Output = Told<Vec<Fact>>> + Send;

    fn compute(
        &mut self,
        portfolio: PortfolioSnapshot,
    ) -> impl Future<Output = Told<Vec<Metric>>> + Send;

    fn render(
        &mut self,
        portfolio: PortfolioSnapshot,
    ) -> impl Future<Output = Told<Vec<Panel>>> + Send;

    /// Says farewell.
    fn shutdown(self) -> impl Future<Output = Result<(), CallErrorKind>> + Send;
}
