//! The plugin's log lines, which go to the host's log under the plugin's name.

use crate::runtime::wasm::contract::log::{Host, Level};
use crate::runtime::wasm::limits::State;

/// A longer line is cut.
const LONGEST_LINE: usize = 2_000;

impl Host for State {
    fn write(&mut self, level: Level, message: String) {
        let plugin = self.plugin.as_str();
        // Control characters could write over the terminal of whoever reads the log.
        let message: String =
            message.chars().filter(|c| !c.is_control()).take(LONGEST_LINE).collect();
        match level {
            Level::Debug => tracing::debug!(target: "plugin", plugin, "{message}"),
            Level::Info => tracing::info!(target: "plugin", plugin, "{message}"),
            Level::Warning => tracing::warn!(target: "plugin", plugin, "{message}"),
            Level::Error => tracing::error!(target: "plugin", plugin, "{message}"),
        }
    }
}
