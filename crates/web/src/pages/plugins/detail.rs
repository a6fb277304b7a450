//! All that is known of one plugin, as its page shows it.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use stonks_app::plugins::{LogEntry, Step};
use stonks_app::{App, Request};
use stonks_host::PluginInfo;
use stonks_plugin::manifest::Manifest;
use stonks_plugin::{Finding, Level, PluginId};

use super::command::Command;
use super::health::HealthView;
use super::href;
use super::permissions::{self, Permission};
use super::settings::{Field, fields};
use super::standing::{self, Badge};
use crate::pages::PageError;

/// How many steps and lines of the log are shown.
const N_STEPS: u32 = 20;
const N_LOGS: u32 = 50;
const N_REQUESTS: u32 = 20;

/// How far back the chart goes.
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Why something that was asked for wasn't done.
pub(crate) struct Refusal {
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
}

/// A plugin with all that is known of it.
pub(super) struct Detail {
    pub(super) name: String,
    pub(super) href: String,
    pub(super) label: String,
    pub(super) description: Option<String>,
    pub(super) state: Badge,
    pub(super) health: Badge,
    pub(super) reason: Option<String>,
    pub(super) advice: Option<String>,
    /// The colour of the edge of what is said about its state.
    pub(super) edge: &'static str,
    pub(super) commands: Vec<Command>,
    /// What it says of itself: label and value.
    pub(super) about: Vec<(&'static str, String)>,
    pub(super) homepage: Option<String>,
    pub(super) findings: Vec<Finding>,
    pub(super) permissions: Vec<Permission>,
    /// What it sent, the newest first.
    pub(super) requests: Vec<Request>,
    pub(super) fields: Vec<Field>,
    pub(super) checks: HealthView,
    pub(super) steps: Vec<Step>,
    pub(super) logs: Vec<LogEntry>,
}

impl Detail {
    pub(super) async fn of(
        app: &App,
        id: Option<&PluginId>,
        info: PluginInfo,
    ) -> Result<Self, PageError> {
        let (mut steps, mut logs, mut checks, mut thresholds) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let (mut given, mut requests) = (BTreeMap::new(), Vec::new());
        if let Some(id) = id {
            requests = app.egress(id, N_REQUESTS).await?;
            given = app.plugin_settings(id).await?;
            steps = app.plugin_history(id, N_STEPS).await?;
            logs = app.plugin_logs(id, N_LOGS).await?;
            checks = app.plugin_health(id, DAY).await?;
            thresholds = app.plugin_thresholds(id).await?;
        }
        let accounts = accounts(app, &info.name).await?;
        let manifest = info.manifest.as_ref();
        let schemas = manifest.map_or(&[][..], |manifest| &manifest.settings);
        let now = info.checked.as_ref().filter(|_| standing::is_running(&info));
        let homepage = manifest.and_then(|manifest| manifest.plugin.homepage.clone());
        Ok(Self {
            href: href(&info.name),
            label: manifest.map_or(&*info.name, Manifest::label).to_owned(),
            description: manifest.and_then(|manifest| manifest.plugin.description.clone()),
            state: Badge::of_state(info.state),
            health: Badge::of_plugin(&info),
            reason: standing::sentence(&info),
            edge: standing::edge(&info),
            advice: standing::advice(&info),
            commands: id.map_or_else(Vec::new, |_| Command::for_state(info.state)),
            about: about(&info, &accounts),
            // A link of any other kind could do what a link shouldn't.
            homepage: homepage.filter(|homepage| homepage.starts_with("https://")),
            permissions: permissions::of(app, id).await?,
            requests,
            fields: fields(schemas, &given),
            checks: HealthView::of(now, &checks, &thresholds)?,
            steps,
            logs,
            findings: info.findings,
            name: info.name,
        })
    }
}

impl Detail {
    /// Where decisions about what it asks for are sent.
    pub(super) fn permissions_href(&self) -> String {
        format!("{}/permissions", self.href)
    }
}

/// Names of the accounts that a plugin reads.
pub(super) async fn accounts(app: &App, name: &str) -> Result<Vec<String>, PageError> {
    let accounts = app.accounts().await?.into_iter();
    let its = accounts.filter(|account| account.plugin.as_str() == name);
    Ok(its.map(|account| account.name.to_string()).collect())
}

fn about(info: &PluginInfo, accounts: &[String]) -> Vec<(&'static str, String)> {
    let mut about = Vec::new();
    let mut tell = |label, value: Option<String>| {
        about.extend(value.filter(|value| !value.is_empty()).map(|value| (label, value)));
    };
    tell("Name", Some(info.name.clone()));
    if let Some(manifest) = &info.manifest {
        let (plugin, api, capabilities) = (&manifest.plugin, &manifest.api, &manifest.capabilities);
        tell("Version", Some(plugin.version.to_string()));
        tell("Type", Some(plugin.kind.to_string()));
        let services: Vec<String> = info.services().iter().map(ToString::to_string).collect();
        tell("Services", Some(services.join(", ")));
        tell("Features", Some(capabilities.features.join(", ")));
        tell("Markets", Some(capabilities.supported_markets.join(", ")));
        tell("Currencies", Some(capabilities.supported_currencies.join(", ")));
        tell("Author", plugin.author.clone());
        tell("Licence", plugin.license.clone());
        let (min, max) = (&api.min_version, &api.max_version);
        tell(
            "Plugin API",
            Some(if min == max { min.to_string() } else { format!("{min} to {max}") }),
        );
        tell("Runtime", manifest.runtime.as_ref().map(|runtime| runtime.kind.to_string()));
        let limits = &manifest.limits;
        tell("Own memory limit", limits.memory_bytes.map(bytes));
        tell(
            "Own time limit",
            limits.call_seconds.map(|seconds| format!("{seconds} s for a call")),
        );
    }
    tell("Source", Some(info.source.clone()));
    tell("Accounts", Some(accounts.join(", ")));
    about
}

/// In the largest unit that it fills.
fn bytes(bytes: u64) -> String {
    match bytes {
        large if large >= 1 << 20 => format!("{} MiB", large >> 20),
        middling if middling >= 1 << 10 => format!("{} KiB", middling >> 10),
        small => format!("{small} bytes"),
    }
}

/// Whether a finding forbids the use of the plugin.
pub(super) fn is_error(finding: &Finding) -> bool {
    finding.level == Level::Error
}
