//! What users ask of a plugin: what each command does, and what is said when it can't be done.

use axum::http::StatusCode;
use serde::Deserialize;
use stonks_app::{App, GrantError, Selection};
use stonks_host::{PluginInfo, StartError};
use stonks_plugin::PluginId;
use stonks_plugin::lifecycle::State;
use strum::{Display, EnumString, VariantArray};

use super::detail::Refusal;
use crate::pages::PageError;

/// Who is said to have done what is done on the page.
pub(super) const ACTOR: &str = "web page";

#[derive(Debug, Clone, Copy, PartialEq, Eq, Display, EnumString, VariantArray, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub(crate) enum Command {
    Enable,
    Disable,
    Reload,
    Check,
}

impl Command {
    pub(super) fn named(word: &str) -> Result<Self, PageError> {
        word.parse().map_err(|_| PageError::NotFound("there is no such page".to_owned()))
    }

    /// What the button says.
    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::Enable => "Enable",
            Self::Disable => "Disable",
            Self::Reload => "Reload",
            Self::Check => "Check now",
        }
    }

    /// How the question begins whether to do it.
    pub(super) const fn question(self) -> &'static str {
        match self {
            Self::Check => "Check",
            other => other.label(),
        }
    }

    /// Whether something runs then that didn't; what it asks for belongs to the question.
    pub(super) fn starts_something(self) -> bool {
        self == Self::Enable
    }

    /// Whether something stops working.
    pub(super) fn ends_something(self) -> bool {
        self == Self::Disable
    }

    /// What is said once it is done.
    pub(super) const fn done(self) -> &'static str {
        match self {
            Self::Enable => "It is switched on.",
            Self::Disable => "It is switched off.",
            Self::Reload => "Its files and settings were taken up anew.",
            Self::Check => "It was checked.",
        }
    }

    /// Commands that have a place where a plugin stands.
    pub(super) fn for_state(state: State) -> Vec<Self> {
        let is_off = matches!(state, State::Disabled | State::Unloading);
        let has_place = |command: &Self| match command {
            Self::Enable => {
                matches!(state, State::Discovered | State::Disabled | State::Error)
            }
            Self::Disable | Self::Reload => !is_off,
            Self::Check => true,
        };
        Self::VARIANTS.iter().copied().filter(has_place).collect()
    }

    /// What it will do, a sentence each.
    pub(super) fn consequences(self, info: &PluginInfo, accounts: &[String]) -> Vec<String> {
        let mut told: Vec<String> = match self {
            Self::Enable => vec![
                "Its files are read and judged, its component is compiled and started.".to_owned(),
                "What it failed at before is forgiven. From then on it answers calls, also after a restart of this program.".to_owned(),
            ],
            Self::Disable => vec![
                "Calls under way finish, then it is ended and its memory is free.".to_owned(),
                "It stays off, also after a restart of this program, until someone enables it. What it brought in stays.".to_owned(),
            ],
            Self::Reload => vec![
                format!("Its files ({}) and settings are read anew and judged.", info.source),
                "If they are well, they take the place of what runs; calls under way finish. If they are refused, what runs goes on.".to_owned(),
            ],
            Self::Check => vec![
                "It is asked how it fares, and what this program measured is held against its thresholds. Nothing else changes.".to_owned(),
            ],
        };
        if self == Self::Disable && !accounts.is_empty() {
            let accounts = accounts.join(", ");
            told.push(format!("Nothing can be imported meanwhile into: {accounts}."));
        }
        told
    }

    /// Carries it out; `grants` is what was decided about what the plugin asks for.
    pub(super) async fn run(
        self,
        app: &App,
        id: &PluginId,
        grants: Decision,
    ) -> Result<(), RunError> {
        match self {
            Self::Enable => enable(app, id, grants).await?,
            Self::Disable => drop(app.disable_plugin(id, ACTOR).await?),
            Self::Reload => drop(app.reload_plugin(id, ACTOR).await?),
            Self::Check => drop(app.check_plugin(id).await?),
        }
        Ok(())
    }
}

/// What is to become of what a plugin asks for and was not granted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Decision {
    /// Nobody was asked.
    #[default]
    Undecided,
    /// It is granted, all of it.
    All,
    /// It does without.
    None,
}

async fn enable(app: &App, id: &PluginId, grants: Decision) -> Result<(), RunError> {
    match grants {
        Decision::Undecided => {}
        Decision::All => {
            app.grant(id, &Selection::everything(), ACTOR).await?;
        }
        Decision::None => {
            app.enable_plugin_as_granted(id, ACTOR).await?;
            return Ok(());
        }
    }
    app.enable_plugin(id, ACTOR).await?;
    Ok(())
}

/// Why a command wasn't carried out.
#[derive(Debug, thiserror::Error)]
pub(super) enum RunError {
    #[error(transparent)]
    Start(#[from] StartError),
    #[error(transparent)]
    Grant(#[from] GrantError),
}

impl RunError {
    /// What is said of it, and its status.
    pub(super) fn refusal(&self) -> (StatusCode, Refusal) {
        match self {
            Self::Start(error) | Self::Grant(GrantError::Start(error)) => refusal(error),
            Self::Grant(error) => (
                StatusCode::UNPROCESSABLE_ENTITY,
                Refusal { message: error.to_string(), hint: error.hint() },
            ),
        }
    }
}

/// What is said of a command that couldn't be carried out, and its status.
pub(crate) fn refusal(error: &StartError) -> (StatusCode, Refusal) {
    use stonks_host::StepError;
    let (status, hint) = match error {
        StartError::Unknown { .. } => (StatusCode::NOT_FOUND, error.hint()),
        StartError::Step { error: StepError::Record(_), .. } => {
            let hint = "see whether the database can be written, and whether its disk is full";
            (StatusCode::INTERNAL_SERVER_ERROR, Some(hint.to_owned()))
        }
        StartError::Step { .. } => {
            let hint = "something happened to it meanwhile; this is where it stands now";
            (StatusCode::CONFLICT, Some(hint.to_owned()))
        }
        StartError::NotRunning { .. } => (StatusCode::CONFLICT, Some("enable it first".to_owned())),
        StartError::Unusable { .. } | StartError::Load(_) | StartError::Read { .. } => (
            StatusCode::UNPROCESSABLE_ENTITY,
            Some("see its findings; once its files are mended, reload it".to_owned()),
        ),
        StartError::Setting { .. } => {
            (StatusCode::UNPROCESSABLE_ENTITY, Some("see its settings".to_owned()))
        }
        _ => (StatusCode::UNPROCESSABLE_ENTITY, Some("see its logs".to_owned())),
    };
    (status, Refusal { message: error.to_string(), hint })
}
