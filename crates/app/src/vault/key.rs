//! The key of the vault: 32 bytes from a file, or from a passphrase by Argon2id; and what it seals.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use super::{Secret, VaultError};

const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 24;

/// The first byte of all that is sealed: how it is.
const XCHACHA20_POLY1305: u8 = 1;

/// Makes the key of a passphrase. RFC 9106, section 4: 64 MiB, three passes, four lanes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Derivation {
    pub(super) salt: Vec<u8>,
    pub(super) memory_kib: u32,
    pub(super) passes: u32,
    pub(super) lanes: u32,
}

/// A database that asks for more is damaged, or isn't meant well.
const MOST_MEMORY_KIB: u32 = 1 << 20;
const MOST_PASSES: u32 = 32;

impl Derivation {
    pub(super) fn new() -> Result<Self> {
        let salt = random::<16>()?.to_vec();
        Ok(Self { salt, memory_kib: 64 << 10, passes: 3, lanes: 4 })
    }

    /// Takes a tenth of a second, and the memory.
    pub(super) fn key(&self, passphrase: &Secret) -> Result<Key> {
        if self.memory_kib > MOST_MEMORY_KIB || self.passes > MOST_PASSES {
            return Err(anyhow!(
                "the database asks for an impossible derivation of the vault's key"
            ));
        }
        let parameters = Params::new(self.memory_kib, self.passes, self.lanes, Some(KEY_BYTES))
            .map_err(|error| anyhow!("deriving the vault's key: {error}"))?;
        let mut key = Zeroizing::new([0; KEY_BYTES]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters)
            .hash_password_into(passphrase.expose(), &self.salt, key.as_mut_slice())
            .map_err(|error| anyhow!("deriving the vault's key: {error}"))?;
        Ok(Key(key))
    }
}

/// Seals, and opens what it sealed.
pub(crate) struct Key(Zeroizing<[u8; KEY_BYTES]>);

impl Key {
    /// `bound`: what the secret belongs to; it opens for nothing else.
    pub(super) fn seal(&self, bound: &[u8], plain: &[u8]) -> Result<Vec<u8>> {
        let nonce = random::<NONCE_BYTES>()?;
        let payload = Payload { msg: plain, aad: bound };
        let sealed = self
            .cipher()
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| anyhow!("a secret can't be sealed"))?;
        Ok([&[XCHACHA20_POLY1305][..], &nonce, &sealed].concat())
    }

    /// None where it was sealed by another key, for something else, or was changed since.
    pub(super) fn open(&self, bound: &[u8], sealed: &[u8]) -> Option<Secret> {
        let (&version, rest) = sealed.split_first()?;
        let (nonce, sealed) = rest.split_first_chunk::<NONCE_BYTES>()?;
        if version != XCHACHA20_POLY1305 {
            return None;
        }
        let payload = Payload { msg: sealed, aad: bound };
        self.cipher().decrypt(&XNonce::from(*nonce), payload).ok().map(Secret::new)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&*self.0).into())
    }
}

fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| anyhow!("no randomness: {error}"))?;
    Ok(bytes)
}

/// Reads a key file; none where there is no file.
pub(super) fn read(path: &Path) -> Result<Option<Key>, VaultError> {
    let reading = || format!("reading the vault's key file `{}`", path.display());
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(anyhow!(error).context(reading()).into()),
    };
    refuse_exposed(path, &file)?;
    let mut bytes = Zeroizing::new(Vec::with_capacity(KEY_BYTES + 1));
    file.take(KEY_BYTES as u64 + 1).read_to_end(&mut bytes).with_context(reading)?;
    let key: [u8; KEY_BYTES] =
        bytes.as_slice().try_into().map_err(|_| VaultError::NoKey(path.to_path_buf()))?;
    Ok(Some(Key(Zeroizing::new(key))))
}

#[cfg(unix)]
fn refuse_exposed(path: &Path, file: &File) -> Result<(), VaultError> {
    use std::os::unix::fs::PermissionsExt;
    let metadata = file.metadata().context("looking at the vault's key file")?;
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 == 0 { Ok(()) } else { Err(VaultError::Exposed { path: path.into(), mode }) }
}

#[cfg(not(unix))]
fn refuse_exposed(_path: &Path, _file: &File) -> Result<(), VaultError> {
    Ok(())
}

/// Makes a key file that only its owner may read, whole or not at all; one that another process made
/// meanwhile stays.
pub(super) fn create(path: &Path) -> Result<()> {
    let making = || format!("making the vault's key file `{}`", path.display());
    let draft = draft_of(path)?;
    let made = write_private(&draft).and_then(|()| match fs::hard_link(&draft, path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error.into()),
        _ => Ok(()),
    });
    let removed = fs::remove_file(&draft);
    made.with_context(making)?;
    removed.with_context(making)
}

fn draft_of(path: &Path) -> Result<PathBuf> {
    let mark = u64::from_le_bytes(random::<8>()?);
    Ok(path.with_extension(format!("key.{mark:016x}")))
}

fn write_private(path: &Path) -> Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let key = Zeroizing::new(random::<KEY_BYTES>()?);
    let mut file = options.open(path)?;
    file.write_all(key.as_slice())?;
    Ok(file.sync_all()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> Key {
        Key(Zeroizing::new([byte; KEY_BYTES]))
    }

    #[test]
    fn what_is_sealed_opens_for_the_same_key_and_the_same_owner_alone() {
        let sealed = key(1).seal(b"account/degiro/password", b"open sesame").unwrap();
        let opened = |key: Key, bound: &[u8], sealed: &[u8]| {
            key.open(bound, sealed).map(|secret| secret.expose().to_vec())
        };
        let bound = b"account/degiro/password";
        assert_eq!(opened(key(1), bound, &sealed).as_deref(), Some(&b"open sesame"[..]));
        assert_eq!(opened(key(2), bound, &sealed), None);
        assert_eq!(opened(key(1), b"account/bitvavo/password", &sealed), None);
        for place in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[place] ^= 1;
            assert_eq!(opened(key(1), bound, &changed), None, "byte {place}");
        }
        for length in 0..sealed.len() {
            assert_eq!(opened(key(1), bound, &sealed[..length]), None, "{length} bytes");
        }
        assert!(!sealed.windows(4).any(|part| part == b"open"));
    }

    /// RFC 9106, appendix A: the test vector of Argon2id has a secret and associated data, which are
    /// not used here; so that this one is of the reference implementation's `test.c`.
    #[test]
    fn a_passphrase_makes_the_key_that_others_compute() {
        let derivation =
            Derivation { salt: b"somesalt".to_vec(), memory_kib: 1 << 16, passes: 2, lanes: 1 };
        let key = derivation.key(&Secret::new(b"password".to_vec())).unwrap();
        let told = stonks_plugin::digest::hex(key.0.as_slice());
        assert_eq!(told, "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7");
    }

    #[test]
    fn an_impossible_derivation_is_refused() {
        let mut derivation = Derivation::new().unwrap();
        derivation.memory_kib = u32::MAX;
        assert!(derivation.key(&Secret::new(b"password".to_vec())).is_err());
    }
}
