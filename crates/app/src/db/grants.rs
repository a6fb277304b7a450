//! `grants`: what the user granted plugins, which the host asks for each request.

use anyhow::{Context, Result};
use futures::future::BoxFuture;
use sqlx::FromRow;
use stonks_host::{Granted, GrantedAddress, Grants, OutsideError};
use stonks_plugin::PluginId;

use super::{Database, Transaction, with_connection};

/// A row of the table.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct GrantRow {
    pub(crate) plugin: String,
    pub(crate) kind: String,
    pub(crate) object: String,
    pub(crate) terms: String,
    pub(crate) granted_at: String,
    pub(crate) granted_by: String,
}

pub(crate) async fn of(transaction: &mut Transaction, plugin: &str) -> Result<Vec<GrantRow>> {
    let sql = "SELECT plugin, kind, object, terms, granted_at, granted_by FROM grants \
               WHERE plugin = $1 ORDER BY kind, object";
    Ok(with_connection!(transaction, |connection| sqlx::query_as(sql)
        .bind(plugin)
        .fetch_all(connection)
        .await)?)
}

/// Adds a grant, or sets the terms of one that is there.
pub(crate) async fn put(transaction: &mut Transaction, row: &GrantRow) -> Result<()> {
    let sql = "INSERT INTO grants (plugin, kind, object, terms, granted_at, granted_by) \
               VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (plugin, kind, object) DO UPDATE \
               SET terms = excluded.terms, granted_at = excluded.granted_at, granted_by = excluded.granted_by";
    with_connection!(transaction, |connection| sqlx::query(sql)
        .bind(&row.plugin)
        .bind(&row.kind)
        .bind(&row.object)
        .bind(&row.terms)
        .bind(&row.granted_at)
        .bind(&row.granted_by)
        .execute(connection)
        .await
        .map(|_| ()))?;
    Ok(())
}

pub(crate) async fn delete(transaction: &mut Transaction, row: &GrantRow) -> Result<()> {
    let sql = "DELETE FROM grants WHERE plugin = $1 AND kind = $2 AND object = $3";
    with_connection!(transaction, |connection| sqlx::query(sql)
        .bind(&row.plugin)
        .bind(&row.kind)
        .bind(&row.object)
        .execute(connection)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// What rows say.
pub(crate) fn granted(rows: &[GrantRow]) -> Result<Granted> {
    let mut granted = Granted::default();
    for row in rows {
        let damaged =
            || format!("the database holds a damaged grant `{} {}`", row.kind, row.object);
        match row.kind.as_str() {
            "http" => {
                let terms: Vec<_> = serde_json::from_str(&row.terms).with_context(damaged)?;
                granted.permissions.http.extend(terms);
            }
            "storage" => {
                granted.permissions.storage =
                    Some(serde_json::from_str(&row.terms).with_context(damaged)?);
            }
            "address" => granted.addresses.push(GrantedAddress {
                address: row.object.parse().with_context(damaged)?,
                root_certificate: serde_json::from_str(&row.terms).with_context(damaged)?,
            }),
            // Of a newer version of this program; what isn't understood isn't granted.
            _ => {}
        }
    }
    Ok(granted)
}

impl Grants for Database {
    fn of<'a>(&'a self, plugin: &'a PluginId) -> BoxFuture<'a, Result<Granted, OutsideError>> {
        let read = async move {
            let mut transaction = self.read().await?;
            granted(&of(&mut transaction, plugin.as_str()).await?)
        };
        Box::pin(async move { read.await.map_err(|error| OutsideError(format!("{error:#}"))) })
    }
}
