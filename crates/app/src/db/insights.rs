//! `insights`: the last answer of each aggregator and view.

use anyhow::Result;
use sqlx::FromRow;

use super::{Transaction, with_connection};

/// A row of the table.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct InsightRow {
    pub(crate) plugin: String,
    pub(crate) account: String,
    pub(crate) version: String,
    pub(crate) digest: String,
    pub(crate) revision: i64,
    pub(crate) as_of: String,
    pub(crate) computed_at: String,
    pub(crate) problem: Option<String>,
    pub(crate) answer: Option<String>,
}

/// Of one account; of all together where it is empty.
pub(crate) async fn of_account(
    transaction: &mut Transaction,
    account: &str,
) -> Result<Vec<InsightRow>> {
    let sql = "SELECT plugin, account, version, digest, revision, as_of, computed_at, problem, answer \
               FROM insights WHERE account = $1";
    Ok(with_connection!(transaction, |connection| sqlx::query_as(sql)
        .bind(account)
        .fetch_all(connection)
        .await)?)
}

/// Forgets what was told of an account.
pub(crate) async fn delete(transaction: &mut Transaction, account: &str) -> Result<()> {
    let sql = "DELETE FROM insights WHERE account = $1";
    with_connection!(transaction, |connection| sqlx::query(sql)
        .bind(account)
        .execute(connection)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// Replaces the answer before.
pub(crate) async fn put(transaction: &mut Transaction, row: &InsightRow) -> Result<()> {
    let sql = "INSERT INTO insights \
               (plugin, account, version, digest, revision, as_of, computed_at, problem, answer) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
               ON CONFLICT (plugin, account) DO UPDATE SET version = excluded.version, \
               digest = excluded.digest, revision = excluded.revision, as_of = excluded.as_of, \
               computed_at = excluded.computed_at, problem = excluded.problem, answer = excluded.answer";
    with_connection!(transaction, |connection| sqlx::query(sql)
        .bind(&row.plugin)
        .bind(&row.account)
        .bind(&row.version)
        .bind(&row.digest)
        .bind(row.revision)
        .bind(&row.as_of)
        .bind(&row.computed_at)
        .bind(&row.problem)
        .bind(&row.answer)
        .execute(connection)
        .await
        .map(|_| ()))?;
    Ok(())
}
