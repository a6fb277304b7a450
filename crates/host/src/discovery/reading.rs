//! Reads files that strangers laid out: bounded, never through a link that leads out, never a device.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use stonks_plugin::manifest;

/// Why a file of a plugin can't be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The system refuses.
    #[error("`{path}` can't be read: {error}")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// Larger than any plugin needs.
    #[error("`{path}` is larger than {limit} bytes")]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// What is read at most.
        limit: u64,
    },
    /// A link or a name that leads out of the plugin's folder.
    #[error("`{path}` leads out of the plugin's folder")]
    Outside {
        /// The file.
        path: PathBuf,
    },
    /// A folder, a pipe, a socket or a device.
    #[error("`{path}` is not a file")]
    NotAFile {
        /// What was expected to be one.
        path: PathBuf,
    },
    /// Another manifest than the one that was judged.
    #[error("`{path}` has changed since it was judged")]
    Changed {
        /// The manifest.
        path: PathBuf,
    },
    /// A folder with more files than any plugin needs.
    #[error("`{path}` holds more than {limit} files")]
    TooMany {
        /// The folder.
        path: PathBuf,
        /// How many there may be.
        limit: usize,
    },
    /// The manifest names no component.
    #[error("the manifest names no component")]
    NoComponent,
}

/// What the file system tells of a file: as long as it is the same, so is the content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Stamp {
    size: u64,
    /// Nanoseconds since 1970, as all times here. A copy may keep it.
    modified: i128,
    /// When content, name or owner changed last. Nobody can set it.
    changed: i128,
    inode: u64,
    device: u64,
}

impl Stamp {
    #[cfg(unix)]
    pub(super) fn of(metadata: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        let nanoseconds =
            |seconds: i64, rest: i64| i128::from(seconds) * 1_000_000_000 + i128::from(rest);
        Self {
            size: metadata.size(),
            modified: nanoseconds(metadata.mtime(), metadata.mtime_nsec()),
            changed: nanoseconds(metadata.ctime(), metadata.ctime_nsec()),
            inode: metadata.ino(),
            device: metadata.dev(),
        }
    }

    #[cfg(not(unix))]
    pub(super) fn of(metadata: &Metadata) -> Self {
        let since_1970 = metadata
            .modified()
            .ok()
            .and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
        let modified = since_1970.map_or(0, |since| since.as_nanos() as i128);
        Self { size: metadata.len(), modified, changed: modified, inode: 0, device: 0 }
    }

    /// Whether a change after `moment` would show: file systems count time in steps, and two changes
    /// within one step look like one.
    pub(super) fn is_settled_at(&self, moment: &Self) -> bool {
        const STEP: i128 = 20_000_000;
        const COARSE_STEP: i128 = 2_000_000_000;
        let last = self.changed.max(self.modified);
        let step = if last % 1_000_000_000 == 0 { COARSE_STEP } else { STEP };
        last + step <= moment.modified
    }

    pub(super) fn text(&self) -> String {
        let Self { size, modified, changed, inode, device } = self;
        format!("{size} {modified} {changed} {inode} {device}")
    }
}

/// The stamp of a file that is no link and no device.
pub(super) fn stamp(path: &Path) -> Option<Stamp> {
    let metadata = fs::symlink_metadata(path).ok()?;
    metadata.is_file().then(|| Stamp::of(&metadata))
}

/// What was read. The stamp is missing where a link was followed: it would be that of another file.
pub(super) struct Content {
    pub(super) bytes: Vec<u8>,
    pub(super) stamp: Option<Stamp>,
}

/// Reads one file of a plugin's folder.
pub(super) fn read(folder: &Path, name: &str, limit: u64) -> Result<Content, ReadError> {
    let path = folder.join(name);
    let mut parts = Path::new(name).components();
    if !parts.clone().all(|part| matches!(part, Component::Normal(_))) {
        return Err(ReadError::Outside { path });
    }
    let is_plain = parts.nth(1).is_none();
    let metadata = fs::symlink_metadata(&path).map_err(io_error(&path))?;
    if is_plain && !metadata.is_symlink() {
        let (bytes, stamp) = read_file(&path, &path, limit)?;
        return Ok(Content { bytes, stamp: Some(stamp) });
    }
    let inside = folder.canonicalize().map_err(io_error(&path))?;
    let target = path.canonicalize().map_err(io_error(&path))?;
    if !target.starts_with(&inside) {
        return Err(ReadError::Outside { path });
    }
    let (bytes, _) = read_file(&target, &path, limit)?;
    Ok(Content { bytes, stamp: None })
}

/// Reads the manifest of a plugin's folder.
pub(super) fn manifest(folder: &Path) -> Result<Content, ReadError> {
    read(folder, manifest::FILE_NAME, manifest::MAX_BYTES as u64)
}

fn io_error(path: &Path) -> impl Fn(io::Error) -> ReadError {
    move |error| ReadError::Io { path: path.to_path_buf(), error }
}

fn read_file(target: &Path, named: &Path, limit: u64) -> Result<(Vec<u8>, Stamp), ReadError> {
    let too_large = || ReadError::TooLarge { path: named.to_path_buf(), limit };
    let file = open(target).map_err(io_error(named))?;
    // Asked of the open file: what the path names may be another one by now.
    let metadata = file.metadata().map_err(io_error(named))?;
    if !metadata.is_file() {
        return Err(ReadError::NotAFile { path: named.to_path_buf() });
    }
    if metadata.len() > limit {
        return Err(too_large());
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or_default() + 1);
    file.take(limit + 1).read_to_end(&mut bytes).map_err(io_error(named))?;
    if bytes.len() as u64 > limit {
        return Err(too_large());
    }
    Ok((bytes, Stamp::of(&metadata)))
}

/// Never waits for the other end of a pipe, and never follows a link.
#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;

    use rustix::fs::OFlags;
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits();
    fs::OpenOptions::new().read(true).custom_flags(flags.cast_signed()).open(path)
}

#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<File> {
    File::open(path)
}
