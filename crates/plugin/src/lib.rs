//! stonks-plugin.
