//! `stonks plugin validate` as authors and CI run it.

use std::fs;

use serde_json::Value;

use crate::program::Program;

const GOOD: &str = r#"{
  "plugin": { "name": "one", "version": "0.1.0", "type": "broker" },
  "api": { "min_version": "1.0.0", "max_version": "1.0.0" },
  "capabilities": { "services": ["portfolio"] },
  "runtime": { "kind": "python" },
  "entry_points": { "main": "one:Plugin" }
}"#;

/// A folder with a manifest, in which some text is another.
fn plugin(program: &Program, name: &str, changes: &[(&str, &str)]) {
    let folder = program.folder.path().join(name);
    fs::create_dir_all(&folder).unwrap();
    let changed = changes.iter().fold(GOOD.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{text}");
        text.replace(from, to)
    });
    fs::write(folder.join("plugin_manifest.json"), changed).unwrap();
}

fn check(program: &Program, arguments: &[&str], code: i32, parts: &[&str]) {
    let run = program.run(&[&["plugin", "validate"], arguments].concat());
    assert_eq!(run.code, code, "{}{}", run.stdout, run.stderr);
    for part in parts {
        assert!(run.stdout.contains(part) || run.stderr.contains(part), "{}", run.stdout);
    }
}

#[test]
fn the_exit_code_is_that_of_the_worst_finding() {
    let program = Program::new();
    plugin(&program, "good", &[]);
    plugin(&program, "odd", &[("portfolio", "trade")]);
    plugin(&program, "bad", &[("\"version\"", "\"verison\"")]);
    check(&program, &["good"], 0, &["plugin `one` can be used\n"]);
    check(&program, &["odd"], 0, &["warning[legacy-spelling] line 4, column 34"]);
    check(&program, &["odd", "--deny", "warnings"], 1, &["can be used: 1 warning"]);
    check(&program, &["bad"], 1, &["did you mean `version`?", "`plugin` has no `version`"]);
    check(&program, &[], 2, &["<FOLDER>"]);
    check(&program, &["good", "--format", "xml"], 2, &["human, json, sarif"]);
}

#[test]
fn several_plugins_are_judged_with_one_another() {
    let program = Program::new();
    let needs = |name: &str| {
        format!("\"dependencies\": {{\"plugin_dependencies\": {{\"{name}\": \"*\"}}}}, \"api\"")
    };
    plugin(&program, "one", &[("\"api\"", &needs("two"))]);
    plugin(&program, "two", &[("\"one\"", "\"two\""), ("\"api\"", &needs("one"))]);
    plugin(&program, "three", &[("\"one\"", "\"three\""), ("\"api\"", &needs("nobody"))]);
    check(&program, &["one"], 0, &[]);
    let told = ["in a circle: one → two → one", "`three` needs `nobody`, which isn't there"];
    check(&program, &["one", "two", "three"], 1, &told);
}

#[test]
fn machines_are_told_the_same() {
    let program = Program::new();
    plugin(&program, "odd", &[("portfolio", "trade")]);
    let json = program.json(&["plugin", "validate", "odd"]);
    assert_eq!(json["warnings"], 1);
    assert_eq!(json["findings"][0]["line"], 4);
    let run = program.run(&["plugin", "validate", "odd", "--format", "sarif"]);
    let sarif: Value = serde_json::from_str(&run.stdout).unwrap();
    let result = &sarif["runs"][0]["results"][0];
    assert_eq!(result["ruleId"], "legacy-spelling");
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "odd/plugin_manifest.json");
    assert_eq!(place["region"]["startLine"], 4);
}

#[test]
fn the_schema_is_printed() {
    let program = Program::new();
    let run = program.run(&["plugin", "validate", "--schema"]);
    assert_eq!(run.code, 0);
    let published = include_str!("../../../../docs/reference/plugin-manifest.schema.json");
    assert_eq!(run.stdout, published);
}
