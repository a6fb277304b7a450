//! Python plugins as their authors write them: in the roadmap's form and in our own, from a folder, from
//! an entry point, with packages of their own; and one that tries what it may not.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use serde_json::json;
use stonks_core::fact::{Fact, Located};
use stonks_host::discovery::Places;
use stonks_host::{Instance, Options, PythonOptions};
use stonks_plugin::Service;

use crate::kinds::{delivery, origin, snapshot};
use crate::outside::{World, egress_limits};
use crate::python::{limits, python};
use crate::server::Server;
use crate::test_host::{TestHost, options, read};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/python")
}

fn settled(plugin_dirs: Vec<PathBuf>) -> Options {
    Options { limits: limits(), python: python(), ..options(plugin_dirs) }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().flatten() {
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy(&from, &to);
        } else {
            fs::copy(&from, &to).unwrap();
        }
    }
}

/// All pages of a service.
async fn fetched(instance: &Instance, service: Service) -> Vec<Located> {
    let (mut facts, mut cursor) = (Vec::new(), None);
    loop {
        let page = instance.fetch(service, cursor, None).await.unwrap();
        facts.extend(page.facts);
        cursor = page.next;
        if cursor.is_none() {
            return facts;
        }
    }
}

/// What the broker in the roadmap's form tells, service by service.
async fn of_acme(instance: &Instance) -> Vec<Located> {
    let mut all = Vec::new();
    for service in [
        Service::Portfolio,
        Service::Transaction,
        Service::Account,
        Service::Deposit,
        Service::Dividend,
        Service::Fee,
    ] {
        all.extend(fetched(instance, service).await);
    }
    all
}

const CREDENTIALS: [(&str, &str); 0] = [];

#[tokio::test]
async fn a_broker_in_the_roadmaps_form_tells_the_same_from_a_folder_and_from_an_entry_point() {
    let from_folder = TestHost::with(settled(vec![fixtures().join("acme-broker")])).await;
    let told = of_acme(&from_folder.start("acme-broker", &CREDENTIALS).await.unwrap()).await;
    let n_of = |kind: &str| told.iter().filter(|it| it.fact.kind().to_string() == kind).count();
    assert!(n_of("transaction") > 3 && n_of("position") > 1 && n_of("cash-movement") > 3);

    let environment = tempfile::tempdir().unwrap();
    let site_packages = installed(environment.path());
    copy(&fixtures().join("acme-broker"), &site_packages.join("acme_broker"));
    let information = "acme_broker-1.0.0.dist-info";
    copy(
        &fixtures().join("acme-broker-package").join(information),
        &site_packages.join(information),
    );
    let places = Places { site_packages: vec![site_packages], ..Places::default() };
    let from_entry_point = TestHost::with(Options { places, ..settled(Vec::new()) }).await;
    let again = of_acme(&from_entry_point.start("acme-broker", &CREDENTIALS).await.unwrap()).await;
    assert!(told == again, "an entry point tells something else than a folder");
}

/// A virtual environment; returns where its packages are.
#[expect(clippy::disallowed_methods, reason = "makes an environment as a user would")]
fn installed(folder: &Path) -> PathBuf {
    let made = Command::new("python3").args(["-m", "venv", "--without-pip"]).arg(folder).status();
    assert!(made.unwrap().success());
    let version = fs::read_dir(folder.join("lib")).unwrap().flatten().next().unwrap();
    version.path().join("site-packages")
}

#[tokio::test]
async fn a_plugin_reaches_the_world_through_the_host_alone() {
    let world = Arc::new(World::default());
    let server = Server::https(&["api.example.com"]).await;
    world.name("api.example.com", &[&[&server.address.to_string()]]);
    world.open("fact-broker", server.address, server.certificate.as_deref());
    world.grant(
        "fact-broker",
        &json!({
            "http": [{ "host": "api.example.com", "purpose": "" }],
            "storage": { "quota_bytes": 65536, "purpose": "" }
        }),
    );
    let outside = world.outside(egress_limits());
    let host =
        TestHost::with(Options { outside, ..settled(vec![fixtures().join("fact-broker")]) }).await;
    let broker = host.start("fact-broker", &[]).await.unwrap();

    let transactions = fetched(&broker, Service::Transaction).await;
    assert_eq!(transactions.len(), 13, "twelve, and what they are of");
    let amount = async || match &fetched(&broker, Service::Deposit).await[0].fact {
        Fact::CashMovement(movement) => movement.money.amount.to_string(),
        other => panic!("{other:?}"),
    };
    assert_eq!([amount().await, amount().await], ["1", "2"], "what it keeps, it finds again");
    assert_eq!(fetched(&broker, Service::Portfolio).await.len(), 2);
    assert_eq!(world.told(), ["fact-broker GET api.example.com/positions 200 37: ok"]);
    let refused = broker.fetch(Service::Fee, None, None).await.unwrap_err();
    assert_eq!(refused.kind.to_string(), "the broker asks to wait 7 s");
    world.revoke("fact-broker");
    let refused = broker.fetch(Service::Portfolio, None, None).await.unwrap_err();
    assert!(refused.to_string().contains("granted"), "{refused}");

    let read_again = read(&broker, "acme;1\n2024-01-02;3;10.5\n2024-01-02;3;10.5\n").await.unwrap();
    assert_eq!(read_again.len(), 3);
    let refused = read(&broker, "acme;1\n2024-01-02;three;10.5\n").await.unwrap_err();
    let refusal = refused.refusal().unwrap();
    assert_eq!(
        (refusal.line, refusal.message.as_str()),
        (Some(2), "`2024-01-02;three;10.5` is no row")
    );
}

#[tokio::test]
async fn the_other_kinds_answer_too() {
    let folders = ["middleware", "aggregator", "view"].map(|folder| fixtures().join(folder));
    let host = TestHost::with(settled(folders.to_vec())).await;
    let middleware = host.start("crypto-sector", &[]).await.unwrap();
    let facts = middleware.transform(origin(), delivery()).await.unwrap();
    let is_note = |located: &&Located| matches!(located.fact, Fact::Note(_));
    let n_notes = delivery().iter().filter(is_note).count();
    assert_eq!(facts.len(), delivery().len() - n_notes);
    let aggregator = host.start("largest-position", &[]).await.unwrap();
    let metrics = aggregator.compute(&snapshot()).await.unwrap();
    let names: Vec<&str> = metrics.iter().map(|metric| metric.name.as_str()).collect();
    assert_eq!(names, ["largest-share", "largest-name", "largest-value", "holdings"]);
    let panels = host.start("cash-panel", &[]).await.unwrap().render(&snapshot()).await.unwrap();
    assert_eq!(panels.len(), 4);
}

#[tokio::test]
async fn packages_are_installed_by_version_and_digest_in_an_environment_of_its_own() {
    let (folder, wheels) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    wheel(wheels.path(), "1.4.0");
    wheel(wheels.path(), "2.0.0");
    let plugin = folder.path().join("plugins/counts");
    fs::create_dir_all(&plugin).unwrap();
    let manifest = json!({
        "plugin": { "name": "counts", "version": "1.0.0", "type": "aggregator", "display_name": "Counts" },
        "api": { "min_version": "1.0.0", "max_version": "1.0.0" },
        "dependencies": { "python": ">=3.11", "countlib": ">=1.2,<2" },
        "entry_points": { "main": "counts:Counts" },
        "runtime": { "kind": "python" }
    });
    fs::write(plugin.join("plugin_manifest.json"), manifest.to_string()).unwrap();
    fs::write(plugin.join("__init__.py"), COUNTS).unwrap();
    let data_dir = folder.path().join("data");
    let python = |extra: &[&str]| PythonOptions {
        pip_arguments: extra.iter().map(Into::into).collect(),
        ..python()
    };
    let here = wheels.path().to_string_lossy().into_owned();
    let with = |arguments: &[&str]| Options {
        data_dir: Some(data_dir.clone()),
        python: python(arguments),
        ..settled(vec![folder.path().join("plugins")])
    };
    let version = async |arguments: &[&str]| {
        let host = TestHost::with(with(arguments)).await;
        let metrics = host.start("counts", &[]).await?.compute(&snapshot()).await.unwrap();
        Ok::<_, stonks_host::StartError>(format!("{:?}", metrics[0].value))
    };
    // Nothing that would do can be had.
    let refused = version(&["--no-index"]).await.unwrap_err().to_string();
    assert!(
        refused.contains("packages can't be installed") && refused.contains("countlib"),
        "{refused}"
    );
    assert!(version(&["--no-index", "--find-links", &here]).await.unwrap().contains("1.4.0"));
    let lock = fs::read_to_string(data_dir.join("python/counts/requirements.lock")).unwrap();
    assert!(lock.contains("countlib==1.4.0 --hash=sha256:"), "{lock}");
    // What is installed is not asked for again.
    assert!(version(&["--no-index"]).await.unwrap().contains("1.4.0"));
    // Other bytes under the same name and version are refused.
    for entry in fs::read_dir(data_dir.join("python/counts")).unwrap().flatten() {
        if entry.path().is_dir() {
            fs::remove_dir_all(entry.path()).unwrap();
        }
    }
    wheel_with(wheels.path(), "1.4.0", "evil = True");
    let refused = version(&["--no-index", "--find-links", &here]).await.unwrap_err().to_string();
    assert!(refused.contains("HASHES"), "{refused}");
}

const COUNTS: &str = "
import countlib
from stonks_overwatch.figures import Metric
from stonks_overwatch.plugins.bases import Aggregator


class Counts(Aggregator):
    def compute(self, portfolio):
        yield Metric('version', 'Version of its library', countlib.VERSION)
";

fn wheel(folder: &Path, version: &str) {
    wheel_with(folder, version, "");
}

/// A library in the form that installers take.
#[expect(clippy::disallowed_methods, reason = "packs a library with Python's own tools")]
fn wheel_with(folder: &Path, version: &str, more: &str) {
    let script = "
import sys, zipfile
folder, version, more = sys.argv[1:]
info = f'countlib-{version}.dist-info'
with zipfile.ZipFile(f'{folder}/countlib-{version}-py3-none-any.whl', 'w') as wheel:
    wheel.writestr('countlib.py', f'VERSION = {version!r}\\n{more}\\n')
    wheel.writestr(f'{info}/METADATA', f'Metadata-Version: 2.1\\nName: countlib\\nVersion: {version}\\n')
    wheel.writestr(f'{info}/WHEEL', 'Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
    wheel.writestr(f'{info}/RECORD', '')
";
    let folder = folder.as_os_str();
    let packed =
        Command::new("python3").args(["-c", script]).arg(folder).args([version, more]).status();
    assert!(packed.unwrap().success());
}

/// Nobody granted what it asks for.
async fn let_in(host: &TestHost) {
    let id = "attacker".parse().unwrap();
    host.manager.enable_as_granted(&id, stonks_host::records::Actor::Host).await.unwrap();
}

/// What an attack comes to: what it says, or how its call ends.
async fn attacked(host: &TestHost, attack: &str) -> String {
    let attacker = host.start("attacker", &[("attack", attack)]).await.unwrap();
    match attacker.fetch(Service::Transaction, None, None).await {
        Ok(page) => match page.facts.first().map(|located| &located.fact) {
            Some(Fact::Note(note)) => format!("{}: {}", note.reason, note.text),
            other => other.map_or("nothing".to_owned(), |fact| format!("a {}", fact.kind())),
        },
        Err(error) => error.kind.to_string(),
    }
}

#[tokio::test]
async fn an_attacker_reaches_nothing() {
    let host = TestHost::with(settled(vec![fixtures().join("hostile/attacker")])).await;
    let_in(&host).await;
    for attack in [
        "forks",
        "spawns",
        "replaces_itself",
        "connects",
        "sends_udp",
        "opens_unix_socket",
        "listens",
        "resolves",
        "reads_file",
        "lists_folder",
        "reads_parent_environment",
        "lists_processes",
        "signals_parent",
        "writes_outside",
        "writes_own_folder",
        "lifts_limits",
        "becomes_root",
        "traces_parent",
        "reads_host_memory",
        "follows_a_link",
        "asks_for_forbidden_host",
        "fills_storage",
    ] {
        let came_of_it = attacked(&host, attack).await;
        assert!(came_of_it.starts_with("denied: "), "{attack}: {came_of_it}");
    }
    for harmless in ["prints", "starts_threads", "asks_from_threads", "reads_own_folder"] {
        let came_of_it = attacked(&host, harmless).await;
        assert!(
            came_of_it.starts_with("done: ") || came_of_it.contains("denied: "),
            "{harmless}: {came_of_it}"
        );
    }
}

#[tokio::test]
async fn an_attacker_that_ends_itself_or_says_nonsense_is_named_and_the_next_plugin_runs() {
    let world = Arc::new(World::default());
    let small =
        stonks_host::Limits { call: std::time::Duration::from_secs(3), reply: 4 << 20, ..limits() };
    let folders = vec![fixtures().join("hostile"), fixtures().join("aggregator")];
    let host = TestHost::with(Options {
        limits: small,
        outside: world.outside(egress_limits()),
        ..settled(folders)
    })
    .await;
    let_in(&host).await;
    for (attack, expected) in [
        ("loops", "it took longer than 3 s"),
        ("ignores_signals", "it took longer than 3 s"),
        ("takes_memory", "MemoryError"),
        ("exits", "its process ended with code"),
        ("crashes", "its process"),
        ("kills_itself", "denied"),
        ("writes_endless_line", "4 MiB"),
        ("answers_much", "MiB"),
        ("answers_too_many", "many"),
        ("answers_nonsense", "refused"),
        ("asks_to_exit", "wanted to exit"),
        ("recurses", "RecursionError"),
        ("raises", "it failed"),
    ] {
        let came_of_it = attacked(&host, attack).await;
        assert!(came_of_it.contains(expected), "{attack}: {came_of_it}");
        // Each end is counted; a supervisor that gave up would answer for the plugin.
        let_in(&host).await;
    }
    let other = host.start("largest-position", &[]).await.unwrap();
    assert_eq!(other.compute(&snapshot()).await.unwrap().len(), 4);
}
