//! The plugin as the host uses it: whole files in, facts or a refusal out.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

mod contract;
mod flex;
mod golden;
mod identity;
mod property;
mod real;
mod sums;

use interactive_brokers::InteractiveBrokers;
use stonks_plugin_sdk::testing::{import, tell, tell_error};
use stonks_plugin_sdk::{Fact, PluginError};

/// The only place that calls the plugin.
fn facts(content: &[u8]) -> Result<Vec<Fact>, PluginError> {
    let facts = import::<InteractiveBrokers>("statement", content)?;
    contract::check(&facts);
    Ok(facts)
}

fn told(content: &[u8]) -> String {
    match facts(content) {
        Ok(facts) => tell(&facts),
        Err(error) => tell_error(&error) + "\n",
    }
}
