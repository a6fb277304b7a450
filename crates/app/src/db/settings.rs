//! `settings`: what holds for the whole installation, by key.

use anyhow::{Context, Result};

use super::{Transaction, with_connection};

/// How often facts have changed.
pub(crate) async fn revision(transaction: &mut Transaction) -> Result<i64> {
    let sql = "SELECT value FROM settings WHERE key = 'revision'";
    let value: String = with_connection!(transaction, |connection| sqlx::query_scalar(sql)
        .fetch_one(connection)
        .await)?;
    value.parse().context("the database's revision is no number")
}

/// To be called by whoever changes accounts or facts, in the same transaction.
pub(crate) async fn count_change(transaction: &mut Transaction) -> Result<()> {
    let sql = "UPDATE settings SET value = CAST(CAST(value AS BIGINT) + 1 AS TEXT) WHERE key = 'revision'";
    with_connection!(transaction, |connection| sqlx::query(sql)
        .execute(connection)
        .await
        .map(|_| ()))?;
    Ok(())
}
