//! `plugin_standings`, `plugin_transitions`, `plugin_health`, `plugin_thresholds`, `plugin_logs`: what
//! plugins went through. Each keeps so many rows of a plugin; the oldest go first.

use anyhow::Result;
use jiff::{SignedDuration, Timestamp};
use sqlx::FromRow;

use super::{Transaction, with_connection};

/// Rows kept of each plugin in each table.
pub(crate) const MOST_ROWS: i64 = 1_000;

/// Two rows of health that follow each other's neighbour are at least so far apart: half of
/// [`MOST_ROWS`] times this is a day, and a few minutes.
const SPACING: SignedDuration = SignedDuration::from_secs(174);

#[derive(Debug, Clone, FromRow)]
pub(crate) struct StandingRow {
    pub(crate) plugin: String,
    pub(crate) state: String,
    pub(crate) reason: Option<String>,
}

#[derive(Debug, Clone, FromRow)]
pub(crate) struct TransitionRow {
    pub(crate) id: i64,
    pub(crate) plugin: String,
    pub(crate) event: String,
    pub(crate) from_state: String,
    pub(crate) to_state: String,
    pub(crate) reason: Option<String>,
    pub(crate) actor: Option<String>,
    pub(crate) version: Option<String>,
    pub(crate) process: String,
    pub(crate) at: String,
}

#[derive(Debug, Clone, FromRow)]
pub(crate) struct HealthRow {
    pub(crate) plugin: String,
    pub(crate) at: String,
    pub(crate) health: String,
    pub(crate) reasons: String,
    pub(crate) measurements: String,
}

#[derive(Debug, Clone, FromRow)]
pub(crate) struct ThresholdRow {
    pub(crate) plugin: String,
    pub(crate) name: String,
    pub(crate) min: Option<String>,
    pub(crate) max: Option<String>,
}

#[derive(Debug, Clone, FromRow)]
pub(crate) struct LogRow {
    pub(crate) plugin: String,
    pub(crate) at: String,
    pub(crate) level: String,
    pub(crate) message: String,
}

pub(crate) async fn standings(transaction: &mut Transaction) -> Result<Vec<StandingRow>> {
    let sql = "SELECT plugin, state, reason FROM plugin_standings";
    Ok(with_connection!(transaction, |connection| sqlx::query_as(sql).fetch_all(connection).await)?)
}

/// Keeps a step, and where the plugin stands after it.
pub(crate) async fn insert_transition(
    transaction: &mut Transaction,
    row: &TransitionRow,
) -> Result<()> {
    let sql = "INSERT INTO plugin_transitions \
               (plugin, event, from_state, to_state, reason, actor, version, process, at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    with_connection!(transaction, |connection| sqlx::query(sql)
        .bind(&row.plugin)
        .bind(&row.event)
        .bind(&row.from_state)
        .bind(&row.to_state)
        .bind(&row.reason)
        .bind(&row.actor)
        .bind(&row.version)
        .bind(&row.process)
        .bind(&row.at)
        .execute(connection)
        .await
        .map(|_| ()))?;
    let sql = "INSERT INTO plugin_standings (plugin, state, reason) VALUES ($1, $2, $3) \
               ON CONFLICT (plugin) DO UPDATE SET state = excluded.state, reason = excluded.reason";
    with_connection!(transaction, |connection| sqlx::query(sql)
        .bind(&row.plugin)
        .bind(&row.to_state)
        .bind(&row.reason)
        .execute(connection)
        .await
        .map(|_| ()))?;
    prune(transaction, "plugin_transitions", &row.plugin).await
}

/// Steps of one plugin, or of all, the newest first.
pub(crate) async fn transitions(
    transaction: &mut Transaction,
    plugin: &str,
    limit: i64,
) -> Result<Vec<TransitionRow>> {
    let sql = "SELECT id, plugin, event, from_state, to_state, reason, actor, version, process, at \
               FROM plugin_transitions WHERE plugin = $1 ORDER BY id DESC LIMIT $2";
    Ok(with_connection!(transaction, |connection| sqlx::query_as(sql)
        .bind(plugin)
        .bind(limit)
        .fetch_all(connection)
        .await)?)
}

/// Steps behind `id` that another process recorded, oldest first.
pub(crate) async fn transitions_of_others(
    transaction: &mut Transaction,
    id: i64,
    process: &str,
) -> Result<Vec<TransitionRow>> {
    let sql = "SELECT id, plugin, event, from_state, to_state, reason, actor, version, process, at \
               FROM plugin_transitions WHERE id > $1 AND process <> $2 ORDER BY id";
    Ok(with_connection!(transaction, |connection| sqlx::query_as(sql)
        .bind(id)
        .bind(process)
        .fetch_all(connection)
        .await)?)
}

pub(crate) async fn last_transition(transaction: &mut Transaction) -> Result<i64> {
    let sql = "SELECT COALESCE(MAX(id), 0) FROM plugin_transitions";
    Ok(with_connection!(transaction, |connection| sqlx::query_scalar(sql)
        .fetch_one(connection)
        .await)?)
}

pub(crate) async fn insert_health(transaction: &mut Transaction, row: &HealthRow) -> Result<()> {
    let sql = "INSERT INTO plugin_health (plugin, at, health, reasons, measurements) \
               VALUES ($1, $2, $3, $4, $5)";
    with_connection!(transaction, |connection| sqlx::query(sql)
        .bind(&row.plugin)
        .bind(&row.at)
        .bind(&row.health)
        .bind(&row.reasons)
        .bind(&row.measurements)
        .execute(connection)
        .await
        .map(|_| ()))?;
    thin_health(transaction, &row.plugin).await?;
    prune(transaction, "plugin_health", &row.plugin).await
}

/// Leaves out the second of the last three checks where all three found the same within [`SPACING`], so
/// that the rows that are kept cover a day, however often someone checks.
async fn thin_health(transaction: &mut Transaction, plugin: &str) -> Result<()> {
    let sql = "SELECT id, at, health FROM plugin_health WHERE plugin = $1 ORDER BY id DESC LIMIT 3";
    let last: Vec<(i64, String, String)> =
        with_connection!(transaction, |connection| sqlx::query_as(sql)
            .bind(plugin)
            .fetch_all(connection)
            .await)?;
    let [(_, newest, found), (second, _, before), (_, oldest, first)] = last.as_slice() else {
        return Ok(());
    };
    let times = (oldest.parse::<Timestamp>(), newest.parse::<Timestamp>());
    // Times that were set back say nothing about what lies between.
    let is_close = matches!(times, (Ok(oldest), Ok(newest))
        if oldest <= newest && newest.duration_since(oldest) < SPACING);
    if !is_close || found != before || before != first {
        return Ok(());
    }
    let sql = "DELETE FROM plugin_health WHERE id = $1";
    with_connection!(transaction, |connection| sqlx::query(sql)
        .bind(second)
        .execute(connection)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// Checks of a plugin since a time in RFC 3339, the newest first.
pub(crate) async fn health(
    transaction: &mut Transaction,
    plugin: &str,
    since: &str,
) -> Result<Vec<HealthRow>> {
    let sql = "SELECT plugin, at, health, reasons, measurements FROM plugin_health \
               WHERE plugin = $1 AND at >= $2 ORDER BY id DESC";
    Ok(with_connection!(transaction, |connection| sqlx::query_as(sql)
        .bind(plugin)
        .bind(since)
        .fetch_all(connection)
        .await)?)
}

pub(crate) async fn thresholds(
    transaction: &mut Transaction,
    plugin: &str,
) -> Result<Vec<ThresholdRow>> {
    let sql =
        "SELECT plugin, name, min, max FROM plugin_thresholds WHERE plugin = $1 ORDER BY name";
    Ok(with_connection!(transaction, |connection| sqlx::query_as(sql)
        .bind(plugin)
        .fetch_all(connection)
        .await)?)
}

pub(crate) async fn set_threshold(transaction: &mut Transaction, row: &ThresholdRow) -> Result<()> {
    let sql = "INSERT INTO plugin_thresholds (plugin, name, min, max) VALUES ($1, $2, $3, $4) \
               ON CONFLICT (plugin, name) DO UPDATE SET min = excluded.min, max = excluded.max";
    with_connection!(transaction, |connection| sqlx::query(sql)
        .bind(&row.plugin)
        .bind(&row.name)
        .bind(&row.min)
        .bind(&row.max)
        .execute(connection)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// The digest of what someone vouched for in a place.
pub(crate) async fn trusted(transaction: &mut Transaction, place: &str) -> Result<Option<String>> {
    let sql = "SELECT digest FROM plugin_trust WHERE place = $1";
    Ok(with_connection!(transaction, |connection| sqlx::query_scalar(sql)
        .bind(place)
        .fetch_optional(connection)
        .await)?)
}

pub(crate) async fn set_trust(
    transaction: &mut Transaction,
    place: &str,
    digest: &str,
) -> Result<()> {
    let sql = "INSERT INTO plugin_trust (place, digest) VALUES ($1, $2) \
               ON CONFLICT (place) DO UPDATE SET digest = excluded.digest";
    with_connection!(transaction, |connection| sqlx::query(sql)
        .bind(place)
        .bind(digest)
        .execute(connection)
        .await
        .map(|_| ()))?;
    Ok(())
}

pub(crate) async fn insert_logs(transaction: &mut Transaction, rows: &[LogRow]) -> Result<()> {
    let sql = "INSERT INTO plugin_logs (plugin, at, level, message) VALUES ($1, $2, $3, $4)";
    for row in rows {
        with_connection!(transaction, |connection| sqlx::query(sql)
            .bind(&row.plugin)
            .bind(&row.at)
            .bind(&row.level)
            .bind(&row.message)
            .execute(connection)
            .await
            .map(|_| ()))?;
    }
    let mut plugins: Vec<&str> = rows.iter().map(|row| row.plugin.as_str()).collect();
    plugins.sort_unstable();
    plugins.dedup();
    for plugin in plugins {
        prune(transaction, "plugin_logs", plugin).await?;
    }
    Ok(())
}

/// Lines of a plugin's log, the newest first.
pub(crate) async fn logs(
    transaction: &mut Transaction,
    plugin: &str,
    limit: i64,
) -> Result<Vec<LogRow>> {
    let sql = "SELECT plugin, at, level, message FROM plugin_logs WHERE plugin = $1 \
               ORDER BY id DESC LIMIT $2";
    Ok(with_connection!(transaction, |connection| sqlx::query_as(sql)
        .bind(plugin)
        .bind(limit)
        .fetch_all(connection)
        .await)?)
}

/// Removes what is older than the last [`MOST_ROWS`] rows of a plugin.
async fn prune(transaction: &mut Transaction, table: &'static str, plugin: &str) -> Result<()> {
    let sql = format!(
        "DELETE FROM {table} WHERE plugin = $1 AND id <= \
         (SELECT id FROM {table} WHERE plugin = $1 ORDER BY id DESC LIMIT 1 OFFSET $2)"
    );
    with_connection!(transaction, |connection| sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(plugin)
        .bind(MOST_ROWS)
        .execute(connection)
        .await
        .map(|_| ()))?;
    Ok(())
}
