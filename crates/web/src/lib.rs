//! stonks-web.
