//! Facts that a plugin fetches itself: stored like a file's, in one transaction.

use std::collections::{BTreeMap, HashMap};

use anyhow::Context;
use jiff::civil::Date;
use stonks_core::account::AccountName;
use stonks_core::fact::{FactKind, Identity, Located};
use stonks_host::{CallError, Instance, PluginInfo, StartError};
use stonks_plugin::{Manifest, PluginId, Service};

use super::{
    ImportError, ImportFile, ImportReport, Mode, ReadFile, misfit, misfits, owned_kind, store,
};
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
        let instance = self.plugins.start(plugin, &BTreeMap::new()).await?;
        let facts = fetched(&instance, Service::Update, since).await?;
        let unfit = |problem| SyncError::Unfit { plugin: plugin.clone(), problem };
        if let Some(kind) = owned_kind(&facts) {
            return Err(unfit(format!("a {kind} belongs to an account")));
        }
        if let Some(problem) = misfit(&facts) {
            return Err(unfit(problem));
        }
        // A sync has no file; what was fetched is told by the rows of the plugin's requests.
        let file = sync_file(format!("sync {}", self.now()));
        let delivered = store::Delivered {
            owner: store::Owner::Nobody,
            plugin: plugin.clone(),
            version: manifest.plugin.version,
            files: vec![ReadFile { file, facts }],
        };
        Ok(calm(self.store(delivered, Mode::Store).await?))
    }

    /// Lets the plugin of an account fetch all that it offers, and stores what is new: all of it, or
    /// nothing. `since`: from which day on; else all that there is.
    ///
    /// # Errors
    /// An account that isn't there, what the user has not granted, a plugin or a broker that fails.
    /// Nothing is stored then.
    pub async fn sync_account(
        &self,
        name: &AccountName,
        since: Option<Date>,
        mode: Mode,
    ) -> Result<ImportReport, SyncError> {
        let account = self.account(name).await.map_err(ImportError::from)?;
        let feed = Feed { plugin: account.plugin, settings: account.settings };
        let owner = store::Owner::Account(account.name);
        let delivered = self.fetched_for(owner, feed, since).await?;
        let report = self.store(delivered, mode).await?;
        if mode == Mode::Store {
            self.after_import().await;
        }
        Ok(calm(report))
    }

    /// The same for the plugin beside the one that counts; none where there is none.
    ///
    /// # Errors
    /// As [`App::sync_account`].
    pub async fn sync_beside(
        &self,
        name: &AccountName,
        since: Option<Date>,
        mode: Mode,
    ) -> Result<Option<ImportReport>, SyncError> {
        let beside = self.beside(name).await.map_err(anyhow::Error::from)?;
        let Some(beside) = beside.filter(|beside| self.fetches(&beside.beside)) else {
            return Ok(None);
        };
        let feed = Feed { plugin: beside.beside, settings: beside.settings };
        let owner = store::Owner::Beside(name.clone());
        let delivered = self.fetched_for(owner, feed, since).await?;
        let report = self.store(delivered, mode).await?;
        if mode == Mode::Store {
            self.after_import().await;
        }
        Ok(Some(calm(report)))
    }

    /// Whether a plugin fetches anything about an account.
    #[must_use]
    pub fn fetches(&self, plugin: &PluginId) -> bool {
        self.plugins.get(plugin).is_some_and(|info| !services(&info).is_empty())
    }

    /// All that a plugin tells about an account.
    pub(super) async fn fetched_for(
        &self,
        owner: store::Owner,
        Feed { plugin, settings }: Feed,
        since: Option<Date>,
    ) -> Result<store::Delivered, SyncError> {
        let info = self.plugin(&plugin).ok_or_else(|| SyncError::FetchesNothing(plugin.clone()))?;
        let services = services(&info);
        if services.is_empty() {
            return Err(SyncError::FetchesNothing(plugin));
        }
        let missing = self.missing_grants(&plugin).await?;
        if !missing.is_empty() {
            return Err(SyncError::NotGranted { plugin, missing });
        }
        let mut all_settings = self.plugin_settings(&plugin).await?;
        all_settings.extend(settings);
        let instance = self.plugins.start(&plugin, &all_settings).await?;
        let now = self.now();
        let mut files = Vec::with_capacity(services.len());
        for service in services {
            let facts = fetched(&instance, service, since).await?;
            if !facts.is_empty() {
                let file = sync_file(format!("sync {now}, {service}"));
                files.push(ReadFile { file, facts });
            }
        }
        let manifest = info.manifest.context("the plugin has no manifest")?;
        let version = manifest.plugin.version;
        match misfits(&files) {
            Some(problem) => Err(SyncError::Unfit { plugin, problem }),
            None => Ok(store::Delivered { owner, plugin, version, files }),
        }
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

/// Who feeds an account, and how it is set up.
pub(super) struct Feed {
    pub(super) plugin: PluginId,
    pub(super) settings: BTreeMap<String, String>,
}

/// What is fetched about an account: cash and units first, so that what names them comes behind.
fn services(info: &PluginInfo) -> Vec<Service> {
    use Service::{Account, Deposit, Dividend, Fee, Portfolio, Transaction, Update};
    let offered = info.services();
    let order = [Portfolio, Transaction, Account, Deposit, Dividend, Fee, Update];
    order.into_iter().filter(|service| offered.contains(service)).collect()
}

/// What is said of files without transactions is no news of a sync.
fn calm(mut report: ImportReport) -> ImportReport {
    for file in &mut report.files {
        file.warnings.retain(|_| file.kinds.contains_key(&FactKind::Note));
    }
    report
}

/// A sync has no file; what was fetched is told by the rows of the plugin's requests.
const fn sync_file(name: String) -> ImportFile {
    ImportFile { name, content: Vec::new() }
}

/// Facts of all pages of a service. What pages repeat is told once.
async fn fetched(
    instance: &Instance,
    service: Service,
    since: Option<Date>,
) -> Result<Vec<Located>, SyncError> {
    let mut facts: Vec<Located> = Vec::new();
    let mut told: HashMap<(FactKind, Identity), usize> = HashMap::new();
    let mut cursor = None;
    for _ in 0..MOST_PAGES {
        let page = instance.fetch(service, cursor.take(), since).await?;
        for located in page.facts {
            let key = (located.fact.kind(), located.fact.identity().clone());
            match told.get(&key) {
                Some(&place) if facts[place].fact == located.fact => {}
                _ => {
                    told.insert(key, facts.len());
                    facts.push(located);
                }
            }
        }
        cursor = page.next;
        if cursor.is_none() {
            return Ok(facts);
        }
    }
    let problem = format!("more than {MOST_PAGES} pages of `{service}`");
    Err(SyncError::Unfit { plugin: instance.plugin().clone(), problem })
}
