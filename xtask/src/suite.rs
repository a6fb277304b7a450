//! Every test there is, and how many passed.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::postgres::Cluster;
use crate::process::root;
use crate::{assets, browser, guests, python};

/// Tests that passed and failed.
#[derive(Default)]
struct Counts {
    passed: u32,
    failed: u32,
    /// What ended with an error beside its tests, such as a build.
    broken: Vec<String>,
}

/// Builds what tests need, runs them all, and ends with the counts. Fails if a test does.
pub(crate) fn run() -> Result<()> {
    guests::build()?;
    assets::build()?;
    let cluster = Cluster::start()?;
    if cluster.is_none() {
        println!("PostgreSQL is not installed: tests on it are skipped");
    }
    let mut counts = Counts::default();
    let mut workspace = Command::new("cargo");
    workspace.args(["test", "--workspace", "--no-fail-fast"]).current_dir(root());
    if let Some(cluster) = &cluster {
        workspace.env("STONKS_TEST_POSTGRES", cluster.url());
    }
    counts.add("the workspace", &mut workspace)?;
    let mut plugins = Command::new("cargo");
    plugins.args(["test", "--workspace", "--no-fail-fast"]).current_dir(root().join("plugins"));
    counts.add("the plugins", &mut plugins)?;
    drop(cluster);
    match python::tests()? {
        Some(mut sdk) => counts.add("the SDK for Python", &mut sdk)?,
        None => println!("tests of the SDK for Python are skipped"),
    }
    match browser::tests()? {
        Some(mut pages) => counts.add("the pages", &mut pages)?,
        None => println!("Chromium is not installed: tests of the pages are skipped"),
    }
    for broken in &counts.broken {
        println!("{broken} did not end well");
    }
    println!("tests passed: {}, failed: {}", counts.passed, counts.failed);
    if counts.failed > 0 || !counts.broken.is_empty() {
        bail!("not everything passed");
    }
    Ok(())
}

impl Counts {
    /// Runs a test command, shows what it prints, and counts by its result lines.
    fn add(&mut self, what: &str, command: &mut Command) -> Result<()> {
        let mut child = command
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("starting the tests of {what}"))?;
        let printed = child.stdout.take().context("the tests print nowhere")?;
        let mut failed = 0;
        for line in BufReader::new(printed).lines() {
            let line = line?;
            println!("{line}");
            if let Some((n_passed, n_failed)) = result(&line) {
                self.passed += n_passed;
                failed += n_failed;
            }
        }
        self.failed += failed;
        if !child.wait()?.success() && failed == 0 {
            self.broken.push(what.to_owned());
        }
        Ok(())
    }
}

/// Reads cargo's `test result: ok. 12 passed; 1 failed; …`, the `# pass 12`, `# fail 1` of TAP, and
/// pytest's `1 failed, 12 passed in 0.50s`.
fn result(line: &str) -> Option<(u32, u32)> {
    if let Some(passed) = line.strip_prefix("# pass ") {
        return Some((passed.parse().ok()?, 0));
    }
    if let Some(failed) = line.strip_prefix("# fail ") {
        return Some((0, failed.parse().ok()?));
    }
    if let Some((counts, time)) = line.trim_matches(['=', ' ']).split_once(" in ")
        && time.ends_with('s')
    {
        let number = |word: &str| -> Option<u32> {
            let told = counts.split(", ").find_map(|part| part.strip_suffix(word))?;
            told.trim().parse().ok()
        };
        let (passed, failed) = (number("passed"), number("failed"));
        let errors = number("error").or_else(|| number("errors"));
        if passed.or(failed).or(errors).is_some() {
            let failed = failed.unwrap_or_default() + errors.unwrap_or_default();
            return Some((passed.unwrap_or_default(), failed));
        }
    }
    let counts = line.strip_prefix("test result: ")?;
    let number = |word: &str| {
        let before = counts.split(word).next()?;
        before.split_whitespace().next_back()?.parse().ok()
    };
    Some((number(" passed")?, number(" failed")?))
}

#[cfg(test)]
mod tests {
    use super::result;

    #[test]
    fn result_lines_are_counted() {
        let line = "test result: FAILED. 12 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.1s";
        assert_eq!(result(line), Some((12, 3)));
        assert_eq!(result("# pass 27"), Some((27, 0)));
        assert_eq!(result("# fail 1"), Some((0, 1)));
        assert_eq!(result("# tests 28"), None);
        assert_eq!(result("12 passed in 0.50s"), Some((12, 0)));
        assert_eq!(result("==== 1 failed, 12 passed, 1 error in 3.21s ===="), Some((12, 2)));
        assert_eq!(result("something passed in time"), None);
        assert_eq!(result("running 3 tests"), None);
    }
}
