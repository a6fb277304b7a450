//! The user's table: CSV with the columns `code`, `isin`, `symbol` and `broker`.

use std::collections::HashMap;

use stonks_plugin_sdk::{PluginError, Refusal, bad_data, isin};

/// What stands for a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) isin: Option<String>,
    pub(crate) symbol: Option<String>,
    line: u32,
}

/// Codes, and what stands for them.
#[derive(Debug, Default)]
pub(crate) struct Table {
    /// By broker, where the code is one broker's alone, and code.
    entries: HashMap<(Option<String>, String), Entry>,
}

const COLUMNS: [&str; 4] = ["code", "isin", "symbol", "broker"];

const FORM: &str = "begin with the line `code,isin,symbol`; a row is `ASML,NL0010273215,ASML`";

/// Symbols and codes have few letters; a longer text is a slip in the separators.
const LONGEST: usize = 60;

impl Table {
    /// Reads a table. An empty one maps nothing.
    ///
    /// # Errors
    /// The first thing that is wrong: line, field, and what to do.
    pub(crate) fn parse(text: &str) -> Result<Self, PluginError> {
        let text = text.trim_start_matches('\u{feff}');
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
        let delimiter = [b';', b'\t'].into_iter().find(|&sign| first.contains(char::from(sign)));
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter.unwrap_or(b','))
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        let places = places(reader.headers().map_err(damaged)?)?;
        let lines: Vec<&str> = text.lines().collect();
        let mut table = Self::default();
        for record in reader.records() {
            let record = record.map_err(damaged)?;
            if !record.iter().all(str::is_empty) {
                table.add(&Row { record: &record, places: &places, lines: &lines })?;
            }
        }
        Ok(table)
    }

    fn add(&mut self, row: &Row<'_>) -> Result<(), PluginError> {
        let Some(code) = row.field("code")? else {
            return Err(row
                .refuse("code", "the row has no code")
                .hint("write the broker's code, such as its symbol, or remove the row")
                .into());
        };
        let entry = Entry { isin: row.isin()?, symbol: row.field("symbol")?, line: row.line() };
        if entry.isin.is_none() && entry.symbol.is_none() {
            return Err(row
                .refuse("isin", format!("nothing stands for `{code}`"))
                .hint("give its ISIN, its symbol, or both, or remove the row")
                .into());
        }
        let key = (row.field("broker")?, code);
        if let Some(earlier) = self.entries.get(&key) {
            return Err(row
                .refuse("code", format!("`{}` is in line {} already", key.1, earlier.line))
                .hint("keep one of the two rows, or name a `broker` in each")
                .into());
        }
        self.entries.insert(key, entry);
        Ok(())
    }

    /// A broker's own row comes before one for all brokers.
    pub(crate) fn find(&self, broker: &str, code: &str) -> Option<&Entry> {
        let of = |broker: Option<String>| self.entries.get(&(broker, code.to_owned()));
        of(Some(broker.to_owned())).or_else(|| of(None))
    }
}

/// Where each of [`COLUMNS`] stands.
type Places = [Option<usize>; COLUMNS.len()];

fn places(header: &csv::StringRecord) -> Result<Places, PluginError> {
    let line = header.position().map_or(1, csv::Position::line);
    let refuse = |column: usize, message: String| {
        bad_data(message).line(shortened(line)).column(shortened(column as u64 + 1)).hint(FORM)
    };
    let mut places = Places::default();
    for (place, title) in header.iter().enumerate() {
        let title = title.to_lowercase();
        let Some(known) = COLUMNS.iter().position(|column| *column == title) else {
            return Err(refuse(place, format!("`{title}` is not a column of the table")).into());
        };
        if places[known].replace(place).is_some() {
            return Err(refuse(place, format!("there are two columns `{title}`")).into());
        }
    }
    if places[0].is_none() {
        return Err(refuse(0, "the table has no column `code`".to_owned()).into());
    }
    if places[1].is_none() && places[2].is_none() {
        return Err(refuse(0, "the table has neither `isin` nor `symbol`".to_owned()).into());
    }
    Ok(places)
}

fn damaged(error: csv::Error) -> PluginError {
    let refusal = bad_data(format!("the table is damaged: {error}")).hint(FORM);
    match error.position().map(csv::Position::line) {
        Some(line) => refusal.line(shortened(line)).into(),
        None => refusal.into(),
    }
}

fn shortened(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

struct Row<'a> {
    record: &'a csv::StringRecord,
    places: &'a Places,
    /// All lines of the table.
    lines: &'a [&'a str],
}

impl Row<'_> {
    /// The reader counts a row from the empty lines before it on.
    fn line(&self) -> u32 {
        let told = self.record.position().map_or(1, |position| shortened(position.line()));
        let from = self.lines.iter().skip(told.saturating_sub(1) as usize);
        let n_empty = from.take_while(|line| line.trim().is_empty()).count();
        told + shortened(n_empty as u64)
    }

    fn place(&self, column: &str) -> Option<usize> {
        let known = COLUMNS.iter().position(|known| *known == column)?;
        self.places[known]
    }

    fn refuse(&self, column: &str, message: impl Into<String>) -> Refusal {
        let refusal = bad_data(message).line(self.line());
        match self.place(column) {
            Some(place) => refusal.column(shortened(place as u64 + 1)),
            None => refusal,
        }
    }

    /// A field; none where it is empty.
    fn field(&self, column: &str) -> Result<Option<String>, PluginError> {
        let told = self.place(column).and_then(|place| self.record.get(place)).unwrap_or_default();
        if told.len() > LONGEST {
            let message = format!("a {column} of {} bytes; at most {LONGEST} are read", told.len());
            return Err(self.refuse(column, message).hint("look for a missing separator").into());
        }
        Ok(Some(told).filter(|told| !told.is_empty()).map(str::to_owned))
    }

    fn isin(&self) -> Result<Option<String>, PluginError> {
        let told = self.field("isin")?.map(|told| told.to_uppercase());
        if let Some(told) = told.as_deref().filter(|told| !isin::is_valid(told)) {
            return Err(self
                .refuse("isin", format!("`{told}` is not an ISIN: its check digit doesn't match"))
                .hint("correct it, or leave it out and give a symbol")
                .into());
        }
        Ok(told)
    }
}
