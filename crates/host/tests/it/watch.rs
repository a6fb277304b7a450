//! Folders of plugins change while the host runs: what is new comes up, what changed takes its place,
//! what is gone ends, and what nobody vouched for doesn't run.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use stonks_host::Options;
use stonks_host::discovery::Places;
use stonks_host::records::Actor;
use stonks_plugin::PluginId;
use stonks_plugin::lifecycle::Standing;

use crate::kept::Kept;
use crate::test_host::{TestHost, copy_of, edit, options};

fn generator() -> PluginId {
    "generator".parse().unwrap()
}

fn put(folder: &Path, version: &str) {
    copy_of("generator", folder);
    edit(folder, "0.1.0", version);
}

fn standing(host: &TestHost) -> String {
    let info = host.manager.inspect(&generator()).unwrap();
    Standing { state: info.state, reason: info.reason }.to_string()
}

#[tokio::test]
async fn a_folder_that_appears_changes_and_goes_is_followed() {
    let (kept, folder) = (Arc::new(Kept::default()), tempfile::tempdir().unwrap());
    let place = folder.path().join("generator");
    let options =
        Options { records: Arc::clone(&kept) as _, ..options(vec![folder.path().to_path_buf()]) };
    let host = TestHost::with(options).await;
    assert!(host.manager.list().is_empty());

    put(&place, "0.1.0");
    assert_eq!(host.manager.rescan().await.added, ["generator"]);
    assert_eq!(standing(&host), "active");
    assert!(host.manager.rescan().await.is_empty(), "nothing happened");

    put(&place, "0.2.0");
    assert_eq!(host.manager.rescan().await.changed, ["generator"]);
    let manifest = host.manager.inspect(&generator()).unwrap().manifest.unwrap();
    assert_eq!(
        (manifest.plugin.version.to_string(), standing(&host)),
        ("0.2.0".to_owned(), "active".to_owned())
    );

    fs::remove_dir_all(&place).unwrap();
    assert_eq!(host.manager.rescan().await.removed, ["generator"]);
    assert_eq!(standing(&host), "disabled: its files are gone");
    assert!(host.start("generator", &[]).await.is_err());
    assert!(host.manager.rescan().await.is_empty(), "it is told once");

    put(&place, "0.2.0");
    host.manager.rescan().await;
    assert_eq!(standing(&host), "active");
    let events: Vec<String> = kept
        .story("generator")
        .iter()
        .map(|step| step.split(':').next().unwrap().to_owned())
        .collect();
    assert_eq!(
        events,
        [
            "enabled", "loaded", "started", "reloaded", "removed", "unloaded", "enabled", "loaded",
            "started"
        ]
    );
}

#[tokio::test]
async fn what_is_switched_off_stays_off_whatever_becomes_of_its_files() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("generator");
    put(&place, "0.1.0");
    let host = TestHost::over(vec![folder.path().to_path_buf()], None).await;
    host.manager.disable(&generator(), Actor::Host).await.unwrap();
    put(&place, "0.2.0");
    host.manager.rescan().await;
    assert_eq!(standing(&host), "disabled: switched off");
}

#[tokio::test]
async fn a_working_directory_runs_nothing_until_someone_vouches_for_it() {
    let (kept, folder) = (Arc::new(Kept::default()), tempfile::tempdir().unwrap());
    let place = folder.path().join("generator");
    put(&place, "0.1.0");
    let open = async || {
        let places = Places { working: Some(folder.path().to_path_buf()), ..Places::default() };
        let options = Options { places, records: Arc::clone(&kept) as _, ..options(Vec::new()) };
        TestHost::with(options).await
    };
    let host = open().await;
    host.manager.start_all().await;
    assert_eq!(standing(&host), "disabled: awaiting trust");
    let refused = host.manager.enable(&generator(), Actor::Host).await.err().unwrap();
    assert_eq!(refused.to_string(), "plugin `generator` is disabled: awaiting trust");
    assert_eq!(
        refused.hint().as_deref(),
        Some("if you put it there, say so with `stonks plugin enable generator --trust`")
    );

    host.manager.trust(&generator()).await.unwrap();
    host.manager.enable(&generator(), Actor::Host).await.unwrap();
    assert_eq!(standing(&host), "active");
    drop(host);
    let host = open().await;
    host.manager.start_all().await;
    assert_eq!(standing(&host), "active", "the word holds after a restart");

    put(&place, "6.6.6");
    host.manager.rescan().await;
    assert_eq!(standing(&host), "disabled: awaiting trust", "and for this content alone");
}
