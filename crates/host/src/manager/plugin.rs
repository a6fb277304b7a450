//! One plugin: what was found of it, where it stands, and what runs of it. Its loading, reloading and
//! unloading happen one after the other; calls wait for none of that.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use stonks_plugin::health::Checked;
use stonks_plugin::lifecycle::{Event, Reason, Standing, State};
use stonks_plugin::manifest::RuntimeKind;
use stonks_plugin::{Finding, Level, PluginId};

use super::settings::settings_for;
use super::{Shared, StartError};
use crate::discovery::Found;
use crate::generation::Generation;
use crate::records::Actor;
use crate::runtime::Instance;
use crate::runtime::{CallError, CallErrorKind, Failure};
use crate::supervisor::Supervisor;

/// Beyond a call's own limit, for the calls of a plugin that is unloaded.
const GRACE: Duration = Duration::from_secs(2);

/// One plugin.
pub(super) struct Plugin {
    pub(super) id: Option<PluginId>,
    pub(super) supervisor: Arc<Supervisor>,
    found: RwLock<Found>,
    current: RwLock<Option<Arc<Generation>>>,
    /// Held while it is loaded, reloaded or unloaded.
    operation: tokio::sync::Mutex<()>,
    checked: Mutex<Option<Checked>>,
}

impl Plugin {
    pub(super) fn new(found: Found, supervisor: Supervisor) -> Self {
        supervisor.tell_version(version(&found));
        Self {
            id: found.name.parse().ok(),
            supervisor: Arc::new(supervisor),
            found: RwLock::new(found),
            current: RwLock::default(),
            operation: tokio::sync::Mutex::default(),
            checked: Mutex::default(),
        }
    }

    pub(super) fn found(&self) -> Found {
        self.found.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes up what was found, without touching what runs.
    pub(super) fn refresh(&self, found: Found) {
        self.supervisor.tell_version(version(&found));
        *self.found.write().unwrap_or_else(PoisonError::into_inner) = found;
    }

    pub(super) fn current(&self) -> Option<Arc<Generation>> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn replace(&self, generation: Option<Arc<Generation>>) -> Option<Arc<Generation>> {
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut current, generation)
    }

    pub(super) fn checked(&self) -> Option<Checked> {
        self.checked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn tell_checked(&self, checked: Checked) -> Option<Checked> {
        self.checked.lock().unwrap_or_else(PoisonError::into_inner).replace(checked)
    }

    /// What was found of a plugin that was off says nothing of one that comes up.
    fn forget_checked(&self) {
        *self.checked.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// A new instance with the given settings; brings the plugin up if need be.
    pub(super) async fn start(
        &self,
        shared: &Shared,
        id: &PluginId,
        given: &BTreeMap<String, String>,
    ) -> Result<Instance, StartError> {
        let generation = self.generation(shared, id).await?;
        let settings = settings_for(&generation.manifest, given)
            .map_err(|problem| StartError::Setting { plugin: id.clone(), problem })?;
        self.supervisor.admit(None).await.map_err(|_| self.not_running(id))?;
        let since = Instant::now();
        let started = generation.start(settings).await;
        match &started {
            Ok(_) => self.supervisor.started().await,
            Err(error) if error.kind.is_crash() => {
                self.supervisor.failed(since.elapsed(), None, &error.kind).await;
            }
            // What the settings of one account lead to says nothing about the plugin.
            Err(_) => {}
        }
        Ok(started?)
    }

    /// Tells the supervisor how the start of the host's own instance went.
    async fn tell_start(&self, since: Instant, error: Option<&CallError>) {
        match error {
            None => self.supervisor.started().await,
            Some(error) if error.kind.is_crash() => {
                self.supervisor.failed(since.elapsed(), None, &error.kind).await;
            }
            Some(error) => {
                let (event, reason) = blocked(&error.kind);
                // Beside instances that run it isn't the plugin that fails.
                if self.supervisor.standing().state == State::Loaded {
                    let _ = self.supervisor.step(event, Some(reason), Actor::Host).await;
                }
            }
        }
    }

    fn not_running(&self, id: &PluginId) -> StartError {
        let (plugin, standing) = (id.clone(), self.supervisor.standing());
        match standing.reason {
            Some(Reason::Invalid { message }) => StartError::Unusable { plugin, reason: message },
            _ => StartError::NotRunning { plugin, standing },
        }
    }

    /// What runs of it; loads it if nothing does and nothing forbids it.
    async fn generation(
        &self,
        shared: &Shared,
        id: &PluginId,
    ) -> Result<Arc<Generation>, StartError> {
        if let Some(generation) = self.current() {
            return Ok(generation);
        }
        let _alone = self.operation.lock().await;
        if let Some(generation) = self.current() {
            return Ok(generation);
        }
        let standing = self.supervisor.standing();
        match standing.state {
            State::Discovered => {
                // A step that others took first is no reason to stop.
                let _ = self.supervisor.step(Event::Enabled, None, Actor::Host).await;
            }
            _ => self.supervisor.admit(None).await.map_err(|_| self.not_running(id))?,
        }
        self.load(shared, id).await
    }

    /// Loads what was found. The plugin stands at `loading`, or further in another process.
    async fn load(&self, shared: &Shared, id: &PluginId) -> Result<Arc<Generation>, StartError> {
        match self.compiled(shared, id, &self.found()).await {
            Ok(generation) => {
                let _ = self.supervisor.step(Event::Loaded, None, Actor::Host).await;
                let generation = Arc::new(generation);
                self.replace(Some(Arc::clone(&generation)));
                Ok(generation)
            }
            Err(error) => {
                let reason = Reason::Invalid { message: error.reason() };
                let _ = self.supervisor.step(Event::Failed, Some(reason), Actor::Host).await;
                Err(error)
            }
        }
    }

    /// Reads, judges, compiles and links.
    async fn compiled(
        &self,
        shared: &Shared,
        id: &PluginId,
        found: &Found,
    ) -> Result<Generation, StartError> {
        let unusable =
            |reason: &str| StartError::Unusable { plugin: id.clone(), reason: reason.to_owned() };
        if let Some(error) = first_error(&found.findings) {
            return Err(unusable(&error.message));
        }
        let manifest = found.manifest.clone().ok_or_else(|| unusable("it has no manifest"))?;
        let imports = shared.imports(id, &manifest);
        let unreadable = |error| StartError::Read { plugin: id.clone(), error };
        let loaded = match manifest.runtime.as_ref().map(|runtime| runtime.kind) {
            Some(RuntimeKind::Wasm) => {
                shared.wasm.load(imports, &found.component().map_err(unreadable)?).await?
            }
            Some(RuntimeKind::Python) => {
                let package = found.package().map_err(unreadable)?;
                shared.python.load(imports, &manifest, package).await?
            }
            None => return Err(unusable("its manifest names no runtime")),
        };
        let limits = shared.limits_for(&manifest);
        Ok(Generation::new(manifest, loaded, limits, Arc::clone(&self.supervisor)))
    }

    /// Loads it and starts the instance that the host keeps, unless it is switched off.
    pub(super) async fn bring_up(&self, shared: &Shared, id: &PluginId) -> Result<(), StartError> {
        self.generation(shared, id).await?;
        self.start_resident(shared, id).await
    }

    /// Switches it on: loads it and starts the instance that the host keeps.
    pub(super) async fn enable(
        &self,
        shared: &Shared,
        id: &PluginId,
        actor: Actor,
    ) -> Result<Standing, StartError> {
        let _alone = self.operation.lock().await;
        let state = self.supervisor.standing().state;
        if self.current().is_none() || matches!(state, State::Error | State::Disabled) {
            self.drop_current().await;
            self.supervisor.forgive();
            self.forget_checked();
            if let Err(error) = self.supervisor.step(Event::Enabled, None, actor).await
                // In a process that ends soon it stands where the others left it.
                && shared.journal.is_resident
            {
                return Err(StartError::Step { plugin: id.clone(), error });
            }
            self.load(shared, id).await?;
        }
        self.start_resident(shared, id).await?;
        Ok(self.supervisor.standing())
    }

    /// Loads and starts what another process switched on; it stands at `loading`.
    pub(super) async fn take_up(&self, shared: &Shared, id: &PluginId) -> Result<(), StartError> {
        let _alone = self.operation.lock().await;
        self.drop_current().await;
        self.supervisor.forgive();
        self.forget_checked();
        self.load(shared, id).await?;
        self.start_resident(shared, id).await
    }

    /// Starts the instance that the host keeps, if there is none.
    async fn start_resident(&self, shared: &Shared, id: &PluginId) -> Result<(), StartError> {
        let Some(generation) = self.current().filter(|current| current.resident().is_none()) else {
            return Ok(());
        };
        let since = Instant::now();
        let started = self.resident(shared, id, &generation).await;
        let error = match &started {
            Err(StartError::Call(error)) => Some(error),
            _ => None,
        };
        self.tell_start(since, error).await;
        generation.keep(started?);
        Ok(())
    }

    async fn resident(
        &self,
        shared: &Shared,
        id: &PluginId,
        generation: &Generation,
    ) -> Result<Instance, StartError> {
        let given = shared.journal.records.settings(id.as_str()).await;
        let given = given.map_err(|error| StartError::Setting {
            plugin: id.clone(),
            problem: format!("its settings can't be read: {error}"),
        })?;
        let settings = settings_for(&generation.manifest, &given)
            .map_err(|problem| StartError::Setting { plugin: id.clone(), problem })?;
        Ok(generation.start(settings).await?)
    }

    /// Switches it off: calls under way finish, then its memory is free.
    pub(super) async fn disable(
        &self,
        id: &PluginId,
        (event, reason): (Event, Reason),
        actor: Actor,
    ) -> Result<Standing, StartError> {
        let _alone = self.operation.lock().await;
        let failed = |error| StartError::Step { plugin: id.clone(), error };
        let step = self.supervisor.step(event, Some(reason.clone()), actor.clone());
        let standing = step.await.map_err(failed)?;
        self.drop_current().await;
        if standing.state == State::Unloading {
            return self
                .supervisor
                .step(Event::Unloaded, Some(reason), actor)
                .await
                .map_err(failed);
        }
        Ok(standing)
    }

    /// Ends what runs of it for a reason that lies outside of it.
    pub(super) async fn give_up(&self, reason: Reason) {
        let _alone = self.operation.lock().await;
        // Where it stands at `error` already it runs no more.
        let _ = self.supervisor.step(Event::Failed, Some(reason), Actor::Host).await;
        self.drop_current().await;
    }

    pub(super) async fn drop_current(&self) {
        if let Some(generation) = self.replace(None) {
            let within = generation.call_limit() + GRACE;
            if !generation.end(within).await {
                tracing::warn!(
                    plugin = generation.manifest.plugin.name.as_str(),
                    "unloaded while a call was under way, which was given up"
                );
            }
        }
    }

    /// Puts what is in its folder now in the place of what runs. What runs goes on if the new one is
    /// refused.
    pub(super) async fn reload(
        &self,
        shared: &Shared,
        id: &PluginId,
        found: Found,
        actor: Actor,
    ) -> Result<Standing, StartError> {
        let _alone = self.operation.lock().await;
        let old = self.current();
        let prepared = self.prepared(shared, id, &found).await;
        let step = match prepared {
            Ok(generation) => {
                self.refresh(found);
                self.supervisor.forgive();
                self.replace(Some(Arc::new(generation)));
                // What runs of the old one is held by those who called it, and ends with them.
                drop(old);
                self.take_place(actor).await
            }
            Err(error) => {
                if old.is_none() {
                    self.refresh(found);
                }
                let reason = Reason::RolledBack { message: error.reason() };
                // A plugin that doesn't run has nothing to go back to.
                let _ = self.supervisor.step(Event::Reloaded, Some(reason), actor).await;
                return Err(error);
            }
        };
        step.map_err(|error| StartError::Step { plugin: id.clone(), error })
    }

    /// The new generation, with the instance that the host keeps, before anything of the old is
    /// touched.
    async fn prepared(
        &self,
        shared: &Shared,
        id: &PluginId,
        found: &Found,
    ) -> Result<Generation, StartError> {
        let generation = self.compiled(shared, id, found).await?;
        let instance = self.resident(shared, id, &generation).await?;
        generation.keep(instance);
        Ok(generation)
    }

    /// From wherever it stands to `active`, for a generation that was just started.
    async fn take_place(&self, actor: Actor) -> Result<Standing, crate::supervisor::StepError> {
        let supervisor = &self.supervisor;
        match supervisor.standing().state {
            State::Active => supervisor.step(Event::Reloaded, None, actor).await,
            State::Loaded => supervisor.step(Event::Started, None, actor).await,
            _ => {
                supervisor.step(Event::Enabled, None, actor.clone()).await?;
                supervisor.step(Event::Loaded, None, actor.clone()).await?;
                supervisor.step(Event::Started, None, actor).await
            }
        }
    }
}

fn version(found: &Found) -> Option<semver::Version> {
    found.manifest.as_ref().map(|manifest| manifest.plugin.version.clone())
}

pub(super) fn first_error(findings: &[Finding]) -> Option<&Finding> {
    findings.iter().find(|finding| finding.level == Level::Error)
}

/// What a plugin waits for that doesn't start, and didn't crash either.
fn blocked(kind: &CallErrorKind) -> (Event, Reason) {
    let message = kind.to_string();
    let reason = match kind {
        CallErrorKind::Plugin(Failure::AuthRequired(_) | Failure::NeedsUserAction(_)) => {
            Reason::NeedsLogin { message }
        }
        CallErrorKind::Plugin(Failure::BadData(_)) => Reason::NeedsSetting { message },
        _ => return (Event::Failed, Reason::Invalid { message }),
    };
    (Event::Blocked, reason)
}
