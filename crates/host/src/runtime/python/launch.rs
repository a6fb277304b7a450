//! How a plugin's process is started: what it runs, and what it may touch.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::{fs, io};

use tempfile::TempDir;
use tokio::process::{Child, Command};

use super::confine::{self, Confinement};
use super::environment::Environment;
use super::interpreter::Interpreter;
use super::sdk::Unpacked;
use crate::bridge::{Bridge, End};
use crate::discovery::Package;
use crate::runtime::Limits;

/// Processor time in a process's whole life: beyond it the kernel ends it, and the next call gets a fresh
/// one. A call's own limit is its deadline.
const PROCESSOR_SECONDS: u64 = 3_600;

/// What an instance's process is started with.
#[derive(Clone)]
pub(super) enum Launch {
    Confined(Confined),
    Trusted(Trusted),
}

/// A process that confines itself before it runs anything of the plugin's.
#[derive(Clone)]
pub(super) struct Confined {
    /// The code as it was when it was loaded: what is saved in the plugin's own folder since then is
    /// another generation's. Gone with the last that is made of it.
    _copy: Option<Arc<TempDir>>,
    _sdk: Arc<Unpacked>,
    confiner: (PathBuf, Vec<OsString>),
    /// The interpreter.
    program: PathBuf,
    arguments: Vec<OsString>,
    /// Files and folders that it may read, and run what is in them.
    readable: Vec<PathBuf>,
}

/// A process with all rights of the user, in the folder of an old installation.
#[derive(Clone)]
pub(super) struct Trusted {
    _sdk: Arc<Unpacked>,
    program: PathBuf,
    arguments: Vec<OsString>,
    folder: PathBuf,
}

impl Launch {
    #[expect(
        clippy::disallowed_methods,
        reason = "the plugin's own process, which confines itself first, or one that the user trusts"
    )]
    pub(super) fn start(&self, limits: Limits) -> io::Result<Child> {
        let mut command = match self {
            Self::Confined(confined) => {
                let told = confine::argument(&confined.confinement(limits))?;
                let (program, arguments) = &confined.confiner;
                let mut command = Command::new(program);
                command.args(arguments).arg(told).env_clear().current_dir("/");
                command
            }
            Self::Trusted(trusted) => {
                let mut command = Command::new(&trusted.program);
                command.args(&trusted.arguments).current_dir(&trusted.folder);
                command
            }
        };
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // A group of its own, so that all that it starts can be ended with it.
        command.process_group(0).kill_on_drop(true).spawn()
    }
}

impl Confined {
    pub(super) fn new(
        confiner: (PathBuf, Vec<OsString>),
        sdk: Arc<Unpacked>,
        interpreter: &Interpreter,
        environment: Option<Environment>,
        package: &Package,
    ) -> io::Result<Self> {
        let mut readable = interpreter.folders.clone();
        let mut arguments = isolated(sdk.folder());
        let (copy, folder) = match &package.installed {
            Some(installed) => {
                arguments.extend(["--entry-point".into(), installed.entry.clone().into()]);
                arguments.extend(["--site".into(), installed.site_packages.clone().into()]);
                readable.push(installed.site_packages.clone());
                (None, package.folder.clone())
            }
            None => {
                let (copy, folder) = copy(package)?;
                arguments.extend(["--plugin".into(), folder.clone().into()]);
                (Some(Arc::new(copy)), folder)
            }
        };
        readable.extend([sdk.folder().to_path_buf(), folder]);
        let mut program = interpreter.program.clone();
        if let Some(environment) = environment {
            program = environment.program;
            readable.push(environment.folder);
        }
        Ok(Self { _copy: copy, _sdk: sdk, confiner, program, arguments, readable })
    }

    fn confinement(&self, limits: Limits) -> Confinement {
        Confinement {
            program: self.program.clone(),
            arguments: self.arguments.clone(),
            readable: self.readable.clone(),
            memory: limits.memory as u64,
            processor_seconds: PROCESSOR_SECONDS,
        }
    }
}

impl Trusted {
    pub(super) fn new(sdk: Arc<Unpacked>, bridge: &Bridge) -> Self {
        let mut arguments = isolated(sdk.folder());
        match &bridge.end {
            End::Broker(broker) => {
                arguments.extend(["--legacy".into(), bridge.installation.clone().into()]);
                arguments.extend(["--broker".into(), broker.into()]);
            }
            End::Plugin(folder) => arguments.extend(["--plugin".into(), folder.into()]),
        }
        let (program, folder) = (bridge.interpreter.clone(), bridge.installation.clone());
        Self { _sdk: sdk, program, arguments, folder }
    }
}

/// Isolated from the user's own Python: no environment, no user site, no current folder. No compiled
/// files are written beside the sources.
fn isolated(sdk: &Path) -> Vec<OsString> {
    vec!["-I".into(), "-B".into(), sdk.join("run_plugin.py").into()]
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
