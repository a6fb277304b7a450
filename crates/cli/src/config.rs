//! Options of every command, and the environment: the only place that reads it.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use clap::Args;
use jiff::Timestamp;
use stonks_app::{App, Config, Secret};
use stonks_core::money::Currency;
use stonks_host::discovery::Places;
use stonks_host::{Compiler, PythonOptions};
use tracing_subscriber::EnvFilter;

use crate::built_ins::BUILT_INS;

/// The argument that makes this program compile a plugin and nothing else.
pub(crate) const COMPILE: &str = "compile-component";

/// The argument that makes this program confine itself and become a Python plugin's process.
pub(crate) const CONFINE: &str = "confine-python";
const MOST_PASSPHRASE_BYTES: u64 = 4_096;

#[derive(Args)]
pub(crate) struct GlobalOptions {
    /// Where everything is kept [default: $XDG_DATA_HOME/stonks-overwatch].
    #[arg(long, global = true, value_name = "DIR", env = "STONKS_DATA_DIR")]
    pub(crate) data_dir: Option<PathBuf>,

    /// A PostgreSQL database instead of SQLite in the data directory: postgres://…
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "STONKS_DATABASE_URL",
        hide_env_values = true
    )]
    pub(crate) database_url: Option<String>,

    /// A folder of plugins, before all others; may be given several times.
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) plugin_dir: Vec<PathBuf>,

    /// A folder where Python packages are installed, in place of those of this machine; may be given
    /// several times.
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) site_packages: Vec<PathBuf>,

    /// A virtual environment whose packages may be plugins, before those of this machine; may be given
    /// several times [default: the active one].
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) python_env: Vec<PathBuf>,

    /// The interpreter that runs Python plugins [default: the first `python3` on the path that suits].
    #[arg(long, global = true, value_name = "PROGRAM", env = "STONKS_PYTHON")]
    pub(crate) python: Option<PathBuf>,

    /// The currency in which totals are told.
    #[arg(
        long,
        global = true,
        value_name = "CODE",
        default_value = "EUR",
        env = "STONKS_BASE_CURRENCY"
    )]
    pub(crate) base_currency: Currency,

    /// A file with the passphrase that seals the vault, in place of a key file in the data directory; the
    /// variable `STONKS_VAULT_PASSPHRASE` may hold the passphrase itself.
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) vault_passphrase_file: Option<PathBuf>,

    /// Print JSON.
    #[arg(long, global = true)]
    pub(crate) json: bool,

    /// Say more about what is going on; twice for even more.
    #[arg(long, short, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
}

impl GlobalOptions {
    pub(crate) fn config(&self) -> Result<Config> {
        let data_dir = match &self.data_dir {
            Some(folder) => folder.clone(),
            None => default_data_dir()?,
        };
        Ok(Config {
            data_dir,
            database_url: self.database_url.clone(),
            plugin_dirs: self.plugin_dir.clone(),
            places: self.places(),
            built_ins: BUILT_INS,
            base_currency: self.base_currency,
            clock: Arc::new(Timestamp::now),
            compiler: compiler(),
            python: self.python(),
            vault_passphrase: self.vault_passphrase()?,
            is_resident: false,
        })
    }

    fn python(&self) -> PythonOptions {
        let confiner = match std::env::current_exe() {
            Ok(program) => Some((program, vec![CONFINE.into()])),
            Err(error) => {
                tracing::warn!(%error, "this program can't find itself; no Python plugin can run");
                None
            }
        };
        let default = PythonOptions::default();
        let interpreters = self.python.clone().map(|program| vec![program]);
        PythonOptions {
            confiner,
            interpreters: interpreters.unwrap_or(default.interpreters),
            ..default
        }
    }

    fn places(&self) -> Places {
        let home = folder_of_environment("HOME");
        let mut site_packages = site_packages_below(self.python_env.iter().map(library));
        site_packages.extend(if self.site_packages.is_empty() {
            default_site_packages(home.as_deref())
        } else {
            self.site_packages.clone()
        });
        Places {
            user: home.map(|home| home.join(".stonks_overwatch/plugins")),
            system: cfg!(unix).then(|| PathBuf::from("/usr/local/share/stonks_overwatch/plugins")),
            site_packages,
            working: std::env::current_dir().ok().map(|folder| folder.join("plugins")),
        }
    }

    fn vault_passphrase(&self) -> Result<Option<Secret>> {
        let passphrase = match &self.vault_passphrase_file {
            Some(path) => Some(passphrase_in(path)?),
            None => std::env::var_os("STONKS_VAULT_PASSPHRASE")
                .map(|passphrase| Secret::new(passphrase.into_encoded_bytes())),
        };
        if passphrase.as_ref().is_some_and(Secret::is_empty) {
            bail!("the passphrase of the vault is empty");
        }
        Ok(passphrase)
    }

    pub(crate) async fn open(&self) -> Result<App> {
        App::open(self.config()?).await
    }
}

/// The first bytes of a file are enough: what is longer is no passphrase.
fn passphrase_in(path: &Path) -> Result<Secret> {
    let reading = || format!("reading the passphrase in `{}`", path.display());
    let file = std::fs::File::open(path).with_context(reading)?;
    let mut bytes = Vec::new();
    file.take(MOST_PASSPHRASE_BYTES + 1).read_to_end(&mut bytes).with_context(reading)?;
    if bytes.len() as u64 > MOST_PASSPHRASE_BYTES {
        bail!("`{}` holds more than a passphrase", path.display());
    }
    Ok(Secret::from_line(bytes))
}

/// This program again, as a compiler.
fn compiler() -> Compiler {
    match std::env::current_exe() {
        Ok(program) => Compiler::Child { program, arguments: vec![COMPILE.into()] },
        Err(error) => {
            tracing::warn!(%error, "this program can't find itself; plugins are compiled without limits");
            Compiler::Here
        }
    }
}

/// A relative path in a variable doesn't count.
fn folder_of_environment(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute())
}

/// Where Python installs packages, the nearest first: the active virtual environment, the user's, the
/// machine's. Python itself isn't asked.
fn default_site_packages(home: Option<&Path>) -> Vec<PathBuf> {
    let libraries = [
        folder_of_environment("VIRTUAL_ENV").as_ref().map(library),
        home.map(|home| home.join(".local/lib")),
        Some(PathBuf::from("/usr/local/lib")),
        Some(PathBuf::from("/usr/lib")),
    ];
    site_packages_below(libraries.into_iter().flatten())
}

/// Of a virtual environment.
fn library(environment: impl AsRef<Path>) -> PathBuf {
    environment.as_ref().join("lib")
}

/// Where packages are in libraries of any version.
fn site_packages_below(libraries: impl Iterator<Item = PathBuf>) -> Vec<PathBuf> {
    let versions = libraries.flat_map(|library| {
        let entries = std::fs::read_dir(library).into_iter().flatten().flatten();
        let is_python = |name: &std::ffi::OsStr| name.as_encoded_bytes().starts_with(b"python3");
        let mut found: Vec<PathBuf> = entries
            .filter(|entry| is_python(&entry.file_name()))
            .map(|entry| entry.path())
            .collect();
        found.sort();
        found
    });
    // Debian keeps what it installs itself in a folder of another name.
    let folders = versions
        .flat_map(|version| ["site-packages", "dist-packages"].map(|folder| version.join(folder)));
    folders.filter(|folder| folder.is_dir()).collect()
}

/// Where programs are.
pub(crate) fn path() -> std::ffi::OsString {
    std::env::var_os("PATH").unwrap_or_default()
}

/// As the XDG Base Directory Specification has it; a relative path in the variable doesn't count.
fn default_data_dir() -> Result<PathBuf> {
    let base = folder_of_environment("XDG_DATA_HOME")
        .or_else(|| folder_of_environment("HOME").map(|home| home.join(".local/share")));
    let base =
        base.context("neither XDG_DATA_HOME nor HOME is set: name a folder with `--data-dir`")?;
    Ok(base.join("stonks-overwatch"))
}

/// Logs to stderr; `RUST_LOG` overrules the options.
pub(crate) fn start_log(verbose: u8) {
    let default = match verbose {
        0 => "warn",
        1 => "info",
        _ => "debug",
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(default));
    // Whoever read the log may be gone: that must not end the program, as a failed `eprintln` would.
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    log.log_internal_errors(false).init();
}
