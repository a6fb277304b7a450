//! Where the old installation keeps its database, its settings and its key.

use std::fs;
use std::path::{Path, PathBuf};

use super::MigrationError;
use super::report::PlaceReport;

/// Names of the database in a data directory or a project's folder; the demo's counts where there is no
/// other.
const DATABASES: [&str; 4] =
    ["db.sqlite3", "data/db.sqlite3", "demo_db.sqlite3", "data/demo_db.sqlite3"];

/// Larger files are neither settings nor a key.
const MOST_BYTES: u64 = 1 << 20;

/// The files of an old installation, as far as they are there.
#[derive(Debug)]
pub(super) struct Places {
    pub(super) database: Option<PathBuf>,
    pub(super) configuration: Option<PathBuf>,
    pub(super) key: Option<PathBuf>,
    pub(super) report: Vec<PlaceReport>,
}

impl Places {
    /// `from`: the data directory, the project's folder, or the database itself.
    pub(super) fn find(from: &Path) -> Result<Self, MigrationError> {
        let is_file = from.is_file();
        let databases: Vec<PathBuf> = if is_file {
            vec![from.to_path_buf()]
        } else {
            DATABASES.iter().map(|name| from.join(name)).collect()
        };
        let database = first(&databases);
        let folder = if is_file { folder_of(from) } else { from.to_path_buf() };
        let data_dir = database.as_deref().map_or_else(|| folder.clone(), folder_of);
        // Beside the data directory lies the project's folder, whose settings they are.
        let configurations = distinct([
            folder.join("config/config.json"),
            data_dir.join("config/config.json"),
            folder.join("config.json"),
            folder_of(&absolute(&data_dir)).join("config/config.json"),
        ]);
        let keys = distinct([
            data_dir.join("fernet.key"),
            folder.join("fernet.key"),
            folder.join("data/fernet.key"),
        ]);
        let (configuration, key) = (first(&configurations), first(&keys));
        if database.is_none() && configuration.is_none() {
            return Err(MigrationError::NoDatabase {
                from: from.to_path_buf(),
                looked_for: databases.into_iter().chain(configurations).collect(),
            });
        }
        let place = |what, found: &Option<PathBuf>, looked_for| PlaceReport {
            what,
            found: found.clone(),
            looked_for,
        };
        let report = vec![
            place("database", &database, databases),
            place("configuration", &configuration, configurations),
            place("key", &key, keys),
        ];
        Ok(Self { database, configuration, key, report })
    }
}

/// Reads a small file of the old installation.
pub(super) fn read_small(path: &Path) -> Result<Vec<u8>, MigrationError> {
    let failed = |error| MigrationError::Unreadable { path: path.to_path_buf(), error };
    let length = fs::metadata(path).map_err(failed)?.len();
    if length > MOST_BYTES {
        return Err(MigrationError::TooLarge { path: path.to_path_buf(), length });
    }
    fs::read(path).map_err(failed)
}

fn first(paths: &[PathBuf]) -> Option<PathBuf> {
    paths.iter().find(|path| path.is_file()).cloned()
}

fn folder_of(path: &Path) -> PathBuf {
    let folder = path.parent().unwrap_or(path);
    if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder.to_path_buf() }
}

/// A relative path may have no folder above it in its text.
fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf())
}

fn distinct<const N: usize>(paths: [PathBuf; N]) -> Vec<PathBuf> {
    let mut kept: Vec<PathBuf> = Vec::with_capacity(N);
    for path in paths {
        if !kept.iter().any(|known| absolute(known) == absolute(&path)) {
            kept.push(path);
        }
    }
    kept
}
