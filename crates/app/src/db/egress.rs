//! `egress`: what plugins sent, and what became of it.

use anyhow::Result;
use futures::future::BoxFuture;
use sqlx::FromRow;
use stonks_host::{Audit, EgressRecord, OutsideError};

use super::{Database, Transaction, with_connection};

/// Of each plugin, the newest rows are kept, and no more than these.
const MOST_ROWS: i64 = 10_000;

/// A row of the table.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct EgressRow {
    pub(crate) requested_at: String,
    pub(crate) method: String,
    pub(crate) host: String,
    pub(crate) path: String,
    pub(crate) status: Option<i64>,
    pub(crate) problem: Option<String>,
    pub(crate) bytes: i64,
    pub(crate) milliseconds: i64,
}

/// The newest rows of a plugin, the newest first.
pub(crate) async fn newest(
    transaction: &mut Transaction,
    plugin: &str,
    limit: i64,
) -> Result<Vec<EgressRow>> {
    let sql = "SELECT requested_at, method, host, path, status, problem, bytes, milliseconds \
               FROM egress WHERE plugin = $1 ORDER BY id DESC LIMIT $2";
    Ok(with_connection!(transaction, |connection| sqlx::query_as(sql)
        .bind(plugin)
        .bind(limit)
        .fetch_all(connection)
        .await)?)
}

async fn insert(transaction: &mut Transaction, record: &EgressRecord) -> Result<()> {
    let sql = "INSERT INTO egress (plugin, requested_at, method, host, path, status, problem, bytes, milliseconds) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    with_connection!(transaction, |connection| sqlx::query(sql)
        .bind(record.plugin.as_str())
        .bind(record.at.to_string())
        .bind(&record.method)
        .bind(&record.host)
        .bind(&record.path)
        .bind(record.status.map(i64::from))
        .bind(&record.problem)
        .bind(number(record.bytes))
        .bind(number(record.milliseconds))
        .execute(connection)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// Lets go of rows beyond the newest.
async fn trim(transaction: &mut Transaction, plugin: &str, most: i64) -> Result<()> {
    let sql = "DELETE FROM egress WHERE plugin = $1 AND id <= \
               (SELECT id FROM egress WHERE plugin = $1 ORDER BY id DESC LIMIT 1 OFFSET $2)";
    with_connection!(transaction, |connection| sqlx::query(sql)
        .bind(plugin)
        .bind(most)
        .execute(connection)
        .await
        .map(|_| ()))?;
    Ok(())
}

impl Audit for Database {
    /// Waits for the writer: nobody may hold a transaction that writes while a plugin is called.
    fn record(&self, record: EgressRecord) -> BoxFuture<'static, Result<(), OutsideError>> {
        let database = self.clone();
        let kept = async move {
            let mut transaction = database.write().await?;
            insert(&mut transaction, &record).await?;
            trim(&mut transaction, record.plugin.as_str(), MOST_ROWS).await?;
            transaction.commit().await
        };
        Box::pin(async move {
            kept.await.map_err(|error: anyhow::Error| OutsideError(format!("{error:#}")))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_oldest_rows_go_first_and_only_the_plugins_own() {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::open_file(folder.path()).await.unwrap();
        let mut transaction = database.write().await.unwrap();
        for number in 0..30 {
            let record = EgressRecord {
                plugin: if number % 3 == 0 { "other" } else { "mine" }.parse().unwrap(),
                at: jiff::Timestamp::UNIX_EPOCH,
                method: "GET".to_owned(),
                host: "a.b".to_owned(),
                path: "/".to_owned(),
                status: None,
                problem: None,
                bytes: number,
                milliseconds: 0,
            };
            insert(&mut transaction, &record).await.unwrap();
        }
        trim(&mut transaction, "mine", 5).await.unwrap();
        trim(&mut transaction, "other", 100).await.unwrap();
        let mine = newest(&mut transaction, "mine", 100).await.unwrap();
        let mine: Vec<i64> = mine.iter().map(|row| row.bytes).collect();
        assert_eq!(mine, [29, 28, 26, 25, 23]);
        assert_eq!(newest(&mut transaction, "other", 100).await.unwrap().len(), 10);
    }
}
