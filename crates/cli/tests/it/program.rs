//! The program over a data directory of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

pub(crate) struct Program {
    pub(crate) folder: tempfile::TempDir,
}

/// What a run printed, and how it ended.
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Program {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn data_dir(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The program with its data directory, and nothing of this machine's environment that matters.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_stonks"));
        command
            .arg("--data-dir")
            .arg(self.data_dir())
            .args(arguments)
            .current_dir(self.folder.path());
        command.env("HOME", self.folder.path());
        for name in [
            "VIRTUAL_ENV",
            "RUST_LOG",
            "STONKS_DATABASE_URL",
            "STONKS_BASE_CURRENCY",
            "STONKS_VAULT_PASSPHRASE",
        ] {
            command.env_remove(name);
        }
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        let Output { status, stdout, stderr } = self.command(arguments).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Run { code: status.code().unwrap_or(-1), stdout: text(stdout), stderr: text(stderr) }
    }

    /// Runs a command that must succeed, and reads what it prints.
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let run = self.run(&[arguments, &["--json"]].concat());
        assert_eq!(run.code, 0, "{arguments:?}: {}", run.stderr);
        serde_json::from_str(&run.stdout).unwrap()
    }

    /// Writes a file and returns its name.
    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        fs::write(self.folder.path().join(name), content).unwrap();
        name.to_owned()
    }

    pub(crate) fn with_account(self, name: &str, plugin: &str) -> Self {
        let run = self.run(&["account", "add", name, "--plugin", plugin]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        self
    }

    /// One transcript of several commands, for a snapshot: what each prints and how it ends.
    pub(crate) fn transcript(&self, commands: &[&str]) -> String {
        let mut told = String::new();
        for command in commands {
            let arguments: Vec<&str> = command.split_whitespace().collect();
            let run = self.run(&arguments);
            told += &format!("$ stonks {command}\n{}{}", run.stdout, run.stderr);
            if run.code != 0 {
                told += &format!("[exit {}]\n", run.code);
            }
            told.push('\n');
        }
        told.replace(&self.folder.path().display().to_string(), "FOLDER")
    }
}

/// Data that only some machines have. None where there is none, and needn't be.
pub(crate) fn shared_data(below: &str) -> Option<PathBuf> {
    let shared = std::env::var_os("STONKS_SHARED_DATA").map(PathBuf::from);
    let shared = shared
        .unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"));
    let folder = shared.join(below);
    if folder.exists() {
        return Some(folder);
    }
    assert!(std::env::var_os("STONKS_REQUIRE_ALL").is_none(), "{} must be here", folder.display());
    println!("skipped: no ../shared");
    None
}
