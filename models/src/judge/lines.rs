//! Lines of a stream, one at a time: nothing is copied but what lies across two reads, and no line is stored beyond
//! [`LONGEST`].

use std::io::{self, Read};

/// The longest line that is read, in bytes and without its end.
pub const LONGEST: usize = 1 << 20;

/// How much is read at a time, at least.
const CHUNK: usize = 1 << 18;

/// What comes next in a stream.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next<'a> {
    /// A line without its end, be it `\n`, `\r\n` or the end of the stream.
    Line(&'a [u8]),
    /// A line longer than [`LONGEST`]. What follows it is not read.
    TooLong,
    /// Nothing more.
    End,
}

/// A stream as lines.
#[derive(Debug)]
pub(super) struct Lines<R> {
    source: R,
    buffer: Vec<u8>,
    /// The bytes of the buffer that were read and not handed out.
    unread: std::ops::Range<usize>,
    ended: bool,
}

impl<R: Read> Lines<R> {
    /// The lines of `source`.
    pub(super) const fn new(source: R) -> Self {
        Self { source, buffer: Vec::new(), unread: 0..0, ended: false }
    }

    /// The next line.
    ///
    /// # Errors
    /// Those of the stream.
    pub(super) fn next_line(&mut self) -> io::Result<Next<'_>> {
        let mut searched = 0;
        loop {
            let unread = &self.buffer[self.unread.clone()];
            if let Some(length) = memchr::memchr(b'\n', &unread[searched..]) {
                let line = self.take(searched + length, 1);
                return Ok(if line.len() > LONGEST { Next::TooLong } else { Next::Line(line) });
            }
            searched = unread.len();
            if searched > LONGEST + 1 {
                return Ok(Next::TooLong); // `\r` may be the byte beyond
            }
            if self.ended {
                let line = self.take(searched, 0);
                return Ok(match line.len() {
                    0 if searched == 0 => Next::End,
                    0..=LONGEST => Next::Line(line),
                    _ => Next::TooLong,
                });
            }
            self.read_more()?;
        }
    }

    /// The next `length` bytes as a line; skips `end` more.
    fn take(&mut self, length: usize, end: usize) -> &[u8] {
        let start = self.unread.start;
        self.unread.start += length + end;
        let line = &self.buffer[start..start + length];
        line.strip_suffix(b"\r").unwrap_or(line)
    }

    fn read_more(&mut self) -> io::Result<()> {
        if self.unread.start > 0 {
            self.buffer.copy_within(self.unread.clone(), 0);
            self.unread = 0..self.unread.len();
        }
        if self.buffer.len() < self.unread.end + CHUNK {
            self.buffer.resize(self.unread.end + CHUNK, 0);
        }
        let read = loop {
            match self.source.read(&mut self.buffer[self.unread.end..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other?,
            }
        };
        self.unread.end += read;
        self.ended = read == 0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A stream that hands out a few bytes at a time.
    struct Drops<'a>(&'a [u8], usize);

    impl Read for Drops<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let length = self.1.min(self.0.len()).min(buffer.len());
            buffer[..length].copy_from_slice(&self.0[..length]);
            self.0 = &self.0[length..];
            Ok(length)
        }
    }

    fn all(text: &[u8], at_a_time: usize) -> Vec<Option<Vec<u8>>> {
        let mut lines = Lines::new(Drops(text, at_a_time));
        let mut found = Vec::new();
        loop {
            match lines.next_line().expect("no error") {
                Next::Line(line) => found.push(Some(line.to_vec())),
                Next::TooLong => {
                    found.push(None);
                    return found;
                }
                Next::End => return found,
            }
        }
    }

    #[test]
    fn every_line_end_ends_a_line() {
        for at_a_time in [1, 2, 3, 100] {
            let found = all(b"a\nbc\r\n\nd\re\r\nlast", at_a_time);
            let lines: Vec<&[u8]> = found.iter().map(|line| line.as_deref().expect("short")).collect();
            assert_eq!(lines, [&b"a"[..], b"bc", b"", b"d\re", b"last"]);
            assert_eq!(all(b"", at_a_time), []);
            assert_eq!(all(b"x\n", at_a_time), [Some(b"x".to_vec())]);
        }
    }

    #[test]
    fn a_line_too_long_is_not_stored() {
        for end in ["", "\n", "\r\n"] {
            let fits = "x".repeat(LONGEST) + end;
            assert_eq!(all(fits.as_bytes(), 1 << 16), [Some(vec![b'x'; LONGEST])]);
            let beyond = "x".repeat(LONGEST + 1) + end;
            assert_eq!(all(beyond.as_bytes(), 1 << 16), [None]);
        }
        let mut lines = Lines::new(io::repeat(b'x'));
        assert_eq!(lines.next_line().expect("no error"), Next::TooLong);
        assert!(lines.buffer.len() <= LONGEST + 2 * CHUNK, "{}", lines.buffer.len());
    }
}
