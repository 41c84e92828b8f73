//! Tokens of the Python literals that descr texts and `.npy` headers are made of.
//!
//! Everything here is `const fn`: the derive has `#[mmrec(descr = "…")]` compared with the struct by the compiler.

/// One token. Strings are given by where their inside lies in the text, still escaped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    /// One of `( ) [ ] , { } :`.
    Punct(u8),
    Str {
        start: usize,
        end: usize,
    },
    Int(usize),
    End,
}

/// Reads tokens from a text, front to back.
#[derive(Clone, Copy)]
pub(crate) struct Lexer<'a> {
    text: &'a [u8],
    at: usize,
}

/// Where a text stops being a literal, and what would have been right.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Malformed {
    pub(crate) at: usize,
    pub(crate) expected: &'static str,
}

impl<'a> Lexer<'a> {
    pub(crate) const fn new(text: &'a str) -> Self {
        Self { text: text.as_bytes(), at: 0 }
    }

    /// Where the next token starts or some white space before it.
    pub(crate) const fn at(&self) -> usize {
        self.at
    }

    pub(crate) const fn fail<T>(&self, expected: &'static str) -> Result<T, Malformed> {
        Err(Malformed { at: self.at, expected })
    }

    pub(crate) const fn peek(&self) -> Result<Token, Malformed> {
        let mut ahead = *self;
        ahead.next()
    }

    pub(crate) const fn next(&mut self) -> Result<Token, Malformed> {
        while self.at < self.text.len() && matches!(self.text[self.at], b' ' | b'\t' | b'\n' | b'\r') {
            self.at += 1;
        }
        if self.at == self.text.len() {
            return Ok(Token::End);
        }
        match self.text[self.at] {
            punct @ (b'(' | b')' | b'[' | b']' | b',' | b'{' | b'}' | b':') => {
                self.at += 1;
                Ok(Token::Punct(punct))
            }
            quote @ (b'\'' | b'"') => self.string(quote),
            b'0'..=b'9' => self.int(),
            _ => self.fail("a string, a number or one of ( ) [ ] ,"),
        }
    }

    const fn string(&mut self, quote: u8) -> Result<Token, Malformed> {
        let open = *self;
        self.at += 1;
        let start = self.at;
        while self.at < self.text.len() && self.text[self.at] != quote {
            self.at += if self.text[self.at] == b'\\' { 2 } else { 1 };
        }
        if self.at >= self.text.len() {
            return open.fail("a closing quote");
        }
        let end = self.at;
        self.at += 1;
        Ok(Token::Str { start, end })
    }

    const fn int(&mut self) -> Result<Token, Malformed> {
        let start = *self;
        let mut value: usize = 0;
        while self.at < self.text.len() && self.text[self.at].is_ascii_digit() {
            let digit = (self.text[self.at] - b'0') as usize;
            value = match value.checked_mul(10) {
                Some(shifted) if shifted <= usize::MAX - digit => shifted + digit,
                _ => return start.fail("a number that fits"),
            };
            self.at += 1;
        }
        Ok(Token::Int(value))
    }

    pub(crate) const fn expect(&mut self, punct: u8, expected: &'static str) -> Result<(), Malformed> {
        let before = *self;
        match self.next() {
            Ok(Token::Punct(found)) if found == punct => Ok(()),
            _ => before.fail(expected),
        }
    }

    /// Takes a comma if one is next and says whether there was one.
    pub(crate) const fn comma(&mut self) -> bool {
        let mut ahead = *self;
        match ahead.next() {
            Ok(Token::Punct(b',')) => {
                *self = ahead;
                true
            }
            _ => false,
        }
    }

    /// The bytes of the text between two places.
    pub(crate) const fn bytes(&self, start: usize, end: usize) -> &'a [u8] {
        self.text.split_at(end).0.split_at(start).1
    }
}

/// The byte after any escape at `at` of a string's inside, and where the next one starts. Bytes of UTF-8 pass through.
///
/// `\x`, `\u` and `\U` give a character; only those are more than one byte of output, hence the `u32`.
pub(crate) const fn unescape(inside: &[u8], at: usize) -> Option<(Unit, usize)> {
    if inside[at] != b'\\' {
        return Some((Unit::Byte(inside[at]), at + 1));
    }
    if at + 1 >= inside.len() {
        return None;
    }
    let digits = match inside[at + 1] {
        b'n' => return Some((Unit::Byte(b'\n'), at + 2)),
        b't' => return Some((Unit::Byte(b'\t'), at + 2)),
        b'r' => return Some((Unit::Byte(b'\r'), at + 2)),
        byte @ (b'\\' | b'\'' | b'"') => return Some((Unit::Byte(byte), at + 2)),
        b'x' => 2,
        b'u' => 4,
        b'U' => 8,
        _ => return None,
    };
    let (mut value, mut i) = (0u32, at + 2);
    while i < at + 2 + digits {
        if i >= inside.len() {
            return None;
        }
        let digit = match (inside[i] as char).to_digit(16) {
            Some(digit) => digit,
            None => return None,
        };
        value = match value.checked_mul(16) {
            Some(shifted) => shifted + digit,
            None => return None,
        };
        i += 1;
    }
    match char::from_u32(value) {
        Some(character) => Some((Unit::Char(character), i)),
        None => None,
    }
}

/// A piece of an unescaped string.
#[derive(Clone, Copy)]
pub(crate) enum Unit {
    /// A byte of the UTF-8 text as it stands.
    Byte(u8),
    /// A character that was written as an escape.
    Char(char),
}

/// The string whose escaped inside this is.
pub(crate) fn unescape_all(inside: &[u8]) -> Option<String> {
    let (mut out, mut at) = (Vec::with_capacity(inside.len()), 0);
    while at < inside.len() {
        let (unit, next) = unescape(inside, at)?;
        match unit {
            Unit::Byte(byte) => out.push(byte),
            Unit::Char(c) => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
        at = next;
    }
    String::from_utf8(out).ok()
}

/// Whether the escaped inside of a string spells `name`.
pub(crate) const fn spells(inside: &[u8], name: &str) -> bool {
    let name = name.as_bytes();
    let (mut at, mut i) = (0, 0);
    while at < inside.len() {
        let Some((unit, next)) = unescape(inside, at) else { return false };
        let mut buffer = [0; 4];
        let bytes: &[u8] = match unit {
            Unit::Byte(byte) => {
                buffer[0] = byte;
                buffer.split_at(1).0
            }
            Unit::Char(c) => c.encode_utf8(&mut buffer).as_bytes(),
        };
        let mut k = 0;
        while k < bytes.len() {
            if i >= name.len() || name[i] != bytes[k] {
                return false;
            }
            i += 1;
            k += 1;
        }
        at = next;
    }
    i == name.len()
}

/// Python's `repr` of a string: single quotes unless only they occur inside.
pub(crate) fn quoted(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut out = String::with_capacity(text.len() + 2);
    out.push(quote);
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c == quote => {
                out.push('\\');
                out.push(c);
            }
            c if is_printable(c) => out.push(c),
            c => match u32::from(c) {
                code @ 0..=0xff => out.push_str(&format!("\\x{code:02x}")),
                code @ 0x100..=0xffff => out.push_str(&format!("\\u{code:04x}")),
                code => out.push_str(&format!("\\U{code:08x}")),
            },
        }
    }
    out.push(quote);
    out
}

/// Python's `str.isprintable`: no control, format, private or unassigned character, no separator but the space.
fn is_printable(c: char) -> bool {
    // The standard library escapes the same classes. It also escapes an accent, but not one that follows a letter.
    matches!(c, ' '..='~') || format!("a{c}").escape_debug().nth(1) == Some(c)
}
