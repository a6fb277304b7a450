//! Components in Wasmtime: compiled once, run in a store of their own, called through a channel.

pub(crate) mod bindings;
mod cache;
mod component;
mod door;
mod exports;
mod instance;
mod kinds;
pub(crate) mod limits;
mod lower;
mod worker;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest, Sha256};
use stonks_plugin::PluginId;
use wasmtime::component::{Component, HasSelf, Linker};
use wasmtime::{Config, Engine};

pub use component::{InspectError, inspect};
pub use instance::{Instance, OpenFile, Setting, SettingValue};
pub use limits::Clock;

pub(crate) use bindings::stonks::plugin as contract;
use cache::Cache;
use exports::Exports;
use limits::State;

/// How often running guests look up: the precision of deadlines, and the longest that a busy guest
/// keeps a thread from other tasks.
const TICK: Duration = Duration::from_millis(5);

/// Why a component can't be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// Wasmtime refuses it.
    #[error("plugin `{plugin}` can't be compiled: {reason}")]
    Compile {
        /// The plugin.
        plugin: PluginId,
        /// Wasmtime's words.
        reason: String,
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

/// The engine that all components share.
pub struct Runtime {
    engine: Engine,
    linker: Linker<State>,
    cache: Cache,
    clock: Clock,
    /// Dropped with the runtime, which ends the thread that ticks.
    _ticker: Arc<()>,
}

/// A component that is ready to be started any number of times.
#[derive(Clone)]
pub struct Loaded {
    plugin: PluginId,
    /// SHA-256 of the component.
    pub(crate) digest: [u8; 32],
    exports: Arc<Exports>,
    clock: Clock,
}

impl Runtime {
    /// `cache`: the host's own folder for compiled code; none compiles anew each time.
    ///
    /// # Errors
    /// Where Wasmtime can't run on this machine.
    pub fn new(cache: Option<PathBuf>, clock: Clock) -> Result<Self, String> {
        let mut config = Config::new();
        config.wasm_component_model_async(true).epoch_interruption(true).async_stack_size(1 << 20);
        config.max_wasm_stack(512 << 10);
        let engine = Engine::new(&config).map_err(|error| error.to_string())?;
        let linker = link(&engine).map_err(|error| error.to_string())?;
        let cache = Cache::new(cache, &engine);
        Ok(Self { _ticker: tick(&engine)?, engine, linker, cache, clock })
    }

    /// Compiles a component, or takes it compiled from the cache, and looks up what it exports.
    ///
    /// # Errors
    /// Bytes that are no component, or one that imports more than the host offers.
    pub fn load(&self, plugin: &PluginId, bytes: &[u8]) -> Result<Loaded, LoadError> {
        let digest: [u8; 32] = Sha256::digest(bytes).into();
        let component = self.component(bytes, &digest).map_err(|error| LoadError::Compile {
            plugin: plugin.clone(),
            reason: first_line(&error),
        })?;
        let exports = Exports::find(&self.linker, &component).map_err(|error| LoadError::Link {
            plugin: plugin.clone(),
            reason: first_line(&error),
        })?;
        Ok(Loaded {
            plugin: plugin.clone(),
            digest,
            exports: Arc::new(exports),
            clock: Arc::clone(&self.clock),
        })
    }

    fn component(&self, bytes: &[u8], digest: &[u8; 32]) -> wasmtime::Result<Component> {
        if let Some(component) = self.cache.get(&self.engine, digest) {
            return Ok(component);
        }
        let compiled = self.engine.precompile_component(bytes)?;
        self.cache.put(digest, &compiled);
        Cache::load(&self.engine, &compiled)
    }
}

/// Everything that a plugin may call, and nothing else: no WASI, no files, no sockets.
fn link(engine: &Engine) -> wasmtime::Result<Linker<State>> {
    let mut linker = Linker::new(engine);
    contract::http::add_to_linker::<_, HasSelf<State>>(&mut linker, |state| state)?;
    contract::log::add_to_linker::<_, HasSelf<State>>(&mut linker, |state| state)?;
    contract::storage::add_to_linker::<_, HasSelf<State>>(&mut linker, |state| state)?;
    contract::clock::add_to_linker::<_, HasSelf<State>>(&mut linker, |state| state)?;
    contract::progress::add_to_linker::<_, HasSelf<State>>(&mut linker, |state| state)?;
    contract::types::add_to_linker::<_, HasSelf<State>>(&mut linker, |state| state)?;
    contract::figures::add_to_linker::<_, HasSelf<State>>(&mut linker, |state| state)?;
    contract::snapshot::add_to_linker::<_, HasSelf<State>>(&mut linker, |state| state)?;
    Ok(linker)
}

/// A thread that advances the engine's epoch until the runtime is gone.
fn tick(engine: &Engine) -> Result<Arc<()>, String> {
    let alive = Arc::new(());
    let (watched, engine) = (Arc::downgrade(&alive), engine.weak());
    let ticker = move || {
        while let (Some(_), Some(engine)) = (watched.upgrade(), engine.upgrade()) {
            std::thread::sleep(TICK);
            engine.increment_epoch();
        }
    };
    let thread = std::thread::Builder::new().name("plugin-epoch".to_owned()).spawn(ticker);
    thread.map(|_| alive).map_err(|error| error.to_string())
}

fn first_line(error: &wasmtime::Error) -> String {
    let shown = format!("{error:#}");
    shown.lines().next().unwrap_or_default().to_owned()
}
