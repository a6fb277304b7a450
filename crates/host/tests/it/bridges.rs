//! Brokers of an old installation, and folders that were written for them, over a bridge.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use stonks_host::bridge::{self, Bridged, Installation};
use stonks_host::records::Actor;
use stonks_host::{Options, StartError};
use stonks_plugin::{PluginId, Service};

use crate::kept::Kept;
use crate::python::{limits, python};
use crate::test_host::{TestHost, options};

fn fixtures(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures").join(name)
}

fn stand_in() -> Installation {
    Installation { folder: fixtures("legacy-installation"), environment: None }
}

/// A host over a data directory, with records that outlive it.
struct Scene {
    data_dir: tempfile::TempDir,
    kept: Arc<Kept>,
}

impl Scene {
    fn new() -> Self {
        Self { data_dir: tempfile::tempdir().unwrap(), kept: Arc::default() }
    }

    async fn host(&self) -> TestHost {
        TestHost::with(Options {
            data_dir: Some(self.data_dir.path().to_path_buf()),
            records: Arc::clone(&self.kept) as _,
            limits: limits(),
            python: python(),
            ..options(Vec::new())
        })
        .await
    }

    async fn bridged(&self) -> Vec<Bridged> {
        bridge::build(self.data_dir.path(), &stand_in()).await.unwrap()
    }
}

fn id(name: &str) -> PluginId {
    name.parse().unwrap()
}

fn standing(host: &TestHost, name: &str) -> String {
    let info = host.manager.get(&id(name)).unwrap();
    format!("{} {}", info.state, info.reason.map(|reason| reason.to_string()).unwrap_or_default())
}

async fn n_transactions(host: &TestHost, name: &str) -> usize {
    let instance = host.start(name, &[]).await.unwrap();
    instance.fetch(Service::Transaction, None, None).await.unwrap().facts.len()
}

#[tokio::test]
async fn each_broker_of_the_old_table_is_a_plugin_that_awaits_trust() {
    let scene = Scene::new();
    let bridged = scene.bridged().await;
    let names: Vec<String> = bridged.iter().map(|bridged| bridged.plugin.to_string()).collect();
    assert_eq!(names, ["degiro-legacy", "bitvavo-legacy", "ibkr-legacy"]);
    assert_eq!(bridged[0].left_out, ["update"]);
    let host = scene.host().await;
    assert_eq!(standing(&host, "degiro-legacy"), "disabled awaiting trust");
    let refused = host.start("degiro-legacy", &[]).await.map(drop).unwrap_err();
    assert!(matches!(refused, StartError::NotRunning { .. }), "{refused}");
    assert!(refused.hint().unwrap().contains("--trust"));
}

#[tokio::test]
async fn a_trusted_bridge_answers_and_never_starts_by_itself() {
    let scene = Scene::new();
    scene.bridged().await;
    let host = scene.host().await;
    host.manager.trust(&id("degiro-legacy")).await.unwrap();
    host.manager.enable(&id("degiro-legacy"), Actor::Host).await.unwrap();
    let n_told = n_transactions(&host, "degiro-legacy").await;
    assert!(n_told > 2, "{n_told}");
    host.manager.stop_all().await;
    drop(host);
    let again = scene.host().await;
    again.manager.start_all().await;
    assert_eq!(standing(&again, "degiro-legacy").trim(), "discovered");
    assert_eq!(n_transactions(&again, "degiro-legacy").await, n_told);
}

#[tokio::test]
async fn folders_run_in_the_environment_of_the_installation() {
    let scene = Scene::new();
    let bridged =
        bridge::build_of_folders(scene.data_dir.path(), &stand_in(), &fixtures("python")).unwrap();
    let names: Vec<String> = bridged.iter().map(|bridged| bridged.plugin.to_string()).collect();
    assert_eq!(
        names,
        ["acme-broker", "cash-panel", "crypto-sector", "fact-broker", "largest-position"]
    );
    let host = scene.host().await;
    host.manager.trust(&id("acme-broker")).await.unwrap();
    host.manager.enable(&id("acme-broker"), Actor::Host).await.unwrap();
    assert!(n_transactions(&host, "acme-broker").await > 3);
}

#[tokio::test]
async fn what_can_not_be_bridged_says_why_and_what_was_built_can_be_taken_down() {
    let scene = Scene::new();
    let empty = tempfile::tempdir().unwrap();
    let check = async |installation: Installation, expected: &str| {
        let refused = bridge::build(scene.data_dir.path(), &installation).await.unwrap_err();
        assert!(refused.to_string().contains(expected), "{refused}");
    };
    let nowhere = empty.path().to_path_buf();
    check(Installation { folder: nowhere.clone(), environment: None }, "is no installation").await;
    let environment = Some(nowhere.clone());
    check(Installation { environment, ..stand_in() }, "is no virtual environment").await;
    let core = nowhere.join("src/stonks_overwatch/core");
    fs::create_dir_all(&core).unwrap();
    fs::write(core.join("registry_setup.py"), "raise OSError('not today')").unwrap();
    check(Installation { folder: nowhere.clone(), environment: None }, "not today").await;
    let plugins = bridge::build_of_folders(scene.data_dir.path(), &stand_in(), &core);
    assert!(plugins.unwrap_err().to_string().contains("no valid plugin"));
    fs::create_dir_all(core.join("bad")).unwrap();
    fs::write(core.join("bad/plugin_manifest.json"), "{").unwrap();
    let plugins = bridge::build_of_folders(scene.data_dir.path(), &stand_in(), &core);
    assert!(plugins.unwrap_err().to_string().contains("no valid plugin"));

    assert_eq!(bridge::remove(scene.data_dir.path()).unwrap(), 0);
    scene.bridged().await;
    assert_eq!(bridge::remove(scene.data_dir.path()).unwrap(), 3);
    assert_eq!(scene.host().await.manager.names(), Vec::<String>::new());
}
