//! A thousand plugins of which a hundred are broken: the others come up, and each broken one says why.

use std::collections::BTreeMap;
use std::fs;

use stonks_plugin::lifecycle::{Reason, State};

use crate::test_host::{TestHost, built};

const N_PLUGINS: usize = 1_000;

/// Ways to be broken; a tenth of all plugins take them in turn.
const BROKEN: [&str; 5] = ["no json", "other api", "no component", "not a component", "empty"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_plugins_of_which_a_hundred_are_broken() {
    let folder = tempfile::tempdir().unwrap();
    let from = built("fixtures").join("generator");
    let component = fs::read(from.join("generator.wasm")).unwrap();
    let manifest = fs::read_to_string(from.join("plugin_manifest.json")).unwrap();
    for number in 0..N_PLUGINS {
        let to = folder.path().join(format!("plugins/generator-{number:04}"));
        fs::create_dir_all(&to).unwrap();
        let name = format!("\"generator-{number:04}\"");
        let mut manifest = manifest.replacen("\"generator\"", &name, 1);
        let mut component = Some(component.as_slice());
        let spoil = (number % 10 == 0).then(|| BROKEN[number / 10 % BROKEN.len()]);
        match spoil {
            Some("no json") => manifest = manifest.replace(':', ";"),
            Some("other api") => manifest = manifest.replace("\"1.0.0\"", "\"9.0.0\""),
            Some("no component") => component = None,
            Some("not a component") => component = Some(b"\0asm, or so it says"),
            Some(_) => manifest.clear(),
            None => {}
        }
        fs::write(to.join("plugin_manifest.json"), manifest).unwrap();
        if let Some(component) = component {
            fs::write(to.join("generator.wasm"), component).unwrap();
        }
    }
    let host =
        TestHost::over(vec![folder.path().join("plugins")], Some(folder.path().join("data"))).await;
    host.manager.start_all().await;
    let mut states = BTreeMap::<State, usize>::new();
    for plugin in host.manager.list() {
        *states.entry(plugin.state).or_default() += 1;
        if plugin.state == State::Error {
            assert!(matches!(plugin.reason, Some(Reason::Invalid { .. })), "{}", plugin.name);
        }
    }
    assert_eq!(states, BTreeMap::from([(State::Active, 900), (State::Error, 100)]));
    assert!(host.start("generator-0501", &[]).await.is_ok());
}
