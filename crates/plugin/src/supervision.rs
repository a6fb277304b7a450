//! How often a plugin that fails is tried again, how long it rests before, and which calls are
//! refused because they kill it.

use std::time::Duration;

/// So many restarts in a row; the next failure is the last.
pub const MOST_RESTARTS: u32 = 3;

/// The rest before the first restart; the n-th is n times as long.
pub const REST: Duration = Duration::from_millis(200);

/// No rest is longer.
pub const LONGEST_REST: Duration = Duration::from_secs(5);

/// Who stays healthy for so long begins anew.
pub const HEALTHY_FOR: Duration = Duration::from_secs(60);

/// A call that ended so many instances is refused from then on.
pub const DEADLY: u32 = 2;

/// More calls than these aren't remembered; the oldest is forgotten first.
const MOST_SUSPECTS: usize = 1_000;

/// What to do after a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Start a fresh instance, not before this much time.
    RetryAfter(Duration),
    /// Leave it alone until the user says otherwise.
    Quarantine {
        /// Failures in a row.
        failures: u32,
    },
}

/// A call, told apart from others by what it asks and for whom.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CallKey(pub String);

/// The failures of one plugin. Times are on any clock that never goes back, such as the time since
/// the host started.
#[derive(Debug, Clone, Default)]
pub struct Budget {
    failures: u32,
    last_failure: Option<Duration>,
    /// Calls under which instances ended, in the order of their first time, and how often.
    suspects: Vec<(CallKey, u32)>,
}

impl Budget {
    /// Counts a failure at `now`, under `call` where one was under way.
    pub fn failed(&mut self, now: Duration, call: Option<&CallKey>) -> Verdict {
        let is_forgotten =
            self.last_failure.is_some_and(|last| now.saturating_sub(last) >= HEALTHY_FOR);
        if is_forgotten {
            self.failures = 0;
        }
        self.failures += 1;
        self.last_failure = Some(now);
        if let Some(call) = call {
            self.suspect(call);
        }
        if self.failures > MOST_RESTARTS {
            Verdict::Quarantine { failures: self.failures }
        } else {
            Verdict::RetryAfter((REST * self.failures).min(LONGEST_REST))
        }
    }

    fn suspect(&mut self, call: &CallKey) {
        match self.suspects.iter_mut().find(|(known, _)| known == call) {
            Some((_, times)) => *times += 1,
            None => {
                if self.suspects.len() == MOST_SUSPECTS {
                    self.suspects.remove(0);
                }
                self.suspects.push((call.clone(), 1));
            }
        }
    }

    /// Whether this call ended as many instances as are allowed.
    #[must_use]
    pub fn is_deadly(&self, call: &CallKey) -> bool {
        self.suspects.iter().any(|(known, times)| known == call && *times >= DEADLY)
    }

    /// Failures in a row.
    #[must_use]
    pub const fn failures(&self) -> u32 {
        self.failures
    }

    /// Begins anew, deadly calls too: the user enabled it, or other code took its place.
    pub fn reset(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    #[test]
    fn three_restarts_with_longer_rests_then_quarantine() {
        let mut budget = Budget::default();
        let verdicts: Vec<Verdict> = (0..4).map(|n| budget.failed(at(n * 1_000), None)).collect();
        let rest = |milliseconds| Verdict::RetryAfter(at(milliseconds));
        assert_eq!(
            verdicts,
            [rest(200), rest(400), rest(600), Verdict::Quarantine { failures: 4 }]
        );
    }

    #[test]
    fn a_healthy_minute_is_a_new_beginning() {
        let mut budget = Budget::default();
        for failure in 0..3 {
            budget.failed(at(failure), None);
        }
        assert_eq!(budget.failed(at(2 + 60_000), None), Verdict::RetryAfter(REST));
        assert_eq!(budget.failures(), 1);
    }

    #[test]
    fn a_call_that_killed_twice_is_refused_and_others_are_not() {
        let (deadly, harmless) = (CallKey("import a".to_owned()), CallKey("import b".to_owned()));
        let mut budget = Budget::default();
        budget.failed(at(0), Some(&deadly));
        assert!(!budget.is_deadly(&deadly));
        budget.failed(at(1), Some(&deadly));
        budget.failed(at(2), Some(&harmless));
        assert!(budget.is_deadly(&deadly) && !budget.is_deadly(&harmless));
        budget.reset();
        assert!(!budget.is_deadly(&deadly));
    }

    #[test]
    fn only_so_many_calls_are_remembered() {
        let mut budget = Budget::default();
        for number in 0..2 * MOST_SUSPECTS {
            budget.failed(at(0), Some(&CallKey(number.to_string())));
        }
        assert_eq!(budget.suspects.len(), MOST_SUSPECTS);
    }

    proptest! {
        #[test]
        fn no_rest_is_longer_than_allowed(times in prop::collection::vec(0u64..200_000, 1..50)) {
            let mut budget = Budget::default();
            let mut now = 0;
            for time in times {
                now += time;
                match budget.failed(at(now), None) {
                    Verdict::RetryAfter(rest) => prop_assert!(rest <= LONGEST_REST),
                    Verdict::Quarantine { failures } => prop_assert!(failures > MOST_RESTARTS),
                }
            }
        }
    }
}
