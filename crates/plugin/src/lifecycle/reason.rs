//! Why a plugin stands where it stands, and what can be done about it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a plugin stands where it stands, where the state alone doesn't say it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Reason {
    /// `disabled`: by the user.
    SwitchedOff,
    /// `disabled`: it lies in a working directory that nobody vouched for.
    AwaitingTrust,
    /// `disabled`: it asks for something that nobody decided about yet.
    AwaitingGrant,
    /// `disabled`: another plugin of this name is used.
    Hidden {
        /// Where that one lies.
        by: String,
    },
    /// `disabled`: its files are gone.
    Removed,
    /// `loaded`: the broker wants a login.
    NeedsLogin {
        /// What the plugin says.
        message: String,
    },
    /// `loaded`: a setting is missing or wrong.
    NeedsSetting {
        /// Which, and what is expected.
        message: String,
    },
    /// `error`: it isn't what it should be, and stays so until its files change.
    Invalid {
        /// The first finding.
        message: String,
    },
    /// `error`: it failed, and is tried again.
    Retrying {
        /// What went wrong.
        message: String,
        /// RFC 3339.
        until: String,
    },
    /// `error`: it failed too often and rests until someone enables it.
    Quarantined {
        /// How often.
        failures: u32,
        /// What went wrong the last time.
        message: String,
    },
    /// A change of its files or settings was refused, and what ran before goes on.
    RolledBack {
        /// What was wrong with the new one.
        message: String,
    },
}

impl Reason {
    /// What the user can do about it; `plugin` names it on the command line.
    #[must_use]
    pub fn hint(&self, plugin: &str) -> Option<String> {
        Some(match self {
            Self::SwitchedOff => format!("switch it on with `stonks plugin enable {plugin}`"),
            Self::AwaitingTrust => {
                format!("if you put it there, say so with `stonks plugin enable {plugin} --trust`")
            }
            Self::AwaitingGrant => format!(
                "see what it asks for with `stonks plugin grant {plugin}`, then `stonks plugin enable {plugin} --grant`"
            ),
            Self::Hidden { .. } => "remove or rename one of the two".to_owned(),
            Self::Removed => "put its folder back, or forget it".to_owned(),
            Self::NeedsLogin { .. } => "log in at the broker's page of this program".to_owned(),
            Self::NeedsSetting { .. } => {
                format!("set it with `stonks plugin set {plugin} KEY=VALUE`")
            }
            Self::Invalid { .. } => format!("see all findings with `stonks plugin info {plugin}`"),
            Self::Quarantined { .. } => format!(
                "look at `stonks plugin logs {plugin}`, then try it again with `stonks plugin enable {plugin}`"
            ),
            Self::RolledBack { .. } => {
                format!("mend it, then `stonks plugin reload {plugin}`")
            }
            Self::Retrying { .. } => return None,
        })
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SwitchedOff => formatter.write_str("switched off"),
            Self::AwaitingTrust => formatter.write_str("awaiting trust"),
            Self::AwaitingGrant => formatter.write_str("awaiting grant"),
            Self::Hidden { by } => write!(formatter, "hidden by the plugin of this name from {by}"),
            Self::Removed => formatter.write_str("its files are gone"),
            Self::NeedsLogin { message } => write!(formatter, "needs a login: {message}"),
            Self::NeedsSetting { message } => write!(formatter, "needs a setting: {message}"),
            Self::Invalid { message } => formatter.write_str(message),
            Self::Retrying { message, until } => {
                write!(formatter, "retrying until {until}: {message}")
            }
            Self::Quarantined { failures, message } => {
                let times = if *failures == 1 { "failure" } else { "failures" };
                write!(formatter, "quarantined after {failures} {times}: {message}")
            }
            Self::RolledBack { message } => {
                write!(formatter, "the new one was refused, the old one goes on: {message}")
            }
        }
    }
}
