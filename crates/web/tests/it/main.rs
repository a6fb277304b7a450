//! Pages over an application with real plugins: what a browser gets.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

mod alerts;
mod api;
mod explanations;
mod figures;
mod imports;
mod insights;
mod pages;
mod plugins;
mod security;
mod side_by_side;
mod test_web;
