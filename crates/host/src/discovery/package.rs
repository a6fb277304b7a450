//! The code of a Python plugin: a folder of files.

use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use stonks_plugin::manifest;

use super::found::{Bytes, Found};
use super::reading::{self, ReadError, Stamp};
use super::source::Source;
use crate::bridge::Bridge;

/// A package with more files isn't run.
const MOST_FILES: usize = 4_096;

/// A larger file isn't run, nor a package whose files are larger together.
const MOST_BYTES: u64 = 64 << 20;

/// Folders within folders.
const DEEPEST: usize = 16;

/// The code of a Python plugin, as it was when it was read.
#[derive(Debug, Clone)]
pub struct Package {
    /// The folder with the manifest.
    pub folder: PathBuf,
    /// Its files by their names in it, the manifest among them.
    pub files: Vec<(PathBuf, Vec<u8>)>,
    /// SHA-256 over the names and contents of its files but the manifest.
    pub digest: [u8; 32],
    /// Of an installed package, the name of its entry point, and where packages are installed.
    pub installed: Option<Installed>,
    /// Of a bridge, the installation at its other end.
    pub bridge: Option<Bridge>,
}

/// Where an installed package comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installed {
    /// The name of its entry point.
    pub entry: String,
    /// The folder of installed packages.
    pub site_packages: PathBuf,
}

impl Installed {
    /// The virtual environment that it is installed in, if it is one.
    #[must_use]
    pub fn environment(&self) -> Option<&Path> {
        self.site_packages.ancestors().find(|folder| folder.join("pyvenv.cfg").is_file())
    }
}

impl Found {
    /// The Python package beside the very manifest that was judged.
    ///
    /// # Errors
    /// Files that can't be read, that lead out of the folder, or that are too many or too large.
    pub fn package(&self) -> Result<Package, ReadError> {
        let Bytes::Folder(folder) = &self.bytes else { return Err(ReadError::NoComponent) };
        let manifest = self.confirm(folder)?;
        let installed = match &self.source {
            Source::EntryPoint { entry, site_packages, .. } => {
                Some(Installed { entry: entry.clone(), site_packages: site_packages.clone() })
            }
            _ => None,
        };
        let mut files = read(folder)?;
        let digest = digest(&files);
        let bridge = match &self.source {
            // Anyone can write such a file; it means something only where the host itself wrote it.
            Source::Bridge(_) => Some(Bridge::read(&files).ok_or(ReadError::NoComponent)?),
            _ => None,
        };
        files.push((manifest::FILE_NAME.into(), manifest));
        Ok(Package { folder: folder.clone(), files, digest, installed, bridge })
    }
}

fn read(folder: &Path) -> Result<Vec<(PathBuf, Vec<u8>)>, ReadError> {
    let files = files(folder, MOST_FILES + 1);
    if files.len() > MOST_FILES {
        return Err(ReadError::TooMany { path: folder.to_path_buf(), limit: MOST_FILES });
    }
    let mut left = MOST_BYTES;
    let mut contents = Vec::with_capacity(files.len());
    for file in files {
        let name = file.strip_prefix(folder).unwrap_or(&file);
        let content = reading::read(folder, &name.to_string_lossy(), left)?.bytes;
        left -= content.len() as u64;
        contents.push((name.to_path_buf(), content));
    }
    Ok(contents)
}

fn digest(files: &[(PathBuf, Vec<u8>)]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for (name, content) in files {
        for part in [name.as_os_str().as_encoded_bytes(), content] {
            hasher.update((part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
    }
    hasher.finalize().into()
}

/// Stamps of files, so that a change of any shows without opening it.
pub(super) fn stamps(folder: &Path, most: usize) -> Vec<(PathBuf, Stamp)> {
    let stamped = |file: PathBuf| {
        let stamp = reading::stamp(&file)?;
        Some((file, stamp))
    };
    files(folder, most).into_iter().filter_map(stamped).collect()
}

/// Files of a folder and of those below it, in order. What tools keep there for themselves is no part of
/// the plugin, and the manifest is judged apart.
fn files(folder: &Path, most: usize) -> Vec<PathBuf> {
    let mut files = Vec::new();
    collect(folder, DEEPEST, most, &mut files);
    files.retain(|file| file != &folder.join(manifest::FILE_NAME));
    files.sort();
    files
}

fn collect(folder: &Path, deepest: usize, most: usize, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.as_encoded_bytes();
        if files.len() >= most || name.starts_with(b".") || name == b"__pycache__" {
            continue;
        }
        // Of a link, not what it leads to: that is looked at when it is read.
        match entry.file_type() {
            Ok(kind) if kind.is_dir() && deepest > 0 => {
                collect(&entry.path(), deepest - 1, most, files);
            }
            Ok(kind) if !kind.is_dir() => files.push(entry.path()),
            _ => {}
        }
    }
}
