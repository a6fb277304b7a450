//! Plugins by what they are, offer and know.

use stonks_host::registry::Field;
use stonks_host::{Query, Registry};
use stonks_plugin::Service;
use stonks_plugin::service::PluginKind;

use crate::folders::{Folders, manifest};
use crate::test_host::TestHost;

/// A broker in Amsterdam, a broker of coins, a view, and one that is broken.
async fn registry() -> Registry {
    let folders = Folders::new();
    let write = |name: &str, from: &str, to: &str| {
        let text = manifest(name, "1.0.0").replace(from, to);
        folders.plugin(&format!("named/{name}"));
        folders.write(&format!("named/{name}/plugin_manifest.json"), text);
    };
    write(
        "amsterdam",
        r#""services": ["transaction"]"#,
        r#""services": ["transaction", "dividend"], "features": ["Offline"],
           "supported_markets": ["XAMS", "XETR"], "supported_currencies": ["EUR", "USD"]"#,
    );
    write(
        "coins",
        r#""services": ["transaction"]"#,
        r#""services": ["transaction"], "features": ["staking"], "supported_currencies": ["EUR"]"#,
    );
    write("ladder", r#""type": "broker""#, r#""type": "view""#);
    write("broken", "}", "");
    Registry::new(TestHost::over(folders.plugin_dirs.clone(), None).await.manager.list())
}

async fn check(query: &Query, expected: &[&str]) {
    let registry = registry().await;
    let names: Vec<&str> =
        registry.select(query).into_iter().map(|plugin| plugin.name.as_str()).collect();
    assert_eq!(names, expected, "{query:?}");
}

#[tokio::test]
async fn a_query_selects_by_all_that_it_asks_for() {
    let all = Query::default;
    check(&all(), &["amsterdam", "broken", "coins", "ladder"]).await;
    check(&all().kind(PluginKind::Broker), &["amsterdam", "coins"]).await;
    check(&all().kind(PluginKind::View), &["ladder"]).await;
    check(&all().kind(PluginKind::Aggregator), &[]).await;
    check(&all().service(Service::Dividend), &["amsterdam"]).await;
    check(&all().service(Service::Transaction).service(Service::Dividend), &["amsterdam"]).await;
    check(&all().with(Field::Currency, "eur"), &["amsterdam", "coins"]).await;
    check(&all().with(Field::Currency, "EUR").with(Field::Currency, "USD"), &["amsterdam"]).await;
    check(&all().with(Field::Market, "xams").with(Field::Feature, "offline"), &["amsterdam"]).await;
    check(&all().with(Field::Market, "XAMS").with(Field::Feature, "staking"), &[]).await;
    check(&all().with(Field::State, "error"), &["broken"]).await;
    check(&all().with(Field::State, "discovered").kind(PluginKind::View), &["ladder"]).await;
}

#[tokio::test]
async fn a_plugin_is_found_by_its_name() {
    let registry = registry().await;
    assert_eq!(registry.all().len(), 4);
    assert_eq!(registry.get(&"coins".parse().unwrap()).unwrap().name, "coins");
    assert!(registry.get(&"coin".parse().unwrap()).is_none());
    assert_eq!(registry.nearest_name(&"coin".parse().unwrap()), Some("coins"));
    assert_eq!(registry.nearest_name(&"zzz".parse().unwrap()), None);
}

#[tokio::test]
async fn what_no_plugin_has_is_told_with_what_may_have_been_meant() {
    let query = Query::default()
        .with(Field::Market, "xamx")
        .with(Field::Feature, "stakin")
        .with(Field::Currency, "CHF")
        .with(Field::Currency, "EUR");
    let told: Vec<String> =
        registry().await.unknown(&query).iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "no plugin has market `XAMX`; did you mean `XAMS`",
            "no plugin has feature `stakin`; did you mean `staking`",
            "no plugin has currency `CHF`",
        ]
    );
}

#[tokio::test]
async fn every_state_that_a_plugin_may_be_in_can_be_asked_for() {
    let registry = registry().await;
    for plugin in registry.all() {
        let query = Query::default().with(Field::State, &plugin.state.to_string());
        let names = registry.select(&query).into_iter().map(|found| &found.name);
        assert!(names.into_iter().any(|name| *name == plugin.name), "{}", plugin.state);
    }
}
