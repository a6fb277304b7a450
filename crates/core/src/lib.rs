//! The numbers are right: money, exchange rates, the ledger, lots, and every figure drawn from them.
//!
//! This crate is pure. Facts come in as values, figures go out as values; the same facts give the
//! same figures on any day and any machine.
//!
//! Invariant: no IO, no clock, no async, and no float touches an amount, a quantity or a price.

#![deny(clippy::float_arithmetic, clippy::float_cmp)]

pub mod account;
pub mod cash;
pub mod claims;
pub mod comparison;
pub mod corporate_actions;
pub mod definitions;
pub mod deposits;
pub mod diversification;
pub mod dividends;
pub mod explanation;
pub mod fact;
pub mod fees;
pub mod figure;
pub mod fx;
pub mod holdings;
pub mod instrument;
pub mod ledger;
pub mod lots;
pub mod moment;
pub mod money;
pub mod performance;
pub mod portfolio;
pub mod quotes;
pub mod reconciliation;
pub mod sales;
pub mod statement;
pub mod transaction;
