//! What a Python plugin costs beside one in WebAssembly and beside native code: its start, a call with
//! nothing in it, and transactions handed over.
//!
//! Needs `cargo build --release`, since the program itself confines the process. Where `stonks plugin
//! build fixtures/python/fact-broker --runtime wasm --out target/fact-broker-wasm` was run before, the
//! same plugin is measured as a component, too.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use stonks_benches::{built, clock, program};
use stonks_host::records::Actor;
use stonks_host::{Instance, Limits, Options, PluginManager, PythonOptions};
use stonks_plugin::{PluginId, Service};
use tokio::runtime::Runtime;

/// A page holds at most 10,000 facts, and one of them is the instrument.
const SIZES: [u32; 3] = [10, 1_000, 9_999];

fn id(name: &str) -> PluginId {
    name.parse().expect("a name")
}

fn manager(runtime: &Runtime, folders: Vec<PathBuf>) -> PluginManager {
    let options = Options {
        python: PythonOptions {
            confiner: Some((program(), vec!["confine-python".into()])),
            ..PythonOptions::default()
        },
        limits: Limits { memory: 1 << 30, ..Limits::default() },
        ..Options::bare(folders, clock())
    };
    runtime.block_on(PluginManager::open(options)).expect("a manager")
}

async fn start(manager: &PluginManager, plugin: &str, count: u32) -> Instance {
    let count = count.to_string();
    let settings: BTreeMap<String, String> = match plugin {
        "fact-broker" => {
            [("count".to_owned(), count.clone()), ("page_size".to_owned(), count)].into()
        }
        _ => BTreeMap::new(),
    };
    manager.enable_as_granted(&id(plugin), Actor::Host).await.expect("it is enabled");
    manager.start(&id(plugin), &settings).await.expect("it starts")
}

fn python(criterion: &mut Criterion) {
    let runtime = Runtime::new().expect("a runtime");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let confined = manager(&runtime, vec![root.join("fixtures/python/fact-broker")]);
    let component = manager(&runtime, vec![built("fixtures")]);
    let as_component = root.join("target/fact-broker-wasm");
    let as_component = as_component.is_dir().then(|| manager(&runtime, vec![as_component.clone()]));
    let mut ways = vec![("python", &confined, "fact-broker"), ("wasm", &component, "generator")];
    ways.extend(as_component.as_ref().map(|manager| ("python as wasm", manager, "fact-broker")));

    let mut group = criterion.benchmark_group("python_start");
    group.measurement_time(Duration::from_secs(5)).sample_size(30);
    for (way, manager, plugin) in &ways {
        group.bench_function(*way, |bencher| {
            bencher.to_async(&runtime).iter(|| async { start(manager, plugin, 1).await });
        });
    }
    group.finish();

    let mut group = criterion.benchmark_group("python_call");
    group.measurement_time(Duration::from_secs(5)).sample_size(30);
    for (way, manager, plugin) in &ways {
        let instance = runtime.block_on(start(manager, plugin, 1));
        group.bench_function(format!("{way}/health"), |bencher| {
            bencher
                .to_async(&runtime)
                .iter(|| async { instance.health().await.expect("an answer") });
        });
        for n_transactions in SIZES {
            group.throughput(Throughput::Elements(n_transactions.into()));
            let instance = runtime.block_on(start(manager, plugin, n_transactions));
            let cursor = (*plugin == "generator").then(|| n_transactions.to_string());
            group.bench_function(BenchmarkId::new(*way, n_transactions), |bencher| {
                bencher.to_async(&runtime).iter(|| async {
                    let page = instance.fetch(Service::Transaction, cursor.clone(), None).await;
                    page.expect("a page")
                });
            });
        }
    }
    for n_transactions in SIZES {
        group.bench_function(BenchmarkId::new("native", n_transactions), |bencher| {
            bencher.iter(|| generator::transactions(black_box(n_transactions)));
        });
    }
    group.finish();
}

criterion_group!(benches, python);
criterion_main!(benches);
