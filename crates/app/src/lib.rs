//! stonks-app.
