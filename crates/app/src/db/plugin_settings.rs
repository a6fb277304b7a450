//! `plugin_settings`: what the user set for a plugin, and which middleware facts go through.

use anyhow::Result;
use sqlx::FromRow;

use super::{Transaction, with_connection};

/// A row of the table.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct PluginSettingsRow {
    pub(crate) plugin: String,
    pub(crate) settings: String,
    pub(crate) place: Option<i64>,
}

/// All rows, middleware in its order.
pub(crate) async fn all(transaction: &mut Transaction) -> Result<Vec<PluginSettingsRow>> {
    let sql = "SELECT plugin, settings, place FROM plugin_settings ORDER BY place, plugin";
    Ok(with_connection!(transaction, |connection| sqlx::query_as(sql).fetch_all(connection).await)?)
}

/// Replaces what was set before.
pub(crate) async fn put(transaction: &mut Transaction, row: &PluginSettingsRow) -> Result<()> {
    let sql = "INSERT INTO plugin_settings (plugin, settings, place) VALUES ($1, $2, $3) \
               ON CONFLICT (plugin) DO UPDATE SET settings = excluded.settings, place = excluded.place";
    with_connection!(transaction, |connection| sqlx::query(sql)
        .bind(&row.plugin)
        .bind(&row.settings)
        .bind(row.place)
        .execute(connection)
        .await
        .map(|_| ()))?;
    Ok(())
}
