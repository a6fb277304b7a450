//! Figures from facts, told as stories.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

mod corporate_actions;
mod figures;
mod laws;
mod return_laws;
mod returns;
mod sales;
mod statements;
mod story;
mod together;
mod transfers;
