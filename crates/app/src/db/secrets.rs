//! `vault` and `secrets`: sealed, each by itself. What opens them isn't in the database.

use anyhow::Result;
use sqlx::FromRow;

use super::{Transaction, with_connection};

/// How the vault's key is made or found, and by what it is known.
#[derive(Clone, FromRow)]
pub(crate) struct VaultRow {
    pub(crate) kind: String,
    pub(crate) salt: Option<Vec<u8>>,
    pub(crate) memory_kib: Option<i64>,
    pub(crate) passes: Option<i64>,
    pub(crate) lanes: Option<i64>,
    pub(crate) check_value: Vec<u8>,
}

/// A secret, sealed.
#[derive(FromRow)]
pub(crate) struct SecretRow {
    pub(crate) name: String,
    pub(crate) sealed: Vec<u8>,
    pub(crate) set_at: String,
}

/// Whose secret it is: kind and name.
pub(crate) type OwnerKey<'a> = (&'a str, &'a str);

pub(crate) async fn vault(transaction: &mut Transaction) -> Result<Option<VaultRow>> {
    let sql = "SELECT kind, salt, memory_kib, passes, lanes, check_value FROM vault WHERE id = 1";
    Ok(with_connection!(transaction, |connection| sqlx::query_as(sql)
        .fetch_optional(connection)
        .await)?)
}

/// Keeps what the vault is known by; nothing where there is one already.
pub(crate) async fn begin(
    transaction: &mut Transaction,
    row: &VaultRow,
    created_at: &str,
) -> Result<()> {
    let sql = "INSERT INTO vault \
               (id, kind, salt, memory_kib, passes, lanes, check_value, created_at) \
               VALUES (1, $1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";
    with_connection!(transaction, |connection| sqlx::query(sql)
        .bind(&row.kind)
        .bind(&row.salt)
        .bind(row.memory_kib)
        .bind(row.passes)
        .bind(row.lanes)
        .bind(&row.check_value)
        .bind(created_at)
        .execute(connection)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// Forgets a vault that nothing is sealed in. False where something is.
pub(crate) async fn end_empty(transaction: &mut Transaction, row: &VaultRow) -> Result<bool> {
    let sql = "DELETE FROM vault WHERE check_value = $1 AND NOT EXISTS (SELECT 1 FROM secrets)";
    let ended = with_connection!(transaction, |connection| sqlx::query(sql)
        .bind(&row.check_value)
        .execute(connection)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(ended == 1)
}

pub(crate) async fn count(transaction: &mut Transaction) -> Result<i64> {
    let sql = "SELECT COUNT(*) FROM secrets";
    Ok(with_connection!(transaction, |connection| sqlx::query_scalar(sql)
        .fetch_one(connection)
        .await)?)
}

/// Of one owner, by name.
pub(crate) async fn of_owner(
    transaction: &mut Transaction,
    (kind, owner): OwnerKey<'_>,
) -> Result<Vec<SecretRow>> {
    let sql = "SELECT name, sealed, set_at FROM secrets \
               WHERE owner_kind = $1 AND owner = $2 ORDER BY name";
    Ok(with_connection!(transaction, |connection| sqlx::query_as(sql)
        .bind(kind)
        .bind(owner)
        .fetch_all(connection)
        .await)?)
}

/// In place of what was kept under the same name.
pub(crate) async fn put(
    transaction: &mut Transaction,
    (kind, owner): OwnerKey<'_>,
    row: &SecretRow,
) -> Result<()> {
    let sql = "INSERT INTO secrets (owner_kind, owner, name, sealed, set_at) \
               VALUES ($1, $2, $3, $4, $5) ON CONFLICT (owner_kind, owner, name) \
               DO UPDATE SET sealed = excluded.sealed, set_at = excluded.set_at";
    with_connection!(transaction, |connection| sqlx::query(sql)
        .bind(kind)
        .bind(owner)
        .bind(&row.name)
        .bind(&row.sealed)
        .bind(&row.set_at)
        .execute(connection)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// False where there was none.
pub(crate) async fn delete(
    transaction: &mut Transaction,
    (kind, owner): OwnerKey<'_>,
    name: &str,
) -> Result<bool> {
    let sql = "DELETE FROM secrets WHERE owner_kind = $1 AND owner = $2 AND name = $3";
    let deleted = with_connection!(transaction, |connection| sqlx::query(sql)
        .bind(kind)
        .bind(owner)
        .bind(name)
        .execute(connection)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(deleted == 1)
}

/// All that one owner has.
pub(crate) async fn delete_of_owner(
    transaction: &mut Transaction,
    (kind, owner): OwnerKey<'_>,
) -> Result<()> {
    let sql = "DELETE FROM secrets WHERE owner_kind = $1 AND owner = $2";
    with_connection!(transaction, |connection| sqlx::query(sql)
        .bind(kind)
        .bind(owner)
        .execute(connection)
        .await
        .map(|_| ()))?;
    Ok(())
}
