//! Compiled code, kept by the digest of the component it comes from.
//!
//! Wasmtime believes what it is told to be compiled code, so each file is sealed with a key that only
//! this installation has. A file that doesn't match its seal is compiled anew.

use std::fs;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::path::{Path, PathBuf};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use stonks_plugin::digest::hex;
use wasmtime::Engine;
use wasmtime::component::Component;

const SEAL_LENGTH: usize = 32;

pub(super) struct Cache {
    place: Option<Place>,
}

struct Place {
    folder: PathBuf,
    key: [u8; 32],
}

impl Cache {
    /// A folder that can't be used means compiling each time, and a line in the log.
    pub(super) fn new(folder: Option<PathBuf>, engine: &Engine) -> Self {
        let place = folder.and_then(|folder| {
            let opened = Place::open(&folder, engine);
            opened.inspect_err(|error| tracing::warn!(%error, folder = %folder.display(), "no cache of compiled plugins")).ok()
        });
        Self { place }
    }

    pub(super) fn get(&self, engine: &Engine, digest: &[u8; 32]) -> Option<Component> {
        let place = self.place.as_ref()?;
        let sealed = fs::read(place.file(digest)).ok()?;
        let (seal, compiled) = sealed.split_at_checked(SEAL_LENGTH)?;
        place.mac(digest, compiled).verify_slice(seal).ok()?;
        Self::load(engine, compiled).ok()
    }

    /// Failing to keep compiled code costs time, not correctness.
    pub(super) fn put(&self, digest: &[u8; 32], compiled: &[u8]) {
        let Some(place) = &self.place else { return };
        let seal = place.mac(digest, compiled).finalize().into_bytes();
        let written = write_whole(&place.file(digest), &[&seal, compiled]);
        if let Err(error) = written {
            tracing::warn!(%error, "compiled plugin could not be kept");
        }
    }

    /// Code that this engine compiled, just now or under the seal.
    #[expect(
        unsafe_code,
        reason = "the bytes come from this engine, or carry this installation's seal"
    )]
    pub(super) fn load(engine: &Engine, compiled: &[u8]) -> wasmtime::Result<Component> {
        // SAFETY: see the reason above.
        unsafe { Component::deserialize(engine, compiled) }
    }
}

impl Place {
    fn open(folder: &Path, engine: &Engine) -> std::io::Result<Self> {
        fs::create_dir_all(folder)?;
        let key = read_or_make_key(&folder.join("key"))?;
        // Code of another engine version or configuration is of no use; old folders are removed.
        let current = BuildHasherDefault::<DefaultHasher>::new().hash_one(Compatibility(engine));
        let current = format!("{current:016x}");
        for entry in fs::read_dir(folder)?.flatten() {
            if entry.path().is_dir() && entry.file_name() != *current {
                fs::remove_dir_all(entry.path())?;
            }
        }
        let folder = folder.join(current);
        fs::create_dir_all(&folder)?;
        Ok(Self { folder, key })
    }

    fn file(&self, digest: &[u8; 32]) -> PathBuf {
        self.folder.join(hex(digest))
    }

    fn mac(&self, digest: &[u8; 32], compiled: &[u8]) -> Hmac<Sha256> {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&self.key).expect("HMAC takes keys of any length");
        // With the digest, so that one component's code can't be passed off as another's.
        mac.update(digest);
        mac.update(compiled);
        mac
    }
}

struct Compatibility<'a>(&'a Engine);

impl Hash for Compatibility<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.precompile_compatibility_hash().hash(state);
    }
}

fn read_or_make_key(path: &Path) -> std::io::Result<[u8; 32]> {
    if let Ok(key) = fs::read(path)
        && let Ok(key) = key.try_into()
    {
        return Ok(key);
    }
    let mut key = [0; 32];
    getrandom::fill(&mut key).map_err(std::io::Error::other)?;
    write_whole(path, &[&key])?;
    Ok(key)
}

/// Writes beside and renames, so that no reader sees half a file. Only the owner may read it.
fn write_whole(path: &Path, parts: &[&[u8]]) -> std::io::Result<()> {
    let mut unique = [0; 8];
    getrandom::fill(&mut unique).map_err(std::io::Error::other)?;
    let beside = path.with_extension(format!("{:016x}.part", u64::from_le_bytes(unique)));
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&beside)?;
    let written = parts
        .iter()
        .try_for_each(|part| file.write_all(part))
        .and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        // What is left over is of no use; that it can't be removed changes nothing.
        let _ = fs::remove_file(&beside);
    }
    written
}
