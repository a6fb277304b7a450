//! What all pages share: the frame, the appearance, and what is shown when something fails.

pub(crate) mod account;
pub(crate) mod accounts;
pub(crate) mod alerts;
mod choice;
pub(crate) mod comparison;
pub(crate) mod dashboard;
pub(crate) mod deposits;
pub(crate) mod diversification;
pub(crate) mod dividends;
pub(crate) mod explain;
pub(crate) mod fees;
pub(crate) mod import;
pub(crate) mod insights;
pub(crate) mod performance;
pub(crate) mod plugins;
pub(crate) mod portfolio;
pub(crate) mod reconciliation;
pub(crate) mod sales;
pub(crate) mod source;
pub(crate) mod transactions;

use std::any::Any;

use askama::Template;
use axum::Form;
use axum::body::Body;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Response, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect};
use serde::Deserialize;
use stonks_app::alerts::WebhookError;
use stonks_app::reports::FigureError;
use stonks_app::{AccountError, BesideError, ChoiceError, ImportError};
use stonks_core::account::{AccountName, ParseAccountNameError};

use crate::assets;

/// Light, dark, or as the system has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Appearance {
    #[default]
    Auto,
    Light,
    Dark,
}

impl Appearance {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// The frame of a page: what its head and its navigation need.
pub(crate) struct Frame {
    pub(crate) title: &'static str,
    /// The path of the page.
    pub(crate) path: &'static str,
    appearance: Appearance,
}

impl Frame {
    /// The theme that the style sheet is told; none leaves it to the system.
    pub(crate) fn theme(&self) -> Option<&'static str> {
        (self.appearance != Appearance::Auto).then(|| self.appearance.as_str())
    }

    pub(crate) fn is_appearance(&self, name: &str) -> bool {
        self.appearance.as_str() == name
    }

    #[expect(clippy::unused_self, reason = "templates call it on the frame")]
    pub(crate) fn asset(&self, name: &str) -> String {
        assets::path(name)
    }
}

/// What the browser says of itself.
pub(crate) struct Visitor {
    appearance: Appearance,
}

impl Visitor {
    pub(crate) const fn frame(&self, title: &'static str, path: &'static str) -> Frame {
        Frame { title, path, appearance: self.appearance }
    }
}

impl<S: Sync> FromRequestParts<S> for Visitor {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        Ok(Self { appearance: appearance(&parts.headers) })
    }
}

fn appearance(headers: &HeaderMap) -> Appearance {
    let cookies =
        headers.get_all(header::COOKIE).iter().filter_map(|cookies| cookies.to_str().ok());
    let told = cookies
        .flat_map(|cookies| cookies.split(';'))
        .find_map(|cookie| cookie.trim().strip_prefix("appearance="));
    match told {
        Some("light") => Appearance::Light,
        Some("dark") => Appearance::Dark,
        _ => Appearance::Auto,
    }
}

#[derive(Deserialize)]
pub(crate) struct AppearanceForm {
    appearance: Appearance,
    /// The page to go back to.
    back: String,
}

/// A page of this program to go back to; another where what was named is none.
pub(crate) fn own_path(back: String, other: &str) -> String {
    let is_own = back.starts_with('/') && !back.starts_with("//") && !back.contains('\\');
    if is_own { back } else { other.to_owned() }
}

/// Keeps the choice in a cookie, and goes back to where it was made.
pub(crate) async fn set_appearance(Form(form): Form<AppearanceForm>) -> impl IntoResponse {
    let back = own_path(form.back, "/");
    let cookie = format!(
        "appearance={}; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly",
        form.appearance.as_str()
    );
    ([(header::SET_COOKIE, cookie)], Redirect::to(&back))
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    frame: Frame,
    message: String,
    hint: Option<String>,
}

/// Why a page can't be shown.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PageError {
    #[error(transparent)]
    Account(#[from] AccountError),
    #[error(transparent)]
    Import(#[from] ImportError),
    #[error("{0}")]
    BadRequest(String),
    #[error("{0}")]
    NotFound(String),
    /// A sentence, and advice.
    #[error("{1}")]
    Advised(StatusCode, String, Option<String>),
    #[error(transparent)]
    Webhook(#[from] WebhookError),
    #[error(transparent)]
    Render(#[from] askama::Error),
    #[error(transparent)]
    Internal(#[from] anyhow::Error),
}

impl PageError {
    /// Status, sentence and advice. What nobody foresaw is logged under a number, and only that is
    /// shown.
    pub(crate) fn told(&self) -> (StatusCode, String, Option<String>) {
        let internal = |error: &dyn std::fmt::Display| {
            let mut random = [0; 4];
            let _ = getrandom::fill(&mut random);
            let number = u32::from_le_bytes(random);
            tracing::error!(number = format!("{number:08x}"), "{error:#}");
            let message = "something went wrong here".to_owned();
            let hint = format!("the log tells more under number {number:08x}");
            (StatusCode::INTERNAL_SERVER_ERROR, message, Some(hint))
        };
        match self {
            Self::Account(AccountError::Storage(error)) | Self::Internal(error) => internal(error),
            Self::Import(ImportError::Storage(error)) => internal(error),
            Self::Webhook(WebhookError::Storage(error)) => internal(error),
            Self::Render(error) => internal(error),
            Self::Webhook(error @ WebhookError::Unknown { .. }) => {
                (StatusCode::NOT_FOUND, error.to_string(), error.hint())
            }
            Self::Webhook(error) => {
                (StatusCode::UNPROCESSABLE_ENTITY, error.to_string(), error.hint())
            }
            Self::Account(
                error @ (AccountError::Unknown { .. } | AccountError::NoInstrument { .. }),
            ) => (StatusCode::NOT_FOUND, error.to_string(), error.hint()),
            Self::Account(error) => {
                (StatusCode::UNPROCESSABLE_ENTITY, error.to_string(), error.hint())
            }
            Self::Import(error) => {
                (StatusCode::UNPROCESSABLE_ENTITY, error.to_string(), error.hint())
            }
            Self::NotFound(message) => (StatusCode::NOT_FOUND, message.clone(), None),
            Self::Advised(status, message, hint) => (*status, message.clone(), hint.clone()),
            Self::BadRequest(message) => (StatusCode::BAD_REQUEST, message.clone(), None),
        }
    }
}

impl From<FigureError> for PageError {
    fn from(error: FigureError) -> Self {
        match error {
            FigureError::Account(error) => Self::Account(error),
            FigureError::Figure { ref error, ref hint } => {
                Self::Advised(StatusCode::NOT_FOUND, error.to_string(), hint.clone())
            }
        }
    }
}

impl From<ChoiceError> for PageError {
    fn from(error: ChoiceError) -> Self {
        match error {
            ChoiceError::Account(error) => Self::Account(error),
            ChoiceError::UnknownSale { .. } => {
                Self::Advised(StatusCode::NOT_FOUND, error.to_string(), error.hint())
            }
            _ => Self::Advised(StatusCode::UNPROCESSABLE_ENTITY, error.to_string(), error.hint()),
        }
    }
}

impl From<BesideError> for PageError {
    fn from(error: BesideError) -> Self {
        match error {
            BesideError::Account(error) => Self::Account(error),
            BesideError::Storage(error) => Self::Internal(error),
            other => Self::Advised(StatusCode::CONFLICT, other.to_string(), other.hint()),
        }
    }
}

/// The account that an address names; none where it names none.
pub(crate) fn named_account(name: Option<&str>) -> Result<Option<AccountName>, PageError> {
    let name = name.filter(|name| !name.is_empty()).map(str::parse).transpose();
    name.map_err(|error: ParseAccountNameError| PageError::BadRequest(error.to_string()))
}

impl IntoResponse for PageError {
    fn into_response(self) -> axum::response::Response {
        let (status, message, hint) = self.told();
        error_page(status, Appearance::Auto, &message, hint)
    }
}

fn error_page(
    status: StatusCode,
    appearance: Appearance,
    message: &str,
    hint: Option<String>,
) -> axum::response::Response {
    let frame = Frame { title: "Not here", path: "", appearance };
    let page = ErrorPage { frame, message: capitalised(message), hint };
    let body = page.render().unwrap_or_else(|_| "the page can't be drawn".to_owned());
    (status, Html(body)).into_response()
}

/// Filters of the templates.
pub(crate) mod filters {
    #![expect(unreachable_pub, reason = "written by askama")]

    /// See [`super::capitalised`].
    #[askama::filter_fn]
    pub(crate) fn capitalised(
        sentence: impl std::fmt::Display,
        _: &dyn askama::Values,
    ) -> askama::Result<String> {
        Ok(super::capitalised(&sentence.to_string()))
    }
}

/// Sentences of errors begin in lower case; on a page they stand alone.
pub(crate) fn capitalised(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

pub(crate) async fn not_found(visitor: Visitor) -> axum::response::Response {
    error_page(StatusCode::NOT_FOUND, visitor.appearance, "there is no such page", None)
}

/// What a request said when it panicked.
pub(crate) fn panic_of(panic: &(dyn Any + Send)) -> anyhow::Error {
    let told = panic.downcast_ref::<String>().cloned();
    let told = told
        .or_else(|| panic.downcast_ref::<&str>().map(|&text| text.to_owned()))
        .unwrap_or_default();
    anyhow::anyhow!("a request panicked: {told}")
}

/// A request that panics fails alone.
#[expect(clippy::needless_pass_by_value, reason = "the layer hands it over")]
pub(crate) fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response<Body> {
    PageError::Internal(panic_of(&*panic)).into_response()
}

/// Draws a page.
pub(crate) fn drawn(page: &impl Template) -> Result<Html<String>, PageError> {
    Ok(Html(page.render()?))
}
