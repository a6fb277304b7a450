//! How the application is set up.

use std::path::PathBuf;

use stonks_core::money::Currency;
use stonks_host::discovery::{BuiltIn, Places};
use stonks_host::{Clock, Compiler, PythonOptions};

use crate::vault::Secret;

/// Everything that the application needs to know at its start.
#[derive(Clone)]
pub struct Config {
    /// Holds the database, compiled plugins and installed plugins. Created where it is missing.
    pub data_dir: PathBuf,
    /// `postgres://…`; none for SQLite in the data directory.
    pub database_url: Option<String>,
    /// Folders of plugins, the first first.
    pub plugin_dirs: Vec<PathBuf>,
    /// Where else plugins are looked for.
    pub places: Places,
    /// Plugins that are part of the program.
    pub built_ins: &'static [BuiltIn],
    /// In which totals are told.
    pub base_currency: Currency,
    /// Tells the time.
    pub clock: Clock,
    /// Who compiles plugins.
    pub compiler: Compiler,
    /// How Python plugins run.
    pub python: PythonOptions,
    /// Seals the vault; none where a key file in the data directory does.
    pub vault_passphrase: Option<Secret>,
    /// Whether plugins live in this process, and not in a command that ends soon.
    pub is_resident: bool,
}
