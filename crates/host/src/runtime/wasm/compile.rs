//! Components to machine code. A compiler is large, and the component is anyone's: it compiles in a
//! process of its own, which may use only so much memory and time and ends with its work.

use std::ffi::OsString;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use wasmtime::Engine;

/// What the compiling process may use of memory, in bytes of address space.
const MEMORY: u64 = 2 << 30;

/// What it may use of processor time, in seconds.
const PROCESSOR_SECONDS: u64 = 60;

/// When it is ended, whatever it is doing.
const DEADLINE: Duration = Duration::from_secs(90);

/// No component compiles to more; the process's output is read no further.
const MOST_COMPILED_BYTES: u64 = 512 << 20;

/// Who compiles.
#[derive(Debug, Clone, Default)]
pub enum Compiler {
    /// This process. For benches and tests.
    #[default]
    Here,
    /// A program that calls [`serve`], started with these arguments.
    Child {
        /// The program.
        program: PathBuf,
        /// What makes it call [`serve`].
        arguments: Vec<OsString>,
    },
}

/// Why a component could not be compiled.
#[derive(Debug, thiserror::Error)]
pub enum CompileError {
    /// The compiler refuses it.
    #[error("{0}")]
    Refused(String),
    /// The compiling process can't be started or talked to.
    #[error("the compiler can't be started: {0}")]
    Process(#[from] std::io::Error),
    /// It did not end in time.
    #[error("compiling took longer than {} s and was stopped", DEADLINE.as_secs())]
    Deadline,
    /// It was ended, most likely for wanting more than it may have.
    #[error("compiling wanted more memory or time than it may have and was stopped")]
    Ended,
}

impl Compiler {
    /// Compiles a component for `engine`, whose settings every process of this program shares.
    pub(super) async fn compile(
        &self,
        engine: &Engine,
        component: &[u8],
    ) -> Result<Vec<u8>, CompileError> {
        match self {
            Self::Here => {
                let (engine, component) = (engine.clone(), component.to_vec());
                let compiled =
                    tokio::task::spawn_blocking(move || engine.precompile_component(&component));
                let compiled = compiled.await.map_err(|_| CompileError::Ended)?;
                compiled.map_err(|error| CompileError::Refused(super::first_line(&error)))
            }
            Self::Child { program, arguments } => {
                let work = in_child(program.clone(), arguments, component);
                tokio::time::timeout(DEADLINE, work).await.map_err(|_| CompileError::Deadline)?
            }
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the compiler's own process: this program again, without environment and with limits"
)]
async fn in_child(
    program: PathBuf,
    arguments: &[OsString],
    component: &[u8],
) -> Result<Vec<u8>, CompileError> {
    let mut child = Command::new(program)
        .args(arguments)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let stdin = child.stdin.take();
    let feeding = async {
        if let Some(mut stdin) = stdin {
            // A compiler that refuses the beginning doesn't read the rest; its answer says why.
            let _ = stdin.write_all(component).await;
        }
    };
    let (output, ()) = tokio::join!(child.wait_with_output(), feeding);
    let output = output?;
    match output.status.code() {
        Some(0) => Ok(output.stdout),
        Some(1) => {
            let said = String::from_utf8_lossy(&output.stderr);
            Err(CompileError::Refused(said.trim().chars().take(500).collect()))
        }
        _ => Err(CompileError::Ended),
    }
}

/// The compiling process: limits itself, reads a component, writes its machine code. Returns the exit
/// code: 0, or 1 with the reason on `errors`.
pub fn serve(input: impl Read, mut output: impl Write, mut errors: impl Write) -> u8 {
    match compile_limited(input) {
        Ok(compiled) => {
            u8::from(output.write_all(&compiled).and_then(|()| output.flush()).is_err())
        }
        Err(reason) => {
            // Without anyone who listens the exit code says enough.
            let _ = writeln!(errors, "{reason}");
            1
        }
    }
}

fn compile_limited(input: impl Read) -> Result<Vec<u8>, String> {
    limit_self().map_err(|error| format!("the compiler can't limit itself: {error}"))?;
    let mut component = Vec::new();
    input
        .take(MOST_COMPILED_BYTES)
        .read_to_end(&mut component)
        .map_err(|error| error.to_string())?;
    let engine = super::engine().map_err(|error| super::first_line(&error))?;
    engine.precompile_component(&component).map_err(|error| super::first_line(&error))
}

/// Memory, processor time, and no files: from here on the process can open nothing.
fn limit_self() -> std::io::Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let at_most = |limit: u64| Rlimit { current: Some(limit), maximum: Some(limit) };
    setrlimit(Resource::As, at_most(MEMORY))?;
    setrlimit(Resource::Cpu, at_most(PROCESSOR_SECONDS))?;
    setrlimit(Resource::Core, at_most(0))?;
    setrlimit(Resource::Fsize, at_most(0))?;
    Ok(())
}
