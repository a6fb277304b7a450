//! Tables of facts: a struct for the row, and statements for both databases, from one list of columns.

use anyhow::Result;

use super::Transaction;

/// How many arguments one statement may have; SQLite's limit is 32,766.
pub(super) const MOST_ARGUMENTS: usize = 30_000;

/// A table of facts.
pub(crate) trait Table: Sized + Send + Sync {
    /// Its own, in their order.
    #[cfg(test)]
    const COLUMNS: &'static [&'static str];

    /// Rows that one delivery brought, in its order.
    fn of_delivery(
        transaction: &mut Transaction,
        delivery: i64,
    ) -> impl Future<Output = Result<Vec<Self>>> + Send;

    /// Rows of an account, or of none, the earliest delivered first.
    fn of_account(
        transaction: &mut Transaction,
        account: Option<i64>,
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

/// A table of facts: its own columns follow those that all have.
macro_rules! fact_table {
    ($(#[$docs:meta])* $row:ident in $table:literal { $($column:ident: $type:ty),* $(,)? }) => {
        $(#[$docs])*
        ///
        /// Owned, as it goes to and comes from the table; borrowed, as it is unpacked from columns, which
        /// leave out what the delivery tells of all its rows, and the digest that only `known` asks for.
        #[derive(Debug, Clone, sqlx::FromRow, bitcode::Encode, bitcode::Decode)]
        pub(crate) struct $row<T: Default = String> {
            #[bitcode(skip)]
            pub(crate) delivery_id: i64,
            #[bitcode(skip)]
            pub(crate) account_id: Option<i64>,
            pub(crate) identity: T,
            #[bitcode(skip)]
            pub(crate) statement: T,
            pub(crate) line: Option<i64>,
            pub(crate) path: Option<T>,
            $(pub(crate) $column: $type,)*
        }

        impl $crate::db::rows::Table for $row<String> {
            #[cfg(test)]
            const COLUMNS: &'static [&'static str] = &[$(stringify!($column)),*];

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

            async fn of_account(
                transaction: &mut $crate::db::Transaction,
                account: Option<i64>,
            ) -> anyhow::Result<Vec<Self>> {
                let sql = concat!(
                    "SELECT delivery_id, account_id, identity, statement, line, path",
                    $(", ", stringify!($column),)*
                    " FROM ", $table, " WHERE COALESCE(account_id, 0) = COALESCE($1, 0) ORDER BY id"
                );
                Ok($crate::db::with_connection!(transaction, |connection| sqlx::query_as(sql)
                    .bind(account)
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
