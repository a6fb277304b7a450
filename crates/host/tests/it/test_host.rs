//! A manager over the built guests, with small limits and a fixed clock.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use stonks_core::fact::Fact;
use stonks_host::discovery::Places;
use stonks_host::records::Actor;
use stonks_host::{CallError, Instance, Limits, Options, Outside, PluginManager, StartError};
use stonks_plugin::PluginId;

/// Where `cargo xtask plugins` puts components.
pub(crate) fn built(kind: &str) -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target"), PathBuf::from);
    let folder = target.join(kind);
    assert!(folder.exists(), "{} is missing: run `cargo xtask plugins`", folder.display());
    folder
}

pub(crate) fn limits() -> Limits {
    Limits { memory: 64 << 20, call: Duration::from_millis(500), reply: 32 << 20, file: 1 << 20 }
}

/// A copy of a built guest, to be changed.
pub(crate) fn copy_of(guest: &str, folder: &Path) {
    fs::create_dir_all(folder).unwrap();
    for entry in fs::read_dir(built("fixtures").join(guest)).unwrap().flatten() {
        fs::copy(entry.path(), folder.join(entry.file_name())).unwrap();
    }
}

/// Writes something else into a plugin's manifest, which must hold `from`.
pub(crate) fn edit(folder: &Path, from: &str, to: &str) {
    let manifest = folder.join("plugin_manifest.json");
    let text = fs::read_to_string(&manifest).unwrap();
    assert!(text.contains(from), "{text}");
    fs::write(manifest, text.replace(from, to)).unwrap();
}

/// A host over these folders, with small limits and a clock that stands.
pub(crate) fn options(plugin_dirs: Vec<PathBuf>) -> Options {
    Options { limits: limits(), ..Options::bare(plugin_dirs, Arc::new(|| Timestamp::UNIX_EPOCH)) }
}

pub(crate) struct TestHost {
    pub(crate) manager: PluginManager,
}

impl TestHost {
    pub(crate) async fn new() -> Self {
        Self::over(vec![built("fixtures"), built("plugins")], None).await
    }

    pub(crate) async fn over(plugin_dirs: Vec<PathBuf>, data_dir: Option<PathBuf>) -> Self {
        Self::with(Options { data_dir, ..options(plugin_dirs) }).await
    }

    /// The built guests, with something outside.
    pub(crate) async fn outside(outside: Outside, limits: Limits) -> Self {
        Self::outside_over(vec![built("fixtures")], outside, limits).await
    }

    pub(crate) async fn outside_over(dirs: Vec<PathBuf>, outside: Outside, limits: Limits) -> Self {
        Self::with(Options { outside, limits, ..options(dirs) }).await
    }

    pub(crate) async fn in_places(places: Places) -> Self {
        Self::with(Options { places, ..options(Vec::new()) }).await
    }

    pub(crate) async fn with(options: Options) -> Self {
        Self { manager: PluginManager::open(options).await.unwrap() }
    }

    pub(crate) async fn start(
        &self,
        name: &str,
        settings: &[(&str, &str)],
    ) -> Result<Instance, StartError> {
        let settings: BTreeMap<String, String> =
            settings.iter().map(|&(key, value)| (key.to_owned(), value.to_owned())).collect();
        self.manager.start(&name.parse::<PluginId>().unwrap(), &settings).await
    }
}

impl TestHost {
    /// Starts a plugin whose user decided that it does with what was granted.
    pub(crate) async fn start_as_granted(&self, name: &str) -> Instance {
        let id = name.parse().unwrap();
        self.manager.enable_as_granted(&id, Actor::Host).await.unwrap();
        self.start(name, &[]).await.unwrap()
    }
}

/// Reads a file to its end.
pub(crate) async fn read(instance: &Instance, content: &str) -> Result<Vec<Fact>, CallError> {
    let file = instance.open_file("file.txt", content.as_bytes().to_vec()).await?;
    let mut facts = Vec::new();
    loop {
        let page = file.next_page().await?;
        facts.extend(page.facts.into_iter().map(|located| located.fact));
        if page.next.is_none() {
            return Ok(facts);
        }
    }
}
