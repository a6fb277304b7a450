//! Plugins that are Python alone, as components: built by componentize-py in an environment of its own,
//! and from then on run like any other component.

use std::path::{Path, PathBuf};

use stonks_plugin::PluginId;
use stonks_plugin::manifest::Dependencies;

use super::environment::{Environments, PackagesError, run};
use super::interpreter::Interpreters;
use super::sdk::{self, Sdk};
use super::{InterpreterError, PythonOptions};

/// The tool, by the version that was tried.
const TOOL: (&str, &str) = ("componentize-py", "==0.25.1");

/// Why there is no component.
#[derive(Debug, thiserror::Error)]
pub enum ComponentError {
    /// No Python runs the tool.
    #[error(transparent)]
    Interpreter(#[from] InterpreterError),
    /// The tool can't be had, or it fails.
    #[error("{TOOL}: {0}", TOOL = TOOL.0)]
    Tool(#[from] PackagesError),
    /// Files that the tool needs can't be written.
    #[error("what the tool needs can't be written: {0}")]
    Io(#[from] std::io::Error),
}

/// Builds the plugin in `folder` into the component `out`. The tool is installed below `data_dir` the
/// first time, from where Python's packages come.
///
/// # Errors
/// Where there is no Python that suits, where the tool can't be had, and where the plugin can't be built.
pub async fn build_component(
    options: &PythonOptions,
    data_dir: &Path,
    folder: &Path,
    out: &Path,
) -> Result<(), ComponentError> {
    let interpreters = Interpreters::new(options.interpreters.clone());
    let range = TOOL.1.parse().map_err(|_| PackagesError::NoPlace)?;
    let needs =
        Dependencies { packages: [(TOOL.0.to_owned(), range)].into(), ..Dependencies::default() };
    let interpreter = interpreters.suiting(&needs).await?;
    let environments = Environments::new(Some(data_dir), options.pip_arguments.clone());
    let name: PluginId = TOOL.0.parse().map_err(|_| PackagesError::NoPlace)?;
    let environment = environments.prepare(&name, &needs, &interpreter).await?;
    let sdk = Sdk::new(Some(data_dir));
    let contract = tempfile::tempdir()?;
    sdk::write_contract(contract.path())?;
    let absolute = |path: &Path| std::path::absolute(path).map(PathBuf::into_os_string);
    let arguments = [
        "-I".into(),
        "-B".into(),
        sdk.unpacked()?.folder().join("run_plugin.py").into(),
        "--build-component".into(),
        absolute(folder)?,
        "--wit".into(),
        contract.path().into(),
        "--out".into(),
        absolute(out)?,
    ];
    run(&environment.program, &arguments).await?;
    Ok(())
}
