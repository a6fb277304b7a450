//! Other files take a plugin's place while it is at work: no call is lost, and what is refused leaves
//! the old one running.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use stonks_host::records::Actor;
use stonks_host::{Limits, Options};
use stonks_plugin::{PluginId, Service};

use crate::kept::Kept;
use crate::test_host::{TestHost, copy_of, edit, options};

fn generator() -> PluginId {
    "generator".parse().unwrap()
}

struct Reloaded {
    host: TestHost,
    kept: Arc<Kept>,
    folder: tempfile::TempDir,
}

impl Reloaded {
    async fn new() -> Self {
        let (kept, folder) = (Arc::new(Kept::default()), tempfile::tempdir().unwrap());
        copy_of("generator", &folder.path().join("generator"));
        let data_dir = Some(folder.path().join("data"));
        let options = options(vec![folder.path().to_path_buf()]);
        // A hundred callers wait for one another; a busy machine is no fault of the plugin's.
        let limits = Limits { call: Duration::from_secs(60), ..options.limits };
        let records = Arc::clone(&kept) as _;
        let host = TestHost::with(Options { data_dir, records, limits, ..options }).await;
        host.manager.enable(&generator(), Actor::Host).await.unwrap();
        Self { host, kept, folder }
    }

    fn plugin(&self) -> std::path::PathBuf {
        self.folder.path().join("generator")
    }

    async fn answers(&self) -> bool {
        let generator = self.host.start("generator", &[]).await.unwrap();
        let page = generator.fetch(Service::Transaction, Some("3".to_owned()), None).await;
        page.is_ok_and(|page| page.facts.len() == 3)
    }

    fn version(&self) -> String {
        let info = self.host.manager.inspect(&generator()).unwrap();
        info.manifest.unwrap().plugin.version.to_string()
    }
}

#[tokio::test]
async fn a_new_version_takes_the_place_of_the_old() {
    let reloaded = Reloaded::new().await;
    let old = reloaded.host.start("generator", &[]).await.unwrap();
    edit(&reloaded.plugin(), "\"version\": \"0.1.0\"", "\"version\": \"0.2.0\"");
    reloaded.host.manager.reload(&generator(), Actor::Host).await.unwrap();
    assert_eq!(reloaded.version(), "0.2.0");
    assert!(reloaded.answers().await);
    let page = old.fetch(Service::Transaction, Some("5".to_owned()), None).await.unwrap();
    assert_eq!(page.facts.len(), 5, "who holds the old one may finish with it");
    assert_eq!(
        reloaded.kept.story("generator").last().unwrap(),
        "reloaded: active → active by host"
    );
}

#[tokio::test]
async fn what_is_refused_leaves_the_old_one_running() {
    let reloaded = Reloaded::new().await;
    for (spoil, expected) in [
        (
            "manifest",
            "reloaded: active → active: the new one was refused, the old one goes on: EOF while parsing an object at line 1, column 1 by host",
        ),
        (
            "component",
            "reloaded: active → active: the new one was refused, the old one goes on: it is not a WebAssembly component: unexpected end-of-file by host",
        ),
    ] {
        let plugin = reloaded.plugin();
        copy_of("generator", &plugin);
        match spoil {
            "manifest" => fs::write(plugin.join("plugin_manifest.json"), "{").unwrap(),
            _ => fs::write(plugin.join("generator.wasm"), "").unwrap(),
        }
        assert!(reloaded.host.manager.reload(&generator(), Actor::Host).await.is_err());
        assert_eq!(reloaded.version(), "0.1.0");
        assert!(reloaded.answers().await, "{spoil}");
        assert_eq!(reloaded.kept.story("generator").last().unwrap(), expected);
    }
    fs::remove_dir_all(reloaded.plugin()).unwrap();
    assert!(reloaded.host.manager.reload(&generator(), Actor::Host).await.is_err());
    assert!(reloaded.answers().await, "its folder may even be gone");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_call_fails_while_it_is_reloaded_fifty_times() {
    let reloaded = Arc::new(Reloaded::new().await);
    let is_done = Arc::new(AtomicBool::new(false));
    let n_calls = Arc::new(AtomicU32::new(0));
    let callers: Vec<_> = (0..100)
        .map(|_| {
            let (reloaded, is_done, n_calls) =
                (Arc::clone(&reloaded), Arc::clone(&is_done), Arc::clone(&n_calls));
            tokio::spawn(async move {
                while !is_done.load(Ordering::Relaxed) {
                    assert!(reloaded.answers().await);
                    n_calls.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    for number in 0..50 {
        let (from, to) = (format!("\"0.{}.0\"", number + 1), format!("\"0.{}.0\"", number + 2));
        edit(&reloaded.plugin(), &from, &to);
        reloaded.host.manager.reload(&generator(), Actor::Host).await.unwrap();
    }
    is_done.store(true, Ordering::Relaxed);
    for caller in callers {
        caller.await.expect("no call failed");
    }
    assert_eq!(reloaded.version(), "0.51.0");
    assert!(n_calls.load(Ordering::Relaxed) >= 100, "everyone called at least once");
}

/// Pages in memory, in bytes, as Linux counts them.
#[cfg(target_os = "linux")]
fn resident_memory() -> usize {
    let statm = fs::read_to_string("/proc/self/statm").unwrap();
    statm.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() * 4096
}

/// Whether this process runs nothing but the named test, which it starts in a process of its own
/// otherwise.
#[cfg(target_os = "linux")]
#[expect(clippy::disallowed_methods, reason = "memory is that of a whole process")]
fn is_alone(test: &str) -> bool {
    const ALONE: &str = "STONKS_TEST_ALONE";
    if std::env::var_os(ALONE).is_some() {
        return true;
    }
    let mut alone = std::process::Command::new(std::env::current_exe().unwrap());
    let status = alone.args(["--exact", test]).env(ALONE, "1").status().unwrap();
    assert!(status.success(), "{test}, in a process of its own");
    false
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn what_is_unloaded_gives_its_memory_back() {
    if !is_alone("reload::what_is_unloaded_gives_its_memory_back") {
        return;
    }
    let reloaded = Reloaded::new().await;
    let manager = &reloaded.host.manager;
    let turn = async || {
        manager.disable(&generator(), Actor::Host).await.unwrap();
        manager.enable(&generator(), Actor::Host).await.unwrap();
    };
    for _ in 0..50 {
        turn().await;
    }
    let before = resident_memory();
    for _ in 0..500 {
        turn().await;
    }
    let grown = resident_memory().saturating_sub(before);
    assert!(grown < 16 << 20, "500 turns left {grown} bytes, {} each", grown / 500);
}
