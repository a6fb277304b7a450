//! What is told of plugins, and of what fails, without running anything.

use std::collections::BTreeMap;

use stonks_host::outside::OutsideError;
use stonks_host::records::{NoRecords, Records};
use stonks_host::{GrantedAddress, Grants, Outside, StartError, Storage, SystemResolver, confine};
use stonks_plugin::health::Health;
use stonks_plugin::service::PluginKind;
use stonks_plugin::{PluginId, Service};

use crate::python::python;
use crate::test_host::{TestHost, built, copy_of, edit};

fn id(name: &str) -> PluginId {
    name.parse().unwrap()
}

#[tokio::test]
async fn a_plugin_is_described_by_its_manifest() {
    let host = TestHost::new().await;
    let info = host.manager.get(&id("degiro")).unwrap();
    assert_eq!(
        (info.services(), info.kind()),
        (&[Service::FileImport][..], Some(PluginKind::Broker))
    );
    assert_eq!((info.health(), info.is_usable()), (Health::Unknown, true));
    let names = host.manager.names();
    assert!(names.is_sorted() && names.contains(&"degiro".to_owned()));
    assert!(host.manager.inspect(&id("degiro")).unwrap().findings.is_empty());
    assert!(host.manager.get(&id("nobody")).is_none());
    assert_ne!(host.manager.digest(&id("degiro")).unwrap(), [0; 32]);
}

#[tokio::test]
async fn settings_are_checked_without_starting_anything() {
    let folder = tempfile::tempdir().unwrap();
    copy_of("generator", &folder.path().join("generator"));
    copy_of("caller", &folder.path().join("broken"));
    edit(&folder.path().join("broken"), "\"name\": \"caller\"", "\"name\": \"broken\"");
    edit(&folder.path().join("broken"), "\"version\": \"", "\"version\": \"x");
    let host = TestHost::over(vec![folder.path().to_path_buf()], None).await;
    let check = |name: &str, settings: &[(&str, &str)]| -> Result<(), StartError> {
        let settings: BTreeMap<String, String> =
            settings.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        host.manager.check_settings(&id(name), &settings)
    };
    check("generator", &[]).unwrap();
    let refused = check("generator", &[("nonsense", "1")]).unwrap_err();
    assert!(refused.to_string().contains("nonsense"), "{refused}");
    let refused = check("nobody", &[]).unwrap_err();
    assert!(refused.hint().unwrap().starts_with("there is "), "{refused}");
    let refused = check("broken", &[]).unwrap_err();
    assert!(refused.hint().unwrap().contains("stonks plugin info broken"), "{refused}");
}

#[tokio::test]
async fn without_anything_outside_everything_is_denied() {
    let outside = Outside::default();
    let plugin = id("anyone");
    assert!(outside.grants.of(&plugin).await.unwrap().addresses.is_empty());
    let storage: &dyn Storage = outside.storage.as_ref();
    assert_eq!(storage.get(&plugin, "key").await, Ok(None));
    assert!(storage.set(&plugin, "key", b"value", 10).await.is_err());
    assert_eq!(storage.keys(&plugin, "").await, Ok(Vec::new()));
    storage.delete(&plugin, "key").await.unwrap();
    assert_eq!(OutsideError("gone".to_owned()).to_string(), "gone");
    let grants: &dyn Grants = outside.grants.as_ref();
    assert!(grants.of(&plugin).await.unwrap().permissions.http.is_empty());
}

#[tokio::test]
async fn a_host_without_records_starts_anew_each_time() {
    let records = NoRecords;
    assert!(records.standings().await.unwrap().is_empty());
    assert!(records.recorded_elsewhere().await.unwrap().is_empty());
    assert!(!records.thresholds("anyone").await.unwrap().is_empty());
    records.trust("place", "digest").await.unwrap();
    assert!(!records.is_trusted("place", "digest").await.unwrap());
    assert!(records.settings("anyone").await.unwrap().is_empty());
    records.record_logs(&[]).await.unwrap();
}

#[test]
fn only_addresses_of_this_machine_are_opened() {
    let check = |address: &str, root: Option<&str>, expected: Option<&str>| {
        let opened = GrantedAddress::new(address.parse().unwrap(), root.map(str::to_owned));
        match expected {
            None => drop(opened.unwrap()),
            Some(expected) => {
                let refused = opened.unwrap_err().to_string();
                assert!(refused.contains(expected), "{refused}");
            }
        }
    };
    check("127.0.0.1:8080", None, None);
    check("[::1]:8080", None, None);
    check("10.0.0.1:8080", None, Some("no address of this machine"));
    check("127.0.0.1:0", None, Some("no address of this machine"));
    check("127.0.0.1:8080", Some("nonsense"), Some("certificate"));
}

#[tokio::test]
async fn names_are_resolved_by_the_system() {
    let resolver: &dyn stonks_host::Resolver = &SystemResolver;
    let addresses = resolver.resolve("localhost", 80).await.unwrap();
    assert!(addresses.iter().all(|address| address.ip().is_loopback()), "{addresses:?}");
}

#[tokio::test]
async fn this_machine_tells_what_confines_python() {
    let holds = confine::what_holds(&python().confiner.unwrap()).await.unwrap();
    assert!(holds.is_complete(), "{holds:?}");
    let nowhere = ("/nowhere/confine".into(), Vec::new());
    assert!(confine::what_holds(&nowhere).await.is_err());
    let host = TestHost::with(stonks_host::Options {
        python: python(),
        ..stonks_host::Options::bare(
            vec![built("fixtures")],
            std::sync::Arc::new(jiff::Timestamp::now),
        )
    })
    .await;
    let standing = host.manager.python().await;
    assert!(standing.interpreter.unwrap().version.release() >= &[3, 11][..]);
    assert!(standing.holds.unwrap().is_complete());
    // Nonsense is refused before anything runs.
    let code = confine::serve([std::ffi::OsString::from("nonsense")].into_iter(), std::io::sink());
    assert_eq!(code, std::process::ExitCode::from(126));
}
