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
