//! Facts that a plugin fetches itself: stored like a file's, in one transaction.

use anyhow::Context;
use jiff::civil::Date;
use stonks_core::fact::{FactKind, Located};
use stonks_host::{CallError, StartError};
use stonks_plugin::{Manifest, PluginId, Service};

use super::{ImportError, ImportFile, ImportReport, Mode, ReadFile, misfit, owned_kind, store};
use crate::app::App;
use crate::db::facts;
use crate::grants::{GrantError, Permission};

/// A plugin that tells more pages goes round in circles.
const MOST_PAGES: usize = 10_000;

/// Why nothing was fetched.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    #[error("plugin `{0}` fetches nothing")]
    FetchesNothing(PluginId),
    /// The user has not granted what the plugin needs.
    #[error("plugin `{plugin}` asks for what you have not granted: {}", sentences(.missing))]
    NotGranted { plugin: PluginId, missing: Vec<Permission> },
    #[error(transparent)]
    Grants(#[from] GrantError),
    #[error(transparent)]
    Start(#[from] StartError),
    #[error("{}", .0.refusal().map_or_else(|| .0.to_string(), |refusal| refusal.message.clone()))]
    Call(#[from] CallError),
    #[error("plugin `{plugin}` told something that can't be stored: {problem}")]
    Unfit { plugin: PluginId, problem: String },
    #[error(transparent)]
    Import(#[from] ImportError),
    #[error(transparent)]
    Storage(#[from] anyhow::Error),
}

fn sentences(missing: &[Permission]) -> String {
    missing.iter().map(Permission::told).collect::<Vec<_>>().join("; ")
}

impl SyncError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NotGranted { plugin, .. } => Some(format!(
                "grant it with `stonks plugin grant {plugin} --all`, or say `--grant` with this command"
            )),
            Self::Grants(error) => error.hint(),
            Self::Call(call) => {
                call.refusal().and_then(|refusal| refusal.hint.clone()).or_else(|| {
                    Some(format!("`stonks plugin egress {}` lists its requests", call.plugin))
                })
            }
            Self::Unfit { .. } => Some("nothing was stored; tell the plugin's author".to_owned()),
            Self::Import(error) => error.hint(),
            _ => None,
        }
    }
}

impl App {
    /// Lets a plugin fetch what belongs to no account, such as exchange rates, and stores what is new:
    /// all of it, or nothing. `since`: from which day on; else from the last day that is known.
    ///
    /// # Errors
    /// What the user has not granted; a plugin or a network that fails. Nothing is stored then.
    pub async fn sync_plugin(
        &self,
        plugin: &PluginId,
        since: Option<Date>,
    ) -> Result<ImportReport, SyncError> {
        let missing = self.missing_grants(plugin).await?;
        let info = self.plugin(plugin).context("the plugin is gone")?;
        let fetches = info.services().contains(&Service::Update);
        let manifest = info.manifest.filter(|_| fetches);
        let manifest = manifest.ok_or_else(|| SyncError::FetchesNothing(plugin.clone()))?;
        if !missing.is_empty() {
            return Err(SyncError::NotGranted { plugin: plugin.clone(), missing });
        }
        let since = match since {
            Some(since) => Some(since),
            None => self.last_known_day(&manifest).await?,
        };
        let facts = self.fetched(plugin, since).await?;
        let unfit = |problem| SyncError::Unfit { plugin: plugin.clone(), problem };
        if let Some(kind) = owned_kind(&facts) {
            return Err(unfit(format!("a {kind} belongs to an account")));
        }
        if let Some(problem) = misfit(&facts) {
            return Err(unfit(problem));
        }
        // A sync has no file; what was fetched is told by the rows of the plugin's requests.
        let file = ImportFile { name: format!("sync {}", self.now()), content: Vec::new() };
        let delivered = store::Delivered {
            owner: store::Owner::Nobody,
            plugin: plugin.clone(),
            version: manifest.plugin.version,
            files: vec![ReadFile { file, facts }],
        };
        let mut report = self.store(delivered, Mode::Store).await?;
        for file in &mut report.files {
            // What is said of files without transactions is no news of a sync.
            file.warnings.retain(|_| file.kinds.contains_key(&FactKind::Note));
        }
        Ok(report)
    }

    async fn fetched(
        &self,
        plugin: &PluginId,
        since: Option<Date>,
    ) -> Result<Vec<Located>, SyncError> {
        let instance = self.plugins.start(plugin, &std::collections::BTreeMap::new()).await?;
        let mut facts = Vec::new();
        let mut cursor = None;
        for _ in 0..MOST_PAGES {
            let page = instance.fetch(Service::Update, cursor.take(), since).await?;
            facts.extend(page.facts);
            cursor = page.next;
            if cursor.is_none() {
                return Ok(facts);
            }
        }
        let problem = format!("more than {MOST_PAGES} pages");
        Err(SyncError::Unfit { plugin: plugin.clone(), problem })
    }

    /// The last day of which something is known that this plugin delivers.
    async fn last_known_day(&self, manifest: &Manifest) -> anyhow::Result<Option<Date>> {
        let mut transaction = self.database.read().await?;
        let plugin = manifest.plugin.name.as_str();
        let last = facts::last_rate_day(&mut transaction, plugin).await?;
        let delivered = last.map(|day| day.parse::<Date>()).transpose();
        let delivered = delivered.context("the database holds a rate of a day that is none")?;
        // The rates that are part of the program needn't be fetched again.
        let tells_rates = manifest.capabilities.features.iter().any(|word| word == "fx-rates");
        let known = tells_rates.then(crate::rates::last_day_of_snapshot).flatten();
        Ok(delivered.max(known))
    }
}
