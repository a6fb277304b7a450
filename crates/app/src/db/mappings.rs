//! `mappings` and `mapped_facts`: what middleware made of deliveries.

use anyhow::Result;
use sqlx::FromRow;

use super::{Transaction, with_connection};

/// A delivery that went through the middleware.
#[derive(Debug, Clone, Hash, FromRow)]
pub(crate) struct MappingRow {
    pub(crate) delivery_id: i64,
    pub(crate) chain: String,
    pub(crate) problem: Option<String>,
}

/// A fact that was changed, or left out.
#[derive(Debug, Clone, Hash, FromRow)]
pub(crate) struct MappedRow {
    pub(crate) delivery_id: i64,
    pub(crate) kind: String,
    pub(crate) identity: String,
    pub(crate) changed_by: String,
    pub(crate) fact: Option<String>,
}

pub(crate) async fn all(transaction: &mut Transaction) -> Result<Vec<MappingRow>> {
    let sql = "SELECT delivery_id, chain, problem FROM mappings ORDER BY delivery_id";
    Ok(with_connection!(transaction, |connection| sqlx::query_as(sql).fetch_all(connection).await)?)
}

pub(crate) async fn facts(transaction: &mut Transaction) -> Result<Vec<MappedRow>> {
    let sql = "SELECT delivery_id, kind, identity, changed_by, fact FROM mapped_facts";
    Ok(with_connection!(transaction, |connection| sqlx::query_as(sql).fetch_all(connection).await)?)
}

/// Forgets everything: no fact goes through any middleware.
pub(crate) async fn clear(transaction: &mut Transaction) -> Result<()> {
    let sql = "DELETE FROM mappings";
    with_connection!(transaction, |connection| sqlx::query(sql)
        .execute(connection)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// Replaces what was made of a delivery before.
pub(crate) async fn put(
    transaction: &mut Transaction,
    mapping: &MappingRow,
    facts: &[MappedRow],
) -> Result<()> {
    let sql = "DELETE FROM mappings WHERE delivery_id = $1";
    with_connection!(transaction, |connection| sqlx::query(sql)
        .bind(mapping.delivery_id)
        .execute(connection)
        .await
        .map(|_| ()))?;
    let sql = "INSERT INTO mappings (delivery_id, chain, problem) VALUES ($1, $2, $3)";
    with_connection!(transaction, |connection| sqlx::query(sql)
        .bind(mapping.delivery_id)
        .bind(&mapping.chain)
        .bind(&mapping.problem)
        .execute(connection)
        .await
        .map(|_| ()))?;
    const N_COLUMNS: usize = 5;
    let sql = "INSERT INTO mapped_facts (delivery_id, kind, identity, changed_by, fact) ";
    for chunk in facts.chunks(super::rows::MOST_ARGUMENTS / N_COLUMNS) {
        with_connection!(transaction, |connection| {
            let mut query = sqlx::QueryBuilder::new(sql);
            query.push_values(chunk, |mut values, row| {
                values
                    .push_bind(row.delivery_id)
                    .push_bind(&row.kind)
                    .push_bind(&row.identity)
                    .push_bind(&row.changed_by)
                    .push_bind(&row.fact);
            });
            query.build().execute(connection).await.map(|_| ())
        })?;
    }
    Ok(())
}
