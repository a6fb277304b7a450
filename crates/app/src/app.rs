//! The application: one struct that every use case hangs on.

use std::sync::Arc;

use anyhow::{Context, Result, anyhow};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use stonks_core::money::Currency;
use stonks_host::discovery::Found;
use stonks_host::{Limits, Options, Outside, PluginInfo, PluginManager, Resolver, SystemResolver};
use stonks_plugin::PluginId;

use crate::books::BooksCache;
use crate::config::Config;
use crate::db::Database;
use crate::plugins::records::DatabaseRecords;
use crate::residence::Residence;
use crate::vault::DerivedKey;

/// The application.
pub struct App {
    pub(crate) config: Config,
    pub(crate) database: Database,
    pub(crate) plugins: PluginManager,
    pub(crate) books: BooksCache,
    outside: Outside,
    _residence: Residence,
    pub(crate) derived_key: DerivedKey,
    /// Held by whoever sends facts through the middleware.
    pub(crate) mapping: tokio::sync::Mutex<()>,
    /// Rung where insights are out of date.
    pub(crate) insights_wanted: tokio::sync::Notify,
    /// Rung where something is to be sent to webhooks.
    pub(crate) letters_waiting: tokio::sync::Notify,
}

impl App {
    /// Opens the database and looks for plugins.
    ///
    /// # Errors
    /// A data directory that can't be written, a database that can't be reached or is newer than this
    /// program.
    pub async fn open(config: Config) -> Result<Self> {
        Self::open_with(config, Arc::new(SystemResolver)).await
    }

    /// The same with another way to turn names into addresses for plugins, for tests.
    ///
    /// # Errors
    /// As [`App::open`].
    pub async fn open_with(config: Config, resolver: Arc<dyn Resolver>) -> Result<Self> {
        let data_dir = &config.data_dir;
        create_private(data_dir)
            .with_context(|| format!("creating the data directory `{}`", data_dir.display()))?;
        let database = match &config.database_url {
            Some(url) => Database::connect(url).await?,
            None => Database::open_file(data_dir).await?,
        };
        let residence = Residence::find(data_dir, config.is_resident)?;
        let records = DatabaseRecords::new(database.clone()).await?;
        let outside = Outside {
            grants: Arc::new(database.clone()),
            audit: Arc::new(database.clone()),
            storage: Arc::new(database.clone()),
            resolver,
            ..Outside::default()
        };
        let options = Options {
            plugin_dirs: config.plugin_dirs.clone(),
            data_dir: Some(config.data_dir.clone()),
            places: config.places.clone(),
            built_ins: config.built_ins,
            limits: Limits::default(),
            clock: Arc::clone(&config.clock),
            outside: outside.clone(),
            compiler: config.compiler.clone(),
            python: config.python.clone(),
            records: Arc::new(records),
            is_resident: config.is_resident,
            lives_elsewhere: residence.is_elsewhere(),
        };
        let plugins = PluginManager::open(options)
            .await
            .map_err(|error| anyhow!(error))
            .context("making plugins ready")?;
        Ok(Self {
            config,
            database,
            plugins,
            books: BooksCache::default(),
            outside,
            _residence: residence,
            derived_key: DerivedKey::default(),
            mapping: tokio::sync::Mutex::default(),
            insights_wanted: tokio::sync::Notify::new(),
            letters_waiting: tokio::sync::Notify::new(),
        })
    }

    /// Ends all connections.
    pub async fn close(self) {
        self.plugins.stop_all().await;
        self.plugins.flush_logs().await;
        self.database.close().await;
        self.books.forget();
    }

    /// What plugins reach through this application: grants, rows of requests, storage, names.
    #[must_use]
    pub const fn outside(&self) -> &Outside {
        &self.outside
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        (self.config.clock)()
    }

    /// Whether the database can be read.
    ///
    /// # Errors
    /// Where it can't.
    pub async fn probe(&self) -> Result<()> {
        crate::db::settings::revision(&mut self.database.read().await?).await.map(drop)
    }

    /// The day, where this machine is.
    #[must_use]
    pub fn today(&self) -> Date {
        self.now().to_zoned_datetime(TimeZone::system()).date()
    }

    /// In which totals are told.
    #[must_use]
    pub const fn base_currency(&self) -> Currency {
        self.config.base_currency
    }

    /// All plugins, good and bad.
    #[must_use]
    pub fn plugins(&self) -> Vec<PluginInfo> {
        self.plugins.list()
    }

    /// One plugin, its component examined.
    #[must_use]
    pub fn plugin(&self, id: &PluginId) -> Option<PluginInfo> {
        self.plugins.inspect(id)
    }

    /// Judges a plugin in a folder, without adding it.
    #[must_use]
    pub fn validate_plugin(folder: &std::path::Path) -> Found {
        stonks_host::discovery::examine(folder)
    }
}

/// Creates a folder that only its owner may enter.
#[cfg(unix)]
pub(crate) fn create_private(folder: &std::path::Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
pub(crate) fn create_private(folder: &std::path::Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)
}
