//! What a store carries: the plugin's limits, and what its imports need.

use std::time::{Duration, Instant};

use wasmtime::{ResourceLimiter, Store, UpdateDeadline};

use crate::imports::Imports;
use crate::runtime::Limits;

/// Tables are lists of functions; real plugins have a few thousand entries.
const TABLE_ELEMENTS: usize = 100_000;

/// The state of one instance.
pub(crate) struct State {
    pub(crate) limits: Limits,
    pub(crate) imports: Imports,
    /// When the call under way must have ended.
    deadline: Option<Instant>,
    /// Whether the plugin was refused memory.
    pub(crate) is_out_of_memory: bool,
    /// Whether the plugin was ended because its time was over.
    pub(crate) is_overdue: bool,
}

impl State {
    pub(crate) const fn new(limits: Limits, imports: Imports) -> Self {
        Self { limits, imports, deadline: None, is_out_of_memory: false, is_overdue: false }
    }

    pub(crate) fn start_call(&mut self, duration: Duration) {
        self.deadline = Some(Instant::now() + duration);
    }
}

/// Makes the store's guest look at its deadline at each tick, and give way to other tasks.
pub(crate) fn limit(store: &mut Store<State>) {
    store.limiter(|state| state);
    store.set_hostcall_fuel(store.data().limits.reply);
    store.set_epoch_deadline(1);
    store.epoch_deadline_callback(|mut context| {
        let state = context.data_mut();
        if state.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            state.is_overdue = true;
            return Ok(UpdateDeadline::Interrupt);
        }
        // Tokio's own way to give way: a plain yield is polled again before any other task.
        Ok(UpdateDeadline::YieldCustom(1, Box::pin(tokio::task::yield_now())))
    });
}

impl ResourceLimiter for State {
    fn memory_growing(
        &mut self,
        _current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let is_allowed = desired <= self.limits.memory;
        self.is_out_of_memory |= !is_allowed;
        Ok(is_allowed)
    }

    fn table_growing(
        &mut self,
        _current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(desired <= TABLE_ELEMENTS)
    }

    /// A component that brings an interpreter along is made of some dozens of modules.
    fn instances(&self) -> usize {
        128
    }

    fn tables(&self) -> usize {
        32
    }

    fn memories(&self) -> usize {
        4
    }
}
