//! How plugins are found and run.

use std::path::PathBuf;
use std::sync::Arc;

use crate::discovery::{BuiltIn, Places};
use crate::outside::Outside;
use crate::records::{NoRecords, Records};
use crate::runtime::python::PythonOptions;
use crate::runtime::wasm::compile::Compiler;
use crate::runtime::{Clock, Limits};

/// How plugins are found and run.
#[derive(Clone)]
pub struct Options {
    /// Folders of plugins that the operator named, the first first.
    pub plugin_dirs: Vec<PathBuf>,
    /// Holds installed plugins and compiled code.
    pub data_dir: Option<PathBuf>,
    /// Where else plugins may be.
    pub places: Places,
    /// Plugins that are part of the program.
    pub built_ins: &'static [BuiltIn],
    /// What each instance may use.
    pub limits: Limits,
    /// Tells plugins the time.
    pub clock: Clock,
    /// What plugins may reach. The default denies everything.
    pub outside: Outside,
    /// Who compiles components.
    pub compiler: Compiler,
    /// How Python plugins run.
    pub python: PythonOptions,
    /// Keeps what must outlive the host.
    pub records: Arc<dyn Records>,
    /// Whether plugins live in this process, and not in a command that ends soon.
    pub is_resident: bool,
    /// Whether they live in another process, so that where they stand there is where they stand.
    pub lives_elsewhere: bool,
}

impl Options {
    /// For a host that finds plugins in these folders and keeps nothing.
    #[must_use]
    pub fn bare(plugin_dirs: Vec<PathBuf>, clock: Clock) -> Self {
        Self {
            plugin_dirs,
            data_dir: None,
            places: Places::default(),
            built_ins: &[],
            limits: Limits::default(),
            clock,
            outside: Outside::default(),
            compiler: Compiler::Here,
            python: PythonOptions::default(),
            records: NoRecords::shared(),
            is_resident: true,
            lives_elsewhere: false,
        }
    }
}
