//! `stonks migrate python`: an old installation's database, on the command line.

use crate::program::{Program, shared_data};

#[test]
fn the_old_demo_is_brought_along_once_and_shows_its_figures() {
    let Some(folder) = shared_data("legacy") else { return };
    let program = Program::new();
    let migrate = ["migrate", "python", "--from", folder.to_str().unwrap()];
    let dry = program.json(&[&migrate[..], &["--dry-run"]].concat());
    assert_eq!(dry["import"]["dry_run"], true);
    assert_eq!(program.json(&["account", "list"]), serde_json::json!([]));
    let report = program.json(&migrate);
    assert_eq!(report["migration"], "0009_globalconfiguration");
    assert_eq!(report["tables"][1]["table"], "degiro_cashmovements");
    assert_eq!(report["tables"][1]["rows"], 153);
    assert_eq!(report["import"]["account"], "degiro");
    assert_eq!(report["import"]["files"][0]["new"], dry["import"]["files"][0]["new"]);
    assert_eq!(program.json(&migrate)["import"]["files"][0]["new"], 0);
    let total = program.json(&["show", "total", "--as-of", "2026-01-23"]);
    assert_eq!(total["value"], "25493.78");
    assert_eq!(total["cash"], "91.28");
    assert_eq!(total["deposits"], "22000.00");
    let told = program.run(&migrate);
    assert_eq!(told.code, 0, "{}", told.stderr);
    assert!(told.stdout.contains("degiro_transactions         44"), "{}", told.stdout);
    assert!(told.stderr.contains("amounts without signs"), "{}", told.stderr);
}

#[test]
fn a_folder_without_an_old_database_is_refused_in_one_sentence() {
    let program = Program::new();
    let run = program.run(&["migrate", "python", "--from", "."]);
    assert_eq!(run.code, 1);
    let (error, hint) = run.stderr.split_once('\n').unwrap();
    assert_eq!(error, "error: there is no database of the Python system in `.`");
    let sentence = "hint: name the folder that holds `db.sqlite3` (the old STONKS_OVERWATCH_DATA_DIR, or the \
                    project's folder), or the file itself; looked for `db.sqlite3`, `data/db.sqlite3`, \
                    `demo_db.sqlite3`, `data/demo_db.sqlite3`, `config/config.json`, `config.json`, ";
    assert!(hint.starts_with(sentence), "{hint}");
    assert_eq!(run.stdout, "");
}

#[test]
fn a_dry_run_says_where_it_looked_and_what_has_no_place() {
    let Some(folder) = shared_data("legacy") else { return };
    let program = Program::new();
    let run = program.run(&["migrate", "python", "--from", folder.to_str().unwrap(), "--dry-run"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    for line in ["database: ", "configuration: none; looked for ", "key: none; looked for "] {
        assert!(run.stdout.lines().any(|told| told.starts_with(line)), "{line}: {}", run.stdout);
    }
    let setting = run.stdout.lines().find(|line| line.contains("degiro.start_date")).unwrap();
    assert!(setting.contains("2020-01-01") && setting.contains(" no "), "{setting}");
    assert!(run.stderr.contains("nothing was stored: this was a dry run"), "{}", run.stderr);
}
