//! What holds for every input.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Map, Value};
use stonks_plugin::resolve::{Offer, plan, resolve};
use stonks_plugin::validate::place::locate;
use stonks_plugin::validate::{MOST_FINDINGS, judge};
use stonks_plugin::{Manifest, PluginId, version};

/// Any JSON, often with keys and words that mean something in a manifest.
fn json() -> impl Strategy<Value = Value> {
    let words = prop::sample::select(vec![
        "plugin",
        "name",
        "version",
        "type",
        "broker",
        "1.0.0",
        "api",
        "capabilities",
        "services",
        "trade",
        "permissions",
        "http",
        "host",
        "purpose",
        "settings",
        "kind",
        "auth",
        "runtime",
        "entry_points",
        "main",
        "a:B",
        "dependencies",
        "plugin_dependencies",
        "credentials",
        "key",
        "configuration",
        "required_credentials",
        "min_version",
        "~=1.0",
        "headers",
        "choices",
    ]);
    let text = prop_oneof![words.clone().prop_map(str::to_owned), any::<String>()];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text.clone().prop_map(Value::String),
    ];
    leaf.prop_recursive(5, 60, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::Array),
            prop::collection::vec((text.clone(), inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// A full manifest in which one value is another.
fn spoilt() -> impl Strategy<Value = Value> {
    let full: Value = serde_json::from_str(include_str!("../ui/valid/full.json")).unwrap();
    (any::<prop::sample::Index>(), json()).prop_map(move |(index, other)| {
        let mut spoilt = full.clone();
        let places = places(&spoilt, String::new());
        *spoilt.pointer_mut(&places[index.index(places.len())]).unwrap() = other;
        spoilt
    })
}

fn places(value: &Value, at: String) -> Vec<String> {
    let mut all = vec![at.clone()];
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                let key = key.replace('~', "~0").replace('/', "~1");
                all.extend(places(value, format!("{at}/{key}")));
            }
        }
        Value::Array(items) => {
            for (place, item) in items.iter().enumerate() {
                all.extend(places(item, format!("{at}/{place}")));
            }
        }
        _ => {}
    }
    all
}

/// A manifest is parsed, or something forbids its use; never neither.
fn check(bytes: &[u8]) -> Result<(), TestCaseError> {
    let (manifest, findings) = judge(bytes);
    let is_forbidden = findings.iter().any(|finding| finding.level == stonks_plugin::Level::Error);
    prop_assert!(manifest.is_some() || is_forbidden);
    prop_assert!(findings.len() <= MOST_FINDINGS + 1);
    if !is_forbidden {
        prop_assert_eq!(Manifest::parse(bytes).ok(), manifest);
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        for finding in &findings {
            let place = locate(text, &finding.at);
            prop_assert!(place.is_none_or(|place| place.line <= text.lines().count().max(1)));
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_judged(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        check(&bytes)?;
    }

    #[test]
    fn any_json_is_judged(value in json()) {
        check(&serde_json::to_vec(&value).unwrap())?;
    }

    #[test]
    fn a_manifest_with_anything_anywhere_is_judged(value in spoilt()) {
        check(&serde_json::to_vec(&value).unwrap())?;
    }

    #[test]
    fn an_order_respects_what_plugins_need(offers in offers()) {
        let plan = plan(&offers);
        for (place, chosen) in plan.order.iter().enumerate() {
            let offer = offers.iter().find(|offer| offer.id == chosen.id && offer.version == chosen.version);
            for (needed, range) in &offer.unwrap().needs {
                let before = plan.order[..place].iter().find(|earlier| earlier.id == *needed);
                prop_assert!(before.is_some_and(|found| version::allows(range, &found.version)));
            }
        }
        for offer in &offers {
            let is_loaded = plan.order.iter().any(|chosen| chosen.id == offer.id);
            let is_refused = plan.refused.iter().any(|(id, _)| *id == offer.id);
            prop_assert!(is_loaded != is_refused);
        }
    }

    #[test]
    fn the_order_of_offers_changes_nothing(offers in offers()) {
        let backwards: Vec<Offer> = offers.iter().rev().cloned().collect();
        prop_assert_eq!(plan(&offers).order, plan(&backwards).order);
        let star = [(offers[0].id.clone(), semver::VersionReq::STAR)];
        prop_assert_eq!(resolve(&star, &offers).is_ok(), resolve(&star, &backwards).is_ok());
    }
}

fn offers() -> impl Strategy<Value = Vec<Offer>> {
    let id = |number: u8| -> PluginId { format!("p{number}").parse().unwrap() };
    let need =
        (0_u8..6, prop::sample::select(vec!["*", "^1", "^2", "=1.1.0", "<1.1.0", ">=2.0.0-beta"]));
    let offer = (0_u8..6, prop::sample::select(vec!["1.0.0", "1.1.0", "2.0.0-beta.1", "2.0.0"]));
    let offer = (offer, prop::collection::vec(need, 0..3));
    prop::collection::vec(offer, 1..10).prop_map(move |offers| {
        let unique: BTreeMap<_, _> = offers.into_iter().collect();
        let offer = |((number, version), needs): ((u8, &str), Vec<(u8, &str)>)| Offer {
            id: id(number),
            version: version.parse().unwrap(),
            needs: needs
                .into_iter()
                .map(|(needed, range)| (id(needed), range.parse().unwrap()))
                .collect(),
        };
        unique.into_iter().map(offer).collect()
    })
}
