//! The only printer: data to stdout, everything else to stderr.

mod hidden;

use std::io::{self, BufRead, IsTerminal, Write};
use std::process::ExitCode;

use comfy_table::presets::NOTHING;
use comfy_table::{Cell, CellAlignment, ContentArrangement, Table};
use serde::Serialize;
use stonks_app::alerts::WebhookError;
use stonks_app::reports::FigureError;
use stonks_app::{
    AccountError, BesideError, ChoiceError, GrantError, ImportError, MigrationError, SecretError,
    SettingsError, SyncError, VaultError,
};

/// How results are shown.
#[derive(Clone, Copy)]
pub(crate) struct Output {
    json: bool,
}

/// A column of a table.
#[derive(Clone, Copy)]
pub(crate) enum Column<'a> {
    Left(&'a str),
    /// For numbers.
    Right(&'a str),
}

/// What failed, for scripts: one JSON object on stderr.
#[derive(Serialize)]
struct Failure<'a> {
    file: Option<&'a str>,
    line: Option<u32>,
    column: Option<u32>,
    message: String,
    hint: Option<String>,
}

impl Output {
    pub(crate) const fn new(json: bool) -> Self {
        Self { json }
    }

    pub(crate) const fn is_json(self) -> bool {
        self.json
    }

    /// The JSON form of a result. A reader that went away is not an error.
    pub(crate) fn json(self, value: &impl Serialize) -> anyhow::Result<()> {
        self.line(&serde_json::to_string_pretty(value)?);
        Ok(())
    }

    /// A line of the result.
    pub(crate) fn line(self, text: &str) {
        let _ = writeln!(io::stdout().lock(), "{text}");
    }

    /// A line for the person at the terminal, beside the result.
    pub(crate) fn note(self, text: &str) {
        let _ = writeln!(io::stderr().lock(), "{text}");
    }

    pub(crate) fn warn(self, text: &str) {
        self.note(&format!("warning: {text}"));
    }

    /// Asks the person at the terminal; none where there is no terminal. Lower case, without spaces.
    pub(crate) fn ask(self, question: &str) -> io::Result<Option<String>> {
        if !(io::stdin().is_terminal() && io::stderr().is_terminal()) {
            return Ok(None);
        }
        let _ = write!(io::stderr().lock(), "{question} ");
        let mut answer = String::new();
        io::stdin().lock().read_line(&mut answer)?;
        Ok(Some(answer.trim().to_lowercase()))
    }

    /// A table of the result; nothing where it has no rows but `empty`.
    pub(crate) fn table(self, columns: &[Column<'_>], rows: Vec<Vec<String>>, empty: &str) {
        if rows.is_empty() {
            self.note(empty);
            return;
        }
        let mut table = Table::new();
        table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Disabled);
        let align = |text: String, column: &Column<'_>| match column {
            Column::Left(_) => Cell::new(text),
            Column::Right(_) => Cell::new(text).set_alignment(CellAlignment::Right),
        };
        table.set_header(columns.iter().map(|column| match column {
            Column::Left(title) | Column::Right(title) => align((*title).to_owned(), column),
        }));
        for row in rows {
            table.add_row(row.into_iter().zip(columns).map(|(text, column)| align(text, column)));
        }
        for line in table.lines() {
            self.line(line.trim_end());
        }
    }

    /// Tells what failed and ends with 1.
    pub(crate) fn fail(self, error: &anyhow::Error) -> ExitCode {
        let failure = Failure::of(error);
        if self.json {
            let json = serde_json::to_string(&failure).unwrap_or_default();
            self.note(&json);
            return ExitCode::FAILURE;
        }
        let mut place = Vec::new();
        place.extend(failure.file.map(str::to_owned));
        place.extend(failure.line.map(|line| format!("line {line}")));
        place.extend(failure.column.map(|column| format!("column {column}")));
        let place =
            if place.is_empty() { String::new() } else { format!("{}: ", place.join(", ")) };
        self.note(&format!("error: {place}{}", failure.message));
        if let Some(hint) = failure.hint {
            self.note(&format!("hint: {hint}"));
        }
        ExitCode::FAILURE
    }
}

/// An error with advice.
#[derive(Debug)]
pub(crate) struct Advised {
    pub(crate) message: String,
    pub(crate) hint: String,
}

impl std::fmt::Display for Advised {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Advised {}

impl<'a> Failure<'a> {
    fn of(error: &'a anyhow::Error) -> Self {
        let plain = Self {
            file: None,
            line: None,
            column: None,
            message: format!("{error:#}"),
            hint: None,
        };
        if let Some(error) = error.downcast_ref::<ImportError>() {
            let (line, column) = error.place();
            return Self { file: error.file(), line, column, hint: error.hint(), ..plain };
        }
        if let Some(error) = error.downcast_ref::<SettingsError>() {
            let (line, column) = error.place();
            return Self { line, column, hint: error.hint(), ..plain };
        }
        Self { hint: hint(error), ..plain }
    }
}

/// What the user can do about it, as whoever failed says.
fn hint(error: &anyhow::Error) -> Option<String> {
    macro_rules! hint_of {
        ($($kind:ty),*) => {
            $(if let Some(error) = error.downcast_ref::<$kind>() {
                return error.hint();
            })*
        };
    }
    hint_of!(
        AccountError,
        BesideError,
        ChoiceError,
        FigureError,
        GrantError,
        MigrationError,
        SecretError,
        SyncError,
        VaultError,
        WebhookError
    );
    error.downcast_ref::<Advised>().map(|error| error.hint.clone())
}
