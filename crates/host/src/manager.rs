//! The one façade: which plugins there are, and a running instance of any of them.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;
use stonks_plugin::manifest::{Manifest, RuntimeKind, SettingKind};
use stonks_plugin::service::PluginKind;
use stonks_plugin::{Finding, Level, PluginId, Service};

use crate::discovery::{self, BuiltIn, Found, ReadError};
use crate::runtime::wasm::{Clock, Instance, LoadError, Loaded, Runtime, Setting, SettingValue};
use crate::runtime::{CallError, Limits};

/// How plugins are found and run.
#[derive(Clone)]
pub struct Options {
    /// Folders of plugins that the operator named, the first first.
    pub plugin_dirs: Vec<PathBuf>,
    /// Holds installed plugins and compiled code.
    pub data_dir: Option<PathBuf>,
    /// Plugins that are part of the program.
    pub built_ins: &'static [BuiltIn],
    /// What each instance may use.
    pub limits: Limits,
    /// Tells plugins the time.
    pub clock: Clock,
}

/// Where a plugin stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Found, and nothing forbids its use.
    Discovered,
    /// Compiled, ready to be started.
    Loaded,
    /// Can't be used.
    Error,
}

impl State {
    /// The word that users see.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Discovered => "discovered",
            Self::Loaded => "loaded",
            Self::Error => "error",
        }
    }
}

/// What is known of a plugin without running it.
#[derive(Debug, Clone)]
pub struct PluginInfo {
    /// Its name.
    pub name: String,
    /// What it says of itself.
    pub manifest: Option<Manifest>,
    /// Where it stands.
    pub state: State,
    /// Why it stands there, where that needs saying.
    pub reason: Option<String>,
    /// Where it was found.
    pub source: String,
    /// What is to be said about it.
    pub findings: Vec<Finding>,
}

impl PluginInfo {
    /// The services that it says it offers.
    #[must_use]
    pub fn services(&self) -> &[Service] {
        self.manifest.as_ref().map_or(&[], |manifest| &manifest.capabilities.services)
    }

    /// What it is for.
    #[must_use]
    pub fn kind(&self) -> Option<PluginKind> {
        self.manifest.as_ref().map(|manifest| manifest.plugin.kind)
    }
}

/// Why a plugin can't be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// There is none of that name.
    #[error("there is no plugin `{plugin}`")]
    Unknown {
        /// The name asked for.
        plugin: PluginId,
        /// Names that there are.
        known: Vec<String>,
    },
    /// Its findings forbid it.
    #[error("plugin `{plugin}` can't be used: {reason}")]
    Unusable {
        /// The plugin.
        plugin: PluginId,
        /// The first finding that forbids it.
        reason: String,
    },
    /// Its component can't be read.
    #[error("plugin `{plugin}` can't be read: {error}")]
    Read {
        /// The plugin.
        plugin: PluginId,
        /// Why.
        error: ReadError,
    },
    /// A setting that the manifest doesn't allow.
    #[error("plugin `{plugin}`: {problem}")]
    Setting {
        /// The plugin.
        plugin: PluginId,
        /// What is wrong.
        problem: String,
    },
    /// It can't be compiled or linked.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// It can't be initialised.
    #[error(transparent)]
    Call(#[from] CallError),
}

/// Finds, loads and starts plugins.
pub struct PluginManager {
    runtime: Runtime,
    limits: Limits,
    found: Vec<Found>,
    loaded: Mutex<HashMap<PluginId, Loaded>>,
}

impl PluginManager {
    /// Looks for plugins once; nothing is run.
    ///
    /// # Errors
    /// Where this machine can't run WebAssembly.
    pub fn new(options: &Options) -> Result<Self, String> {
        let cache = options.data_dir.as_ref().map(|folder| folder.join("cache/compiled"));
        Ok(Self {
            runtime: Runtime::new(cache, Arc::clone(&options.clock))?,
            limits: options.limits,
            found: discovery::discover(
                &options.plugin_dirs,
                options.data_dir.as_deref(),
                options.built_ins,
            ),
            loaded: Mutex::default(),
        })
    }

    /// All plugins, good and bad, by name.
    #[must_use]
    pub fn list(&self) -> Vec<PluginInfo> {
        self.found.iter().map(|found| self.info(found)).collect()
    }

    /// One plugin, with what its component gives occasion to say.
    #[must_use]
    pub fn inspect(&self, id: &PluginId) -> Option<PluginInfo> {
        let mut found = discovery::find(&self.found, id)?.clone();
        found.judge_component();
        Some(self.info(&found))
    }

    fn info(&self, found: &Found) -> PluginInfo {
        let error = found.findings.iter().find(|finding| finding.level == Level::Error);
        let is_loaded = || {
            let loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
            loaded.keys().any(|id| id.as_str() == found.name)
        };
        let state = match error {
            Some(_) => State::Error,
            None if is_loaded() => State::Loaded,
            None => State::Discovered,
        };
        PluginInfo {
            name: found.name.clone(),
            manifest: found.manifest.clone(),
            state,
            reason: error.map(|finding| finding.message.clone()),
            source: found.source.to_string(),
            findings: found.findings.clone(),
        }
    }

    /// Starts a new instance of a plugin.
    ///
    /// # Errors
    /// A plugin that is unknown or unusable, a setting that it doesn't allow, a failing start.
    pub async fn start(
        &self,
        id: &PluginId,
        settings: &BTreeMap<String, String>,
    ) -> Result<Instance, StartError> {
        let found = self.usable(id)?;
        let manifest = found.manifest.as_ref().ok_or_else(|| self.unknown(id))?;
        let settings = settings_for(manifest, settings)
            .map_err(|problem| StartError::Setting { plugin: id.clone(), problem })?;
        let loaded = self.load(id, found)?;
        Ok(Instance::start(&loaded, settings, self.limits_for(manifest)).await?)
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
        let manifest = self.usable(id)?.manifest.as_ref().ok_or_else(|| self.unknown(id))?;
        settings_for(manifest, settings)
            .map(|_| ())
            .map_err(|problem| StartError::Setting { plugin: id.clone(), problem })
    }

    /// SHA-256 of a plugin's component: what is computed by it holds as long as it stays the same.
    ///
    /// # Errors
    /// A plugin that is unknown or unusable, or a component that can't be compiled.
    pub fn digest(&self, id: &PluginId) -> Result<[u8; 32], StartError> {
        Ok(self.load(id, self.usable(id)?)?.digest)
    }

    fn unknown(&self, id: &PluginId) -> StartError {
        let known = self.found.iter().map(|found| found.name.clone()).collect();
        StartError::Unknown { plugin: id.clone(), known }
    }

    fn usable(&self, id: &PluginId) -> Result<&Found, StartError> {
        let found = discovery::find(&self.found, id).ok_or_else(|| self.unknown(id))?;
        let unusable = |reason: String| StartError::Unusable { plugin: id.clone(), reason };
        if let Some(error) = found.findings.iter().find(|finding| finding.level == Level::Error) {
            return Err(unusable(error.message.clone()));
        }
        let runtime = found.manifest.as_ref().and_then(|manifest| manifest.runtime.as_ref());
        match runtime.map(|runtime| runtime.kind) {
            Some(RuntimeKind::Wasm) => Ok(found),
            _ => Err(unusable("this host runs WebAssembly plugins only".to_owned())),
        }
    }

    fn load(&self, id: &PluginId, found: &Found) -> Result<Loaded, StartError> {
        let cached = self.loaded.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned();
        if let Some(loaded) = cached {
            return Ok(loaded);
        }
        let bytes =
            found.component().map_err(|error| StartError::Read { plugin: id.clone(), error })?;
        let loaded = self.runtime.load(id, &bytes)?;
        self.loaded
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(id.clone(), loaded.clone());
        Ok(loaded)
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

/// What the user set, and the defaults for the rest, each of its kind.
fn settings_for(
    manifest: &Manifest,
    given: &BTreeMap<String, String>,
) -> Result<Vec<Setting>, String> {
    for key in given.keys() {
        if !manifest.settings.iter().any(|schema| schema.key == *key) {
            let known: Vec<&str> =
                manifest.settings.iter().map(|schema| schema.key.as_str()).collect();
            let known = if known.is_empty() {
                "it has none".to_owned()
            } else {
                format!("it has {}", known.join(", "))
            };
            return Err(format!("there is no setting `{key}`; {known}"));
        }
    }
    let mut settings = Vec::new();
    for schema in &manifest.settings {
        let default = schema.default.as_ref().map(|default| match default {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        });
        let Some(text) = given.get(&schema.key).cloned().or(default) else { continue };
        let misfit = |expected: &str| {
            format!("setting `{}` is `{text}`; {expected} is expected", schema.key)
        };
        let value = match schema.kind {
            SettingKind::Text => SettingValue::Text(text),
            SettingKind::Number => {
                let number =
                    text.parse::<rust_decimal::Decimal>().map_err(|_| misfit("a number"))?;
                SettingValue::Number(stonks_core::money::to_canonical(number))
            }
            SettingKind::Flag => {
                SettingValue::Flag(text.parse().map_err(|_| misfit("`true` or `false`"))?)
            }
            SettingKind::Choice if schema.choices.contains(&text) => SettingValue::Text(text),
            SettingKind::Choice => {
                return Err(misfit(&format!("one of {}", schema.choices.join(", "))));
            }
        };
        settings.push(Setting { key: schema.key.clone(), value });
    }
    Ok(settings)
}
