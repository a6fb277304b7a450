//! The host's clock, the only one that a component has.

use super::Imports;
use crate::runtime::contract::clock::{Host, Instant};
use crate::runtime::wasm::limits::State;

impl Imports {
    pub(crate) fn now(&self) -> Instant {
        let now = (self.clock)();
        // Before 1970 the clock of this machine is wrong; what is handed out stays well-formed.
        let nanoseconds = u32::try_from(now.subsec_nanosecond()).unwrap_or_default();
        Instant { seconds: now.as_second(), nanoseconds }
    }
}

impl Host for State {
    fn now(&mut self) -> Instant {
        self.imports.now()
    }
}
