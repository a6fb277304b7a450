//! Files in, facts stored: read by the account's plugin, checked, and stored whole or not at all.

mod fit;
mod store;
mod sync;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;
use jiff::civil::Date;
use serde::Serialize;
use stonks_core::account::AccountName;
use stonks_core::fact::{Fact, FactKind, Located};
use stonks_host::{CallError, Instance, StartError};
use stonks_plugin::{PluginId, Service};

use crate::accounts::{AccountError, NewAccount};
use crate::app::App;

use fit::{misfit, misfits, owned_kind};
pub use sync::SyncError;

/// A file to be imported.
#[derive(Debug, Clone)]
pub struct ImportFile {
    /// Without folders.
    pub name: String,
    pub content: Vec<u8>,
}

/// Whom the facts belong to.
#[derive(Debug, Clone)]
pub enum Target {
    /// An account, whose plugin reads the file.
    Account(AccountName),
    /// An account, read by the plugin beside the one that counts.
    Beside(AccountName),
    /// An account that is added together with the facts, or not at all.
    NewAccount(NewAccount),
    /// Nobody: rates and quotes, read by the plugin named.
    Plugin(PluginId),
}

/// Whether anything is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Everything is done but the storing.
    DryRun,
    Store,
}

/// How far an import is.
#[derive(Debug, Clone)]
pub struct ImportProgress {
    pub file: String,
    /// Rows or bytes, as the plugin counts.
    pub done: u64,
    pub total: Option<u64>,
}

/// Facts of one kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct KindCount {
    pub facts: usize,
    pub new: usize,
}

/// What became of one file.
#[derive(Debug, Clone, Serialize)]
pub struct FileReport {
    pub name: String,
    /// All that the file holds.
    pub facts: usize,
    /// Of them, those that weren't known.
    pub new: usize,
    /// Of them, those that were known.
    pub duplicates: usize,
    /// Rows that the plugin did not understand.
    pub notes: usize,
    pub warnings: Vec<String>,
    pub kinds: BTreeMap<FactKind, KindCount>,
    /// First and last day of transactions and cash movements.
    pub first_day: Option<Date>,
    pub last_day: Option<Date>,
}

/// What became of an import.
#[derive(Debug, Clone, Serialize)]
pub struct ImportReport {
    /// Of whoever the facts belong to.
    pub account: Option<AccountName>,
    pub plugin: PluginId,
    pub dry_run: bool,
    pub files: Vec<FileReport>,
}

impl ImportReport {
    /// Facts of all files that weren't known.
    #[must_use]
    pub fn n_new(&self) -> usize {
        self.files.iter().map(|file| file.new).sum()
    }
}

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("the file has {} MB; at most {} MB are read", .length / 1_000_000, App::MOST_FILE_BYTES / 1_000_000)]
    TooLarge { file: String, length: u64 },
    #[error(transparent)]
    Account(#[from] AccountError),
    #[error(transparent)]
    Start(#[from] StartError),
    #[error("plugin `{0}` reads no files")]
    ReadsNoFiles(PluginId),
    /// The plugin refuses the file, or failed at it.
    #[error("{}", .call.refusal().map_or_else(|| .call.to_string(), |refusal| refusal.message.clone()))]
    File { file: String, call: CallError },
    /// The file holds facts of an account, and none was named.
    #[error(
        "the file holds what belongs to an account, such as a {kind}, and no account was named"
    )]
    NoAccount { file: String, kind: FactKind },
    /// The plugin told facts that do not fit together.
    #[error("plugin `{plugin}` told something that can't be stored: {problem}")]
    Unfit { file: String, plugin: PluginId, problem: String },
    #[error(transparent)]
    Storage(#[from] anyhow::Error),
}

impl ImportError {
    /// The file at fault.
    #[must_use]
    pub fn file(&self) -> Option<&str> {
        match self {
            Self::File { file, .. }
            | Self::NoAccount { file, .. }
            | Self::Unfit { file, .. }
            | Self::TooLarge { file, .. } => Some(file),
            _ => None,
        }
    }

    /// Line and column at fault, from 1.
    #[must_use]
    pub fn place(&self) -> (Option<u32>, Option<u32>) {
        match self {
            Self::File { call, .. } => {
                call.refusal().map_or((None, None), |refusal| (refusal.line, refusal.column))
            }
            _ => (None, None),
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Account(error) => error.hint(),
            Self::Start(error) => error.hint(),
            Self::File { call, .. } => call.refusal().and_then(|refusal| refusal.hint.clone()),
            Self::TooLarge { .. } => {
                Some("export a shorter period, and import one file after the other".to_owned())
            }
            Self::NoAccount { .. } => {
                Some("name the account whose file it is: `--account NAME`".to_owned())
            }
            Self::Unfit { .. } => Some("nothing was stored; tell the plugin's author".to_owned()),
            _ => None,
        }
    }
}

/// A file that was read to its end.
pub(crate) struct ReadFile {
    pub(crate) file: ImportFile,
    pub(crate) facts: Vec<Located>,
}

impl App {
    /// A larger file is refused before anything looks at it.
    pub const MOST_FILE_BYTES: u64 = 64 << 20;

    /// Imports files in one go: all of them, or none.
    ///
    /// # Errors
    /// A file that the plugin refuses; a plugin that fails; a database that does. Nothing is stored
    /// then.
    pub async fn import(
        &self,
        target: &Target,
        files: Vec<ImportFile>,
        mode: Mode,
        on_progress: &(dyn Fn(ImportProgress) + Send + Sync),
    ) -> Result<ImportReport, ImportError> {
        for file in &files {
            let length = file.content.len() as u64;
            if length > Self::MOST_FILE_BYTES {
                return Err(ImportError::TooLarge { file: file.name.clone(), length });
            }
        }
        let (owner, plugin, settings) = self.feed(target).await?;
        let reads_files = self
            .plugins
            .get(&plugin)
            .is_none_or(|info| info.services().contains(&Service::FileImport));
        if !reads_files {
            return Err(ImportError::ReadsNoFiles(plugin));
        }
        // What an account sets comes before what holds for the plugin as a whole.
        let mut all_settings = self.plugin_settings(&plugin).await?;
        all_settings.extend(settings);
        let instance = self.plugins.start(&plugin, &all_settings).await?;
        let mut read = Vec::with_capacity(files.len());
        for file in files {
            let facts = read_file(&instance, &file, on_progress).await?;
            if matches!(owner, store::Owner::Nobody)
                && let Some(kind) = owned_kind(&facts)
            {
                return Err(ImportError::NoAccount { file: file.name, kind });
            }
            if let Some(problem) = misfit(&facts) {
                return Err(ImportError::Unfit { file: file.name, plugin, problem });
            }
            read.push(ReadFile { file, facts });
        }
        let version = self
            .plugins
            .get(&plugin)
            .and_then(|info| info.manifest)
            .context("the plugin is gone")?
            .plugin
            .version;
        let delivered = store::Delivered { owner, plugin, version, files: read };
        let report = self.store(delivered, mode).await?;
        if mode == Mode::Store {
            self.after_import().await;
        }
        Ok(report)
    }
}

impl App {
    /// Whom a file's facts belong to, who reads it, and with which settings.
    async fn feed(
        &self,
        target: &Target,
    ) -> Result<(store::Owner, PluginId, BTreeMap<String, String>), ImportError> {
        Ok(match target {
            Target::Account(name) => {
                let account = self.account(name).await?;
                (store::Owner::Account(account.name), account.plugin, account.settings)
            }
            Target::Beside(name) => {
                let beside = self.beside(name).await.map_err(anyhow::Error::from)?;
                let beside = beside.with_context(|| format!("nothing is beside `{name}`"))?;
                (store::Owner::Beside(beside.account), beside.beside, beside.settings)
            }
            Target::NewAccount(new) => {
                if self.accounts().await?.iter().any(|account| account.name == new.name) {
                    return Err(AccountError::NameTaken(new.name.clone()).into());
                }
                (store::Owner::New(new.clone()), new.plugin.clone(), new.settings.clone())
            }
            Target::Plugin(plugin) => (store::Owner::Nobody, plugin.clone(), BTreeMap::new()),
        })
    }

    /// Stores facts that the program itself read, as it does those of a file that a plugin read.
    pub(crate) async fn deliver(
        &self,
        target: Target,
        program: PluginId,
        read: ReadFile,
        mode: Mode,
    ) -> Result<ImportReport, ImportError> {
        let owner = match target {
            Target::Account(name) => store::Owner::Account(name),
            Target::Beside(name) => store::Owner::Beside(name),
            Target::NewAccount(new) => store::Owner::New(new),
            Target::Plugin(_) => store::Owner::Nobody,
        };
        if let Some(problem) = misfit(&read.facts) {
            return Err(ImportError::Unfit { file: read.file.name, plugin: program, problem });
        }
        let version = env!("CARGO_PKG_VERSION").parse().context("the program's own version")?;
        let delivered = store::Delivered { owner, plugin: program, version, files: vec![read] };
        let report = self.store(delivered, mode).await?;
        if mode == Mode::Store {
            self.after_import().await;
        }
        Ok(report)
    }

    async fn after_import(&self) {
        // What is stored is stored, whatever comes of it.
        if let Err(error) = self.map_facts_again().await {
            tracing::error!("facts did not go through the middleware: {error:#}");
        }
        self.wake_insights();
    }
}

async fn read_file(
    instance: &Instance,
    file: &ImportFile,
    on_progress: &(dyn Fn(ImportProgress) + Send + Sync),
) -> Result<Vec<Located>, ImportError> {
    let failed = |call| ImportError::File { file: file.name.clone(), call };
    let open = instance.open_file(&file.name, file.content.clone()).await.map_err(failed)?;
    let mut facts = Vec::new();
    loop {
        let page = open.next_page().await.map_err(failed)?;
        facts.extend(page.facts);
        if let Some((done, total)) = page.progress {
            on_progress(ImportProgress { file: file.name.clone(), done, total });
        }
        if page.next.is_none() {
            return Ok(facts);
        }
    }
}

/// The day of what happened; none for claims and descriptions.
const fn day_of(fact: &Fact) -> Option<Date> {
    match fact {
        Fact::Transaction(fact) => Some(fact.at.date),
        Fact::CashMovement(fact) => Some(fact.at.date),
        _ => None,
    }
}

/// What the user should know about a file that was read.
fn warnings(facts: &[Located]) -> Vec<String> {
    let mut warnings = Vec::new();
    let mut notes: BTreeMap<&str, (usize, String)> = BTreeMap::new();
    for located in facts {
        if let Fact::Note(note) = &located.fact {
            let entry = notes.entry(&note.reason).or_insert_with(|| {
                (
                    0,
                    format!(
                        "{}: {}",
                        located.location,
                        note.text.chars().take(80).collect::<String>()
                    ),
                )
            });
            entry.0 += 1;
        }
    }
    for (reason, (count, first)) in notes {
        warnings.push(match count {
            1 => format!("{reason} ({first})"),
            _ => format!("{reason}, {count} times (first {first})"),
        });
    }
    let happened: BTreeSet<Date> =
        facts.iter().filter_map(|located| day_of(&located.fact)).collect();
    if happened.is_empty()
        && !facts.iter().any(|located| matches!(located.fact, Fact::FxRate(_) | Fact::Quote(_)))
    {
        warnings.push("the file holds no transactions and no cash movements".to_owned());
    }
    warnings
}
