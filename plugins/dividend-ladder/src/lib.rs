//! Income of the next twelve months, by month and by holding.
//!
//! - Announced: what the broker says is to be paid.
//! - Forecast: what each payment of the last twelve months would be a year later, at the same amount
//!   for each unit and with the units held now. A payment that the broker has announced for about the
//!   same day takes its place. Nothing is forecast for what is held no longer.
//!
//! All amounts are before tax, in the currency in which they are paid.

mod days;
mod panels;
mod payments;

use stonks_plugin_sdk::snapshot::PortfolioSnapshot;
use stonks_plugin_sdk::view::{Panel, View};
use stonks_plugin_sdk::{Plugin, PluginError};

/// The plugin.
pub struct DividendLadder;

impl Plugin for DividendLadder {}

impl View for DividendLadder {
    async fn render(portfolio: PortfolioSnapshot) -> Result<Vec<Panel>, PluginError> {
        let today = days::Day::parse(&portfolio.as_of)?;
        Ok(panels::panels(&payments::Payments::of(&portfolio)?, today))
    }
}

stonks_plugin_sdk::export_plugin!(DividendLadder: view);
