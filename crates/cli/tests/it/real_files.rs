//! Files that brokers gave to customers, where they are at hand: facts stored, warnings, and whether
//! cash and units agree with what the files themselves state.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use crate::program::{Program, shared_data};

/// After everything that the files tell.
const AS_OF: &str = "2026-06-30";

fn files(folder: &Path, endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            found.extend(files(&path, endings));
        } else if path
            .extension()
            .is_some_and(|ending| endings.iter().any(|known| ending == *known))
        {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// A line for each file: what was stored, or why it was refused; then warnings and disagreements.
fn table(plugin: &str, folder: &Path, files: &[PathBuf]) -> String {
    let mut table = String::new();
    for path in files {
        let program = Program::new().with_account("mine", plugin);
        let name = path.strip_prefix(folder).unwrap().display();
        let import = ["import", "--account", "mine", path.to_str().unwrap()];
        let run = program.run(&import);
        if run.code != 0 {
            writeln!(table, "{name}\n    refused: {}", run.stderr.trim().replace('\n', "\n    "))
                .unwrap();
            continue;
        }
        let again = program.json(&import);
        assert_eq!(again["files"][0]["new"], 0, "{name} brings something new the second time");
        let counts: Vec<String> = again["files"][0]["kinds"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(kind, count)| format!("{} {kind}", count["facts"]))
            .collect();
        let counts =
            if counts.is_empty() { "nothing to store".to_owned() } else { counts.join(", ") };
        writeln!(table, "{name}\n    {counts}").unwrap();
        for warning in again["files"][0]["warnings"].as_array().unwrap() {
            // Without the row, which is the customer's.
            let reason = warning.as_str().unwrap().split(" (").next().unwrap();
            writeln!(table, "    warning: {reason}").unwrap();
        }
        let total = program.json(&["show", "total", "--as-of", AS_OF]);
        for reason in total["reasons"].as_array().unwrap() {
            writeln!(table, "    note: {}", reason.as_str().unwrap()).unwrap();
        }
    }
    table
}

#[test]
fn degiro() {
    let Some(folder) = shared_data("brokers/degiro") else { return };
    insta::assert_snapshot!(table("degiro", &folder, &files(&folder, &["csv"])));
}

#[test]
fn interactive_brokers() {
    let Some(folder) = shared_data("brokers/interactive_brokers") else { return };
    insta::assert_snapshot!(table(
        "interactive-brokers",
        &folder,
        &files(&folder, &["xml", "csv"])
    ));
}

/// The first-party plugin refreshes rates from the ECB's own file, and knows what it has.
#[test]
fn the_shipped_rates_are_known_already() {
    let Some(folder) = shared_data("fx") else { return };
    let program = Program::new();
    let path = folder.join("eurofxref-hist.csv");
    let report = program.json(&["import", "--plugin", "ecb-rates", path.to_str().unwrap()]);
    assert_eq!(report["files"][0]["new"], 0);
    assert!(report["files"][0]["facts"].as_u64().unwrap() > 200_000);
}
