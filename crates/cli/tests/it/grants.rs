//! What plugins ask for, what is granted and taken back, and that nothing is fetched without.

use serde_json::json;

use crate::program::Program;

/// Times are not the same twice.
fn shown(program: &Program, commands: &[&str]) -> String {
    let told = program.transcript(commands);
    let mut lines: Vec<String> = Vec::new();
    for line in told.lines() {
        let words = line.split(' ').map(|word| {
            let is_time = word.len() > 20 && word.starts_with("20") && word.contains('T');
            if is_time { "TIME" } else { word }
        });
        lines.push(words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" "));
    }
    lines.join("\n")
}

#[test]
fn permissions_are_shown_granted_and_taken_back() {
    let program = Program::new();
    insta::assert_snapshot!(shown(
        &program,
        &[
            "plugin grant degiro",
            "plugin grant ecb-rates",
            "sync --plugin ecb-rates",
            "plugin grant ecb-rates --all",
            "plugin grant ecb-rates --allow-address 127.0.0.1:8080",
            "plugin revoke ecb-rates --http WWW.ECB.EUROPA.EU.",
            "plugin revoke ecb-rates --all",
            "plugin egress ecb-rates",
        ]
    ));
}

#[test]
fn mistakes_about_permissions_are_told_in_one_sentence() {
    let program = Program::new();
    program.file("no.pem", "nothing");
    insta::assert_snapshot!(shown(
        &program,
        &[
            "plugin grant nothing",
            "plugin grant ecb-rates --http www.example.com",
            "plugin grant ecb-rates --http https://www.ecb.europa.eu/",
            "plugin grant ecb-rates --storage",
            "plugin grant ecb-rates --allow-address 10.0.0.1:80",
            "plugin grant ecb-rates --allow-address 127.0.0.1:0",
            "plugin grant ecb-rates --allow-address 127.0.0.1:80 --root-certificate no.pem",
            "plugin grant ecb-rates --root-certificate no.pem",
            "plugin revoke ecb-rates",
            "plugin revoke ecb-rates --storage",
            "sync --plugin degiro",
            "sync --plugin nothing",
            "plugin egress ecb-rates --limit many",
        ]
    ));
}

#[test]
fn scripts_see_how_each_permission_stands() {
    let program = Program::new();
    let mut told = program.json(&["plugin", "grant", "ecb-rates", "--all"]);
    assert!(told[0]["granted_at"].take().is_string());
    assert_eq!(
        told,
        json!([{
            "kind": "http",
            "object": "www.ecb.europa.eu",
            "sentence": "send GET requests to www.ecb.europa.eu, only to /stats/eurofxref/*",
            "purpose": "fetch the reference rates that the ECB publishes each working day",
            "optional": true,
            "standing": "granted",
            "granted_at": null,
            "granted_by": "command line"
        }])
    );
    assert_eq!(program.json(&["plugin", "egress", "ecb-rates"]), json!([]));
}

#[test]
fn what_a_plugin_asks_for_is_decided_before_it_runs() {
    let program = Program::new();
    let fixtures = crate::plugins::built("").with_file_name("fixtures");
    let there = fixtures.join("caller").display().to_string();
    let run = |arguments: &[&str]| {
        let run = program.run(&[&["--plugin-dir", &there], arguments].concat());
        format!("$ stonks {}\n{}{}[{}]", arguments.join(" "), run.stdout, run.stderr, run.code)
    };
    let transcript: Vec<String> = [
        &["plugin", "enable", "caller"][..],
        &["plugin", "enable", "caller", "--grant", "--without-grants"],
        &["plugin", "enable", "caller", "--without-grants"],
        &["plugin", "revoke", "caller", "--storage"],
        &["plugin", "enable", "caller", "--grant"],
    ]
    .map(run)
    .to_vec();
    insta::assert_snapshot!(transcript.join("\n\n"));
}
