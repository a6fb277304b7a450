//! Folders of plugins to be discovered: written for a test, spoilt on purpose.

use std::fs;
use std::path::{Path, PathBuf};

use stonks_host::discovery::{BuiltIn, Discovery, Found, Places, discover};
use tempfile::TempDir;

/// A manifest of nothing but what is needed.
pub(crate) fn manifest(name: &str, version: &str) -> String {
    format!(
        r#"{{
  "plugin": {{ "name": "{name}", "version": "{version}", "type": "broker", "license": "MIT",
    "display_name": "{name}", "description": "For tests.", "author": "Tests" }},
  "api": {{ "min_version": "1.0.0", "max_version": "1.0.0" }},
  "capabilities": {{ "services": ["transaction"] }},
  "runtime": {{ "kind": "wasm", "module": "plugin.wasm" }}
}}"#
    )
}

/// Every place where plugins may be, each below one temporary folder.
pub(crate) struct Folders {
    folder: TempDir,
    pub(crate) places: Places,
    pub(crate) plugin_dirs: Vec<PathBuf>,
    pub(crate) built_ins: &'static [BuiltIn],
}

impl Folders {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let places = Places {
            user: Some(at("home")),
            system: Some(at("system")),
            site_packages: vec![at("site-packages")],
            working: Some(at("working")),
        };
        let plugin_dirs = vec![at("named")];
        fs::create_dir(at("named")).unwrap();
        Self { folder, places, plugin_dirs, built_ins: &[] }
    }

    pub(crate) fn path(&self, below: &str) -> PathBuf {
        self.folder.path().join(below)
    }

    /// Writes a file, and the folders that it needs.
    pub(crate) fn write(&self, below: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(below);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    /// A good plugin, named after its folder.
    pub(crate) fn plugin(&self, below: &str) -> PathBuf {
        let name = Path::new(below).file_name().unwrap().to_str().unwrap();
        let folder = self.path(below);
        self.write(&format!("{below}/plugin_manifest.json"), manifest(name, "1.0.0"));
        self.write(&format!("{below}/plugin.wasm"), b"\0asm");
        folder
    }

    pub(crate) fn data_dir(&self) -> PathBuf {
        self.path("data")
    }

    pub(crate) fn index(&self) -> PathBuf {
        self.path("data/cache/plugins.index")
    }

    pub(crate) fn discover(&self) -> Discovery {
        discover(&self.plugin_dirs, Some(&self.data_dir()), &self.places, self.built_ins)
    }

    pub(crate) fn found(&self) -> Vec<Found> {
        self.discover().plugins
    }

    /// One line a plugin: its name, where it is, what hinders it, and what is said about it.
    pub(crate) fn told(&self) -> Vec<String> {
        self.found().iter().map(|found| self.tell(found)).collect()
    }

    pub(crate) fn tell(&self, found: &Found) -> String {
        let mut told = format!("{} at {}", found.name, found.source);
        if let Some(hindrance) = found.hindrance() {
            told += &format!(" [{hindrance}]");
        }
        for finding in &found.findings {
            told += &format!("; {}: {}", finding.rule, finding.message);
        }
        self.relative(&told)
    }

    pub(crate) fn relative(&self, text: &str) -> String {
        text.replace(&format!("{}/", self.folder.path().display()), "")
    }
}
