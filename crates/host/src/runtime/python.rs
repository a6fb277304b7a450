//! Plugins in Python: each instance is a process of its own that speaks JSON-RPC with the host over its
//! standard streams, and may touch nothing else.

mod calls;
mod component;
pub mod confine;
mod environment;
mod guest;
mod interpreter;
mod launch;
mod message;
mod process;
mod sdk;
mod stream;

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use stonks_plugin::PluginId;
use stonks_plugin::manifest::{Dependencies, Manifest};

pub use component::{ComponentError, build_component};
pub use confine::Holds;
pub use environment::PackagesError;
pub use interpreter::{Interpreter, InterpreterError};
pub(super) use process::Process;

use super::{Code, LoadError};
use crate::discovery::{Installed, Package};
use crate::imports::Imports;
use environment::Environments;
use interpreter::Interpreters;
use launch::{Confined, Launch, Trusted};
pub(crate) use sdk::Sdk;

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
        let digest = package.digest;
        let launch = self.launch(&plugin, manifest, package).await;
        let launch = launch.map_err(|error| LoadError::Python { plugin: plugin.clone(), error })?;
        Ok(super::Loaded { plugin, digest, code: Code::Python(Loaded { launch, imports }) })
    }

    /// Which interpreter runs plugins that ask for none in particular, and what confines them.
    pub(crate) async fn standing(&self) -> Standing {
        let any = Dependencies::default();
        Standing {
            interpreter: self.interpreters.suiting(&any).await,
            holds: match &self.options.confiner {
                Some(confiner) => confine::what_holds(confiner).await,
                None => Err("this program can't find itself".to_owned()),
            },
        }
    }

    async fn launch(
        &self,
        plugin: &PluginId,
        manifest: &Manifest,
        package: Package,
    ) -> Result<Launch, PythonError> {
        let sdk = self.sdk.unpacked().map_err(PythonError::Sdk)?;
        if let Some(bridge) = &package.bridge {
            return Ok(Launch::Trusted(Trusted::new(sdk, bridge)));
        }
        let confiner = self.options.confiner.clone().ok_or(PythonError::NoConfiner)?;
        let needs = &manifest.dependencies;
        let interpreter = match package.installed.as_ref().and_then(Installed::environment) {
            Some(environment) => self.interpreters.of_environment(environment, needs).await?,
            None => self.interpreters.suiting(needs).await?,
        };
        let environment = match &package.installed {
            // What it needs was installed with it.
            None if !needs.packages.is_empty() => {
                Some(self.environments.prepare(plugin, needs, &interpreter).await?)
            }
            _ => None,
        };
        let confined = Confined::new(confiner, sdk, &interpreter, environment, &package);
        Ok(Launch::Confined(confined.map_err(PythonError::Copy)?))
    }
}

/// How it stands with Python on this machine.
#[derive(Debug)]
pub struct Standing {
    /// What runs plugins that ask for no version in particular.
    pub interpreter: Result<Interpreter, InterpreterError>,
    /// What confines them.
    pub holds: Result<Holds, String>,
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
