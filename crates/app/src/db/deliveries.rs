//! `deliveries`: files and syncs, with the content of files.

use std::io::{Read, Write};

use anyhow::Result;
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use sqlx::FromRow;

use super::{Transaction, with_connection};

/// A row of the table, without the content.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub(crate) struct DeliveryRow {
    pub(crate) id: i64,
    pub(crate) account_id: Option<i64>,
    pub(crate) plugin: String,
    pub(crate) plugin_version: String,
    pub(crate) name: String,
    pub(crate) digest: String,
    pub(crate) received_at: String,
}

/// A delivery on its way in.
pub(crate) struct NewDelivery<'a> {
    pub(crate) account_id: Option<i64>,
    pub(crate) plugin: &'a str,
    pub(crate) plugin_version: &'a str,
    pub(crate) name: &'a str,
    pub(crate) digest: &'a str,
    /// None of a sync.
    pub(crate) content: Option<&'a [u8]>,
    pub(crate) received_at: &'a str,
}

pub(crate) async fn all(transaction: &mut Transaction) -> Result<Vec<DeliveryRow>> {
    let sql = "SELECT id, account_id, plugin, plugin_version, name, digest, received_at \
               FROM deliveries ORDER BY id";
    Ok(with_connection!(transaction, |connection| sqlx::query_as(sql).fetch_all(connection).await)?)
}

/// The new row's id.
pub(crate) async fn insert(transaction: &mut Transaction, new: &NewDelivery<'_>) -> Result<i64> {
    let compressed = |content: &[u8]| {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(content)?;
        encoder.finish()
    };
    let content = new.content.map(compressed).transpose()?;
    let sql = "INSERT INTO deliveries (account_id, plugin, plugin_version, name, digest, content, received_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id";
    Ok(with_connection!(transaction, |connection| sqlx::query_scalar(sql)
        .bind(new.account_id)
        .bind(new.plugin)
        .bind(new.plugin_version)
        .bind(new.name)
        .bind(new.digest)
        .bind(content.as_deref())
        .bind(new.received_at)
        .fetch_one(connection)
        .await)?)
}

/// Takes back a delivery that brought nothing new.
pub(crate) async fn delete(transaction: &mut Transaction, id: i64) -> Result<()> {
    let sql = "DELETE FROM deliveries WHERE id = $1";
    with_connection!(transaction, |connection| sqlx::query(sql)
        .bind(id)
        .execute(connection)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// The file's name, and its content as it was handed in.
pub(crate) async fn content(
    transaction: &mut Transaction,
    id: i64,
) -> Result<Option<(String, Vec<u8>)>> {
    let sql = "SELECT name, content FROM deliveries WHERE id = $1";
    let found: Option<(String, Option<Vec<u8>>)> =
        with_connection!(transaction, |connection| sqlx::query_as(sql)
            .bind(id)
            .fetch_optional(connection)
            .await)?;
    let Some((name, Some(compressed))) = found else { return Ok(None) };
    let mut content = Vec::new();
    DeflateDecoder::new(compressed.as_slice()).read_to_end(&mut content)?;
    Ok(Some((name, content)))
}
