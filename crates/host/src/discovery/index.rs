//! What earlier discoveries read, kept by folder and by what the file system says of the manifest.
//!
//! A line holds a seal, a folder, a stamp, a digest, and the judgement. A line that is damaged, of
//! another program, or of a manifest that has changed is passed over, and the manifest is read.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use stonks_plugin::digest::hex;
use stonks_plugin::{Finding, Level, Manifest};

use super::found::Judged;
use super::reading::{self, Stamp};

/// A larger index isn't read.
const MOST_BYTES: u64 = 128 << 20;

/// With more folders than that, those that weren't looked at are forgotten.
const MOST_LINES: usize = 100_000;

/// More rules than any program has.
const MOST_RULES: usize = 1_000;

/// Changes with the form of the lines.
const FORMAT: &str = "stonks-discovery 1";

/// The file's text, and when it was written.
#[derive(Default)]
pub(super) struct Text {
    text: String,
    written: Option<Stamp>,
}

impl Text {
    /// Empty where there is none of this program, whatever the reason: then all is read anew.
    pub(super) fn load(path: &Path) -> Self {
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
            return Self::default();
        };
        let content = match reading::read(folder, &name.to_string_lossy(), MOST_BYTES) {
            Ok(content) => content,
            Err(error) => {
                tracing::debug!(%error, "no index of plugins");
                return Self::default();
            }
        };
        match String::from_utf8(content.bytes) {
            Ok(text) if text.lines().next() == Some(header().as_str()) => {
                Self { text, written: content.stamp }
            }
            _ => Self::default(),
        }
    }
}

/// The same program judges the same way; another one may know better.
fn header() -> String {
    let program = std::env::current_exe().ok();
    let stamp = program.and_then(|program| reading::stamp(&program));
    let stamp = stamp.map_or_else(String::new, |stamp| stamp.text());
    format!("{FORMAT} {} {stamp}", env!("CARGO_PKG_VERSION"))
}

/// Lines by folder.
pub(super) struct Index<'a> {
    lines: HashMap<&'a str, Line<'a>>,
    written: Option<Stamp>,
}

#[derive(Clone, Copy)]
struct Line<'a> {
    whole: &'a str,
    seal: &'a str,
    /// Folder, stamp, digest and judgement.
    sealed: &'a str,
}

impl<'a> Index<'a> {
    pub(super) fn over(text: &'a Text) -> Self {
        let lines = text.text.lines().skip(1).filter_map(|whole| {
            let (seal, sealed) = whole.split_once('\t')?;
            let (folder, _) = sealed.split_once('\t')?;
            Some((folder, Line { whole, seal, sealed }))
        });
        Self { lines: lines.collect(), written: text.written }
    }

    /// Whether nothing is known.
    pub(super) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// What was said of this folder's manifest when it had this stamp.
    pub(super) fn get(&self, folder: &Path, stamp: &Stamp) -> Option<(Judged, &'a str)> {
        if !stamp.is_settled_at(self.written.as_ref()?) {
            return None;
        }
        let line = self.lines.get(folder.to_str()?)?;
        let mut fields = line.sealed.splitn(4, '\t').skip(1);
        let (kept_stamp, digest, judgement) = (fields.next()?, fields.next()?, fields.next()?);
        if kept_stamp != stamp.text() || line.seal != seal(line.sealed) {
            return None;
        }
        let kept: Kept<Manifest> = serde_json::from_str(judgement).ok()?;
        let findings = kept.findings.into_iter().map(KeptFinding::restore);
        let judged = Judged {
            manifest: kept.manifest,
            findings: findings.collect::<Option<_>>()?,
            digest: from_hex(digest)?,
        };
        Some((judged, line.whole))
    }

    /// Keeps this discovery's lines, of which those that came from here are borrowed, and earlier ones
    /// of folders where it didn't look.
    pub(super) fn replace(
        &self,
        path: &Path,
        lines: &[Cow<'_, str>],
        looked_in: &HashSet<PathBuf>,
    ) -> io::Result<()> {
        let (seen, unseen): (Vec<_>, Vec<_>) = self.lines.iter().partition(|(folder, _)| {
            let folder = Path::new(folder);
            looked_in.contains(folder)
                || folder.parent().is_some_and(|parent| looked_in.contains(parent))
        });
        let is_known = |line: &Cow<'_, str>| matches!(line, Cow::Borrowed(_));
        if seen.len() == lines.len() && lines.iter().all(is_known) {
            return Ok(());
        }
        let room = MOST_LINES.saturating_sub(lines.len());
        let kept = if unseen.len() <= room { unseen } else { Vec::new() };
        let mut text = header();
        text.push('\n');
        let kept = kept.iter().map(|(_, line)| line.whole);
        for line in lines.iter().map(AsRef::as_ref).chain(kept) {
            text.push_str(line);
            text.push('\n');
        }
        write(path, &text)
    }
}

/// Beside and renamed, so that no reader sees half a file.
fn write(path: &Path, text: &str) -> io::Result<()> {
    let folder = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
    fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.persist(path)?;
    Ok(())
}

#[derive(Serialize, Deserialize)]
struct Kept<M> {
    manifest: Option<M>,
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    findings: Vec<KeptFinding>,
}

#[derive(Serialize, Deserialize)]
struct KeptFinding {
    rule: String,
    level: Level,
    at: String,
    message: String,
    hint: Option<String>,
}

impl KeptFinding {
    fn of(finding: &Finding) -> Self {
        let Finding { rule, level, at, message, hint } = finding.clone();
        Self { rule: rule.to_owned(), level, at, message, hint }
    }

    fn restore(self) -> Option<Finding> {
        let Self { rule, level, at, message, hint } = self;
        Some(Finding { rule: static_rule(&rule)?, level, at, message, hint })
    }
}

/// Rules are named by constants of the program. A name that comes back from a file is kept for good,
/// once; there are few.
fn static_rule(rule: &str) -> Option<&'static str> {
    static RULES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut rules = RULES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = rules.get(rule) {
        return Some(known);
    }
    if rules.len() >= MOST_RULES || rule.len() > 64 {
        return None;
    }
    let kept: &'static str = Box::leak(rule.into());
    rules.insert(kept);
    Some(kept)
}

/// The line to keep. None for a folder whose name can't stand in a line.
pub(super) fn line(folder: &Path, stamp: &Stamp, judged: &Judged) -> Option<String> {
    let folder = folder.to_str().filter(|folder| !folder.contains(['\t', '\n', '\r']))?;
    let kept = Kept {
        manifest: judged.manifest.as_ref(),
        findings: judged.findings.iter().map(KeptFinding::of).collect(),
    };
    let judgement = serde_json::to_string(&kept).ok()?;
    let digest = hex(&judged.digest);
    let sealed = format!("{folder}\t{}\t{digest}\t{judgement}", stamp.text());
    Some(format!("{}\t{sealed}", seal(&sealed)))
}

/// Against damage, not against malice: who can write here can install plugins as well.
fn seal(sealed: &str) -> String {
    let mut hasher = DefaultHasher::new();
    sealed.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

fn from_hex(text: &str) -> Option<[u8; 32]> {
    let mut digest = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (place, byte) in digest.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * place..2 * place + 2], 16).ok()?;
    }
    Some(digest)
}
