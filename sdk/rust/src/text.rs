//! Text of unknown encoding: UTF-8 with and without a mark, UTF-16, Windows-1252.
//!
//! Written here, since a library of encodings would be ten times the size of a plugin.

use std::borrow::Cow;

/// Windows-1252 for the bytes 0x80 to 0x9F; all others are as in Latin-1.
/// Source: Unicode Consortium, CP1252.TXT.
const WINDOWS_1252: [char; 32] = [
    '\u{20ac}', '\u{81}', '\u{201a}', '\u{192}', '\u{201e}', '\u{2026}', '\u{2020}', '\u{2021}',
    '\u{2c6}', '\u{2030}', '\u{160}', '\u{2039}', '\u{152}', '\u{8d}', '\u{17d}', '\u{8f}',
    '\u{90}', '\u{2018}', '\u{2019}', '\u{201c}', '\u{201d}', '\u{2022}', '\u{2013}', '\u{2014}',
    '\u{2dc}', '\u{2122}', '\u{161}', '\u{203a}', '\u{153}', '\u{9d}', '\u{17e}', '\u{178}',
];

/// Why bytes are no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoText {
    /// There is nothing.
    Empty,
    /// It holds bytes that no text holds: an archive, a picture, a spreadsheet.
    Binary,
}

impl NoText {
    /// The sentence for the user; `expected` is what the file should be, such as `a CSV export`.
    #[must_use]
    pub fn refusal(self, expected: &str) -> crate::Refusal {
        match self {
            Self::Empty => crate::bad_data(format!("the file is empty; {expected} is expected"))
                .hint("export it again"),
            Self::Binary => crate::bad_data(format!("the file is not text; {expected} is expected"))
                .hint("choose CSV or XML where the broker offers several formats; a spreadsheet or PDF can't be read"),
        }
    }
}

/// Reads text by its byte order mark, as UTF-8 where it is valid, else as Windows-1252.
///
/// # Errors
/// Nothing but white space, or control characters that no text holds.
pub fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, NoText> {
    let text = match bytes {
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes)?,
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes)?,
        [0xef, 0xbb, 0xbf, rest @ ..] => utf8_or_1252(rest),
        [first, 0, second, 0, ..] if *first != 0 && *second != 0 => {
            utf16(bytes, u16::from_le_bytes)?
        }
        [0, first, 0, second, ..] if *first != 0 && *second != 0 => {
            utf16(bytes, u16::from_be_bytes)?
        }
        _ => utf8_or_1252(bytes),
    };
    if text.trim().is_empty() {
        return Err(NoText::Empty);
    }
    if text
        .chars()
        .any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{80}'..='\u{9f}'))
    {
        return Err(NoText::Binary);
    }
    Ok(text)
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<Cow<'_, str>, NoText> {
    let pairs = bytes.chunks_exact(2);
    let is_whole = pairs.remainder().is_empty();
    let text: Result<String, _> =
        char::decode_utf16(pairs.map(|pair| unit([pair[0], pair[1]]))).collect();
    match text {
        Ok(text) if is_whole => Ok(Cow::Owned(text)),
        _ => Err(NoText::Binary),
    }
}

fn utf8_or_1252(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(
            bytes
                .iter()
                .map(|&byte| match byte {
                    0x80..=0x9f => WINDOWS_1252[usize::from(byte - 0x80)],
                    _ => char::from(byte),
                })
                .collect(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16_bytes(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(unit).collect()
    }

    #[test]
    fn every_encoding_gives_the_same_text() {
        let text = "Währungswechsel 5 €\n";
        let mut marked = vec![0xff, 0xfe];
        marked.extend(utf16_bytes(text, u16::to_le_bytes));
        let variants: [Vec<u8>; 6] = [
            text.as_bytes().to_vec(),
            [&[0xef, 0xbb, 0xbf], text.as_bytes()].concat(),
            b"W\xe4hrungswechsel 5 \x80\n".to_vec(),
            marked,
            utf16_bytes(text, u16::to_le_bytes),
            utf16_bytes(text, u16::to_be_bytes),
        ];
        for bytes in variants {
            assert_eq!(decode(&bytes).as_deref(), Ok(text), "{bytes:x?}");
        }
    }

    #[test]
    fn what_is_no_text_is_told_apart() {
        assert_eq!(decode(b""), Err(NoText::Empty));
        assert_eq!(decode(b" \n"), Err(NoText::Empty));
        assert_eq!(decode(b"PK\x03\x04\x14\x00\x06\x00"), Err(NoText::Binary));
        assert_eq!(decode(&[0xff, 0xfe, 0x41]), Err(NoText::Binary));
    }
}
