//! The host with real components: what users see when guests behave, and when they don't.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that can't go on fails")]

mod awaiting;
mod bad_folders;
mod bridges;
mod discovery;
mod egress;
mod folders;
mod hostile;
mod index;
mod kept;
mod kinds;
mod lifecycle;
mod many;
mod order;
mod outside;
mod python;
mod python_plugins;
mod registry;
mod reload;
mod server;
mod sources;
mod storage;
mod telling;
mod test_host;
mod watch;
