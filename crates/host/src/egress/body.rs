//! An answer's body, bounded on the wire and again when it is unpacked.

use std::io::{self, Write};

use flate2::write::MultiGzDecoder;

/// Why a body isn't handed out.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum BodyError {
    TooLarge,
    Damaged,
}

/// A body on its way in.
pub(super) enum Body {
    Plain(Bounded),
    Gzip(Box<MultiGzDecoder<Bounded>>),
}

/// Takes as much as it may, and then fails.
pub(super) struct Bounded {
    content: Vec<u8>,
    limit: usize,
    is_full: bool,
}

impl Write for Bounded {
    fn write(&mut self, part: &[u8]) -> io::Result<usize> {
        if self.content.len() + part.len() > self.limit {
            self.is_full = true;
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.content.extend_from_slice(part);
        Ok(part.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Body {
    pub(super) fn new(is_gzip: bool, limit: usize) -> Self {
        let bounded = Bounded { content: Vec::new(), limit, is_full: false };
        if is_gzip {
            Self::Gzip(Box::new(MultiGzDecoder::new(bounded)))
        } else {
            Self::Plain(bounded)
        }
    }

    pub(super) fn take(&mut self, part: &[u8]) -> Result<(), BodyError> {
        let taken = match self {
            Self::Plain(bounded) => bounded.write_all(part),
            Self::Gzip(decoder) => decoder.write_all(part),
        };
        taken.map_err(|_| self.error())
    }

    pub(super) fn end(mut self) -> Result<Vec<u8>, BodyError> {
        if let Self::Gzip(decoder) = &mut self
            && decoder.try_finish().is_err()
        {
            return Err(self.error());
        }
        let mut bounded = match self {
            Self::Plain(bounded) => bounded,
            Self::Gzip(mut decoder) => std::mem::replace(
                decoder.get_mut(),
                Bounded { content: Vec::new(), limit: 0, is_full: false },
            ),
        };
        Ok(std::mem::take(&mut bounded.content))
    }

    fn error(&self) -> BodyError {
        let bounded = match self {
            Self::Plain(bounded) => bounded,
            Self::Gzip(decoder) => decoder.get_ref(),
        };
        if bounded.is_full { BodyError::TooLarge } else { BodyError::Damaged }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;

    fn packed(content: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(content).unwrap();
        encoder.finish().unwrap()
    }

    fn check(is_gzip: bool, parts: &[&[u8]], expected: &Result<&[u8], BodyError>) {
        let mut body = Body::new(is_gzip, 1_000);
        let taken = parts.iter().try_for_each(|part| body.take(part));
        let told = taken.and_then(|()| body.end());
        assert_eq!(told.as_deref(), expected.as_ref().map(|content| *content));
    }

    #[test]
    fn a_body_is_taken_in_parts() {
        check(false, &[b"a", b"bc"], &Ok(b"abc"));
        let packed = packed(b"abc");
        check(true, &[&packed[..5], &packed[5..]], &Ok(b"abc"));
    }

    #[test]
    fn a_body_beyond_the_limit_is_left() {
        check(false, &[&[0; 600], &[0; 600]], &Err(BodyError::TooLarge));
    }

    #[test]
    fn a_bomb_does_not_unfold() {
        let bomb = packed(&vec![0; 10 << 20]);
        check(true, &[&bomb], &Err(BodyError::TooLarge));
        let nested = packed(&bomb[..900]);
        check(true, &[&nested], &Ok(&bomb[..900]));
    }

    #[test]
    fn a_packed_body_that_is_cut_off_is_damaged() {
        let packed = packed(b"abc");
        check(true, &[&packed[..packed.len() - 6]], &Err(BodyError::Damaged));
        check(true, &[b"no gzip at all"], &Err(BodyError::Damaged));
    }
}
