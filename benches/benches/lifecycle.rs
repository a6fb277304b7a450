//! Plugins coming up, being replaced and going away: one at a time, and a thousand at once, with what
//! they take of memory. Beside it compiling anew, which the cache saves.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use stonks_benches::{built, clock};
use stonks_host::records::Actor;
use stonks_host::{Options, PluginManager};
use stonks_plugin::PluginId;
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// Folders of plugins that differ in their names, and share one component's compiled code.
fn folders(n_plugins: usize) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let from = built("fixtures").join("generator");
    let manifest = fs::read_to_string(from.join("plugin_manifest.json")).expect("a manifest");
    for number in 0..n_plugins {
        let to = folder.path().join(format!("plugins/generator-{number}"));
        fs::create_dir_all(&to).expect("a folder");
        let name = format!("\"generator-{number}\"");
        let manifest = manifest.replacen("\"generator\"", &name, 1);
        fs::write(to.join("plugin_manifest.json"), manifest).expect("a manifest");
        fs::hard_link(from.join("generator.wasm"), to.join("generator.wasm"))
            .or_else(|_| {
                fs::copy(from.join("generator.wasm"), to.join("generator.wasm")).map(|_| ())
            })
            .expect("a component");
    }
    folder
}

fn options(folder: &Path, cache: Option<PathBuf>) -> Options {
    Options { data_dir: cache, ..Options::bare(vec![folder.join("plugins")], clock()) }
}

/// Pages in memory, in bytes, as Linux counts them; 0 elsewhere.
fn resident_memory() -> usize {
    let statm = fs::read_to_string("/proc/self/statm").unwrap_or_default();
    statm.split_whitespace().nth(1).and_then(|pages| pages.parse::<usize>().ok()).unwrap_or(0)
        * 4096
}

fn open(runtime: &Runtime, folder: &Path, cache: Option<PathBuf>) -> PluginManager {
    runtime.block_on(PluginManager::open(options(folder, cache))).expect("a manager")
}

/// Switches a plugin on and off, so many times; returns what the one half took.
fn turns(
    runtime: &Runtime,
    manager: &PluginManager,
    id: &PluginId,
    (n_turns, is_load): (u64, bool),
) -> Duration {
    let mut spent = Duration::ZERO;
    for _ in 0..n_turns {
        let start = Instant::now();
        runtime.block_on(manager.enable(id, Actor::Host)).expect("it comes up");
        let loaded = start.elapsed();
        let start = Instant::now();
        runtime.block_on(manager.disable(id, Actor::Host)).expect("it goes");
        spent += if is_load { loaded } else { start.elapsed() };
    }
    spent
}

fn one(criterion: &mut Criterion) {
    let runtime = Runtime::new().expect("a runtime");
    let id: PluginId = "generator-0".parse().expect("a name");
    let folder = folders(1);
    let cached = open(&runtime, folder.path(), Some(folder.path().join("data")));
    let uncached = open(&runtime, folder.path(), None);
    let mut group = criterion.benchmark_group("lifecycle");
    group.sample_size(20);
    for (name, manager, is_load) in [
        ("load from the cache", &cached, true),
        ("load without a cache", &uncached, true),
        ("unload", &cached, false),
    ] {
        group.bench_function(name, |bencher| {
            bencher.iter_custom(|n_turns| turns(&runtime, manager, &id, (n_turns, is_load)));
        });
    }
    runtime.block_on(cached.enable(&id, Actor::Host)).expect("it comes up");
    group.bench_function("reload", |bencher| {
        bencher.iter(|| runtime.block_on(cached.reload(&id, Actor::Host)).expect("it reloads"));
    });
    group.finish();
}

fn many(criterion: &mut Criterion) {
    let runtime = Runtime::new().expect("a runtime");
    let mut group = criterion.benchmark_group("lifecycle");
    group.sample_size(20);
    for n_plugins in [1, 100, 1_000] {
        let folder = folders(n_plugins);
        let cache = Some(folder.path().join("data"));
        let open = || open(&runtime, folder.path(), cache.clone());
        // Fills the cache.
        runtime.block_on(open().start_all());
        let manager = open();
        let before = resident_memory();
        runtime.block_on(manager.start_all());
        let grown = resident_memory().saturating_sub(before);
        #[expect(clippy::print_stdout, reason = "the result of a measurement")]
        {
            println!("memory of {n_plugins} loaded plugins: {} KiB each", grown / n_plugins / 1024);
        }
        drop(manager);
        group.bench_function(BenchmarkId::new("start all from the cache", n_plugins), |bencher| {
            bencher.iter_custom(|n_turns| {
                let mut spent = Duration::ZERO;
                for _ in 0..n_turns {
                    let manager = open();
                    let start = Instant::now();
                    runtime.block_on(manager.start_all());
                    spent += start.elapsed();
                    runtime.block_on(manager.stop_all());
                }
                spent
            });
        });
    }
    group.finish();
}

criterion_group!(benches, one, many);
criterion_main!(benches);
