//! Finds, loads, runs, watches and stops plugins.
//!
//! This is the only home of Wasmtime. It knows no database and no page; the use cases call it
//! through [`PluginManager`].
//!
//! Invariant: a plugin that hangs, traps, floods or lies is stopped and named, and harms nobody else.

#![deny(missing_docs)]

pub mod discovery;
mod imports;
pub mod insight;
mod manager;
pub mod runtime;

pub use manager::{Options, PluginInfo, PluginManager, StartError, State};
pub use runtime::wasm::{Clock, Instance, OpenFile, Setting, SettingValue};
pub use runtime::{Call, CallError, FilePage, Limits};
