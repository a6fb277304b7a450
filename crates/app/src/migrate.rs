//! An installation of the Python system, brought along: its database so far.
//!
//! What its tables hold becomes facts and goes through the same ingest as a file: whole or not at all,
//! each fact once, with the table and row that it comes from. The old folder is only read.

mod database;
mod degiro;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rust_decimal::Decimal;
use serde::Serialize;
use stonks_core::account::AccountName;
use stonks_core::fact::Located;
use stonks_core::lots::CostMethod;
use stonks_core::money::{Currency, to_canonical};
use stonks_plugin::PluginId;

use crate::accounts::NewAccount;
use crate::app::App;
use crate::ingest::{ImportError, ImportFile, ImportReport, Mode, ReadFile, Target};
use database::OldDatabase;

/// Who delivers what was migrated. It is no plugin: the program reads the old database itself.
const DELIVERED_BY: &str = "python-migration";

/// The plugin that goes on with the account's files.
const DEGIRO: &str = "degiro";

/// What became of one table of the old database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TableReport {
    pub table: String,
    pub rows: usize,
    /// Rows that facts were told of.
    pub told: usize,
    /// Rows that tell nothing that isn't told elsewhere, and why.
    pub left_out: Vec<String>,
}

/// A sum over a column of the old database, and over the facts that were made of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SumReport {
    pub what: String,
    pub currency: Currency,
    pub old: String,
    pub new: String,
}

/// What became of an old installation.
#[derive(Debug, Clone, Serialize)]
pub struct MigrationReport {
    pub database: PathBuf,
    /// The last migration of the old database.
    pub migration: String,
    pub tables: Vec<TableReport>,
    pub sums: Vec<SumReport>,
    /// What is odd about the old data, and what was made of it.
    pub remarks: Vec<String>,
    /// None where the old database holds nothing to import.
    pub import: Option<ImportReport>,
}

/// Why nothing was brought along.
#[derive(Debug, thiserror::Error)]
pub enum MigrationError {
    #[error("there is no database of the Python system in `{}`", .0.display())]
    NoDatabase(PathBuf),
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
    #[error("row {id} of table `{table}` can't be read: {problem}")]
    Row { table: &'static str, id: String, problem: String },
    #[error("account `{account}` belongs to plugin `{plugin}`, not to `degiro`")]
    OtherPlugin { account: AccountName, plugin: PluginId },
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
            Self::NoDatabase(_) => {
                "name the folder that holds `db.sqlite3` (the old STONKS_OVERWATCH_DATA_DIR), or the file itself"
            }
            Self::Busy(_) => "stop the Python system, and try again",
            Self::Damaged { .. } => {
                "restore the file from a backup, or repair it with `sqlite3 FILE .recover`"
            }
            Self::TooOld { .. } | Self::Incomplete { .. } => {
                "start the newest Python version once, so that it brings its database up to date"
            }
            Self::OtherPlugin { .. } => "name another account with `--account NAME`",
            Self::Import(error) => return error.hint(),
            _ => return None,
        };
        Some(hint.to_owned())
    }
}

/// What the old database tells.
#[derive(Debug, Default)]
struct Told {
    facts: Vec<Located>,
    /// The rows behind the facts, one a line: what the locations of the facts count.
    rows: String,
    tables: Vec<TableReport>,
    sums: Vec<SumReport>,
    remarks: Vec<String>,
}

impl App {
    /// Brings along what the database of the Python system holds: so far, of DEGIRO. `from` is the old
    /// data directory or the database itself; `account` is added where it isn't there yet.
    ///
    /// # Errors
    /// A database that is missing, foreign, damaged, too old or half migrated, and a row that can't be
    /// read. Nothing is stored then.
    pub async fn migrate_python(
        &self,
        from: &Path,
        account: Option<&AccountName>,
        mode: Mode,
    ) -> Result<MigrationReport, MigrationError> {
        let path = database::locate(from)?;
        let target = self.migration_target(account).await?;
        let mut old = OldDatabase::open(&path, &self.config.data_dir).await?;
        let migration = old.migration.clone();
        let told = degiro::read(&mut old).await;
        old.close().await;
        let told = told?;
        let import = if told.facts.is_empty() {
            None
        } else {
            let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
            let file = ImportFile { name, content: told.rows.into_bytes() };
            let program: PluginId = DELIVERED_BY.parse().map_err(anyhow::Error::from)?;
            Some(self.deliver(target, program, ReadFile { file, facts: told.facts }, mode).await?)
        };
        Ok(MigrationReport {
            database: path,
            migration,
            tables: told.tables,
            sums: told.sums,
            remarks: told.remarks,
            import,
        })
    }

    async fn migration_target(
        &self,
        account: Option<&AccountName>,
    ) -> Result<Target, MigrationError> {
        let plugin: PluginId = DEGIRO.parse().map_err(anyhow::Error::from)?;
        let name = match account {
            Some(name) => name.clone(),
            None => DEGIRO.parse().map_err(anyhow::Error::from)?,
        };
        match self.accounts().await?.into_iter().find(|known| known.name == name) {
            Some(known) if known.plugin == plugin => Ok(Target::Account(name)),
            Some(known) => Err(MigrationError::OtherPlugin { account: name, plugin: known.plugin }),
            None => Ok(Target::NewAccount(NewAccount {
                name,
                plugin,
                settings: BTreeMap::new(),
                cost_method: CostMethod::default(),
            })),
        }
    }
}

/// Sums by currency on both sides.
#[derive(Default)]
struct Sums(BTreeMap<(&'static str, Currency), (Decimal, Decimal)>);

impl Sums {
    fn add(&mut self, what: &'static str, currency: Currency, old: Decimal, new: Decimal) {
        let sums = self.0.entry((what, currency)).or_default();
        *sums = (sums.0.saturating_add(old), sums.1.saturating_add(new));
    }

    fn told(self) -> Vec<SumReport> {
        let report =
            |((what, currency), (old, new)): ((&str, Currency), (Decimal, Decimal))| SumReport {
                what: what.to_owned(),
                currency,
                old: to_canonical(old),
                new: to_canonical(new),
            };
        self.0.into_iter().map(report).collect()
    }
}
