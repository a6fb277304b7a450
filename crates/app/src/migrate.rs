//! An installation of the Python system, brought along: database, settings and credentials.
//!
//! What its tables hold becomes facts and goes through the same ingest as a file: an account at a time, whole
//! or not at all, each fact once, with the table and row that it comes from. Credentials go into the vault.
//! The old folder is only read.

mod alpaca;
mod bitvavo;
mod brokers;
mod configuration;
mod database;
mod degiro;
mod error;
mod fernet;
mod interactive_brokers;
mod openings;
mod places;
mod plugins;
mod reading;
mod report;
mod secrets;
mod settings;
mod splits;
mod sync_log;
mod target;
mod teller;
mod yahoo;

use std::path::Path;

use stonks_plugin::PluginId;

use crate::app::App;
use crate::ingest::{ImportFile, ImportReport, Mode, ReadFile};
use brokers::BROKERS;
use configuration::Configuration;
use database::OldDatabase;
use places::Places;
use report::TableReport as Table;
use sync_log::SyncLog;
use target::Targets;
use teller::Told;
use yahoo::Yahoo;

pub use error::MigrationError;
pub use plugins::{PluginReport, PluginsReport, migrate_plugins};
pub use report::{
    MigrationReport, PlaceReport, SecretOutcome, SecretReport, SettingReport, SumReport,
    TableReport,
};
pub use target::AccountNames;

/// Who delivers what was migrated. It is no plugin: the program reads the old database itself.
const DELIVERED_BY: &str = "python-migration";

/// Tables of the old database that hold nothing of the user's.
const MACHINERY: [&str; 4] =
    ["django_migrations", "django_content_type", "django_session", "sqlite_sequence"];

/// All that the old database tells.
#[derive(Default)]
struct Read {
    told: Vec<Told>,
    /// Of what belongs to no single broker.
    tables: Vec<Table>,
    migration: Option<String>,
    remarks: Vec<String>,
    cannot_come: Vec<String>,
}

impl App {
    /// Brings along an installation of the Python system. `from` is the old data directory, the project's
    /// folder or the database itself. Accounts are added where they aren't there yet, also for brokers of
    /// which there is no plugin.
    ///
    /// # Errors
    /// A database that is missing, foreign, damaged, too old or half migrated, and a row that can't be
    /// read. Nothing is stored then.
    pub async fn migrate_python(
        &self,
        from: &Path,
        names: impl Into<AccountNames>,
        mode: Mode,
    ) -> Result<MigrationReport, MigrationError> {
        let places = Places::find(from)?;
        let mut targets = Targets::new(&names.into(), self.accounts().await?)?;
        let (mut read, configuration) = self.read_old(&places).await?;
        for told in &read.told {
            if !told.facts.is_empty() {
                targets.need(told.broker)?;
            }
        }
        for broker in BROKERS {
            if configuration.of(broker).is_some_and(|own| !own.credentials.is_empty()) {
                targets.need(broker)?;
            }
        }
        let mut imports = Vec::new();
        for told in &mut read.told {
            if let Some(import) = self.deliver_old(told, &places, &targets, mode).await? {
                imports.push(import);
            }
        }
        if mode == Mode::Store {
            // Brokers of which there are credentials and no facts.
            self.add_missing(&targets).await?;
        }
        let sealed = self.seal_old_secrets(&configuration, |old| targets.name(old), mode).await?;
        let named = |old| targets.name(old).map(|name| name.to_string());
        let settings = settings::report(&configuration, self.base_currency(), named);
        let mut report = MigrationReport {
            dry_run: mode == Mode::DryRun,
            database: places.database,
            migration: read.migration,
            places: places.report,
            tables: Vec::new(),
            sums: Vec::new(),
            settings,
            secrets: sealed.reports,
            remarks: Vec::new(),
            cannot_come: read.cannot_come,
            import: imports.first().cloned(),
            imports,
        };
        for told in read.told {
            report.tables.extend(told.tables);
            report.sums.extend(told.sums);
            report.remarks.extend(told.remarks);
        }
        report.tables.extend(read.tables.into_iter().chain(configuration.tables));
        report.remarks.extend(read.remarks);
        report.remarks.extend(targets.remarks(|plugin| self.plugins.get(plugin).is_some()));
        report.cannot_come.extend(configuration.problems);
        report.cannot_come.extend(sealed.problem);
        Ok(report)
    }

    async fn read_old(&self, places: &Places) -> Result<(Read, Configuration), MigrationError> {
        let Some(path) = &places.database else {
            let configuration = Configuration::read(places, None).await?;
            return Ok((Read::default(), configuration));
        };
        let mut old = OldDatabase::open(path, &self.config.data_dir).await?;
        let read = read_tables(&mut old).await;
        let configuration = match &read {
            Ok(_) => Configuration::read(places, Some(&mut old)).await,
            Err(_) => Ok(Configuration::default()),
        };
        old.close().await;
        Ok((read?, configuration?))
    }

    async fn deliver_old(
        &self,
        told: &mut Told,
        places: &Places,
        targets: &Targets,
        mode: Mode,
    ) -> Result<Option<ImportReport>, MigrationError> {
        let Some(target) = targets.of(told.broker).filter(|_| !told.facts.is_empty()) else {
            return Ok(None);
        };
        let path = places.database.as_deref().unwrap_or(Path::new(""));
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        let content = std::mem::take(&mut told.rows).into_bytes();
        let facts = std::mem::take(&mut told.facts);
        let read = ReadFile { file: ImportFile { name, content }, facts };
        let program: PluginId = DELIVERED_BY.parse().map_err(anyhow::Error::from)?;
        Ok(Some(self.deliver(target, program, read, mode).await?))
    }
}

/// Everything is read before anything is stored.
async fn read_tables(old: &mut OldDatabase) -> Result<Read, MigrationError> {
    let mut yahoo = Yahoo::read(old).await?;
    let log = SyncLog::read(old).await?;
    let mut told = vec![
        degiro::read(old).await?,
        bitvavo::read(old, &log).await?,
        interactive_brokers::read(old, &log, &mut yahoo).await?,
    ];
    told.extend(alpaca::read(old, &mut yahoo).await?);
    for told in &mut told {
        yahoo.complete(&mut told.facts);
    }
    let tables: Vec<Table> = yahoo.report().into_iter().chain(log.report()).collect();
    let mut known: Vec<&str> = MACHINERY.to_vec();
    known.extend(configuration::TABLES);
    known.extend(told.iter().flat_map(|told| &told.tables).map(|table| table.table.as_str()));
    known.extend(tables.iter().map(|table| table.table.as_str()));
    let others = old.others(|name| known.contains(&name)).await?;
    let cannot_come = others.into_iter().map(|(name, n_rows)| {
        format!("table `{name}`, with {n_rows} rows: nothing here knows what it holds")
    });
    let unknown = old.migrations.unknown().join("`, `");
    let remarks = (!unknown.is_empty()).then(|| {
        format!(
            "the database is of a newer version of the Python system than this program knows: what `{unknown}` changed isn't considered"
        )
    });
    let cannot_come = cannot_come.collect();
    Ok(Read {
        told,
        tables,
        migration: Some(old.migrations.last().to_owned()),
        remarks: remarks.into_iter().collect(),
        cannot_come,
    })
}
