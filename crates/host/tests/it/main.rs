//! The host with real components: what users see when guests behave, and when they don't.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that can't go on fails")]

mod discovery;
mod hostile;
mod kinds;
mod test_host;
