//! The page's style sheet and scripts, built from npm packages under a lock file; cached by content.

use std::fs;
use std::process::Command;

use anyhow::Result;

use crate::guests::digest_of;
use crate::npm;
use crate::process::{output, root};

/// Builds what has changed.
pub(crate) fn build() -> Result<()> {
    let folder = root().join("crates/web/assets");
    let sources =
        ["package.json", "package-lock.json", "build.js", "src"].map(|name| folder.join(name));
    // The style sheet holds the classes that templates and pages name.
    let users = ["templates", "src"].map(|name| root().join("crates/web").join(name));
    let paths: Vec<_> = sources.iter().chain(&users).map(std::path::PathBuf::as_path).collect();
    let digest = digest_of(&paths, "")?;
    let stamp = folder.join("dist/digest");
    if fs::read_to_string(&stamp).is_ok_and(|built| built == digest) {
        return Ok(());
    }
    npm::install(&folder)?;
    output(Command::new("node").arg("build.js").current_dir(&folder))?;
    fs::write(stamp, digest)?;
    println!("built the page's assets");
    Ok(())
}
