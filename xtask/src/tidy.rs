//! The rules of the house that no compiler checks.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::conformance;
use crate::process::{output, root};

/// From the domain to the terminal: a crate uses only crates to its left.
const ORDER: [&str; 6] =
    ["stonks-core", "stonks-plugin", "stonks-host", "stonks-app", "stonks-web", "stonks-cli"];

/// Longer files become a folder of the same name.
const MOST_LINES: usize = 400;

/// Names that say nothing about what is inside.
const EMPTY_NAMES: [&str; 6] = ["utils", "helpers", "common", "types", "misc", "mod"];

/// Checks everything and tells all that is wrong.
pub(crate) fn run() -> Result<()> {
    let mut problems = crate_order()?;
    for file in tracked_files()? {
        problems.extend(judge(&file)?);
    }
    problems.extend(stale(&root()));
    problems.extend(conformance::stale(&root()));
    for problem in &problems {
        println!("{problem}");
    }
    if !problems.is_empty() {
        bail!("{} rules of the house are broken", problems.len());
    }
    println!("tidy");
    Ok(())
}

/// Files that git knows or would add, without those that nobody wrote by hand.
fn tracked_files() -> Result<Vec<PathBuf>> {
    let listed = output(
        Command::new("git")
            .args(["ls-files", "--cached", "--others", "--exclude-standard"])
            .current_dir(root()),
    )?;
    Ok(listed.lines().map(PathBuf::from).filter(|path| root().join(path).is_file()).collect())
}

/// Crates that use one to their right, by what cargo knows of them.
fn crate_order() -> Result<Vec<String>> {
    let metadata = output(
        Command::new("cargo")
            .args(["metadata", "--format-version", "1", "--no-deps", "--locked"])
            .current_dir(root()),
    )?;
    let metadata: Value = serde_json::from_str(&metadata)?;
    let packages = metadata["packages"].as_array().context("cargo lists no packages")?;
    let mut uses: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for package in packages {
        let name = package["name"].as_str().unwrap_or_default();
        let dependencies = package["dependencies"].as_array().into_iter().flatten();
        uses.entry(name).or_default().extend(
            dependencies
                .filter(|dependency| dependency["kind"].is_null())
                .filter_map(|dependency| dependency["name"].as_str()),
        );
    }
    Ok(misplaced(&uses))
}

fn misplaced(uses: &BTreeMap<&str, Vec<&str>>) -> Vec<String> {
    let place = |name: &str| ORDER.iter().position(|known| *known == name);
    let mut problems = Vec::new();
    for (name, used) in uses {
        let Some(own) = place(name) else { continue };
        for used in used {
            if place(used).is_some_and(|other| other >= own) {
                problems.push(format!(
                    "{name} uses {used}, which is not to its left: {}",
                    ORDER.join(" ← ")
                ));
            }
        }
        // Guests depend on the SDK; the host never does.
        if used.contains(&"stonks-plugin-sdk") {
            problems.push(format!("{name} uses the SDK, which is for guests"));
        }
    }
    problems
}

/// Files of the reference that the code would write otherwise.
fn stale(root: &Path) -> Vec<String> {
    let generated = [
        ("plugin-manifest.schema.json", stonks_plugin::manifest::schema::schema_text()),
        ("plugin-manifest.md", stonks_plugin::manifest::reference::reference_text()),
        ("plugin-rules.md", stonks_plugin::validate::rules::rules_text()),
    ];
    let is_stale = |name: &str, text: &str| {
        let path = root.join("docs/reference").join(name);
        fs::read_to_string(path).ok().as_deref() != Some(text)
    };
    let stale = generated.iter().filter(|(name, text)| is_stale(name, text));
    stale
        .map(|(name, _)| format!("docs/reference/{name}: not what the code says; run `make bless`"))
        .collect()
}

fn judge(path: &Path) -> Result<Vec<String>> {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    // Broker files in golden folders are as brokers write them.
    let is_golden = path.components().any(|part| part.as_os_str() == "golden");
    if is_golden
        || !matches!(extension, "rs" | "wit" | "toml" | "html" | "js" | "css" | "md" | "sql")
    {
        return Ok(Vec::new());
    }
    let text = fs::read_to_string(root().join(path))
        .with_context(|| format!("reading {}", path.display()))?;
    Ok(problems_of(path, extension, &text))
}

fn problems_of(path: &Path, extension: &str, text: &str) -> Vec<String> {
    let mut problems = Vec::new();
    let mut tell = |problem: &str| problems.push(format!("{}: {problem}", path.display()));
    if extension == "rs" {
        if !text.starts_with("//!") {
            tell("the first line says nothing about the file: begin with `//!`");
        }
        let is_test = path
            .components()
            .any(|part| matches!(part.as_os_str().to_str(), Some("tests" | "benches")));
        let lines = text.lines().count();
        if lines > MOST_LINES && !is_test {
            tell(&format!(
                "{lines} lines; a file past {MOST_LINES} becomes a folder of the same name"
            ));
        }
        let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        if EMPTY_NAMES.contains(&stem) {
            tell("the name says nothing about what is inside");
        }
    }
    if text.lines().any(|line| line.ends_with(' ') || line.ends_with('\t')) {
        tell("a line ends in white space");
    }
    if !text.is_empty() && !text.ends_with('\n') {
        tell("the last line has no end");
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_house_is_tidy() {
        run().expect("`cargo xtask tidy` tells what to mend");
    }

    #[test]
    fn a_crate_that_looks_to_the_right_is_named() {
        let uses = BTreeMap::from([
            ("stonks-core", vec!["serde", "stonks-app"]),
            ("stonks-web", vec!["stonks-app"]),
        ]);
        assert_eq!(misplaced(&uses).len(), 1);
        let uses = BTreeMap::from([("stonks-host", vec!["stonks-plugin-sdk"])]);
        assert_eq!(misplaced(&uses), ["stonks-host uses the SDK, which is for guests"]);
    }

    #[test]
    fn a_page_that_is_not_what_the_code_says_is_named() {
        assert_eq!(stale(&root()), Vec::<String>::new());
        assert_eq!(stale(&root().join("xtask")).len(), 3);
    }

    fn check(path: &str, text: &str, expected: &[&str]) {
        let path = Path::new(path);
        let extension = path.extension().unwrap_or_default().to_str().unwrap_or_default();
        let told = problems_of(path, extension, text);
        assert_eq!(told.len(), expected.len(), "{told:?}");
        for (problem, part) in told.iter().zip(expected) {
            assert!(problem.contains(part), "{problem}");
        }
    }

    #[test]
    fn files_that_break_a_rule_are_named() {
        check("crates/x/src/good.rs", "//! Good.\n", &[]);
        check("crates/x/src/bare.rs", "fn main() {}\n", &["first line"]);
        check("crates/x/src/utils.rs", "//! All sorts.\n", &["says nothing"]);
        check(
            "crates/x/src/long.rs",
            &("//! Long.\n".to_owned() + &"\n".repeat(400)),
            &["401 lines"],
        );
        check("crates/x/tests/it/long.rs", &("//! Long.\n".to_owned() + &"\n".repeat(400)), &[]);
        check("docs/a.md", "end \nno end", &["white space", "no end"]);
    }
}
