//! When the old system last spoke with each broker: the day of what it claims to be held.

use std::collections::HashMap;

use jiff::civil::Date;

use super::MigrationError;
use super::database::{OldDatabase, OldTable};
use super::reading::Fields;
use super::report::TableReport;

const LOG: OldTable = OldTable {
    name: "broker_sync_log",
    columns: &["id", "broker_name", "synced_at", "success"],
    order: "synced_at, id",
    since: Some("0010_brokersynclog"),
};

/// The last day on which each broker was heard of.
#[derive(Default)]
pub(super) struct SyncLog {
    last: HashMap<String, Date>,
    n_rows: Option<usize>,
}

impl SyncLog {
    pub(super) async fn read(old: &mut OldDatabase) -> Result<Self, MigrationError> {
        if !old.has(&LOG) {
            return Ok(Self::default());
        }
        let rows = old.rows(&LOG).await?;
        let mut last = HashMap::new();
        for row in rows.iter().filter(|row| row.is_set("success")) {
            let broker = row.text("broker_name").unwrap_or_default();
            last.insert(broker, row.time("synced_at")?.date());
        }
        Ok(Self { last, n_rows: Some(rows.len()) })
    }

    pub(super) fn last(&self, broker: &str) -> Option<Date> {
        self.last.get(broker).copied()
    }

    pub(super) fn report(&self) -> Option<TableReport> {
        let rows = self.n_rows?;
        let left_out = "they tell when the old system spoke with brokers, and no figure".to_owned();
        let left_out = (rows > 0).then_some(left_out).into_iter().collect();
        Some(TableReport { table: LOG.name.to_owned(), rows, told: 0, left_out })
    }
}
