//! Packages that a plugin needs: a virtual environment of its own, installed from a list of versions and
//! digests that is made once and kept.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use sha2::{Digest, Sha256};
use stonks_plugin::PluginId;
use stonks_plugin::digest::hex;
use stonks_plugin::manifest::Dependencies;
use tokio::process::Command;
use tokio::sync::Mutex;

use super::interpreter::Interpreter;

/// How long an installation may take.
const PATIENCE: Duration = Duration::from_secs(300);

/// What is installed, exactly: `name==version --hash=sha256:…`, a line each.
const LOCK: &str = "requirements.lock";

/// Why packages can't be had.
#[derive(Debug, thiserror::Error)]
pub enum PackagesError {
    /// The host keeps nothing.
    #[error("it needs packages, and this host has no data directory to install them in")]
    NoPlace,
    /// The place can't be written.
    #[error("packages can't be installed in `{place}`: {error}")]
    Place {
        /// The folder.
        place: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// An installer's own words.
    #[error("packages can't be installed: {0}")]
    Refused(String),
}

/// A virtual environment that is ready.
pub(super) struct Environment {
    pub(super) folder: PathBuf,
    pub(super) program: PathBuf,
}

/// Makes and finds environments.
pub(super) struct Environments {
    root: Option<PathBuf>,
    pip_arguments: Vec<OsString>,
    /// One installation at a time.
    operation: Mutex<()>,
}

impl Environments {
    pub(super) fn new(data_dir: Option<&Path>, pip_arguments: Vec<OsString>) -> Self {
        let root = data_dir.map(|data_dir| data_dir.join("python"));
        Self { root, pip_arguments, operation: Mutex::default() }
    }

    /// The environment of a plugin; made if it isn't there for what the plugin needs now.
    pub(super) async fn prepare(
        &self,
        plugin: &PluginId,
        needs: &Dependencies,
        interpreter: &Interpreter,
    ) -> Result<Environment, PackagesError> {
        let root = self.root.as_ref().ok_or(PackagesError::NoPlace)?;
        let place = root.join(plugin.as_str());
        let failed = |error| PackagesError::Place { place: place.clone(), error };
        let place = std::path::absolute(&place).map_err(failed)?;
        let wanted = requirements(needs);
        let folder = place.join(name(&wanted, interpreter));
        let environment = Environment { program: folder.join("bin/python"), folder };
        let _alone = self.operation.lock().await;
        if environment.program.exists() {
            return Ok(environment);
        }
        let failed = |error| PackagesError::Place { place: place.clone(), error };
        fs::create_dir_all(&place).map_err(failed)?;
        let unfinished = tempfile::tempdir_in(&place).map_err(failed)?;
        self.install(unfinished.path(), &place, &wanted, interpreter).await?;
        remove_others(&place, unfinished.path()).map_err(failed)?;
        fs::rename(unfinished.keep(), &environment.folder).map_err(failed)?;
        Ok(environment)
    }

    async fn install(
        &self,
        folder: &Path,
        place: &Path,
        wanted: &[String],
        interpreter: &Interpreter,
    ) -> Result<(), PackagesError> {
        let program = &interpreter.program;
        let venv: [OsString; 6] = [
            "-I".into(),
            "-m".into(),
            "venv".into(),
            "--without-pip".into(),
            "--symlinks".into(),
            folder.into(),
        ];
        run(program, &venv).await?;
        let lock = place.join(LOCK);
        let kept = fs::read_to_string(&lock).ok();
        // A list that was made for other needs is made anew.
        if !kept.as_deref().is_some_and(|kept| is_for(kept, wanted, interpreter)) {
            let made = self.resolve(folder, wanted, interpreter).await?;
            let failed = |error| PackagesError::Place { place: lock.clone(), error };
            fs::write(&lock, made).map_err(failed)?;
        }
        let mut pip = self.pip(folder);
        let exactly = ["--no-deps", "--require-hashes", "--no-compile", "--requirement"];
        pip.extend(exactly.map(OsString::from));
        pip.push(lock.into());
        run(program, &pip).await.map(drop)
    }

    fn pip(&self, folder: &Path) -> Vec<OsString> {
        let mut pip: Vec<OsString> =
            ["-I", "-m", "pip", "--quiet", "--disable-pip-version-check", "--no-input", "--python"]
                .map(OsString::from)
                .to_vec();
        pip.push(folder.join("bin/python").into());
        // Only what is built already: a source distribution runs code of its own when it is installed.
        pip.extend(["install", "--only-binary", ":all:"].map(OsString::from));
        pip.extend(self.pip_arguments.clone());
        pip
    }

    /// The list of versions and digests that meets the needs now.
    async fn resolve(
        &self,
        folder: &Path,
        wanted: &[String],
        interpreter: &Interpreter,
    ) -> Result<String, PackagesError> {
        let mut pip = self.pip(folder);
        pip.extend(["--dry-run", "--report", "-"].map(OsString::from));
        pip.extend(wanted.iter().map(OsString::from));
        let report = run(&interpreter.program, &pip).await?;
        let odd =
            || PackagesError::Refused("pip's report is in a form that isn't known".to_owned());
        let report: Value = serde_json::from_slice(&report).map_err(|_| odd())?;
        let mut lines = vec![heading(wanted, interpreter)];
        for package in report["install"].as_array().ok_or_else(odd)? {
            let text = |value: &Value| value.as_str().map(str::to_owned).ok_or_else(odd);
            let name = text(&package["metadata"]["name"])?;
            let version = text(&package["metadata"]["version"])?;
            let digest = text(&package["download_info"]["archive_info"]["hashes"]["sha256"])?;
            lines.push(format!("{name}=={version} --hash=sha256:{digest}"));
        }
        lines.push(String::new());
        Ok(lines.join("\n"))
    }
}

/// The first line of a list: what it was made for.
fn heading(wanted: &[String], interpreter: &Interpreter) -> String {
    format!("# for Python {}: {}", minor(interpreter), wanted.join("; "))
}

fn is_for(lock: &str, wanted: &[String], interpreter: &Interpreter) -> bool {
    lock.lines().next() == Some(heading(wanted, interpreter).as_str())
}

fn minor(interpreter: &Interpreter) -> String {
    let release = interpreter.version.release();
    release.iter().take(2).map(ToString::to_string).collect::<Vec<_>>().join(".")
}

fn requirements(needs: &Dependencies) -> Vec<String> {
    needs.packages.iter().map(|(name, range)| format!("{name}{range}")).collect()
}

/// Another folder for other needs, or another interpreter.
fn name(wanted: &[String], interpreter: &Interpreter) -> String {
    let program = interpreter.program.display();
    let all = format!("{} {program} {}", interpreter.version, wanted.join(";"));
    hex(&Sha256::digest(all))[..16].to_owned()
}

/// Environments of needs that are past.
fn remove_others(place: &Path, kept: &Path) -> io::Result<()> {
    for entry in fs::read_dir(place)?.flatten() {
        if entry.path() != kept && entry.path().is_dir() {
            fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}

#[expect(
    clippy::disallowed_methods,
    reason = "the machine's own interpreter makes an environment; no code of a plugin runs"
)]
pub(super) async fn run(program: &Path, arguments: &[OsString]) -> Result<Vec<u8>, PackagesError> {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).kill_on_drop(true);
    let output = tokio::time::timeout(PATIENCE, command.output()).await;
    let output = output.map_err(|_| {
        PackagesError::Refused(format!("it took longer than {} s", PATIENCE.as_secs()))
    })?;
    let output = output.map_err(|error| PackagesError::Refused(error.to_string()))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let error = said.lines().find_map(|line| line.strip_prefix("ERROR: "));
    let last = || said.lines().rev().find(|line| !line.trim().is_empty());
    let reason = error.or_else(last).unwrap_or("pip says nothing");
    Err(PackagesError::Refused(reason.chars().take(400).collect()))
}
