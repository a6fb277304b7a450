//! What became of an old installation, table by table, sum by sum, setting by setting.

use std::path::PathBuf;

use serde::Serialize;
use stonks_core::money::Currency;

use crate::ingest::ImportReport;

/// A file of the old installation that was looked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlaceReport {
    /// `database`, `configuration` or `key`.
    pub what: &'static str,
    /// None where it isn't there.
    pub found: Option<PathBuf>,
    pub looked_for: Vec<PathBuf>,
}

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
    /// The plugin that goes on with it.
    pub broker: String,
    pub what: String,
    pub currency: Currency,
    pub old: String,
    pub new: String,
}

/// What became of a setting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SettingReport {
    /// `base_currency`, `degiro.enabled`.
    pub name: String,
    pub value: String,
    /// `database` or `config.json`.
    pub source: &'static str,
    /// Whether it holds here.
    pub holds: bool,
    /// Where it is now, or why it has no place.
    pub outcome: String,
}

/// What became of a secret. Never its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SecretReport {
    /// An account or a service.
    pub owner: String,
    pub key: String,
    /// `database` or `config.json`.
    pub source: &'static str,
    pub outcome: SecretOutcome,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, strum::Display)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum SecretOutcome {
    /// In the vault, or would be.
    Sealed,
    /// The vault has the same already.
    Known,
    /// The vault has another one already, which stays.
    Kept,
    /// The vault doesn't open.
    Locked,
}

/// What became of an old installation.
#[derive(Debug, Clone, Serialize)]
pub struct MigrationReport {
    pub dry_run: bool,
    /// None where there are settings alone.
    pub database: Option<PathBuf>,
    /// The last migration of the old database.
    pub migration: Option<String>,
    pub places: Vec<PlaceReport>,
    pub tables: Vec<TableReport>,
    pub sums: Vec<SumReport>,
    pub settings: Vec<SettingReport>,
    pub secrets: Vec<SecretReport>,
    /// What is odd about the old data, and what was made of it.
    pub remarks: Vec<String>,
    /// What has no place here, or can't be read.
    pub cannot_come: Vec<String>,
    /// The first of `imports`.
    pub import: Option<ImportReport>,
    /// One for each broker of which the old database holds something.
    pub imports: Vec<ImportReport>,
}

impl MigrationReport {
    /// Facts that weren't known.
    #[must_use]
    pub fn n_new(&self) -> usize {
        self.imports.iter().map(ImportReport::n_new).sum()
    }
}
