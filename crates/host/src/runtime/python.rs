//! Plugins in Python: each instance is a process of its own that speaks JSON-RPC with the host over its
//! standard streams, and may touch nothing else.

mod calls;
pub mod confine;
mod environment;
mod interpreter;
mod message;
mod process;
mod sdk;
mod stream;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

use stonks_plugin::manifest::Manifest;
use tempfile::TempDir;

pub use confine::{Confinement, Holds};
pub use environment::PackagesError;
pub use interpreter::{Interpreter, InterpreterError};
pub(super) use process::Process;

use super::{Code, LoadError};
use crate::discovery::{Installed, Package};
use crate::imports::Imports;
use environment::Environments;
use interpreter::Interpreters;
use sdk::Sdk;

/// How Python plugins run.
#[derive(Debug, Clone)]
pub struct PythonOptions {
    /// A program that calls [`confine::serve`], and the arguments that make it do so. Without one no
    /// Python plugin runs.
    pub confiner: Option<(PathBuf, Vec<OsString>)>,
    /// Interpreters, by name or path; the first that suits a plugin runs it.
    pub interpreters: Vec<PathBuf>,
    /// Further arguments of `pip install`, such as where packages come from.
    pub pip_arguments: Vec<OsString>,
}

impl Default for PythonOptions {
    fn default() -> Self {
        let names = ["python3", "python3.13", "python3.12", "python3.11"];
        Self {
            confiner: None,
            interpreters: names.map(PathBuf::from).to_vec(),
            pip_arguments: Vec::new(),
        }
    }
}

/// Starts Python plugins.
pub(crate) struct Runtime {
    options: PythonOptions,
    interpreters: Interpreters,
    environments: Environments,
    sdk: Sdk,
}

/// A Python package that is ready to be started any number of times.
#[derive(Clone)]
pub(crate) struct Loaded {
    launch: Launch,
    imports: Imports,
}

/// What an instance's process is started with.
#[derive(Clone)]
struct Launch {
    /// The code as it was when it was loaded: what is saved in the plugin's own folder since then is
    /// another generation's. Gone with the last that is made of it.
    _copy: Option<Arc<TempDir>>,
    confiner: (PathBuf, Vec<OsString>),
    /// The interpreter.
    program: PathBuf,
    arguments: Vec<OsString>,
    /// Files and folders that it may read, and run what is in them.
    readable: Vec<PathBuf>,
}

impl Runtime {
    /// `data_dir`: holds the host's own copy of the SDK, and packages that plugins need.
    pub(crate) fn new(options: PythonOptions, data_dir: Option<&Path>) -> Self {
        Self {
            interpreters: Interpreters::new(options.interpreters.clone()),
            environments: Environments::new(data_dir, options.pip_arguments.clone()),
            sdk: Sdk::new(data_dir),
            options,
        }
    }

    /// Finds an interpreter that suits, and installs the packages that the plugin needs beside itself.
    ///
    /// # Errors
    /// Where there is no such interpreter, or a package can't be had.
    pub(crate) async fn load(
        &self,
        imports: Imports,
        manifest: &Manifest,
        package: Package,
    ) -> Result<super::Loaded, LoadError> {
        let plugin = imports.reach.plugin.clone();
        let python = |error| LoadError::Python { plugin: plugin.clone(), error };
        let confiner =
            self.options.confiner.clone().ok_or_else(|| python(PythonError::NoConfiner))?;
        let needs = &manifest.dependencies;
        let environment = package.installed.as_ref().and_then(Installed::environment);
        let interpreter = match environment {
            Some(environment) => self.interpreters.of_environment(environment, needs).await,
            None => self.interpreters.suiting(needs).await,
        };
        let interpreter = interpreter.map_err(|error| python(error.into()))?;
        let sdk = self.sdk.folder().map_err(|error| python(PythonError::Sdk(error)))?;
        let copy = match &package.installed {
            Some(_) => None,
            None => Some(copy(&package).map_err(|error| python(PythonError::Copy(error)))?),
        };
        let folder = copy.as_ref().map_or(&package.folder, |(_, folder)| folder);
        let mut readable = interpreter.folders.clone();
        readable.extend([sdk.to_path_buf(), folder.clone()]);
        let mut program = interpreter.program.clone();
        match &package.installed {
            // What it needs was installed with it.
            Some(installed) => readable.push(installed.site_packages.clone()),
            None if needs.packages.is_empty() => {}
            None => {
                let prepared = self.environments.prepare(&plugin, needs, &interpreter).await;
                let environment = prepared.map_err(|error| python(error.into()))?;
                program = environment.program;
                readable.push(environment.folder);
            }
        }
        let arguments = arguments(sdk, folder, package.installed.as_ref());
        let _copy = copy.map(|(copy, _)| Arc::new(copy));
        let launch = Launch { _copy, confiner, program, arguments, readable };
        let code = Code::Python(Loaded { launch, imports });
        Ok(super::Loaded { plugin, digest: package.digest, code })
    }
}

/// Isolated from the user's own Python: no environment, no user site, no current folder. No compiled
/// files are written, since nothing may be written.
fn arguments(sdk: &Path, folder: &Path, installed: Option<&Installed>) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = vec!["-I".into(), "-B".into()];
    arguments.push(sdk.join("run_plugin.py").into());
    arguments.push("--plugin".into());
    arguments.push(folder.into());
    if let Some(installed) = installed {
        arguments.push("--entry-point".into());
        arguments.push(installed.entry.clone().into());
        arguments.push("--site".into());
        arguments.push(installed.site_packages.clone().into());
    }
    arguments
}

/// A folder of the same name and content that nobody else writes to.
fn copy(package: &Package) -> io::Result<(TempDir, PathBuf)> {
    let copy = tempfile::Builder::new().prefix("stonks-plugin-").tempdir()?;
    let folder = copy.path().join(package.folder.file_name().unwrap_or("plugin".as_ref()));
    for (name, content) in &package.files {
        let path = folder.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(path, content)?;
    }
    Ok((copy, folder))
}

/// Why a Python plugin can't be loaded.
#[derive(Debug, thiserror::Error)]
pub enum PythonError {
    /// This program has no way to confine it.
    #[error("this host can't confine a Python process, so that it runs none")]
    NoConfiner,
    /// There is none that suits.
    #[error(transparent)]
    Interpreter(#[from] InterpreterError),
    /// What it needs can't be installed.
    #[error(transparent)]
    Packages(#[from] PackagesError),
    /// The host's own part can't be unpacked.
    #[error("the SDK can't be unpacked: {0}")]
    Sdk(io::Error),
    /// There is no place to keep what runs.
    #[error("its files can't be copied to run them: {0}")]
    Copy(io::Error),
}
