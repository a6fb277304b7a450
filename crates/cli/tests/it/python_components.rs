//! A plugin that is Python alone, as a component.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::program::Program;

/// What `cargo xtask test` fetched. None where it couldn't, and needn't.
fn wheels() -> Option<PathBuf> {
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target"), PathBuf::from);
    let folder = target.join("wheels");
    if folder.join("fetched").exists() {
        return Some(folder.canonicalize().unwrap());
    }
    assert!(std::env::var_os("STONKS_REQUIRE_ALL").is_none(), "{} is missing", folder.display());
    println!("skipped: no wheels");
    None
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/python").join(name)
}

/// All that a plugin tells about an account, without where it was told.
fn told(plugins: &Path) -> Vec<Value> {
    let program = Program::new();
    let plugins = plugins.display().to_string();
    let run = |arguments: &[&str]| {
        program.json(&[&["--plugin-dir", plugins.as_str()], arguments].concat())
    };
    run(&["account", "add", "mine", "--plugin", "acme-broker"]);
    run(&["sync", "--account", "mine"]);
    let lists = ["transactions", "deposits", "dividends", "fees", "account", "portfolio"];
    let mut lists = lists.map(|list| run(&["show", list]));
    for row in lists.iter_mut().filter_map(Value::as_array_mut).flatten() {
        row.as_object_mut().unwrap().remove("source");
    }
    lists.to_vec()
}

#[test]
fn a_component_of_python_tells_the_same_as_the_process() {
    let Some(wheels) = wheels() else { return };
    let program = Program::new();
    let built = program.folder.path().join("built");
    let mut build = program.command(&["plugin", "build"]);
    build.arg(fixture("acme-broker")).args(["--runtime", "wasm", "--out"]).arg(&built);
    build.env("PIP_NO_INDEX", "1").env("PIP_FIND_LINKS", &wheels);
    let run = build.output().unwrap();
    let said = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{said}{}", String::from_utf8_lossy(&run.stdout));
    let manifest = std::fs::read_to_string(built.join("plugin_manifest.json")).unwrap();
    let manifest: Value = serde_json::from_str(&manifest).unwrap();
    assert_eq!(manifest["runtime"]["module"], "acme-broker.wasm");
    assert_eq!(told(&built), told(&fixture("acme-broker")));
}

#[test]
fn what_can_not_be_built_says_why() {
    let program = Program::new();
    let python = fixture("acme-broker").display().to_string();
    let out = program.folder.path().join("out").display().to_string();
    for (arguments, expected) in [
        (vec!["plugin", "build", "nowhere"], "plugin_manifest.json"),
        (vec!["plugin", "build", &python, "--runtime", "wasm", "--out", &out], "componentize-py"),
    ] {
        let mut command = program.command(&arguments);
        command.env("PIP_NO_INDEX", "1").env_remove("PIP_FIND_LINKS");
        let run = command.output().unwrap();
        let said = String::from_utf8_lossy(&run.stderr);
        assert!(!run.status.success() && said.contains(expected), "{arguments:?}: {said}");
    }
    // For the process nothing has to be built: what is to be installed is put together.
    let run = program.run(&["plugin", "build", &python, "--out", &out]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(Path::new(&out).join("services/__init__.py").exists());
}
