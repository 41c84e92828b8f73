//! Quotes of a text, followed through its bytes: those that are never closed, and values that go on behind a closing one.
//!
//! Whoever takes rows apart passes over both: the rest of a text would be one value, or a quote that is missing would be made up
//! for by the next. Where quotes open and close is what it, and Python's csv, takes for it: one that is not the first letter of a value
//! is a letter as others are.

use std::collections::VecDeque;

pub(super) const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// What has been seen of a text.
pub(super) struct Quotes {
    delimiter: u8,
    /// Lines end with `\r\n`.
    has_returns: bool,
    state: State,
    /// The last byte outside of quotes.
    before: u8,
    /// How many bytes have been seen.
    seen: u64,
    /// Where values go on.
    strays: VecDeque<u64>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Outside,
    Inside,
    /// Behind a quote in quotes: it closes them, or a second one makes it a letter.
    Behind,
    /// The same, and `\r`.
    Return,
}

impl Quotes {
    pub(super) fn new(delimiter: u8, has_returns: bool) -> Self {
        let (state, strays) = (State::Outside, VecDeque::new());
        Self { delimiter, has_returns, state, before: b'\n', seen: 0, strays }
    }

    /// Goes on with the next bytes of the text.
    pub(super) fn follow(&mut self, bytes: &[u8]) {
        let is_start = self.seen == 0 && bytes.starts_with(BYTE_ORDER_MARK);
        let mut at = if is_start { BYTE_ORDER_MARK.len() } else { 0 };
        while let Some(&byte) = bytes.get(at) {
            match self.state {
                State::Outside | State::Inside => {
                    let quote = bytes[at..].iter().position(|&byte| byte == b'"');
                    let end = quote.map_or(bytes.len(), |quote| at + quote);
                    if self.state == State::Outside {
                        self.before = if end > at { bytes[end - 1] } else { self.before };
                        let opens = self.before == b'\n' || self.before == self.delimiter;
                        if quote.is_some() {
                            (self.state, self.before) =
                                (if opens { State::Inside } else { State::Outside }, b'"');
                        }
                    } else if quote.is_some() {
                        self.state = State::Behind;
                    }
                    at = end;
                }
                State::Behind if byte == b'"' => self.state = State::Inside,
                State::Behind if byte == b'\r' && self.has_returns => self.state = State::Return,
                state => {
                    let is_end = byte == b'\n' || byte == self.delimiter && state == State::Behind;
                    if !is_end {
                        self.strays.push_back(self.seen + at as u64);
                    }
                    (self.state, self.before) = (State::Outside, byte);
                }
            }
            at += 1;
        }
        self.seen += bytes.len() as u64;
    }

    /// Whether the last quote that was seen is one that opens.
    pub(super) fn is_open(&self) -> bool {
        self.state == State::Inside
    }

    /// Whether a value goes on behind its closing quote before this byte, and after the one that was last asked for.
    pub(super) fn goes_on(&mut self, before: u64) -> bool {
        let passed = self.strays.iter().take_while(|&&at| at < before).count();
        self.strays.drain(..passed).count() > 0
    }
}

/// Whether the first line, which may have others in quotes, ends with `\r\n`.
pub(super) fn ends_with_returns(head: &[u8], delimiter: u8) -> bool {
    let mut quotes = Quotes::new(delimiter, true);
    for line in head.split_inclusive(|&byte| byte == b'\n') {
        quotes.follow(line);
        if !quotes.is_open() {
            return line.ends_with(b"\r\n");
        }
    }
    false
}
