//! What is said when a request can't be answered: one shape, as RFC 9457 has it.

use std::any::Any;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, Method, Response, StatusCode, header};
use axum::middleware::Next;
use axum::response::IntoResponse;
use serde::Serialize;
use stonks_app::reports::FigureError;
use stonks_app::{AccountError, GrantError};
use stonks_host::StartError;
use utoipa::ToSchema;

use crate::pages::PageError;
use crate::pages::plugins::command;

pub(super) const MEDIA_TYPE: &str = "application/problem+json";

/// Why a request isn't answered: RFC 9457.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// `about:blank`: the status says what kind it is.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The status in words.
    title: &'static str,
    status: u16,
    /// One sentence, lower case, values in backticks.
    detail: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
    /// The parameter or field at fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter: Option<String>,
}

impl Problem {
    pub(super) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            detail: detail.into(),
            hint: None,
            parameter: None,
        }
    }

    /// A parameter, or a field of the body, that isn't what it should be.
    pub(super) fn of_parameter(name: &str, detail: impl Into<String>) -> Self {
        let parameter = Some(name.to_owned());
        Self { parameter, ..Self::new(StatusCode::BAD_REQUEST, detail) }
    }

    pub(super) fn advising(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    fn told((status, detail, hint): (StatusCode, String, Option<String>)) -> Self {
        Self { hint, ..Self::new(status, detail) }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> axum::response::Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self).unwrap_or_default();
        (status, [(header::CONTENT_TYPE, MEDIA_TYPE)], body).into_response()
    }
}

impl From<AccountError> for Problem {
    fn from(error: AccountError) -> Self {
        Self::told(PageError::from(error).told())
    }
}

impl From<FigureError> for Problem {
    fn from(error: FigureError) -> Self {
        Self::told(PageError::from(error).told())
    }
}

impl From<anyhow::Error> for Problem {
    fn from(error: anyhow::Error) -> Self {
        Self::told(PageError::from(error).told())
    }
}

impl From<StartError> for Problem {
    fn from(error: StartError) -> Self {
        let (status, refusal) = command::refusal(&error);
        let hint = match (&error, status) {
            (StartError::Step { plugin, .. }, StatusCode::CONFLICT) => {
                Some(format!("`/api/v1/plugins/{plugin}/history` tells where it stands and why"))
            }
            _ => refusal.hint,
        };
        Self::told((status, refusal.message, hint))
    }
}

impl From<GrantError> for Problem {
    fn from(error: GrantError) -> Self {
        let status = match error {
            GrantError::Unknown { .. } => StatusCode::NOT_FOUND,
            GrantError::NotGranted { .. } => StatusCode::CONFLICT,
            GrantError::NotAskedFor { .. } | GrantError::Address(_) => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            GrantError::Start(error) => return error.into(),
            GrantError::Storage(error) => return error.into(),
        };
        Self::told((status, error.to_string(), error.hint()))
    }
}

/// A method that has no place at an address that there is.
pub(super) async fn not_answered(method: Method) -> Problem {
    let detail = format!("`{method}` isn't answered at this address");
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, detail)
}

/// A request that panics fails alone.
#[expect(clippy::needless_pass_by_value, reason = "the layer hands it over")]
pub(super) fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response<Body> {
    Problem::from(crate::pages::panic_of(&*panic)).into_response()
}

/// Below `/api`, whatever is refused before a handler sees it is told in the one shape, too.
pub(crate) async fn dressed(request: Request, next: Next) -> Response<Body> {
    let path = request.uri().path();
    let is_api = path == "/api" || path.starts_with("/api/") || path == "/healthz";
    let response = next.run(request).await;
    let status = response.status();
    let is_problem =
        response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == MEDIA_TYPE);
    if !is_api || is_problem || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let detail = match status {
        StatusCode::FORBIDDEN => "a page of another origin may not ask for this",
        StatusCode::PAYLOAD_TOO_LARGE => "the body is larger than any request needs",
        StatusCode::MISDIRECTED_REQUEST => {
            "this server answers to localhost only; start it with `--listen` to be reached under another name"
        }
        StatusCode::BAD_REQUEST => "the address can't be read",
        _ => "the request is refused",
    };
    let (mut parts, _) = response.into_parts();
    let (told, body) = Problem::new(status, detail).into_response().into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    let kind = told.headers.get(header::CONTENT_TYPE).cloned();
    let kind = kind.unwrap_or(HeaderValue::from_static(MEDIA_TYPE));
    parts.headers.insert(header::CONTENT_TYPE, kind);
    Response::from_parts(parts, body)
}
