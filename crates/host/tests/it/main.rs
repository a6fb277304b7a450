//! The host with real components: what users see when guests behave, and when they don't.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that can't go on fails")]

mod discovery;
mod egress;
mod hostile;
mod outside;
mod server;
mod storage;
mod test_host;
