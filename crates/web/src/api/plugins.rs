//! Plugins: which there are, and all that is known of each.

use std::str::FromStr;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use jiff::SignedDuration;
use stonks_app::plugins::{Description, HealthCheck, LogEntry, Step, Summary};
use stonks_core::money::Currency;
use stonks_host::registry::Field;
use stonks_host::{Query, Registry};
use stonks_plugin::health::Threshold;
use stonks_plugin::lifecycle::State as PluginState;
use stonks_plugin::service::PluginKind;
use stonks_plugin::{PluginId, Service};
use strum::VariantArray;
use utoipa::IntoParams;

use super::parameters::{Asked, Content, FromParameters, Nothing, Parameters};
use super::problem::{MEDIA_TYPE, Problem};
use crate::router::Shared;

/// Which plugins: those that fit all of it. What may be given several times must hold all.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "tells the parameters; the query is read from them at once")]
pub(super) struct Selection {
    /// `broker`, `aggregator`, `middleware` or `view`.
    kind: Option<String>,
    /// Offered by the plugin; may be given several times.
    service: Option<Vec<String>>,
    /// Of the plugin; may be given several times.
    feature: Option<Vec<String>>,
    /// ISO 10383 MIC; may be given several times.
    market: Option<Vec<String>>,
    /// ISO 4217 code; may be given several times.
    currency: Option<Vec<String>>,
    /// Where it stands.
    state: Option<String>,
}

/// A word of a closed list; what isn't one is told the list.
pub(super) fn word<T: VariantArray + ToString + FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| {
        let words: Vec<String> = T::VARIANTS.iter().map(ToString::to_string).collect();
        format!("expected is one of {}", words.join(", "))
    })
}

impl FromParameters for Query {
    fn read(parameters: &mut Parameters) -> Result<Self, Problem> {
        let mut query = Self::default();
        for kind in parameters.all_by("kind", word::<PluginKind>)? {
            query = query.kind(kind);
        }
        for service in parameters.all_by("service", word::<Service>)? {
            query = query.service(service);
        }
        for feature in parameters.all::<String>("feature")? {
            query = query.with(Field::Feature, &feature);
        }
        for market in parameters.all_by("market", Self::market)? {
            query = query.with(Field::Market, &market);
        }
        for currency in parameters.all::<Currency>("currency")? {
            query = query.with(Field::Currency, &currency.to_string());
        }
        for state in parameters.all_by("state", word::<PluginState>)? {
            query = query.with(Field::State, &state.to_string());
        }
        Ok(query)
    }
}

/// How many rows, counted from the newest.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Limit {
    /// Counted from the newest; 50 where it isn't given.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
}

impl FromParameters for Limit {
    fn read(parameters: &mut Parameters) -> Result<Self, Problem> {
        let limit = parameters.one::<u32>("limit")?;
        if limit.is_some_and(|limit| !(1..=1_000).contains(&limit)) {
            return Err(Problem::of_parameter("limit", "`limit` is from 1 to 1000"));
        }
        Ok(Self { limit })
    }
}

impl Limit {
    pub(super) fn rows(&self) -> u32 {
        self.limit.unwrap_or(50)
    }
}

/// How far back.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Span {
    /// `24h` or `30m`; 24 hours where it isn't given.
    #[param(value_type = Option<String>)]
    span: Option<SignedDuration>,
}

impl FromParameters for Span {
    fn read(parameters: &mut Parameters) -> Result<Self, Problem> {
        let expected = || "expected is a span of time such as 24h or 30m".to_owned();
        let read = |text: &str| {
            let span = text.parse::<SignedDuration>().ok();
            span.filter(|span| !span.is_negative()).ok_or_else(expected)
        };
        Ok(Self { span: parameters.all_by("span", read)?.pop() })
    }
}

/// A plugin that can have a history: one with a name that a plugin may have.
pub(super) fn known(shared: &Shared, name: &str) -> Result<PluginId, Problem> {
    let id = name.parse::<PluginId>().ok();
    if let Some(id) = id.clone().filter(|id| shared.app.manager().get(id).is_some()) {
        return Ok(id);
    }
    let registry = Registry::new(shared.app.plugins());
    if registry.all().iter().any(|info| info.name == name) {
        let detail = format!("plugin `{name}` has a name that no plugin may have");
        return Err(
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail).advising("rename its folder")
        );
    }
    let unknown = Problem::new(StatusCode::NOT_FOUND, format!("there is no plugin `{name}`"));
    let nearest = id.as_ref().and_then(|id| registry.nearest_name(id));
    Err(match nearest {
        Some(nearest) => unknown.advising(format!("did you mean `{nearest}`")),
        None => unknown.advising("`/api/v1/plugins` tells which there are"),
    })
}

/// Plugins that fit, good and bad ones.
#[utoipa::path(
    get, path = "/plugins", tag = "plugins", params(Selection),
    responses(
        (status = 200, body = [Summary]),
        (status = 400, description = "A parameter isn't what it should be.", body = Problem, content_type = MEDIA_TYPE),
    )
)]
pub(super) async fn list(
    State(shared): State<Shared>,
    Asked(query): Asked<Query>,
) -> Json<Vec<Summary>> {
    let registry = Registry::new(shared.app.plugins());
    Json(registry.select(&query).into_iter().map(Summary::from).collect())
}

/// All that is known of a plugin.
#[utoipa::path(
    get, path = "/plugins/{name}", tag = "plugins", params(("name" = String, Path)),
    responses(
        (status = 200, body = Description),
        (status = 404, description = "There is no such plugin.", body = Problem, content_type = MEDIA_TYPE),
    )
)]
pub(super) async fn describe(
    State(shared): State<Shared>,
    Path(name): Path<String>,
    Asked(Nothing): Asked<Nothing>,
) -> Result<Json<Description>, Problem> {
    match shared.app.describe_plugin(&name).await? {
        Some(description) => Ok(Json(description)),
        None => Err(known(&shared, &name).err().unwrap_or_else(|| {
            // It went between the two looks.
            Problem::new(StatusCode::NOT_FOUND, format!("there is no plugin `{name}`"))
        })),
    }
}

/// What a plugin went through, oldest first.
#[utoipa::path(
    get, path = "/plugins/{name}/history", tag = "plugins", params(("name" = String, Path), Limit),
    responses(
        (status = 200, body = [Step]),
        (status = 400, description = "A parameter isn't what it should be.", body = Problem, content_type = MEDIA_TYPE),
        (status = 404, description = "There is no such plugin.", body = Problem, content_type = MEDIA_TYPE),
    )
)]
pub(super) async fn history(
    State(shared): State<Shared>,
    Path(name): Path<String>,
    Asked(limit): Asked<Limit>,
) -> Result<Json<Vec<Step>>, Problem> {
    let id = known(&shared, &name)?;
    let mut steps = shared.app.plugin_history(&id, limit.rows()).await?;
    steps.reverse();
    Ok(Json(steps))
}

/// What checks of a plugin found, oldest first.
#[utoipa::path(
    get, path = "/plugins/{name}/health", tag = "plugins", params(("name" = String, Path), Span),
    responses(
        (status = 200, body = [HealthCheck]),
        (status = 400, description = "A parameter isn't what it should be.", body = Problem, content_type = MEDIA_TYPE),
        (status = 404, description = "There is no such plugin.", body = Problem, content_type = MEDIA_TYPE),
    )
)]
pub(super) async fn health(
    State(shared): State<Shared>,
    Path(name): Path<String>,
    Asked(Span { span }): Asked<Span>,
) -> Result<Json<Vec<HealthCheck>>, Problem> {
    let id = known(&shared, &name)?;
    let span = span.unwrap_or(SignedDuration::from_hours(24));
    let mut checks = shared.app.plugin_health(&id, span).await?;
    checks.reverse();
    Ok(Json(checks))
}

/// Lines of a plugin's log, oldest first.
#[utoipa::path(
    get, path = "/plugins/{name}/logs", tag = "plugins", params(("name" = String, Path), Limit),
    responses(
        (status = 200, body = [LogEntry]),
        (status = 400, description = "A parameter isn't what it should be.", body = Problem, content_type = MEDIA_TYPE),
        (status = 404, description = "There is no such plugin.", body = Problem, content_type = MEDIA_TYPE),
    )
)]
pub(super) async fn logs(
    State(shared): State<Shared>,
    Path(name): Path<String>,
    Asked(limit): Asked<Limit>,
) -> Result<Json<Vec<LogEntry>>, Problem> {
    let id = known(&shared, &name)?;
    let mut entries = shared.app.plugin_logs(&id, limit.rows()).await?;
    entries.reverse();
    Ok(Json(entries))
}

/// The ranges in which measurements of a plugin are well.
#[utoipa::path(
    get, path = "/plugins/{name}/thresholds", tag = "plugins", params(("name" = String, Path)),
    responses(
        (status = 200, body = [Threshold]),
        (status = 404, description = "There is no such plugin.", body = Problem, content_type = MEDIA_TYPE),
    )
)]
pub(super) async fn thresholds(
    State(shared): State<Shared>,
    Path(name): Path<String>,
    Asked(Nothing): Asked<Nothing>,
) -> Result<Json<Vec<Threshold>>, Problem> {
    let id = known(&shared, &name)?;
    Ok(Json(shared.app.plugin_thresholds(&id).await?))
}

/// Sets ranges, all or none; those of other measurements stay. Answers with what holds then.
#[utoipa::path(
    put, path = "/plugins/{name}/thresholds", tag = "plugins", params(("name" = String, Path)),
    request_body = [Threshold],
    responses(
        (status = 200, body = [Threshold]),
        (status = 400, description = "The body isn't what it should be.", body = Problem, content_type = MEDIA_TYPE),
        (status = 404, description = "There is no such plugin.", body = Problem, content_type = MEDIA_TYPE),
        (status = 422, description = "Something is no range.", body = Problem, content_type = MEDIA_TYPE),
    )
)]
pub(super) async fn set_thresholds(
    State(shared): State<Shared>,
    Path(name): Path<String>,
    Asked(Nothing): Asked<Nothing>,
    Content(wanted): Content<Vec<Threshold>>,
) -> Result<Json<Vec<Threshold>>, Problem> {
    let id = known(&shared, &name)?;
    let judged = wanted.into_iter().map(|Threshold { name, min, max }| {
        Threshold::new(&name, min, max).map_err(|error| {
            let detail = format!("threshold `{name}`: {error}");
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail)
        })
    });
    let judged: Vec<Threshold> = judged.collect::<Result<_, _>>()?;
    shared.app.set_plugin_thresholds(&id, &judged).await?;
    Ok(Json(shared.app.plugin_thresholds(&id).await?))
}
