//! How far a long call has come, as the plugin tells it.

use super::Imports;
use crate::runtime::contract::progress::{Host, Progress};
use crate::runtime::wasm::limits::State;

impl Imports {
    pub(crate) fn report(&self, progress: Progress, message: &str) {
        let message: String = message.chars().filter(|c| !c.is_control()).take(200).collect();
        let plugin = self.reach.plugin.as_str();
        tracing::debug!(target: "plugin", plugin, progress.done, progress.total, "{message}");
    }
}

impl Host for State {
    fn report(&mut self, progress: Progress, message: String) {
        self.imports.report(progress, &message);
    }
}
