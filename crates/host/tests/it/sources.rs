//! Where plugins are looked for, and who wins.

use std::fs;
use std::os::unix::fs::symlink;

use stonks_host::discovery::{BuiltIn, Found, Trust, find};
use stonks_plugin::lifecycle::State;

use crate::folders::{Folders, manifest};
use crate::test_host::TestHost;

static BUILT_INS: [BuiltIn; 1] = [BuiltIn {
    name: "of-program",
    manifest: br#"{ "plugin": { "name": "same", "version": "9.0.0", "type": "broker" },
        "api": { "min_version": "1.0.0", "max_version": "1.0.0" },
        "capabilities": { "services": ["transaction"] },
        "runtime": { "kind": "wasm", "module": "plugin.wasm" } }"#,
    component: b"\0asm",
}];

/// The same name in every place.
fn everywhere() -> Folders {
    let mut folders = Folders::new();
    folders.built_ins = &BUILT_INS;
    for place in ["named", "data/plugins", "home", "system", "site-packages", "working"] {
        folders.plugin(&format!("{place}/same"));
    }
    folders.write(
        "site-packages/same-1.0.dist-info/entry_points.txt",
        "[stonks_overwatch.brokers]\nsame = same:Plugin\n",
    );
    folders
}

fn winner(folders: &Folders) -> Found {
    let found = folders.found();
    find(&found, &"same".parse().unwrap()).unwrap().clone()
}

#[test]
fn each_source_yields_to_those_before_it() {
    let folders = everywhere();
    let places = [
        ("named", "named/same"),
        ("data/plugins", "data/plugins/same"),
        ("home", "home/same"),
        ("system", "system/same"),
        ("site-packages", "site-packages/same (entry point `same` of same-1.0)"),
        ("", "built-in"),
    ];
    for (n_removed, (place, expected)) in places.into_iter().enumerate() {
        let winner = winner(&folders);
        assert_eq!(folders.relative(&winner.source.to_string()), expected);
        assert_eq!(winner.trust, Trust::Trusted);
        assert!(winner.may_run());
        let hidden = folders.found().into_iter().filter(|found| found.hidden_by.is_some());
        assert_eq!(hidden.count(), 6 - n_removed, "all others are listed");
        if !place.is_empty() {
            fs::remove_dir_all(folders.path(place)).unwrap();
        }
    }
}

#[test]
fn who_hides_and_who_is_hidden_both_say_so() {
    let folders = Folders::new();
    folders.plugin("named/same");
    folders.plugin("home/same");
    assert_eq!(
        folders.told(),
        [
            "same at named/same; name-shadows: it hides another plugin `same` from home/same",
            "same at home/same [hidden by the plugin of this name from named/same]; \
             name-shadowed: plugin `same` from named/same is used instead: that one comes first",
        ]
    );
}

#[test]
fn of_two_folders_beside_each_other_the_first_in_order_has_the_name() {
    let folders = Folders::new();
    folders.plugin("named/a");
    folders.plugin("named/b");
    folders.write("named/b/plugin_manifest.json", manifest("twin", "1.0.0"));
    folders.write("named/a/plugin_manifest.json", manifest("twin", "2.0.0"));
    let found = folders.found();
    let told: Vec<_> = found
        .iter()
        .map(|found| (folders.relative(&found.source.to_string()), found.hidden_by.is_some()))
        .collect();
    assert_eq!(told, [("named/a".to_owned(), false), ("named/b".to_owned(), true)]);
}

#[test]
fn a_broken_plugin_does_not_keep_a_name_from_one_that_works() {
    let folders = Folders::new();
    folders.write("named/same/plugin_manifest.json", "");
    folders.plugin("home/same");
    let told = folders.told();
    assert!(told[0].starts_with("same at home/same; name-shadows"), "{told:?}");
    assert!(
        told[1].ends_with("from home/same is used instead: this one can't be used"),
        "{told:?}"
    );
}

#[test]
fn where_none_of_a_name_can_be_used_the_first_is_shown() {
    let folders = Folders::new();
    folders.write("named/same/plugin_manifest.json", "");
    folders.write("home/same/plugin_manifest.json", "");
    assert_eq!(folders.relative(&winner(&folders).source.to_string()), "named/same");
}

#[tokio::test]
async fn what_lies_in_the_working_directory_is_listed_and_does_not_run() {
    let folders = Folders::new();
    folders.plugin("working/stranger");
    fs::create_dir_all(folders.path("working/no-plugin")).unwrap();
    assert_eq!(
        folders.told(),
        [
            "stranger at working/stranger [awaiting trust]; source-untrusted: it lies in the working \
             directory, which anyone may have filled"
        ]
    );
    let found = folders.found();
    assert_eq!((found[0].is_usable(), found[0].may_run()), (true, false));

    let host = TestHost::in_places(folders.places.clone()).await;
    let listed = host.manager.list();
    assert_eq!(
        (listed[0].state, listed[0].reason.as_ref().map(ToString::to_string).as_deref()),
        (State::Disabled, Some("awaiting trust"))
    );
    assert_eq!(
        host.start("stranger", &[]).await.err().unwrap().to_string(),
        "plugin `stranger` is disabled: awaiting trust"
    );
}

#[test]
fn a_place_that_is_named_twice_is_looked_at_once() {
    let mut folders = Folders::new();
    folders.plugin("working/mine");
    symlink(folders.path("working"), folders.path("again")).unwrap();
    folders.plugin_dirs = vec![folders.path("working"), folders.path("again")];
    // Who names the working directory's folder trusts it.
    assert_eq!(folders.told(), ["mine at working/mine"]);
    assert!(folders.found()[0].may_run());
}

#[test]
fn the_folder_of_one_plugin_may_be_named_itself() {
    let mut folders = Folders::new();
    folders.plugin_dirs = vec![folders.plugin("elsewhere/single")];
    folders.plugin("elsewhere/other");
    for _ in 0..2 {
        assert_eq!(folders.told(), ["single at elsewhere/single"]);
    }
}

#[test]
fn a_named_place_that_cannot_be_read_is_told_and_the_others_are_searched() {
    let mut folders = Folders::new();
    let file = folders.write("file", "");
    folders.plugin_dirs = vec![folders.path("nowhere"), file, folders.path("named")];
    folders.plugin("named/good");
    let discovery = folders.discover();
    let problems: Vec<String> =
        discovery.problems.iter().map(|problem| folders.relative(problem)).collect();
    assert_eq!(
        problems,
        [
            "no plugins are read from `nowhere`: No such file or directory (os error 2)",
            "no plugins are read from `file`: Not a directory (os error 20)",
        ]
    );
    assert_eq!(discovery.plugins.len(), 1);
}

#[test]
fn entry_points_are_read_from_metadata_alone() {
    let folders = Folders::new();
    let entry_points = "\
[console_scripts]
tool = tool:main

# ours
[ stonks_overwatch.brokers ]
bitvavo = stonks_bitvavo.plugin:BitvavoPlugin [extra]
again = stonks_bitvavo:Other
; a comment
gone = stonks_gone:Plugin
bad = ../../etc:Plugin
bare = bare
no equals sign

[other]
x = y:z
";
    folders.write("site-packages/stonks_bitvavo-1.2.dist-info/entry_points.txt", entry_points);
    folders.write("site-packages/silent-1.0.dist-info/METADATA", "");
    folders.plugin("site-packages/stonks_bitvavo");
    folders.write("site-packages/bare/__init__.py", "raise SystemExit('imported')");
    folders.plugin("site-packages/unannounced");
    assert_eq!(
        folders.told(),
        [
            "bare at site-packages/bare (entry point `bare` of stonks_bitvavo-1.2); manifest-missing: \
             there is no `plugin_manifest.json` in `site-packages/bare`",
            "stonks_bitvavo at site-packages/stonks_bitvavo (entry point `bitvavo` of stonks_bitvavo-1.2)",
            "stonks_bitvavo-1.2 at site-packages/stonks_bitvavo-1.2 (entry point `bad` of \
             stonks_bitvavo-1.2); entry-point-malformed: entry point `bad` names \
             `../../etc:Plugin`, which is no Python module",
            "stonks_gone at site-packages/stonks_gone (entry point `gone` of stonks_bitvavo-1.2); \
             package-missing: entry point `gone` names the package `stonks_gone`, which isn't in \
             `site-packages`",
        ]
    );
}

#[test]
fn a_part_of_a_package_may_be_the_plugin() {
    let folders = Folders::new();
    folders.plugin("site-packages/brokers/inner");
    folders.write(
        "site-packages/brokers-1.dist-info/entry_points.txt",
        "[stonks_overwatch.brokers]\ninner = brokers.inner.plugin:Plugin",
    );
    for _ in 0..2 {
        let told = folders.told();
        assert_eq!(
            told,
            ["inner at site-packages/brokers/inner (entry point `inner` of brokers-1)"]
        );
    }
}

#[test]
fn a_package_or_its_metadata_elsewhere_is_not_followed() {
    let folders = Folders::new();
    folders.plugin("elsewhere/linked");
    fs::create_dir_all(folders.path("site-packages")).unwrap();
    symlink(folders.path("elsewhere/linked"), folders.path("site-packages/linked")).unwrap();
    let announcement = "[stonks_overwatch.brokers]\nlinked = linked:Plugin";
    folders.write("site-packages/linked-1.dist-info/entry_points.txt", announcement);
    folders.write("elsewhere/far-1.dist-info/entry_points.txt", announcement);
    symlink(
        folders.path("elsewhere/far-1.dist-info"),
        folders.path("site-packages/far-1.dist-info"),
    )
    .unwrap();
    let told = folders.told();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("of linked-1); folder-outside: "), "{told:?}");
}
