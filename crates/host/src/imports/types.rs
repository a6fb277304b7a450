//! The words of the contract, which hold nothing to call.

use crate::runtime::wasm::contract::types::Host;
use crate::runtime::wasm::limits::State;

impl Host for State {}
