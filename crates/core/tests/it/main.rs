//! Figures from facts, told as stories.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

mod additions;
mod borders;
mod corporate_actions;
mod explanations;
mod figures;
mod laws;
mod reconciliation;
mod return_laws;
mod returns;
mod sales;
mod statements;
mod story;
mod together;
mod transfers;
