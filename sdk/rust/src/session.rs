//! A file on its way in, told in pages.

use std::cell::RefCell;

use crate::bindings::exports::file_import::exports::stonks::plugin::file_import;
use crate::{Fact, Page, PluginError, Progress};

/// Facts of one page, and how far they bring the import.
pub struct Batch {
    /// In the order in which the broker tells them.
    pub facts: Vec<Fact>,
    /// Whether there is a page behind this one.
    pub has_more: bool,
    /// Rows, or bytes, that are done, and how many there are.
    pub progress: Option<(u64, u64)>,
}

/// Where the facts of a file come from.
pub trait FactSource {
    /// The next page; at most 10,000 facts.
    ///
    /// # Errors
    /// A row that can't be read.
    fn next_batch(&mut self) -> Result<Batch, PluginError>;
}

/// Facts in one page. The contract asks for at most 10,000; fewer keep the memory low.
const PAGE_LENGTH: usize = 2_000;

struct AllAtOnce {
    facts: std::vec::IntoIter<Fact>,
    total: u64,
}

impl FactSource for AllAtOnce {
    fn next_batch(&mut self) -> Result<Batch, PluginError> {
        let facts: Vec<Fact> = self.facts.by_ref().take(PAGE_LENGTH).collect();
        let left = self.facts.len() as u64;
        let progress = Some((self.total - left, self.total));
        Ok(Batch { facts, has_more: left > 0, progress })
    }
}

/// A source for a file that was read whole.
#[must_use]
pub fn all_at_once(facts: Vec<Fact>) -> Box<dyn FactSource> {
    let total = facts.len() as u64;
    Box::new(AllAtOnce { facts: facts.into_iter(), total })
}

/// The exported resource. Written by [`crate::export_plugin`].
#[doc(hidden)]
pub struct Session(RefCell<Box<dyn FactSource>>);

impl Session {
    #[doc(hidden)]
    #[must_use]
    pub fn exported(source: Box<dyn FactSource>) -> file_import::Session {
        file_import::Session::new(Self(RefCell::new(source)))
    }
}

impl file_import::GuestSession for Session {
    async fn next_page(&self) -> Result<Page, PluginError> {
        // The host calls one at a time; a second call in the midst of one is refused, not a panic.
        let Ok(mut source) = self.0.try_borrow_mut() else {
            return Err(PluginError::Failed("a page is already under way".to_owned()));
        };
        let batch = source.next_batch()?;
        Ok(Page {
            facts: batch.facts,
            next: batch.has_more.then(|| "more".to_owned()),
            progress: batch.progress.map(|(done, total)| Progress { done, total: Some(total) }),
        })
    }
}
