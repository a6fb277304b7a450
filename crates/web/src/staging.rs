//! Uploads that were previewed and wait for a yes. They live in memory, for a while.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use stonks_app::{ImportFile, ImportReport, Target};

/// How long an upload waits.
const PATIENCE: SignedDuration = SignedDuration::from_mins(15);

/// How many bytes may wait in all; the oldest give way.
const MOST_BYTES: usize = 256 << 20;

/// An upload.
pub(crate) struct Staged {
    pub(crate) target: Target,
    pub(crate) files: Vec<ImportFile>,
    /// What storing it would do.
    pub(crate) report: ImportReport,
}

impl Staged {
    fn bytes(&self) -> usize {
        self.files.iter().map(|file| file.content.len()).sum()
    }
}

/// Uploads by their token.
#[derive(Default)]
pub(crate) struct Staging(Mutex<HashMap<String, (Timestamp, Staged)>>);

impl Staging {
    /// Keeps an upload; returns what to ask for it by.
    pub(crate) fn keep(&self, staged: Staged, now: Timestamp) -> anyhow::Result<String> {
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(|error| anyhow::anyhow!("no randomness: {error}"))?;
        let token = stonks_plugin::digest::hex(&random);
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.retain(|_, (since, _)| now.duration_since(*since) < PATIENCE);
        waiting.insert(token.clone(), (now, staged));
        while waiting.values().map(|(_, staged)| staged.bytes()).sum::<usize>() > MOST_BYTES
            && waiting.len() > 1
        {
            let oldest =
                waiting.iter().min_by_key(|(_, (since, _))| *since).map(|(token, _)| token.clone());
            if let Some(oldest) = oldest {
                waiting.remove(&oldest);
            }
        }
        Ok(token)
    }

    /// What storing an upload would do, and whether that adds an account.
    pub(crate) fn report(&self, token: &str, now: Timestamp) -> Option<(ImportReport, bool)> {
        let waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, staged) = waiting.get(token)?;
        let is_new_account = matches!(staged.target, Target::NewAccount(_));
        (now.duration_since(*since) < PATIENCE).then(|| (staged.report.clone(), is_new_account))
    }

    /// Hands an upload out, once.
    pub(crate) fn take(&self, token: &str, now: Timestamp) -> Option<Staged> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, staged) = waiting.remove(token)?;
        (now.duration_since(since) < PATIENCE).then_some(staged)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn staged(bytes: usize) -> Staged {
        Staged {
            target: Target::Account("mine".parse().unwrap()),
            files: vec![ImportFile { name: "a".to_owned(), content: vec![0; bytes] }],
            report: ImportReport {
                account: None,
                plugin: "generic-csv".parse().unwrap(),
                dry_run: true,
                files: Vec::new(),
            },
        }
    }

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(minute * 60).unwrap()
    }

    #[test]
    fn an_upload_is_handed_out_once_and_not_too_late() {
        let staging = Staging::default();
        let token = staging.keep(staged(1), at(0)).unwrap();
        assert!(staging.report(&token, at(14)).is_some());
        assert!(staging.take(&token, at(14)).is_some());
        assert!(staging.take(&token, at(14)).is_none());
        assert!(staging.report(&token, at(14)).is_none());
        let late = staging.keep(staged(1), at(0)).unwrap();
        assert!(staging.report(&late, at(15)).is_none());
        assert!(staging.take(&late, at(15)).is_none());
    }

    #[test]
    fn the_oldest_gives_way_when_too_much_waits() {
        let staging = Staging::default();
        let first = staging.keep(staged(MOST_BYTES), at(0)).unwrap();
        let second = staging.keep(staged(1), at(1)).unwrap();
        assert!(staging.take(&first, at(2)).is_none());
        assert!(staging.take(&second, at(2)).is_some());
    }
}
