//! Where a plugin stands, what may happen to it there, and what becomes of it: one table.

mod reason;

use std::fmt;

use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, IntoStaticStr, VariantArray};

pub use reason::Reason;

/// Where a plugin stands.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Display,
    EnumString,
    IntoStaticStr,
    VariantArray,
    Serialize,
    Deserialize,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum State {
    /// Found; nothing of it is in memory.
    Discovered,
    /// Being read, judged and compiled.
    Loading,
    /// Compiled; it waits for what its reason names, or to be started.
    Loaded,
    /// Initialised, and answers calls.
    Active,
    /// Failed; the reason says whether it is tried again.
    Error,
    /// Switched off, by the user or because something is missing.
    Disabled,
    /// Finishing its calls, saying farewell.
    Unloading,
}

/// What happens to a plugin.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Display,
    EnumString,
    IntoStaticStr,
    VariantArray,
    Serialize,
    Deserialize,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Event {
    /// Someone switched it on, or the host did at its start.
    Enabled,
    /// It was read, judged and compiled.
    Loaded,
    /// It was initialised.
    Started,
    /// It can't go on without the user: a login, a grant, a setting.
    Blocked,
    /// It failed: at loading, at starting, at a call, at its farewell.
    Failed,
    /// It is tried again after a failure.
    Retried,
    /// It failed too often, or a call killed it twice.
    Quarantined,
    /// Another component, manifest or setting took the place of the one that ran.
    Reloaded,
    /// Someone switched it off.
    Disabled,
    /// Its last call ended, and its memory is free.
    Unloaded,
    /// Its files are gone.
    Removed,
    /// The host came up, whatever it was doing when it ended.
    Recovered,
}

/// An event that can't happen where the plugin stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a plugin that is {state} can't be {event}")]
pub struct IllegalMove {
    /// Where it stands.
    pub state: State,
    /// What was tried.
    pub event: Event,
}

impl State {
    /// The whole of the lifecycle.
    ///
    /// # Errors
    /// [`IllegalMove`] for an event that has no place in this state.
    pub const fn next(self, event: Event) -> Result<Self, IllegalMove> {
        use Event as On;
        Ok(match (self, event) {
            (Self::Discovered | Self::Disabled | Self::Error, On::Enabled)
            | (Self::Error, On::Retried) => Self::Loading,
            (Self::Loading, On::Loaded) | (Self::Loaded | Self::Active, On::Blocked) => {
                Self::Loaded
            }
            (Self::Loaded, On::Started) | (Self::Active, On::Reloaded) => Self::Active,
            // What waits is reloaded in its place.
            (Self::Loaded, On::Reloaded) => Self::Loaded,
            (
                Self::Discovered | Self::Loading | Self::Loaded | Self::Active | Self::Unloading,
                On::Failed,
            )
            | (Self::Loading | Self::Loaded | Self::Active | Self::Error, On::Quarantined) => {
                Self::Error
            }
            (Self::Loading | Self::Loaded | Self::Active, On::Disabled | On::Removed) => {
                Self::Unloading
            }
            (Self::Discovered | Self::Error, On::Disabled) | (Self::Unloading, On::Unloaded) => {
                Self::Disabled
            }
            // With nothing in memory there is nothing to unload.
            (Self::Discovered | Self::Error | Self::Disabled, On::Removed) => Self::Disabled,
            // A host that was killed left nothing in memory either.
            (Self::Discovered | Self::Loading | Self::Loaded | Self::Active, On::Recovered) => {
                Self::Discovered
            }
            (Self::Unloading | Self::Disabled, On::Recovered) => Self::Disabled,
            (Self::Error, On::Recovered) => Self::Error,
            (state, event) => return Err(IllegalMove { state, event }),
        })
    }

    /// Whether calls reach it.
    #[must_use]
    pub const fn is_active(self) -> bool {
        matches!(self, Self::Active)
    }
}

/// Where a plugin stands, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// Where.
    pub state: State,
    /// Why, where that needs saying.
    pub reason: Option<Reason>,
}

impl Standing {
    /// Of a plugin that was just found.
    pub const DISCOVERED: Self = Self { state: State::Discovered, reason: None };

    /// What becomes of it. The reason is that of the new standing.
    ///
    /// # Errors
    /// [`IllegalMove`] for an event that has no place in this state.
    pub fn after(&self, event: Event, reason: Option<Reason>) -> Result<Self, IllegalMove> {
        let state = self.state.next(event)?;
        // A host that comes up knows no more than what was stored.
        let reason = if event == Event::Recovered && state == self.state {
            self.reason.clone()
        } else {
            reason
        };
        Ok(Self { state, reason })
    }

    /// Whether the plugin rests until someone enables it.
    #[must_use]
    pub const fn is_quarantined(&self) -> bool {
        matches!(self.reason, Some(Reason::Quarantined { .. }))
    }
}

/// `error: quarantined after 3 failures: …`.
impl fmt::Display for Standing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.reason {
            Some(reason) => write!(formatter, "{}: {reason}", self.state),
            None => write!(formatter, "{}", self.state),
        }
    }
}

/// The whole table in Markdown, states down and events across, for the reference.
#[must_use]
pub fn table() -> String {
    let events = Event::VARIANTS;
    let head: Vec<String> = events.iter().map(|event| format!("`{event}`")).collect();
    let mut table =
        format!("| state | {} |\n|---|{}\n", head.join(" | "), "---|".repeat(events.len()));
    for state in State::VARIANTS {
        let cells: Vec<String> = events
            .iter()
            .map(|event| {
                state.next(*event).map_or_else(|_| "–".to_owned(), |next| next.to_string())
            })
            .collect();
        table += &format!("| `{state}` | {} |\n", cells.join(" | "));
    }
    table
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_state_meets_every_event() {
        insta::assert_snapshot!(table());
    }

    #[test]
    fn what_has_no_place_is_refused_by_name() {
        let refused = State::Disabled.next(Event::Started);
        assert_eq!(
            refused.map_err(|error| error.to_string()),
            Err("a plugin that is disabled can't be started".to_owned())
        );
    }

    #[test]
    fn a_reason_belongs_to_its_standing() {
        let quarantined = Reason::Quarantined { failures: 3, message: "it gave up".to_owned() };
        let standing = Standing { state: State::Active, reason: None }
            .after(Event::Quarantined, Some(quarantined))
            .unwrap();
        assert_eq!(standing.to_string(), "error: quarantined after 3 failures: it gave up");
        assert!(standing.after(Event::Recovered, None).unwrap().is_quarantined());
        assert_eq!(
            standing.after(Event::Enabled, None).unwrap(),
            Standing { state: State::Loading, reason: None }
        );
    }

    proptest! {
        /// Whatever happened, a host that comes up finds a state from which the plugin can go on.
        #[test]
        fn after_a_recovery_it_can_be_enabled(
            events in prop::collection::vec(prop::sample::select(Event::VARIANTS), 0..40)
        ) {
            let mut state = State::Discovered;
            for event in events {
                state = state.next(event).unwrap_or(state);
            }
            let recovered = state.next(Event::Recovered).unwrap();
            prop_assert!(matches!(recovered, State::Discovered | State::Disabled | State::Error));
            prop_assert_eq!(recovered.next(Event::Enabled), Ok(State::Loading));
        }

        /// Nothing runs that was switched off, until someone switches it on.
        #[test]
        fn what_is_off_stays_off(
            events in prop::collection::vec(prop::sample::select(Event::VARIANTS), 0..40)
        ) {
            let mut state = State::Disabled;
            for event in events.into_iter().filter(|event| *event != Event::Enabled) {
                state = state.next(event).unwrap_or(state);
                prop_assert_eq!(state, State::Disabled);
            }
        }
    }
}
