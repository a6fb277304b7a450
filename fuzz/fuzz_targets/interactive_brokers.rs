//! Any bytes at all as a statement of Interactive Brokers: read or refused, never a panic.

#![no_main]

use libfuzzer_sys::fuzz_target;
use stonks_plugin_sdk::testing::import;

fuzz_target!(|content: &[u8]| {
    let _read = import::<interactive_brokers::InteractiveBrokers>("statement", content);
});
