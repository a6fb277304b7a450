//! A Flex statement as XML: surveyed first, then told row by row.

use stonks_plugin_sdk::{Batch, FactSource, PluginError, Refusal};

use crate::row::Row;
use crate::sections::{Rank, Reading, Section, reading};
use crate::survey::{Statement, Surveyor};
use crate::teller::Teller;
use crate::tree::{Step, Walk};
use crate::{PAGE_LENGTH, recognise};

const NOTHING_READ: &str = "the statement holds only sections that restate others; tick Trades, Cash Transactions, Corporate Actions, Transfers, Open Positions and Cash Report in the Flex Query";

/// A file, and how far it is told.
#[derive(Debug)]
pub(crate) struct Statements {
    text: String,
    walk: Walk,
    statements: Vec<Statement>,
    /// The statement under way, counted from 1.
    current: usize,
    section: Option<Reading>,
    /// Whether content of the section was noted already.
    is_noted: bool,
    /// Whether it was noted that nothing of the statement is read.
    is_silence_noted: bool,
    teller: Teller,
}

impl Statements {
    /// # Errors
    /// What is no Flex statement, or a damaged one.
    pub(crate) fn open(text: String, zone: String) -> Result<Self, Refusal> {
        let mut survey = survey(&text)?.finish()?;
        let teller = Teller::new(&mut survey, zone);
        Ok(Self {
            text,
            walk: Walk::new(),
            statements: survey.statements,
            current: 0,
            section: None,
            is_noted: false,
            is_silence_noted: false,
            teller,
        })
    }
}

/// Reads a file to its end once, so that no fact is told of a damaged one.
fn survey(text: &str) -> Result<Surveyor, Refusal> {
    let mut surveyor = Surveyor::default();
    let mut walk = Walk::new();
    let mut section: Option<&'static Section> = None;
    let mut n_statements = 0;
    loop {
        match walk.next(text, section.is_some())? {
            Step::Root(root) => recognise::root(&root, text)?,
            Step::Statement(row) => {
                if row.name != "FlexStatement" {
                    return Err(recognise::unknown(row.name, row.line));
                }
                n_statements += 1;
                surveyor.statement(&row);
            }
            Step::Section(row) => {
                if row.name == "AccountInformation" {
                    surveyor.account(&row);
                }
                section = match reading(row.name) {
                    Reading::Read(section) => Some(section),
                    Reading::Silent | Reading::Unknown => None,
                };
                if section.is_some() {
                    surveyor.section(row.name);
                }
            }
            Step::Row(row) => {
                if let Some(section) = section {
                    surveyor.row(section, &row);
                }
            }
            Step::End => break,
            Step::Nested | Step::SectionEnd | Step::StatementEnd | Step::Other => {}
        }
    }
    if n_statements == 0 { Err(recognise::no_statement()) } else { Ok(surveyor) }
}

impl FactSource for Statements {
    fn next_batch(&mut self) -> Result<Batch, PluginError> {
        let mut has_more = true;
        while has_more && self.teller.facts.len() < PAGE_LENGTH {
            let is_wanted = matches!(self.section, Some(Reading::Read(_) | Reading::Unknown));
            match self.walk.next(&self.text, is_wanted)? {
                Step::Statement(_) => {
                    self.current += 1;
                    self.is_silence_noted = false;
                    if let Some(statement) = self.statements.get(self.current - 1) {
                        self.teller.tell_statement(statement);
                    }
                }
                Step::Section(row) => {
                    self.section = Some(reading(row.name));
                    self.is_noted = false;
                    let Some(statement) = self.statements.get(self.current.wrapping_sub(1)) else {
                        continue;
                    };
                    // An element that holds its values itself, and that nobody knows.
                    if matches!(self.section, Some(Reading::Unknown)) && !row.is_empty() {
                        note_unknown(&mut self.teller, &row, row.name, statement);
                        self.is_noted = true;
                    }
                    let is_silent = matches!(self.section, Some(Reading::Silent))
                        && row.name != "AccountInformation";
                    if is_silent && !statement.has_section && !self.is_silence_noted {
                        self.teller.note(&row, statement, NOTHING_READ);
                        self.is_silence_noted = true;
                    }
                }
                Step::Row(row) => {
                    let Some(statement) = self.statements.get(self.current.wrapping_sub(1)) else {
                        continue;
                    };
                    let is_first = !self.is_noted;
                    let Some(section) = self.section else { continue };
                    self.is_noted |= tell(&mut self.teller, section, &row, statement, is_first)?;
                }
                Step::SectionEnd => self.section = None,
                Step::End => has_more = false,
                Step::Root(_) | Step::Nested | Step::StatementEnd | Step::Other => {}
            }
        }
        let facts = std::mem::take(&mut self.teller.facts);
        let progress = Some((self.walk.position() as u64, self.text.len() as u64));
        Ok(Batch { facts, has_more, progress })
    }
}

/// Tells a row; whether it, or one before, was noted for the section as a whole.
fn tell(
    teller: &mut Teller,
    reading: Reading,
    row: &Row<'_>,
    statement: &Statement,
    is_first: bool,
) -> Result<bool, Refusal> {
    let section = match reading {
        Reading::Read(section) => section,
        Reading::Unknown if is_first && !row.is_empty() => {
            let crate::row::Place::Tree { section, .. } = row.place else { return Ok(false) };
            note_unknown(teller, row, section, statement);
            return Ok(true);
        }
        Reading::Unknown | Reading::Silent => return Ok(false),
    };
    match section.rank(row) {
        Rank::Read(rank) if statement.is_best(section, rank) => {
            (section.tell)(teller, row, statement)?;
            Ok(false)
        }
        Rank::Unknown => {
            let reason =
                format!("the row isn't known in the section `{}`, and isn't counted", section.name);
            teller.note(row, statement, &reason);
            Ok(false)
        }
        Rank::Restates if is_first && !statement.has_rows(section) => {
            let reason = format!(
                "the section `{}` holds only sums or lots, which aren't read; tick its option {} in the Flex Query",
                section.name, section.option
            );
            teller.note(row, statement, &reason);
            Ok(true)
        }
        Rank::Read(_) | Rank::Restates => Ok(false),
    }
}

/// One note stands for all rows of a section that isn't known.
fn note_unknown(teller: &mut Teller, row: &Row<'_>, section: &str, statement: &Statement) {
    let shown = crate::row::shown(section);
    let reason =
        format!("the section `{shown}` isn't known, and isn't counted; this is its first row");
    teller.note(row, statement, &reason);
}
