//! What a plugin asks for and why, what was granted of it, and the user's decision about each.

use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use stonks_app::{App, GrantError, Selection, Standing};
use stonks_plugin::PluginId;

use super::command::{ACTOR, RunError};
use super::detail::Refusal;
use super::standing::{Badge, moment};
use super::{find, href, refuse};
use crate::pages::{PageError, Visitor, capitalised};
use crate::router::Shared;

/// Something that a plugin asks for, or was granted.
pub(super) struct Permission {
    /// As [`stonks_app::Permission::kind`] has it.
    pub(super) kind: &'static str,
    pub(super) object: String,
    pub(super) sentence: String,
    pub(super) purpose: Option<String>,
    /// Whether the plugin is of use without.
    pub(super) optional: bool,
    pub(super) standing: Badge,
    /// Since when, and by whom.
    pub(super) decided: Option<String>,
    is_missing: bool,
    is_granted: bool,
}

impl Permission {
    /// Whether the plugin asks for it, or for a part of it, in vain.
    pub(super) const fn is_missing(&self) -> bool {
        self.is_missing
    }

    pub(super) const fn is_granted(&self) -> bool {
        self.is_granted
    }
}

impl From<stonks_app::Permission> for Permission {
    fn from(permission: stonks_app::Permission) -> Self {
        let (word, class) = match permission.standing {
            Standing::Granted => ("granted", "badge-success"),
            Standing::NotGranted => ("not granted", "badge-neutral"),
            Standing::AsksForMore => ("asks for more than was granted", "badge-warning"),
            Standing::NotAskedFor => ("granted, not asked for", "badge-warning"),
            Standing::OpenForTests => ("open for tests", "badge-error"),
        };
        let is_missing = permission.is_missing();
        let decided = permission.granted_at.as_deref().zip(permission.granted_by.as_deref());
        Self {
            kind: permission.kind,
            sentence: capitalised(&permission.sentence),
            purpose: permission.purpose.filter(|purpose| !purpose.is_empty()),
            optional: permission.optional,
            standing: Badge { word: word.to_owned(), class },
            decided: decided.map(|(at, by)| format!("since {} by {by}", moment(at))),
            is_missing,
            is_granted: permission.standing != Standing::NotGranted,
            object: permission.object,
        }
    }
}

/// All permissions of a plugin.
pub(super) async fn of(app: &App, id: Option<&PluginId>) -> Result<Vec<Permission>, PageError> {
    let Some(id) = id else { return Ok(Vec::new()) };
    let permissions = app.permissions(id).await.map_err(|error| match error {
        GrantError::Unknown { .. } => PageError::NotFound(error.to_string()),
        other => anyhow::Error::from(other).into(),
    })?;
    Ok(permissions.into_iter().map(Permission::from).collect())
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Verdict {
    Grant,
    Revoke,
}

#[derive(Deserialize)]
pub(crate) struct Decided {
    verdict: Verdict,
    kind: String,
    #[serde(default)]
    object: String,
}

impl Decided {
    /// Exactly the one permission. None for one that there can't be.
    fn selection(&self) -> Option<Selection> {
        let nothing = Selection::default();
        match self.kind.as_str() {
            "http" => Some(Selection { http: vec![self.object.parse().ok()?], ..nothing }),
            "storage" => Some(Selection { storage: true, ..nothing }),
            "address" => Some(Selection { addresses: vec![self.object.parse().ok()?], ..nothing }),
            _ => None,
        }
    }
}

/// Grants a permission, or takes it back.
pub(crate) async fn decide(
    State(shared): State<Shared>,
    visitor: Visitor,
    Path(name): Path<String>,
    Form(decided): Form<Decided>,
) -> Result<Response, PageError> {
    let (id, info) = find(&shared, &name)?;
    let (Some(id), Some(selection)) = (id, decided.selection()) else {
        let message = format!("`{}` is no permission", decided.object);
        let refusal = Refusal { message, hint: None };
        return refuse(&shared, &visitor, &name, (StatusCode::UNPROCESSABLE_ENTITY, refusal)).await;
    };
    let outcome = match decided.verdict {
        Verdict::Grant => shared.app.grant(&id, &selection, ACTOR).await,
        Verdict::Revoke => shared.app.revoke(&id, &selection).await,
    };
    match outcome {
        Ok(()) => Ok(Redirect::to(&format!("{}#permissions", href(&info.name))).into_response()),
        Err(GrantError::Storage(error)) => Err(error.into()),
        Err(error) => refuse(&shared, &visitor, &name, RunError::from(error).refusal()).await,
    }
}
