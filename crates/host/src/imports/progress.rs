//! How far a long call has come, as the plugin tells it.

use crate::runtime::wasm::contract::progress::{Host, Progress};
use crate::runtime::wasm::limits::State;

impl Host for State {
    fn report(&mut self, progress: Progress, message: String) {
        let message: String = message.chars().filter(|c| !c.is_control()).take(200).collect();
        tracing::debug!(target: "plugin", plugin = self.plugin.as_str(), progress.done, progress.total, "{message}");
    }
}
