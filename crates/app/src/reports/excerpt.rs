//! The rows of a broker's own file from which a figure comes.

use anyhow::Result;
use serde::Serialize;

use crate::app::App;
use crate::db::deliveries;

/// A line of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExcerptLine {
    /// From 1.
    pub number: u32,
    pub text: String,
    /// Whether it is the one asked for.
    pub is_wanted: bool,
}

/// A few lines of a file that was imported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Excerpt {
    pub file: String,
    pub lines: Vec<ExcerptLine>,
}

/// Lines shown before and behind the one asked for.
const AROUND: u32 = 4;

/// A longer line is cut: statements in XML may stand in one.
const LONGEST_LINE: usize = 2_000;

impl App {
    /// The line of a delivered file, and those around it. None where there is no such delivery, or it
    /// was no file.
    ///
    /// # Errors
    /// A database that can't be read.
    pub async fn excerpt(&self, delivery: i64, line: u32) -> Result<Option<Excerpt>> {
        let mut transaction = self.database.read().await?;
        let Some((file, content)) = deliveries::content(&mut transaction, delivery).await? else {
            return Ok(None);
        };
        let (first, last) = (line.saturating_sub(AROUND).max(1), line.saturating_add(AROUND));
        let text = String::from_utf8_lossy(&content);
        let lines = (1..).zip(text.lines()).skip_while(|(number, _)| *number < first);
        let lines =
            lines.take_while(|(number, _)| *number <= last).map(|(number, text)| ExcerptLine {
                number,
                text: text.chars().take(LONGEST_LINE).collect(),
                is_wanted: number == line,
            });
        Ok(Some(Excerpt { file, lines: lines.collect() }))
    }
}
