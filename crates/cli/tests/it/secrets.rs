//! `stonks account secrets`: typed or piped in, listed without values, sealed by file or passphrase.

use std::fs;
use std::io::Write;
use std::process::Stdio;

use crate::program::{Program, Run};

/// Pipes a value in.
fn set(program: &Program, arguments: &[&str], value: &str) -> Run {
    let mut command = program.command(&[&["account", "secrets", "set"], arguments].concat());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(value.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Run {
        code: output.status.code().unwrap_or(-1),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
}

/// An old installation's settings give an account whose plugin isn't there: any key may be set.
fn with_alpaca(program: Program) -> Program {
    let config = program.folder.path().join("old/config");
    fs::create_dir_all(&config).unwrap();
    fs::write(config.join("config.json"), r#"{"alpaca": {"credentials": {"api_key": "PK1"}}}"#)
        .unwrap();
    let report = program.json(&["migrate", "python", "--from", "old"]);
    assert_eq!(report["secrets"][0]["outcome"], "sealed");
    program
}

#[test]
fn a_secret_is_piped_in_listed_and_forgotten() {
    let program = with_alpaca(Program::new());
    let told = set(&program, &["alpaca", "secret_key"], "open sesame\n");
    assert_eq!((told.code, told.stdout.as_str()), (0, "sealed `secret_key` of account `alpaca`\n"));
    let listed = program.json(&["account", "secrets", "list", "alpaca"]);
    assert_eq!(listed[0]["key"], "api_key");
    assert_eq!(listed[1]["key"], "secret_key");
    assert!(listed[1]["set_at"].as_str().unwrap().ends_with('Z'), "{listed}");
    let printed = program.run(&["account", "secrets", "list", "alpaca"]);
    assert!(printed.stdout.contains("secret_key") && !printed.stdout.contains("sesame"));
    let gone = program.json(&["account", "secrets", "remove", "alpaca", "secret_key"]);
    assert_eq!(gone, serde_json::json!({"account": "alpaca", "removed": "secret_key"}));
    for entry in fs::read_dir(program.data_dir()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let bytes = fs::read(&path).unwrap();
            assert!(!bytes.windows(6).any(|part| part == b"sesame"), "{}", path.display());
        }
    }
}

#[test]
fn mistakes_with_secrets_are_told_in_one_sentence() {
    let program = with_alpaca(Program::new()).with_account("csv", "generic-csv");
    let check = |told: Run, sentence: &str| {
        assert_eq!((told.code, told.stderr.as_str()), (1, sentence));
        assert_eq!(told.stdout, "");
    };
    check(
        set(&program, &["csv", "password"], "x"),
        "error: plugin `generic-csv` knows no credential `password`\nhint: its manifest names none\n",
    );
    check(set(&program, &["alpaca", "api_key"], "\n"), "error: a secret has 1 to 65536 bytes\n");
    check(
        program.run(&["account", "secrets", "remove", "alpaca", "apikey"]),
        "error: account `alpaca` has no secret `apikey`\nhint: did you mean `api_key`?\n",
    );
    check(
        program.run(&["account", "secrets", "list", "nobody"]),
        "error: there is no account `nobody`\nhint: there is alpaca, csv\n",
    );
}

#[test]
fn the_passphrase_comes_from_a_file_or_the_environment() {
    let program = Program::new();
    program.file("passphrase", "correct horse\n");
    let config = program.folder.path().join("old/config");
    fs::create_dir_all(&config).unwrap();
    fs::write(config.join("config.json"), r#"{"alpaca": {"credentials": {"api_key": "PK1"}}}"#)
        .unwrap();
    let by_file = ["--vault-passphrase-file", "passphrase"];
    let migrate = ["migrate", "python", "--from", "old"];
    let report = program.json(&[&migrate[..], &by_file].concat());
    assert_eq!(report["secrets"][0]["outcome"], "sealed");
    assert!(!program.data_dir().join("vault.key").exists());
    let mut command = program.command(&[&migrate[..], &["--json"]].concat());
    let output = command.env("STONKS_VAULT_PASSPHRASE", "correct horse").output().unwrap();
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(told["secrets"][0]["outcome"], "known");
    let locked = program.json(&migrate);
    assert_eq!(locked["secrets"][0]["outcome"], "locked");
    let why = locked["cannot_come"][0].as_str().unwrap();
    assert!(why.starts_with("the credentials, since the vault is sealed by a passphrase"), "{why}");
    program.file("passphrase", "battery staple\n");
    let wrong = set(&program, &[&["alpaca", "api_key"][..], &by_file].concat(), "x");
    let sentence = "error: the passphrase is not the vault's\nhint: name a file that holds it with \
                    `--vault-passphrase-file FILE`, or set STONKS_VAULT_PASSPHRASE\n";
    assert_eq!(wrong.stderr, sentence);
}
