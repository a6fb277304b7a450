//! Where plugins are, and what they say of themselves; nothing of theirs is run.

use std::fmt;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use stonks_plugin::manifest::{self, Manifest, RuntimeKind};
use stonks_plugin::{Finding, Level, PluginId, validate};

use crate::runtime::wasm::inspect;

/// A larger component isn't read.
const MOST_COMPONENT_BYTES: u64 = 64 << 20;

/// A plugin that is part of the program. It obeys the same rules as anyone's.
#[derive(Debug, Clone, Copy)]
pub struct BuiltIn {
    /// The name of its folder.
    pub name: &'static str,
    /// Its manifest's bytes.
    pub manifest: &'static [u8],
    /// Its component's bytes.
    pub component: &'static [u8],
}

/// Where a plugin was found. The first source that has a name wins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A folder that the operator named.
    PluginDir(PathBuf),
    /// The folder `plugins` in the data directory.
    DataDir(PathBuf),
    /// The program itself.
    BuiltIn,
}

impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PluginDir(folder) | Self::DataDir(folder) => {
                write!(formatter, "{}", folder.display())
            }
            Self::BuiltIn => formatter.write_str("built-in"),
        }
    }
}

/// Where a plugin's bytes are.
#[derive(Debug, Clone)]
enum Bytes {
    Folder(PathBuf),
    BuiltIn(BuiltIn),
}

/// Why a file of a plugin can't be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The system refuses.
    #[error("`{path}` can't be read: {error}")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// Larger than any plugin needs.
    #[error("`{path}` is larger than {limit} bytes")]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// What is read at most.
        limit: u64,
    },
    /// A link that leads out of the plugin's folder.
    #[error("`{path}` leads out of the plugin's folder")]
    Outside {
        /// The file.
        path: PathBuf,
    },
    /// The manifest names no component.
    #[error("the manifest names no component")]
    NoComponent,
}

/// A plugin that was found, good or bad.
#[derive(Debug, Clone)]
pub struct Found {
    /// From the manifest; from the folder where there is no readable one.
    pub name: String,
    /// Where.
    pub source: Source,
    /// What it says of itself.
    pub manifest: Option<Manifest>,
    /// What is to be said about it.
    pub findings: Vec<Finding>,
    bytes: Bytes,
}

impl Found {
    /// Whether nothing forbids its use.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        self.manifest.is_some()
            && !self.findings.iter().any(|finding| finding.level == Level::Error)
    }

    /// The component's bytes.
    ///
    /// # Errors
    /// A file that is missing, too large, or outside the folder.
    pub fn component(&self) -> Result<Vec<u8>, ReadError> {
        let runtime = self.manifest.as_ref().and_then(|manifest| manifest.runtime.as_ref());
        let module = runtime.filter(|runtime| runtime.kind == RuntimeKind::Wasm);
        let module =
            module.and_then(|runtime| runtime.module.as_deref()).ok_or(ReadError::NoComponent)?;
        match &self.bytes {
            Bytes::Folder(folder) => read(folder, module, MOST_COMPONENT_BYTES),
            Bytes::BuiltIn(built_in) => Ok(built_in.component.to_vec()),
        }
    }

    fn judge(
        name: String,
        source: Source,
        bytes: Bytes,
        manifest: Result<Vec<u8>, ReadError>,
    ) -> Self {
        let mut found = Self { name, source, manifest: None, findings: Vec::new(), bytes };
        let bytes = match manifest {
            Ok(bytes) => bytes,
            Err(error) => {
                found.findings.push(Finding::error("manifest-unreadable", "", error.to_string()));
                return found;
            }
        };
        (found.manifest, found.findings) = validate::judge(&bytes);
        if let Some(manifest) = &found.manifest {
            found.name = manifest.plugin.name.to_string();
        }
        found
    }

    /// Adds what the component beside the manifest gives occasion to say.
    pub fn judge_component(&mut self) {
        let Some(manifest) = &self.manifest else { return };
        if manifest.runtime.as_ref().is_none_or(|runtime| runtime.kind != RuntimeKind::Wasm) {
            return;
        }
        let told = match self.component() {
            Ok(bytes) => {
                inspect(&bytes).map_err(|error| ("component-malformed", error.to_string()))
            }
            Err(error @ ReadError::TooLarge { .. }) => {
                Err(("component-too-large", error.to_string()))
            }
            Err(error) => Err(("component-unreadable", error.to_string())),
        };
        match told {
            Ok(facts) => self.findings.extend(validate::component(manifest, &facts)),
            Err((rule, message)) => {
                self.findings.push(Finding::error(rule, "/runtime/module", message))
            }
        }
    }
}

/// Reads one file of a plugin's folder, never through a link that leads out of it.
fn read(folder: &Path, name: &str, limit: u64) -> Result<Vec<u8>, ReadError> {
    let path = folder.join(name);
    let failed = |error| ReadError::Io { path: path.clone(), error };
    let inside = folder.canonicalize().map_err(failed)?;
    if !path.canonicalize().map_err(failed)?.starts_with(&inside) {
        return Err(ReadError::Outside { path });
    }
    let file = fs::File::open(&path).map_err(failed)?;
    let mut bytes = Vec::new();
    file.take(limit + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > limit {
        return Err(ReadError::TooLarge { path, limit });
    }
    Ok(bytes)
}

/// Judges the plugin in one folder, its component too.
#[must_use]
pub fn examine(folder: &Path) -> Found {
    let mut found = in_folder(folder, Source::PluginDir(folder.to_path_buf()));
    found.judge_component();
    found
}

fn in_folder(folder: &Path, source: Source) -> Found {
    let name =
        folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let manifest = read(folder, manifest::FILE_NAME, manifest::MAX_BYTES as u64);
    Found::judge(name, source, Bytes::Folder(folder.to_path_buf()), manifest)
}

/// All plugins, by source: what comes first hides what comes later under the same name, and says so.
#[must_use]
pub fn discover(
    plugin_dirs: &[PathBuf],
    data_dir: Option<&Path>,
    built_ins: &[BuiltIn],
) -> Vec<Found> {
    let mut all: Vec<Found> = Vec::new();
    for folder in plugin_dirs {
        all.extend(in_folders(folder, |folder| Source::PluginDir(folder.to_path_buf())));
    }
    if let Some(data_dir) = data_dir {
        all.extend(in_folders(&data_dir.join("plugins"), |folder| {
            Source::DataDir(folder.to_path_buf())
        }));
    }
    all.extend(built_ins.iter().map(|built_in| {
        let manifest = Ok(built_in.manifest.to_vec());
        Found::judge(built_in.name.to_owned(), Source::BuiltIn, Bytes::BuiltIn(*built_in), manifest)
    }));
    let mut kept: Vec<Found> = Vec::with_capacity(all.len());
    for found in all {
        match kept.iter_mut().find(|earlier| earlier.name == found.name) {
            Some(earlier) => {
                let message =
                    format!("it hides another plugin `{}` from {}", found.name, found.source);
                earlier.findings.push(Finding::warning("name-shadows", "/plugin/name", message));
            }
            None => kept.push(found),
        }
    }
    kept.sort_by(|left, right| left.name.cmp(&right.name));
    kept
}

/// The folders below `folder` that hold a manifest. A folder that can't be read holds none.
fn in_folders(folder: &Path, source: impl Fn(&Path) -> Source) -> Vec<Found> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| path.join(manifest::FILE_NAME).exists())
        .collect();
    folders.sort();
    folders.iter().map(|folder| in_folder(folder, source(folder))).collect()
}

/// The usable plugin of this name among those found.
#[must_use]
pub fn find<'a>(all: &'a [Found], id: &PluginId) -> Option<&'a Found> {
    all.iter().find(|found| found.name == id.as_str())
}
