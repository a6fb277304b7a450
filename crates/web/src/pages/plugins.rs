//! The plugins: which there are and how they fare, each with all that is known of it, and commands
//! that are asked about before they are carried out.

pub(crate) mod command;
mod detail;
mod health;
pub(crate) mod permissions;
pub(crate) mod settings;
pub(crate) mod standing;

use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query as UrlQuery, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;
use stonks_host::PluginInfo;
use stonks_plugin::PluginId;
use stonks_plugin::health::Health;
use stonks_plugin::lifecycle::State as PluginState;
use stonks_plugin::service::PluginKind;
use strum::VariantArray;

use super::alerts::{self, AlertView};
use super::transactions::escaped;
use super::{Frame, PageError, Visitor, drawn, filters};
use crate::router::Shared;
use command::{Command, Decision};
use detail::{Detail, Refusal};
use permissions::Permission;
use standing::{Badge, moment};

/// The page of the navigation that these belong to.
const PATH: &str = "/plugins";

const KINDS: [PluginKind; 4] =
    [PluginKind::Broker, PluginKind::Aggregator, PluginKind::Middleware, PluginKind::View];

#[derive(Deserialize)]
pub(crate) struct Choice {
    #[serde(default)]
    search: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    state: String,
}

/// A choice of a filter: value, and whether it is the chosen one.
struct Choosable {
    value: String,
    is_chosen: bool,
}

/// A plugin on the list.
struct Row {
    href: String,
    name: String,
    label: String,
    description: String,
    state: Badge,
    health: Badge,
    reason: Option<String>,
    version: Option<String>,
    kind: Option<String>,
    source: String,
    services: Vec<String>,
    n_findings: usize,
}

impl From<&PluginInfo> for Row {
    fn from(info: &PluginInfo) -> Self {
        let about = info.manifest.as_ref().map(|manifest| &manifest.plugin);
        Self {
            href: href(&info.name),
            name: info.name.clone(),
            label: info
                .manifest
                .as_ref()
                .map_or(&*info.name, |manifest| manifest.label())
                .to_owned(),
            description: about.and_then(|about| about.description.clone()).unwrap_or_default(),
            state: Badge::of_state(info.state),
            health: Badge::of_plugin(info),
            reason: standing::sentence(info),
            version: about.map(|about| about.version.to_string()),
            kind: info.kind().map(|kind| kind.to_string()),
            source: info.source.clone(),
            services: info.services().iter().map(ToString::to_string).collect(),
            n_findings: info.findings.len(),
        }
    }
}

#[derive(Template)]
#[template(path = "plugins.html")]
struct PluginsPage {
    frame: Frame,
    search: String,
    kinds: Vec<Choosable>,
    states: Vec<Choosable>,
    is_filtered: bool,
    alerts: Vec<AlertView>,
    n_plugins: usize,
    n_active: usize,
    n_unwell: usize,
    rows: Vec<Row>,
}

pub(crate) async fn list(
    State(shared): State<Shared>,
    visitor: Visitor,
    UrlQuery(choice): UrlQuery<Choice>,
) -> Result<Html<String>, PageError> {
    let kind: Option<PluginKind> = chosen(&choice.kind, "kind of plugin")?;
    let state: Option<PluginState> = chosen(&choice.state, "state of a plugin")?;
    let all = shared.app.plugins();
    let is_wanted = |info: &&PluginInfo| {
        kind.is_none_or(|kind| info.kind() == Some(kind))
            && state.is_none_or(|state| info.state == state)
            && matches(info, &choice.search)
    };
    drawn(&PluginsPage {
        frame: visitor.frame("Plugins", PATH),
        kinds: choosable(&KINDS, kind),
        states: choosable(PluginState::VARIANTS, state),
        alerts: alerts::open(&shared, None).await?,
        is_filtered: kind.is_some() || state.is_some() || !choice.search.trim().is_empty(),
        n_plugins: all.len(),
        n_active: all.iter().filter(|info| info.state.is_active()).count(),
        n_unwell: all.iter().filter(|info| is_unwell(info)).count(),
        rows: all.iter().filter(is_wanted).map(Row::from).collect(),
        search: choice.search,
    })
}

/// What a filter of the URL asks for; nothing where it is empty.
fn chosen<T: std::str::FromStr>(word: &str, what: &str) -> Result<Option<T>, PageError> {
    if word.is_empty() {
        return Ok(None);
    }
    let unknown = |_| PageError::BadRequest(format!("there is no {what} `{word}`"));
    word.parse().map(Some).map_err(unknown)
}

fn choosable<T: ToString + PartialEq + Copy>(all: &[T], chosen: Option<T>) -> Vec<Choosable> {
    let choosable =
        |&value: &T| Choosable { value: value.to_string(), is_chosen: chosen == Some(value) };
    all.iter().map(choosable).collect()
}

/// Whether someone should look at it.
fn is_unwell(info: &PluginInfo) -> bool {
    info.state == PluginState::Error
        || standing::is_running(info) && info.health() > Health::Healthy
}

/// Whether a plugin holds the words that are searched for.
fn matches(info: &PluginInfo, search: &str) -> bool {
    let mut text = info.name.clone();
    if let Some(manifest) = &info.manifest {
        let capabilities = &manifest.capabilities;
        let services = info.services().iter().map(ToString::to_string);
        let words = [
            &capabilities.features,
            &capabilities.supported_markets,
            &capabilities.supported_currencies,
        ];
        let words = words.into_iter().flatten().cloned();
        let about = [Some(manifest.label().to_owned()), manifest.plugin.description.clone()];
        for word in services.chain(words).chain(about.into_iter().flatten()) {
            text.push(' ');
            text.push_str(&word);
        }
    }
    let text = text.to_lowercase();
    search.to_lowercase().split_whitespace().all(|word| text.contains(word))
}

/// The page of a plugin. A folder that is no plugin may have any name.
pub(crate) fn href(name: &str) -> String {
    let is_plain = |byte: u8| matches!(byte, b'-' | b'_');
    let name: String = name
        .bytes()
        .map(|byte| if is_plain(byte) { char::from(byte).to_string() } else { escaped(byte) })
        .collect();
    format!("{PATH}/{name}")
}

/// A plugin by its name, which may be one that no plugin should have.
fn find(shared: &Shared, name: &str) -> Result<(Option<PluginId>, PluginInfo), PageError> {
    let id = name.parse::<PluginId>().ok();
    let inspected = id.as_ref().and_then(|id| shared.app.plugin(id));
    let info =
        inspected.or_else(|| shared.app.plugins().into_iter().find(|info| info.name == name));
    let unknown = || PageError::NotFound(format!("there is no plugin `{name}`"));
    info.map(|info| (id, info)).ok_or_else(unknown)
}

#[derive(Deserialize)]
pub(crate) struct Outcome {
    /// The command that led here.
    done: Option<Command>,
}

#[derive(Template)]
#[template(path = "plugin.html")]
struct PluginPage {
    frame: Frame,
    plugin: Detail,
    alerts: Vec<AlertView>,
    refusal: Option<Refusal>,
    done: Option<&'static str>,
}

pub(crate) async fn show(
    State(shared): State<Shared>,
    visitor: Visitor,
    Path(name): Path<String>,
    UrlQuery(outcome): UrlQuery<Outcome>,
) -> Result<Html<String>, PageError> {
    let (id, info) = find(&shared, &name)?;
    drawn(&PluginPage {
        frame: visitor.frame("Plugin", PATH),
        alerts: alerts::open(&shared, Some(&info.name)).await?,
        plugin: Detail::of(&shared.app, id.as_ref(), info).await?,
        refusal: None,
        done: outcome.done.map(Command::done),
    })
}

/// The page of a plugin again, with what is wrong about what was asked for.
async fn refuse(
    shared: &Shared,
    visitor: &Visitor,
    name: &str,
    (status, refusal): (StatusCode, Refusal),
) -> Result<Response, PageError> {
    let (id, info) = find(shared, name)?;
    let page = drawn(&PluginPage {
        frame: visitor.frame("Plugin", PATH),
        alerts: alerts::open(shared, Some(&info.name)).await?,
        plugin: Detail::of(&shared.app, id.as_ref(), info).await?,
        refusal: Some(refusal),
        done: None,
    })?;
    Ok((status, page).into_response())
}

#[derive(Template)]
#[template(path = "plugin_confirm.html")]
struct ConfirmPage {
    frame: Frame,
    command: Command,
    label: String,
    href: String,
    /// What will happen, a sentence each.
    consequences: Vec<String>,
    /// What it asks for.
    permissions: Vec<Permission>,
    /// Whether some of it isn't granted.
    is_to_decide: bool,
}

/// Says what a command would do.
pub(crate) async fn ask(
    State(shared): State<Shared>,
    visitor: Visitor,
    Path((name, word)): Path<(String, String)>,
) -> Result<Html<String>, PageError> {
    let command = Command::named(&word)?;
    let (id, info) = find(&shared, &name)?;
    let accounts = detail::accounts(&shared.app, &info.name).await?;
    let permissions = permissions::of(&shared.app, id.as_ref()).await?;
    drawn(&ConfirmPage {
        frame: visitor.frame("Plugin", PATH),
        label: Row::from(&info).label,
        href: href(&info.name),
        consequences: command.consequences(&info, &accounts),
        is_to_decide: command.starts_something() && permissions.iter().any(Permission::is_missing),
        permissions,
        command,
    })
}

#[derive(Deserialize)]
pub(crate) struct Decided {
    #[serde(default)]
    grants: Decision,
}

/// Carries a command out.
pub(crate) async fn run(
    State(shared): State<Shared>,
    visitor: Visitor,
    Path((name, word)): Path<(String, String)>,
    Form(decided): Form<Decided>,
) -> Result<Response, PageError> {
    let command = Command::named(&word)?;
    let (id, info) = find(&shared, &name)?;
    let Some(id) = id else {
        let message = format!("plugin `{name}` has a name that no plugin may have");
        let refusal = Refusal { message, hint: Some("rename its folder".to_owned()) };
        return refuse(&shared, &visitor, &name, (StatusCode::UNPROCESSABLE_ENTITY, refusal)).await;
    };
    let app = Arc::clone(&shared.app);
    // On its own, so that a browser that goes away doesn't leave the plugin halfway.
    let running = tokio::spawn(async move { command.run(&app, &id, decided.grants).await });
    match running.await.map_err(anyhow::Error::from)? {
        Ok(()) => Ok(Redirect::to(&format!("{}?done={command}", href(&info.name))).into_response()),
        Err(error) => refuse(&shared, &visitor, &name, error.refusal()).await,
    }
}

#[derive(Deserialize)]
pub(crate) struct ThresholdForm {
    name: String,
    min: String,
    max: String,
}

/// Sets the range in which a measurement is well.
pub(crate) async fn set_threshold(
    State(shared): State<Shared>,
    visitor: Visitor,
    Path(name): Path<String>,
    Form(form): Form<ThresholdForm>,
) -> Result<Response, PageError> {
    let (id, info) = find(&shared, &name)?;
    let threshold = health::threshold(&form.name, &form.min, &form.max);
    match (id, threshold) {
        (Some(id), Ok(threshold)) => {
            shared.app.set_plugin_threshold(&id, &threshold).await?;
            Ok(Redirect::to(&format!("{}#thresholds", href(&info.name))).into_response())
        }
        (_, Err(message)) => {
            let refusal = Refusal { message, hint: None };
            refuse(&shared, &visitor, &name, (StatusCode::UNPROCESSABLE_ENTITY, refusal)).await
        }
        (None, Ok(_)) => Err(PageError::NotFound(format!("plugin `{name}` is never measured"))),
    }
}
