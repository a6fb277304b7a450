//! From a plugin's source to the folder of an installed plugin.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use serde_json::Value;
use stonks_plugin::manifest;
use tokio::process::Command;

use crate::output::Output;

const TARGET: &str = "wasm32-unknown-unknown";

/// Links components.
const LINKER: &str = "wasm-component-ld";

/// Builds the crate in `folder`, if it is one, and copies manifest and component to `installed`.
pub(super) async fn build(folder: &Path, installed: &Path, output: &Output) -> Result<()> {
    let text = std::fs::read(folder.join(manifest::FILE_NAME));
    let text = text.with_context(|| format!("reading {}", manifest::FILE_NAME))?;
    // Without a readable manifest the component's name is unknown; the findings say what is wrong.
    let module = serde_json::from_slice::<Value>(&text)
        .ok()
        .and_then(|manifest| manifest["runtime"]["module"].as_str().map(ToOwned::to_owned));
    if let Some(module) = &module {
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
    std::fs::write(installed.join(manifest::FILE_NAME), text).context("copying the manifest")
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
        bail!("it doesn't build; what ran before goes on");
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
