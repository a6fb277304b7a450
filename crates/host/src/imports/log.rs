//! The plugin's log lines, which go to its own log, and to the host's for those who look closely.

use super::Imports;
use crate::records::{LogLevel, LogLine};
use crate::runtime::contract::log::{Host, Level};
use crate::runtime::wasm::limits::State;

/// A longer line is cut.
const LONGEST_LINE: usize = 2_000;

impl Imports {
    pub(crate) fn write(&self, level: Level, message: &str) {
        let plugin = self.reach.plugin.as_str();
        // Control characters could write over the terminal of whoever reads the log.
        let message: String =
            message.chars().filter(|c| !c.is_control()).take(LONGEST_LINE).collect();
        let level = match level {
            Level::Debug => LogLevel::Debug,
            Level::Info => LogLevel::Info,
            Level::Warning => LogLevel::Warning,
            Level::Error => LogLevel::Error,
        };
        // A plugin's warnings are its author's affair, not the operator's.
        tracing::debug!(target: "plugin", plugin, level = level.as_str(), "{message}");
        let at = (self.clock)();
        self.logs.write(LogLine { plugin: plugin.to_owned(), at, level, message });
    }
}

impl Host for State {
    fn write(&mut self, level: Level, message: String) {
        self.imports.write(level, &message);
    }
}
