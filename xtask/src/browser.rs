//! The program in a real browser: the tests of `e2e/`, and the pictures for the README.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use crate::process::{is_installed, root, run, target};
use crate::{assets, guests, npm};

/// Where a Chromium may be; the first that answers is used.
const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// The tests, ready to start; `None` on a machine without a Chromium, unless all must run.
pub(crate) fn tests() -> Result<Option<Command>> {
    let Some(mut node) = node()? else {
        return Ok(None);
    };
    node.args(["--test", "--test-concurrency=1", "--test-reporter=tap"]);
    Ok(Some(node))
}

/// Draws the README's pictures anew.
pub(crate) fn screenshots() -> Result<()> {
    guests::build()?;
    assets::build()?;
    let Some(mut node) = node()? else { bail!("pictures need a Chromium") };
    run(node.arg("screenshots.js"))
}

/// Node in the folder of the tests, told of a program that is built and a browser.
fn node() -> Result<Option<Command>> {
    let named = std::env::var("STONKS_CHROMIUM").ok();
    let browser =
        named.or_else(|| NAMES.into_iter().find(|name| is_installed(name)).map(ToOwned::to_owned));
    let Some(browser) = browser else {
        if std::env::var_os("STONKS_REQUIRE_ALL").is_some() {
            bail!("no Chromium is installed, and STONKS_REQUIRE_ALL wants every test to run");
        }
        return Ok(None);
    };
    let folder = root().join("e2e");
    npm::install(&folder)?;
    // Of the whole workspace, so that nothing is compiled twice with other features.
    run(Command::new("cargo").args(["build", "--quiet", "--workspace"]).current_dir(root()))?;
    let mut node = Command::new("node");
    node.current_dir(folder)
        .env("STONKS_PROGRAM", Path::new(&target()).join("debug/stonks"))
        .env("STONKS_CHROMIUM", browser);
    Ok(Some(node))
}
