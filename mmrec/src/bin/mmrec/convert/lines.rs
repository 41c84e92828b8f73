//! Rows of a text, and the lines on which they are.

use std::io::{self, Chain, Cursor, Read};

use csv::{ByteRecord, Reader, ReaderBuilder, Terminator};

use super::{
    columns::Style,
    quotes::{Quotes, ends_with_returns},
    source::{self, Other},
};

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
    goes_on: bool,
}

/// Why no row could be read.
pub(super) enum Unread {
    /// A row that starts on this line.
    Row(u64, io::Error),
    /// A quote on this line.
    NeverClosed(u64),
    /// Anything, for it is no text.
    NoText(&'static Other),
}

impl Lines {
    pub(super) fn new(
        mut from: Box<dyn Read>,
        style: Style,
        columns: usize,
        most: u64,
    ) -> Result<Self, Unread> {
        let mut head = Vec::new();
        from.by_ref().take(HEAD).read_to_end(&mut head).map_err(|error| Unread::Row(1, error))?;
        if let Some(other) = source::other(&head) {
            return Err(Unread::NoText(other));
        }
        let has_returns = ends_with_returns(&head, style.delimiter);
        let quotes = Quotes::new(style.delimiter, has_returns);
        let from = Limited { from: Cursor::new(head).chain(from), quotes, read: 0, last: 0, left: most };
        let mut builder = ReaderBuilder::new();
        builder.delimiter(style.delimiter).has_headers(false).flexible(true).buffer_capacity(BUFFER);
        // `\r` is taken off here, for otherwise lines are not counted right.
        builder.terminator(Terminator::Any(b'\n'));
        Ok(Self { reader: builder.from_reader(from), has_returns, most, columns, goes_on: false })
    }

    /// The next row; whether there is one. Empty lines are passed over.
    pub(super) fn read(&mut self, row: &mut ByteRecord) -> Result<bool, Unread> {
        loop {
            self.reader.get_mut().left = self.most;
            let (start, line) = (self.bytes(), self.reader.position().line());
            if !self.reader.read_byte_record(row).map_err(|error| Unread::Row(line, io_error(error)))? {
                return Ok(false);
            }
            let end = self.bytes();
            if self.reader.get_ref().is_open(end) {
                let last = row.iter().next_back().map_or(0, newlines);
                return Err(Unread::NeverClosed(self.reader.position().line() - last));
            }
            self.goes_on = self.reader.get_mut().quotes.goes_on(end);
            let had_return = self.has_returns && without_return(row);
            // Of one column, it may be an empty text in quotes.
            let is_bare = had_return && end - start <= "\r\n".len() as u64;
            if row.len() != 1 || !row[0].is_empty() || self.columns == 1 && !is_bare {
                return Ok(true);
            }
        }
    }

    /// The line on which the row that was just read starts.
    pub(super) fn line(&self, row: &ByteRecord) -> u64 {
        let (at, source) = (self.reader.position(), self.reader.get_ref());
        let is_ended = at.byte() < source.read || source.last == b'\n';
        at.line() - u64::from(is_ended) - newlines(row.as_slice())
    }

    /// Whether a value of that row goes on behind its closing quote.
    pub(super) fn goes_on(&self) -> bool {
        self.goes_on
    }

    /// Bytes that have been taken apart.
    pub(super) fn bytes(&self) -> u64 {
        self.reader.position().byte()
    }
}

fn newlines(text: &[u8]) -> u64 {
    text.iter().filter(|&&byte| byte == b'\n').count() as u64
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

fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

/// What is read, as far as no row is too long.
struct Limited<R> {
    from: R,
    quotes: Quotes,
    read: u64,
    last: u8,
    left: u64,
}

impl<R> Limited<R> {
    /// Whether the text has ended there, in quotes.
    fn is_open(&self, at: u64) -> bool {
        at == self.read && self.quotes.is_open()
    }
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
        self.quotes.follow(&to[..read]);
        self.read += read as u64;
        self.left = self.left.saturating_sub(read as u64);
        Ok(read)
    }
}
