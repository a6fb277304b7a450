//! What a plugin asks for, and what it is granted.

use std::net::SocketAddr;

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use stonks_app::{Permission, Selection};
use stonks_plugin::permission::HostPattern;
use utoipa::ToSchema;

use super::ACTOR;
use super::parameters::{Asked, Content, Nothing};
use super::plugins::known;
use super::problem::{MEDIA_TYPE, Problem};
use crate::router::Shared;

/// Which permissions are meant.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Permissions {
    /// All that the plugin asks for; when taking back, all that was granted.
    #[serde(default)]
    all: bool,
    /// Requests to these hosts.
    #[serde(default)]
    http: Vec<String>,
    /// A store of its own.
    #[serde(default)]
    storage: bool,
    /// FOR TESTS: addresses of this machine, such as `127.0.0.1:8080`.
    #[serde(default)]
    addresses: Vec<String>,
    /// Trusted at `addresses`, and nothing else there: PEM. Only when granting.
    #[serde(default)]
    root_certificate: Option<String>,
}

fn each<T: std::str::FromStr<Err: std::fmt::Display>>(
    field: &str,
    texts: &[String],
) -> Result<Vec<T>, Problem> {
    let read = texts.iter().map(|text| {
        text.parse().map_err(|error: T::Err| {
            Problem::of_parameter(field, format!("`{field}` can't hold `{text}`: {error}"))
        })
    });
    read.collect()
}

impl TryFrom<Permissions> for Selection {
    type Error = Problem;

    fn try_from(asked: Permissions) -> Result<Self, Problem> {
        let selection = Self {
            all: asked.all,
            http: each::<HostPattern>("http", &asked.http)?,
            storage: asked.storage,
            addresses: each::<SocketAddr>("addresses", &asked.addresses)?,
            root_certificate: asked.root_certificate,
        };
        let is_empty = !selection.all
            && selection.http.is_empty()
            && !selection.storage
            && selection.addresses.is_empty();
        if is_empty {
            let problem = Problem::of_parameter("all", "nothing is named");
            return Err(problem.advising("name `all`, `http`, `storage` or `addresses`"));
        }
        Ok(selection)
    }
}

/// What a plugin asks for, what it was granted, and what holds.
#[utoipa::path(
    get, path = "/plugins/{name}/permissions", tag = "plugins", params(("name" = String, Path)),
    responses(
        (status = 200, body = [Permission]),
        (status = 404, description = "There is no such plugin.", body = Problem, content_type = MEDIA_TYPE),
    )
)]
pub(super) async fn list(
    State(shared): State<Shared>,
    Path(name): Path<String>,
    Asked(Nothing): Asked<Nothing>,
) -> Result<Json<Vec<Permission>>, Problem> {
    let id = known(&shared, &name)?;
    Ok(Json(shared.app.permissions(&id).await?))
}

/// Grants what is named: all of it or none. Answers with what holds then.
#[utoipa::path(
    post, path = "/plugins/{name}/grant", tag = "plugins", params(("name" = String, Path)),
    request_body = Permissions,
    responses(
        (status = 200, body = [Permission]),
        (status = 400, description = "The body isn't what it should be.", body = Problem, content_type = MEDIA_TYPE),
        (status = 404, description = "There is no such plugin.", body = Problem, content_type = MEDIA_TYPE),
        (status = 422, description = "The plugin doesn't ask for it.", body = Problem, content_type = MEDIA_TYPE),
    )
)]
pub(super) async fn grant(
    State(shared): State<Shared>,
    Path(name): Path<String>,
    Asked(Nothing): Asked<Nothing>,
    Content(asked): Content<Permissions>,
) -> Result<Json<Vec<Permission>>, Problem> {
    let id = known(&shared, &name)?;
    shared.app.grant(&id, &asked.try_into()?, ACTOR).await?;
    Ok(Json(shared.app.permissions(&id).await?))
}

/// Takes back what is named: all of it or none; it holds with the plugin's next request.
#[utoipa::path(
    post, path = "/plugins/{name}/revoke", tag = "plugins", params(("name" = String, Path)),
    request_body = Permissions,
    responses(
        (status = 200, body = [Permission]),
        (status = 400, description = "The body isn't what it should be.", body = Problem, content_type = MEDIA_TYPE),
        (status = 404, description = "There is no such plugin.", body = Problem, content_type = MEDIA_TYPE),
        (status = 409, description = "It wasn't granted.", body = Problem, content_type = MEDIA_TYPE),
    )
)]
pub(super) async fn revoke(
    State(shared): State<Shared>,
    Path(name): Path<String>,
    Asked(Nothing): Asked<Nothing>,
    Content(asked): Content<Permissions>,
) -> Result<Json<Vec<Permission>>, Problem> {
    let id = known(&shared, &name)?;
    shared.app.revoke(&id, &asked.try_into()?).await?;
    Ok(Json(shared.app.permissions(&id).await?))
}
