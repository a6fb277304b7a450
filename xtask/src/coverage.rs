//! How much of the crates that the platform stands on is run by their tests.

use std::collections::BTreeMap;
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::guests;
use crate::process::{output, root, run, target};

/// The crates, and what of their lines has to be run, in per cent.
const LEAST: [(&str, f64); 2] = [("plugin", 90.0), ("host", 90.0)];

/// Lines that there are, and those that were run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Lines {
    all: u64,
    run: u64,
}

impl Lines {
    #[expect(clippy::cast_precision_loss, reason = "no crate has 2^52 lines")]
    fn percent(self) -> f64 {
        if self.all == 0 { 0.0 } else { 100.0 * self.run as f64 / self.all as f64 }
    }
}

/// Runs the tests of the crates with counters in them, and tells the share of lines that were run. Fails
/// where it is too small.
pub(crate) fn run_tests() -> Result<()> {
    guests::build()?;
    if let Err(error) = install() {
        // Not every machine can have it; where it can, too little is a failure.
        println!("coverage: not measured: {error:#}");
        return Ok(());
    }
    let mut command = Command::new("cargo");
    command.args(["llvm-cov", "test", "--json", "--summary-only"]);
    for (name, _) in LEAST {
        command.args(["--package", &format!("stonks-{name}")]);
    }
    // Where the tests look for guests; the tool has a target folder of its own.
    command.env("CARGO_TARGET_DIR", target()).env("CARGO_INCREMENTAL", "0").current_dir(root());
    let told: Value = serde_json::from_str(&output(&mut command)?).context("reading the counts")?;
    let lines = by_crate(&told)?;
    let mut missed = Vec::new();
    for (name, least) in LEAST {
        let percent = lines.get(name).copied().unwrap_or_default().percent();
        println!("coverage of {name}: {percent:.1} % of lines (at least {least:.0} %)");
        if percent < least {
            missed.push(name);
        }
    }
    if !missed.is_empty() {
        bail!("too few lines are run by the tests of: {}", missed.join(", "));
    }
    Ok(())
}

/// The tool, and the programs of the compiler that it needs; both once for a machine.
fn install() -> Result<()> {
    if output(Command::new("cargo").args(["llvm-cov", "--version"])).is_err() {
        run(Command::new("cargo").args(["install", "--locked", "cargo-llvm-cov"]))?;
    }
    run(Command::new("rustup").args(["component", "add", "llvm-tools"]).current_dir(root()))
}

/// Lines of `crates/NAME/src` by name, from the summary of LLVM's export.
fn by_crate(told: &Value) -> Result<BTreeMap<String, Lines>> {
    let files = told["data"][0]["files"].as_array().context("there are no files")?;
    let mut lines: BTreeMap<String, Lines> = BTreeMap::new();
    for file in files {
        let path = file["filename"].as_str().unwrap_or_default();
        let Some((_, inner)) = path.split_once("/crates/") else { continue };
        let Some((name, _)) = inner.split_once("/src/") else { continue };
        let count = |what: &str| file["summary"]["lines"][what].as_u64().unwrap_or_default();
        let sum = lines.entry(name.to_owned()).or_default();
        sum.all += count("count");
        sum.run += count("covered");
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lines_are_added_up_for_each_crate() {
        let file = |path: &str, count: u64, covered: u64| json!({ "filename": path, "summary": { "lines": { "count": count, "covered": covered } } });
        let told = json!({ "data": [{ "files": [
            file("/somewhere/crates/plugin/src/id.rs", 30, 20),
            file("/somewhere/crates/plugin/src/manifest/form.rs", 10, 10),
            file("/somewhere/crates/host/src/lib.rs", 4, 1),
            file("/somewhere/crates/host/tests/it/main.rs", 100, 100),
            file("/elsewhere/lib.rs", 100, 100),
        ] }] });
        let lines = by_crate(&told).unwrap();
        assert_eq!(lines.len(), 2);
        assert_eq!(lines["plugin"], Lines { all: 40, run: 30 });
        assert!((lines["host"].percent() - 25.0).abs() < 1e-9);
        assert!(by_crate(&json!({})).is_err());
    }
}
