//! Discovery of 1 to 10,000 plugin folders: with nothing known, with the index, and in Python the naive way.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use stonks_host::discovery::{Places, discover};
use tempfile::TempDir;

/// What a broker's manifest usually says; the number makes each another one.
fn manifest(number: u32) -> String {
    format!(
        r#"{{
  "schema_version": "1.0",
  "plugin": {{
    "name": "broker-{number}",
    "version": "1.{}.{}",
    "type": "broker",
    "display_name": "Example broker {number}",
    "description": "Transactions, dividends and fees of example broker {number}.",
    "author": "Example author",
    "license": "MIT",
    "homepage": "https://broker-{number}.example.com"
  }},
  "api": {{ "min_version": "1.0.0", "max_version": "1.0.0" }},
  "capabilities": {{
    "services": ["transaction", "dividend", "fee"],
    "features": ["offline"],
    "supported_markets": ["XAMS", "XETR", "XNAS"],
    "supported_currencies": ["EUR", "USD", "GBP"]
  }},
  "runtime": {{ "kind": "wasm", "module": "plugin.wasm" }},
  "permissions": {{
    "http": [{{ "host": "api.broker-{number}.example.com", "methods": ["GET"], "purpose": "read what you hold" }}]
  }}
}}
"#,
        number % 10,
        number % 7,
    )
}

/// `plugins/broker-N` for each number, as the data directory holds them.
fn folders(n_folders: u32) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for number in 0..n_folders {
        let plugin = folder.path().join(format!("plugins/broker-{number}"));
        fs::create_dir_all(&plugin).expect("a folder");
        fs::write(plugin.join("plugin_manifest.json"), manifest(number)).expect("a manifest");
        fs::write(plugin.join("plugin.wasm"), b"\0asm\x0d\0\x01\0").expect("a component");
    }
    folder
}

fn usable(data_dir: &Path) -> usize {
    let found = discover(&[], Some(data_dir), &Places::default(), &[]);
    found.plugins.iter().filter(|found| found.may_run()).count()
}

#[expect(clippy::disallowed_methods, reason = "the peer is a program of another language")]
fn python(data_dir: &Path, rounds: u64, expected: usize) -> Duration {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("peer/discovery.py");
    let mut command = Command::new("python3");
    command.arg(script).arg(data_dir.join("plugins")).arg(rounds.to_string());
    let output = command.output().expect("python3 runs");
    let told = String::from_utf8(output.stdout).expect("text");
    let (n_plugins, seconds) = told.trim().split_once(' ').expect("a count and a time");
    assert_eq!(n_plugins, expected.to_string(), "it finds as many");
    // It measures itself: the start of Python is not counted against it.
    Duration::from_secs_f64(seconds.parse().expect("seconds"))
}

fn discoveries(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("discovery");
    group.sample_size(10).measurement_time(Duration::from_secs(5));
    for n_folders in [1_u32, 100, 1_000, 10_000] {
        let data_dir = folders(n_folders);
        let data_dir = data_dir.path();
        let expected = usize::try_from(n_folders).expect("a small number");
        let index = data_dir.join("cache/plugins.index");
        group.throughput(Throughput::Elements(n_folders.into()));
        group.bench_function(BenchmarkId::new("cold", n_folders), |bencher| {
            bencher.iter_batched(
                || {
                    if index.exists() {
                        fs::remove_file(&index).expect("the index goes");
                    }
                },
                |()| assert_eq!(usable(data_dir), expected),
                criterion::BatchSize::PerIteration,
            );
        });
        group.bench_function(BenchmarkId::new("with index", n_folders), |bencher| {
            // The index is believed from a step of the clock after the last manifest on.
            usable(data_dir);
            bencher.iter(|| assert_eq!(usable(data_dir), expected));
        });
        group.bench_function(BenchmarkId::new("python", n_folders), |bencher| {
            bencher.iter_custom(|rounds| python(data_dir, rounds, expected));
        });
    }
    group.finish();
}

criterion_group!(benches, discoveries);
criterion_main!(benches);
