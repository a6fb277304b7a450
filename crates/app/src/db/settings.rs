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

/// How often facts of known deliveries have changed, so that nothing that was made of them holds any more.
pub(crate) async fn rewrites(transaction: &mut Transaction) -> Result<i64> {
    let sql = "SELECT value FROM settings WHERE key = 'rewrites'";
    let value: Option<String> =
        with_connection!(transaction, |connection| sqlx::query_scalar(sql)
            .fetch_optional(connection)
            .await)?;
    let value = value.map(|value| value.parse()).transpose();
    Ok(value.context("the database's number of rewrites is no number")?.unwrap_or(0))
}

/// To be called beside [`count_change`] by whoever changes facts of a known delivery.
pub(crate) async fn count_rewrite(transaction: &mut Transaction) -> Result<()> {
    let next = rewrites(transaction).await?.saturating_add(1).to_string();
    let sql = "INSERT INTO settings (key, value) VALUES ('rewrites', $1) \
               ON CONFLICT (key) DO UPDATE SET value = excluded.value";
    with_connection!(transaction, |connection| sqlx::query(sql)
        .bind(&next)
        .execute(connection)
        .await
        .map(|_| ()))?;
    Ok(())
}
