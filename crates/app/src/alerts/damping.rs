//! When something is told: once when it gets worse, once when it is over, and not again and again
//! where it comes and goes.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::AlertKind;

/// The same isn't told twice of a plugin within this time.
pub(super) const PAUSE: SignedDuration = SignedDuration::from_mins(15);

/// How a plugin stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) enum Level {
    #[default]
    Well,
    Degraded,
    Unhealthy,
    Quarantined,
}

impl Level {
    const fn of(kind: AlertKind) -> Self {
        match kind {
            AlertKind::Recovered => Self::Well,
            AlertKind::Degraded => Self::Degraded,
            AlertKind::Unhealthy => Self::Unhealthy,
            AlertKind::Quarantined => Self::Quarantined,
        }
    }

    /// What is told of a plugin that has come to stand here.
    const fn kind(self) -> AlertKind {
        match self {
            Self::Well => AlertKind::Recovered,
            Self::Degraded => AlertKind::Degraded,
            Self::Unhealthy => AlertKind::Unhealthy,
            Self::Quarantined => AlertKind::Quarantined,
        }
    }
}

/// What was told of one plugin.
#[derive(Default)]
struct Told {
    /// The last that was told.
    level: Level,
    /// How it stood when it was last looked at.
    seen: Level,
    /// When each was told last.
    at: BTreeMap<AlertKind, Timestamp>,
}

/// What was told of all plugins.
#[derive(Default)]
pub(super) struct Damping(BTreeMap<String, Told>);

impl Damping {
    /// Takes up what was told before, in its order.
    pub(super) fn remember(&mut self, plugin: &str, kind: AlertKind, at: Timestamp) {
        let told = self.0.entry(plugin.to_owned()).or_default();
        told.level = Level::of(kind);
        told.seen = told.level;
        told.at.insert(kind, at);
    }

    /// What is to be told of a plugin that stands here now, if anything. What is only somewhat better
    /// isn't told, and doesn't count as better when it gets worse again.
    pub(super) fn judge(
        &mut self,
        plugin: &str,
        level: Level,
        now: Timestamp,
    ) -> Option<AlertKind> {
        if level == Level::Well && !self.0.contains_key(plugin) {
            return None;
        }
        let told = self.0.entry(plugin.to_owned()).or_default();
        told.seen = level;
        if level == told.level || (level < told.level && level != Level::Well) {
            return None;
        }
        let kind = level.kind();
        // A clock that was set back silences nobody.
        let is_recent = |at: &Timestamp| *at <= now && now.duration_since(*at) < PAUSE;
        if told.at.get(&kind).is_some_and(is_recent) {
            return None;
        }
        Some(kind)
    }

    /// It is switched off or gone: nothing is to be told of it until it is back.
    pub(super) fn leave(&mut self, plugin: &str) {
        if let Some(told) = self.0.get_mut(plugin) {
            told.seen = told.level;
        }
    }

    /// Plugins that stood otherwise than was told when they were last looked at.
    pub(super) fn untold(&self) -> Vec<String> {
        let untold = self.0.iter().filter(|(_, told)| told.seen != told.level);
        untold.map(|(plugin, _)| plugin.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How a plugin stands at which minute, and what is told of it.
    fn check(course: &[(i64, Level, Option<AlertKind>)]) {
        let mut damping = Damping::default();
        for &(minute, level, expected) in course {
            let now = Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minute);
            let told = damping.judge("degiro", level, now);
            assert_eq!(told, expected, "in minute {minute}");
            if let Some(kind) = told {
                damping.remember("degiro", kind, now);
            }
        }
    }

    #[test]
    fn what_gets_worse_is_told_at_once_and_what_is_over_once() {
        check(&[
            (0, Level::Well, None),
            (1, Level::Degraded, Some(AlertKind::Degraded)),
            (2, Level::Degraded, None),
            (3, Level::Unhealthy, Some(AlertKind::Unhealthy)),
            (4, Level::Quarantined, Some(AlertKind::Quarantined)),
            (5, Level::Unhealthy, None),
            (6, Level::Well, Some(AlertKind::Recovered)),
            (7, Level::Well, None),
        ]);
    }

    #[test]
    fn what_comes_and_goes_is_told_once_in_a_quarter_of_an_hour_unless_it_gets_worse() {
        check(&[
            (0, Level::Degraded, Some(AlertKind::Degraded)),
            (1, Level::Well, Some(AlertKind::Recovered)),
            (2, Level::Degraded, None),
            (3, Level::Well, None),
            (4, Level::Degraded, None),
            (5, Level::Unhealthy, Some(AlertKind::Unhealthy)),
            (6, Level::Well, None),
            (7, Level::Unhealthy, None),
            // It didn't become better for long enough to be told so.
            (16, Level::Well, Some(AlertKind::Recovered)),
            (17, Level::Degraded, Some(AlertKind::Degraded)),
        ]);
    }

    #[test]
    fn what_was_held_back_is_told_when_the_time_is_over() {
        let course = [
            (0, Level::Unhealthy, Some(AlertKind::Unhealthy)),
            (1, Level::Well, Some(AlertKind::Recovered)),
            (2, Level::Unhealthy, None),
            (14, Level::Unhealthy, None),
            (15, Level::Unhealthy, Some(AlertKind::Unhealthy)),
        ];
        check(&course);
        let mut damping = Damping::default();
        damping.remember("degiro", AlertKind::Recovered, Timestamp::UNIX_EPOCH);
        damping.remember("degiro", AlertKind::Unhealthy, Timestamp::UNIX_EPOCH);
        damping.remember("degiro", AlertKind::Recovered, Timestamp::UNIX_EPOCH);
        damping.judge("degiro", Level::Unhealthy, Timestamp::UNIX_EPOCH);
        assert_eq!(damping.untold(), ["degiro"]);
        damping.leave("degiro");
        assert!(damping.untold().is_empty());
    }

    #[test]
    fn a_clock_that_was_set_back_silences_nobody() {
        check(&[
            (100, Level::Degraded, Some(AlertKind::Degraded)),
            (101, Level::Well, Some(AlertKind::Recovered)),
            (50, Level::Degraded, Some(AlertKind::Degraded)),
        ]);
    }
}
