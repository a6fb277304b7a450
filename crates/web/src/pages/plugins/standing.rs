//! Where a plugin stands and how it fares, as people read it: a word with a colour, a sentence, and
//! what can be done here.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use stonks_host::PluginInfo;
use stonks_plugin::health::Health;
use stonks_plugin::lifecycle::{Reason, State};

use crate::pages::capitalised;

/// A word, and the colour that goes with it.
pub(crate) struct Badge {
    pub(crate) word: String,
    pub(crate) class: &'static str,
}

impl Badge {
    pub(super) fn of_state(state: State) -> Self {
        let class = match state {
            State::Active => "badge-success",
            State::Loading | State::Loaded | State::Unloading => "badge-info",
            State::Error => "badge-error",
            State::Discovered | State::Disabled => "badge-neutral",
        };
        Self { word: state.to_string(), class }
    }

    /// What doesn't run has no health, whatever it had before.
    pub(super) fn of_plugin(info: &PluginInfo) -> Self {
        if is_running(info) {
            return Self::of_health(info.health());
        }
        Self { word: "not running".to_owned(), class: "badge-neutral" }
    }

    pub(super) fn of_health(health: Health) -> Self {
        let (word, class) = match health {
            Health::Unknown => ("not checked".to_owned(), "badge-neutral"),
            Health::Healthy => (health.to_string(), "badge-success"),
            Health::Degraded => (health.to_string(), "badge-warning"),
            Health::Unhealthy => (health.to_string(), "badge-error"),
        };
        Self { word, class }
    }
}

/// Whether it runs, or should.
pub(super) const fn is_running(info: &PluginInfo) -> bool {
    !matches!(info.state, State::Discovered | State::Disabled | State::Unloading)
}

/// Why it stands where it stands, in a sentence.
pub(super) fn sentence(info: &PluginInfo) -> Option<String> {
    let reason = match info.reason.as_ref()? {
        Reason::Retrying { message, until } => {
            format!("{message}; it is tried again after {}", moment(until))
        }
        other => other.to_string(),
    };
    Some(capitalised(&reason))
}

/// The colour that goes with why it stands there.
pub(super) fn edge(info: &PluginInfo) -> &'static str {
    match info.state {
        State::Error => "border-l-error",
        State::Disabled | State::Discovered => "border-l-base-content/40",
        _ => "border-l-warning",
    }
}

/// What the user can do about it on this page.
pub(super) fn advice(info: &PluginInfo) -> Option<String> {
    let advice = match info.reason.as_ref()? {
        Reason::SwitchedOff => "Enable it to use it again.",
        Reason::AwaitingTrust => "Enable it if you put it there yourself.",
        Reason::AwaitingGrant => "Enable it: you are shown what it asks for, and decide.",
        Reason::Invalid { .. } => "See its findings. Once its files are mended, reload it.",
        Reason::Quarantined { .. } => "Look at its logs, then enable it to try it again.",
        Reason::RolledBack { .. } => "Mend its files, then reload it.",
        Reason::NeedsSetting { .. } => "Look at its settings.",
        other => return other.hint(&info.name),
    };
    Some(advice.to_owned())
}

/// An RFC 3339 time on this machine's clock.
pub(crate) fn moment(at: &str) -> String {
    at.parse::<Timestamp>().map_or_else(
        |_| at.to_owned(),
        |at| at.to_zoned_datetime(TimeZone::system()).strftime("%Y-%m-%d %H:%M:%S").to_string(),
    )
}
