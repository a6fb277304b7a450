//! The one façade: which plugins there are, where they stand, and a running instance of any of them.

mod commands;
mod grants;
mod health;
mod info;
mod options;
mod order;
mod plugin;
mod settings;
mod start_error;
mod trust;
mod watch;

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use futures::StreamExt;
use stonks_plugin::PluginId;
use stonks_plugin::lifecycle::{Event, Reason, Standing, State};
use stonks_plugin::manifest::Manifest;

pub use info::PluginInfo;
pub use options::Options;
use plugin::{Plugin, first_error};
use settings::settings_for;
pub use start_error::StartError;

use crate::discovery::{self, Found, Trust};
use crate::egress::Egress;
use crate::events::Events;
use crate::imports::Imports;
use crate::logs::Logs;
use crate::outside::Reach;
use crate::records::Actor;
use crate::runtime::{Instance, Limits, python, wasm};
use crate::supervisor::{Journal, Supervisor};

/// So many plugins come up at once.
const AT_ONCE: usize = 8;

fn needs_others(found: &Found) -> bool {
    let manifest = found.manifest.as_ref();
    manifest.is_some_and(|manifest| !manifest.dependencies.plugin_dependencies.is_empty())
}

/// From `disabled` or `error` to `discovered`.
async fn comes_back(plugin: &Plugin) {
    for event in [Event::Enabled, Event::Recovered] {
        let _ = plugin.supervisor.step(event, None, Actor::Host).await;
    }
}

fn hidden_info(found: Found) -> PluginInfo {
    let by = found.hidden_by.as_ref().map(ToString::to_string).unwrap_or_default();
    PluginInfo {
        name: found.name,
        manifest: found.manifest,
        state: State::Disabled,
        reason: Some(Reason::Hidden { by }),
        checked: None,
        source: found.source.to_string(),
        findings: found.findings,
    }
}

/// What all plugins share.
struct Shared {
    wasm: wasm::Runtime,
    python: python::Runtime,
    egress: Arc<Egress>,
    limits: Limits,
    journal: Journal,
    logs: Logs,
}

impl Shared {
    /// What a plugin may call.
    fn imports(&self, plugin: &PluginId, manifest: &Manifest) -> Imports {
        let reach = Reach {
            plugin: plugin.clone(),
            asked: manifest.permissions.clone(),
            egress: Arc::clone(&self.egress),
        };
        Imports {
            clock: Arc::clone(&self.journal.clock),
            logs: self.logs.clone(),
            reach: Arc::new(reach),
        }
    }

    /// The host's limits, lowered to what the manifest says is enough.
    fn limits_for(&self, manifest: &Manifest) -> Limits {
        let own = &manifest.limits;
        let memory = own.memory_bytes.and_then(|bytes| usize::try_from(bytes).ok());
        let call = own.call_seconds.map(std::time::Duration::from_secs);
        Limits {
            memory: memory.map_or(self.limits.memory, |memory| memory.min(self.limits.memory)),
            call: call.map_or(self.limits.call, |call| call.min(self.limits.call)),
            ..self.limits
        }
    }
}

/// Finds, loads, starts, watches and stops plugins.
pub struct PluginManager {
    options: Options,
    shared: Shared,
    plugins: RwLock<BTreeMap<String, Arc<Plugin>>>,
    /// Plugins that others of their name hide.
    hidden: RwLock<Vec<Found>>,
}

impl PluginManager {
    /// Looks for plugins, and where they stood at last; nothing is run.
    ///
    /// # Errors
    /// Where this machine can't run WebAssembly, or records can't be read.
    pub async fn open(options: Options) -> Result<Self, String> {
        let journal = Journal {
            records: Arc::clone(&options.records),
            events: Events::default(),
            clock: Arc::clone(&options.clock),
            is_resident: options.is_resident,
        };
        let logs = Logs::start(
            Arc::clone(&journal.records),
            journal.events.clone(),
            Arc::clone(&journal.clock),
        );
        let cache = options.data_dir.as_ref().map(|folder| folder.join("cache/compiled"));
        let compiler = options.compiler.clone();
        let (clock, outside) = (Arc::clone(&options.clock), options.outside.clone());
        let shared = Shared {
            wasm: wasm::Runtime::new(cache, compiler)?,
            python: python::Runtime::new(options.python.clone(), options.data_dir.as_deref()),
            egress: Arc::new(Egress::new(outside, clock)),
            limits: options.limits,
            journal,
            logs,
        };
        let manager =
            Self { options, shared, plugins: RwLock::default(), hidden: RwLock::default() };
        let standings = manager.shared.journal.records.standings().await;
        let standings = standings.map_err(|error| error.to_string())?;
        let (plugins, hidden) = manager.look().await;
        manager.tell_hidden(hidden);
        for found in plugins {
            let standing = standings.get(&found.name).cloned().unwrap_or(Standing::DISCOVERED);
            manager.add(found, standing).await;
        }
        Ok(manager)
    }

    /// What there is now: plugins that may be used, and those that others hide.
    async fn look(&self) -> (Vec<Found>, Vec<Found>) {
        let options = self.options.clone();
        let looking = tokio::task::spawn_blocking(move || {
            discovery::discover(
                &options.plugin_dirs,
                options.data_dir.as_deref(),
                &options.places,
                options.built_ins,
            )
        });
        let discovery = looking.await.unwrap_or_default();
        for problem in &discovery.problems {
            tracing::debug!("{problem}");
        }
        let (mut used, hidden): (Vec<Found>, Vec<Found>) =
            discovery.plugins.into_iter().partition(|found| found.hidden_by.is_none());
        order::judge_together(&mut used);
        (used, hidden)
    }

    /// Takes up a plugin where it stood when the host ended.
    async fn add(&self, found: Found, standing: Standing) {
        let name = found.name.clone();
        let invalid = first_error(&found.findings).map(|finding| finding.message.clone());
        let awaits_trust = found.trust == Trust::Awaiting && !self.is_trusted(&found).await;
        let is_new = standing == Standing::DISCOVERED;
        // What someone enabled once goes on, with what was granted then: nobody need ask.
        let is_undecided = is_new || standing.reason == Some(Reason::AwaitingGrant);
        let lacks_grants = is_undecided && self.lacks_grants(&found).await;
        let supervisor = Supervisor::new(&name, self.shared.journal.clone(), standing.clone());
        let plugin = Plugin::new(found, supervisor);
        if standing != Standing::DISCOVERED && !self.options.lives_elsewhere {
            // From any state there is a way back up.
            let _ = plugin.supervisor.step(Event::Recovered, None, Actor::Host).await;
        }
        let standing = plugin.supervisor.standing();
        let hindrance = match invalid {
            Some(message) => Some((Event::Failed, Reason::Invalid { message })),
            None if awaits_trust => Some((Event::Disabled, Reason::AwaitingTrust)),
            None if lacks_grants && is_new => Some((Event::Disabled, Reason::AwaitingGrant)),
            None => None,
        };
        match (hindrance, standing.reason) {
            (Some((event, reason)), _) if standing.state == State::Discovered => {
                let _ = plugin.supervisor.step(event, Some(reason), Actor::Host).await;
            }
            (Some((Event::Disabled, reason)), _) if standing.state != State::Disabled => {
                let _ = plugin.supervisor.step(Event::Disabled, Some(reason), Actor::Host).await;
            }
            // Mended, put back or decided about while the host was away.
            (None, Some(Reason::Invalid { .. } | Reason::Removed)) => comes_back(&plugin).await,
            (None, Some(Reason::AwaitingGrant)) if !lacks_grants => comes_back(&plugin).await,
            _ => {}
        }
        let mut plugins = self.plugins.write().unwrap_or_else(PoisonError::into_inner);
        plugins.insert(name, Arc::new(plugin));
    }

    /// Brings up every plugin that nothing forbids, those that need others behind those. One that fails
    /// stops no other.
    pub async fn start_all(&self) {
        let found: Vec<Found> = self.all().iter().map(|plugin| plugin.found()).collect();
        let places = order::places(&found);
        let (mut behind, at_once): (Vec<_>, Vec<_>) =
            self.all().into_iter().partition(|plugin| needs_others(&plugin.found()));
        behind.sort_by_key(|plugin| places.get(&plugin.found().name).copied());
        futures::stream::iter(at_once)
            .for_each_concurrent(AT_ONCE, async |plugin| self.start_one(&plugin).await)
            .await;
        for plugin in behind {
            self.start_one(&plugin).await;
        }
    }

    async fn start_one(&self, plugin: &Plugin) {
        let state = plugin.supervisor.standing().state;
        let Some(id) = plugin.id.clone() else { return };
        if !plugin.found().source.starts_by_itself() {
            return;
        }
        // What a call brought up lacks the instance that the host keeps.
        if matches!(state, State::Discovered | State::Active)
            && let Err(error) = plugin.enable(&self.shared, &id, Actor::Host).await
        {
            tracing::warn!(%error, "a plugin doesn't come up");
        }
    }

    /// Ends everything that runs, at most a call's time.
    pub async fn stop_all(&self) {
        futures::stream::iter(self.all())
            .for_each_concurrent(None, async |plugin| plugin.drop_current().await)
            .await;
    }

    fn all(&self) -> Vec<Arc<Plugin>> {
        let plugins = self.plugins.read().unwrap_or_else(PoisonError::into_inner);
        plugins.values().cloned().collect()
    }

    fn plugin(&self, id: &PluginId) -> Result<Arc<Plugin>, StartError> {
        let plugins = self.plugins.read().unwrap_or_else(PoisonError::into_inner);
        plugins.get(id.as_str()).cloned().ok_or_else(|| StartError::Unknown {
            plugin: id.clone(),
            known: plugins.keys().cloned().collect(),
        })
    }

    /// How it stands with Python on this machine.
    pub async fn python(&self) -> python::Standing {
        self.shared.python.standing().await
    }

    /// What happens to plugins, from now on.
    #[must_use]
    pub const fn events(&self) -> &Events {
        &self.shared.journal.events
    }

    /// Comes back when what plugins have logged so far is kept.
    pub async fn flush_logs(&self) {
        self.shared.logs.flush().await;
    }

    /// All plugins, good and bad, by name; of one name, the one that is used comes first.
    #[must_use]
    pub fn list(&self) -> Vec<PluginInfo> {
        let used = self.all().into_iter().map(|plugin| Self::info(&plugin, plugin.found()));
        let hidden = self.hidden.read().unwrap_or_else(PoisonError::into_inner).clone();
        let mut all: Vec<PluginInfo> = used.chain(hidden.into_iter().map(hidden_info)).collect();
        // Stable, so that what is used stays before what it hides.
        all.sort_by(|left, right| left.name.cmp(&right.name));
        all
    }

    fn tell_hidden(&self, hidden: Vec<Found>) {
        *self.hidden.write().unwrap_or_else(PoisonError::into_inner) = hidden;
    }

    /// Names of the plugins that are used.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let plugins = self.plugins.read().unwrap_or_else(PoisonError::into_inner);
        plugins.keys().cloned().collect()
    }

    /// One plugin, as its manifest tells it: nothing is read for it.
    #[must_use]
    pub fn get(&self, id: &PluginId) -> Option<PluginInfo> {
        let plugin = self.plugin(id).ok()?;
        Some(Self::info(&plugin, plugin.found()))
    }

    /// One plugin, with what its component gives occasion to say.
    #[must_use]
    pub fn inspect(&self, id: &PluginId) -> Option<PluginInfo> {
        let plugin = self.plugin(id).ok()?;
        let mut found = plugin.found();
        found.judge_component();
        Some(Self::info(&plugin, found))
    }

    fn info(plugin: &Plugin, found: Found) -> PluginInfo {
        let standing = plugin.supervisor.standing();
        PluginInfo {
            name: found.name.clone(),
            manifest: found.manifest.clone(),
            state: standing.state,
            reason: standing.reason,
            checked: plugin.checked(),
            source: found.source.to_string(),
            findings: found.findings,
        }
    }

    /// Starts a new instance of a plugin, which it brings up if need be.
    ///
    /// # Errors
    /// A plugin that is unknown, unusable, switched off or resting; a setting that it doesn't allow; a
    /// failing start.
    pub async fn start(
        &self,
        id: &PluginId,
        settings: &BTreeMap<String, String>,
    ) -> Result<Instance, StartError> {
        self.plugin(id)?.start(&self.shared, id, settings).await
    }

    /// Checks settings as `start` would, without starting anything.
    ///
    /// # Errors
    /// A plugin that is unknown or unusable, a setting that it doesn't allow.
    pub fn check_settings(
        &self,
        id: &PluginId,
        settings: &BTreeMap<String, String>,
    ) -> Result<(), StartError> {
        let plugin = self.plugin(id)?;
        let found = plugin.found();
        let unusable = |reason: String| StartError::Unusable { plugin: id.clone(), reason };
        if let Some(error) = first_error(&found.findings) {
            return Err(unusable(error.message.clone()));
        }
        let manifest =
            found.manifest.as_ref().ok_or_else(|| unusable("it has no manifest".to_owned()))?;
        settings_for(manifest, settings)
            .map(|_| ())
            .map_err(|problem| StartError::Setting { plugin: id.clone(), problem })
    }

    /// SHA-256 of a plugin's code: what is computed by it holds as long as it stays the same.
    ///
    /// # Errors
    /// A plugin that is unknown, or whose code can't be read.
    pub fn digest(&self, id: &PluginId) -> Result<[u8; 32], StartError> {
        let plugin = self.plugin(id)?;
        if let Some(generation) = plugin.current() {
            return Ok(generation.digest());
        }
        let digest = plugin.found().code_digest();
        digest.map_err(|error| StartError::Read { plugin: id.clone(), error })
    }

    /// Starts the instance that the host keeps of a plugin, if nothing forbids it.
    ///
    /// # Errors
    /// A plugin that is unknown, unusable, switched off or resting, or doesn't start.
    pub async fn bring_up(&self, id: &PluginId) -> Result<(), StartError> {
        self.plugin(id)?.bring_up(&self.shared, id).await
    }
}
