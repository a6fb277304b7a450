//! The contract's words: generated from `wit/`, checked on their way in, and made of ours on their way
//! out. Every runtime speaks in them.

mod bindings;
pub(super) mod door;
pub(super) mod lower;

pub(crate) use bindings::exports::stonks::plugin as exports;
pub(crate) use bindings::stonks::plugin::{
    clock, figures, http, log, progress, snapshot, storage, types,
};
