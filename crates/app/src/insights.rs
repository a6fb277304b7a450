//! What aggregators and views tell of the portfolio: computed when facts, settings, plugins or the day
//! change, stored, and read from there by pages.

mod snapshot;

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::{Context, Result};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use stonks_core::account::AccountName;
use stonks_host::PluginInfo;
use stonks_host::insight::{Metric, Panel, Snapshot};
use stonks_plugin::PluginId;
use stonks_plugin::digest::hex;
use stonks_plugin::service::PluginKind;

use crate::accounts::AccountError;
use crate::app::App;
use crate::books::Books;
use crate::db::insights::{self, InsightRow};
use crate::db::settings;

/// What one plugin tells.
#[derive(Debug, Clone, Serialize)]
pub struct Insight {
    pub plugin: String,
    /// The name to show.
    pub label: String,
    /// Of the plugin, when it told this.
    pub version: Option<String>,
    #[serde(rename = "type")]
    pub kind: PluginKind,
    /// The day at whose end things stood; none before the first answer.
    pub as_of: Option<Date>,
    /// RFC 3339.
    pub computed_at: Option<String>,
    /// Whether it still holds.
    pub is_current: bool,
    /// Why there is no answer.
    pub problem: Option<String>,
    /// What an aggregator tells.
    pub metrics: Vec<Metric>,
    /// What a view tells.
    pub panels: Vec<Panel>,
}

/// An answer as it is stored.
#[derive(Default, Serialize, Deserialize)]
struct Answer {
    #[serde(default)]
    metrics: Vec<Metric>,
    #[serde(default)]
    panels: Vec<Panel>,
}

/// What answers are computed from, and what tells it from what it was or will be.
struct Ground {
    snapshot: Snapshot,
    /// Empty for all accounts.
    account: String,
    revision: i64,
}

impl Insight {
    fn new(info: &PluginInfo, kind: PluginKind, row: Option<&InsightRow>) -> Result<Self> {
        let damaged = || format!("the database holds a damaged answer of plugin `{}`", info.name);
        let answer = row.and_then(|row| row.answer.as_deref()).map(serde_json::from_str::<Answer>);
        let answer = answer.transpose().with_context(damaged)?.unwrap_or_default();
        let as_of = row.map(|row| row.as_of.parse::<Date>()).transpose().with_context(damaged)?;
        let label = info.manifest.as_ref().map_or(info.name.as_str(), |manifest| manifest.label());
        Ok(Self {
            plugin: info.name.clone(),
            label: label.to_owned(),
            version: row.map(|row| row.version.clone()),
            kind,
            as_of,
            computed_at: row.map(|row| row.computed_at.clone()),
            is_current: false,
            problem: row.and_then(|row| row.problem.clone()),
            metrics: answer.metrics,
            panels: answer.panels,
        })
    }
}

impl App {
    /// What aggregators and views last told, aggregators first; no plugin is called. Where something
    /// is out of date, it is said to be so, and whoever keeps insights is woken.
    ///
    /// # Errors
    /// An unknown account, or a database that can't be read.
    pub async fn insights(
        &self,
        account: Option<&AccountName>,
    ) -> Result<Vec<Insight>, AccountError> {
        if let Some(name) = account {
            self.account(name).await?;
        }
        let mut transaction = self.database.read().await?;
        let revision = settings::revision(&mut transaction).await?;
        let name = account.map(ToString::to_string).unwrap_or_default();
        let rows = insights::of_account(&mut transaction, &name).await?;
        let rows: HashMap<&str, &InsightRow> =
            rows.iter().map(|row| (row.plugin.as_str(), row)).collect();
        let today = self.today().to_string();
        let mut told = Vec::new();
        for (info, kind) in self.tellers() {
            let row = rows.get(info.name.as_str()).copied();
            let mut insight = Insight::new(&info, kind, row)?;
            insight.is_current =
                row.is_some_and(|row| row.revision == revision && row.as_of == today);
            told.push(insight);
        }
        if told.iter().any(|insight| !insight.is_current) {
            self.wake_insights();
        }
        Ok(told)
    }

    /// Asks those plugins whose last answer is out of date or failed, and stores what they tell. A
    /// plugin that fails is noted with what went wrong, and stops no other.
    ///
    /// # Errors
    /// An unknown account, or a database that fails.
    pub async fn refresh_insights(
        &self,
        account: Option<&AccountName>,
    ) -> Result<(), AccountError> {
        if let Some(name) = account {
            self.account(name).await?;
        }
        self.map_facts().await?;
        let name = account.map(ToString::to_string).unwrap_or_default();
        let mut transaction = self.database.read().await?;
        let rows = insights::of_account(&mut transaction, &name).await?;
        drop(transaction);
        let (revision, books) = self.books_at().await?;
        let today = self.today();
        let mut ground = None;
        for (info, kind) in self.tellers() {
            let Ok(plugin) = info.name.parse::<PluginId>() else { continue };
            let digest = self.plugins.digest(&plugin).map(|digest| hex(&digest));
            let digest = digest.unwrap_or_default();
            let is_current = rows.iter().any(|row| {
                row.plugin == info.name
                    && row.problem.is_none()
                    && (row.revision, &row.digest) == (revision, &digest)
                    && row.as_of == today.to_string()
            });
            if is_current {
                continue;
            }
            if ground.is_none() {
                ground = Some(self.ground(&books, account.cloned(), revision, today).await?);
            }
            if let Some(ground) = &ground {
                self.ask(&info, (&plugin, kind), digest, ground).await?;
            }
        }
        Ok(())
    }

    /// Wakes whoever keeps insights: facts, settings or plugins have changed.
    pub fn wake_insights(&self) {
        self.insights_wanted.notify_one();
    }

    /// Keeps insights up to date until it is dropped: at the start, and whenever someone finds them
    /// out of date.
    pub async fn keep_insights(self: Arc<Self>) {
        loop {
            if let Err(error) = self.refresh_insights(None).await {
                tracing::error!("insights stay out of date: {error:#}");
            }
            self.insights_wanted.notified().await;
        }
    }

    /// Plugins that tell something of a portfolio and aren't broken: aggregators first, by name.
    fn tellers(&self) -> Vec<(PluginInfo, PluginKind)> {
        let kinds = [PluginKind::Aggregator, PluginKind::View];
        let usable = self.plugins().into_iter().filter(PluginInfo::is_usable);
        let mut tellers: Vec<(PluginInfo, PluginKind)> = usable
            .filter_map(|info| {
                let kind = info.kind().filter(|kind| kinds.contains(kind))?;
                Some((info, kind))
            })
            .collect();
        tellers.sort_by(|left, right| (left.1, &left.0.name).cmp(&(right.1, &right.0.name)));
        tellers
    }

    async fn ground(
        &self,
        books: &Arc<Books>,
        account: Option<AccountName>,
        revision: i64,
        as_of: Date,
    ) -> Result<Ground> {
        let (books, base) = (Arc::clone(books), self.base_currency());
        let name = account.as_ref().map(ToString::to_string).unwrap_or_default();
        let computed = tokio::task::spawn_blocking(move || {
            snapshot::snapshot(&books, account.as_ref(), as_of, base)
        });
        let snapshot = computed.await.context("computing the portfolio")?;
        Ok(Ground { snapshot, account: name, revision })
    }

    async fn ask(
        &self,
        info: &PluginInfo,
        (plugin, kind): (&PluginId, PluginKind),
        digest: String,
        ground: &Ground,
    ) -> Result<()> {
        let answer = self.answer(plugin, kind, &ground.snapshot).await;
        if let Err(problem) = &answer {
            tracing::warn!("no insight: {problem}");
        }
        let version = info.manifest.as_ref().map(|manifest| manifest.plugin.version.to_string());
        let row = InsightRow {
            plugin: info.name.clone(),
            account: ground.account.clone(),
            version: version.unwrap_or_default(),
            digest,
            revision: ground.revision,
            as_of: ground.snapshot.as_of.to_string(),
            computed_at: self.now().to_string(),
            problem: answer.as_ref().err().cloned(),
            answer: answer.ok().map(|answer| serde_json::to_string(&answer)).transpose()?,
        };
        let mut transaction = self.database.write().await?;
        insights::put(&mut transaction, &row).await?;
        transaction.commit().await
    }

    /// What a plugin tells, or the sentence that says why it doesn't.
    async fn answer(
        &self,
        plugin: &PluginId,
        kind: PluginKind,
        snapshot: &Snapshot,
    ) -> Result<Answer, String> {
        let settings = self.plugin_settings(plugin).await.map_err(|error| format!("{error:#}"))?;
        let instance = self.plugins.start(plugin, &settings).await;
        let instance = instance.map_err(|error| error.to_string())?;
        let answer = if kind == PluginKind::Aggregator {
            let metrics = instance.compute(snapshot).await;
            metrics.map(|metrics| Answer { metrics, panels: Vec::new() })
        } else {
            let panels = instance.render(snapshot).await;
            panels.map(|panels| Answer { metrics: Vec::new(), panels })
        };
        answer.map_err(|error| error.to_string())
    }
}
