//! What happens to plugins, told to browsers as it happens: server-sent events.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::extract::{Query, State};
use axum::http::header::{HeaderName, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::future::BoxFuture;
use futures::{StreamExt, stream};
use serde::{Deserialize, Serialize};
use stonks_host::events::{Happening, PluginEvent};

use crate::router::Shared;

/// Completes when the server ends.
pub(crate) type Closing = futures::future::Shared<BoxFuture<'static, ()>>;

/// A browser that leaves so many events unread is dropped; it comes back and reads the page anew.
const MOST_UNREAD: usize = 256;

/// So that neither a proxy nor the browser takes a quiet stream for a dead one.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// After how long a browser comes back whose stream ended.
const COME_BACK: Duration = Duration::from_secs(2);

/// So many listen at the same time: each holds a connection and a queue.
pub(crate) const MOST_STREAMS: usize = 64;

/// After how many seconds a browser that found no place may ask again.
const NO_PLACE: &str = "10";

/// Streams so far: each subscriber has a name of its own.
static N_STREAMS: AtomicU64 = AtomicU64::new(0);

#[derive(Deserialize)]
pub(crate) struct Choice {
    /// Only what happens to this one.
    plugin: Option<String>,
}

/// An event as scripts see it.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Told {
    number: u64,
    /// Empty where it concerns the host.
    plugin: String,
    /// RFC 3339.
    at: String,
    /// `moved`, `health`, `log` or `note`.
    kind: &'static str,
    text: String,
}

impl From<&PluginEvent> for Told {
    fn from(event: &PluginEvent) -> Self {
        let (kind, text) = match &event.what {
            Happening::Moved(transition) => ("moved", transition.to.to_string()),
            Happening::HealthChanged { to, reasons, .. } if reasons.is_empty() => {
                ("health", to.to_string())
            }
            Happening::HealthChanged { to, reasons, .. } => {
                ("health", format!("{to}: {}", reasons.join("; ")))
            }
            Happening::Logged(line) => {
                ("log", format!("{}: {}", line.level.as_str(), line.message))
            }
            Happening::Noted(text) => ("note", text.clone()),
        };
        let (plugin, at) = (event.plugin.clone(), event.at.to_string());
        Self { number: event.number, plugin, at, kind, text }
    }
}

pub(crate) async fn stream(State(shared): State<Shared>, Query(choice): Query<Choice>) -> Response {
    let Ok(place) = Arc::clone(&shared.streams).try_acquire_owned() else {
        let message = "so many pages listen already that there is no place for one more";
        let later = [(RETRY_AFTER, HeaderValue::from_static(NO_PLACE))];
        return (StatusCode::SERVICE_UNAVAILABLE, later, message).into_response();
    };
    let name = format!("page {}", N_STREAMS.fetch_add(1, Ordering::Relaxed) + 1);
    let mut events = shared.app.manager().events().subscribe(&name, MOST_UNREAD);
    let first = Event::default().retry(COME_BACK).comment(name);
    let told = stream::poll_fn(move |context| events.poll_recv(context))
        .filter(move |event| {
            let concerns = choice.plugin.as_ref().is_none_or(|plugin| *plugin == event.plugin);
            futures::future::ready(concerns)
        })
        .map(move |event| {
            // Held as long as the stream is.
            let _place = &place;
            let told = Told::from(&*event);
            // Numbers and text always make JSON.
            Event::default().id(told.number.to_string()).json_data(told).unwrap_or_default()
        });
    let events =
        stream::iter([first]).chain(told).take_until(shared.closing).map(Ok::<_, Infallible>);
    let heartbeat = KeepAlive::new().interval(HEARTBEAT).text("still here");
    // A proxy that collects answers before it passes them on would hold them back for good.
    let unbuffered = (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    ([unbuffered], Sse::new(events).keep_alive(heartbeat)).into_response()
}
