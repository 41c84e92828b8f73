//! Rows of a text, and the lines on which they are.

use std::io::{self, Chain, Cursor, Read};

use csv::{ByteRecord, Reader, ReaderBuilder, Terminator};

use super::columns::Style;

/// Bytes that are looked at for how lines end.
const HEAD: u64 = 1 << 20;

/// Bytes that are read at once.
const BUFFER: usize = 1 << 20;

type Source = Limited<Chain<Cursor<Vec<u8>>, Box<dyn Read>>>;

/// Reads rows. A line ends with `\n` or `\r\n`, as the first one does.
pub(super) struct Lines {
    reader: Reader<Source>,
    has_returns: bool,
    /// The most bytes of a row.
    most: u64,
    columns: usize,
    line: u64,
}

impl Lines {
    pub(super) fn new(mut from: Box<dyn Read>, style: Style, columns: usize, most: u64) -> io::Result<Self> {
        let mut head = Vec::new();
        from.by_ref().take(HEAD).read_to_end(&mut head)?;
        let has_returns = ends_with_returns(&head);
        let from = Limited { from: Cursor::new(head).chain(from), read: 0, last: 0, left: most };
        let mut builder = ReaderBuilder::new();
        builder.delimiter(style.delimiter).has_headers(false).flexible(true).buffer_capacity(BUFFER);
        // `\r` is taken off here, for otherwise lines are not counted right.
        builder.terminator(Terminator::Any(b'\n'));
        Ok(Self { reader: builder.from_reader(from), has_returns, most, columns, line: 1 })
    }

    /// The next row; whether there is one. Empty lines are passed over.
    pub(super) fn read(&mut self, row: &mut ByteRecord) -> io::Result<bool> {
        loop {
            self.reader.get_mut().left = self.most;
            self.line = self.reader.position().line();
            let start = self.bytes();
            if !self.reader.read_byte_record(row).map_err(io_error)? {
                return Ok(false);
            }
            let had_return = self.has_returns && without_return(row);
            // Of one column, it may be an empty text in quotes.
            let is_bare = had_return && self.bytes() - start <= "\r\n".len() as u64;
            if row.len() != 1 || !row[0].is_empty() || self.columns == 1 && !is_bare {
                return Ok(true);
            }
        }
    }

    /// The line on which the row that was just read starts, or the one that could not be read.
    pub(super) fn line(&self, row: Option<&ByteRecord>) -> u64 {
        let Some(row) = row else { return self.line };
        let (at, source) = (self.reader.position(), self.reader.get_ref());
        let is_ended = at.byte() < source.read || source.last == b'\n';
        let inside = row.as_slice().iter().filter(|&&byte| byte == b'\n').count() as u64;
        at.line() - u64::from(is_ended) - inside
    }

    /// Bytes that have been taken apart.
    pub(super) fn bytes(&self) -> u64 {
        self.reader.position().byte()
    }
}

/// Takes off the `\r` that the last field of a line has which ends with `\r\n`; whether there was one.
fn without_return(row: &mut ByteRecord) -> bool {
    let Some(last) = row.len().checked_sub(1) else { return false };
    let Some(text) = row[last].strip_suffix(b"\r") else { return false };
    let text = text.to_vec();
    row.truncate(last);
    row.push_field(&text);
    true
}

/// Whether the first line, which may have others in quotes, ends with `\r\n`.
fn ends_with_returns(head: &[u8]) -> bool {
    let mut is_quoted = false;
    for (at, &byte) in head.iter().enumerate() {
        match byte {
            b'"' => is_quoted = !is_quoted,
            b'\n' if !is_quoted => return at > 0 && head[at - 1] == b'\r',
            _ => {}
        }
    }
    false
}

fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

/// What is read, as far as no row is too long.
struct Limited<R> {
    from: R,
    read: u64,
    last: u8,
    left: u64,
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            let message = "a row does not end within the bytes that it may have; is a quote never closed?";
            return Err(io::Error::other(message));
        }
        let read = self.from.read(to)?;
        if let Some(&last) = to[..read].last() {
            self.last = last;
        }
        self.read += read as u64;
        self.left = self.left.saturating_sub(read as u64);
        Ok(read)
    }
}
