//! stonks-host.
