//! What is asked of a plugin: switched on or off, reloaded, checked.

use std::future::Future;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use stonks_app::App;
use stonks_app::plugins::Outcome;
use stonks_host::StartError;
use stonks_plugin::PluginId;
use stonks_plugin::health::Checked;
use stonks_plugin::lifecycle::Standing;

use super::ACTOR;
use super::parameters::{Asked, FromParameters, Nothing, Parameters};
use super::plugins::known;
use super::problem::{MEDIA_TYPE, Problem};
use crate::router::Shared;

/// Carries a command out on its own, so that a client that goes away doesn't leave the plugin halfway.
async fn done<T, F>(
    shared: &Shared,
    name: &str,
    command: impl FnOnce(Arc<App>, PluginId) -> F,
) -> Result<(PluginId, T), Problem>
where
    T: Send + 'static,
    F: Future<Output = Result<T, StartError>> + Send + 'static,
{
    let id = known(shared, name)?;
    let running = tokio::spawn(command(Arc::clone(&shared.app), id.clone()));
    let done = running.await.map_err(anyhow::Error::from)??;
    Ok((id, done))
}

fn told((id, standing): (PluginId, Standing)) -> Json<Outcome> {
    Json(Outcome::new(&id, &standing))
}

/// How a plugin is switched on.
pub(super) struct Enabling {
    without_grants: bool,
}

impl FromParameters for Enabling {
    fn read(parameters: &mut Parameters) -> Result<Self, Problem> {
        let without_grants = parameters.one::<bool>("without_grants")?;
        Ok(Self { without_grants: without_grants.unwrap_or_default() })
    }
}

/// Switches a plugin on.
#[utoipa::path(
    post, path = "/plugins/{name}/enable", tag = "plugins",
    params(
        ("name" = String, Path),
        ("without_grants" = Option<bool>, Query, description = "With what was granted so far, be it less than it asks for."),
    ),
    responses(
        (status = 200, body = Outcome),
        (status = 404, description = "There is no such plugin.", body = Problem, content_type = MEDIA_TYPE),
        (status = 409, description = "That has no place where it stands, or it waits for a grant.", body = Problem, content_type = MEDIA_TYPE),
        (status = 422, description = "It can't be used, or doesn't start.", body = Problem, content_type = MEDIA_TYPE),
    )
)]
pub(super) async fn enable(
    State(shared): State<Shared>,
    Path(name): Path<String>,
    Asked(Enabling { without_grants }): Asked<Enabling>,
) -> Result<Json<Outcome>, Problem> {
    let enabled = done(&shared, &name, move |app, id| async move {
        if without_grants {
            return app.enable_plugin_as_granted(&id, ACTOR).await;
        }
        app.enable_plugin(&id, ACTOR).await
    });
    Ok(told(enabled.await?))
}

/// Switches a plugin off; its calls under way finish.
#[utoipa::path(
    post, path = "/plugins/{name}/disable", tag = "plugins", params(("name" = String, Path)),
    responses(
        (status = 200, body = Outcome),
        (status = 404, description = "There is no such plugin.", body = Problem, content_type = MEDIA_TYPE),
        (status = 409, description = "It is off already.", body = Problem, content_type = MEDIA_TYPE),
    )
)]
pub(super) async fn disable(
    State(shared): State<Shared>,
    Path(name): Path<String>,
    Asked(Nothing): Asked<Nothing>,
) -> Result<Json<Outcome>, Problem> {
    let off = done(&shared, &name, |app, id| async move { app.disable_plugin(&id, ACTOR).await });
    Ok(told(off.await?))
}

/// Takes up a plugin's files and settings anew; if they are refused, what ran goes on.
#[utoipa::path(
    post, path = "/plugins/{name}/reload", tag = "plugins", params(("name" = String, Path)),
    responses(
        (status = 200, body = Outcome),
        (status = 404, description = "There is no such plugin.", body = Problem, content_type = MEDIA_TYPE),
        (status = 409, description = "It is switched off.", body = Problem, content_type = MEDIA_TYPE),
        (status = 422, description = "Its new files are refused.", body = Problem, content_type = MEDIA_TYPE),
    )
)]
pub(super) async fn reload(
    State(shared): State<Shared>,
    Path(name): Path<String>,
    Asked(Nothing): Asked<Nothing>,
) -> Result<Json<Outcome>, Problem> {
    let new = done(&shared, &name, |app, id| async move { app.reload_plugin(&id, ACTOR).await });
    Ok(told(new.await?))
}

/// Checks how a plugin fares now.
#[utoipa::path(
    post, path = "/plugins/{name}/check", tag = "plugins", params(("name" = String, Path)),
    responses(
        (status = 200, body = Checked),
        (status = 404, description = "There is no such plugin.", body = Problem, content_type = MEDIA_TYPE),
    )
)]
pub(super) async fn check(
    State(shared): State<Shared>,
    Path(name): Path<String>,
    Asked(Nothing): Asked<Nothing>,
) -> Result<Json<Checked>, Problem> {
    let checked = done(&shared, &name, |app, id| async move { app.check_plugin(&id).await });
    Ok(Json(checked.await?.1))
}
