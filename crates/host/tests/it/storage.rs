//! What plugins keep: their own, within their quota, if they may.

use std::fs;
use std::sync::Arc;

use serde_json::json;

use crate::outside::{World, egress_limits, obey};
use crate::test_host::{TestHost, built, limits};

fn granted(quota: u64) -> serde_json::Value {
    json!({ "storage": { "quota_bytes": quota, "purpose": "" } })
}

/// What `caller` gets, one command after the other.
async fn check(world: &Arc<World>, steps: &[(&str, &str)]) {
    let host = TestHost::outside(world.outside(egress_limits()), limits()).await;
    let caller = host.start_as_granted("caller").await;
    for (told, expected) in steps {
        assert_eq!(obey(&caller, told).await, *expected, "{told}");
    }
}

#[tokio::test]
async fn a_plugin_keeps_what_it_stores() {
    let world = Arc::new(World::default());
    world.grant("caller", &granted(1000));
    check(
        &world,
        &[
            ("get a", "nothing"),
            ("set a one", "done"),
            ("set b two", "done"),
            ("set a three", "done"),
            ("get a", "three"),
            ("keys ", "a b"),
            ("keys b", "b"),
            ("delete a", "done"),
            ("delete a", "done"),
            ("get a", "nothing"),
        ],
    )
    .await;
    check(&world, &[("get b", "two")]).await;
}

#[tokio::test]
async fn without_a_grant_nothing_is_kept() {
    let denied =
        "denied: storage is not granted; grant it with `stonks plugin grant caller --storage`";
    let steps = [("get a", denied), ("set a b", denied), ("delete a", denied), ("keys ", denied)];
    check(&Arc::new(World::default()), &steps).await;
}

#[tokio::test]
async fn the_quota_is_the_smaller_of_manifest_and_grant() {
    for (quota, expected) in [(500, "full: 500"), (5_000, "full: 1000")] {
        let world = Arc::new(World::default());
        world.grant("caller", &granted(quota));
        check(&world, &[("fill k 499", "done"), ("fill j 600", expected), ("keys ", "k")]).await;
    }
}

#[tokio::test]
async fn keys_and_values_have_their_measure() {
    let world = Arc::new(World::default());
    world.grant("caller", &granted(1000));
    let rule = "failed: a key has 1 to 256 bytes and no control characters";
    let long = "k".repeat(257);
    check(
        &world,
        &[
            ("set  v", rule),
            (&format!("set {long} v"), rule),
            ("get a\nb", rule),
            ("fill k 1048577", "failed: a value has at most 1048576 bytes"),
        ],
    )
    .await;
}

/// The same component under another name has another space, whatever key it asks for.
#[tokio::test]
async fn no_key_reaches_what_another_plugin_keeps() {
    let folder = tempfile::tempdir().unwrap();
    let other = folder.path().join("other");
    fs::create_dir(&other).unwrap();
    fs::copy(built("fixtures").join("caller/caller.wasm"), other.join("caller.wasm")).unwrap();
    let manifest =
        fs::read_to_string(built("fixtures").join("caller/plugin_manifest.json")).unwrap();
    let manifest = manifest.replace("\"name\": \"caller\"", "\"name\": \"other\"");
    fs::write(other.join("plugin_manifest.json"), manifest).unwrap();

    let world = Arc::new(World::default());
    world.grant("caller", &granted(1000));
    world.grant("other", &granted(1000));
    check(&world, &[("set secret mine", "done")]).await;
    let host = TestHost::outside_over(
        vec![folder.path().to_owned()],
        world.outside(egress_limits()),
        limits(),
    )
    .await;
    let other = host.start_as_granted("other").await;
    for key in ["secret", "caller/secret", "../caller/secret", "caller secret", "%", "secret%"] {
        assert_eq!(obey(&other, &format!("get {key}")).await, "nothing", "{key}");
    }
    assert_eq!(obey(&other, "keys ").await, "");
    assert_eq!(obey(&other, "delete secret").await, "done");
    check(&world, &[("get secret", "mine")]).await;
}
