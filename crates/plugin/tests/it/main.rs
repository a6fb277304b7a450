//! The contract as authors meet it: a file in, a file out.

#![expect(clippy::unwrap_used, reason = "a test that can't be set up has failed")]
#![expect(clippy::needless_pass_by_value, reason = "a row of a table is easier to read")]

mod bad_days;
mod component;
mod forms;
mod laws;
mod published;
mod ui;
