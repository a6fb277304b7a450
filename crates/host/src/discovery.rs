//! Where plugins are, and what they say of themselves; nothing of theirs is run.

mod difference;
mod entry_points;
mod found;
mod index;
mod names;
mod package;
mod reading;
mod source;

use std::borrow::Cow;
use std::collections::HashSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use stonks_plugin::{Finding, PluginId, manifest};

pub use self::difference::{Difference, difference};
pub use self::found::{Fingerprint, Found};
pub use self::package::{Installed, Package};
pub use self::reading::ReadError;
pub use self::source::{BuiltIn, Places, Source, Trust};

use crate::bridge;

use self::entry_points::{Announced, announced, leads_out, outside};
use self::found::{Bytes, Judged, printable, unreadable};
use self::index::{Index, Text};

/// Of a folder of plugins, so many are looked at.
const MOST_FOLDERS: usize = 50_000;

/// Fewer are read sooner than other threads are woken.
const FEW: usize = 32;

/// What was found, and which places couldn't be looked at.
#[derive(Debug, Clone, Default)]
pub struct Discovery {
    /// All plugins, good and bad, by name; of one name, the one that is used comes first.
    pub plugins: Vec<Found>,
    /// A place that can't be read, as a sentence. It stops nobody.
    pub problems: Vec<String>,
}

/// A folder that may hold a plugin.
struct Candidate {
    folder: PathBuf,
    source: Source,
    problem: Option<Finding>,
}

/// All plugins, by source: what comes first hides what comes later under the same name; both say so.
#[must_use]
pub fn discover(
    plugin_dirs: &[PathBuf],
    data_dir: Option<&Path>,
    places: &Places,
    built_ins: &[BuiltIn],
) -> Discovery {
    let mut search = Search::default();
    for folder in plugin_dirs {
        search.root(folder, Source::PluginDir, true);
    }
    let own = data_dir.map(|data_dir| data_dir.join("plugins"));
    search.optional(own.as_deref(), Source::DataDir);
    search.optional(places.user.as_deref(), Source::UserDir);
    search.optional(places.system.as_deref(), Source::SystemDir);
    for folder in &places.site_packages {
        search.site_packages(folder);
    }
    let before_built_ins = search.candidates.len();
    let bridges = data_dir.map(|data_dir| data_dir.join(bridge::FOLDER));
    search.optional(bridges.as_deref(), Source::Bridge);
    search.optional(places.working.as_deref(), Source::WorkingDir);

    let mut plugins = search.judge(data_dir);
    let untrusted = plugins.split_off(before_built_ins);
    plugins.extend(built_ins.iter().map(of_program));
    plugins.extend(untrusted);
    names::settle(&mut plugins);
    plugins.sort_by(|left, right| {
        let key = |found: &Found| found.hidden_by.is_some();
        left.name.cmp(&right.name).then_with(|| key(left).cmp(&key(right)))
    });
    Discovery { plugins, problems: search.problems }
}

fn of_program(built_in: &BuiltIn) -> Found {
    let judged = Judged::of(built_in.manifest);
    Found::new(built_in.name, Source::BuiltIn, Bytes::BuiltIn(*built_in), judged)
}

/// Judges the plugin in one folder, its component too.
#[must_use]
pub fn examine(folder: &Path) -> Found {
    let source = Source::PluginDir(folder.to_path_buf());
    let candidate = Candidate { folder: folder.to_path_buf(), source, problem: None };
    let (mut found, _) = judge(&candidate, None);
    found.judge_component();
    found
}

/// The bytes of a folder's manifest; none where there is none that can be read.
pub(crate) fn manifest_bytes(folder: &Path) -> Option<Vec<u8>> {
    reading::manifest(folder).ok().map(|content| content.bytes)
}

impl Found {
    /// What is in the same place now.
    #[must_use]
    pub fn again(&self) -> Self {
        let Bytes::Folder(folder) = &self.bytes else { return self.clone() };
        let candidate =
            Candidate { folder: folder.clone(), source: self.source.clone(), problem: None };
        let (found, _) = judge(&candidate, None);
        Self { trust: self.trust, ..found }
    }
}

/// The plugin that is used under this name.
#[must_use]
pub fn find<'a>(all: &'a [Found], id: &PluginId) -> Option<&'a Found> {
    all.iter().find(|found| found.name == id.as_str() && found.hidden_by.is_none())
}

/// Collects folders, in the order of their sources.
#[derive(Default)]
struct Search {
    candidates: Vec<Candidate>,
    problems: Vec<String>,
    looked_in: HashSet<PathBuf>,
    /// Places as the system knows them: one that is named twice is looked at once.
    known: HashSet<PathBuf>,
}

impl Search {
    fn optional(&mut self, root: Option<&Path>, source: fn(PathBuf) -> Source) {
        if let Some(root) = root {
            self.root(root, source, false);
        }
    }

    /// The names in a folder of plugins, in order. None where there is nothing to look at.
    fn open(&mut self, root: &Path, must_exist: bool) -> Option<(PathBuf, Vec<fs::DirEntry>)> {
        let absolute = std::path::absolute(root).unwrap_or_else(|_| root.to_path_buf());
        if let Ok(real) = absolute.canonicalize()
            && !self.known.insert(real)
        {
            return None;
        }
        let entries = match fs::read_dir(&absolute) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound && !must_exist => return None,
            Err(error) => {
                self.trouble(&format!("no plugins are read from `{}`: {error}", root.display()));
                return None;
            }
        };
        let mut entries: Vec<fs::DirEntry> = entries.flatten().take(MOST_FOLDERS + 1).collect();
        if entries.len() > MOST_FOLDERS {
            entries.truncate(MOST_FOLDERS);
            let root = root.display();
            self.trouble(&format!("of `{root}`, only {MOST_FOLDERS} entries are looked at"));
        }
        entries.sort_by_cached_key(fs::DirEntry::file_name);
        Some((absolute, entries))
    }

    fn trouble(&mut self, problem: &str) {
        self.problems.push(printable(problem));
    }

    fn root(&mut self, root: &Path, source: fn(PathBuf) -> Source, must_exist: bool) {
        let Some((root, entries)) = self.open(root, must_exist) else { return };
        // Whoever names a plugin's own folder means that plugin.
        if has_manifest(&root) {
            let source = source(root.clone());
            self.looked_in.insert(root.clone());
            self.candidates.push(Candidate { folder: root, source, problem: None });
            return;
        }
        self.looked_in.insert(root.clone());
        for entry in entries {
            // `.git`, `__pycache__` and the like are no plugins.
            if entry.file_name().as_encoded_bytes().starts_with(b".")
                || entry.file_name().as_encoded_bytes().starts_with(b"__")
            {
                continue;
            }
            let Ok(kind) = entry.file_type() else { continue };
            let folder = entry.path();
            let problem =
                (kind.is_symlink() && leads_out(&root, &folder)).then(|| outside(&folder, &root));
            let is_folder =
                kind.is_dir() || (kind.is_symlink() && (problem.is_some() || folder.is_dir()));
            let source = source(folder.clone());
            // Anything may lie in a working directory; what has no manifest is none of our business.
            let is_claim = source.trust() == Trust::Trusted || has_manifest(&folder);
            if is_folder && is_claim {
                self.candidates.push(Candidate { folder, source, problem });
            }
        }
    }

    fn site_packages(&mut self, root: &Path) {
        let Some((root, entries)) = self.open(root, false) else { return };
        for entry in entries {
            let dist_info = entry.path();
            if dist_info.extension().is_none_or(|extension| extension != "dist-info")
                || leads_out(&root, &dist_info)
            {
                continue;
            }
            for Announced { entry, distribution, folder, problem } in announced(&root, &dist_info) {
                self.looked_in.insert(folder.clone());
                let source = Source::EntryPoint {
                    folder: folder.clone(),
                    entry,
                    distribution,
                    site_packages: root.clone(),
                };
                self.candidates.push(Candidate { folder, source, problem });
            }
        }
    }

    /// Reads what isn't in the index, and brings the index up to date.
    fn judge(&self, data_dir: Option<&Path>) -> Vec<Found> {
        let path = data_dir.map(|data_dir| data_dir.join("cache/plugins.index"));
        let text = path.as_deref().map(Text::load).unwrap_or_default();
        let index = Index::over(&text);
        let judged: Vec<(Found, Option<Cow<'_, str>>)> = if self.candidates.len() < FEW {
            self.candidates.iter().map(|candidate| judge(candidate, Some(&index))).collect()
        } else {
            self.candidates.par_iter().map(|candidate| judge(candidate, Some(&index))).collect()
        };
        let (found, lines): (Vec<Found>, Vec<Option<Cow<'_, str>>>) = judged.into_iter().unzip();
        let lines: Vec<Cow<'_, str>> = lines.into_iter().flatten().collect();
        if let Some(path) = path
            && let Err(error) = index.replace(&path, &lines, &self.looked_in)
        {
            // Without it the next start takes longer, and finds the same.
            tracing::warn!(%error, path = %path.display(), "the index of plugins can't be kept");
        }
        found
    }
}

fn has_manifest(folder: &Path) -> bool {
    folder.join(manifest::FILE_NAME).symlink_metadata().is_ok()
}

/// Judges one folder by the index, or by its manifest, and tells what to keep of it.
fn judge<'a>(candidate: &Candidate, index: Option<&Index<'a>>) -> (Found, Option<Cow<'a, str>>) {
    let Candidate { folder, source, problem } = candidate;
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let found = |judged| Found::new(&name, source.clone(), Bytes::Folder(folder.clone()), judged);
    if let Some(problem) = problem {
        return (found(Judged::unreadable(problem.clone())), None);
    }
    let kept = index.filter(|index| !index.is_empty()).and_then(|index| {
        let stamp = reading::stamp(&folder.join(manifest::FILE_NAME))?;
        index.get(folder, &stamp)
    });
    if let Some((judged, line)) = kept {
        return (found(judged), Some(Cow::Borrowed(line)));
    }
    match reading::manifest(folder) {
        Ok(content) => {
            let judged = Judged::of(&content.bytes);
            let line = content.stamp.and_then(|stamp| index::line(folder, &stamp, &judged));
            (found(judged), line.map(Cow::Owned))
        }
        Err(error) => (found(Judged::unreadable(unreadable(folder, &error))), None),
    }
}
