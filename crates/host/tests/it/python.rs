//! Plugins in Python: what they can do, what they can't, and what becomes of those that try.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use stonks_core::fact::Fact;
use stonks_host::{CallError, FilePage, Instance, Limits, Options, PythonOptions, StartError};
use stonks_plugin::Service;

use crate::kept::Kept;
use crate::outside::{World, egress_limits};
use crate::test_host::{TestHost, options};

/// Python starts slower than a component, and a busy machine is no reason to fail.
pub(crate) fn limits() -> Limits {
    Limits { memory: 512 << 20, call: Duration::from_secs(20), reply: 32 << 20, file: 1 << 20 }
}

fn confiner() -> Option<(PathBuf, Vec<std::ffi::OsString>)> {
    Some((PathBuf::from(env!("CARGO_BIN_EXE_confine")), Vec::new()))
}

pub(crate) fn python() -> PythonOptions {
    PythonOptions { confiner: confiner(), ..PythonOptions::default() }
}

/// A plugin that is written for one test: its `plugin.py` has a class `Plugin`.
struct Written {
    folder: tempfile::TempDir,
}

impl Written {
    /// `fetch` is the body of the method that answers the service `transaction`.
    fn new(fetch: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let written = Self { folder };
        let place = written.place();
        fs::create_dir_all(&place).unwrap();
        fs::write(place.join("plugin_manifest.json"), MANIFEST).unwrap();
        fs::write(place.join("__init__.py"), "").unwrap();
        let body = fetch.replace('\n', "\n        ");
        fs::write(place.join("plugin.py"), PLUGIN.replace("BODY", &body)).unwrap();
        written
    }

    fn place(&self) -> PathBuf {
        self.folder.path().join("written")
    }

    fn edit(&self, file: &str, from: &str, to: &str) {
        let path = self.place().join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{text}");
        fs::write(path, text.replace(from, to)).unwrap();
    }

    async fn host(&self) -> TestHost {
        self.host_with(|_| ()).await
    }

    async fn host_with(&self, change: impl FnOnce(&mut Options)) -> TestHost {
        let mut options = Options {
            limits: limits(),
            python: python(),
            ..options(vec![self.folder.path().to_path_buf()])
        };
        change(&mut options);
        TestHost::with(options).await
    }

    async fn start(&self) -> Result<Instance, StartError> {
        self.host().await.start("written", &[]).await
    }
}

const MANIFEST: &str = r#"{
  "plugin": {"name": "written", "version": "1.0.0", "type": "broker", "display_name": "Written"},
  "api": {"min_version": "1.0.0", "max_version": "1.0.0"},
  "capabilities": {"services": ["transaction"]},
  "dependencies": {"python": ">=3.11"},
  "entry_points": {"main": "plugin:Plugin"},
  "runtime": {"kind": "python"}
}"#;

const PLUGIN: &str = r#"
import os, sys

from stonks_overwatch.core.service_types import ServiceType
from stonks_overwatch.facts import Note, Page
from stonks_overwatch.plugins.interfaces import BrokerPluginInterface


def note(text):
    return [Note(identity="1", reason="told", text=str(text))]


def tried(act):
    try:
        return note("done: %r" % (act(),))
    except BaseException as error:
        return note("%s: %s" % (type(error).__name__, error))


class Transactions:
    def get_transactions(self):
        BODY


class Plugin(BrokerPluginInterface):
    def __init__(self, manifest=None):
        self._manifest = manifest

    @property
    def manifest(self):
        return self._manifest

    def initialize(self):
        return True

    def shutdown(self):
        return True

    def health_check(self):
        return {"status": "healthy"}

    def get_config_class(self):
        return None

    def get_services(self):
        return {ServiceType.TRANSACTION: Transactions}

    def validate_configuration(self, config):
        return []
"#;

async fn fetch(instance: &Instance) -> Result<FilePage, CallError> {
    instance.fetch(Service::Transaction, None, None).await
}

/// What the plugin says in its one note.
async fn told(instance: &Instance) -> String {
    let page = fetch(instance).await.unwrap();
    match &page.facts[0].fact {
        Fact::Note(note) => note.text.clone(),
        other => panic!("{other:?}"),
    }
}

/// What comes of trying something.
async fn check(attempt: &str, expected: &str) {
    let written = Written::new(&format!("return tried(lambda: {attempt})"));
    let said = told(&written.start().await.unwrap()).await;
    assert!(said.contains(expected), "{attempt}: {said}");
}

#[tokio::test]
async fn a_plugin_answers_and_fares_well() {
    let written =
        Written::new("print('to nobody')\nreturn note(sys.stdin.read() or 'nothing to read')");
    let instance = written.start().await.unwrap();
    assert_eq!(told(&instance).await, "nothing to read");
    let health = instance.health().await.unwrap();
    assert_eq!(health.status, stonks_plugin::health::Report::Up);
    instance.shutdown().await.unwrap();
}

#[tokio::test]
async fn files_beyond_its_own_are_out_of_reach() {
    check("open('/etc/passwd').read()", "PermissionError").await;
    check("os.listdir('/')", "PermissionError").await;
    check("os.listdir(os.path.expanduser('/root'))", "PermissionError").await;
    check("open('/proc/%d/environ' % os.getppid()).read()", "PermissionError").await;
    check("open(os.path.dirname(__file__) + '/new.txt', 'w')", "PermissionError").await;
    check("open('/tmp/new.txt', 'w')", "PermissionError").await;
    check("len(open(__file__).read()) > 100", "done: True").await;
    check("sorted(os.listdir(os.path.dirname(__file__)))", "done: ['__init__.py', 'plugin.py'")
        .await;
    check("dict(os.environ)", "done: {'LC_ALL': 'C.UTF-8'}").await;
}

#[tokio::test]
async fn there_is_no_socket_of_any_kind() {
    check("__import__('socket').create_connection(('127.0.0.1', 9))", "PermissionError").await;
    let datagram = "__import__('socket').socket(2, 2)";
    check(datagram, "PermissionError").await;
    check("__import__('socket').socket(1, 1)", "PermissionError").await;
    check("__import__('socket').socketpair()", "PermissionError").await;
}

#[tokio::test]
async fn there_is_no_other_process() {
    check("os.fork()", "PermissionError").await;
    check("__import__('subprocess').run(['/bin/true'])", "PermissionError").await;
    check("os.execv('/bin/true', ['true'])", "PermissionError").await;
    check("os.posix_spawn('/bin/true', ['true'], {})", "PermissionError").await;
    check("os.kill(os.getppid(), 9)", "PermissionError").await;
    check("__import__('ctypes').CDLL(None).ptrace(0, 0, 0, 0)", "done: -1").await;
}

#[tokio::test]
async fn threads_are_its_own_affair() {
    let threads = "import threading\nseen = []\nall = [threading.Thread(target=seen.append, args=(n,)) for n in range(8)]\n\
                   [thread.start() for thread in all]\n[thread.join() for thread in all]\nreturn note(sorted(seen))";
    let written = Written::new(threads);
    assert_eq!(told(&written.start().await.unwrap()).await, "[0, 1, 2, 3, 4, 5, 6, 7]");
}

/// What becomes of a call to a plugin that misbehaves in it; the next call is answered by a fresh
/// process.
async fn check_ended(attempt: &str, expected: &str, change: impl FnOnce(&mut Options)) {
    let guarded = format!("import json\nif self_first():\n    {attempt}\nreturn note('fresh')");
    let written = Written::new(&guarded);
    // The host's store outlives the process, so that the second try is another.
    written.edit("plugin.py", "def note(text):", SELF_FIRST);
    let world = Arc::new(World::default());
    world.grant("written", &json!({ "storage": { "quota_bytes": 1000, "purpose": "" } }));
    written.edit("plugin_manifest.json", "\"runtime\"", STORAGE);
    let host = written
        .host_with(|options| {
            options.outside = world.outside(egress_limits());
            change(options);
        })
        .await;
    let instance = host.start("written", &[]).await.unwrap();
    let failed = fetch(&instance).await.unwrap_err();
    assert!(failed.to_string().contains(expected), "{attempt}: {failed}");
    assert_eq!(told(&instance).await, "fresh", "{attempt}");
}

const STORAGE: &str =
    r#""permissions": {"storage": {"quota_bytes": 1000, "purpose": "to count"}}, "runtime""#;

const SELF_FIRST: &str = r#"def self_first():
    from stonks_overwatch.host import storage
    if storage.get("seen") is not None:
        return False
    storage.set("seen", b"1")
    return True


def note(text):"#;

#[tokio::test]
async fn a_process_that_ends_within_a_call_is_replaced() {
    check_ended("os._exit(3)", "its process ended with code 3", |_| ()).await;
    check_ended("os.abort()", "its process was ended by signal", |_| ()).await;
    let scribble =
        "os.write([n for n in range(3, 64) if os.path.exists('/') or True][0], b'nonsense\\n')";
    check_ended(scribble, "plugin `written`", |_| ()).await;
}

#[tokio::test]
async fn a_process_that_is_late_is_ended() {
    let short = |options: &mut Options| options.limits.call = Duration::from_secs(2);
    check_ended("while True: pass", "it took longer than 2 s", short).await;
    let short = |options: &mut Options| options.limits.call = Duration::from_secs(2);
    check_ended("__import__('time').sleep(60)", "it took longer than 2 s", short).await;
}

#[tokio::test]
async fn nobody_gets_more_memory_or_says_more_than_allowed() {
    check_ended("bytes(10 << 30)", "more than 512 MiB of memory", |_| ()).await;
    let little = |options: &mut Options| options.limits.reply = 1 << 20;
    check_ended("return note('x' * (1 << 22))", "larger than 1 MiB", little).await;
}

#[tokio::test]
async fn what_fails_as_it_is_loaded_says_why() {
    let check = async |from: &str, to: &str, expected: &str| {
        let written = Written::new("return []");
        written.edit("plugin.py", from, to);
        let refused = written.start().await.map(drop).unwrap_err();
        assert!(refused.to_string().contains(expected), "{refused}");
    };
    check("import os, sys", "raise ValueError('not today')", "ValueError: not today").await;
    check("import os, sys", "import absent_library", "absent_library").await;
    check("class Plugin(", "class Other(", "Plugin").await;
    check("return True\n\n    def shutdown", "return False\n\n    def shutdown", "initialize")
        .await;
    check(
        "return True\n\n    def shutdown",
        "raise OSError('no')\n\n    def shutdown",
        "OSError: no",
    )
    .await;
}

#[tokio::test]
async fn without_a_python_that_suits_nothing_runs() {
    let check = async |range: &str, interpreters: &[&str], expected: &str| {
        let written = Written::new("return []");
        written.edit("plugin_manifest.json", ">=3.11", range);
        let interpreters = interpreters.iter().map(PathBuf::from).collect();
        let host = written.host_with(|options| options.python.interpreters = interpreters).await;
        let refused = host.start("written", &[]).await.map(drop).unwrap_err();
        assert!(refused.to_string().contains(expected), "{refused}");
    };
    check(">=3.11", &["/nowhere/python3"], "there is no Python on this machine").await;
    check(">=3.99", &["python3"], "it needs Python >=3.99; this machine has 3.").await;
    check(">=3.11", &["/bin/true"], "there is no Python on this machine").await;
    let written = Written::new("return []");
    let host = written.host_with(|options| options.python.confiner = None).await;
    let refused = host.start("written", &[]).await.map(drop).unwrap_err();
    assert!(refused.to_string().contains("this host can't confine a Python process"), "{refused}");
}

#[tokio::test]
async fn saved_files_take_their_place_and_bad_ones_are_rolled_back() {
    let written = Written::new("return note('old')");
    let host = written.host().await;
    host.manager.start_all().await;
    let said = async || told(&host.start("written", &[]).await.unwrap()).await;
    assert_eq!(said().await, "old");
    written.edit("plugin.py", "'old'", "'newer'");
    assert_eq!(host.manager.rescan().await.changed, ["written"]);
    assert_eq!(said().await, "newer");
    written.edit("plugin.py", "import os, sys", "import os, sys, nothing_of_the_kind");
    host.manager.rescan().await;
    assert_eq!(said().await, "newer");
}

#[tokio::test]
async fn what_it_prints_is_in_its_log() {
    let written = Written::new(
        "print('printed')\nsys.stderr.write('complained\\n')\nimport logging\n\
         logging.getLogger('x').error('logged')\nreturn note('done')",
    );
    let kept = Arc::new(Kept::default());
    let records = Arc::clone(&kept);
    let host = written.host_with(|options| options.records = records).await;
    let instance = host.start("written", &[]).await.unwrap();
    assert_eq!(told(&instance).await, "done");
    instance.shutdown().await.unwrap();
    drop(instance);
    host.manager.stop_all().await;
    host.manager.flush_logs().await;
    let lines: Vec<String> =
        kept.logs.lock().unwrap().iter().map(|line| line.message.clone()).collect();
    for expected in ["printed", "complained", "logged"] {
        assert!(lines.iter().any(|line| line.contains(expected)), "{lines:?}");
    }
}
