//! Transactions, cash and quotes from a CSV file with named columns: for brokers without a plugin.
//!
//! The columns are described in `docs/generic-csv.md`, and in the refusal that a file without them
//! gets.

mod columns;
mod facts;

use std::collections::HashSet;

use columns::{Columns, Row};
use stonks_plugin_sdk::{
    Batch, FactSource, FileImporter, Identities, Plugin, PluginError, bad_data, text,
};

/// The plugin.
pub struct GenericCsv;

impl Plugin for GenericCsv {}

impl FileImporter for GenericCsv {
    fn open(_name: &str, content: Vec<u8>) -> Result<Box<dyn FactSource>, PluginError> {
        let text =
            text::decode(&content).map_err(|reason| reason.refusal("a CSV file"))?.into_owned();
        Ok(Box::new(Reader::open(text)?))
    }
}

/// Rows in one page; each gives one to three facts.
const PAGE_LENGTH: usize = 1_000;

/// A file, and how far it is read.
struct Reader {
    columns: Columns,
    records: csv::StringRecordsIntoIter<std::io::Cursor<Vec<u8>>>,
    length: u64,
    identities: Identities,
    /// Instruments that were told already.
    told: HashSet<String>,
}

impl Reader {
    fn open(text: String) -> Result<Self, PluginError> {
        let first = text.lines().next().unwrap_or_default();
        let delimiter = [b',', b';', b'\t'].into_iter().max_by_key(|&sign| {
            // The last of equals wins, so a comma must not lose to what doesn't occur.
            (first.matches(char::from(sign)).count(), u8::from(sign == b','))
        });
        let length = text.len() as u64;
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter.unwrap_or(b','))
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(std::io::Cursor::new(text.into_bytes()));
        let header =
            reader.headers().map_err(|error| bad_data(format!("the CSV is damaged: {error}")))?;
        let columns = Columns::find(header)?;
        Ok(Self {
            columns,
            records: reader.into_records(),
            length,
            identities: Identities::new(),
            told: HashSet::new(),
        })
    }
}

impl FactSource for Reader {
    fn next_batch(&mut self) -> Result<Batch, PluginError> {
        let mut facts = Vec::new();
        for _ in 0..PAGE_LENGTH {
            let Some(record) = self.records.next() else {
                return Ok(Batch {
                    facts,
                    has_more: false,
                    progress: Some((self.length, self.length)),
                });
            };
            let record = record.map_err(|error| {
                let line = error.position().map_or(0, csv::Position::line);
                let refusal = bad_data(format!("the CSV is damaged: {error}"));
                if line > 0 {
                    refusal.line(u32::try_from(line).unwrap_or(u32::MAX))
                } else {
                    refusal
                }
            })?;
            if record.iter().all(str::is_empty) {
                continue;
            }
            let line = record.position().map_or(0, csv::Position::line);
            let row = Row {
                columns: &self.columns,
                record: &record,
                line: u32::try_from(line).unwrap_or(u32::MAX),
            };
            facts::tell(&row, &mut self.identities, &mut self.told, &mut facts)?;
        }
        let done = self.records.reader().position().byte();
        Ok(Batch { facts, has_more: true, progress: Some((done, self.length)) })
    }
}

stonks_plugin_sdk::export_plugin!(GenericCsv: file_import);
