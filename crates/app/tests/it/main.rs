//! The use cases over both databases, with real plugins, a fixed clock and a data directory of their own.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::panic,
    reason = "a test that can't go on fails, and one that can't run says so"
)]

mod accounts;
mod additions;
mod alerts;
mod columns;
mod costs;
mod demo;
mod explanations;
mod figures;
mod grants;
mod imports;
mod kinds;
mod legacy;
mod plugins;
mod syncs;
mod test_app;
mod upstream;
mod vault;
