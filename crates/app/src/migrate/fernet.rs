//! Fernet tokens, by which the Python system encrypts credentials: AES-128-CBC under an HMAC-SHA256.
//!
//! Source: <https://github.com/fernet/spec/blob/master/Spec.md>. A token is proven genuine before anything
//! of it is decrypted. When it was made doesn't matter here.

use aes::Aes128;
use aes::cipher::block_padding::Pkcs7;
use aes::cipher::{BlockModeDecrypt, KeyIvInit};
use base64::Engine;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::vault::Secret;

/// Whether the padding was kept or not.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

const VERSION: u8 = 0x80;
const BLOCK: usize = 16;
/// Version, time and initialisation vector.
const HEAD: usize = 1 + 8 + BLOCK;
const MAC: usize = 32;

/// Why a token isn't decrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum FernetError {
    #[error("it is no Fernet key: 32 bytes in URL-safe base64 are expected")]
    Key,
    #[error("they are no Fernet token")]
    Token,
    #[error("they were encrypted with another key, or damaged since")]
    Mac,
}

/// The two halves of a key: one proves, one decrypts.
pub(super) struct FernetKey {
    signing: Zeroizing<[u8; BLOCK]>,
    encryption: Zeroizing<[u8; BLOCK]>,
}

impl FernetKey {
    /// As the key file has it, with an end of line or without.
    pub(super) fn parse(text: &[u8]) -> Result<Self, FernetError> {
        let bytes = Zeroizing::new(BASE64.decode(text.trim_ascii()).map_err(|_| FernetError::Key)?);
        let halves: &[u8; 2 * BLOCK] = bytes.as_slice().try_into().map_err(|_| FernetError::Key)?;
        let (signing, encryption) = halves.split_at(BLOCK);
        let half = |half: &[u8]| {
            let mut own = Zeroizing::new([0; BLOCK]);
            own.copy_from_slice(half);
            own
        };
        Ok(Self { signing: half(signing), encryption: half(encryption) })
    }

    /// What a token holds.
    pub(super) fn decrypt(&self, token: &[u8]) -> Result<Secret, FernetError> {
        let token = BASE64.decode(token.trim_ascii()).map_err(|_| FernetError::Token)?;
        let (signed, mac) = token.split_last_chunk::<MAC>().ok_or(FernetError::Token)?;
        let encrypted = signed.get(HEAD..).ok_or(FernetError::Token)?;
        let is_whole = !encrypted.is_empty() && encrypted.len().is_multiple_of(BLOCK);
        if signed.first() != Some(&VERSION) || !is_whole {
            return Err(FernetError::Token);
        }
        let mut proof = Hmac::<Sha256>::new_from_slice(self.signing.as_slice())
            .map_err(|_| FernetError::Key)?;
        proof.update(signed);
        // Takes the same time wherever they differ.
        proof.verify_slice(mac).map_err(|_| FernetError::Mac)?;
        let decryptor = cbc::Decryptor::<Aes128>::new_from_slices(
            self.encryption.as_slice(),
            &signed[HEAD - BLOCK..HEAD],
        )
        .map_err(|_| FernetError::Token)?;
        let plain =
            decryptor.decrypt_padded_vec::<Pkcs7>(encrypted).map_err(|_| FernetError::Mac)?;
        Ok(Secret::new(plain))
    }

    /// The Python system encodes its tokens once more before it stores them.
    pub(super) fn decrypt_stored(&self, stored: &str) -> Result<Secret, FernetError> {
        let token = BASE64.decode(stored.trim()).map_err(|_| FernetError::Token)?;
        self.decrypt(&token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `verify.json` and `invalid.json` of the specification.
    const KEY: &[u8] = b"cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=";
    const TOKEN: &str = "gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA==";

    fn check(token: &str, expected: Result<&str, FernetError>) {
        let told = FernetKey::parse(KEY).unwrap().decrypt(token.as_bytes());
        let told = told.map(|told| String::from_utf8(told.expose().to_vec()).unwrap());
        assert_eq!(told.as_deref(), expected.as_ref().map(|text| *text), "{token}");
    }

    #[test]
    fn the_specifications_token_is_decrypted() {
        check(TOKEN, Ok("hello"));
        check(&format!("{TOKEN}\n"), Ok("hello"));
        check(TOKEN.trim_end_matches('='), Ok("hello"));
    }

    #[test]
    fn what_was_changed_is_refused_before_it_is_decrypted() {
        let bytes = BASE64.decode(TOKEN).unwrap();
        for place in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[place] ^= 1;
            let expected = if place == 0 { FernetError::Token } else { FernetError::Mac };
            check(&BASE64.encode(&changed), Err(expected));
        }
        for length in 0..bytes.len() {
            let told =
                FernetKey::parse(KEY).unwrap().decrypt(BASE64.encode(&bytes[..length]).as_bytes());
            assert!(told.is_err(), "{length}");
        }
        check("%%", Err(FernetError::Token));
        check("", Err(FernetError::Token));
    }

    #[test]
    fn a_key_is_32_bytes_and_may_end_its_line() {
        assert!(FernetKey::parse(&[KEY, b"\r\n"].concat()).is_ok());
        for bad in [&b""[..], b"short", &KEY[1..], b"!!!!"] {
            assert_eq!(FernetKey::parse(bad).err(), Some(FernetError::Key));
        }
    }
}
