//! The process that becomes a plugin's: it gives up what the plugin must not have, and then runs the
//! interpreter in its own place.
//!
//! It is a program of one thread that holds nothing of the user's. What it gives up stays given up in
//! all that it runs: files by Landlock, system calls by seccomp, amounts by limits.

#[cfg(target_os = "linux")]
mod files;
#[cfg(target_os = "linux")]
mod system_calls;

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use serde::{Deserialize, Serialize};

/// What a process keeps.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Confinement {
    /// What it runs.
    pub program: PathBuf,
    /// With which arguments.
    pub arguments: Vec<OsString>,
    /// Files and folders that it may read; nothing may be written.
    pub readable: Vec<PathBuf>,
    /// Address space, in bytes.
    pub memory: u64,
    /// Processor time in its whole life, in seconds.
    pub processor_seconds: u64,
}

/// Open files, its three streams included.
#[cfg(target_os = "linux")]
const OPEN_FILES: u64 = 64;

/// Asks what would hold, instead of running anything.
const PROBE: &str = "--what-holds";

/// Which of the layers hold on this machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holds {
    /// How far files are out of reach: `fully`, `partially` or `not`.
    pub files: String,
    /// Whether system calls are filtered.
    pub system_calls: bool,
    /// Whether memory, processor time and open files are limited.
    pub limits: bool,
}

impl Holds {
    /// Whether all do.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.files == "fully" && self.system_calls && self.limits
    }
}

/// Confines this process and runs the program in its place; returns only where that fails. The one
/// argument is a [`Confinement`] in JSON.
pub fn serve(mut arguments: impl Iterator<Item = OsString>, mut output: impl Write) -> ExitCode {
    let told = arguments.next().unwrap_or_default();
    if told == PROBE {
        let holds = probe();
        let written = serde_json::to_writer(&mut output, &holds).is_ok();
        return if written { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    let error = match serde_json::from_slice::<Confinement>(told.as_encoded_bytes()) {
        Ok(confinement) => become_it(&confinement),
        Err(error) => error.into(),
    };
    // The host reads a plugin's last words from here.
    let _ = writeln!(io::stderr(), "the process can't be confined: {error}");
    ExitCode::from(126)
}

#[cfg(target_os = "linux")]
#[expect(
    clippy::disallowed_methods,
    reason = "the plugin's own process: this one, once nothing is left to be given up"
)]
fn become_it(confinement: &Confinement) -> io::Error {
    use std::os::unix::process::CommandExt;
    let confined = limit(confinement)
        .and_then(|()| files::restrict(&confinement.readable).map(drop))
        .and_then(|()| system_calls::filter());
    if let Err(error) = confined {
        return error;
    }
    std::process::Command::new(&confinement.program)
        .args(&confinement.arguments)
        .env_clear()
        // Text is UTF-8 whatever the machine's language is.
        .env("LC_ALL", "C.UTF-8")
        .exec()
}

/// Amounts, and its end with that of the host.
#[cfg(target_os = "linux")]
fn limit(confinement: &Confinement) -> io::Result<()> {
    use rustix::process::{Resource, Rlimit, Signal, setrlimit};
    let at_most = |limit: u64| Rlimit { current: Some(limit), maximum: Some(limit) };
    setrlimit(Resource::As, at_most(confinement.memory))?;
    setrlimit(Resource::Cpu, at_most(confinement.processor_seconds))?;
    setrlimit(Resource::Core, at_most(0))?;
    setrlimit(Resource::Fsize, at_most(0))?;
    setrlimit(Resource::Nofile, at_most(OPEN_FILES))?;
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
    Ok(())
}

#[cfg(target_os = "linux")]
fn probe() -> Holds {
    let confinement = Confinement {
        program: PathBuf::new(),
        arguments: Vec::new(),
        readable: Vec::new(),
        memory: 1 << 30,
        processor_seconds: 60,
    };
    Holds {
        limits: limit(&confinement).is_ok(),
        files: files::restrict(&[]).unwrap_or("not").to_owned(),
        system_calls: system_calls::filter().is_ok(),
    }
}

#[cfg(not(target_os = "linux"))]
fn become_it(_: &Confinement) -> io::Error {
    io::Error::new(io::ErrorKind::Unsupported, "Python plugins are confined on Linux only")
}

#[cfg(not(target_os = "linux"))]
fn probe() -> Holds {
    Holds { files: "not".to_owned(), system_calls: false, limits: false }
}

/// What a confiner would be asked with.
pub(super) fn argument(confinement: &Confinement) -> Result<String, serde_json::Error> {
    serde_json::to_string(confinement)
}

/// Which layers hold here, as the confiner tells it.
///
/// # Errors
/// A confiner that can't be run.
#[expect(
    clippy::disallowed_methods,
    reason = "the confiner itself, which gives up its rights and ends"
)]
pub async fn what_holds(confiner: &(PathBuf, Vec<OsString>)) -> Result<Holds, String> {
    let (program, arguments) = confiner;
    let mut command = tokio::process::Command::new(program);
    command.args(arguments).arg(PROBE).env_clear().kill_on_drop(true);
    let output = command.output().await.map_err(|error| error.to_string())?;
    serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())
}
