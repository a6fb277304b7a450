//! The use cases, and the one database.
//!
//! Whoever shows something (the web page, the command line) calls [`App`] and gets a report; whoever
//! brings something in calls it with bytes. Clock, data directory and plugins are arguments.
//!
//! Invariant: pages read the database, never a plugin; and what is imported is imported whole or not
//! at all.

mod accounts;
pub mod alerts;
mod app;
mod books;
mod bridges;
mod config;
mod db;
pub mod demo;
pub mod doctor;
mod grants;
mod ingest;
mod insights;
mod mapping;
mod migrate;
mod plugin_settings;
pub mod plugins;
mod rates;
pub mod reports;
mod residence;
mod side_by_side;
mod vault;

pub use accounts::{
    Account, AccountError, CandidateLot, ChoiceError, CostSettings, NewAccount, SaleLots,
};
pub use app::App;
pub use books::LedgerCounts;
pub use config::Config;
pub use grants::{GrantError, Permission, Request, Selection, Standing};
pub use ingest::{
    FileReport, ImportError, ImportFile, ImportProgress, ImportReport, KindCount, Mode, SyncError,
    Target,
};
pub use insights::Insight;
pub use migrate::{
    AccountNames, MigrationError, MigrationReport, PlaceReport, PluginReport, PluginsReport,
    SecretOutcome, SecretReport, SettingReport, SumReport, TableReport, migrate_plugins,
};
pub use plugin_settings::SettingsError;
pub use side_by_side::{Beside, BesideError, ComparisonReport, DifferenceRow, FigureDifference};
pub use stonks_host::insight;
pub use stonks_host::{Compiler, PythonOptions};
pub use vault::{Secret, SecretError, SecretInfo, VaultError};
