//! `fact_columns`: the rows of each delivery once more, packed column by column.
//!
//! Rows are what was told, and what everything else asks. A ledger needs all of them at once, though, and
//! ten years of quotes take a tenth of the time this way. Columns are written with their rows, in one
//! transaction, and go with their delivery.

use anyhow::Result;
use sqlx::FromRow;
use stonks_core::fact::FactKind;

use super::facts::convert::Row;
use super::facts::with_each_table;
use super::rows::Table;
use super::{Transaction, with_connection};

/// The form in which rows are packed. To be counted up with every change of a fact table's columns, or of
/// what bitcode makes of them: what is packed in another form is packed anew from its rows.
const FORMAT: i64 = 1;

/// Rows of one part, so that parts can be unpacked side by side.
const PART: usize = 2_048;

/// Packed rows of one delivery and kind.
#[derive(FromRow)]
pub(crate) struct Part {
    pub(crate) delivery_id: i64,
    n_facts: i64,
    pub(crate) content: Vec<u8>,
}

impl Part {
    pub(crate) fn n_facts(&self) -> usize {
        // No part is longer than `PART`.
        usize::try_from(self.n_facts).unwrap_or_default().min(PART)
    }
}

/// All parts of a kind that were delivered behind the delivery `after`: the earliest delivered first, each
/// delivery in its order.
pub(crate) async fn of_kind(
    transaction: &mut Transaction,
    kind: FactKind,
    after: i64,
) -> Result<Vec<Part>> {
    let sql = "SELECT delivery_id, n_facts, content FROM fact_columns \
               WHERE kind = $1 AND delivery_id > $2 ORDER BY delivery_id, part";
    Ok(with_connection!(transaction, |connection| sqlx::query_as(sql)
        .bind(kind.to_string())
        .bind(after)
        .fetch_all(connection)
        .await)?)
}

/// Adds the columns of a delivery's rows of one kind.
pub(crate) async fn insert<R: Row>(
    transaction: &mut Transaction,
    delivery: i64,
    rows: &[R],
) -> Result<()> {
    let sql = "INSERT INTO fact_columns (delivery_id, kind, part, n_facts, content) \
               VALUES ($1, $2, $3, $4, $5)";
    for (part, (n_facts, content)) in packed(rows).enumerate() {
        let (part, n_facts) = (i64::try_from(part)?, i64::try_from(n_facts)?);
        with_connection!(transaction, |connection| sqlx::query(sql)
            .bind(delivery)
            .bind(R::KIND.to_string())
            .bind(part)
            .bind(n_facts)
            .bind(&content)
            .execute(connection)
            .await
            .map(|_| ()))?;
    }
    Ok(())
}

/// How many rows are in each part, and the part.
fn packed<R: Row>(rows: &[R]) -> impl Iterator<Item = (usize, Vec<u8>)> {
    rows.chunks(PART).map(|rows| (rows.len(), bitcode::encode(rows)))
}

/// Says that all rows of a delivery are packed.
pub(crate) async fn complete(transaction: &mut Transaction, delivery: i64) -> Result<()> {
    let sql = "UPDATE deliveries SET packed = $2 WHERE id = $1";
    with_connection!(transaction, |connection| sqlx::query(sql)
        .bind(delivery)
        .bind(FORMAT)
        .execute(connection)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// Deliveries whose rows aren't packed in today's form: of before there were columns, or of another
/// version of the program.
pub(crate) async fn unpacked(transaction: &mut Transaction) -> Result<Vec<i64>> {
    let sql = "SELECT id FROM deliveries WHERE packed IS NULL OR packed <> $1 ORDER BY id";
    Ok(with_connection!(transaction, |connection| sqlx::query_scalar(sql)
        .bind(FORMAT)
        .fetch_all(connection)
        .await)?)
}

/// Packs the rows of a delivery, whatever was packed of it before.
pub(crate) async fn pack(transaction: &mut Transaction, delivery: i64) -> Result<()> {
    let sql = "DELETE FROM fact_columns WHERE delivery_id = $1";
    with_connection!(transaction, |connection| sqlx::query(sql)
        .bind(delivery)
        .execute(connection)
        .await
        .map(|_| ()))?;
    with_each_table!(R => {
        let rows = R::of_delivery(transaction, delivery).await?;
        insert(transaction, delivery, &rows).await?;
    });
    complete(transaction, delivery).await
}

/// Deliveries, with their names, whose columns tell anything else than their rows.
pub(crate) async fn strays(transaction: &mut Transaction) -> Result<Vec<(i64, String)>> {
    let sql = "SELECT id, name FROM deliveries WHERE packed = $1 ORDER BY id";
    let deliveries: Vec<(i64, String)> =
        with_connection!(transaction, |connection| sqlx::query_as(sql)
            .bind(FORMAT)
            .fetch_all(connection)
            .await)?;
    let mut strays = Vec::new();
    for (delivery, name) in deliveries {
        let mut is_sound = true;
        with_each_table!(R => {
            let rows = R::of_delivery(transaction, delivery).await?;
            let content = packed(&rows).map(|(_, content)| content);
            is_sound &= of_delivery(transaction, delivery, R::KIND).await?.into_iter().eq(content);
        });
        if !is_sound {
            strays.push((delivery, name));
        }
    }
    Ok(strays)
}

async fn of_delivery(
    transaction: &mut Transaction,
    delivery: i64,
    kind: FactKind,
) -> Result<Vec<Vec<u8>>> {
    let sql = "SELECT content FROM fact_columns WHERE kind = $1 AND delivery_id = $2 ORDER BY part";
    Ok(with_connection!(transaction, |connection| sqlx::query_scalar(sql)
        .bind(kind.to_string())
        .bind(delivery)
        .fetch_all(connection)
        .await)?)
}

#[cfg(test)]
mod tests {
    use sha2::{Digest as _, Sha256};
    use stonks_plugin::digest::hex;

    use super::super::facts::QuoteRow;
    use super::*;

    /// Whoever comes here because this fails: count up `FORMAT`, then take over what is told.
    #[test]
    fn what_rows_are_packed_into_belongs_to_the_format() {
        let row = |line| QuoteRow {
            delivery_id: 7,
            account_id: Some(1),
            identity: format!("quote:{line}"),
            statement: "a digest".to_owned(),
            line: Some(line),
            path: None,
            instrument: "isin:IE0001000003".to_owned(),
            quoted_at: "2024-02-29".to_owned(),
            price: "50.01".to_owned(),
            currency: "EUR".to_owned(),
        };
        let (_, content) = packed(&[row(2), row(3)]).next().unwrap();
        let mut tables = Sha256::new();
        with_each_table!(R => {
            tables.update(R::COLUMNS.join(","));
        });
        let told = (FORMAT, &hex(&tables.finalize())[..16], hex(&content));
        let expected = "02070771756f74653a3271756f74653a33030602030011116973696e3a49453030303130303030303369\
                        73696e3a4945303030313030303030330a0a323032342d30322d3239323032342d30322d3239050535302e\
                        303135302e30310303455552455552";
        assert_eq!(told, (1, "79f62489e3e29f5d", expected.to_owned()));
        let unpacked = QuoteRow::unpack(&content, |fact, place| (fact, place)).unwrap();
        let lines: Vec<_> = unpacked.iter().map(|(_, place)| place.line).collect();
        assert_eq!(lines, [Some(2), Some(3)]);
        assert_eq!(unpacked[0].0, row(2).to_fact().unwrap());
        assert!(QuoteRow::unpack(&content[1..], |fact, _| fact).is_err());
    }
}
