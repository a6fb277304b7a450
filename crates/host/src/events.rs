//! What happens to plugins, told to anyone who listens. Who doesn't keep up is dropped, and harms
//! nobody.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use stonks_plugin::health::Health;
use tokio::sync::mpsc;

use crate::records::{LogLine, Transition};

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Happening {
    /// A plugin took a step.
    Moved(Transition),
    /// Another health than before.
    HealthChanged {
        /// What it was.
        from: Health,
        /// What it is.
        to: Health,
        /// Why it isn't healthy.
        reasons: Vec<String>,
    },
    /// A line of its log.
    Logged(LogLine),
    /// Something that someone should know, such as a record that couldn't be kept.
    Noted(String),
}

/// What happened, to which plugin, and when.
#[derive(Debug, Clone, PartialEq)]
pub struct PluginEvent {
    /// From 1, without gaps, since the host started.
    pub number: u64,
    /// The plugin's name; empty where it concerns the host.
    pub plugin: String,
    /// By the host's clock.
    pub at: Timestamp,
    /// What.
    pub what: Happening,
}

/// Someone who listens.
struct Subscriber {
    name: String,
    queue: mpsc::Sender<Arc<PluginEvent>>,
}

#[derive(Default)]
struct Inner {
    n_events: u64,
    subscribers: Vec<Subscriber>,
}

/// The one place where events come from.
#[derive(Clone, Default)]
pub struct Events(Arc<Mutex<Inner>>);

impl Events {
    /// Listens from now on. A subscriber that leaves `capacity` events unread is dropped: its queue
    /// ends after those.
    #[must_use]
    pub fn subscribe(&self, name: &str, capacity: usize) -> mpsc::Receiver<Arc<PluginEvent>> {
        let (queue, events) = mpsc::channel(capacity.max(1));
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        inner.subscribers.push(Subscriber { name: name.to_owned(), queue });
        events
    }

    /// How many listen.
    #[must_use]
    pub fn n_subscribers(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).subscribers.len()
    }

    /// Tells everyone, and waits for nobody.
    pub fn publish(&self, plugin: &str, at: Timestamp, what: Happening) {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let slow = inner.tell(plugin, at, what);
        for name in slow {
            tracing::warn!(subscriber = name, "dropped: it doesn't keep up with events");
            // Told to those who remain; whoever can't take even this is dropped without a word.
            inner.tell(
                "",
                at,
                Happening::Noted(format!("subscriber `{name}` was too slow and is dropped")),
            );
        }
    }
}

impl Inner {
    /// Returns the names of those who are dropped for being slow.
    fn tell(&mut self, plugin: &str, at: Timestamp, what: Happening) -> Vec<String> {
        self.n_events += 1;
        let event =
            Arc::new(PluginEvent { number: self.n_events, plugin: plugin.to_owned(), at, what });
        let mut slow = Vec::new();
        self.subscribers.retain(|subscriber| {
            match subscriber.queue.try_send(Arc::clone(&event)) {
                Ok(()) => true,
                Err(mpsc::error::TrySendError::Full(_)) => {
                    slow.push(subscriber.name.clone());
                    false
                }
                // It went by itself.
                Err(mpsc::error::TrySendError::Closed(_)) => false,
            }
        });
        slow
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(text: &str) -> Happening {
        Happening::Noted(text.to_owned())
    }

    fn heard(events: &mut mpsc::Receiver<Arc<PluginEvent>>) -> Vec<String> {
        std::iter::from_fn(|| events.try_recv().ok())
            .map(|event| match &event.what {
                Happening::Noted(text) => format!("{} {text}", event.number),
                other => format!("{other:?}"),
            })
            .collect()
    }

    #[test]
    fn a_slow_subscriber_is_dropped_with_a_note_and_the_others_hear_everything() {
        let events = Events::default();
        let (mut quick, mut slow) = (events.subscribe("page", 10), events.subscribe("hook", 1));
        let gone = events.subscribe("gone", 10);
        drop(gone);
        events.publish("degiro", Timestamp::UNIX_EPOCH, note("one"));
        events.publish("degiro", Timestamp::UNIX_EPOCH, note("two"));
        events.publish("degiro", Timestamp::UNIX_EPOCH, note("three"));
        assert_eq!(heard(&mut slow), ["1 one"]);
        assert_eq!(
            heard(&mut quick),
            ["1 one", "2 two", "3 subscriber `hook` was too slow and is dropped", "4 three"]
        );
        assert_eq!(events.n_subscribers(), 1);
    }
}
