//! The host's clock, the only one that a plugin has.

use crate::runtime::wasm::contract::clock::{Host, Instant};
use crate::runtime::wasm::limits::State;

impl Host for State {
    fn now(&mut self) -> Instant {
        let now = (self.clock)();
        // Before 1970 the clock of this machine is wrong; what is handed out stays well-formed.
        let nanoseconds = u32::try_from(now.subsec_nanosecond()).unwrap_or_default();
        Instant { seconds: now.as_second(), nanoseconds }
    }
}
