//! `accounts`: the user's accounts.

use anyhow::Result;
use sqlx::FromRow;

use super::{Transaction, with_connection};

/// A row of the table.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct AccountRow {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) plugin: String,
    pub(crate) settings: String,
    pub(crate) cost_method: String,
    pub(crate) fee_treatment: String,
    pub(crate) oversell: String,
    pub(crate) created_at: String,
    /// The account that counts, where this one doesn't.
    pub(crate) beside: Option<i64>,
}

/// Those that count.
pub(crate) async fn all(transaction: &mut Transaction) -> Result<Vec<AccountRow>> {
    let mut rows = every(transaction).await?;
    rows.retain(|row| row.beside.is_none());
    Ok(rows)
}

/// Those that count, and those beside them.
pub(crate) async fn every(transaction: &mut Transaction) -> Result<Vec<AccountRow>> {
    let sql = "SELECT id, name, plugin, settings, cost_method, fee_treatment, oversell, created_at, \
               beside FROM accounts ORDER BY name";
    Ok(with_connection!(transaction, |connection| sqlx::query_as(sql).fetch_all(connection).await)?)
}

/// Locks the account against another import, where the database doesn't allow one writer only.
pub(crate) async fn lock(transaction: &mut Transaction, id: i64) -> Result<()> {
    if let Transaction::Postgres(postgres) = transaction {
        let sql = "SELECT id FROM accounts WHERE id = $1 FOR UPDATE";
        sqlx::query(sql).bind(id).execute(&mut **postgres).await?;
    }
    Ok(())
}

/// False where the name is taken.
pub(crate) async fn insert(transaction: &mut Transaction, row: &AccountRow) -> Result<bool> {
    let sql = "INSERT INTO accounts \
               (name, plugin, settings, cost_method, fee_treatment, oversell, created_at, beside) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING";
    let inserted = with_connection!(transaction, |connection| sqlx::query(sql)
        .bind(&row.name)
        .bind(&row.plugin)
        .bind(&row.settings)
        .bind(&row.cost_method)
        .bind(&row.fee_treatment)
        .bind(&row.oversell)
        .bind(&row.created_at)
        .bind(row.beside)
        .execute(connection)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(inserted == 1)
}

/// Replaces what was decided about costs.
pub(crate) async fn set_costs(transaction: &mut Transaction, row: &AccountRow) -> Result<()> {
    let sql =
        "UPDATE accounts SET cost_method = $2, fee_treatment = $3, oversell = $4 WHERE id = $1";
    with_connection!(transaction, |connection| sqlx::query(sql)
        .bind(row.id)
        .bind(&row.cost_method)
        .bind(&row.fee_treatment)
        .bind(&row.oversell)
        .execute(connection)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// Replaces name and place of an account: what it is called, and whether it counts.
pub(crate) async fn set_place(
    transaction: &mut Transaction,
    id: i64,
    name: &str,
    beside: Option<i64>,
) -> Result<()> {
    let sql = "UPDATE accounts SET name = $2, beside = $3 WHERE id = $1";
    with_connection!(transaction, |connection| sqlx::query(sql)
        .bind(id)
        .bind(name)
        .bind(beside)
        .execute(connection)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// With all that was delivered for it. False where there is none of the name.
pub(crate) async fn delete(transaction: &mut Transaction, name: &str) -> Result<bool> {
    let sql = "DELETE FROM accounts WHERE name = $1";
    let deleted = with_connection!(transaction, |connection| sqlx::query(sql)
        .bind(name)
        .execute(connection)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(deleted == 1)
}
