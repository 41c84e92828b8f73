//! Tokens of Python literals, which descr texts and `.npy` headers are made of.
//!
//! Everything here but the writing of names is `const fn`: the derive has `#[mmrec(descr = "…")]` compared with the
//! struct by the compiler.

/// Python turns no longer decimal numeral into an integer.
const MAX_DIGITS: usize = 4300;

/// One token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token<'a> {
    /// One of `( ) [ ] { } , : + -`.
    Punct(u8),
    /// A string. Python joins those that follow each other.
    Str(Quoted<'a>),
    /// A byte string, `b'…'`.
    Bytes(Quoted<'a>),
    /// An integer; `usize::MAX` stands for every larger one too, as no axis has that many elements.
    Int(usize),
    /// A number with a fraction or an exponent.
    Float,
    /// A number with a `j` behind it.
    Imaginary,
    Name(&'a [u8]),
    /// `...`
    Ellipsis,
    End,
}

/// The inside of a string as it stands in the text, in UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Quoted<'a> {
    pub(crate) inside: &'a [u8],
    /// With an `r` in front: a backslash is a backslash.
    raw: bool,
}

/// Reads tokens from a text, front to back.
#[derive(Clone, Copy)]
pub(crate) struct Lexer<'a> {
    text: &'a [u8],
    at: usize,
    /// Whether an `L` may follow a number, as Python 2 wrote it.
    longs: bool,
}

/// Where a text stops being a literal, and what would have been right.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Malformed {
    pub(crate) at: usize,
    pub(crate) expected: &'static str,
}

impl<'a> Lexer<'a> {
    pub(crate) const fn new(text: &'a str) -> Self {
        Self { text: text.as_bytes(), at: 0, longs: false }
    }

    /// The same, but an `L` behind a number is passed over.
    pub(crate) const fn with_longs(self) -> Self {
        Self { longs: true, ..self }
    }

    /// The same text from another place on.
    pub(crate) const fn starting_at(self, at: usize) -> Self {
        Self { at, ..self }
    }

    /// Where the next token starts or some white space before it.
    pub(crate) const fn at(&self) -> usize {
        self.at
    }

    pub(crate) const fn fail<T>(&self, expected: &'static str) -> Result<T, Malformed> {
        Err(Malformed { at: self.at, expected })
    }

    pub(crate) const fn peek(&self) -> Result<Token<'a>, Malformed> {
        let mut ahead = *self;
        ahead.next()
    }

    pub(crate) const fn next(&mut self) -> Result<Token<'a>, Malformed> {
        if let Err(malformed) = self.skip_space(true) {
            return Err(malformed);
        }
        let Some(byte) = self.byte(0) else { return Ok(Token::End) };
        match byte {
            b'(' | b')' | b'[' | b']' | b',' | b'{' | b'}' | b':' | b'+' | b'-' => {
                self.at += 1;
                Ok(Token::Punct(byte))
            }
            b'\'' | b'"' => self.quoted(*self, false, false),
            b'0'..=b'9' => self.number(),
            b'.' if matches!(self.byte(1), Some(b'0'..=b'9')) => self.number(),
            b'.' if matches!((self.byte(1), self.byte(2)), (Some(b'.'), Some(b'.'))) => {
                self.at += 3;
                Ok(Token::Ellipsis)
            }
            _ if is_name(byte) => self.name(),
            _ => self.fail("a string, a number or one of ( ) [ ] { } , :"),
        }
    }

    /// Passes over what is before the next token.
    pub(crate) const fn skip_to_token(&mut self) -> Result<(), Malformed> {
        self.skip_space(true)
    }

    /// Passes over blanks and lines that continue, up to the end of the line.
    pub(crate) const fn skip_blanks(&mut self) -> Result<(), Malformed> {
        self.skip_space(false)
    }

    /// The byte that comes so many bytes from here.
    const fn byte(&self, ahead: usize) -> Option<u8> {
        // The text is in memory, and `ahead` at most 2.
        if self.at + ahead < self.text.len() { Some(self.text[self.at + ahead]) } else { None }
    }

    /// Passes over blanks and lines that continue, and over comments and ends of lines if `lines`, as inside of brackets.
    const fn skip_space(&mut self, lines: bool) -> Result<(), Malformed> {
        loop {
            match self.byte(0) {
                Some(b' ' | b'\t' | b'\x0c') => self.at += 1,
                Some(b'\n' | b'\r') if lines => self.at += 1,
                Some(b'\\') => {
                    let len = line_end(self.text, self.at + 1);
                    if len == 0 || self.at + 1 + len == self.text.len() {
                        return self.fail("a line after the backslash");
                    }
                    self.at += 1 + len;
                }
                Some(b'#') if lines => {
                    while !matches!(self.byte(0), None | Some(b'\n' | b'\r')) {
                        if let Some(0) = self.byte(0) {
                            return self.fail("a comment without NUL");
                        }
                        self.at += 1;
                    }
                }
                _ => return Ok(()),
            }
        }
    }

    /// A name, or a string that starts with one: `u'…'`, `r'…'`, `b'…'`, `br'…'`.
    const fn name(&mut self) -> Result<Token<'a>, Malformed> {
        let start = *self;
        while let Some(byte) = self.byte(0)
            && is_name(byte)
        {
            self.at += 1;
        }
        let name = self.bytes(start.at, self.at);
        if !matches!(self.byte(0), Some(b'\'' | b'"')) {
            return Ok(Token::Name(name));
        }
        match name {
            [b'u' | b'U'] => self.quoted(start, false, false),
            [b'r' | b'R'] => self.quoted(start, true, false),
            [b'b' | b'B'] => self.quoted(start, false, true),
            [b'b' | b'B', b'r' | b'R'] | [b'r' | b'R', b'b' | b'B'] => self.quoted(start, true, true),
            _ => start.fail("a string, a number or one of ( ) [ ] { } , :"),
        }
    }

    /// The string whose opening quote is here; with its prefix it begins at `open`.
    const fn quoted(&mut self, open: Self, raw: bool, bytes: bool) -> Result<Token<'a>, Malformed> {
        let Some(quote) = self.byte(0) else { return open.fail("a string") };
        let long = match (self.byte(1), self.byte(2)) {
            (Some(second), Some(third)) => second == quote && third == quote,
            _ => false,
        };
        let width = if long { 3 } else { 1 };
        self.at += width;
        let start = self.at;
        let end = loop {
            match self.byte(0) {
                None => return open.fail("a closing quote"),
                Some(0) => return open.fail("a string without NUL"),
                Some(128..) if bytes => return open.fail("a byte string of ASCII characters"),
                Some(b'\n' | b'\r') if !long => return open.fail("a closing quote on the same line"),
                Some(b'\\') => {
                    let len = line_end(self.text, self.at + 1);
                    self.at += 1 + if len == 0 { 1 } else { len };
                    if self.at > self.text.len() {
                        return open.fail("a closing quote");
                    }
                    if self.text[self.at - 1] == 0 {
                        return open.fail("a string without NUL");
                    }
                    // Of a byte string, what the backslash is before may be no ASCII either.
                    if bytes && self.text[self.at - 1] >= 128 {
                        return open.fail("a byte string of ASCII characters");
                    }
                }
                Some(byte) if byte == quote => {
                    let closes = !long
                        || matches!((self.byte(1), self.byte(2)), (Some(a), Some(b)) if a == quote && b == quote);
                    if closes {
                        break self.at;
                    }
                    self.at += 1;
                }
                Some(_) => self.at += 1,
            }
        };
        self.at += width;
        let quoted = Quoted { inside: self.bytes(start, end), raw };
        if !quoted.is_valid(bytes) {
            return open.fail("a string whose escapes are valid and name a character");
        }
        Ok(if bytes { Token::Bytes(quoted) } else { Token::Str(quoted) })
    }

    const fn number(&mut self) -> Result<Token<'a>, Malformed> {
        let start = *self;
        let radix = match (self.byte(0), self.byte(1)) {
            (Some(b'0'), Some(b'x' | b'X')) => 16,
            (Some(b'0'), Some(b'o' | b'O')) => 8,
            (Some(b'0'), Some(b'b' | b'B')) => 2,
            _ => 10,
        };
        let token = if radix == 10 {
            self.decimal()
        } else {
            self.at += 2;
            if let Some(b'_') = self.byte(0) {
                self.at += 1;
            }
            match self.digits(radix) {
                Some((value, _)) => Some(Token::Int(value)),
                None => None,
            }
        };
        let Some(token) = token else { return start.fail("a number as Python writes it") };
        if self.longs
            && let Err(malformed) = self.skip_longs()
        {
            return Err(malformed);
        }
        match self.byte(0) {
            Some(byte) if is_name(byte) && self.text[self.at - 1].is_ascii_alphanumeric() => {
                start.fail("a number as Python writes it")
            }
            _ => Ok(token),
        }
    }

    const fn decimal(&mut self) -> Option<Token<'a>> {
        let start = self.at;
        let mut int = (0, 0);
        if !matches!(self.byte(0), Some(b'.')) {
            int = match self.digits(10) {
                Some(int) => int,
                None => return None,
            };
        }
        let mut is_float = false;
        if let Some(b'.') = self.byte(0) {
            is_float = true;
            self.at += 1;
            if matches!(self.byte(0), Some(b'0'..=b'9')) && self.digits(10).is_none() {
                return None;
            }
        }
        if let Some(b'e' | b'E') = self.byte(0) {
            is_float = true;
            self.at += 1;
            if let Some(b'+' | b'-') = self.byte(0) {
                self.at += 1;
            }
            if self.digits(10).is_none() {
                return None;
            }
        }
        if let Some(b'j' | b'J') = self.byte(0) {
            self.at += 1;
            return Some(Token::Imaginary);
        }
        if is_float {
            return Some(Token::Float);
        }
        let (value, digits) = int;
        // No zeros in front, which are an octal number to Python 2, unless it is zero.
        if value != 0 && (digits > MAX_DIGITS || self.text[start] == b'0') {
            return None;
        }
        Some(Token::Int(value))
    }

    /// Digits, with single underscores between them: their value, no more than `usize::MAX`, and how many they are.
    const fn digits(&mut self, radix: u32) -> Option<(usize, usize)> {
        let (mut value, mut count) = (0usize, 0);
        loop {
            let digit = match self.byte(0) {
                Some(byte) => (byte as char).to_digit(radix),
                None => None,
            };
            let Some(digit) = digit else { return None };
            value = value.saturating_mul(radix as usize).saturating_add(digit as usize);
            count += 1;
            self.at += 1;
            match (self.byte(0), self.byte(1)) {
                (Some(b'_'), _) => self.at += 1,
                (Some(byte), _) if (byte as char).is_digit(radix) => {}
                _ => return Some((value, count)),
            }
        }
    }

    const fn skip_longs(&mut self) -> Result<(), Malformed> {
        loop {
            let mut ahead = *self;
            if let Err(malformed) = ahead.skip_blanks() {
                return Err(malformed);
            }
            let is_long = match (ahead.byte(0), ahead.byte(1)) {
                (Some(b'L'), Some(next)) => !is_name(next),
                (Some(b'L'), None) => true,
                _ => false,
            };
            if !is_long {
                return Ok(());
            }
            self.at = ahead.at + 1;
        }
    }

    pub(crate) const fn expect(&mut self, punct: u8, expected: &'static str) -> Result<(), Malformed> {
        let before = *self;
        match self.next() {
            Ok(Token::Punct(found)) if found == punct => Ok(()),
            _ => before.fail(expected),
        }
    }

    /// Takes this punctuation mark if it is next, and says whether it was.
    pub(crate) const fn take(&mut self, punct: u8) -> bool {
        let mut ahead = *self;
        match ahead.next() {
            Ok(Token::Punct(found)) if found == punct => {
                *self = ahead;
                true
            }
            _ => false,
        }
    }

    /// Takes a comma if one is next and says whether there was one.
    pub(crate) const fn comma(&mut self) -> bool {
        self.take(b',')
    }

    /// The bytes of the text between two places.
    pub(crate) const fn bytes(&self, start: usize, end: usize) -> &'a [u8] {
        self.text.split_at(end).0.split_at(start).1
    }
}

/// Whether names contain this byte. Those past ASCII are, for all that a literal has a use for them.
const fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 128
}

/// How many bytes end a line at `at`: 0 if none do.
const fn line_end(text: &[u8], at: usize) -> usize {
    if at >= text.len() {
        0
    } else if text[at] == b'\n' {
        1
    } else if text[at] == b'\r' {
        if at + 1 < text.len() && text[at + 1] == b'\n' { 2 } else { 1 }
    } else {
        0
    }
}

/// A piece of a string.
#[derive(Clone, Copy)]
enum Unit {
    /// A byte of the UTF-8 text as it stands.
    Byte(u8),
    /// A character that was written as an escape.
    Char(char),
    /// A backslash and the end of its line stand for nothing.
    Nothing,
}

impl Quoted<'_> {
    /// What stands at `at`, and where the next piece starts.
    const fn unit(&self, at: usize) -> Option<(Unit, usize)> {
        let inside = self.inside;
        let here = inside[at];
        if here == b'\r' {
            return Some((Unit::Byte(b'\n'), at + line_end(inside, at)));
        }
        if here != b'\\' || self.raw {
            return Some((Unit::Byte(here), at + 1));
        }
        if at + 1 >= inside.len() {
            return None;
        }
        let line = line_end(inside, at + 1);
        if line > 0 {
            return Some((Unit::Nothing, at + 1 + line));
        }
        let escaped = match inside[at + 1] {
            byte @ (b'\\' | b'\'' | b'"') => byte,
            b'a' => 7,
            b'b' => 8,
            b't' => b'\t',
            b'n' => b'\n',
            b'v' => 11,
            b'f' => 12,
            b'r' => b'\r',
            b'x' => return character(inside, at + 2, 16, 2, 2),
            b'u' => return character(inside, at + 2, 16, 4, 4),
            b'U' => return character(inside, at + 2, 16, 8, 8),
            b'0'..=b'7' => return character(inside, at + 1, 8, 1, 3),
            // By name, for which one needs the list of all names.
            b'N' => return None,
            _ => return Some((Unit::Byte(b'\\'), at + 1)),
        };
        Some((Unit::Byte(escaped), at + 2))
    }

    /// Whether Python reads it; `bytes`: as a byte string, where the escapes of characters are none.
    const fn is_valid(&self, bytes: bool) -> bool {
        let mut at = 0;
        while at < self.inside.len() {
            let escapes_none = bytes
                && self.inside[at] == b'\\'
                && at + 1 < self.inside.len()
                && matches!(self.inside[at + 1], b'u' | b'U' | b'N');
            at = match self.unit(at) {
                _ if escapes_none => at + 2,
                Some((_, next)) => next,
                None => return false,
            };
        }
        true
    }

    /// The string that is meant, at the end of `out`.
    pub(crate) fn push_to(&self, out: &mut String) {
        let (mut bytes, mut at) = (std::mem::take(out).into_bytes(), 0);
        while at < self.inside.len()
            && let Some((unit, next)) = self.unit(at)
        {
            match unit {
                Unit::Byte(byte) => bytes.push(byte),
                Unit::Char(c) => bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
                Unit::Nothing => {}
            }
            at = next;
        }
        // Escapes stand between characters, so what is around them stays whole.
        *out = String::from_utf8(bytes).unwrap_or_default();
    }

    /// Whether this is how `name` may be written.
    pub(crate) const fn spells(&self, name: &str) -> bool {
        let name = name.as_bytes();
        let (mut at, mut i) = (0, 0);
        while at < self.inside.len() {
            let Some((unit, next)) = self.unit(at) else { return false };
            let mut buffer = [0; 4];
            let bytes: &[u8] = match unit {
                Unit::Byte(byte) => {
                    buffer[0] = byte;
                    buffer.split_at(1).0
                }
                Unit::Char(c) => c.encode_utf8(&mut buffer).as_bytes(),
                Unit::Nothing => &[],
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
}

/// The character whose number is written at `at`, in `least` to `most` digits.
const fn character(inside: &[u8], at: usize, radix: u32, least: usize, most: usize) -> Option<(Unit, usize)> {
    let (mut value, mut i) = (0u32, at);
    while i < inside.len() && i < at + most {
        let Some(digit) = (inside[i] as char).to_digit(radix) else { break };
        value = match value.checked_mul(radix) {
            Some(shifted) => shifted + digit,
            None => return None,
        };
        i += 1;
    }
    if i < at + least {
        return None;
    }
    match char::from_u32(value) {
        Some(character) => Some((Unit::Char(character), i)),
        None => None,
    }
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
