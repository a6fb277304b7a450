//! Finds, loads, runs, watches and stops plugins.
//!
//! This is the only home of Wasmtime. It knows no database and no page; the use cases call it
//! through [`PluginManager`].
//!
//! Invariant: a plugin that hangs, traps, floods or lies is stopped and named, and harms nobody else.

#![deny(missing_docs)]

pub mod bridge;
pub mod discovery;
pub mod egress;
pub mod events;
mod generation;
pub mod grants;
mod imports;
pub mod insight;
mod logs;
mod manager;
pub mod outside;
pub mod records;
pub mod registry;
pub mod runtime;
pub mod storage;
mod supervisor;

pub use egress::{Audit, EgressLimits, EgressRecord, Resolver, SystemResolver};
pub use grants::{Granted, GrantedAddress, Grants};
pub use manager::{Options, PluginInfo, PluginManager, StartError};
pub use outside::{Outside, OutsideError};
pub use registry::{Query, Registry};
pub use runtime::python::{ComponentError, PythonOptions, build_component, confine};
pub use runtime::wasm::compile::{self, Compiler};
pub use runtime::{
    Call, CallError, Clock, FilePage, HealthReport, Instance, Limits, OpenFile, Setting,
    SettingValue,
};
pub use storage::{KeepError, Storage};
pub use supervisor::StepError;
