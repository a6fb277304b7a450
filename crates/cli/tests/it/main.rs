//! The program as a user runs it: what it prints, where, and how it ends.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that can't go on fails, and one that can't run says so"
)]
#![expect(clippy::disallowed_methods, reason = "the program under test is a process")]

mod alerts;
mod bad_input;
mod bridges;
mod commands;
mod crash;
mod explanations;
mod grants;
mod kinds;
mod migrate;
mod migrate_plugins;
mod plugin_list;
mod plugins;
mod program;
mod python_components;
mod real_files;
mod secrets;
mod server;
mod serving;
mod validate;
