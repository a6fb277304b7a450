//! `stonks plugin …`: a plugin's life from the command line, beside a server that runs or is killed.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::program::Program;
use crate::server::Server;

/// Where `cargo xtask plugins` puts a plugin.
pub(crate) fn built(plugin: &str) -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target"), Into::into);
    target.join("plugins").join(plugin)
}

fn check_transcript(name: &str, transcript: &str) {
    // Times are those of the machine.
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "TIME");
    settings.add_filter(r" +\n", "\n");
    settings.bind(|| insta::assert_snapshot!(name, transcript));
}

#[test]
fn a_plugins_life_is_told_in_its_own_words() {
    let program = Program::new();
    let transcript = program.transcript(&[
        "plugin disable degiro",
        "plugin disable degiro",
        "account add mine --plugin degiro",
        "plugin history degiro --json",
        "plugin enable degiro",
        "plugin logs degiro",
        "plugin health degiro --set latency-p95<=250 --set latency-p95>=300",
        "plugin health degiro --set latency-p95<=250",
        "plugin health degiro --history 24h",
        "plugin health degiro --set fast",
        "plugin reload nobody",
    ]);
    check_transcript("life", &transcript);
}

#[test]
fn a_check_tells_how_a_plugin_fares_now() {
    let program = Program::new();
    let checked = program.json(&["plugin", "health", "generic-csv"]);
    assert_eq!(checked["health"], "healthy");
    assert_eq!(checked["measurements"][0]["name"], "check");
    assert_eq!(checked["measurements"][0]["unit"], "ms");
}

fn state_of(program: &Program, name: &str) -> String {
    let plugins = program.json(&["plugin", "list"]);
    let plugin = plugins.as_array().unwrap().iter().find(|plugin| plugin["name"] == name).unwrap();
    plugin["state"].as_str().unwrap().to_owned()
}

/// Looks until a plugin stands where it shall. A server takes up what it is told within a second.
fn wait_for(program: &Program, name: &str, state: &str) {
    let stands_there = (0..100).any(|_| state_of(program, name) == state);
    assert!(stands_there, "{name} is {}, and not {state}", state_of(program, name));
}

#[test]
fn the_server_follows_what_the_command_line_does() {
    let program = Program::new();
    let _server = Server::start(&program, &[]);
    wait_for(&program, "degiro", "active");
    assert_eq!(program.run(&["plugin", "disable", "degiro"]).code, 0);
    assert_eq!(state_of(&program, "degiro"), "disabled");
    assert_eq!(program.run(&["plugin", "enable", "degiro"]).code, 0);
    wait_for(&program, "degiro", "active");
    let history = program.json(&["plugin", "history", "degiro"]);
    let last = history.as_array().unwrap().last().unwrap().clone();
    assert_eq!((&last["event"], &last["actor"]), (&Value::from("started"), &Value::from("host")));

    let second = program.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(second.code, 1);
    assert!(second.stderr.contains("another `stonks serve` uses the data directory"));
}

/// Copies a built plugin to where installed ones lie, as an update would: with another version.
fn install(program: &Program, version: &str) {
    let (from, to) = (built("generic-csv"), program.data_dir().join("plugins/generic-csv"));
    fs::create_dir_all(&to).unwrap();
    for entry in fs::read_dir(from).unwrap().flatten() {
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
    let manifest = to.join("plugin_manifest.json");
    let mut told: Value = serde_json::from_slice(&fs::read(&manifest).unwrap()).unwrap();
    told["plugin"]["version"] = version.into();
    fs::write(manifest, told.to_string()).unwrap();
}

#[test]
fn a_server_that_is_killed_in_the_midst_of_anything_comes_up_in_a_legal_state() {
    let program = Program::new();
    install(&program, "1.0.0");
    for (round, midst) in ["coming up", "reload", "disable", "enable", "update", "update", "enable"]
        .into_iter()
        .enumerate()
    {
        let mut server = Server::start(&program, &[]);
        if midst != "coming up" {
            wait_for(&program, "generic-csv", "active");
        }
        if midst == "enable" {
            assert_eq!(program.run(&["plugin", "disable", "generic-csv"]).code, 0);
        }
        let switch = ["reload", "disable", "enable"].contains(&midst).then(|| {
            let mut command = program.command(&["plugin", midst, "generic-csv"]);
            command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
        });
        if midst == "update" {
            install(&program, &format!("1.0.{round}"));
        }
        // It looks for changes once a second: each round is killed at another moment of that.
        for _ in 0..10 * round {
            server.get("/plugins");
        }
        server.child.kill().unwrap();
        server.child.wait().unwrap();
        if let Some(mut switch) = switch {
            switch.wait().unwrap();
        }
        let state = state_of(&program, "generic-csv");
        assert!(["discovered", "disabled"].contains(&state.as_str()), "{state}: {midst}");
        let enabled = program.run(&["plugin", "enable", "generic-csv"]);
        assert_eq!(enabled.code, 0, "{midst}: {}", enabled.stderr);
    }
    let _server = Server::start(&program, &[]);
    wait_for(&program, "generic-csv", "active");
    let info = program.json(&["plugin", "info", "generic-csv"]);
    assert_eq!(info["plugin"]["version"], "1.0.5", "{info}");
}

fn compile(input: &[u8]) -> (i32, usize, String) {
    let mut compiler = Command::new(env!("CARGO_BIN_EXE_stonks"))
        .arg("compile-component")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = compiler.stdin.take().unwrap();
    let input = input.to_vec();
    let feeding = std::thread::spawn(move || {
        // It may end before it has read everything.
        let _ = stdin.write_all(&input);
    });
    let output = compiler.wait_with_output().unwrap();
    feeding.join().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    (output.status.code().unwrap(), output.stdout.len(), said)
}

#[test]
fn the_compiling_process_compiles_or_says_why_not() {
    let component = fs::read(built("ecb-rates").join("ecb-rates.wasm")).unwrap();
    let (code, n_bytes, said) = compile(&component);
    assert!(code == 0 && n_bytes > 10_000 && said.is_empty(), "{code} {n_bytes} {said}");
    let (code, n_bytes, said) = compile(b"no component");
    assert_eq!((code, n_bytes), (1, 0));
    assert!(said.contains("magic header"), "{said}");
}

#[cfg(target_os = "linux")]
#[test]
fn the_compiling_process_may_use_only_so_much() {
    let mut compiler = Command::new(env!("CARGO_BIN_EXE_stonks"))
        .arg("compile-component")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    // It limits itself before it reads, and reads until its input ends.
    let limits = format!("/proc/{}/limits", compiler.id());
    let limited = (0..100_000).any(|_| {
        let limits = fs::read_to_string(&limits).unwrap();
        let is_limited = |name: &str, limit: &str| {
            limits.lines().any(|line| line.starts_with(name) && line.contains(limit))
        };
        is_limited("Max address space", " 2147483648 ")
            && is_limited("Max cpu time", " 60 ")
            && is_limited("Max file size", " 0 ")
    });
    compiler.kill().unwrap();
    compiler.wait().unwrap();
    assert!(limited);
}

/// A copy of a built plugin, as its author would have it.
fn copy_of(plugin: &str, folder: &Path) {
    fs::create_dir_all(folder).unwrap();
    for entry in fs::read_dir(built(plugin)).unwrap().flatten() {
        fs::copy(entry.path(), folder.join(entry.file_name())).unwrap();
    }
}

#[test]
fn an_author_sees_each_save_judged_and_run() {
    let program = Program::new();
    let folder = program.folder.path().join("mine");
    copy_of("generic-csv", &folder);
    let file = program.file("mine.csv", "date,kind,currency,amount\n2024-01-02,deposit,EUR,5\n");
    let manifest = folder.join("plugin_manifest.json");
    let good = fs::read_to_string(&manifest).unwrap();
    let mut dev = program
        .command(&["plugin", "dev", "mine", "--file", &file])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(dev.stdout.take().unwrap()).lines();
    let mut until = |wanted: &str| {
        let found = lines.by_ref().map(Result::unwrap).find(|line| line.contains(wanted));
        assert!(found.is_some(), "it never says `{wanted}`");
    };
    until("plugin `generic-csv` is healthy");
    until("mine.csv: 1 cash movement");
    fs::write(&manifest, good.replace("\"file-import\"", "\"file-import\", \"dividend\"")).unwrap();
    until("service-absent");
    fs::write(&manifest, &good).unwrap();
    until("plugin `generic-csv` is healthy");
    dev.kill().unwrap();
    dev.wait().unwrap();
}

#[test]
fn one_round_ends_with_what_it_is_worth() {
    let program = Program::new();
    let folder = program.folder.path().join("mine");
    copy_of("generic-csv", &folder);
    let bad = program.file("bad.csv", "date,kind,currency,amount\nsoon,deposit,EUR,5\n");
    let run = program.run(&["plugin", "dev", "mine", "--once"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let run = program.run(&["plugin", "dev", "mine", "--once", "--file", &bad]);
    assert_eq!(run.code, 1);
    assert!(run.stderr.contains("bad.csv, line 2"), "{}", run.stderr);
    assert_eq!(program.run(&["plugin", "dev", "nowhere", "--once"]).code, 1);
}
