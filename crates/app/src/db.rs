//! The one database: SQLite in the data directory, or PostgreSQL.
//!
//! Both run the same statements. A statement is written once, with `$1` for its arguments, which
//! both understand; [`with_connection`] makes it for whichever database is connected.

pub(crate) mod accounts;
pub(crate) mod alerts;
pub(crate) mod choices;
pub(crate) mod columns;
pub(crate) mod deliveries;
pub(crate) mod egress;
pub(crate) mod facts;
pub(crate) mod grants;
pub(crate) mod insights;
pub(crate) mod mappings;
pub(crate) mod plugin_settings;
mod plugin_storage;
pub(crate) mod plugins;
pub(crate) mod rows;
pub(crate) mod secrets;
pub(crate) mod settings;
pub(crate) mod webhooks;

use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Postgres, Sqlite};

static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");

/// The name of the database file in the data directory.
const FILE_NAME: &str = "stonks.sqlite3";

/// A pool of connections.
#[derive(Clone)]
pub(crate) enum Database {
    Sqlite {
        /// SQLite knows one writer at a time; waiting here is fair, waiting there is polling.
        writer: SqlitePool,
        readers: SqlitePool,
    },
    Postgres(PgPool),
}

/// A transaction. Dropped without [`Transaction::commit`], it never happened.
pub(crate) enum Transaction {
    Sqlite(sqlx::Transaction<'static, Sqlite>),
    Postgres(sqlx::Transaction<'static, Postgres>),
}

/// Runs `$body` with `$connection` bound to the connection of whichever database it is.
macro_rules! with_connection {
    ($transaction:expr, |$connection:ident| $body:expr) => {
        match $transaction {
            $crate::db::Transaction::Sqlite(transaction) => {
                let $connection = &mut **transaction;
                $body
            }
            $crate::db::Transaction::Postgres(transaction) => {
                let $connection = &mut **transaction;
                $body
            }
        }
    };
}
pub(crate) use with_connection;

impl Database {
    /// Opens, and where needed creates, the SQLite file, and brings it up to date.
    pub(crate) async fn open_file(data_dir: &Path) -> Result<Self> {
        let path = data_dir.join(FILE_NAME);
        let options = SqliteConnectOptions::new()
            .filename(&path)
            .create_if_missing(true)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            // What was reported as imported survives a power cut.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(10))
            .optimize_on_close(true, None);
        let open = || format!("opening the database `{}`", path.display());
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .connect_with(options.clone())
            .await
            .with_context(open)?;
        SQLITE
            .run(&writer)
            .await
            .with_context(|| format!("bringing the database `{}` up to date", path.display()))?;
        restrict(&path)?;
        let readers = options.read_only(true);
        let readers = SqlitePoolOptions::new()
            .max_connections(4)
            .connect_with(readers)
            .await
            .with_context(open)?;
        Ok(Self::Sqlite { writer, readers })
    }

    /// Connects to PostgreSQL and brings the schema up to date.
    pub(crate) async fn connect(url: &str) -> Result<Self> {
        if !(url.starts_with("postgres://") || url.starts_with("postgresql://")) {
            bail!(
                "the database URL begins with `{}`; `postgres://` is expected",
                url.split(':').next().unwrap_or_default()
            );
        }
        // The URL may hold a password, so that no error may show it.
        let options = PgConnectOptions::from_str(url)
            .map_err(|_| anyhow::anyhow!("the database URL is malformed"))?;
        let place = format!(
            "{}, database `{}`",
            options.get_host(),
            options.get_database().unwrap_or_default()
        );
        let pool = PgPoolOptions::new()
            .max_connections(8)
            .acquire_timeout(Duration::from_secs(10))
            .connect_with(options);
        let pool = pool.await.with_context(|| format!("connecting to PostgreSQL at {place}"))?;
        POSTGRES
            .run(&pool)
            .await
            .with_context(|| format!("bringing the database at {place} up to date"))?;
        Ok(Self::Postgres(pool))
    }

    /// Begins a transaction that only reads, and sees one state of the data throughout.
    pub(crate) async fn read(&self) -> Result<Transaction> {
        Ok(match self {
            Self::Sqlite { readers, .. } => Transaction::Sqlite(readers.begin().await?),
            Self::Postgres(pool) => Transaction::Postgres(
                pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?,
            ),
        })
    }

    /// Begins a transaction that writes.
    pub(crate) async fn write(&self) -> Result<Transaction> {
        Ok(match self {
            // Asks for the lock at once: to ask for it later fails without waiting.
            Self::Sqlite { writer, .. } => {
                Transaction::Sqlite(writer.begin_with("BEGIN IMMEDIATE").await?)
            }
            Self::Postgres(pool) => Transaction::Postgres(pool.begin().await?),
        })
    }

    /// What the database finds wrong about itself; nothing where it is sound.
    pub(crate) async fn check(&self) -> Result<Vec<String>> {
        let Self::Sqlite { readers, .. } = self else { return Ok(Vec::new()) };
        let mut told: Vec<String> =
            sqlx::query_scalar("PRAGMA integrity_check(5)").fetch_all(readers).await?;
        told.retain(|line| line != "ok");
        let orphans: Vec<(String,)> =
            sqlx::query_as("SELECT DISTINCT \"table\" FROM pragma_foreign_key_check")
                .fetch_all(readers)
                .await?;
        told.extend(
            orphans
                .into_iter()
                .map(|(table,)| format!("rows of `{table}` belong to something that isn't there")),
        );
        Ok(told)
    }

    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

impl Transaction {
    pub(crate) async fn commit(self) -> Result<()> {
        match self {
            Self::Sqlite(transaction) => transaction.commit().await?,
            Self::Postgres(transaction) => transaction.commit().await?,
        }
        Ok(())
    }
}

/// A portfolio is nobody else's business.
#[cfg(unix)]
fn restrict(path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let restricted = std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600));
    restricted.with_context(|| format!("restricting `{}` to its owner", path.display()))
}

#[cfg(not(unix))]
fn restrict(_path: &Path) -> Result<()> {
    Ok(())
}
