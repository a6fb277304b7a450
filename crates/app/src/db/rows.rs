//! Tables of facts: a struct for the row, and statements for both databases, from one list of columns.

use anyhow::{Context, Result};
use serde::de::DeserializeOwned;
use sqlx::Sqlite;

use super::Transaction;

/// How many arguments one statement may have; SQLite's limit is 32,766.
pub(super) const MOST_ARGUMENTS: usize = 30_000;

/// A table of facts.
pub(crate) trait Table: Sized + Send + Sync {
    /// All rows, the earliest delivered first.
    fn all(transaction: &mut Transaction) -> impl Future<Output = Result<Vec<Self>>> + Send;

    /// Rows that one delivery brought, in its order.
    fn of_delivery(
        transaction: &mut Transaction,
        delivery: i64,
    ) -> impl Future<Output = Result<Vec<Self>>> + Send;

    /// Identities and statements that an account has already; of facts that belong to none where
    /// `account` is none.
    fn known(
        transaction: &mut Transaction,
        account: Option<i64>,
    ) -> impl Future<Output = Result<Vec<(String, String)>>> + Send;

    /// Adds rows; one that is there already is left as it is.
    fn insert(
        transaction: &mut Transaction,
        rows: &[Self],
    ) -> impl Future<Output = Result<()>> + Send;
}

/// Rows of one batch.
const BATCH: i64 = 8_192;

/// All rows of a table of SQLite's, by a statement that tells the last id of a batch and the batch as JSON.
///
/// The driver hands over row by row from a thread of its own, value by value: ten years of quotes take
/// five times as long that way.
pub(super) async fn in_batches<R: DeserializeOwned>(
    transaction: &mut sqlx::Transaction<'static, Sqlite>,
    statement: &'static str,
) -> Result<Vec<R>> {
    let mut rows = Vec::new();
    let mut last: i64 = 0;
    loop {
        let batch = sqlx::query_as(statement).bind(last).bind(BATCH);
        let (to, batch): (i64, String) = batch.fetch_one(&mut **transaction).await?;
        let read: Vec<R> = serde_json::from_str(&batch).context("reading rows of the database")?;
        let n_read = read.len();
        rows.extend(read);
        if n_read < BATCH as usize {
            return Ok(rows);
        }
        last = to;
    }
}

/// A table of facts: its own columns follow those that all have.
macro_rules! fact_table {
    ($(#[$docs:meta])* $row:ident in $table:literal { $($column:ident: $type:ty),* $(,)? }) => {
        $(#[$docs])*
        #[derive(Debug, Clone, sqlx::FromRow, serde::Deserialize)]
        pub(crate) struct $row {
            pub(crate) delivery_id: i64,
            pub(crate) account_id: Option<i64>,
            pub(crate) identity: String,
            pub(crate) statement: String,
            pub(crate) line: Option<i64>,
            pub(crate) path: Option<String>,
            $(pub(crate) $column: $type,)*
        }

        impl $crate::db::rows::Table for $row {
            async fn all(transaction: &mut $crate::db::Transaction) -> anyhow::Result<Vec<Self>> {
                const BATCH: &str = concat!(
                    "SELECT COALESCE(MAX(id), 0), json_group_array(json_array(",
                    // What tells one statement from another is asked for by `known` alone.
                    "delivery_id, account_id, identity, '', line, path",
                    $(", ", stringify!($column),)*
                    ")) FROM (SELECT * FROM ", $table, " WHERE id > $1 ORDER BY id LIMIT $2)"
                );
                const ALL: &str = concat!(
                    "SELECT delivery_id, account_id, identity, statement, line, path",
                    $(", ", stringify!($column),)*
                    " FROM ", $table, " ORDER BY id"
                );
                match transaction {
                    $crate::db::Transaction::Sqlite(transaction) => {
                        $crate::db::rows::in_batches(transaction, BATCH).await
                    }
                    $crate::db::Transaction::Postgres(transaction) => {
                        Ok(sqlx::query_as(ALL).fetch_all(&mut **transaction).await?)
                    }
                }
            }

            async fn of_delivery(
                transaction: &mut $crate::db::Transaction,
                delivery: i64,
            ) -> anyhow::Result<Vec<Self>> {
                let sql = concat!(
                    "SELECT delivery_id, account_id, identity, statement, line, path",
                    $(", ", stringify!($column),)*
                    " FROM ", $table, " WHERE delivery_id = $1 ORDER BY id"
                );
                Ok($crate::db::with_connection!(transaction, |connection| sqlx::query_as(sql)
                    .bind(delivery)
                    .fetch_all(connection)
                    .await)?)
            }

            async fn known(
                transaction: &mut $crate::db::Transaction,
                account: Option<i64>,
            ) -> anyhow::Result<Vec<(String, String)>> {
                let sql = concat!(
                    "SELECT identity, statement FROM ", $table,
                    " WHERE COALESCE(account_id, 0) = COALESCE($1, 0)"
                );
                Ok($crate::db::with_connection!(transaction, |connection| sqlx::query_as(sql)
                    .bind(account)
                    .fetch_all(connection)
                    .await)?)
            }

            async fn insert(
                transaction: &mut $crate::db::Transaction,
                rows: &[Self],
            ) -> anyhow::Result<()> {
                const N_COLUMNS: usize = 6 + [$(stringify!($column)),*].len();
                let sql = concat!(
                    "INSERT INTO ", $table,
                    " (delivery_id, account_id, identity, statement, line, path",
                    $(", ", stringify!($column),)* ") "
                );
                for chunk in rows.chunks($crate::db::rows::MOST_ARGUMENTS / N_COLUMNS) {
                    $crate::db::with_connection!(transaction, |connection| {
                        let mut query = sqlx::QueryBuilder::new(sql);
                        query.push_values(chunk, |mut values, row| {
                            values
                                .push_bind(row.delivery_id)
                                .push_bind(row.account_id)
                                .push_bind(&row.identity)
                                .push_bind(&row.statement)
                                .push_bind(row.line)
                                .push_bind(&row.path)
                                $(.push_bind(&row.$column))*;
                        });
                        query.push(" ON CONFLICT DO NOTHING");
                        query.build().execute(connection).await.map(|_| ())
                    })?;
                }
                Ok(())
            }
        }
    };
}
pub(super) use fact_table;
