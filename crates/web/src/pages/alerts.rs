//! Alerts: what was told of plugins, who has seen it, and the webhooks to which it is sent.

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query as UrlQuery, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;
use stonks_app::alerts::{Alert, AlertKind, NewWebhook, Webhook, WebhookError};

use super::plugins::href;
use super::plugins::standing::{Badge, moment};
use super::{Frame, PageError, Visitor, capitalised, drawn, own_path};
use crate::router::Shared;

/// The page itself, and the one of the navigation that it belongs to.
const PATH: &str = "/alerts";
const PARENT: &str = "/plugins";

/// Who is said to have done what is done on the page.
const ACTOR: &str = "web page";

/// How many alerts the page shows.
const N_ALERTS: u32 = 100;

/// An alert as pages show it.
pub(crate) struct AlertView {
    pub(crate) id: i64,
    pub(crate) plugin: String,
    pub(crate) href: String,
    pub(crate) kind: Badge,
    /// Why, in a sentence; none where the kind says it all.
    pub(crate) why: Option<String>,
    pub(crate) at: String,
    /// What became of it.
    pub(crate) outcome: Option<String>,
    pub(crate) is_open: bool,
    /// The colour of its edge.
    pub(crate) edge: &'static str,
}

impl From<Alert> for AlertView {
    fn from(alert: Alert) -> Self {
        let (class, edge) = match alert.kind {
            AlertKind::Recovered => ("badge-success", "border-l-success"),
            AlertKind::Degraded => ("badge-warning", "border-l-warning"),
            AlertKind::Unhealthy | AlertKind::Quarantined => ("badge-error", "border-l-error"),
        };
        let seen = alert.acknowledged_at.as_deref().zip(alert.acknowledged_by.as_deref());
        let outcome = match (alert.kind, &alert.resolved_at, seen) {
            (AlertKind::Recovered, ..) => None,
            (_, Some(at), _) => Some(format!("over since {}", moment(at))),
            (_, None, Some((at, by))) => Some(format!("acknowledged {} by {by}", moment(at))),
            _ => None,
        };
        let why = capitalised(&alert.reasons.join("; "));
        Self {
            id: alert.id,
            href: href(&alert.plugin),
            kind: Badge { word: alert.kind.to_string(), class },
            why: (!why.is_empty()).then_some(why),
            at: moment(&alert.at),
            outcome,
            is_open: alert.is_open(),
            edge,
            plugin: alert.plugin,
        }
    }
}

/// What someone should look at, of one plugin or of all.
pub(crate) async fn open(
    shared: &Shared,
    plugin: Option<&str>,
) -> Result<Vec<AlertView>, PageError> {
    Ok(shared.app.open_alerts(plugin).await?.into_iter().map(AlertView::from).collect())
}

/// A webhook as the page shows it: without the part of its URL that may be secret.
struct WebhookView {
    id: i64,
    place: String,
    is_signed: bool,
    delivered: Option<String>,
    failing: Option<String>,
    error: Option<String>,
    n_waiting: i64,
}

impl From<Webhook> for WebhookView {
    fn from(webhook: Webhook) -> Self {
        Self {
            id: webhook.id,
            place: webhook.place(),
            is_signed: webhook.is_signed,
            delivered: webhook.delivered_at.as_deref().map(moment),
            failing: webhook.failing_since.as_deref().map(moment),
            error: webhook.last_error,
            n_waiting: webhook.n_waiting,
        }
    }
}

#[derive(Template)]
#[template(path = "alerts.html")]
struct AlertsPage {
    frame: Frame,
    alerts: Vec<AlertView>,
    webhooks: Vec<WebhookView>,
    done: Option<&'static str>,
    /// What is wrong about what was asked for, and what to do about it.
    refusal: Option<(String, Option<String>)>,
}

impl AlertsPage {
    async fn of(shared: &Shared, visitor: &Visitor) -> Result<Self, PageError> {
        let alerts = shared.app.alerts(None, N_ALERTS).await?;
        let webhooks = shared.app.webhooks().await?;
        Ok(Self {
            frame: visitor.frame("Alerts", PARENT),
            alerts: alerts.into_iter().map(AlertView::from).collect(),
            webhooks: webhooks.into_iter().map(WebhookView::from).collect(),
            done: None,
            refusal: None,
        })
    }
}

#[derive(Deserialize)]
pub(crate) struct Outcome {
    /// What led here.
    done: Option<String>,
}

pub(crate) async fn show(
    State(shared): State<Shared>,
    visitor: Visitor,
    UrlQuery(outcome): UrlQuery<Outcome>,
) -> Result<Html<String>, PageError> {
    let done = match outcome.done.as_deref() {
        Some("added") => Some("The webhook is added. Alerts are sent there from now on."),
        Some("removed") => Some("The webhook is removed. Nothing is sent there any more."),
        Some("tested") => Some("The test arrived."),
        _ => None,
    };
    drawn(&AlertsPage { done, ..AlertsPage::of(&shared, &visitor).await? })
}

#[derive(Deserialize)]
pub(crate) struct Seen {
    /// The page to go back to.
    #[serde(default)]
    back: String,
}

/// Notes that someone has seen an alert, and goes back to where it was seen.
pub(crate) async fn acknowledge(
    State(shared): State<Shared>,
    Path(id): Path<i64>,
    Form(seen): Form<Seen>,
) -> Result<Redirect, PageError> {
    if !shared.app.acknowledge_alert(id, ACTOR).await? {
        return Err(PageError::NotFound(format!("there is no alert {id}")));
    }
    Ok(Redirect::to(&own_path(seen.back, PATH)))
}

#[derive(Deserialize)]
pub(crate) struct WebhookForm {
    url: String,
    #[serde(default)]
    secret: String,
}

pub(crate) async fn add_webhook(
    State(shared): State<Shared>,
    visitor: Visitor,
    Form(form): Form<WebhookForm>,
) -> Result<Response, PageError> {
    let secret = (!form.secret.is_empty()).then_some(form.secret.as_bytes());
    let added = match NewWebhook::new(form.url.trim(), secret) {
        Ok(new) => shared.app.add_webhook(new).await.map(drop),
        Err(error) => Err(error),
    };
    told(&shared, &visitor, added, "added").await
}

pub(crate) async fn remove_webhook(
    State(shared): State<Shared>,
    visitor: Visitor,
    Path(id): Path<i64>,
) -> Result<Response, PageError> {
    told(&shared, &visitor, shared.app.remove_webhook(id).await, "removed").await
}

pub(crate) async fn test_webhook(
    State(shared): State<Shared>,
    visitor: Visitor,
    Path(id): Path<i64>,
) -> Result<Response, PageError> {
    told(&shared, &visitor, shared.app.test_webhook(id).await, "tested").await
}

/// Goes back to the page, or shows it with what is wrong.
async fn told(
    shared: &Shared,
    visitor: &Visitor,
    done: Result<(), WebhookError>,
    word: &str,
) -> Result<Response, PageError> {
    let Err(error) = done else {
        return Ok(Redirect::to(&format!("{PATH}?done={word}#webhooks")).into_response());
    };
    if matches!(error, WebhookError::Unknown { .. } | WebhookError::Storage(_)) {
        return Err(error.into());
    }
    let refusal = Some((capitalised(&error.to_string()), error.hint().as_deref().map(capitalised)));
    let page = AlertsPage { refusal, ..AlertsPage::of(shared, visitor).await? };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, drawn(&page)?).into_response())
}
