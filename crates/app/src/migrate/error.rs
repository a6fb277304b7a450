//! Why nothing was brought along.

use std::path::{Path, PathBuf};

use stonks_core::account::AccountName;
use stonks_plugin::PluginId;

use crate::ingest::ImportError;

/// Why nothing was brought along.
#[derive(Debug, thiserror::Error)]
pub enum MigrationError {
    #[error("there is no database of the Python system in `{}`", from.display())]
    NoDatabase { from: PathBuf, looked_for: Vec<PathBuf> },
    #[error("`{}` can't be read: {error}", path.display())]
    Unreadable { path: PathBuf, error: std::io::Error },
    #[error("`{}` has {} MB, more than a portfolio needs", path.display(), length / 1_000_000)]
    TooLarge { path: PathBuf, length: u64 },
    #[error("`{}` keeps changing while it is copied", .0.display())]
    Busy(PathBuf),
    #[error("`{}` is not a database", .0.display())]
    NotADatabase(PathBuf),
    #[error("the database `{}` is damaged: {problem}", path.display())]
    Damaged { path: PathBuf, problem: String },
    #[error("`{}` is a database, but none of the Python system's", .0.display())]
    Foreign(PathBuf),
    #[error(
        "the database `{}` stands at migration `{migration}`; `0009_globalconfiguration` or a later one is needed",
        path.display()
    )]
    TooOld { path: PathBuf, migration: String },
    #[error("the database `{}` is half migrated: {what} is missing", path.display())]
    Incomplete { path: PathBuf, what: String },
    #[error(
        "the database `{}` is of a newer version of the Python system, at migration `{migration}`, and {what} is missing",
        path.display()
    )]
    TooNew { path: PathBuf, migration: String, what: String },
    #[error("row {id} of table `{table}` can't be read: {problem}")]
    Row { table: &'static str, id: String, problem: String },
    #[error("account `{account}` belongs to plugin `{plugin}`, not to `{wanted}`")]
    OtherPlugin { account: AccountName, plugin: PluginId, wanted: &'static str },
    #[error("there is no installation of the Python system in `{}`", from.display())]
    NoTable { from: PathBuf, looked_for: Vec<PathBuf> },
    #[error("`{}` has no table `BROKER_CONFIGS` with brokers in it", .0.display())]
    NoBrokers(PathBuf),
    #[error("`{}` can't be written: {error}", path.display())]
    Unwritable { path: PathBuf, error: std::io::Error },
    #[error("the Python system knows no broker `{name}`")]
    UnknownBroker { name: String, known: Vec<&'static str> },
    #[error(transparent)]
    Import(#[from] ImportError),
    #[error(transparent)]
    Storage(#[from] anyhow::Error),
}

impl MigrationError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::NoDatabase { from, looked_for } => {
                let names = looked_for.iter().map(|path| shown(path, from)).collect::<Vec<_>>();
                return Some(format!(
                    "name the folder that holds `db.sqlite3` (the old STONKS_OVERWATCH_DATA_DIR, or the project's folder), or the file itself; looked for {}",
                    names.join(", ")
                ));
            }
            Self::NoTable { from, looked_for } => {
                let names = looked_for.iter().map(|path| shown(path, from)).collect::<Vec<_>>();
                return Some(format!(
                    "name the folder of its source; looked for {}",
                    names.join(", ")
                ));
            }
            Self::Busy(_) => "stop the Python system, and try again",
            Self::Damaged { .. } => {
                "restore the file from a backup, or repair it with `sqlite3 FILE .recover`"
            }
            Self::TooOld { .. } | Self::Incomplete { .. } => {
                "start the newest Python version once, so that it brings its database up to date"
            }
            Self::TooNew { .. } => "update this program, and try again",
            Self::OtherPlugin { .. } => "name another account with `--account BROKER=NAME`",
            Self::UnknownBroker { known, .. } => {
                return Some(format!("there is {}", known.join(", ")));
            }
            Self::Import(error) => return error.hint(),
            _ => return None,
        };
        Some(hint.to_owned())
    }
}

/// Below the folder that was named.
fn shown(path: &Path, from: &Path) -> String {
    format!("`{}`", path.strip_prefix(from).unwrap_or(path).display())
}
