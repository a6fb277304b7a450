//! A secret in memory: wiped when it is dropped, and never printed.

use std::fmt;

use zeroize::Zeroizing;

/// A credential, a passphrase, or another text that nobody else may see.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    /// The longest that is kept, in bytes: a key in PEM form has a few thousand.
    pub const MOST_BYTES: usize = 64 << 10;

    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// What stands in a file or comes from a pipe: the last end of line isn't part of it.
    #[must_use]
    pub fn from_line(mut bytes: Vec<u8>) -> Self {
        for end in [b'\n', b'\r'] {
            if bytes.last() == Some(&end) {
                bytes.pop();
            }
        }
        Self::new(bytes)
    }

    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_never_printed() {
        let secret = Secret::new(b"open sesame".to_vec());
        assert_eq!(format!("{secret:?} {:?}", Some(&secret)), "Secret(…) Some(Secret(…))");
    }

    #[test]
    fn one_end_of_line_is_not_part_of_it() {
        let check = |line: &[u8], expected: &[u8]| {
            assert_eq!(Secret::from_line(line.to_vec()).expose(), expected);
        };
        check(b"word\n", b"word");
        check(b"word\r\n", b"word");
        check(b"two\nlines\n\n", b"two\nlines\n");
        check(b" word ", b" word ");
        check(b"\n", b"");
    }
}
