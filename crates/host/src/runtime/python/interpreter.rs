//! Interpreters of Python on this machine: which there are, of which version, and what they read.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use pep440_rs::Version;
use serde::Deserialize;
use stonks_plugin::manifest::Dependencies;
use tokio::process::Command;
use tokio::sync::Mutex;

/// The oldest that the SDK runs under.
const OLDEST: [u64; 2] = [3, 11];

/// How long an interpreter may take to tell what it is.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is asked of an interpreter: itself, and the folders that hold its library and its own code.
const QUESTION: &str = "
import json, os, platform, sys, sysconfig
paths = sysconfig.get_paths()
folders = {paths['stdlib'], paths['platstdlib'], sys.base_prefix + '/bin', sys.base_prefix + '/lib'}
folders |= {os.path.dirname(os.path.realpath(sys.executable)), sys.prefix}
print(json.dumps({'version': platform.python_version(), 'program': sys.executable, 'folders': sorted(folders)}))
";

/// Libraries that every program here is made of, time zones, and the few devices that are harmless.
const SYSTEM: [&str; 11] = [
    "/lib",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
    "/usr/local/lib",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/usr/share/zoneinfo",
    "/dev/urandom",
    "/dev/null",
    "/dev/zero",
];

/// An interpreter that answered.
#[derive(Debug, Clone)]
pub struct Interpreter {
    /// Its program.
    pub program: PathBuf,
    /// Its version.
    pub version: Version,
    /// What it reads of this machine to run at all.
    pub folders: Vec<PathBuf>,
}

/// Why there is none for a plugin.
#[derive(Debug, Clone, thiserror::Error)]
pub enum InterpreterError {
    /// None of those that were tried.
    #[error("there is no Python on this machine: {} were tried; install Python 3.11 or newer", shown(.0))]
    None(Vec<PathBuf>),
    /// Those that there are don't suit.
    #[error("it needs Python {wanted}; this machine has {}", versions(.offered))]
    Unsuitable {
        /// What would suit.
        wanted: String,
        /// What there is.
        offered: Vec<Version>,
    },
    /// That of an environment doesn't answer.
    #[error("`{program}` doesn't run: {reason}")]
    Silent {
        /// The program.
        program: PathBuf,
        /// Why.
        reason: String,
    },
}

fn shown(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| format!("`{}`", path.display())).collect::<Vec<_>>().join(", ")
}

fn versions(offered: &[Version]) -> String {
    offered.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ")
}

/// The interpreters to choose from, each asked once.
pub(super) struct Interpreters {
    candidates: Vec<PathBuf>,
    known: Mutex<HashMap<PathBuf, Result<Interpreter, String>>>,
}

#[derive(Deserialize)]
struct Answer {
    version: String,
    program: PathBuf,
    folders: Vec<PathBuf>,
}

impl Interpreters {
    pub(super) fn new(candidates: Vec<PathBuf>) -> Self {
        Self { candidates, known: Mutex::default() }
    }

    /// The first that suits.
    pub(super) async fn suiting(
        &self,
        needs: &Dependencies,
    ) -> Result<Interpreter, InterpreterError> {
        let mut offered = Vec::new();
        for candidate in &self.candidates {
            if let Ok(interpreter) = self.ask(candidate).await {
                if suits(&interpreter.version, needs) {
                    return Ok(interpreter);
                }
                if !offered.contains(&interpreter.version) {
                    offered.push(interpreter.version);
                }
            }
        }
        if offered.is_empty() {
            return Err(InterpreterError::None(self.candidates.clone()));
        }
        Err(InterpreterError::Unsuitable { wanted: wanted(needs), offered })
    }

    /// That of a virtual environment.
    pub(super) async fn of_environment(
        &self,
        environment: &Path,
        needs: &Dependencies,
    ) -> Result<Interpreter, InterpreterError> {
        let program = environment.join("bin/python");
        let interpreter = self
            .ask(&program)
            .await
            .map_err(|reason| InterpreterError::Silent { program, reason })?;
        if suits(&interpreter.version, needs) {
            return Ok(interpreter);
        }
        let offered = vec![interpreter.version];
        Err(InterpreterError::Unsuitable { wanted: wanted(needs), offered })
    }

    async fn ask(&self, candidate: &Path) -> Result<Interpreter, String> {
        let mut known = self.known.lock().await;
        if let Some(answer) = known.get(candidate) {
            return answer.clone();
        }
        let answer = ask(candidate).await;
        known.insert(candidate.to_path_buf(), answer.clone());
        answer
    }
}

fn suits(version: &Version, needs: &Dependencies) -> bool {
    version.release() >= OLDEST.as_slice()
        && needs.python.as_ref().is_none_or(|range| range.contains(version))
}

fn wanted(needs: &Dependencies) -> String {
    needs.python.as_ref().map_or_else(|| ">=3.11".to_owned(), ToString::to_string)
}

#[expect(
    clippy::disallowed_methods,
    reason = "asks the machine's own interpreter what it is; no code of a plugin runs"
)]
async fn ask(program: &Path) -> Result<Interpreter, String> {
    let mut command = Command::new(program);
    command.args(["-I", "-c", QUESTION]).stdin(Stdio::null()).kill_on_drop(true);
    let output = tokio::time::timeout(PATIENCE, command.output()).await;
    let output = output.map_err(|_| "it doesn't answer".to_owned())?;
    let output = output.map_err(|error| error.to_string())?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(said.lines().last().unwrap_or("it fails").chars().take(300).collect());
    }
    let answer: Answer = serde_json::from_slice(&output.stdout)
        .map_err(|_| "it answers as no Python does".to_owned())?;
    let version = answer.version.parse::<Version>().map_err(|error| error.to_string())?;
    let mut folders = answer.folders;
    folders.extend(SYSTEM.map(PathBuf::from));
    folders.retain(|folder| folder.exists());
    Ok(Interpreter { program: answer.program, version, folders })
}
