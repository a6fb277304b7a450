//! `lot_selections` and `spin_off_allocations`: what the user decided about single transactions.

use anyhow::Result;
use sqlx::FromRow;

use super::{Transaction, with_connection};

/// A row of `lot_selections`.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct SelectionRow {
    pub(crate) account_id: i64,
    pub(crate) sale: String,
    pub(crate) acquisition: String,
    pub(crate) quantity: String,
}

/// A row of `spin_off_allocations`.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct AllocationRow {
    pub(crate) account_id: i64,
    pub(crate) transaction_identity: String,
    pub(crate) parent: String,
    pub(crate) fraction: Option<String>,
}

/// All, in the order in which they were made.
pub(crate) async fn selections(transaction: &mut Transaction) -> Result<Vec<SelectionRow>> {
    let sql = "SELECT account_id, sale, acquisition, quantity FROM lot_selections ORDER BY id";
    Ok(with_connection!(transaction, |connection| sqlx::query_as(sql).fetch_all(connection).await)?)
}

pub(crate) async fn allocations(transaction: &mut Transaction) -> Result<Vec<AllocationRow>> {
    let sql = "SELECT account_id, transaction_identity, parent, fraction \
               FROM spin_off_allocations ORDER BY id";
    Ok(with_connection!(transaction, |connection| sqlx::query_as(sql).fetch_all(connection).await)?)
}

/// Replaces what was chosen for a sale; all of `rows` are of it.
pub(crate) async fn replace_selections(
    transaction: &mut Transaction,
    (account_id, sale): (i64, &str),
    rows: &[SelectionRow],
) -> Result<()> {
    let sql = "DELETE FROM lot_selections WHERE account_id = $1 AND sale = $2";
    with_connection!(transaction, |connection| sqlx::query(sql)
        .bind(account_id)
        .bind(sale)
        .execute(connection)
        .await
        .map(|_| ()))?;
    let sql = "INSERT INTO lot_selections (account_id, sale, acquisition, quantity) \
               VALUES ($1, $2, $3, $4)";
    for row in rows {
        with_connection!(transaction, |connection| sqlx::query(sql)
            .bind(row.account_id)
            .bind(&row.sale)
            .bind(&row.acquisition)
            .bind(&row.quantity)
            .execute(connection)
            .await
            .map(|_| ()))?;
    }
    Ok(())
}

/// Replaces what was chosen for what a transaction brought in.
pub(crate) async fn put_allocation(
    transaction: &mut Transaction,
    row: &AllocationRow,
) -> Result<()> {
    let sql = "INSERT INTO spin_off_allocations \
               (account_id, transaction_identity, parent, fraction) VALUES ($1, $2, $3, $4) \
               ON CONFLICT (account_id, transaction_identity) \
               DO UPDATE SET parent = excluded.parent, fraction = excluded.fraction";
    with_connection!(transaction, |connection| sqlx::query(sql)
        .bind(row.account_id)
        .bind(&row.transaction_identity)
        .bind(&row.parent)
        .bind(&row.fraction)
        .execute(connection)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// False where nothing was chosen.
pub(crate) async fn delete_allocation(
    transaction: &mut Transaction,
    account_id: i64,
    identity: &str,
) -> Result<bool> {
    let sql =
        "DELETE FROM spin_off_allocations WHERE account_id = $1 AND transaction_identity = $2";
    let deleted = with_connection!(transaction, |connection| sqlx::query(sql)
        .bind(account_id)
        .bind(identity)
        .execute(connection)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(deleted == 1)
}

/// Makes what was chosen for one account that of another.
pub(crate) async fn hand_over(transaction: &mut Transaction, from: i64, to: i64) -> Result<()> {
    const TABLES: [&str; 2] = [
        "UPDATE lot_selections SET account_id = $2 WHERE account_id = $1",
        "UPDATE spin_off_allocations SET account_id = $2 WHERE account_id = $1",
    ];
    for sql in TABLES {
        with_connection!(transaction, |connection| sqlx::query(sql)
            .bind(from)
            .bind(to)
            .execute(connection)
            .await
            .map(|_| ()))?;
    }
    Ok(())
}
