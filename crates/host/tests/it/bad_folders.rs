//! Folders as bad days leave them: each is listed with what is wrong, and stops nobody.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;

use stonks_host::discovery::Found;

use crate::folders::{Folders, manifest};

/// Discovers folders of which `bad` is bad, beside a good one; returns what is said about the bad one.
fn bad(folders: &Folders) -> Found {
    folders.plugin("named/good");
    let found = folders.found();
    let good = found.iter().find(|found| found.name == "good").unwrap();
    assert!(good.may_run(), "{good:?}");
    found.iter().find(|found| found.name != "good").unwrap().clone()
}

fn check(content: impl AsRef<[u8]>, rule: &str) {
    let folders = Folders::new();
    folders.write("named/bad/plugin_manifest.json", content);
    let bad = bad(&folders);
    assert!(!bad.is_usable());
    let told = folders.tell(&bad);
    assert!(told.starts_with(&format!("bad at named/bad; {rule}: ")), "{told}");
}

#[test]
fn a_manifest_that_is_none_is_told_as_such() {
    check("", "manifest-empty");
    check("[]", "type-mismatch");
    check("{}", "field-missing");
    check(b"{ \"plugin\": \"\xff\xfe\" }", "manifest-not-text");
    check("[".repeat(100_000), "manifest-too-deep");
    check(r#"{ "a": "#.repeat(30_000), "manifest-too-deep");
}

#[test]
fn a_manifest_of_a_gigabyte_is_not_read() {
    let folders = Folders::new();
    let path = folders.write("named/bad/plugin_manifest.json", "");
    fs::File::options().write(true).open(path).unwrap().set_len(1 << 30).unwrap();
    assert_eq!(
        folders.tell(&bad(&folders)),
        "bad at named/bad; manifest-too-large: `named/bad/plugin_manifest.json` is larger than 262144 bytes"
    );
}

#[test]
fn a_folder_without_manifest_is_told_what_it_lacks() {
    let folders = Folders::new();
    fs::create_dir_all(folders.path("named/bad")).unwrap();
    fs::create_dir_all(folders.path("named/.git")).unwrap();
    fs::create_dir_all(folders.path("named/__pycache__")).unwrap();
    folders.write("named/README", "a file in place of a folder");
    assert_eq!(
        folders.tell(&bad(&folders)),
        "bad at named/bad; manifest-missing: there is no `plugin_manifest.json` in `named/bad`"
    );
    assert_eq!(folders.found().len(), 2);
}

#[test]
fn pipes_devices_sockets_and_folders_are_no_manifests() {
    let not_a_file = "manifest-unreadable: `named/bad/plugin_manifest.json` is not a file";
    let folders = Folders::new();
    let path = folders.path("named/bad/plugin_manifest.json");
    fs::create_dir_all(&path).unwrap();
    assert_eq!(folders.tell(&bad(&folders)), format!("bad at named/bad; {not_a_file}"));
    fs::remove_dir(&path).unwrap();
    // A pipe without a writer would keep a careless reader waiting for ever.
    let fifo = rustix::fs::FileType::Fifo;
    let mode = rustix::fs::Mode::from_raw_mode(0o644);
    rustix::fs::mknodat(rustix::fs::CWD, &path, fifo, mode, 0).unwrap();
    assert_eq!(folders.tell(&bad(&folders)), format!("bad at named/bad; {not_a_file}"));
    fs::remove_file(&path).unwrap();
    let _socket = UnixListener::bind(&path).unwrap();
    assert!(folders.tell(&bad(&folders)).contains("manifest-unreadable"));
    fs::remove_file(&path).unwrap();
    symlink("/dev/zero", &path).unwrap();
    assert!(folders.tell(&bad(&folders)).contains("manifest-outside"));
}

#[test]
fn links_that_lead_out_or_in_circles_are_not_followed() {
    let folders = Folders::new();
    folders.write("secret/plugin_manifest.json", manifest("secret", "1.0.0"));
    fs::create_dir_all(folders.path("named/bad")).unwrap();
    let path = folders.path("named/bad/plugin_manifest.json");
    symlink(folders.path("secret/plugin_manifest.json"), &path).unwrap();
    assert!(folders.tell(&bad(&folders)).ends_with("leads out of the plugin's folder"));
    fs::remove_file(&path).unwrap();
    symlink(&path, &path).unwrap();
    assert!(folders.tell(&bad(&folders)).contains("Too many levels of symbolic links"));
    fs::remove_file(&path).unwrap();
    symlink("inside.json", &path).unwrap();
    folders.write("named/bad/plugin.wasm", "");
    folders.write("named/bad/inside.json", manifest("within", "1.0.0"));
    assert!(bad(&folders).may_run(), "a link within the folder is a file like any other");

    fs::remove_dir_all(folders.path("named/bad")).unwrap();
    for target in ["secret", "named/bad", "nowhere"] {
        symlink(folders.path(target), folders.path("named/bad")).unwrap();
        assert_eq!(
            folders.tell(&bad(&folders)),
            "bad at named/bad; folder-outside: `named/bad` is a link that leads out of `named`, or nowhere"
        );
        fs::remove_file(folders.path("named/bad")).unwrap();
    }
    symlink(folders.path("named"), folders.path("named/bad")).unwrap();
    assert!(folders.tell(&bad(&folders)).contains("manifest-missing"));
}

#[test]
fn a_folder_without_permission_is_told() {
    let folders = Folders::new();
    let closed = folders.plugin("named/bad");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).unwrap();
    // Who runs tests as root may read anything.
    if fs::read_dir(&closed).is_err() {
        assert!(folders.tell(&bad(&folders)).contains("Permission denied"));
    } else {
        assert!(bad(&folders).may_run());
    }
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).unwrap();
}

#[test]
fn names_that_are_no_text_or_steer_a_terminal_are_shown_harmlessly() {
    let folders = Folders::new();
    let named = folders.path("named");
    fs::create_dir(named.join(OsStr::from_bytes(b"b\xffd"))).unwrap();
    fs::create_dir(named.join("b\x1b[2Jd")).unwrap();
    fs::create_dir(named.join("tab\tand\nline")).unwrap();
    folders.write("named/tab\tand\nline/plugin_manifest.json", manifest("tabbed", "1.0.0"));
    for _ in 0..2 {
        let names: Vec<String> = folders.found().into_iter().map(|found| found.name).collect();
        assert_eq!(names, ["b\u{fffd}[2Jd", "b\u{fffd}d", "tabbed"]);
    }
    let long = format!(r#"{{ "{}\u001b": 1 }}"#, "x".repeat(10_000));
    folders.write("named/loud/plugin_manifest.json", long);
    let found = folders.found();
    let loud = found.iter().find(|found| found.name == "loud").unwrap();
    assert!(loud.findings[0].message.ends_with('…'));
    assert!(loud.findings[0].message.chars().count() < 500);
}

#[test]
fn a_component_outside_the_folder_is_never_read() {
    let folders = Folders::new();
    folders.write("named/secret.wasm", b"\0asm");
    for module in ["../secret.wasm", "/etc/hostname", "", "missing.wasm"] {
        let text = manifest("bad", "1.0.0").replace("plugin.wasm", module);
        folders.write("named/bad/plugin_manifest.json", text);
        assert!(bad(&folders).component().is_err(), "{module}");
    }
    let python = manifest("bad", "1.0.0").replace(r#""wasm""#, r#""python""#);
    folders.write("named/bad/plugin_manifest.json", python);
    let error = bad(&folders).component().unwrap_err().to_string();
    assert_eq!(error, "the manifest names no component");
}

#[test]
fn a_component_that_is_not_there_is_told_without_opening_anything() {
    let folders = Folders::new();
    folders.write("named/bad/plugin_manifest.json", manifest("bad", "1.0.0"));
    let mut bad = bad(&folders);
    let expected = "bad at named/bad; component-missing: `named/bad/plugin.wasm` isn't there: \
                    No such file or directory (os error 2)";
    assert_eq!(folders.tell(&bad), expected);
    bad.judge_component();
    assert_eq!(folders.tell(&bad), expected, "it is told once");
}

#[test]
fn a_component_is_not_run_beside_another_manifest_than_the_one_that_was_judged() {
    let folders = Folders::new();
    folders.plugin("named/bad");
    let found = bad(&folders);
    assert!(found.component().is_ok());
    folders.write("named/bad/plugin_manifest.json", manifest("bad", "1.0.1"));
    let error = folders.relative(&found.component().unwrap_err().to_string());
    assert_eq!(error, "`named/bad/plugin_manifest.json` has changed since it was judged");
}

#[test]
fn of_a_thousand_plugins_a_hundred_are_broken_and_nine_hundred_work() {
    let folders = Folders::new();
    for number in 0..1_000 {
        let name = format!("plugin-{number}");
        let content = match number % 50 {
            0 => String::new(),
            10 => "{".to_owned(),
            20 => manifest(&name, "one"),
            30 => manifest(&name, "1.0.0").replace("transaction", "teleport"),
            40 => manifest(&name, "1.0.0").replace("1.0.0\" },", "0.1.0\" },"),
            _ => manifest(&name, "1.0.0"),
        };
        folders.plugin(&format!("named/{name}"));
        folders.write(&format!("named/{name}/plugin_manifest.json"), content);
    }
    for _ in 0..2 {
        let found = folders.found();
        assert_eq!(found.len(), 1_000);
        assert_eq!(found.iter().filter(|found| found.may_run()).count(), 900);
        assert!(found.iter().all(|found| found.is_usable() || !found.findings.is_empty()));
    }
}
