//! What is generated into `docs/reference` is what the code says. `BLESS=1` writes it anew.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;
use stonks_plugin::manifest::reference::reference_text;
use stonks_plugin::manifest::schema::{schema, schema_text};
use stonks_plugin::validate::{judge, rules, sarif};

use crate::ui::expect;

fn reference(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference").join(name)
}

#[test]
fn the_schema_is_fresh() {
    expect(&reference("plugin-manifest.schema.json"), &schema_text());
}

#[test]
fn the_page_of_the_manifest_is_fresh() {
    expect(&reference("plugin-manifest.md"), &reference_text());
}

#[test]
fn the_table_of_rules_is_fresh() {
    expect(&reference("plugin-rules.md"), &rules::rules_text());
}

/// Every key that a manifest may have says what it is.
fn undescribed(schema: &Value, at: &str, found: &mut Vec<String>) {
    if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
        for (key, property) in properties {
            let is_tag = property.get("const").is_some();
            if property.get("description").is_none() && !is_tag {
                found.push(format!("{at}/{key}"));
            }
            undescribed(property, &format!("{at}/{key}"), found);
        }
    }
    for part in ["$defs", "items", "additionalProperties"] {
        if let Some(within) = schema.get(part) {
            match part {
                "$defs" => within.as_object().unwrap().iter().for_each(|(name, schema)| {
                    undescribed(schema, &format!("{at}/{name}"), found);
                }),
                _ => undescribed(within, at, found),
            }
        }
    }
    for variant in schema.get("oneOf").and_then(Value::as_array).into_iter().flatten() {
        undescribed(variant, at, found);
    }
}

/// All keywords of a schema, those of its parts too.
fn keywords(schema: &Value, found: &mut BTreeSet<String>) {
    let Some(schema) = schema.as_object() else { return };
    for (keyword, value) in schema {
        found.insert(keyword.clone());
        match keyword.as_str() {
            "properties" | "$defs" => {
                value.as_object().unwrap().values().for_each(|part| keywords(part, found));
            }
            "items" | "additionalProperties" => keywords(value, found),
            "oneOf" | "anyOf" => {
                value.as_array().unwrap().iter().for_each(|part| keywords(part, found));
            }
            _ => {}
        }
    }
}

#[test]
fn the_schema_asks_nothing_that_the_validator_does_not() {
    let mut found = BTreeSet::new();
    keywords(schema(), &mut found);
    let held = [
        "$defs",
        "$ref",
        "additionalProperties",
        "anyOf",
        "const",
        "enum",
        "format",
        "items",
        "minimum",
        "oneOf",
        "properties",
        "required",
        "type",
    ];
    let says_only = ["$id", "$schema", "default", "description", "title"];
    found.retain(|keyword| {
        !held.contains(&keyword.as_str()) && !says_only.contains(&keyword.as_str())
    });
    assert_eq!(found, BTreeSet::new());
}

#[test]
fn every_key_of_the_schema_says_what_it_is() {
    let mut found = Vec::new();
    undescribed(schema(), "", &mut found);
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn the_files_of_the_tests_break_nearly_every_rule_of_a_manifest() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui");
    let mut broken = BTreeSet::new();
    for kind in ["invalid", "legacy"] {
        for entry in fs::read_dir(folder.join(kind)).unwrap().flatten() {
            let told = fs::read_to_string(entry.path()).unwrap();
            let ids = told.split('[').skip(1).filter_map(|rest| rest.split(']').next());
            broken.extend(ids.map(str::to_owned));
        }
    }
    let beyond_the_manifest = ["The file", "Where it was found", "The component"];
    let groups = rules::GROUPS.iter().filter(|(name, _)| !beyond_the_manifest.contains(name));
    let unbroken: Vec<&str> = groups
        .flat_map(|(_, rules)| rules.iter().map(|rule| rule.id))
        .filter(|id| !broken.contains(*id))
        .collect();
    // Its test names a version that no host of these files' age offers.
    assert_eq!(unbroken, ["api-range-unmet"]);
}

#[test]
fn sarif_points_into_the_file() {
    let text = "{\n  \"plugin\": {\"nam\": \"x\"},\n  \"api\": 1\n}";
    let (_, findings) = judge(text.as_bytes());
    let file =
        |path: &str| sarif::File { path: path.to_owned(), text: Some(text), findings: &findings };
    let log = sarif::log(&[file("my plugin/plugin_manifest.json"), file("/abs/m.json")], "1.2.3");
    let run = &log["runs"][0];
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 2 * findings.len());
    assert_eq!(log["version"], "2.1.0");
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(run["tool"]["driver"]["rules"][index]["id"], result["ruleId"]);
    }
    let unknown = results.iter().find(|result| result["ruleId"] == "key-unknown").unwrap();
    let place = &unknown["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "my%20plugin/plugin_manifest.json");
    assert_eq!(place["region"], serde_json::json!({ "startLine": 2, "startColumn": 21 }));
    assert_eq!(unknown["message"]["text"], "`nam` is unknown here. Hint: did you mean `name`?");
    let last = results.last().unwrap();
    let artifact = &last["locations"][0]["physicalLocation"]["artifactLocation"];
    assert_eq!(*artifact, serde_json::json!({ "uri": "file:///abs/m.json" }));
}
