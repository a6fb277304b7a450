//! Alerts: what was told of plugins, and that someone has seen it.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use stonks_app::alerts::Alert;
use utoipa::IntoParams;

use super::ACTOR;
use super::parameters::{Asked, FromParameters, Nothing, Parameters};
use super::plugins::Limit;
use super::problem::{MEDIA_TYPE, Problem};
use crate::router::Shared;

/// Which alerts.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Selection {
    /// Of one plugin; of all where it isn't given.
    plugin: Option<String>,
    /// Only those that are neither over nor acknowledged: `true` or `false`.
    open: Option<bool>,
}

impl FromParameters for (Selection, Limit) {
    fn read(parameters: &mut Parameters) -> Result<Self, Problem> {
        let (plugin, open) = (parameters.one("plugin")?, parameters.one("open")?);
        Ok((Selection { plugin, open }, Limit::read(parameters)?))
    }
}

/// Alerts, the newest first.
#[utoipa::path(
    get, path = "/alerts", tag = "alerts", params(Selection, Limit),
    responses(
        (status = 200, body = [Alert]),
        (status = 400, description = "A parameter isn't what it should be.", body = Problem, content_type = MEDIA_TYPE),
    )
)]
pub(super) async fn list(
    State(shared): State<Shared>,
    Asked((selection, limit)): Asked<(Selection, Limit)>,
) -> Result<Json<Vec<Alert>>, Problem> {
    let plugin = selection.plugin.as_deref();
    if selection.open.unwrap_or_default() {
        let mut open = shared.app.open_alerts(plugin).await?;
        open.truncate(limit.rows() as usize);
        return Ok(Json(open));
    }
    Ok(Json(shared.app.alerts(plugin, limit.rows()).await?))
}

/// Notes that someone has seen an alert; who saw it first stays.
#[utoipa::path(
    post, path = "/alerts/{id}/acknowledge", tag = "alerts", params(("id" = i64, Path)),
    responses(
        (status = 204, description = "It is noted."),
        (status = 404, description = "There is no such alert.", body = Problem, content_type = MEDIA_TYPE),
    )
)]
pub(super) async fn acknowledge(
    State(shared): State<Shared>,
    Path(id): Path<i64>,
    Asked(Nothing): Asked<Nothing>,
) -> Result<StatusCode, Problem> {
    if shared.app.acknowledge_alert(id, ACTOR).await? {
        return Ok(StatusCode::NO_CONTENT);
    }
    Err(Problem::new(StatusCode::NOT_FOUND, format!("there is no alert {id}")))
}
