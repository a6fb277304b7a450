//! `/api/v1`: what pages show and do, for programs. Every answer is JSON, errors too.
//!
//! The document of the API is made from the handlers and types that answer, so that it can't differ
//! from them.

mod alerts;
mod commands;
mod figures;
mod parameters;
mod permissions;
mod plugins;
mod problem;
mod reports;

use axum::Json;
use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::middleware::from_fn;
use axum::response::IntoResponse;
use axum::routing::{any, get};
use serde::Serialize;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::csrf::CsrfLayer;
use utoipa::openapi::OpenApi as Document;
use utoipa::{OpenApi, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::router::Shared;
use problem::Problem;

/// Who is said to have done what is done by way of the API.
const ACTOR: &str = "api";

/// What any request of the API may hold.
const MOST_BODY_BYTES: usize = 256 << 10;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Stonks Overwatch",
        // Of the API: a number of its own, not the program's.
        version = "1.0.0",
        description = "What pages show and do, for programs. Fields and parameters are only added, never \
                       changed or removed. Amounts are exact decimals as text. Requests that change \
                       something carry `Content-Type: application/json`, also without a body.",
        license(name = "MIT OR Apache-2.0"),
    ),
    tags(
        (name = "reports", description = "The same figures as `stonks show … --json`."),
        (name = "plugins", description = "The same as `stonks plugin … --json`."),
        (name = "alerts", description = "The same as `stonks alert … --json`."),
        (name = "server", description = "The server itself."),
    )
)]
struct Head;

/// Every URL of the API, and the document that tells of them.
fn routes() -> (Router<Shared>, Document) {
    let version = OpenApiRouter::new()
        .routes(routes!(plugins::list))
        .routes(routes!(plugins::describe))
        .routes(routes!(plugins::history))
        .routes(routes!(plugins::health))
        .routes(routes!(plugins::logs))
        .routes(routes!(plugins::thresholds, plugins::set_thresholds))
        .routes(routes!(commands::enable))
        .routes(routes!(commands::disable))
        .routes(routes!(commands::reload))
        .routes(routes!(commands::check))
        .routes(routes!(permissions::list))
        .routes(routes!(permissions::grant))
        .routes(routes!(permissions::revoke))
        .routes(routes!(alerts::list))
        .routes(routes!(alerts::acknowledge))
        .routes(routes!(reports::total))
        .routes(routes!(reports::portfolio))
        .routes(routes!(reports::transactions))
        .routes(routes!(reports::sales))
        .routes(routes!(reports::corporate_actions))
        .routes(routes!(reports::reconciliation))
        .routes(routes!(reports::explain))
        .routes(routes!(reports::deposits))
        .routes(routes!(reports::dividends))
        .routes(routes!(reports::fees))
        .routes(routes!(reports::account))
        .routes(routes!(reports::history))
        .routes(routes!(figures::performance))
        .routes(routes!(figures::diversification))
        .routes(routes!(figures::dividend_summary))
        .routes(routes!(figures::fee_summary));
    OpenApiRouter::with_openapi(Head::openapi())
        .routes(routes!(healthz))
        .nest("/api/v1", version)
        .split_for_parts()
}

/// The document of the API.
fn document() -> Document {
    routes().1
}

/// The same as text, as it is published.
///
/// # Panics
/// Never: the document always makes JSON.
#[must_use]
pub fn openapi_text() -> String {
    let text = serde_json::to_string_pretty(&document()).unwrap_or_default();
    text + "\n"
}

/// The API without its state: whatever is below `/api` is answered here, and never as a page.
pub(crate) fn router() -> Router<Shared> {
    let (answering, document) = routes();
    let document = Json(document);
    answering
        .route("/api/v1/openapi.json", get(|| async { document }))
        .route("/api", any(nothing_here))
        .route("/api/", any(nothing_here))
        .route("/api/{*path}", any(nothing_here))
        .method_not_allowed_fallback(problem::not_answered)
        .layer(DefaultBodyLimit::max(MOST_BODY_BYTES))
        .layer(from_fn(parameters::json_only))
        .layer(CatchPanicLayer::custom(problem::panicked))
        .layer(CsrfLayer::new())
}

pub(crate) use problem::dressed;

async fn nothing_here() -> Problem {
    let hint = "`/api/v1/openapi.json` tells what there is";
    Problem::new(StatusCode::NOT_FOUND, "there is nothing at this address").advising(hint)
}

/// How the server fares.
#[derive(Serialize, ToSchema)]
struct Health {
    /// `ok`.
    status: &'static str,
    /// Of the program.
    version: &'static str,
}

/// Whether the server answers and its database can be read.
#[utoipa::path(
    get,
    path = "/healthz",
    tag = "server",
    responses(
        (status = 200, body = Health),
        (status = 503, description = "The database can't be read.", body = Problem, content_type = problem::MEDIA_TYPE),
    )
)]
async fn healthz(State(shared): State<Shared>) -> axum::response::Response {
    match shared.app.probe().await {
        Ok(()) => Json(Health { status: "ok", version: env!("CARGO_PKG_VERSION") }).into_response(),
        Err(error) => {
            tracing::error!("the database can't be read: {error:#}");
            let problem = "the database can't be read; the log says why";
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, problem).into_response()
        }
    }
}
