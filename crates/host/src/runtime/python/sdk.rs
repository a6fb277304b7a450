//! The SDK for Python, which is part of the program: unpacked once, where plugins may read it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use sha2::{Digest, Sha256};
use stonks_plugin::digest::hex;
use tempfile::TempDir;

include!(concat!(env!("OUT_DIR"), "/python_sdk.rs"));

/// Where it is, or will be.
pub(crate) struct Sdk {
    data_dir: Option<PathBuf>,
    unpacked: OnceLock<Arc<Unpacked>>,
}

/// A folder of the data directory, or one that goes with the last who uses it.
pub(crate) enum Unpacked {
    Kept(PathBuf),
    Temporary(TempDir),
}

impl Sdk {
    pub(crate) fn new(data_dir: Option<&Path>) -> Self {
        Self { data_dir: data_dir.map(Path::to_path_buf), unpacked: OnceLock::new() }
    }

    /// The folder that holds `run_plugin.py`, there as long as this is held: a plugin reads of it what it
    /// needs when it needs it.
    pub(crate) fn unpacked(&self) -> io::Result<Arc<Unpacked>> {
        if let Some(unpacked) = self.unpacked.get() {
            return Ok(Arc::clone(unpacked));
        }
        let unpacked = Arc::new(self.unpack()?);
        Ok(Arc::clone(self.unpacked.get_or_init(|| unpacked)))
    }

    /// Named by its content, so that another version of the program has another folder. It appears
    /// whole or not at all.
    fn unpack(&self) -> io::Result<Unpacked> {
        let Some(data_dir) = &self.data_dir else {
            let folder = tempfile::tempdir()?;
            write(SDK, folder.path())?;
            return Ok(Unpacked::Temporary(folder));
        };
        let cache = std::path::absolute(data_dir)?.join("cache/python-sdk");
        let folder = cache.join(&digest()[..16]);
        if !folder.is_dir() {
            fs::create_dir_all(&cache)?;
            let unfinished = tempfile::tempdir_in(&cache)?;
            write(SDK, unfinished.path())?;
            if let Err(error) = fs::rename(unfinished.keep(), &folder)
                // Another process was faster.
                && !folder.is_dir()
            {
                return Err(error);
            }
        }
        Ok(Unpacked::Kept(folder))
    }
}

/// Writes down the contract, as the SDK builds components against it.
pub(super) fn write_contract(folder: &Path) -> io::Result<()> {
    write(WIT, folder)
}

impl Unpacked {
    pub(crate) fn folder(&self) -> &Path {
        match self {
            Self::Kept(folder) => folder,
            Self::Temporary(folder) => folder.path(),
        }
    }
}

fn write(files: &[(&str, &[u8])], folder: &Path) -> io::Result<()> {
    for (path, content) in files {
        let path = folder.join(path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(path, content)?;
    }
    Ok(())
}

fn digest() -> String {
    let mut hasher = Sha256::new();
    for (path, content) in SDK {
        hasher.update((path.len() as u64).to_le_bytes());
        hasher.update(path);
        hasher.update((content.len() as u64).to_le_bytes());
        hasher.update(content);
    }
    hex(&hasher.finalize())
}
