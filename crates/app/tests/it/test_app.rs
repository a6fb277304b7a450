//! An application over a throw-away database, SQLite or PostgreSQL.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use jiff::Timestamp;
use sqlx::{Connection, Executor};
use stonks_app::{App, Config, ImportError, ImportFile, ImportReport, Mode, NewAccount, Target};
use stonks_core::money::Currency;

use crate::upstream::Names;

/// Which database a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Sqlite,
    Postgres,
}

/// An application, and what must outlive it.
pub(crate) struct TestApp {
    pub(crate) app: App,
    pub(crate) config: Config,
    pub(crate) names: Arc<Names>,
    _data_dir: tempfile::TempDir,
}

/// Writes each test twice: once for either database.
macro_rules! on_both {
    ($($(#[$docs:meta])* async fn $name:ident($app:ident) $body:block)*) => {$(
        mod $name {
            #[expect(clippy::allow_attributes, reason = "not every test uses the imports of its file")]
            #[allow(unused_imports, reason = "each test uses what it needs of its file's imports")]
            use super::*;

            $(#[$docs])*
            async fn run(kind: $crate::test_app::Kind) {
                let Some($app) = $crate::test_app::TestApp::open(kind).await else { return };
                $body
            }

            #[tokio::test]
            async fn sqlite() {
                run($crate::test_app::Kind::Sqlite).await;
            }

            #[tokio::test]
            async fn postgres() {
                run($crate::test_app::Kind::Postgres).await;
            }
        }
    )*};
}
pub(crate) use on_both;

/// Where `cargo xtask plugins` puts components.
pub(crate) fn built(kind: &str) -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target"), PathBuf::from);
    let folder = target.join(kind);
    assert!(folder.exists(), "{} is missing: run `cargo xtask plugins`", folder.display());
    folder
}

/// Set by `make test`: the URL of a private cluster. Where there is none, tests on PostgreSQL say so;
/// where they must run, `STONKS_REQUIRE_ALL` makes that a failure.
fn postgres_url() -> Option<String> {
    if let Some(url) = std::env::var_os("STONKS_TEST_POSTGRES") {
        return Some(url.into_string().unwrap());
    }
    assert!(
        std::env::var_os("STONKS_REQUIRE_ALL").is_none(),
        "tests on PostgreSQL must run here, and STONKS_TEST_POSTGRES names no cluster"
    );
    println!("skipped: no PostgreSQL");
    None
}

/// Creates an empty database in the cluster and returns its URL.
async fn new_postgres(cluster: &str) -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let name = format!("test_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
    let mut connection =
        sqlx::PgConnection::connect(&cluster.replace("/NAME?", "/postgres?")).await.unwrap();
    connection.execute(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).await.unwrap();
    cluster.replace("/NAME?", &format!("/{name}?"))
}

impl TestApp {
    /// None where tests on PostgreSQL can't run, and needn't.
    pub(crate) async fn open(kind: Kind) -> Option<Self> {
        let database_url = match kind {
            Kind::Sqlite => None,
            Kind::Postgres => Some(new_postgres(&postgres_url()?).await),
        };
        let data_dir = tempfile::tempdir().unwrap();
        let config = Config {
            data_dir: data_dir.path().to_path_buf(),
            database_url,
            plugin_dirs: vec![built("plugins"), built("fixtures")],
            places: Default::default(),
            built_ins: &[],
            base_currency: Currency::EUR,
            compiler: stonks_app::Compiler::Here,
            python: stonks_app::PythonOptions::default(),
            vault_passphrase: None,
            is_resident: true,
            clock: Arc::new(|| "2026-11-24T12:00:00Z".parse::<Timestamp>().unwrap()),
        };
        // No test asks a real name.
        let names = Arc::new(Names::default());
        let app = App::open_with(config.clone(), Arc::<Names>::clone(&names)).await.unwrap();
        Some(Self { app, config, names, _data_dir: data_dir })
    }

    pub(crate) const fn kind(&self) -> Kind {
        if self.config.database_url.is_some() { Kind::Postgres } else { Kind::Sqlite }
    }

    /// The same installation, opened anew, as after a restart.
    pub(crate) async fn reopened(self) -> Self {
        let Self { app, config, _data_dir, .. } = self;
        app.close().await;
        let names = Arc::new(Names::default());
        let app = App::open_with(config.clone(), Arc::<Names>::clone(&names)).await.unwrap();
        Self { app, config, names, _data_dir }
    }

    /// The same installation under another clock, in parts: whoever holds the folder keeps it.
    pub(crate) async fn under(self, clock: stonks_host::Clock) -> (Arc<App>, tempfile::TempDir) {
        let Self { app, config, names, _data_dir } = self;
        app.close().await;
        let app = App::open_with(Config { clock, ..config }, names).await.unwrap();
        (Arc::new(app), _data_dir)
    }

    pub(crate) async fn add_account(&self, name: &str, plugin: &str) {
        let new = NewAccount {
            name: name.parse().unwrap(),
            plugin: plugin.parse().unwrap(),
            settings: std::collections::BTreeMap::new(),
            cost_method: stonks_core::lots::CostMethod::default(),
        };
        self.app.add_account(new).await.unwrap();
    }

    /// Somebody else at the database.
    pub(crate) async fn execute(&self, sql: &'static str) {
        match &self.config.database_url {
            Some(url) => {
                sqlx::PgConnection::connect(url).await.unwrap().execute(sql).await.unwrap();
            }
            None => {
                self.sqlite().await.execute(sql).await.unwrap();
            }
        }
    }

    /// The one number that a question to the database is answered with.
    pub(crate) async fn count(&self, sql: &'static str) -> i64 {
        match &self.config.database_url {
            Some(url) => {
                let mut connection = sqlx::PgConnection::connect(url).await.unwrap();
                sqlx::query_scalar(sql).fetch_one(&mut connection).await.unwrap()
            }
            None => sqlx::query_scalar(sql).fetch_one(&mut self.sqlite().await).await.unwrap(),
        }
    }

    async fn sqlite(&self) -> sqlx::SqliteConnection {
        let path = self.config.data_dir.join("stonks.sqlite3");
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path);
        sqlx::SqliteConnection::connect_with(&options).await.unwrap()
    }

    pub(crate) async fn import(
        &self,
        account: &str,
        files: &[(&str, &str)],
        mode: Mode,
    ) -> Result<ImportReport, ImportError> {
        let files = files
            .iter()
            .map(|&(name, content)| ImportFile {
                name: name.to_owned(),
                content: content.as_bytes().to_vec(),
            })
            .collect();
        self.app.import(&Target::Account(account.parse().unwrap()), files, mode, &|_| ()).await
    }
}
