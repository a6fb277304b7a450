//! What the sandbox costs: a call with nothing in it, and transactions handed over, beside the same
//! code called natively.

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use stonks_benches::{built, clock};
use stonks_host::{Limits, Options, PluginManager};
use stonks_plugin::Service;
use tokio::runtime::Runtime;

fn calls(criterion: &mut Criterion) {
    let runtime = Runtime::new().expect("a runtime");
    let options = Options {
        plugin_dirs: vec![built("fixtures")],
        data_dir: None,
        built_ins: &[],
        limits: Limits::default(),
        clock: clock(),
        outside: stonks_host::Outside::default(),
    };
    let manager = PluginManager::new(&options).expect("a manager");
    let generator = "generator".parse().expect("a name");
    let instance = runtime
        .block_on(manager.start(&generator, &std::collections::BTreeMap::new()))
        .expect("the generator starts");

    let mut group = criterion.benchmark_group("plugin_call");
    group.measurement_time(Duration::from_secs(5));
    group.bench_function("health", |bencher| {
        bencher.to_async(&runtime).iter(|| async { instance.health().await.expect("an answer") });
    });
    for n_transactions in [10_u32, 1_000, 10_000] {
        group.throughput(Throughput::Elements(n_transactions.into()));
        let name = BenchmarkId::new("sandboxed", n_transactions);
        group.bench_with_input(name, &n_transactions, |bencher, n_transactions| {
            bencher.to_async(&runtime).iter(|| async {
                let cursor = Some(n_transactions.to_string());
                instance.fetch(Service::Transaction, cursor, None).await.expect("a page")
            });
        });
        let name = BenchmarkId::new("native", n_transactions);
        group.bench_with_input(name, &n_transactions, |bencher, n_transactions| {
            bencher.iter(|| generator::transactions(black_box(*n_transactions)));
        });
    }
    group.finish();
}

criterion_group!(benches, calls);
criterion_main!(benches);
