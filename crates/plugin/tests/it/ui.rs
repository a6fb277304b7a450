//! `tests/ui`: each input beside what is said about it. `BLESS=1` writes the outputs anew.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use semver::VersionReq;
use serde::Deserialize;
use stonks_plugin::resolve::{Chosen, Offer, plan, resolve};
use stonks_plugin::validate::place::locate;
use stonks_plugin::validate::{Context, judge_within};
use stonks_plugin::{Finding, Level, Manifest, PluginId};

fn inputs(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui").join(folder);
    let files = fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path());
    let mut inputs: Vec<PathBuf> = files
        .filter(|path| {
            let name = path.to_string_lossy();
            name.ends_with(".json") && !name.ends_with(".new.json")
        })
        .collect();
    inputs.sort();
    assert!(!inputs.is_empty());
    inputs
}

/// Compares with the file beside the input, or writes it.
pub(crate) fn expect(path: &Path, told: &str) {
    if std::env::var_os("BLESS").is_some() {
        fs::write(path, told).unwrap();
    }
    let expected = fs::read_to_string(path).unwrap_or_default();
    assert_eq!(told, expected, "{} differs; BLESS=1 writes it anew", path.display());
}

fn tell(findings: &[Finding], text: &str) -> String {
    let mut told = String::new();
    for finding in findings {
        let place = locate(text, &finding.at).unwrap();
        let Finding { rule, level, at, message, .. } = finding;
        writeln!(told, "{}:{} {level}[{rule}] {at}\n  {message}", place.line, place.column)
            .unwrap();
        if let Some(hint) = &finding.hint {
            writeln!(told, "  hint: {hint}").unwrap();
        }
    }
    if told.is_empty() { "nothing to say\n".to_owned() } else { told }
}

/// A host that stays the same while versions of the product pass.
fn host() -> Context {
    let offer = |name: &str, version: &str, needs: &[(&str, &str)]| Offer {
        id: name.parse().unwrap(),
        version: version.parse().unwrap(),
        needs: needs
            .iter()
            .map(|(name, range)| (name.parse().unwrap(), range.parse().unwrap()))
            .collect(),
    };
    Context {
        core: Some("0.4.0".parse().unwrap()),
        python: Some("3.11.2".parse().unwrap()),
        offers: Some(vec![
            offer("rates", "1.4.0", &[]),
            offer("mapper", "2.0.0", &[("rates", "^1")]),
            offer("circle", "1.0.0", &[("needs-a-circle", "*")]),
        ]),
        releases: vec![],
        names: vec!["my-own-broker".to_owned()],
    }
}

fn judge(path: &Path) -> (Option<Manifest>, Vec<Finding>) {
    let bytes = fs::read(path).unwrap();
    let (manifest, findings) = judge_within(&bytes, &host());
    expect(&path.with_extension("txt"), &tell(&findings, &String::from_utf8(bytes).unwrap()));
    (manifest, findings)
}

#[test]
fn good_manifests_give_no_occasion_to_complain() {
    for path in inputs("valid") {
        let (manifest, findings) = judge(&path);
        assert_eq!(findings, [], "{}", path.display());
        let again = serde_json::to_vec(&manifest).unwrap();
        assert_eq!(Manifest::parse(&again).ok(), manifest, "{}", path.display());
    }
}

#[test]
fn bad_manifests_are_told_all_that_is_wrong_with_them() {
    for path in inputs("invalid") {
        let (_, findings) = judge(&path);
        assert!(!findings.is_empty(), "{}", path.display());
    }
}

#[test]
fn old_manifests_are_made_new_ones() {
    for path in inputs("legacy") {
        let (manifest, findings) = judge(&path);
        assert!(findings.iter().all(|finding| finding.level == Level::Warning), "{findings:?}");
        let new = serde_json::to_string_pretty(&manifest.unwrap()).unwrap() + "\n";
        expect(&path.with_extension("new.json"), &new);
        let (again, _) = judge_within(new.as_bytes(), &host());
        assert_eq!(again, Manifest::parse(&fs::read(&path).unwrap()).ok(), "{}", path.display());
    }
}

#[derive(Deserialize)]
struct Question {
    /// All that is offered where there is nothing.
    wanted: Option<BTreeMap<PluginId, VersionReq>>,
    /// `name version`, and what it needs.
    offers: BTreeMap<String, BTreeMap<PluginId, VersionReq>>,
}

fn lines(order: &[Chosen]) -> String {
    order.iter().fold(String::new(), |mut told, chosen| {
        writeln!(told, "{} {}", chosen.id, chosen.version).unwrap();
        told
    })
}

#[test]
fn plugins_are_ordered_or_it_is_told_why_not() {
    for path in inputs("resolve") {
        let question: Question = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        let offer = |(named, needs): (String, BTreeMap<PluginId, VersionReq>)| {
            let (name, version) = named.split_once(' ').unwrap();
            Offer { id: name.parse().unwrap(), version: version.parse().unwrap(), needs }
        };
        let offers: Vec<Offer> = question.offers.into_iter().map(offer).collect();
        let told = match question.wanted {
            Some(wanted) => {
                let wanted: Vec<_> = wanted.into_iter().collect();
                match resolve(&wanted, &offers) {
                    Ok(order) => lines(&order),
                    Err(conflict) => format!("{conflict}\n"),
                }
            }
            None => {
                let plan = plan(&offers);
                plan.refused.iter().fold(lines(&plan.order), |told, (id, conflict)| {
                    format!("{told}without {id}: {conflict}\n")
                })
            }
        };
        expect(&path.with_extension("txt"), &told);
    }
}
