//! The SDK for Python: its tests and checks, in an environment below the target folder.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process::{output, root, run, target};

/// The tools, by versions that were tried; what they depend on they name themselves.
const TOOLS: [&str; 3] = ["pytest==9.2.0", "ruff==0.17.6", "mypy==2.4.1"];

/// Its tests; none where there is no Python to run them, or their tools can't be had.
pub(crate) fn tests() -> Result<Option<Command>> {
    Ok(environment()?.map(|environment| {
        let mut command = tool(&environment, "pytest");
        command.arg("-p").arg("no:cacheprovider");
        command
    }))
}

/// Its checks, each with what it is called.
pub(crate) fn checks() -> Result<Vec<(&'static str, Command)>> {
    let Some(environment) = environment()? else { return Ok(Vec::new()) };
    let cache = target().join("python-cache");
    let mut lint = tool(&environment, "ruff");
    lint.arg("check").arg("--cache-dir").arg(&cache);
    let mut format = tool(&environment, "ruff");
    format.args(["format", "--check"]).arg("--cache-dir").arg(&cache);
    let mut types = tool(&environment, "mypy");
    types.arg("--cache-dir").arg(cache.join("mypy"));
    Ok(vec![("ruff check", lint), ("ruff format", format), ("mypy", types)])
}

fn tool(environment: &std::path::Path, name: &str) -> Command {
    let mut command = Command::new(environment.join("bin/python"));
    command.args(["-B", "-m", name]).current_dir(root().join("sdk/python"));
    command
}

/// Made anew where the versions changed.
fn environment() -> Result<Option<PathBuf>> {
    let environment = target().join("python-env");
    let mark = environment.join("tools");
    if std::fs::read_to_string(&mark).is_ok_and(|made| made == TOOLS.join(" ")) {
        return Ok(Some(environment));
    }
    match make(&environment) {
        Ok(()) => {
            std::fs::write(&mark, TOOLS.join(" ")).context("marking the environment as made")?;
            Ok(Some(environment))
        }
        Err(error) if std::env::var_os("STONKS_REQUIRE_ALL").is_some() => Err(error),
        Err(error) => {
            println!("the SDK for Python isn't tested: {error:#}");
            Ok(None)
        }
    }
}

fn make(environment: &std::path::Path) -> Result<()> {
    let version = "import sys; print(sys.version_info >= (3, 11))";
    let is_new = output(Command::new("python3").args(["-c", version]))?;
    if is_new.trim() != "True" {
        bail!("python3 is older than 3.11");
    }
    run(Command::new("python3").args(["-m", "venv", "--without-pip", "--clear"]).arg(environment))?;
    let mut install = Command::new("python3");
    install.args(["-m", "pip", "--quiet", "--disable-pip-version-check", "--python"]);
    install.arg(environment.join("bin/python")).arg("install").args(TOOLS);
    run(&mut install)
}
