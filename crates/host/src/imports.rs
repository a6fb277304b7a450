//! What a plugin may call: one file for each interface, and each asks the grants first.

mod clock;
mod http;
mod log;
mod progress;
mod storage;

use crate::runtime::wasm::contract;
use crate::runtime::wasm::limits::State;

/// The words of the contract hold nothing to call.
impl contract::types::Host for State {}
impl contract::figures::Host for State {}
impl contract::snapshot::Host for State {}
