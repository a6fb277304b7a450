//! Whole files: golden ones, real ones, and any at all.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

mod generated;
mod golden;
mod languages;
mod laws;
mod real_files;
mod settled;
