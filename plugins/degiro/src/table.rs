//! Rows of a CSV file, each whole: DEGIRO breaks long fields over a row of their own.

use stonks_plugin_sdk::{PluginError, Refusal, bad_data};

/// A row and the line on which it begins.
pub(crate) struct Row {
    pub(crate) line: u32,
    pub(crate) fields: Vec<String>,
}

/// A file's rows in its own order, the titles among them.
pub(crate) struct Table {
    pub(crate) rows: Vec<Row>,
}

impl Row {
    /// Empty where there is no such field.
    pub(crate) fn field(&self, column: usize) -> &str {
        self.fields.get(column).map_or("", String::as_str)
    }

    /// A refusal that names the row and the field.
    pub(crate) fn refuse(&self, column: usize, message: String) -> Refusal {
        bad_data(message).line(self.line).column(u32::try_from(column + 1).unwrap_or(u32::MAX))
    }

    /// As the file has it, for notes.
    pub(crate) fn text(&self) -> String {
        self.fields.join(",")
    }
}

impl Table {
    pub(crate) fn read(text: &str) -> Result<Self, PluginError> {
        let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
        let delimiter = [',', ';', '\t']
            .into_iter()
            .max_by_key(|&sign| (first.matches(sign).count(), sign == ','));
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(u8::try_from(delimiter.unwrap_or(',')).unwrap_or(b','))
            .has_headers(false)
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        let mut rows: Vec<Row> = Vec::new();
        for record in reader.records() {
            let record = record.map_err(|error| {
                let line = error.position().map_or(0, csv::Position::line);
                bad_data(format!("the CSV is damaged: {error}"))
                    .line(u32::try_from(line).unwrap_or(u32::MAX))
                    .hint("export the file again; don't save it from a spreadsheet program")
            })?;
            let line =
                u32::try_from(record.position().map_or(0, csv::Position::line)).unwrap_or(u32::MAX);
            let fields: Vec<String> = record.iter().map(str::to_owned).collect();
            if fields.iter().all(String::is_empty) {
                continue;
            }
            match rows.last_mut() {
                // The titles have no date either, but nothing before them.
                Some(broken) if fields[0].is_empty() && fields.len() > 1 => append(broken, fields),
                _ => rows.push(Row { line, fields }),
            }
        }
        Ok(Self { rows })
    }
}

/// Adds the rest of broken fields. Within a word or a number nothing goes between; the halves of an
/// order's number are such.
fn append(row: &mut Row, rest: Vec<String>) {
    for (column, rest) in rest.into_iter().enumerate().filter(|(_, rest)| !rest.is_empty()) {
        if row.fields.len() <= column {
            row.fields.resize(column + 1, String::new());
        }
        let field = &mut row.fields[column];
        let is_one_word =
            field.is_empty() || field.ends_with('-') || !field.contains(' ') && !rest.contains(' ');
        if !is_one_word {
            field.push(' ');
        }
        field.push_str(&rest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[(u32, &[&str])]) {
        let table = Table::read(text).unwrap();
        let rows: Vec<(u32, Vec<&str>)> = table
            .rows
            .iter()
            .map(|row| (row.line, row.fields.iter().map(String::as_str).collect()))
            .collect();
        let expected: Vec<(u32, Vec<&str>)> =
            expected.iter().map(|(line, fields)| (*line, fields.to_vec())).collect();
        assert_eq!(rows, expected);
    }

    #[test]
    fn broken_rows_are_joined() {
        check(
            "a,b c,x-y-\n,d,z\n\n,,\ne,f,g\n",
            &[(1, &["a", "b c d", "x-y-z"]), (5, &["e", "f", "g"])],
        );
    }

    #[test]
    fn any_common_delimiter_is_taken() {
        check("a;b;\"1,5\"\n", &[(1, &["a", "b", "1,5"])]);
        check("a\tb,c\td\n", &[(1, &["a", "b,c", "d"])]);
    }
}
