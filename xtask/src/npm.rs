//! Packages of npm, as their lock file says; fetched once for each state of it.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use crate::process::{is_installed, run};

/// Fetches the packages of a folder if its lock file changed since.
pub(crate) fn install(folder: &Path) -> Result<()> {
    let lock = fs::read_to_string(folder.join("package-lock.json"))?;
    let installed = folder.join("node_modules/.lock");
    if fs::read_to_string(&installed).is_ok_and(|known| known == lock) {
        return Ok(());
    }
    if !is_installed("npm") {
        bail!("npm is needed for the page and its tests: install Node.js 20 or newer");
    }
    println!("fetching the packages of {}", folder.display());
    run(Command::new("npm")
        .args(["ci", "--no-audit", "--no-fund", "--loglevel=error"])
        .current_dir(folder))?;
    fs::write(&installed, &lock)?;
    Ok(())
}
