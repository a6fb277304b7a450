//! Rows of a CSV file, each whole: DEGIRO breaks long fields over rows of their own.

use csv::StringRecord;
use stonks_plugin_sdk::{PluginError, Refusal, bad_data};

/// DEGIRO's own fields have at most a few hundred bytes; a longer one is a quotation that never ends.
const LONGEST_FIELD: usize = 1_000;

/// What a note may quote of a row.
const LONGEST_TEXT: usize = 2_000;

const EXPORT_AGAIN: &str = "export the file again; it may have been cut off";

/// A row, and the line on which it begins.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) line: u32,
    record: StringRecord,
}

impl Row {
    /// Empty where there is no such field.
    pub(crate) fn field(&self, column: usize) -> &str {
        self.record.get(column).unwrap_or_default()
    }

    pub(crate) fn fields(&self) -> impl Iterator<Item = &str> {
        self.record.iter()
    }

    pub(crate) fn len(&self) -> usize {
        self.record.len()
    }

    /// As the file has it, for notes and refusals.
    pub(crate) fn text(&self) -> String {
        let mut text = self.record.iter().collect::<Vec<_>>().join(",");
        let end = (0..=LONGEST_TEXT).rev().find(|&end| text.is_char_boundary(end));
        text.truncate(end.unwrap_or_default());
        text
    }

    /// A refusal that names the row and the field.
    pub(crate) fn refuse(&self, column: usize, message: impl Into<String>) -> Refusal {
        bad_data(message).line(self.line).column(u32::try_from(column + 1).unwrap_or(u32::MAX))
    }

    /// Refuses a row that ends too early.
    pub(crate) fn must_have(&self, n_fields: usize) -> Result<(), PluginError> {
        let n_own = self.len();
        if n_own >= n_fields {
            return Ok(());
        }
        let plural = if n_own == 1 { "" } else { "s" };
        let message =
            format!("the row has {n_own} field{plural}; at least {n_fields} are expected");
        Err(self.refuse(n_own, message).hint(EXPORT_AGAIN).into())
    }
}

/// Reads all rows that hold anything.
pub(crate) fn read(text: &str) -> Result<Vec<Row>, PluginError> {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let delimiter = [b',', b';', b'\t']
        .into_iter()
        .max_by_key(|sign| (first.bytes().filter(|byte| byte == sign).count(), *sign == b','));
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter.unwrap_or(b','))
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let line = |position: Option<&csv::Position>| {
        position.map_or(1, |position| u32::try_from(position.line()).unwrap_or(u32::MAX))
    };
    let mut rows: Vec<Row> = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| {
            bad_data("the CSV is damaged").line(line(error.position())).hint(EXPORT_AGAIN)
        })?;
        let row = Row { line: line(record.position()), record };
        if let Some(column) = row.fields().position(|field| field.len() > LONGEST_FIELD) {
            let message = "the field is too long; a quotation mark may be missing";
            return Err(row.refuse(column, message).hint(EXPORT_AGAIN).into());
        }
        if row.fields().any(|field| !field.is_empty()) {
            rows.push(row);
        }
    }
    if text.bytes().filter(|&byte| byte == b'"').count() % 2 == 1 {
        let refusal = bad_data("a quotation that begins in the file does not end")
            .line(rows.last().map_or(1, |row| row.line));
        return Err(refusal.hint(EXPORT_AGAIN).into());
    }
    Ok(rows)
}

/// How the halves of a broken field are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Join {
    /// Words, with a gap.
    Text,
    /// The two halves of one word.
    Word,
}

/// Joins rows that are broken over rows without a date.
pub(crate) fn joined(
    rows: Vec<Row>,
    date: usize,
    joins: &[(usize, Join)],
) -> Result<Vec<Row>, PluginError> {
    let mut whole: Vec<Row> = Vec::with_capacity(rows.len());
    for row in rows {
        if !row.field(date).is_empty() {
            whole.push(row);
            continue;
        }
        let Some(broken) = whole.last_mut() else { return Err(no_date(&row, date)) };
        let mut record = StringRecord::with_capacity(256, row.len());
        for column in 0..broken.len().max(row.len()) {
            let (start, rest) = (broken.field(column), row.field(column));
            let join = joins.iter().find(|(place, _)| *place == column).map(|(_, join)| *join);
            match join {
                _ if start.is_empty() => record.push_field(rest),
                _ if rest.is_empty() => record.push_field(start),
                Some(Join::Word) => record.push_field(&format!("{start}{rest}")),
                Some(Join::Text) => record.push_field(&format!("{start} {rest}")),
                // Two numbers are of two rows.
                None => return Err(no_date(&row, date)),
            }
        }
        broken.record = record;
    }
    Ok(whole)
}

fn no_date(row: &Row, date: usize) -> PluginError {
    let refusal = row.refuse(date, "the row has no date, and is not the rest of the row before it");
    refusal.hint("export the file again, and leave its rows as they are").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[(u32, &str)]) {
        let joins = [(1, Join::Text), (2, Join::Word)];
        let rows = read(text).and_then(|rows| joined(rows, 0, &joins)).unwrap();
        let told: Vec<(u32, String)> =
            rows.iter().map(|row| (row.line, row.fields().collect::<Vec<_>>().join("|"))).collect();
        let told: Vec<(u32, &str)> = told.iter().map(|(line, row)| (*line, row.as_str())).collect();
        assert_eq!(told, expected, "{text}");
    }

    fn refused(text: &str) -> String {
        let told = read(text).and_then(|rows| joined(rows, 0, &[])).map(|rows| rows.len());
        stonks_plugin_sdk::testing::tell_error(&told.unwrap_err())
    }

    #[test]
    fn broken_rows_are_joined() {
        check("a,b c,x-y-\n,d,z\n\n,,\ne,f,g\n", &[(1, "a|b c d|x-y-z"), (5, "e|f|g")]);
        check("a,b\n,,,x\n", &[(1, "a|b||x")]);
    }

    #[test]
    fn two_rows_are_not_made_one() {
        assert!(refused("a,b,1\n,,2\n").starts_with("refused: the row has no date"));
        assert!(refused(",b,1\n").contains("line 1 column 1"));
    }

    #[test]
    fn any_common_delimiter_is_taken() {
        check("a;b;\"1,5\"\n", &[(1, "a|b|1,5")]);
        check("a\tb,c\td\n", &[(1, "a|b,c|d")]);
    }

    #[test]
    fn a_quotation_without_an_end_is_refused() {
        assert!(refused("a,b\nc,\"d").contains("line 2"));
        assert!(refused(&format!("a,\"{}\"\n", "x,".repeat(600))).contains("column 2"));
    }
}
