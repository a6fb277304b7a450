//! What a plugin may call: one file for each interface, and each asks the grants first.
//!
//! `Imports` does what is asked, whatever runs the plugin; Wasmtime's traits hand over to it.

mod clock;
mod http;
mod log;
mod progress;
mod storage;

use std::sync::Arc;

use crate::logs::Logs;
use crate::outside::Reach;
use crate::runtime::wasm::limits::State;
use crate::runtime::{Clock, contract};

/// What one plugin may call: who it is comes from the host, never from the plugin.
#[derive(Clone)]
pub(crate) struct Imports {
    pub(crate) clock: Clock,
    pub(crate) logs: Logs,
    /// What the plugin may reach outside.
    pub(crate) reach: Arc<Reach>,
}

/// The words of the contract hold nothing to call.
impl contract::types::Host for State {}
impl contract::figures::Host for State {}
impl contract::snapshot::Host for State {}
