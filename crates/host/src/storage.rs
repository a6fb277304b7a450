//! What plugins keep: each in a space of its own, up to its quota.

use futures::future::BoxFuture;
use stonks_plugin::PluginId;

use crate::outside::OutsideError;

/// The longest key, in bytes.
pub const LONGEST_KEY: usize = 256;

/// The largest value, in bytes.
pub const LARGEST_VALUE: usize = 1 << 20;

/// How many keys a plugin may have.
pub const MOST_KEYS: u64 = 10_000;

/// Why a value was not kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeepError {
    /// It would go beyond the quota, or beyond [`MOST_KEYS`].
    #[error("the storage is full")]
    Full,
    /// Keeping it failed.
    #[error(transparent)]
    Failed(#[from] OutsideError),
}

/// Keeps what plugins store. The host passes the plugin's name; a guest has no say in it.
pub trait Storage: Send + Sync {
    /// The value of a key.
    ///
    /// # Errors
    /// Where it can't be read.
    fn get<'a>(
        &'a self,
        plugin: &'a PluginId,
        key: &'a str,
    ) -> BoxFuture<'a, Result<Option<Vec<u8>>, OutsideError>>;

    /// Sets a value, if with it the bytes of all keys and values are at most `quota`.
    ///
    /// # Errors
    /// Beyond the quota, or where it can't be kept; then what was there before still is.
    fn set<'a>(
        &'a self,
        plugin: &'a PluginId,
        key: &'a str,
        value: &'a [u8],
        quota: u64,
    ) -> BoxFuture<'a, Result<(), KeepError>>;

    /// Removes a key, if it is there.
    ///
    /// # Errors
    /// Where it can't be removed.
    fn delete<'a>(
        &'a self,
        plugin: &'a PluginId,
        key: &'a str,
    ) -> BoxFuture<'a, Result<(), OutsideError>>;

    /// The keys that begin with `prefix`, in order.
    ///
    /// # Errors
    /// Where they can't be read.
    fn keys<'a>(
        &'a self,
        plugin: &'a PluginId,
        prefix: &'a str,
    ) -> BoxFuture<'a, Result<Vec<String>, OutsideError>>;
}
