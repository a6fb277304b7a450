//! Format, lints, docs and the rules of the house, in every workspace.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};

use crate::process::{root, run};
use crate::{python, tidy};

/// The host's workspace, and those of the guests.
fn workspaces() -> [PathBuf; 3] {
    [root(), root().join("plugins"), root().join("fixtures/guests")]
}

/// Runs every check, and tells at the end which failed.
pub(crate) fn check() -> Result<()> {
    let mut failed = Vec::new();
    for folder in workspaces() {
        let name = folder.strip_prefix(root()).unwrap_or(&folder).display().to_string();
        let mut attempt = |what: &str, command: &mut Command| {
            if let Err(error) = run(command.current_dir(&folder)) {
                println!("{error:#}");
                failed.push(format!("{what} {name}").trim().to_owned());
            }
        };
        attempt("fmt", Command::new("cargo").args(["fmt", "--all", "--check"]));
        let clippy = ["clippy", "--quiet", "--workspace", "--all-targets", "--", "-D", "warnings"];
        attempt("clippy", Command::new("cargo").args(clippy));
    }
    let doc = ["doc", "--quiet", "--workspace", "--no-deps", "--document-private-items"];
    if let Err(error) =
        run(Command::new("cargo").args(doc).env("RUSTDOCFLAGS", "-D warnings").current_dir(root()))
    {
        println!("{error:#}");
        failed.push("doc".to_owned());
    }
    for (what, mut command) in python::checks()? {
        if let Err(error) = run(&mut command) {
            println!("{error:#}");
            failed.push(what.to_owned());
        }
    }
    if let Err(error) = tidy::run() {
        println!("{error:#}");
        failed.push("tidy".to_owned());
    }
    if !failed.is_empty() {
        bail!("these checks failed: {}", failed.join(", "));
    }
    println!("all lints pass");
    Ok(())
}
