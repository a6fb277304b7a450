//! A component against its manifest.

use stonks_plugin::service::PluginKind;
use stonks_plugin::validate::{ComponentFacts, component};
use stonks_plugin::{Manifest, Service};

/// A broker that offers transactions and asks for nothing.
fn manifest(from: &str, to: &str) -> Manifest {
    let text = include_str!("../ui/valid/smallest.json");
    assert!(text.contains(from));
    Manifest::parse(text.replace(from, to).as_bytes()).unwrap()
}

fn good() -> ComponentFacts {
    ComponentFacts {
        services: vec![Service::Transaction],
        has_lifecycle: true,
        api_version: Some("1.0.0".to_owned()),
        ..ComponentFacts::default()
    }
}

fn check(manifest: &Manifest, facts: &ComponentFacts, expected: &[&str]) {
    let told: Vec<String> = component(manifest, facts)
        .iter()
        .map(|finding| format!("{} {}: {}", finding.rule, finding.at, finding.message))
        .collect();
    assert_eq!(told, expected);
}

#[test]
fn one_that_is_as_its_manifest_says_is_fine() {
    check(&manifest("{", "{"), &good(), &[]);
}

#[test]
fn what_it_uses_must_be_asked_for() {
    let imports = vec!["http".to_owned(), "storage".to_owned(), "log".to_owned()];
    check(
        &manifest("{", "{"),
        &ComponentFacts { imports, ..good() },
        &[
            "import-undeclared /permissions: the component uses `http`, the manifest doesn't ask for it: it will be denied",
            "import-undeclared /permissions: the component uses `storage`, the manifest doesn't ask for it: it will be denied",
        ],
    );
    let asks = "\"permissions\": {\"storage\": {\"quota_bytes\": 9, \"purpose\": \"x\"}}, \"api\"";
    check(
        &manifest("\"api\"", asks),
        &good(),
        &[
            "permission-unused /permissions/storage: the manifest asks for `storage`, the component doesn't use it",
        ],
    );
}

#[test]
fn what_nobody_offers_is_refused() {
    let unknown_imports = vec!["wasi:sockets/tcp@0.2.0".to_owned()];
    check(
        &manifest("{", "{"),
        &ComponentFacts { unknown_imports, has_lifecycle: false, ..good() },
        &[
            "lifecycle-missing /runtime/module: the component doesn't export `stonks:plugin/lifecycle`",
            "import-unknown /runtime/module: the component imports `wasi:sockets/tcp@0.2.0`, which this host doesn't offer",
        ],
    );
}

#[test]
fn services_are_those_of_the_manifest() {
    check(
        &manifest("{", "{"),
        &ComponentFacts { services: vec![Service::Fee], ..good() },
        &[
            "service-absent /capabilities/services/0: the manifest lists `transaction`, the component doesn't export it",
            "service-undeclared /capabilities/services: the component exports `fee`, the manifest doesn't list it",
        ],
    );
}

#[test]
fn other_kinds_export_their_own_interface() {
    let view = manifest("\"broker\"", "\"view\"");
    let facts = |kinds| ComponentFacts { kinds, services: vec![], ..good() };
    let told = component(&view, &facts(vec![PluginKind::Aggregator]));
    assert_eq!(told[0].message, "the manifest says `view`, the component doesn't export it");
    assert!(
        component(&view, &facts(vec![PluginKind::View])).iter().all(|f| f.rule != "kind-absent")
    );
}

#[test]
fn its_stamp_is_an_api_that_is_offered_and_meant() {
    let stamped = |version: Option<&str>| ComponentFacts {
        api_version: version.map(str::to_owned),
        ..good()
    };
    let unstamped = "api-version-unstamped /runtime/module: the component carries no API version";
    check(&manifest("{", "{"), &stamped(None), &[unstamped]);
    check(
        &manifest("{", "{"),
        &stamped(Some("9.0.0")),
        &[
            "api-version-unmet /runtime/module: the component was built for API 9.0.0, which this host doesn't offer",
        ],
    );
    check(
        &manifest("\"1.0.0\", \"max_version\": \"1.0.0\"", "\"1.1.0\", \"max_version\": \"1.2.0\""),
        &good(),
        &[
            "api-version-outside /api: the component was built for API 1.0.0, the manifest says 1.1.0 to 1.2.0",
        ],
    );
}
