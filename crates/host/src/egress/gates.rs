//! How often and how much at once: for each plugin, and for each host that it talks to.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use stonks_plugin::PluginId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::EgressLimits;

/// More gates than these are looked through for those that nobody stands at.
const MANY: usize = 1_000;

/// A plugin, or a plugin and a host.
type Place = (PluginId, Option<String>);

pub(super) struct Gates {
    limits: EgressLimits,
    rate: DefaultKeyedRateLimiter<Place>,
    rooms: Mutex<HashMap<Place, Arc<Semaphore>>>,
}

/// A place among the requests that run; free again when it is dropped.
pub(super) struct Pass {
    _of_plugin: Option<OwnedSemaphorePermit>,
    _of_host: Option<OwnedSemaphorePermit>,
}

impl Gates {
    pub(super) fn new(limits: EgressLimits) -> Self {
        let quota = Quota::per_second(limits.per_second).allow_burst(limits.burst);
        Self { limits, rate: RateLimiter::keyed(quota), rooms: Mutex::default() }
    }

    /// Whether another request may be sent; else how long to wait.
    pub(super) fn admit(&self, plugin: &PluginId, host: &str) -> Result<(), Duration> {
        if self.rate.len() > MANY {
            self.rate.retain_recent();
        }
        let place = (plugin.clone(), Some(host.to_owned()));
        let admitted = self.rate.check_key(&place);
        admitted.map_err(|not_until| not_until.wait_time_from(DefaultClock::default().now()))
    }

    /// Waits for a place. First the plugin's, then the host's, so that two can't wait for each other.
    pub(super) async fn enter(&self, plugin: &PluginId, host: &str) -> Pass {
        let of_plugin = self.room((plugin.clone(), None), self.limits.at_once);
        let of_host =
            self.room((plugin.clone(), Some(host.to_owned())), self.limits.at_once_per_host);
        // They are never closed.
        Pass {
            _of_plugin: of_plugin.acquire_owned().await.ok(),
            _of_host: of_host.acquire_owned().await.ok(),
        }
    }

    fn room(&self, place: Place, size: usize) -> Arc<Semaphore> {
        let mut rooms = self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        if rooms.len() > MANY {
            rooms.retain(|_, room| Arc::strong_count(room) > 1);
        }
        Arc::clone(rooms.entry(place).or_insert_with(|| Arc::new(Semaphore::new(size))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt;

    fn gates() -> Gates {
        Gates::new(EgressLimits { at_once: 3, at_once_per_host: 2, ..EgressLimits::default() })
    }

    fn enter(gates: &Gates, plugin: &str, host: &str) -> Option<Pass> {
        gates.enter(&plugin.parse().unwrap(), host).now_or_never()
    }

    #[test]
    fn places_are_few_for_a_host_and_for_a_plugin_and_come_back() {
        let gates = gates();
        let first = enter(&gates, "one", "a.b");
        let _second = enter(&gates, "one", "a.b");
        assert!(enter(&gates, "one", "a.b").is_none(), "a third to the same host waits");
        let _third = enter(&gates, "one", "c.d");
        assert!(enter(&gates, "one", "e.f").is_none(), "a fourth of the plugin waits");
        assert!(enter(&gates, "other", "a.b").is_some(), "another plugin has its own places");
        drop(first);
        assert!(enter(&gates, "one", "a.b").is_some());
    }

    #[test]
    fn gates_of_many_hosts_are_forgotten() {
        let gates = gates();
        for number in 0..3 * MANY {
            assert!(enter(&gates, "one", &format!("{number}.example")).is_some());
        }
        assert!(gates.rooms.lock().unwrap().len() <= MANY + 2);
    }
}
