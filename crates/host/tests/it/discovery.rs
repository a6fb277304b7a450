//! Plugins in folders: found without being run, good ones and bad ones.

use std::fs;
use std::path::Path;

use stonks_host::discovery::examine;
use stonks_plugin::lifecycle::State;

use crate::test_host::{TestHost, built, copy_of, edit};

fn findings(folder: &Path) -> Vec<String> {
    examine(folder)
        .findings
        .iter()
        .map(|finding| format!("{}: {}", finding.rule, finding.message))
        .collect()
}

#[test]
fn our_own_plugins_give_no_occasion_to_complain() {
    for folder in fs::read_dir(built("plugins")).unwrap().flatten().map(|entry| entry.path()) {
        if folder.is_dir() {
            assert_eq!(findings(&folder), Vec::<String>::new(), "{}", folder.display());
        }
    }
}

#[test]
fn manifest_and_component_are_compared_without_running_either() {
    let folder = tempfile::tempdir().unwrap();
    copy_of("generator", folder.path());
    edit(folder.path(), "\"transaction\"", "\"dividend\"");
    assert_eq!(
        findings(folder.path()),
        [
            "service-absent: the manifest lists `dividend`, the component doesn't export it",
            "service-undeclared: the component exports `transaction`, the manifest doesn't list it",
        ]
    );
}

#[test]
fn a_component_that_wants_the_system_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    copy_of("generator", folder.path());
    let component = r#"(component
        (import "wasi:filesystem/types@0.2.0" (instance))
        (import "stonks:plugin/http@1.0.0" (instance)))"#;
    fs::write(folder.path().join("generator.wasm"), wat::parse_str(component).unwrap()).unwrap();
    assert_eq!(
        findings(folder.path())[..2],
        [
            "lifecycle-missing: the component doesn't export `stonks:plugin/lifecycle`",
            "import-unknown: the component imports `wasi:filesystem/types@0.2.0`, which this host doesn't offer",
        ]
    );
    fs::write(folder.path().join("generator.wasm"), wat::parse_str("(module)").unwrap()).unwrap();
    assert_eq!(
        findings(folder.path()),
        ["component-malformed: it is a core WebAssembly module, not a component"]
    );
}

#[test]
fn a_link_out_of_the_folder_is_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    copy_of("generator", folder.path());
    let module = folder.path().join("generator.wasm");
    fs::remove_file(&module).unwrap();
    std::os::unix::fs::symlink("/etc/hostname", &module).unwrap();
    assert!(findings(folder.path())[0].ends_with("leads out of the plugin's folder"));
}

#[tokio::test]
async fn a_bad_plugin_is_listed_and_stops_nobody() {
    let folder = tempfile::tempdir().unwrap();
    copy_of("generator", &folder.path().join("generator"));
    copy_of("hostile", &folder.path().join("hostile"));
    fs::write(folder.path().join("hostile/plugin_manifest.json"), "{ \"plugin\": ").unwrap();
    let host = TestHost::over(vec![folder.path().to_path_buf()], None).await;
    let listed: Vec<(String, State)> =
        host.manager.list().into_iter().map(|plugin| (plugin.name, plugin.state)).collect();
    assert_eq!(
        listed,
        [("generator".to_owned(), State::Discovered), ("hostile".to_owned(), State::Error)]
    );
    assert!(host.start("generator", &[]).await.is_ok());
    assert_eq!(
        host.start("hostile", &[]).await.err().unwrap().to_string(),
        "plugin `hostile` can't be used: EOF while parsing a value at line 1, column 12"
    );
}

#[tokio::test]
async fn the_first_source_wins_and_says_what_it_hides() {
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    for folder in &folders {
        copy_of("generator", &folder.path().join("generator"));
    }
    let dirs = folders.iter().map(|folder| folder.path().to_path_buf()).collect();
    let host = TestHost::over(dirs, None).await;
    let listed = host.manager.list();
    assert_eq!(listed.len(), 2);
    let hidden = listed[1].reason.as_ref().unwrap().to_string();
    assert!(hidden.starts_with("hidden by the plugin of this name from"), "{hidden}");
    assert!(listed[0].source.starts_with(&folders[0].path().display().to_string()));
    assert!(listed[0].findings[0].message.starts_with("it hides another plugin `generator` from"));
}

/// Starts the generator with a cache and returns the files of the cache.
async fn cached(data_dir: &Path) -> Vec<std::path::PathBuf> {
    let host = TestHost::over(vec![built("fixtures")], Some(data_dir.to_path_buf())).await;
    host.start("generator", &[]).await.unwrap();
    let versions = fs::read_dir(data_dir.join("cache/compiled")).unwrap().flatten();
    let folders = versions.map(|entry| entry.path()).filter(|path| path.is_dir());
    folders
        .flat_map(|folder| fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path()))
        .collect()
}

#[tokio::test]
async fn compiled_code_is_kept_and_a_forged_file_is_compiled_anew() {
    let data_dir = tempfile::tempdir().unwrap();
    let files = cached(data_dir.path()).await;
    let [file] = files.as_slice() else { panic!("one component, one file: {files:?}") };
    let honest = fs::read(file).unwrap();
    assert_eq!(cached(data_dir.path()).await, files);

    let mut forged = honest.clone();
    *forged.last_mut().unwrap() ^= 1;
    fs::write(file, &forged).unwrap();
    assert_eq!(cached(data_dir.path()).await, files);
    assert_eq!(fs::read(file).unwrap(), honest, "the forged file was replaced, not believed");
}

#[tokio::test]
async fn a_manager_needs_no_plugin() {
    let empty = tempfile::tempdir().unwrap();
    let data_dir = Some(empty.path().to_path_buf());
    let host = TestHost::over(vec![empty.path().join("missing")], data_dir).await;
    assert!(host.manager.list().is_empty());
}
