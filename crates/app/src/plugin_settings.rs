//! What the user sets for a plugin as a whole, and the order of the middleware.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use stonks_host::StartError;
use stonks_host::records::Actor;
use stonks_plugin::PluginId;
use stonks_plugin::service::PluginKind;

use crate::app::App;
use crate::db::plugin_settings::{self, PluginSettingsRow};
use crate::db::{Transaction, settings};

/// Why settings aren't taken. Those before stay.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    #[error(transparent)]
    Plugin(#[from] StartError),
    /// The plugin refuses them.
    #[error("plugin `{plugin}` refuses its settings: {message}")]
    Refused {
        plugin: PluginId,
        message: String,
        hint: Option<String>,
        line: Option<u32>,
        column: Option<u32>,
    },
    #[error("setting `{key}` has {length} bytes; at most {} are kept", App::MOST_SETTING_BYTES)]
    TooLong { key: String, length: usize },
    #[error("plugin `{0}` is no middleware: facts can't go through it")]
    NoMiddleware(PluginId),
    #[error(transparent)]
    Storage(#[from] anyhow::Error),
}

impl SettingsError {
    fn start(plugin: &PluginId, error: StartError) -> Self {
        if let StartError::Call(call) = &error
            && let Some(refusal) = call.refusal()
        {
            return Self::Refused {
                plugin: plugin.clone(),
                message: refusal.message.clone(),
                hint: refusal.hint.clone(),
                line: refusal.line,
                column: refusal.column,
            };
        }
        Self::Plugin(error)
    }

    /// Line and column of the setting's text at fault, from 1.
    #[must_use]
    pub const fn place(&self) -> (Option<u32>, Option<u32>) {
        match self {
            Self::Refused { line, column, .. } => (*line, *column),
            _ => (None, None),
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Refused { hint, .. } => hint.clone(),
            Self::Plugin(StartError::Unknown { known, .. }) => {
                Some(format!("there is {}", known.join(", ")))
            }
            Self::NoMiddleware(_) => {
                Some("`stonks plugin list` tells which plugins are of type middleware".to_owned())
            }
            _ => None,
        }
    }
}

/// A plugin that has settings of its own, or a part among the middleware.
struct Known {
    settings: BTreeMap<String, String>,
    place: Option<i64>,
}

async fn known(transaction: &mut Transaction) -> Result<BTreeMap<PluginId, Known>> {
    let read = |row: PluginSettingsRow| {
        let damaged = || format!("the database holds damaged settings of plugin `{}`", row.plugin);
        let settings = serde_json::from_str(&row.settings).with_context(damaged)?;
        Ok((row.plugin.parse().with_context(damaged)?, Known { settings, place: row.place }))
    };
    plugin_settings::all(transaction).await?.into_iter().map(read).collect()
}

/// What holds for a plugin, by its name.
pub(crate) async fn of(
    transaction: &mut Transaction,
    plugin: &str,
) -> Result<BTreeMap<String, String>> {
    let mut known = known(transaction).await?;
    let settings = plugin.parse().ok().and_then(|plugin: PluginId| known.remove(&plugin));
    Ok(settings.map(|known| known.settings).unwrap_or_default())
}

async fn put(
    transaction: &mut Transaction,
    plugin: &PluginId,
    settings: &BTreeMap<String, String>,
    place: Option<i64>,
) -> Result<()> {
    let settings = serde_json::to_string(settings).context("writing settings as JSON")?;
    let row = PluginSettingsRow { plugin: plugin.to_string(), settings, place };
    plugin_settings::put(transaction, &row).await
}

/// The middleware through which facts go, in order, each with its settings.
pub(crate) async fn middleware(
    transaction: &mut Transaction,
) -> Result<Vec<(PluginId, BTreeMap<String, String>)>> {
    let mut placed: Vec<_> = known(transaction)
        .await?
        .into_iter()
        .filter_map(|(plugin, known)| Some((known.place?, plugin, known.settings)))
        .collect();
    placed.sort_by(|left, right| (left.0, &left.1).cmp(&(right.0, &right.1)));
    Ok(placed.into_iter().map(|(_, plugin, settings)| (plugin, settings)).collect())
}

impl App {
    /// A longer setting is refused before anything looks at it.
    pub const MOST_SETTING_BYTES: usize = 1 << 20;

    /// What the user set for a plugin as a whole; accounts may set more.
    ///
    /// # Errors
    /// A database that can't be read.
    pub async fn plugin_settings(&self, plugin: &PluginId) -> Result<BTreeMap<String, String>> {
        of(&mut self.database.read().await?, plugin.as_str()).await
    }

    /// Sets what holds for a plugin as a whole, in place of what held before. The plugin is started
    /// with it first: what it refuses isn't stored. A middleware that had no part takes its place
    /// behind the others.
    ///
    /// # Errors
    /// A plugin that is unknown or unusable, a setting that it doesn't allow.
    pub async fn set_plugin_settings(
        &self,
        plugin: &PluginId,
        settings: &BTreeMap<String, String>,
    ) -> Result<(), SettingsError> {
        let mut lengths = settings.iter().map(|(key, value)| (key, value.len()));
        if let Some((key, length)) = lengths.find(|(_, length)| *length > Self::MOST_SETTING_BYTES)
        {
            return Err(SettingsError::TooLong { key: key.clone(), length });
        }
        let refused = |error| SettingsError::start(plugin, error);
        let instance = self.plugins.start(plugin, settings).await.map_err(refused)?;
        drop(instance);
        let is_middleware = self.kind_of(plugin) == Some(PluginKind::Middleware);
        let mut transaction = self.database.write().await?;
        let known = known(&mut transaction).await?;
        let last = known.values().filter_map(|known| known.place).max().unwrap_or_default();
        let place = known.get(plugin).and_then(|known| known.place);
        let place = place.or(is_middleware.then_some(last + 1));
        put(&mut transaction, plugin, settings, place).await?;
        settings::count_change(&mut transaction).await?;
        transaction.commit().await?;
        self.take_up_settings(plugin).await;
        self.map_facts_again().await?;
        self.wake_insights();
        Ok(())
    }

    /// What runs of a plugin takes up its settings, which were tried before they were stored.
    async fn take_up_settings(&self, plugin: &PluginId) {
        if self.plugins.get(plugin).is_none_or(|info| !info.state.is_active()) {
            return;
        }
        let actor = Actor::User("settings".to_owned());
        if let Err(error) = self.plugins.reload(plugin, actor).await {
            tracing::warn!(%error, "a plugin doesn't take up its settings");
        }
    }

    /// Names the middleware through which facts go, in order; any other has no part any more.
    ///
    /// # Errors
    /// A plugin that is unknown, or no middleware.
    pub async fn set_middleware(&self, plugins: &[PluginId]) -> Result<(), SettingsError> {
        for plugin in plugins {
            self.plugins.digest(plugin)?;
            if self.kind_of(plugin) != Some(PluginKind::Middleware) {
                return Err(SettingsError::NoMiddleware(plugin.clone()));
            }
        }
        let mut transaction = self.database.write().await?;
        let mut known = known(&mut transaction).await?;
        for plugin in plugins {
            let unknown = || Known { settings: BTreeMap::new(), place: None };
            known.entry(plugin.clone()).or_insert_with(unknown);
        }
        for (plugin, known) in &known {
            let place = plugins.iter().position(|wanted| wanted == plugin);
            let place = place.map(i64::try_from).transpose().context("so many plugins")?;
            put(&mut transaction, plugin, &known.settings, place).await?;
        }
        settings::count_change(&mut transaction).await?;
        transaction.commit().await?;
        self.map_facts_again().await?;
        self.wake_insights();
        Ok(())
    }

    /// The middleware through which facts go, in order.
    ///
    /// # Errors
    /// A database that can't be read.
    pub async fn middleware(&self) -> Result<Vec<PluginId>> {
        let mut transaction = self.database.read().await?;
        let middleware = middleware(&mut transaction).await?;
        Ok(middleware.into_iter().map(|(plugin, _)| plugin).collect())
    }

    fn kind_of(&self, plugin: &PluginId) -> Option<PluginKind> {
        self.plugins.get(plugin)?.kind()
    }
}
