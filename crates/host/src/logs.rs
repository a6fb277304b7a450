//! Lines of plugins' logs on their way to the records. A plugin that floods loses lines, and waits for
//! nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::{mpsc, oneshot};

use crate::events::{Events, Happening};
use crate::records::{LogLevel, LogLine, Records};
use crate::runtime::Clock;

/// Lines that wait to be kept; what comes beyond is lost, and counted.
const QUEUE: usize = 1_000;

enum Message {
    Line(LogLine),
    Flush(oneshot::Sender<()>),
}

/// Takes lines.
#[derive(Clone)]
pub(crate) struct Logs {
    queue: mpsc::Sender<Message>,
    n_lost: Arc<AtomicU64>,
}

impl Logs {
    /// Starts the task that keeps lines. It ends with the last sink.
    pub(crate) fn start(records: Arc<dyn Records>, events: Events, clock: Clock) -> Self {
        let (queue, inbox) = mpsc::channel(QUEUE);
        let n_lost = Arc::new(AtomicU64::new(0));
        tokio::spawn(keep(inbox, records, events, clock, Arc::clone(&n_lost)));
        Self { queue, n_lost }
    }

    pub(crate) fn write(&self, line: LogLine) {
        if self.queue.try_send(Message::Line(line)).is_err() {
            self.n_lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Comes back when everything that was written before is kept.
    pub(crate) async fn flush(&self) {
        let (done, waiting) = oneshot::channel();
        if self.queue.send(Message::Flush(done)).await.is_ok() {
            // A task that ended has kept what it could.
            let _ = waiting.await;
        }
    }
}

async fn keep(
    mut inbox: mpsc::Receiver<Message>,
    records: Arc<dyn Records>,
    events: Events,
    clock: Clock,
    n_lost: Arc<AtomicU64>,
) {
    let mut messages = Vec::with_capacity(QUEUE);
    while inbox.recv_many(&mut messages, QUEUE).await > 0 {
        let (mut lines, mut waiting) = (Vec::new(), Vec::new());
        for message in messages.drain(..) {
            match message {
                Message::Line(line) => lines.push(line),
                Message::Flush(done) => waiting.push(done),
            }
        }
        let lost = n_lost.swap(0, Ordering::Relaxed);
        if let Some(last) = lines.last().filter(|_| lost > 0) {
            let message = format!("{lost} lines were lost: plugins wrote more than can be kept");
            let line = LogLine {
                plugin: last.plugin.clone(),
                at: clock(),
                level: LogLevel::Warning,
                message,
            };
            lines.push(line);
        }
        if !lines.is_empty()
            && let Err(error) = records.record_logs(&lines).await
        {
            tracing::error!(%error, "lines of plugins' logs could not be kept");
        }
        for line in lines {
            let (plugin, at) = (line.plugin.clone(), line.at);
            events.publish(&plugin, at, Happening::Logged(line));
        }
        for done in waiting {
            // Whoever waited may have gone.
            let _ = done.send(());
        }
    }
}
