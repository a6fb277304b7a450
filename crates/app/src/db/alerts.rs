//! `alerts`: what users should know of their plugins. So many are kept; the oldest go first.

use anyhow::Result;
use sqlx::FromRow;

use super::{Transaction, with_connection};

/// Rows kept, of all plugins together.
pub(crate) const MOST_ROWS: i64 = 1_000;

#[derive(Debug, Clone, FromRow)]
pub(crate) struct AlertRow {
    pub(crate) id: i64,
    pub(crate) plugin: String,
    pub(crate) kind: String,
    pub(crate) reasons: String,
    pub(crate) at: String,
    pub(crate) acknowledged_at: Option<String>,
    pub(crate) acknowledged_by: Option<String>,
    pub(crate) resolved_at: Option<String>,
}

/// Keeps an alert under a new id, which is returned.
pub(crate) async fn insert(transaction: &mut Transaction, row: &AlertRow) -> Result<i64> {
    let sql = "INSERT INTO alerts (plugin, kind, reasons, at, resolved_at) \
               VALUES ($1, $2, $3, $4, $5) RETURNING id";
    let id: i64 = with_connection!(transaction, |connection| sqlx::query_scalar(sql)
        .bind(&row.plugin)
        .bind(&row.kind)
        .bind(&row.reasons)
        .bind(&row.at)
        .bind(&row.resolved_at)
        .fetch_one(connection)
        .await)?;
    let sql = "DELETE FROM alerts WHERE id <= \
               (SELECT id FROM alerts ORDER BY id DESC LIMIT 1 OFFSET $1)";
    with_connection!(transaction, |connection| sqlx::query(sql)
        .bind(MOST_ROWS)
        .execute(connection)
        .await
        .map(|_| ()))?;
    Ok(id)
}

/// The newest first, of one plugin or of all.
pub(crate) async fn newest(
    transaction: &mut Transaction,
    plugin: Option<&str>,
    limit: i64,
) -> Result<Vec<AlertRow>> {
    let sql = "SELECT id, plugin, kind, reasons, at, acknowledged_at, acknowledged_by, resolved_at \
               FROM alerts WHERE $1 = '' OR plugin = $1 ORDER BY id DESC LIMIT $2";
    Ok(with_connection!(transaction, |connection| sqlx::query_as(sql)
        .bind(plugin.unwrap_or_default())
        .bind(limit)
        .fetch_all(connection)
        .await)?)
}

/// Those that are neither over nor acknowledged, the newest first.
pub(crate) async fn open(
    transaction: &mut Transaction,
    plugin: Option<&str>,
) -> Result<Vec<AlertRow>> {
    let sql = "SELECT id, plugin, kind, reasons, at, acknowledged_at, acknowledged_by, resolved_at \
               FROM alerts WHERE ($1 = '' OR plugin = $1) AND acknowledged_at IS NULL \
               AND resolved_at IS NULL ORDER BY id DESC";
    Ok(with_connection!(transaction, |connection| sqlx::query_as(sql)
        .bind(plugin.unwrap_or_default())
        .fetch_all(connection)
        .await)?)
}

/// Whatever was told of a plugin is over.
pub(crate) async fn resolve(transaction: &mut Transaction, plugin: &str, at: &str) -> Result<()> {
    let sql = "UPDATE alerts SET resolved_at = $2 WHERE plugin = $1 AND resolved_at IS NULL";
    with_connection!(transaction, |connection| sqlx::query(sql)
        .bind(plugin)
        .bind(at)
        .execute(connection)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// Someone has seen it; who saw it first stays. Returns whether there is such an alert.
pub(crate) async fn acknowledge(
    transaction: &mut Transaction,
    id: i64,
    at: &str,
    by: &str,
) -> Result<bool> {
    let sql = "UPDATE alerts SET acknowledged_at = COALESCE(acknowledged_at, $2), \
               acknowledged_by = COALESCE(acknowledged_by, $3) WHERE id = $1 RETURNING id";
    let found: Option<i64> = with_connection!(transaction, |connection| sqlx::query_scalar(sql)
        .bind(id)
        .bind(at)
        .bind(by)
        .fetch_optional(connection)
        .await)?;
    Ok(found.is_some())
}
