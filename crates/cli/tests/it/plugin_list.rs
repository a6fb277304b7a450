//! Plugins in folders, as the program lists them: good, bad, hidden and untrusted ones.

use std::fs;

use crate::program::Program;

impl Program {
    fn plugin(&self, below: &str, version: &str, capabilities: &str) {
        let name = below.rsplit('/').next().unwrap();
        let manifest = format!(
            r#"{{ "plugin": {{ "name": "{name}", "version": "{version}", "type": "broker",
                "display_name": "{name}", "description": "For tests.", "author": "Tests", "license": "MIT" }},
              "api": {{ "min_version": "1.0.0", "max_version": "1.0.0" }},
              "capabilities": {capabilities},
              "runtime": {{ "kind": "wasm", "module": "plugin.wasm" }} }}"#
        );
        fs::create_dir_all(self.folder.path().join(below)).unwrap();
        self.file(&format!("{below}/plugin_manifest.json"), manifest);
        self.file(&format!("{below}/plugin.wasm"), b"\0asm\x0d\0\x01\0");
    }

    /// A table is as wide as this machine's folders are long.
    fn squeezed(&self, commands: &[&str]) -> String {
        let transcript = self.transcript(commands);
        let lines = transcript.lines().map(|line| match line.strip_prefix(' ') {
            Some(row) => {
                let cells = row.split("  ").map(str::trim).filter(|cell| !cell.is_empty());
                cells.collect::<Vec<_>>().join(" | ")
            }
            None => line.to_owned(),
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    fn filled() -> Self {
        let program = Self::new();
        let amsterdam = r#"{ "services": ["transaction", "dividend"], "features": ["offline"],
            "supported_markets": ["XAMS"], "supported_currencies": ["EUR"] }"#;
        program.plugin("named/amsterdam", "1.2.0", amsterdam);
        program.plugin("named/degiro", "7.0.0", amsterdam);
        program.plugin("named/ecb-rates", "7.0.0", amsterdam);
        program.file("named/ecb-rates/plugin_manifest.json", "");
        program.plugin("plugins/stranger", "0.1.0", amsterdam);
        program
    }
}

#[test]
fn good_bad_hidden_and_untrusted_plugins_are_told_apart() {
    insta::assert_snapshot!(Program::filled().squeezed(&[
        "plugin list --plugin-dir named",
        "plugin info stranger",
        "plugin info degiro --plugin-dir named",
        "account add mine --plugin stranger",
    ]));
}

#[test]
fn plugins_are_selected_by_what_they_are() {
    insta::assert_snapshot!(Program::filled().squeezed(&[
        "plugin list --plugin-dir named --service dividend --market xams --kind broker --currency EUR",
        "plugin list --service update --service file-import",
        "plugin list --plugin-dir named --state error --json",
        "plugin list --plugin-dir named --state disabled --feature OFFLINE --json",
        "plugin list --plugin-dir named --feature offlin",
        "plugin list --market XAMZ --kind view",
        "plugin list --market AMS",
        "plugin list --service dividnd",
        "plugin list --kind brokr",
        "plugin list --state disabld",
        "plugin info strangr",
    ]));
}

#[test]
fn python_packages_are_found_by_their_entry_points_alone() {
    let program = Program::new();
    program.plugin("packages/stonks_snake", "0.1.0", r#"{ "services": ["transaction"] }"#);
    program.file("packages/stonks_snake/__init__.py", "raise SystemExit('imported')");
    fs::create_dir_all(program.folder.path().join("packages/snake-0.1.dist-info")).unwrap();
    let announcement = "[stonks_overwatch.brokers]\nsnake = stonks_snake:Snake\n";
    program.file("packages/snake-0.1.dist-info/entry_points.txt", announcement);
    let listed = program.json(&["plugin", "list", "--site-packages", "packages"]);
    let snake = listed.as_array().unwrap().iter().find(|row| row["name"] == "stonks_snake");
    let source = snake.unwrap()["source"].as_str().unwrap();
    assert!(
        source.ends_with("packages/stonks_snake (entry point `snake` of snake-0.1)"),
        "{source}"
    );

    // Of an active environment as well.
    let library = program.folder.path().join("environment/lib/python3.13");
    fs::create_dir_all(&library).unwrap();
    fs::rename(program.folder.path().join("packages"), library.join("site-packages")).unwrap();
    let mut command = program.command(&["plugin", "list", "--json"]);
    command.env("VIRTUAL_ENV", program.folder.path().join("environment"));
    let told = String::from_utf8(command.output().unwrap().stdout).unwrap();
    assert!(told.contains("(entry point `snake` of snake-0.1)"), "{told}");
}
