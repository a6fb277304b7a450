//! Flex XML step by step: statements, their sections, and the rows in them.

mod attributes;

use std::ops::Range;

use quick_xml::Reader;
use quick_xml::events::Event;
use stonks_plugin_sdk::{Refusal, bad_data};

use crate::row::{Place, Row, shown};
use attributes::attributes;

/// Deeper nesting is no statement.
const DEEPEST: usize = 16;

/// A byte order mark, which stands between elements where files were joined.
const MARK: char = '\u{feff}';

/// Depth of the elements that matter; that of the outermost is 1.
const STATEMENT: usize = 3;
const SECTION: usize = 4;
const ROW: usize = 5;

/// What comes next in a file.
#[derive(Debug)]
pub(crate) enum Step<'a> {
    /// The outermost element.
    Root(Row<'a>),
    Statement(Row<'a>),
    /// A section, or an element in the place of one that holds its values itself.
    Section(Row<'a>),
    Row(Row<'a>),
    /// An element inside a row.
    Nested,
    SectionEnd,
    StatementEnd,
    Other,
    /// The end of the file.
    End,
}

/// How far a file is read. Holds places in the text only, so that reading can pause between pages.
#[derive(Debug, Clone, Default)]
pub(crate) struct Walk {
    position: usize,
    line: u32,
    /// Where the line begins.
    line_start: usize,
    /// Names of the open elements, outermost first.
    open: Vec<Range<usize>>,
    statement: usize,
    /// Names of rows in the section under way, and how many there were.
    rows: Vec<(Range<usize>, usize)>,
    /// Set behind an element that closes itself.
    is_closing: bool,
    has_root: bool,
}

impl Walk {
    pub(crate) fn new() -> Self {
        Self { line: 1, ..Self::default() }
    }

    pub(crate) const fn position(&self) -> usize {
        self.position
    }

    /// The next step; the text is the same each time. Rows that aren't wanted come as
    /// [`Step::Other`].
    pub(crate) fn next<'a>(&mut self, text: &'a str, is_wanted: bool) -> Result<Step<'a>, Refusal> {
        if std::mem::take(&mut self.is_closing) {
            return Ok(self.close());
        }
        let rest = &text[self.position..];
        // A reader takes a mark at its start off without counting it.
        if let Some(behind) = rest.strip_prefix(MARK) {
            self.go_to(text, text.len() - behind.len());
            return Ok(Step::Other);
        }
        let mut reader = Reader::from_str(rest);
        // Names are compared here, since each event has a reader of its own.
        let config = reader.config_mut();
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        let event = match reader.read_event() {
            Ok(event) => event,
            Err(error) => {
                let at = usize::try_from(reader.error_position()).unwrap_or(0);
                self.go_to(text, self.position + at.min(rest.len()));
                return Err(self.damaged(text, &error.to_string()));
            }
        };
        let length = usize::try_from(reader.buffer_position()).unwrap_or(rest.len());
        let end = self.position + length.min(rest.len());
        let step = match &event {
            Event::Start(start) | Event::Empty(start) => {
                let name = self.position + 1..self.position + 1 + start.name().as_ref().len();
                let step = self.open(text, name, end, is_wanted)?;
                self.is_closing = matches!(event, Event::Empty(_));
                step
            }
            Event::End(end) => self.check_end(text, end.name().as_ref())?,
            Event::DocType(_) => return Err(self.doctype(text)),
            Event::Eof => {
                self.check_all_closed(text)?;
                Step::End
            }
            Event::Text(_) | Event::CData(_) | Event::GeneralRef(_) => {
                let between =
                    text[self.position..end].trim_matches(|c: char| c.is_whitespace() || c == MARK);
                if !between.is_empty() {
                    let told = format!("`{}` stands between its elements", shown(between));
                    return Err(self.damaged(text, &told));
                }
                Step::Other
            }
            _ => Step::Other,
        };
        self.go_to(text, end);
        Ok(step)
    }

    fn open<'a>(
        &mut self,
        text: &'a str,
        name: Range<usize>,
        end: usize,
        is_wanted: bool,
    ) -> Result<Step<'a>, Refusal> {
        if self.open.is_empty() && self.has_root {
            return Err(self.damaged(text, "it has a second outermost element"));
        }
        self.has_root = true;
        let depth = self.open.len() + 1;
        if depth > DEEPEST {
            let told = format!("its elements are nested more than {DEEPEST} deep");
            return Err(self.damaged(text, &told));
        }
        self.open.push(name.clone());
        let number = match depth {
            STATEMENT => {
                self.statement += 1;
                self.statement
            }
            SECTION => {
                self.rows.clear();
                1
            }
            ROW => self.count(text, &name),
            _ => 1,
        };
        if depth > ROW {
            return Ok(Step::Nested);
        }
        if depth == 2 || (depth == ROW && !is_wanted) {
            return Ok(Step::Other);
        }
        let section = if depth == ROW { self.open[SECTION - 1].clone() } else { 0..0 };
        let raw = &text[self.position..end];
        let inner = text[name.end..end].trim_end_matches('>').trim_end_matches('/');
        let row = Row {
            name: &text[name],
            fields: attributes(inner).map_err(|told| self.damaged(text, &told))?,
            line: self.line,
            column: self.column(text),
            place: Place::Tree { statement: self.statement, section: &text[section], number },
            raw: raw.into(),
        };
        Ok(match depth {
            1 => Step::Root(row),
            STATEMENT => Step::Statement(row),
            SECTION => Step::Section(row),
            _ => Step::Row(row),
        })
    }

    /// Which row of its name this is, from 1.
    fn count(&mut self, text: &str, name: &Range<usize>) -> usize {
        match self.rows.iter_mut().find(|(own, _)| text[own.clone()] == text[name.clone()]) {
            Some((_, count)) => {
                *count += 1;
                *count
            }
            None => {
                self.rows.push((name.clone(), 1));
                1
            }
        }
    }

    fn close(&mut self) -> Step<'static> {
        let depth = self.open.len();
        self.open.pop();
        match depth {
            STATEMENT => Step::StatementEnd,
            SECTION => Step::SectionEnd,
            _ => Step::Other,
        }
    }

    fn check_end(&mut self, text: &str, name: &str) -> Result<Step<'static>, Refusal> {
        match self.open.last() {
            Some(open) if text[open.clone()] == *name => Ok(self.close()),
            Some(open) => {
                let told =
                    format!("`{}` is closed by `{}`", shown(&text[open.clone()]), shown(name));
                Err(self.damaged(text, &told))
            }
            None => {
                let told = format!("`{}` is closed but never opened", shown(name));
                Err(self.damaged(text, &told))
            }
        }
    }

    fn check_all_closed(&self, text: &str) -> Result<(), Refusal> {
        let Some(open) = self.open.last() else { return Ok(()) };
        let told = format!("the file is cut off: `{}` is not closed", shown(&text[open.clone()]));
        Err(bad_data(told)
            .line(self.line)
            .column(self.column(text))
            .hint("run the Flex Query again and save the whole file"))
    }

    fn go_to(&mut self, text: &str, position: usize) {
        let passed = &text.as_bytes()[self.position..position];
        if let Some(last) = passed.iter().rposition(|&byte| byte == b'\n') {
            let n_lines = passed.iter().filter(|&&byte| byte == b'\n').count();
            self.line = self.line.saturating_add(u32::try_from(n_lines).unwrap_or(u32::MAX));
            self.line_start = self.position + last + 1;
        }
        self.position = position;
    }

    fn column(&self, text: &str) -> u32 {
        // An error may lie in the midst of a character.
        let passed = text.get(self.line_start..self.position).unwrap_or_default();
        u32::try_from(passed.chars().count() + 1).unwrap_or(u32::MAX)
    }

    fn damaged(&self, text: &str, told: &str) -> Refusal {
        bad_data(format!("the XML is damaged: {told}"))
            .line(self.line)
            .column(self.column(text))
            .hint("run the Flex Query again and save its file as it is")
    }

    /// A document type brings entities, which a small file may let grow without end.
    fn doctype(&self, text: &str) -> Refusal {
        bad_data("the XML declares a document type, which no Flex statement does")
            .line(self.line)
            .column(self.column(text))
            .hint("export an Activity Flex Query as XML")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let mut walk = Walk::new();
        let mut told = Vec::new();
        loop {
            match walk.next(text, true) {
                Ok(Step::End) => break,
                Ok(Step::Row(row)) if !row.fields.is_empty() => told.push(format!(
                    "{} at {}:{} {:?}",
                    row.source().path.unwrap_or_default(),
                    row.line,
                    row.column,
                    row.fields
                )),
                Ok(_) => {}
                Err(refusal) => {
                    told.push(stonks_plugin_sdk::testing::tell_error(&refusal.into()));
                    break;
                }
            }
        }
        assert_eq!(told.join("\n"), expected);
    }

    #[test]
    fn a_row_knows_its_place() {
        check(
            "<R><S><F>\n <T><A x='1'/>\n  <B/><A y=\"&lt;2 &#65;\"/></T></F></S></R>",
            "/FlexStatements/FlexStatement[1]/T/A[1] at 2:5 [(\"x\", \"1\")]\n\
             /FlexStatements/FlexStatement[1]/T/A[2] at 3:7 [(\"y\", \"<2 A\")]",
        );
    }

    #[test]
    fn marks_between_elements_are_passed_over() {
        check(
            "\u{feff}\u{feff}<R>\u{feff}<S>\n\u{feff}<F><T>\u{feff}\u{feff}<A x='1'/></T></F></S></R>\u{feff}",
            "/FlexStatements/FlexStatement[1]/T/A[1] at 2:10 [(\"x\", \"1\")]",
        );
    }

    #[test]
    fn damage_is_told_with_its_place() {
        let hint = "hint: run the Flex Query again and save its file as it is";
        check(
            "<R>\n<S></R>",
            &format!("refused: the XML is damaged: `S` is closed by `R` line 2 column 4 {hint}"),
        );
        check(
            "<R>\n<S>",
            "refused: the file is cut off: `S` is not closed line 2 column 4 hint: run the Flex Query again and save the whole file",
        );
        check(
            "<R><S/>\n so</R>",
            &format!(
                "refused: the XML is damaged: `so` stands between its elements line 1 column 8 {hint}"
            ),
        );
        check(
            "<R/><R/>",
            &format!(
                "refused: the XML is damaged: it has a second outermost element line 1 column 5 {hint}"
            ),
        );
        check(
            "<R a='&bomb;'/>",
            &format!(
                "refused: the XML is damaged: `a` holds the unknown entity `&bomb;` line 1 column 1 {hint}"
            ),
        );
        check(
            "<!DOCTYPE R [<!ENTITY bomb 'boom'>]><R/>",
            "refused: the XML declares a document type, which no Flex statement does line 1 column 1 hint: export an Activity Flex Query as XML",
        );
    }

    #[test]
    fn absurd_nesting_is_refused() {
        let deep = "<a>".repeat(100_000);
        check(
            &deep,
            "refused: the XML is damaged: its elements are nested more than 16 deep line 1 column 49 hint: run the Flex Query again and save its file as it is",
        );
    }
}
