//! The brokers that the Python system knows, and which plugins go on with them.

use serde::Serialize;

/// A broker of the old system.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Broker {
    /// As its tables and settings call it.
    pub(super) old: &'static str,
    /// The plugin that goes on with the account's files; also what the account is called unless the user
    /// says otherwise.
    pub(super) plugin: &'static str,
    pub(super) title: &'static str,
}

pub(super) static DEGIRO: Broker = Broker { old: "degiro", plugin: "degiro", title: "DEGIRO" };
pub(super) static BITVAVO: Broker = Broker { old: "bitvavo", plugin: "bitvavo", title: "Bitvavo" };
pub(super) static INTERACTIVE_BROKERS: Broker =
    Broker { old: "ibkr", plugin: "interactive-brokers", title: "Interactive Brokers" };
pub(super) static ALPACA: Broker = Broker { old: "alpaca", plugin: "alpaca", title: "Alpaca" };

pub(super) static BROKERS: [&Broker; 4] = [&DEGIRO, &BITVAVO, &INTERACTIVE_BROKERS, &ALPACA];

/// By the name that the old system gives it, or by that of its plugin.
pub(super) fn find(name: &str) -> Option<&'static Broker> {
    BROKERS.into_iter().find(|broker| broker.old == name || broker.plugin == name)
}
