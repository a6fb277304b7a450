//! What a plugin may call: one file for each interface, and each asks the grants first.

mod clock;
mod http;
mod log;
mod progress;
mod storage;
mod types;
