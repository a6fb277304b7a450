//! Components in Wasmtime: compiled once, run in a store of their own, called through a channel.

mod cache;
pub mod compile;
mod component;
mod exports;
pub(crate) mod limits;
mod running;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest, Sha256};
use wasmtime::component::{HasSelf, Linker};
use wasmtime::{Config, Engine};

pub use component::{InspectError, inspect};
pub(super) use running::Running;

use super::{Code, LoadError, contract};
use cache::Cache;
use compile::{CompileError, Compiler};
use exports::Exports;
use limits::State;

use crate::imports::Imports;

/// How often running guests look up: the precision of deadlines, and the longest that a busy guest
/// keeps a thread from other tasks.
const TICK: Duration = Duration::from_millis(5);

/// The engine that all components share.
pub(crate) struct Runtime {
    engine: Engine,
    linker: Linker<State>,
    cache: Cache,
    compiler: Compiler,
    /// Dropped with the runtime, which ends the thread that ticks.
    _ticker: Arc<()>,
}

/// A component that is ready to be started any number of times.
#[derive(Clone)]
pub(crate) struct Loaded {
    exports: Arc<Exports>,
    imports: Imports,
}

impl Runtime {
    /// `cache`: the host's own folder for compiled code; none compiles anew each time.
    ///
    /// # Errors
    /// Where Wasmtime can't run on this machine.
    pub(crate) fn new(cache: Option<PathBuf>, compiler: Compiler) -> Result<Self, String> {
        let engine = engine().map_err(|error| error.to_string())?;
        let linker = link(&engine).map_err(|error| error.to_string())?;
        let cache = Cache::new(cache, &engine);
        Ok(Self { _ticker: tick(&engine)?, engine, linker, cache, compiler })
    }

    /// Compiles a component, or takes it compiled from the cache, and looks up what it exports.
    ///
    /// # Errors
    /// Bytes that are no component, or one that imports more than the host offers.
    pub(crate) async fn load(
        &self,
        imports: Imports,
        bytes: &[u8],
    ) -> Result<super::Loaded, LoadError> {
        let plugin = imports.reach.plugin.clone();
        let digest: [u8; 32] = Sha256::digest(bytes).into();
        let failed = |error| LoadError::Compile { plugin: plugin.clone(), error };
        let component = match self.cache.get(&self.engine, &digest) {
            Some(component) => component,
            None => {
                let compiled = self.compiler.compile(&self.engine, bytes).await.map_err(failed)?;
                self.cache.put(&digest, &compiled);
                let loaded = Cache::load(&self.engine, &compiled);
                loaded.map_err(|error| failed(CompileError::Refused(first_line(&error))))?
            }
        };
        let exports = Exports::find(&self.linker, &component).map_err(|error| LoadError::Link {
            plugin: plugin.clone(),
            reason: first_line(&error),
        })?;
        let code = Code::Wasm(Loaded { exports: Arc::new(exports), imports });
        Ok(super::Loaded { plugin, digest, code })
    }
}

/// With the settings that compiling and running share.
fn engine() -> wasmtime::Result<Engine> {
    let mut config = Config::new();
    config.wasm_component_model_async(true).epoch_interruption(true).async_stack_size(1 << 20);
    config.max_wasm_stack(512 << 10);
    Engine::new(&config)
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
