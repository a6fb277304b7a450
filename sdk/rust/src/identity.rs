//! Stable identities for facts to which the broker gives no id.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

/// Digests of content, numbered among equals within one delivery.
///
/// Two executions of the same size in the same minute are two facts; the same row in two exports is
/// one. Both hold as long as exports are cut between days, where all equals stand together.
#[derive(Debug, Default)]
pub struct Identities {
    seen: HashMap<[u8; 16], u32>,
}

impl Identities {
    /// None seen yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// An identity for the fact whose content is `parts`: `prefix`, 128 bits of SHA-256, and a number
    /// from the second equal on. Choose parts that are the same in every language and kind of export.
    pub fn of(&mut self, prefix: &str, parts: &[&str]) -> String {
        let mut hash = Sha256::new();
        for part in [prefix].iter().chain(parts) {
            // With lengths, so that ("ab", "c") and ("a", "bc") differ.
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part.as_bytes());
        }
        let digest: [u8; 32] = hash.finalize().into();
        let mut short = [0; 16];
        short.copy_from_slice(&digest[..16]);
        let count = self.seen.entry(short).or_default();
        *count += 1;
        let hex: String = short.iter().map(|byte| format!("{byte:02x}")).collect();
        if *count == 1 { format!("{prefix}:{hex}") } else { format!("{prefix}:{hex}:{count}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equals_are_numbered_and_differ_from_others() {
        let mut identities = Identities::new();
        let first = identities.of("t", &["ab", "c"]);
        let second = identities.of("t", &["ab", "c"]);
        let other = identities.of("t", &["a", "bc"]);
        assert_eq!(second, format!("{first}:2"));
        assert_ne!(first, other);
        assert_eq!(Identities::new().of("t", &["ab", "c"]), first);
    }
}
