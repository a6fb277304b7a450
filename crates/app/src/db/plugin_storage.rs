//! `plugin_storage`: what plugins keep, each in a space of its own.

use anyhow::Result;
use futures::future::BoxFuture;
use stonks_host::storage::MOST_KEYS;
use stonks_host::{KeepError, OutsideError, Storage};
use stonks_plugin::PluginId;

use super::{Database, Transaction, with_connection};

/// How many keys a plugin has besides `key`, and how many bytes they and their values are.
async fn used(transaction: &mut Transaction, plugin: &str, key: &str) -> Result<(u64, u64)> {
    let sql = "SELECT COUNT(*), COALESCE(SUM(OCTET_LENGTH(key) + OCTET_LENGTH(value)), 0) \
               FROM plugin_storage WHERE plugin = $1 AND key <> $2";
    let (n_keys, n_bytes): (i64, i64) =
        with_connection!(transaction, |connection| sqlx::query_as(sql)
            .bind(plugin)
            .bind(key)
            .fetch_one(connection)
            .await)?;
    Ok((u64::try_from(n_keys)?, u64::try_from(n_bytes)?))
}

/// One at a time for each plugin, where the database doesn't allow one writer only: two that see the
/// same room left would both take it.
async fn lock(transaction: &mut Transaction, plugin: &str) -> Result<()> {
    if let Transaction::Postgres(postgres) = transaction {
        let sql = "SELECT pg_advisory_xact_lock(hashtext('plugin_storage ' || $1))";
        sqlx::query(sql).bind(plugin).execute(&mut **postgres).await?;
    }
    Ok(())
}

async fn put(transaction: &mut Transaction, plugin: &str, key: &str, value: &[u8]) -> Result<()> {
    let sql = "INSERT INTO plugin_storage (plugin, key, value) VALUES ($1, $2, $3) \
               ON CONFLICT (plugin, key) DO UPDATE SET value = excluded.value";
    with_connection!(transaction, |connection| sqlx::query(sql)
        .bind(plugin)
        .bind(key)
        .bind(value)
        .execute(connection)
        .await
        .map(|_| ()))?;
    Ok(())
}

fn outside(error: &anyhow::Error) -> OutsideError {
    OutsideError(format!("{error:#}"))
}

impl Database {
    async fn stored(&self, plugin: &str, key: &str) -> Result<Option<Vec<u8>>> {
        let sql = "SELECT value FROM plugin_storage WHERE plugin = $1 AND key = $2";
        let mut transaction = self.read().await?;
        Ok(with_connection!(&mut transaction, |connection| sqlx::query_scalar(sql)
            .bind(plugin)
            .bind(key)
            .fetch_optional(connection)
            .await)?)
    }

    /// False where there is no room.
    async fn store_value(&self, plugin: &str, key: &str, value: &[u8], quota: u64) -> Result<bool> {
        let mut transaction = self.write().await?;
        lock(&mut transaction, plugin).await?;
        let (n_keys, n_bytes) = used(&mut transaction, plugin, key).await?;
        let n_bytes = n_bytes + (key.len() + value.len()) as u64;
        if n_keys >= MOST_KEYS || n_bytes > quota {
            return Ok(false);
        }
        put(&mut transaction, plugin, key, value).await?;
        transaction.commit().await?;
        Ok(true)
    }

    async fn remove_value(&self, plugin: &str, key: &str) -> Result<()> {
        let sql = "DELETE FROM plugin_storage WHERE plugin = $1 AND key = $2";
        let mut transaction = self.write().await?;
        with_connection!(&mut transaction, |connection| sqlx::query(sql)
            .bind(plugin)
            .bind(key)
            .execute(connection)
            .await
            .map(|_| ()))?;
        transaction.commit().await
    }

    async fn stored_keys(&self, plugin: &str, prefix: &str) -> Result<Vec<String>> {
        // `LIKE` would have signs of its own, and SQLite's doesn't tell upper from lower case.
        let sql =
            "SELECT key FROM plugin_storage WHERE plugin = $1 AND SUBSTR(key, 1, LENGTH($2)) = $2";
        let mut transaction = self.read().await?;
        let mut keys: Vec<String> = with_connection!(&mut transaction, |connection| {
            sqlx::query_scalar(sql).bind(plugin).bind(prefix).fetch_all(connection).await
        })?;
        // The databases' orders differ.
        keys.sort_unstable();
        Ok(keys)
    }
}

impl Storage for Database {
    fn get<'a>(
        &'a self,
        plugin: &'a PluginId,
        key: &'a str,
    ) -> BoxFuture<'a, Result<Option<Vec<u8>>, OutsideError>> {
        Box::pin(
            async move { self.stored(plugin.as_str(), key).await.map_err(|error| outside(&error)) },
        )
    }

    fn set<'a>(
        &'a self,
        plugin: &'a PluginId,
        key: &'a str,
        value: &'a [u8],
        quota: u64,
    ) -> BoxFuture<'a, Result<(), KeepError>> {
        Box::pin(async move {
            match self.store_value(plugin.as_str(), key, value, quota).await {
                Ok(true) => Ok(()),
                Ok(false) => Err(KeepError::Full),
                Err(error) => Err(outside(&error).into()),
            }
        })
    }

    fn delete<'a>(
        &'a self,
        plugin: &'a PluginId,
        key: &'a str,
    ) -> BoxFuture<'a, Result<(), OutsideError>> {
        Box::pin(async move {
            self.remove_value(plugin.as_str(), key).await.map_err(|error| outside(&error))
        })
    }

    fn keys<'a>(
        &'a self,
        plugin: &'a PluginId,
        prefix: &'a str,
    ) -> BoxFuture<'a, Result<Vec<String>, OutsideError>> {
        Box::pin(async move {
            self.stored_keys(plugin.as_str(), prefix).await.map_err(|error| outside(&error))
        })
    }
}
