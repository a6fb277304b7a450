//! What is kept between discoveries makes them quick and never wrong; and what changed between two.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::time::Duration;

use stonks_host::discovery::{Difference, Found, difference};

use crate::folders::{Folders, manifest};

impl Folders {
    /// As if an hour had passed since: what has just been written isn't believed yet, for a second change
    /// within one step of the file system's clock would not show.
    fn settle(&self) {
        let index = fs::File::options().write(true).open(self.index()).unwrap();
        let written = index.metadata().unwrap().modified().unwrap();
        index.set_modified(written + Duration::from_secs(3_600)).unwrap();
    }

    /// The index is written only when something had to be read.
    fn reads_anew(&self) -> bool {
        let before = fs::metadata(self.index()).unwrap().ino();
        let kept = fs::File::open(self.index()).unwrap();
        self.found();
        let is_other = fs::metadata(self.index()).unwrap().ino() != before;
        drop(kept);
        is_other
    }
}

/// Good plugins, one with a warning, and broken ones; the index holds them.
fn indexed() -> Folders {
    let folders = Folders::new();
    for name in ["first", "second", "third"] {
        folders.plugin(&format!("named/{name}"));
    }
    folders.write("named/broken/plugin_manifest.json", "{");
    let twice = manifest("warned", "1.0.0")
        .replace(r#"["transaction"]"#, r#"["transaction", "transaction"]"#);
    folders.plugin("named/warned");
    folders.write("named/warned/plugin_manifest.json", twice);
    folders.found();
    folders.settle();
    folders
}

fn content(found: &[Found]) -> Vec<String> {
    found
        .iter()
        .map(|found| {
            let Found { name, source, manifest, findings, fingerprint, .. } = found;
            format!("{name} {source} {manifest:?} {findings:?} {fingerprint:?}")
        })
        .collect()
}

/// What is found without an index.
fn fresh(folders: &Folders) -> Vec<String> {
    let all = stonks_host::discovery::discover(&folders.plugin_dirs, None, &folders.places, &[]);
    content(&all.plugins)
}

#[test]
fn a_second_discovery_finds_the_same_and_reads_nothing_anew() {
    let folders = indexed();
    assert!(!folders.reads_anew());
    assert_eq!(content(&folders.found()), fresh(&folders));
    assert_eq!(folders.found().len(), 5);
    assert!(folders.found().iter().any(|found| found.findings.len() == 1 && found.may_run()));
}

#[test]
fn a_young_index_is_not_believed() {
    let folders = Folders::new();
    folders.plugin("named/first");
    folders.found();
    let index = fs::File::options().write(true).open(folders.index()).unwrap();
    let manifest = fs::metadata(folders.path("named/first/plugin_manifest.json")).unwrap();
    index.set_modified(manifest.modified().unwrap()).unwrap();
    assert!(folders.reads_anew());
}

#[test]
fn a_changed_manifest_is_read_whatever_the_index_says() {
    let folders = indexed();
    let path = folders.path("named/first/plugin_manifest.json");
    let before = fs::metadata(&path).unwrap();
    // Of the same size, and with the time of the old one, as an archive unpacks it.
    let other = folders.write("named/first/other.json", manifest("first", "1.0.1"));
    let file = fs::File::options().write(true).open(&other).unwrap();
    file.set_modified(before.modified().unwrap()).unwrap();
    fs::rename(&other, &path).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().size(), before.size());
    let found = folders.found();
    let first = found.iter().find(|found| found.name == "first").unwrap();
    assert_eq!(first.manifest.as_ref().unwrap().plugin.version.to_string(), "1.0.1");
}

#[test]
fn a_damaged_index_changes_nothing() {
    let folders = indexed();
    let honest = fs::read(folders.index()).unwrap();
    let expected = fresh(&folders);
    let check = |damaged: &[u8]| {
        fs::write(folders.index(), damaged).unwrap();
        folders.settle();
        assert_eq!(content(&folders.found()), expected);
    };
    check(b"");
    check(b"\xff\xfe");
    check(b"something else\n");
    check(&honest[..honest.len() / 2]);
    for place in (0..honest.len()).step_by(41) {
        let mut flipped = honest.clone();
        flipped[place] ^= 1;
        check(&flipped);
    }
}

#[test]
fn a_line_cannot_speak_for_another_folder() {
    let folders = indexed();
    let expected = fresh(&folders);
    let text = fs::read_to_string(folders.index()).unwrap();
    let first = folders.path("named/first").display().to_string();
    let second = folders.path("named/second").display().to_string();
    // Both folders' lines under each other's name.
    let swapped = text.replace(&first, "SWAP").replace(&second, &first).replace("SWAP", &second);
    fs::write(folders.index(), swapped).unwrap();
    folders.settle();
    assert_eq!(content(&folders.found()), expected);

    // The whole index of another installation.
    let other = indexed();
    fs::copy(other.index(), folders.index()).unwrap();
    folders.settle();
    assert_eq!(content(&folders.found()), expected);
}

#[test]
fn an_index_that_cannot_be_read_or_written_costs_time_alone() {
    let folders = indexed();
    let expected = fresh(&folders);
    fs::remove_file(folders.index()).unwrap();
    fs::create_dir(folders.index()).unwrap();
    assert_eq!(content(&folders.found()), expected);
    fs::remove_dir_all(folders.path("data/cache")).unwrap();
    folders.write("data/cache", "a file in place of the folder");
    assert_eq!(content(&folders.found()), expected);
}

#[test]
fn other_places_are_not_forgotten_and_removed_folders_are() {
    let mut folders = indexed();
    folders.plugin("elsewhere/fourth");
    let elsewhere = vec![folders.path("elsewhere")];
    let named = std::mem::replace(&mut folders.plugin_dirs, elsewhere);
    assert!(folders.reads_anew());
    folders.settle();
    folders.plugin_dirs = named;
    assert!(!folders.reads_anew());
    fs::remove_dir_all(folders.path("named/third")).unwrap();
    assert!(folders.reads_anew());
    let text = fs::read_to_string(folders.index()).unwrap();
    assert_eq!((text.contains("third"), text.contains("fourth")), (false, true));
}

fn changed(
    folders: &Folders,
    change: impl FnOnce(&Folders),
) -> (Vec<String>, Vec<String>, Vec<String>) {
    let before = folders.found();
    change(folders);
    let Difference { added, changed, removed } = difference(&before, &folders.found());
    (added, changed, removed)
}

#[test]
fn what_changed_between_two_discoveries_is_told_by_name() {
    let none = Vec::<String>::new;
    let one = |name: &str| vec![name.to_owned()];
    let folders = indexed();
    let before = folders.found();
    assert!(difference(&before, &folders.found()).is_empty());
    let told = changed(&folders, |folders| drop(folders.plugin("named/fourth")));
    assert_eq!(told, (one("fourth"), none(), none()));
    let told =
        changed(&folders, |folders| fs::remove_dir_all(folders.path("named/fourth")).unwrap());
    assert_eq!(told, (none(), none(), one("fourth")));
    let told = changed(&folders, |folders| drop(folders.write("named/first/plugin.wasm", "other")));
    assert_eq!(told, (none(), one("first"), none()), "its component");
    let told = changed(&folders, |folders| {
        folders.write("named/second/plugin_manifest.json", manifest("second", "10.0.0"));
    });
    assert_eq!(told, (none(), one("second"), none()), "its manifest");
    let told = changed(&folders, |folders| drop(folders.plugin("home/third")));
    assert_eq!(told, (none(), none(), none()), "a hidden one is nobody's business");
    let told =
        changed(&folders, |folders| fs::remove_dir_all(folders.path("named/third")).unwrap());
    assert_eq!(told, (none(), one("third"), none()), "the one behind it");
    let python = manifest("snake", "1.0.0").replace(r#""wasm""#, r#""python""#);
    folders.write("named/snake/plugin_manifest.json", python);
    let told = changed(&folders, |folders| drop(folders.write("named/snake/__init__.py", "pass")));
    assert_eq!(told, (none(), one("snake"), none()), "a file of its package");
}
