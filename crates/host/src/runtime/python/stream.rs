//! Lines from a process, none longer than it may be.

use std::io;

use tokio::io::{AsyncBufRead, AsyncBufReadExt};

/// Why there is no line.
#[derive(Debug)]
pub(super) enum LineError {
    /// The stream has ended, perhaps within a line.
    Ended,
    /// The line is longer than it may be.
    TooLong,
    Io(io::Error),
}

/// Reads up to the end of a line into `line`, which may hold its beginning already: a reader that was
/// broken off goes on where it was.
pub(super) async fn read_line(
    stream: &mut (impl AsyncBufRead + Unpin),
    line: &mut Vec<u8>,
    longest: usize,
) -> Result<(), LineError> {
    loop {
        let read = stream.fill_buf().await.map_err(LineError::Io)?;
        if read.is_empty() {
            return Err(LineError::Ended);
        }
        let end = read.iter().position(|&byte| byte == b'\n');
        let part = &read[..end.unwrap_or(read.len())];
        if line.len() + part.len() > longest {
            return Err(LineError::TooLong);
        }
        line.extend_from_slice(part);
        let taken = part.len() + usize::from(end.is_some());
        stream.consume(taken);
        if end.is_some() {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn lines(text: &str, longest: usize) -> Vec<String> {
        let mut stream = text.as_bytes();
        let mut lines = Vec::new();
        loop {
            let mut line = Vec::new();
            match read_line(&mut stream, &mut line, longest).await {
                Ok(()) => lines.push(String::from_utf8(line).unwrap()),
                Err(error) => {
                    lines.push(format!("{error:?}"));
                    return lines;
                }
            }
        }
    }

    #[tokio::test]
    async fn lines_come_one_by_one_and_none_too_long() {
        assert_eq!(lines("a\n\nbc\n", 2).await, ["a", "", "bc", "Ended"]);
        assert_eq!(lines("ab", 2).await, ["Ended"]);
        assert_eq!(lines("a\nabc\n", 2).await, ["a", "TooLong"]);
    }
}
