//! One file for each command.

pub(crate) mod account;
pub(crate) mod alert;
pub(crate) mod doctor;
pub(crate) mod explain;
pub(crate) mod import;
pub(crate) mod migrate;
pub(crate) mod plugin;
pub(crate) mod serve;
pub(crate) mod show;
pub(crate) mod sync;
