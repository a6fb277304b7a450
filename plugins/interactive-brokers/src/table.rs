//! Flex CSV: the same rows as in XML, under headers of columns.

use std::io::Cursor;

use csv::StringRecord;
use stonks_plugin_sdk::{Batch, FactSource, PluginError, Refusal, bad_data};

use crate::PAGE_LENGTH;
use crate::columns::Header;
use crate::row::{Place, Row, shown};
use crate::sections::Rank;
use crate::survey::{Statement, Surveyor};
use crate::teller::Teller;

const HINT: &str = "export an Activity Flex Query as XML: it holds more, and is read in full";

/// First cells of lines that say where accounts and sections begin and end.
const MARKS: [&str; 6] = ["BOF", "BOA", "BOS", "EOS", "EOA", "EOF"];

/// A file, and how far it is told.
pub(crate) struct Table {
    lines: Lines<Cursor<Vec<u8>>>,
    length: u64,
    statement: Statement,
    teller: Teller,
    /// Whether the section under way was noted as one that isn't read.
    is_noted: bool,
}

/// Lines of a file, with the header that holds for each.
struct Lines<R> {
    records: csv::StringRecordsIntoIter<R>,
    header: Option<Header>,
}

enum Line {
    Header,
    Row(StringRecord),
    /// How a section or the file begins or ends.
    Mark,
    End,
}

impl<R: std::io::Read> Lines<R> {
    fn new(reader: R, delimiter: u8) -> Self {
        let reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .has_headers(false)
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(reader);
        Self { records: reader.into_records(), header: None }
    }

    fn next(&mut self) -> Result<Line, Refusal> {
        let Some(record) = self.records.next() else { return Ok(Line::End) };
        let mut record = record.map_err(|error| {
            let refusal = bad_data("the CSV is damaged").hint(HINT);
            match error.position() {
                Some(position) => refusal.line(line_of(Some(position))),
                None => refusal,
            }
        })?;
        if record.iter().all(str::is_empty) || MARKS.contains(&&record[0]) {
            return Ok(Line::Mark);
        }
        // `"DATA","TRNT",…`: what the line is, and of which section.
        if matches!(&record[0], "HEADER" | "DATA") && record.len() > 2 {
            let position = record.position().cloned();
            record = record.iter().skip(2).collect();
            record.set_position(position);
        }
        if let Some(header) = Header::read(record.iter()) {
            self.header = Some(header);
            return Ok(Line::Header);
        }
        let Some(header) = &self.header else { return Err(unknown(&record)) };
        let (n_cells, n_columns) = (record.len(), header.attributes.len());
        if n_cells != n_columns {
            return Err(bad_data(format!(
                "the row has {n_cells} fields where its header has {n_columns}"
            ))
            .line(line_of(record.position()))
            .hint("the file is cut off or was edited; run the Flex Query again"));
        }
        Ok(Line::Row(record))
    }
}

/// A file that begins with anything but the columns of a Flex Query.
fn unknown(record: &StringRecord) -> Refusal {
    let line = line_of(record.position());
    if record.get(1) == Some("Header") {
        return bad_data("this is an activity statement, whose CSV is made for people to read")
            .line(line)
            .hint(HINT);
    }
    let told = shown(&record.iter().collect::<Vec<_>>().join(","));
    bad_data(format!(
        "this is no export of Interactive Brokers: it begins with `{told}` where the columns of a Flex Query are expected"
    ))
    .line(line)
    .hint(HINT)
}

fn line_of(position: Option<&csv::Position>) -> u32 {
    position.map_or(1, |position| u32::try_from(position.line()).unwrap_or(u32::MAX).max(1))
}

/// The row of a record, if its section is one that is read.
fn row<'a>(header: &'a Header, record: &'a StringRecord) -> Row<'a> {
    let names = header.attributes.iter().map(String::as_str);
    Row {
        name: header.section.map_or("Row", |(_, name)| name),
        fields: names.zip(record.iter().map(Into::into)).collect(),
        line: line_of(record.position()),
        column: 1,
        place: Place::Table,
        raw: record.iter().collect::<Vec<_>>().join(",").into(),
    }
}

impl Table {
    /// # Errors
    /// What is no Flex CSV, or a damaged one.
    pub(crate) fn open(text: String, zone: String) -> Result<Self, Refusal> {
        let first = text.trim_start().lines().next().unwrap_or_default();
        let delimiter = [b';', b'\t', b',']
            .into_iter()
            .max_by_key(|&sign| first.matches(char::from(sign)).count())
            .unwrap_or(b',');
        let mut lines = Lines::new(text.as_bytes(), delimiter);
        let mut surveyor = Surveyor::default();
        surveyor.table();
        let mut is_readable = false;
        loop {
            let record = match lines.next()? {
                Line::Header => {
                    let section = lines.header.as_ref().and_then(|header| header.section);
                    if let Some((section, _)) = section {
                        is_readable = true;
                        surveyor.section(section.name);
                    }
                    continue;
                }
                Line::Row(record) => record,
                Line::Mark => continue,
                Line::End => break,
            };
            let Some(header) = &lines.header else { continue };
            if let Some((section, _)) = header.section {
                surveyor.row(section, &row(header, &record));
            }
        }
        if !is_readable {
            return Err(bad_data("the columns are those of no section that is read: trades need `Quantity` and `TradePrice`, cash transactions `Type` and `Amount`").line(1).hint(HINT));
        }
        let mut survey = surveyor.finish()?;
        let teller = Teller::new(&mut survey, zone);
        Ok(Self {
            length: text.len() as u64,
            lines: Lines::new(Cursor::new(text.into_bytes()), delimiter),
            statement: survey.statements.pop().unwrap_or_default(),
            teller,
            is_noted: false,
        })
    }

    fn tell(&mut self, record: &StringRecord) -> Result<(), Refusal> {
        let Some(header) = &self.lines.header else { return Ok(()) };
        let row = row(header, record);
        let (teller, statement) = (&mut self.teller, &self.statement);
        let Some((section, _)) = header.section else {
            if !self.is_noted {
                self.is_noted = true;
                let reason = "the columns of these rows are those of no section that is read; this is the first";
                teller.note(&row, statement, reason);
            }
            return Ok(());
        };
        match section.rank(&row) {
            Rank::Read(rank) if statement.is_best(section, rank) => {
                (section.tell)(teller, &row, statement)
            }
            Rank::Unknown => {
                let reason = "the level of detail of the row isn't known; it isn't counted";
                teller.note(&row, statement, reason);
                Ok(())
            }
            Rank::Restates if !self.is_noted && !statement.has_rows(section) => {
                self.is_noted = true;
                let reason = format!(
                    "these rows are only sums or lots, which aren't read; tick the option {} of their section in the Flex Query",
                    section.option
                );
                teller.note(&row, statement, &reason);
                Ok(())
            }
            Rank::Read(_) | Rank::Restates => Ok(()),
        }
    }
}

impl FactSource for Table {
    fn next_batch(&mut self) -> Result<Batch, PluginError> {
        let mut has_more = true;
        while has_more && self.teller.facts.len() < PAGE_LENGTH {
            match self.lines.next()? {
                Line::Row(record) => self.tell(&record)?,
                Line::Header => self.is_noted = false,
                Line::Mark => {}
                Line::End => has_more = false,
            }
        }
        let facts = std::mem::take(&mut self.teller.facts);
        let done = self.lines.records.reader().position().byte();
        Ok(Batch { facts, has_more, progress: Some((done, self.length)) })
    }
}
