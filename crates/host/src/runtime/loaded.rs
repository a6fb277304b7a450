//! The code of a plugin, whatever runs it, ready to be started any number of times.

use stonks_plugin::PluginId;

use super::python::{self, Process, PythonError};
use super::wasm::compile::CompileError;
use super::wasm::{self, Running};
use super::{CallError, Instance, Life, Limits, Setting};

/// Code that instances are made of.
#[derive(Clone)]
pub(crate) struct Loaded {
    pub(crate) plugin: PluginId,
    /// SHA-256 of the code.
    pub(crate) digest: [u8; 32],
    pub(crate) code: Code,
}

/// By what runs it.
#[derive(Clone)]
pub(crate) enum Code {
    Wasm(wasm::Loaded),
    Python(python::Loaded),
}

impl Loaded {
    /// Starts an instance and initialises it with `settings`.
    ///
    /// # Errors
    /// Where `initialize` fails.
    pub(crate) async fn start(
        &self,
        settings: Vec<Setting>,
        limits: Limits,
        life: Life,
    ) -> Result<Instance, CallError> {
        match &self.code {
            Code::Wasm(code) => {
                Instance::start::<Running>(&self.plugin, code, settings, limits, life).await
            }
            Code::Python(code) => {
                Instance::start::<Process>(&self.plugin, code, settings, limits, life).await
            }
        }
    }
}

/// Why code can't be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The compiler refuses it.
    #[error("plugin `{plugin}` can't be compiled: {error}")]
    Compile {
        /// The plugin.
        plugin: PluginId,
        /// Why.
        error: CompileError,
    },
    /// Python can't run it here.
    #[error("plugin `{plugin}` can't be run: {error}")]
    Python {
        /// The plugin.
        plugin: PluginId,
        /// Why.
        error: PythonError,
    },
    /// It imports what the host doesn't offer.
    #[error("plugin `{plugin}` can't be linked: {reason}")]
    Link {
        /// The plugin.
        plugin: PluginId,
        /// Wasmtime's words.
        reason: String,
    },
}
