//! The contract as authors meet it: a file in, a file out.

mod bad_days;
mod component;
mod forms;
mod laws;
mod published;
mod ui;
