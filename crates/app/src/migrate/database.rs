//! The Python system's database, read from a copy: nothing is written beside the original.

mod migrations;

use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::SystemTime;

use anyhow::Context;
use serde_json::{Map, Value};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteRow};
use sqlx::{Column, ConnectOptions, Connection, Row, TypeInfo, ValueRef};

use super::MigrationError;
use crate::app::create_private;
pub(super) use migrations::Applied;

/// What SQLite writes beside a database; part of it while it is in use.
const COMPANIONS: [&str; 2] = ["-wal", "-journal"];

/// A larger database is refused before it is copied.
const MOST_BYTES: u64 = 4 << 30;

/// How often a database that changes while it is copied is copied again.
const MOST_TRIES: u32 = 5;

/// A row as the old database holds it. Numbers keep the shortest text that makes them again.
#[derive(Debug)]
pub(super) struct OldRow {
    pub(super) table: &'static str,
    pub(super) values: Map<String, Value>,
}

/// A table, and the columns that are read of it.
pub(super) struct OldTable {
    pub(super) name: &'static str,
    pub(super) columns: &'static [&'static str],
    pub(super) order: &'static str,
    /// The migration that made it; none for what every database that is read has.
    pub(super) since: Option<&'static str>,
}

/// The copy, open.
pub(super) struct OldDatabase {
    connection: SqliteConnection,
    path: PathBuf,
    pub(super) migrations: Applied,
    // Dropped behind the connection, and removed then.
    _copy: Copied,
}

/// A folder that goes with its value.
struct Copied(PathBuf);

impl Drop for Copied {
    fn drop(&mut self) {
        // What stays is private, and removed with the data directory at the latest.
        let _ = fs::remove_dir_all(&self.0);
    }
}

impl OldDatabase {
    /// Copies the database into `data_dir` and opens the copy.
    pub(super) async fn open(path: &Path, data_dir: &Path) -> Result<Self, MigrationError> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder = data_dir.join(format!("migration-{}-{number}", std::process::id()));
        create_private(&folder).context("making room for a copy of the old database")?;
        let copied = Copied(folder);
        let copy = copied.0.join("copy.sqlite3");
        let (original, target) = (path.to_path_buf(), copy.clone());
        tokio::task::spawn_blocking(move || copy_whole(&original, &target))
            .await
            .context("copying the old database")??;
        let unreadable = |error: sqlx::Error| unreadable(path, &error);
        // The copy is opened for writing: what its journal holds is then part of it.
        let options = SqliteConnectOptions::new().filename(&copy).disable_statement_logging();
        let connection = SqliteConnection::connect_with(&options).await.map_err(unreadable)?;
        let mut database = Self {
            connection,
            path: path.to_path_buf(),
            migrations: Applied::default(),
            _copy: copied,
        };
        database.check_whole().await?;
        database.migrations = Applied::read(&mut database.connection, path).await?;
        Ok(database)
    }

    async fn check_whole(&mut self) -> Result<(), MigrationError> {
        let path = self.path.clone();
        let told: Vec<String> = sqlx::query_scalar("PRAGMA quick_check(1)")
            .fetch_all(&mut self.connection)
            .await
            .map_err(|error| unreadable(&path, &error))?;
        match told.first() {
            Some(first) if first != "ok" => {
                let problem = first.lines().next().unwrap_or_default().to_owned();
                Err(MigrationError::Damaged { path, problem })
            }
            _ => Ok(()),
        }
    }

    /// Whether the database has come so far that it has a table.
    pub(super) fn has(&self, table: &OldTable) -> bool {
        table.since.is_none_or(|migration| self.migrations.contains(migration))
    }

    /// Tables that hold rows and are none of `known`, and how many rows each holds.
    pub(super) async fn others(
        &mut self,
        is_known: impl Fn(&str) -> bool,
    ) -> Result<Vec<(String, i64)>, MigrationError> {
        let path = self.path.clone();
        let unreadable = |error: sqlx::Error| unreadable(&path, &error);
        let names: Vec<String> =
            sqlx::query_scalar("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
                .fetch_all(&mut self.connection)
                .await
                .map_err(unreadable)?;
        let mut others = Vec::new();
        for name in names.into_iter().filter(|name| !is_known(name)) {
            let statement = format!("SELECT COUNT(*) FROM \"{}\"", name.replace('"', "\"\""));
            let n_rows: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(statement))
                .fetch_one(&mut self.connection)
                .await
                .map_err(unreadable)?;
            if n_rows > 0 {
                others.push((name, n_rows));
            }
        }
        Ok(others)
    }

    /// All rows of a table.
    pub(super) async fn rows(&mut self, table: &OldTable) -> Result<Vec<OldRow>, MigrationError> {
        let path = self.path.clone();
        let migrations = self.migrations.clone();
        let incomplete = |what: String| migrations.incomplete(&path, what);
        let present: Vec<String> = sqlx::query_scalar("SELECT name FROM pragma_table_info($1)")
            .bind(table.name)
            .fetch_all(&mut self.connection)
            .await
            .map_err(|error| unreadable(&path, &error))?;
        if present.is_empty() {
            return Err(incomplete(format!("table `{}`", table.name)));
        }
        if let Some(missing) =
            table.columns.iter().find(|name| !present.iter().any(|own| own == *name))
        {
            return Err(incomplete(format!("column `{missing}` of table `{}`", table.name)));
        }
        let list = table.columns.join("\", \"");
        // Names of tables and columns are this module's own.
        let statement =
            format!("SELECT \"{list}\" FROM \"{}\" ORDER BY {}", table.name, table.order);
        let rows = sqlx::query(sqlx::AssertSqlSafe(statement))
            .fetch_all(&mut self.connection)
            .await
            .map_err(|error| unreadable(&path, &error))?;
        rows.iter()
            .map(|row| {
                let values = values(row).map_err(|error| unreadable(&path, &error))?;
                Ok(OldRow { table: table.name, values })
            })
            .collect()
    }

    pub(super) async fn close(self) {
        // Nothing is left to be written, so that nothing can fail that matters.
        let _ = self.connection.close().await;
    }
}

fn values(row: &SqliteRow) -> Result<Map<String, Value>, sqlx::Error> {
    let mut values = Map::new();
    for (place, column) in row.columns().iter().enumerate() {
        let kind = {
            let raw = row.try_get_raw(place)?;
            if raw.is_null() { "NULL".to_owned() } else { raw.type_info().name().to_owned() }
        };
        let value = match kind.as_str() {
            "NULL" => Value::Null,
            "INTEGER" | "BOOLEAN" => row.try_get_unchecked::<i64, _>(place)?.into(),
            "REAL" => row.try_get_unchecked::<f64, _>(place)?.into(),
            _ => row.try_get_unchecked::<String, _>(place)?.into(),
        };
        values.insert(column.name().to_owned(), value);
    }
    Ok(values)
}

/// Copies a database and what belongs to it, in one state.
fn copy_whole(path: &Path, copy: &Path) -> Result<(), MigrationError> {
    let failed = |error| MigrationError::Unreadable { path: path.to_path_buf(), error };
    for _ in 0..MOST_TRIES {
        let before = states(path);
        let length = fs::metadata(path).map_err(failed)?.len();
        if length > MOST_BYTES {
            return Err(MigrationError::TooLarge { path: path.to_path_buf(), length });
        }
        copy_private(path, copy).map_err(failed)?;
        for companion in COMPANIONS {
            let (from, to) = (beside(path, companion), beside(copy, companion));
            if from.exists() {
                copy_private(&from, &to).map_err(failed)?;
            } else {
                let _ = fs::remove_file(to);
            }
        }
        if states(path) == before {
            return Ok(());
        }
        std::thread::sleep(std::time::Duration::from_millis(200));
    }
    Err(MigrationError::Busy(path.to_path_buf()))
}

/// A copy that can be written, also of what can't be.
fn copy_private(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::copy(from, to)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(to, fs::Permissions::from_mode(0o600))?;
    }
    Ok(())
}

fn beside(path: &Path, companion: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(companion);
    name.into()
}

/// Length and time of change of a database's files.
fn states(path: &Path) -> Vec<Option<(u64, Option<SystemTime>)>> {
    let state = |metadata: Metadata| (metadata.len(), metadata.modified().ok());
    let all = std::iter::once(path.to_path_buf())
        .chain(COMPANIONS.iter().map(|companion| beside(path, companion)));
    all.map(|path| fs::metadata(path).ok().map(state)).collect()
}

/// What SQLite says of a file that it can't read.
fn unreadable(path: &Path, error: &sqlx::Error) -> MigrationError {
    // SQLite's result codes: 11 CORRUPT, 26 NOTADB; https://sqlite.org/rescode.html
    let code =
        error.as_database_error().and_then(|error| error.code().map(|code| code.to_string()));
    match code.as_deref() {
        Some("26") => MigrationError::NotADatabase(path.to_path_buf()),
        _ => {
            let problem = error
                .as_database_error()
                .map_or_else(|| error.to_string(), |error| error.message().to_owned());
            MigrationError::Damaged { path: path.to_path_buf(), problem }
        }
    }
}
