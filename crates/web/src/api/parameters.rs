//! What a request asks for: parameters of its address, and its body. What is not understood is named,
//! and never ignored.

use std::fmt::Display;
use std::str::FromStr;

use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use stonks_plugin::validate::nearest;

use super::problem::Problem;

/// The parameters of an address, each read once.
pub(super) struct Parameters {
    given: Vec<(String, String)>,
    known: Vec<&'static str>,
}

/// What can be read from the parameters of an address.
pub(super) trait FromParameters: Sized {
    fn read(parameters: &mut Parameters) -> Result<Self, Problem>;
}

/// A handler's argument that was read from the parameters.
pub(super) struct Asked<T>(pub(super) T);

impl Parameters {
    /// A parameter that may be given once; an empty one isn't given.
    pub(super) fn one<T>(&mut self, name: &'static str) -> Result<Option<T>, Problem>
    where
        T: FromStr<Err: Display>,
    {
        let mut all = self.all(name)?;
        match all.len() {
            0 | 1 => Ok(all.pop()),
            _ => Err(Problem::of_parameter(name, format!("`{name}` is given more than once"))),
        }
    }

    /// A parameter that may be given several times.
    pub(super) fn all<T: FromStr<Err: Display>>(
        &mut self,
        name: &'static str,
    ) -> Result<Vec<T>, Problem> {
        self.all_by(name, |text| text.parse().map_err(|error: T::Err| error.to_string()))
    }

    /// The same with another reader than the type's own.
    pub(super) fn all_by<T>(
        &mut self,
        name: &'static str,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Result<Vec<T>, Problem> {
        self.known.push(name);
        let its = self.given.iter().filter(|(given, text)| given == name && !text.is_empty());
        let read = its.map(|(_, text)| {
            let wrong =
                |error| Problem::of_parameter(name, format!("`{name}` can't be `{text}`: {error}"));
            read(text).map_err(wrong)
        });
        read.collect()
    }

    /// Refuses what nobody asked about.
    fn end(self) -> Result<(), Problem> {
        let is_unknown = |name: &&String| !self.known.contains(&name.as_str());
        let Some(name) = self.given.iter().map(|(name, _)| name).find(is_unknown) else {
            return Ok(());
        };
        let problem = Problem::of_parameter(name, format!("there is no parameter `{name}` here"));
        Err(match nearest(name, self.known.iter().copied()) {
            Some(nearest) => problem.advising(format!("did you mean `{nearest}`")),
            None if self.known.is_empty() => problem,
            None => problem.advising(format!("there is {}", self.known.join(", "))),
        })
    }
}

impl<S: Sync, T: FromParameters> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let given = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri);
        let unreadable = |_| Problem::new(StatusCode::BAD_REQUEST, "the parameters can't be read");
        let Query(given) = given.map_err(unreadable)?;
        let mut parameters = Parameters { given, known: Vec::new() };
        let asked = T::read(&mut parameters)?;
        parameters.end()?;
        Ok(Self(asked))
    }
}

/// For addresses that take no parameter.
pub(super) struct Nothing;

impl FromParameters for Nothing {
    fn read(_parameters: &mut Parameters) -> Result<Self, Problem> {
        Ok(Self)
    }
}

/// The body of a request: JSON.
pub(super) struct Content<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Content<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let bytes = axum::body::Bytes::from_request(request, state).await;
        let bytes = bytes.map_err(IntoResponse::into_response)?;
        let unreadable = |error: serde_json::Error| {
            let detail = format!("the body isn't what is expected here: {error}");
            Problem::new(StatusCode::BAD_REQUEST, detail).into_response()
        };
        serde_json::from_slice(&bytes).map(Self).map_err(unreadable)
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let essence = kind.and_then(|kind| kind.split(';').next()).unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("application/json")
}

/// Whatever changes something says that it is JSON: no form of a foreign page can, and a script of one
/// would have to ask first, which nobody answers.
pub(super) async fn json_only(request: Request, next: Next) -> Response {
    if request.method().is_safe() || is_json(request.headers()) {
        return next.run(request).await;
    }
    let detail = "a request that changes something must be JSON";
    Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail)
        .advising("send `Content-Type: application/json`, also without a body")
        .into_response()
}
