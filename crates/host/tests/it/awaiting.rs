//! Plugins that ask for something wait for the user's decision, and only at first.

use std::path::Path;
use std::sync::Arc;

use serde_json::json;
use stonks_host::records::Actor;
use stonks_host::{Options, StartError};
use stonks_plugin::PluginId;
use stonks_plugin::lifecycle::{Standing, State};

use crate::kept::Kept;
use crate::outside::{World, egress_limits};
use crate::test_host::{TestHost, copy_of, edit, options};

fn caller() -> PluginId {
    "caller".parse().unwrap()
}

fn user() -> Actor {
    Actor::User("me".to_owned())
}

/// A host over one folder, in which nobody but the user decides.
struct Scene {
    world: Arc<World>,
    kept: Arc<Kept>,
    folder: tempfile::TempDir,
}

impl Scene {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        copy_of("caller", &folder.path().join("caller"));
        Self { world: Arc::default(), kept: Arc::default(), folder }
    }

    /// As after a restart of the program.
    async fn host(&self) -> TestHost {
        let host = TestHost::with(Options {
            records: Arc::clone(&self.kept) as _,
            outside: self.world.outside(egress_limits()),
            ..options(vec![self.folder.path().to_path_buf()])
        });
        let host = host.await;
        host.manager.start_all().await;
        host
    }

    fn place(&self) -> std::path::PathBuf {
        self.folder.path().join("caller")
    }

    fn grant_everything(&self) {
        self.world.grant(
            "caller",
            &json!({
                "http": [
                    { "host": "api.example.com", "purpose": "" },
                    { "host": "*.listed.example", "methods": ["GET"], "paths": ["/open/*"], "purpose": "" }
                ],
                "storage": { "quota_bytes": 1000, "purpose": "" }
            }),
        );
    }
}

fn standing(host: &TestHost) -> String {
    let info = host.manager.get(&caller()).unwrap();
    Standing { state: info.state, reason: info.reason }.to_string()
}

fn asks_for_nothing(folder: &Path) {
    let manifest = folder.join("plugin_manifest.json");
    let mut told: serde_json::Value =
        serde_json::from_slice(&std::fs::read(&manifest).unwrap()).unwrap();
    told.as_object_mut().unwrap().remove("permissions");
    std::fs::write(manifest, told.to_string()).unwrap();
}

#[tokio::test]
async fn nothing_runs_that_asks_for_what_nobody_decided_about() {
    let scene = Scene::new();
    let host = scene.host().await;
    assert_eq!(standing(&host), "disabled: awaiting grant");
    for refused in [
        host.start("caller", &[]).await.map(drop),
        host.manager.enable(&caller(), user()).await.map(drop),
        host.manager.bring_up(&caller()).await,
    ] {
        let refused = refused.unwrap_err();
        assert_eq!(refused.to_string(), "plugin `caller` is disabled: awaiting grant");
        assert_eq!(
            refused.hint().unwrap(),
            "see what it asks for with `stonks plugin grant caller`, then `stonks plugin enable caller --grant`"
        );
    }
    assert_eq!(standing(&host), "disabled: awaiting grant");
    // A part isn't all.
    scene.world.grant("caller", &json!({ "storage": { "quota_bytes": 1000, "purpose": "" } }));
    assert_eq!(host.manager.granted(&caller(), user()).await.unwrap(), None);
    assert_eq!(standing(&scene.host().await), "disabled: awaiting grant");
}

#[tokio::test]
async fn once_all_is_granted_it_comes_up() {
    let scene = Scene::new();
    let host = scene.host().await;
    scene.grant_everything();
    let standing = host.manager.granted(&caller(), user()).await.unwrap();
    assert_eq!(standing.map(|standing| standing.state), Some(State::Active));
    let story = scene.kept.story("caller");
    assert!(story.contains(&"enabled: disabled → loading by me".to_owned()), "{story:?}");
    assert_eq!(host.manager.granted(&caller(), user()).await.unwrap(), None, "it waits no more");
}

#[tokio::test]
async fn what_was_granted_while_the_host_was_away_counts() {
    let scene = Scene::new();
    let host = scene.host().await;
    assert_eq!(standing(&host), "disabled: awaiting grant");
    drop(host);
    scene.grant_everything();
    assert_eq!(standing(&scene.host().await), "active");
}

#[tokio::test]
async fn a_user_may_let_it_do_without_and_is_not_asked_again() {
    let scene = Scene::new();
    let host = scene.host().await;
    host.manager.enable_as_granted(&caller(), user()).await.unwrap();
    assert_eq!(standing(&host), "active");
    drop(host);
    let host = scene.host().await;
    assert_eq!(standing(&host), "active");
    // An update that asks for more goes on with what was granted before.
    edit(&scene.place(), "api.example.com", "more.example.com");
    host.manager.rescan().await;
    assert_eq!(standing(&host), "active");
}

#[tokio::test]
async fn who_asks_for_nothing_any_more_comes_up() {
    let scene = Scene::new();
    let host = scene.host().await;
    asks_for_nothing(&scene.place());
    host.manager.rescan().await;
    assert_eq!(standing(&host), "active");
    let refused = host.manager.granted(&"nobody".parse().unwrap(), user()).await.unwrap_err();
    assert!(matches!(refused, StartError::Unknown { .. }));
}
