//! What a plugin is: its manifest, its permissions, and the rules by which it is judged.
//!
//! This crate is pure: it reads text and values, never a file, a socket or a component. What runs a
//! plugin is in `host`.
//!
//! Invariant: nothing here runs code of a plugin, and nothing here does IO.

#![deny(missing_docs)]

pub mod digest;
pub mod finding;
pub mod health;
pub mod id;
pub mod lifecycle;
pub mod manifest;
pub mod permission;
pub mod resolve;
pub mod service;
pub mod supervision;
pub mod validate;
pub mod version;

pub use finding::{Finding, Level};
pub use id::PluginId;
pub use manifest::Manifest;
pub use service::Service;

/// The versions of the plugin contract that this host runs, newest last.
pub const API_VERSIONS: &[semver::Version] = &[semver::Version::new(1, 0, 0)];
