//! An old installation's brokers as plugins, beside the new ones.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::program::Program;

fn installation() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/legacy-installation");
    folder.canonicalize().unwrap().display().to_string()
}

/// With bridges to the stand-in, and an account that one of them feeds.
fn bridged() -> Program {
    let program = Program::new();
    let plugins = program.json(&["plugin", "bridge", "--from", &installation()]);
    let names: Vec<&str> =
        plugins.as_array().unwrap().iter().map(|row| row["plugin"].as_str().unwrap()).collect();
    assert_eq!(names, ["degiro-legacy", "bitvavo-legacy", "ibkr-legacy"]);
    program.with_account("mine", "degiro-legacy")
}

fn state(program: &Program, plugin: &str) -> String {
    let all = program.json(&["plugin", "list"]);
    let row = all.as_array().unwrap().iter().find(|row| row["name"] == plugin).unwrap();
    format!("{}: {}", row["state"].as_str().unwrap(), row["reason"].as_str().unwrap_or("none"))
}

fn trust(program: &Program, plugin: &str) {
    program.json(&["plugin", "enable", plugin, "--trust"]);
}

/// What is there at the end of the stand-in's last day.
fn value(program: &Program) -> Value {
    program.json(&["show", "total", "--as-of", "2026-01-23"])["value"].clone()
}

#[test]
fn a_bridge_runs_nothing_before_the_user_trusts_it() {
    let program = bridged();
    let refused = program.run(&["sync", "--account", "mine"]);
    assert_eq!(refused.code, 1);
    assert!(refused.stderr.contains("disabled: awaiting trust"), "{}", refused.stderr);
    trust(&program, "degiro-legacy");
    let reports = program.json(&["sync", "--account", "mine"]);
    assert_eq!(reports[0]["plugin"], "degiro-legacy");
    assert_ne!(value(&program), "0.00");
    let again = program.json(&["sync", "--account", "mine"]);
    let new: Vec<&Value> =
        again[0]["files"].as_array().unwrap().iter().map(|file| &file["new"]).collect();
    assert!(new.iter().all(|new| **new == 0), "{new:?}");
    // Where it comes from can be seen in each row.
    let rows = program.json(&["show", "transactions"]);
    assert_eq!(rows[0]["source"]["plugin"], "degiro-legacy");
}

#[test]
fn the_old_and_the_new_feed_one_account_and_change_places_without_loss() {
    let program = bridged();
    trust(&program, "degiro-legacy");
    program.json(&["sync", "--account", "mine"]);
    let before = value(&program);
    program.json(&["account", "beside", "mine", "--plugin", "generic-csv"]);
    let file = program.file(
        "new.csv",
        "date,kind,symbol,quantity,price,currency\n2026-01-07,buy,AAPL,2,260.33,USD\n",
    );
    program.json(&["import", "--account", "mine", "--plugin", "generic-csv", &file]);
    assert_eq!(value(&program), before, "what is beside doesn't count");

    let compare = ["plugin", "compare", "degiro-legacy", "generic-csv", "--account", "mine"];
    let report = program.json(&[&compare[..], &["--as-of", "2026-01-23"]].concat());
    assert_eq!(
        (&report["agrees"], &report["first_difference"]),
        (&false.into(), &"2024-03-05".into())
    );
    let units: Vec<&Value> = report["differences"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["figure"] == "units" && row["of"] == "SOLD")
        .collect();
    assert_eq!((&units[0]["left"], &units[0]["right"]), (&"-3".into(), &"0".into()));

    let over = program.json(&["account", "cut-over", "mine", "--to", "generic-csv"]);
    assert_eq!(
        (&over["counting"], &over["beside"]),
        (&"generic-csv".into(), &"degiro-legacy".into())
    );
    assert_ne!(value(&program), before);
    program.json(&["account", "cut-over", "mine", "--to", "degiro-legacy"]);
    assert_eq!(value(&program), before, "there and back");

    for (arguments, expected) in [
        (
            vec!["account", "cut-over", "mine", "--to", "degiro-legacy"],
            "is fed by `degiro-legacy` already",
        ),
        (vec!["account", "cut-over", "mine", "--to", "degiro"], "not by `degiro`"),
        (vec!["account", "beside", "mine", "--plugin", "degiro"], "has `generic-csv` beside"),
        (vec!["account", "beside", "nobody", "--plugin", "degiro"], "there is no account `nobody`"),
        (
            vec!["import", "--account", "mine", "--plugin", "degiro", "new.csv"],
            "isn't fed by `degiro`",
        ),
    ] {
        let refused = program.run(&arguments);
        assert_eq!(refused.code, 1, "{arguments:?}");
        assert!(refused.stderr.contains(expected), "{arguments:?}: {}", refused.stderr);
    }
    program.json(&["account", "beside", "mine", "--remove"]);
    let refused = program.run(&compare);
    assert!(refused.stderr.contains("is fed by `degiro-legacy` alone"), "{}", refused.stderr);
    assert_eq!(value(&program), before);
}

#[test]
fn folders_that_were_written_for_old_brokers_run_over_a_bridge() {
    let program = Program::new();
    let written = program.folder.path().join("written");
    let out = written.display().to_string();
    program.json(&["migrate", "plugins", "--from", &installation(), "--out", &out]);
    let judged = program.run(&["plugin", "validate", &format!("{out}/degiro-plugin")]);
    assert_eq!(judged.code, 0, "{}", judged.stdout);
    program.json(&["plugin", "bridge", "--from", &installation(), "--plugins", &out]);
    assert_eq!(state(&program, "degiro-broker"), "disabled: awaiting trust");
    trust(&program, "degiro-broker");
    let program = program.with_account("mine", "degiro-broker");
    let reports = program.json(&["sync", "--account", "mine"]);
    assert!(reports[0]["files"].as_array().unwrap().len() >= 4);
    // The same as over the bridge to the table itself.
    let of_folder = value(&program);
    let other = bridged();
    trust(&other, "degiro-legacy");
    other.json(&["sync", "--account", "mine"]);
    assert_eq!(of_folder, value(&other));
}

#[test]
fn what_is_no_installation_is_told_in_a_sentence() {
    let program = Program::new();
    let empty: PathBuf = program.folder.path().join("empty");
    std::fs::create_dir_all(empty.join("old/src/stonks_overwatch/core")).unwrap();
    std::fs::write(empty.join("old/src/stonks_overwatch/core/registry_setup.py"), "1 / 0").unwrap();
    let (empty, old) = (empty.display().to_string(), empty.join("old").display().to_string());
    for (arguments, expected) in [
        (vec!["--from", &empty], "is no installation of the Python system"),
        (vec!["--from", &old], "ZeroDivisionError"),
        (vec!["--from", &old, "--environment", &empty], "is no virtual environment"),
        (vec!["--from", &installation(), "--plugins", &empty], "no valid plugin"),
    ] {
        let refused = program.run(&[&["plugin", "bridge"], &arguments[..]].concat());
        assert_eq!(refused.code, 1, "{arguments:?}");
        assert!(refused.stderr.contains(expected), "{arguments:?}: {}", refused.stderr);
    }
    let program = bridged();
    assert_eq!(program.json(&["plugin", "bridge", "--remove"])["removed"], 3);
    let listed = program.run(&["plugin", "list"]);
    assert!(!listed.stdout.contains("-legacy"), "{}", listed.stdout);
}
