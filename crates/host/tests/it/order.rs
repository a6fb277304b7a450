//! Plugins that need other plugins: they come up behind those, and what can't be met is told.

use std::path::Path;
use std::sync::Arc;

use stonks_host::records::Actor;
use stonks_host::{Options, PluginInfo};
use stonks_plugin::lifecycle::Standing;

use crate::kept::Kept;
use crate::test_host::{TestHost, copy_of, edit, options};

/// A copy of the generator under another name, which needs others.
fn put(folder: &Path, name: &str, needs: &str) {
    let folder = folder.join(name);
    copy_of("generator", &folder);
    let about = format!("\"name\": \"{name}\"");
    edit(&folder, "\"name\": \"generator\"", &about);
    let needs = format!("\"dependencies\": {{ \"plugin_dependencies\": {needs} }}, \"api\":");
    edit(&folder, "\"api\":", &needs);
}

#[tokio::test]
async fn who_needs_others_comes_up_behind_them_and_who_lacks_them_says_so() {
    let (kept, folder) = (Arc::new(Kept::default()), tempfile::tempdir().unwrap());
    put(folder.path(), "alpha", r#"{ "beta": "^0.1" }"#);
    put(folder.path(), "beta", r#"{ "gamma": ">=0.1" }"#);
    put(folder.path(), "gamma", "{}");
    put(folder.path(), "lacking", r#"{ "nowhere": "^1" }"#);
    put(folder.path(), "newer", r#"{ "gamma": "^2" }"#);
    put(folder.path(), "one", r#"{ "other": "*" }"#);
    put(folder.path(), "other", r#"{ "one": "*" }"#);
    let options =
        Options { records: Arc::clone(&kept) as _, ..options(vec![folder.path().to_path_buf()]) };
    let host = TestHost::with(options).await;
    host.manager.start_all().await;
    let steps = kept.steps.lock().unwrap();
    let started: Vec<&str> = steps
        .iter()
        .filter(|step| step.event.to_string() == "started")
        .map(|step| step.plugin.as_str())
        .collect();
    assert_eq!(started, ["gamma", "beta", "alpha"]);
    let standings: Vec<String> = host
        .manager
        .list()
        .into_iter()
        .filter(|plugin| !started.contains(&plugin.name.as_str()))
        .map(|plugin| {
            let standing = Standing { state: plugin.state, reason: plugin.reason };
            format!("{}: {standing}", plugin.name)
        })
        .collect();
    insta::assert_snapshot!(standings.join("\n"));
}

#[tokio::test]
async fn who_loses_what_it_needs_ends_and_comes_back_with_it() {
    let (kept, folder) = (Arc::new(Kept::default()), tempfile::tempdir().unwrap());
    put(folder.path(), "alpha", r#"{ "beta": "^0.1" }"#);
    put(folder.path(), "beta", r#"{ "gamma": ">=0.1" }"#);
    put(folder.path(), "gamma", "{}");
    put(folder.path(), "alone", "{}");
    let options =
        Options { records: Arc::clone(&kept) as _, ..options(vec![folder.path().to_path_buf()]) };
    let host = TestHost::with(options).await;
    host.manager.start_all().await;
    let check = |expected: &[&str]| {
        let told = |plugin: PluginInfo| {
            let standing = Standing { state: plugin.state, reason: plugin.reason };
            format!("{}: {standing}", plugin.name)
        };
        let standings: Vec<String> = host.manager.list().into_iter().map(told).collect();
        assert_eq!(standings, expected);
    };
    check(&["alone: active", "alpha: active", "beta: active", "gamma: active"]);

    let (there, away) = (folder.path().join("gamma"), folder.path().join(".gamma"));
    std::fs::rename(&there, &away).unwrap();
    host.manager.rescan().await;
    let lost = [
        "alone: active",
        "alpha: error: because `beta 0.1.0` needs `gamma >=0.1.0`, which isn't there, `beta 0.1.0` can't be \
         loaded; and because `alpha 0.1.0` needs `beta >=0.1.0, <0.2.0` and you want `alpha`, what you want \
         can't be had",
        "beta: error: `beta` needs `gamma`, which isn't there",
        "gamma: disabled: its files are gone",
    ];
    check(&lost);
    let refused = host.start("beta", &[]).await.err().unwrap();
    assert_eq!(
        refused.to_string(),
        "plugin `beta` can't be used: `beta` needs `gamma`, which isn't there"
    );
    assert!(host.manager.reload(&"beta".parse().unwrap(), Actor::Host).await.is_err());
    assert!(host.manager.rescan().await.is_empty(), "it is told once");

    std::fs::rename(&away, &there).unwrap();
    host.manager.rescan().await;
    check(&["alone: active", "alpha: active", "beta: active", "gamma: active"]);
}
