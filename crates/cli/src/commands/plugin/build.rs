//! `stonks plugin build`: from a plugin's source to the folder of an installed plugin.

use std::path::{Path, PathBuf};
use std::process::{ExitCode, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use serde_json::Value;
use stonks_app::App;
use stonks_host::build_component;
use stonks_plugin::manifest::{self, RuntimeKind};
use tokio::process::Command;

use crate::config::GlobalOptions;
use crate::output::Output;

const TARGET: &str = "wasm32-unknown-unknown";

/// Links components.
const LINKER: &str = "wasm-component-ld";

#[derive(Args)]
pub(crate) struct Options {
    /// The plugin's folder, which holds `plugin_manifest.json`.
    folder: PathBuf,
    /// What is to run it [default: what its manifest says]. `wasm` makes a component of a plugin that is
    /// Python alone.
    #[arg(long, value_enum)]
    runtime: Option<Runtime>,
    /// The folder of the built plugin, fit to be installed [default: `dist` in the plugin's folder].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Runtime {
    Wasm,
    Python,
}

pub(crate) async fn run(
    global: &GlobalOptions,
    options: &Options,
    output: &Output,
) -> Result<ExitCode> {
    let folder = &options.folder;
    let out = options.out.clone().unwrap_or_else(|| folder.join("dist"));
    std::fs::create_dir_all(&out).with_context(|| format!("creating `{}`", out.display()))?;
    let is_python = told_runtime(folder)? == Some(RuntimeKind::Python);
    match options.runtime {
        Some(Runtime::Wasm) if is_python => componentize(global, folder, &out, output).await?,
        Some(Runtime::Python) if !is_python => bail!("the plugin isn't written in Python"),
        _ => build(folder, &out, output).await?,
    }
    let found = App::validate_plugin(&out);
    super::validate::tell(&found.findings, None, output);
    let is_good = found.is_usable();
    if output.is_json() {
        output.json(
            &serde_json::json!({ "plugin": found.name, "folder": out, "is_usable": is_good }),
        )?;
    } else if is_good {
        output.line(&format!("plugin `{}` is built in `{}`", found.name, out.display()));
    }
    Ok(if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn told_runtime(folder: &Path) -> Result<Option<RuntimeKind>> {
    let text = read_manifest(folder)?;
    let (manifest, _) = stonks_plugin::validate::judge(&text);
    Ok(manifest.and_then(|manifest| manifest.runtime).map(|runtime| runtime.kind))
}

fn read_manifest(folder: &Path) -> Result<Vec<u8>> {
    let path = folder.join(manifest::FILE_NAME);
    std::fs::read(&path).with_context(|| format!("reading `{}`", path.display()))
}

/// Makes a component of a Python plugin, and a manifest that names it.
async fn componentize(
    global: &GlobalOptions,
    folder: &Path,
    out: &Path,
    output: &Output,
) -> Result<()> {
    let since = Instant::now();
    let mut told: Value = serde_json::from_slice(&read_manifest(folder)?)
        .with_context(|| format!("{} is no JSON", manifest::FILE_NAME))?;
    let name = told["plugin"]["name"].as_str().unwrap_or("plugin").to_owned();
    let module = format!("{name}.wasm");
    let config = global.config()?;
    output.note("building; the first time, componentize-py is installed for that");
    build_component(&config.python, &config.data_dir, folder, &out.join(&module)).await?;
    output.note(&format!("built in {:.1} s", since.elapsed().as_secs_f32()));
    told["runtime"] = serde_json::json!({ "kind": "wasm", "module": module });
    // The component brings its Python along.
    if let Some(needs) = told["dependencies"].as_object_mut() {
        needs.retain(|key, _| key == "core" || key == "plugin_dependencies");
    }
    if let Some(root) = told.as_object_mut() {
        root.remove("entry_points");
    }
    let text = format!("{}\n", serde_json::to_string_pretty(&told)?);
    std::fs::write(out.join(manifest::FILE_NAME), text).context("writing the manifest")
}

/// Builds the plugin in `folder`, if it has to be built, and copies what an installed one has to
/// `installed`.
pub(super) async fn build(folder: &Path, installed: &Path, output: &Output) -> Result<()> {
    let text = read_manifest(folder)?;
    // Without a readable manifest the component's name is unknown; the findings say what is wrong.
    let module = serde_json::from_slice::<Value>(&text)
        .ok()
        .and_then(|manifest| manifest["runtime"]["module"].as_str().map(ToOwned::to_owned));
    match &module {
        Some(module) => {
            let component = if folder.join("Cargo.toml").is_file() {
                compile(folder, output).await?
            } else {
                folder.join(module)
            };
            let to = installed.join(Path::new(module).file_name().unwrap_or(module.as_ref()));
            if component.is_file() {
                std::fs::copy(&component, to)
                    .with_context(|| format!("copying `{}`", component.display()))?;
            }
        }
        None => copy_package(folder, installed, installed)?,
    }
    std::fs::write(installed.join(manifest::FILE_NAME), text).context("copying the manifest")
}

/// Copies the modules of a Python plugin, and what lies beside them.
fn copy_package(from: &Path, to: &Path, never: &Path) -> Result<()> {
    let never = std::path::absolute(never)?;
    std::fs::create_dir_all(to).with_context(|| format!("creating `{}`", to.display()))?;
    for entry in std::fs::read_dir(from).with_context(|| format!("reading `{}`", from.display()))? {
        let entry = entry?;
        let (path, name) = (entry.path(), entry.file_name());
        let is_of_tools = name.as_encoded_bytes().starts_with(b".") || name == "__pycache__";
        if is_of_tools || std::path::absolute(&path)? == never {
            continue;
        }
        let target = to.join(&name);
        if entry.file_type()?.is_dir() {
            copy_package(&path, &target, &never)?;
        } else {
            std::fs::copy(&path, target)
                .with_context(|| format!("copying `{}`", path.display()))?;
        }
    }
    Ok(())
}

/// Runs cargo, and returns the component that it made.
#[expect(
    clippy::disallowed_methods,
    reason = "the author's own compiler, on the author's own code"
)]
async fn compile(folder: &Path, output: &Output) -> Result<PathBuf> {
    let since = Instant::now();
    let mut command = Command::new("cargo");
    command
        .args(["build", "--release", "--target", TARGET])
        .arg("--message-format=json-render-diagnostics")
        .current_dir(folder)
        .env("PATH", path_with(&linkers().await?)?)
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", LINKER)
        .stdout(Stdio::piped())
        .kill_on_drop(true);
    let built = command.spawn().context("starting cargo")?.wait_with_output().await?;
    if !built.status.success() {
        bail!("it doesn't build");
    }
    output.note(&format!("built in {:.1} s", since.elapsed().as_secs_f32()));
    let told = String::from_utf8_lossy(&built.stdout);
    let files = told.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let components: Vec<PathBuf> = files
        .filter(|message| message["reason"] == "compiler-artifact")
        .flat_map(|message| message["filenames"].as_array().cloned().unwrap_or_default())
        .filter_map(|file| file.as_str().map(PathBuf::from))
        .filter(|file| file.extension().is_some_and(|ending| ending == "wasm"))
        .collect();
    match components.as_slice() {
        [component] => Ok(component.clone()),
        [] => bail!("cargo made no component: `crate-type = [\"cdylib\"]` is needed in Cargo.toml"),
        several => bail!("cargo made {} components; a plugin is one crate", several.len()),
    }
}

/// The programs of the system, and those that Rust brings along.
fn path_with(folder: &Path) -> Result<std::ffi::OsString> {
    let path = crate::config::path();
    let folders = std::iter::once(folder.to_path_buf()).chain(std::env::split_paths(&path));
    std::env::join_paths(folders).context("finding the linker")
}

/// Where Rust keeps its linkers.
#[expect(clippy::disallowed_methods, reason = "asks the author's own compiler where its tools are")]
async fn linkers() -> Result<PathBuf> {
    let asked = Command::new("rustc").args(["--print", "target-libdir"]).output().await;
    let asked = asked.context("starting rustc")?;
    let libraries = PathBuf::from(String::from_utf8_lossy(&asked.stdout).trim());
    let folder = libraries.join("../bin");
    if !folder.join(LINKER).exists() {
        bail!("this Rust has no {LINKER}: update to 1.95 or newer");
    }
    Ok(folder)
}
