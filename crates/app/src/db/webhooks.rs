//! `webhooks` and `webhook_deliveries`: who is told of alerts, and what is on its way to them.

use anyhow::Result;
use sqlx::FromRow;

use super::{Transaction, with_connection};

#[derive(Debug, Clone, FromRow)]
pub(crate) struct WebhookRow {
    pub(crate) id: i64,
    pub(crate) url: String,
    pub(crate) has_secret: i64,
    pub(crate) created_at: String,
    pub(crate) delivered_at: Option<String>,
    pub(crate) failing_since: Option<String>,
    pub(crate) last_error: Option<String>,
}

/// What is on its way.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct DeliveryRow {
    pub(crate) id: i64,
    pub(crate) webhook_id: i64,
    pub(crate) name: String,
    pub(crate) body: String,
    pub(crate) n_tries: i64,
}

/// Adds one under a new id, which is returned.
pub(crate) async fn insert(
    transaction: &mut Transaction,
    url: &str,
    has_secret: bool,
    created_at: &str,
) -> Result<i64> {
    let sql = "INSERT INTO webhooks (url, has_secret, created_at) VALUES ($1, $2, $3) RETURNING id";
    Ok(with_connection!(transaction, |connection| sqlx::query_scalar(sql)
        .bind(url)
        .bind(i64::from(has_secret))
        .bind(created_at)
        .fetch_one(connection)
        .await)?)
}

pub(crate) async fn all(transaction: &mut Transaction) -> Result<Vec<WebhookRow>> {
    let sql = "SELECT id, url, has_secret, created_at, delivered_at, failing_since, last_error \
               FROM webhooks ORDER BY id";
    Ok(with_connection!(transaction, |connection| sqlx::query_as(sql).fetch_all(connection).await)?)
}

/// Removes one, and what was on its way to it. Returns whether there was one.
pub(crate) async fn delete(transaction: &mut Transaction, id: i64) -> Result<bool> {
    let sql = "DELETE FROM webhooks WHERE id = $1 RETURNING id";
    let found: Option<i64> = with_connection!(transaction, |connection| sqlx::query_scalar(sql)
        .bind(id)
        .fetch_optional(connection)
        .await)?;
    Ok(found.is_some())
}

/// Something arrived.
pub(crate) async fn set_delivered(transaction: &mut Transaction, id: i64, at: &str) -> Result<()> {
    let sql = "UPDATE webhooks SET delivered_at = $2, failing_since = NULL, last_error = NULL \
               WHERE id = $1";
    with_connection!(transaction, |connection| sqlx::query(sql)
        .bind(id)
        .bind(at)
        .execute(connection)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// Something didn't.
pub(crate) async fn set_failing(
    transaction: &mut Transaction,
    id: i64,
    at: &str,
    error: &str,
) -> Result<()> {
    let sql = "UPDATE webhooks SET failing_since = COALESCE(failing_since, $2), last_error = $3 \
               WHERE id = $1";
    with_connection!(transaction, |connection| sqlx::query(sql)
        .bind(id)
        .bind(at)
        .bind(error)
        .execute(connection)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// Puts something on its way, due at once.
pub(crate) async fn queue(
    transaction: &mut Transaction,
    webhook: i64,
    (name, body): (&str, &str),
    due_at: i64,
) -> Result<()> {
    let sql = "INSERT INTO webhook_deliveries (webhook_id, name, body, n_tries, due_at) \
               VALUES ($1, $2, $3, 0, $4)";
    with_connection!(transaction, |connection| sqlx::query(sql)
        .bind(webhook)
        .bind(name)
        .bind(body)
        .bind(due_at)
        .execute(connection)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// What is due: of each webhook that which is due longest, so that none waits behind another.
pub(crate) async fn due(transaction: &mut Transaction, now: i64) -> Result<Vec<DeliveryRow>> {
    let sql = "SELECT id, webhook_id, name, body, n_tries FROM webhook_deliveries AS one \
               WHERE id = (SELECT id FROM webhook_deliveries AS its \
               WHERE its.webhook_id = one.webhook_id AND its.due_at <= $1 \
               ORDER BY its.due_at, its.id LIMIT 1) ORDER BY due_at, id";
    Ok(with_connection!(transaction, |connection| sqlx::query_as(sql)
        .bind(now)
        .fetch_all(connection)
        .await)?)
}

/// How many are on their way to a webhook.
pub(crate) async fn n_waiting(transaction: &mut Transaction) -> Result<Vec<(i64, i64)>> {
    let sql = "SELECT webhook_id, COUNT(*) FROM webhook_deliveries GROUP BY webhook_id";
    Ok(with_connection!(transaction, |connection| sqlx::query_as(sql).fetch_all(connection).await)?)
}

/// Takes a try of a delivery for this process, and says when the next is due if nothing more is heard
/// of this one. Returns whether it was still to be had.
pub(crate) async fn claim(
    transaction: &mut Transaction,
    row: &DeliveryRow,
    next_due: i64,
) -> Result<bool> {
    let sql = "UPDATE webhook_deliveries SET n_tries = n_tries + 1, due_at = $3 \
               WHERE id = $1 AND n_tries = $2 RETURNING id";
    let found: Option<i64> = with_connection!(transaction, |connection| sqlx::query_scalar(sql)
        .bind(row.id)
        .bind(row.n_tries)
        .bind(next_due)
        .fetch_optional(connection)
        .await)?;
    Ok(found.is_some())
}

/// It arrived, or is given up.
pub(crate) async fn finish(transaction: &mut Transaction, id: i64) -> Result<()> {
    let sql = "DELETE FROM webhook_deliveries WHERE id = $1";
    with_connection!(transaction, |connection| sqlx::query(sql)
        .bind(id)
        .execute(connection)
        .await
        .map(|_| ()))?;
    Ok(())
}
