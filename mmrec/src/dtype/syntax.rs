//! Python literals at run time: what is one, and the parts that dtypes and shapes are made of.
//!
//! Nothing is built from a literal that is only passed over. Brackets nest no deeper than Python lets them, and so goes
//! all recursion.

use super::literal::{Lexer, Malformed, Token};

/// How deep Python lets brackets be nested.
const MAX_BRACKETS: usize = 200;

/// What a literal is, as far as it matters to the literal around it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Value {
    /// A number without a sign, which can take one.
    Real,
    Imaginary,
    /// A number with a sign, which can still be the real part of a complex one.
    SignedReal,
    Hashable,
    /// A list, a set or a dict: no key of another dict, and no member of a set.
    Unhashable,
}

/// Brackets that are open, and the value that is being read in them.
struct Level {
    /// The bracket that closes them; 0 around the whole literal.
    close: u8,
    /// A comma has been seen, so that parentheses are a tuple.
    is_tuple: bool,
    /// The first item of braces has a colon.
    is_dict: Option<bool>,
    /// What was read last was a key.
    after_key: bool,
    is_unhashable: bool,
    /// The value has a sign in front.
    is_signed: bool,
    /// The value is what is added to a real number.
    is_added: bool,
}

impl Level {
    fn new(close: u8) -> Self {
        Self {
            close,
            is_tuple: false,
            is_dict: None,
            after_key: false,
            is_unhashable: false,
            is_signed: false,
            is_added: false,
        }
    }

    /// What the brackets are once they are closed behind `last`, if that is not by itself.
    fn closed(&self, last: Option<Value>) -> Value {
        match (self.close, last) {
            (b')', Some(last)) if !self.is_tuple => last,
            (b')', _) if !self.is_unhashable => Value::Hashable,
            _ => Value::Unhashable,
        }
    }
}

impl Lexer<'_> {
    /// Passes over one literal, whatever it is, as `ast.literal_eval` reads it.
    pub(crate) fn skip_value(&mut self) -> Result<(), Malformed> {
        let mut levels = vec![Level::new(0)];
        while let Some(level) = levels.last_mut() {
            let before = *self;
            let mut value = match self.next()? {
                Token::Punct(b'+' | b'-') if !level.is_signed && !level.is_added => {
                    level.is_signed = true;
                    continue;
                }
                Token::Punct(open @ (b'(' | b'[' | b'{')) => {
                    if levels.len() > MAX_BRACKETS {
                        return before.fail("no more than 200 brackets inside each other");
                    }
                    let level = Level::new(closing(open));
                    if !self.take(level.close) {
                        levels.push(level);
                        continue;
                    }
                    level.closed(None)
                }
                token => self.rest_of_plain(token, before)?,
            };
            // With the value, all brackets that close behind it.
            loop {
                let Some(level) = levels.last_mut() else { return Ok(()) };
                value = self.with_sign(value, level, before)?;
                if let Token::Punct(b'+' | b'-') = self.peek()?
                    && matches!(value, Value::Real | Value::SignedReal)
                {
                    self.next()?;
                    level.is_added = true;
                    break;
                }
                if level.close == 0 {
                    return Ok(());
                }
                if !self.closes_after(value, level, before)? {
                    break;
                }
                value = level.closed(Some(value));
                levels.pop();
            }
        }
        Ok(())
    }

    /// A value without brackets that starts with this token.
    fn rest_of_plain(&mut self, token: Token<'_>, before: Self) -> Result<Value, Malformed> {
        match token {
            Token::Str(_) => {
                while let Token::Str(_) = self.peek()? {
                    self.next()?;
                }
                Ok(Value::Hashable)
            }
            Token::Bytes(_) => {
                while let Token::Bytes(_) = self.peek()? {
                    self.next()?;
                }
                Ok(Value::Hashable)
            }
            Token::Int(_) | Token::Float => Ok(Value::Real),
            Token::Imaginary => Ok(Value::Imaginary),
            Token::Ellipsis | Token::Name(b"True" | b"False" | b"None") => Ok(Value::Hashable),
            Token::Name(b"set") => {
                self.expect(b'(', "`()` after set")?;
                self.expect(b')', "`()` after set")?;
                Ok(Value::Unhashable)
            }
            _ => before
                .fail("a value: a string, a number, True, False, None, or a tuple, list or dict of these"),
        }
    }

    /// What the value is with what stands in front of it.
    fn with_sign(&self, value: Value, level: &mut Level, before: Self) -> Result<Value, Malformed> {
        let (is_signed, is_added) = (level.is_signed, level.is_added);
        (level.is_signed, level.is_added) = (false, false);
        match value {
            Value::Imaginary if is_signed || is_added => Ok(Value::Hashable),
            _ if is_added => before.fail("a number with a `j`, for Python computes nothing else"),
            Value::Real if is_signed => Ok(Value::SignedReal),
            _ if is_signed => before.fail("a number after the sign"),
            value => Ok(value),
        }
    }

    /// Passes over what comes after a value in brackets, and says whether it closes them.
    fn closes_after(&mut self, value: Value, level: &mut Level, before: Self) -> Result<bool, Malformed> {
        let is_unhashable = value == Value::Unhashable;
        if level.close == b'}' && !level.after_key {
            if is_unhashable {
                return before.fail("a key that is no list, set or dict");
            }
            let has_value = self.peek()? == Token::Punct(b':');
            if *level.is_dict.get_or_insert(has_value) {
                self.expect(b':', "a colon after the key")?;
                level.after_key = true;
                return Ok(false);
            }
        }
        level.after_key = false;
        level.is_unhashable |= is_unhashable;
        if !self.comma() {
            self.expect(level.close, comma_or(level.close))?;
            return Ok(true);
        }
        level.is_tuple = true;
        Ok(self.take(level.close))
    }

    /// Reads what may be in parentheses that change nothing: `('<f8')` is a string, `('<f8',)` a tuple.
    pub(crate) fn grouped<T, E: From<Malformed>>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut groups = 0;
        while self.is_group()? {
            self.next()?;
            groups += 1;
        }
        let value = read(self)?;
        for _ in 0..groups {
            self.expect(b')', "`)`")?;
        }
        Ok(value)
    }

    fn is_group(&self) -> Result<bool, Malformed> {
        let mut ahead = *self;
        if !ahead.take(b'(') || ahead.peek()? == Token::Punct(b')') {
            return Ok(false);
        }
        ahead.skip_value()?;
        Ok(ahead.peek()? == Token::Punct(b')'))
    }

    /// A string, of one piece or of several that follow each other.
    pub(crate) fn string(&mut self, expected: &'static str) -> Result<String, Malformed> {
        self.grouped(|lexer| {
            let before = *lexer;
            let mut string = String::new();
            while let Token::Str(quoted) = lexer.peek()? {
                lexer.next()?;
                quoted.push_to(&mut string);
            }
            if lexer.at() == before.at() { before.fail(expected) } else { Ok(string) }
        })
    }

    /// An integer of at least 0, and from where to where it stands.
    pub(crate) fn axis(&mut self) -> Result<Axis, Malformed> {
        self.grouped(|lexer| {
            lexer.skip_to_token()?;
            let before = *lexer;
            let is_negative = lexer.take(b'-');
            let number = if is_negative || lexer.take(b'+') {
                lexer.grouped(|lexer| lexer.next())?
            } else {
                lexer.next()?
            };
            match number {
                Token::Int(len) if !is_negative || len == 0 => {
                    Ok(Axis { len, start: before.at(), end: lexer.at() })
                }
                Token::Int(_) => before.fail("a number that is not negative"),
                _ => before.fail("an integer"),
            }
        })
    }

    /// The sequence whose bracket is next, `(2, 3)` or `[2, 3]`, item by item.
    pub(crate) fn sequence<E: From<Malformed>>(
        &mut self,
        expected: &'static str,
        mut item: impl FnMut(&mut Self) -> Result<(), E>,
    ) -> Result<(), E> {
        let before = *self;
        let close = match self.next()? {
            Token::Punct(open @ (b'(' | b'[')) => closing(open),
            _ => return Ok(before.fail(expected)?),
        };
        while !self.take(close) {
            item(self)?;
            if !self.comma() {
                self.expect(close, comma_or(close))?;
                break;
            }
        }
        Ok(())
    }

    /// The items of the dict whose brace is next: `item` is given each key and reads its value.
    pub(crate) fn dict<E: From<Malformed>>(
        &mut self,
        expected: &'static str,
        mut item: impl FnMut(&mut Self, &str) -> Result<(), E>,
    ) -> Result<(), E> {
        self.expect(b'{', expected)?;
        while !self.take(b'}') {
            let key = self.string("a key in quotes")?;
            self.expect(b':', "a colon after the key")?;
            item(self, &key)?;
            if !self.comma() {
                self.expect(b'}', comma_or(b'}'))?;
                break;
            }
        }
        Ok(())
    }

    pub(crate) fn boolean(&mut self) -> Result<bool, Malformed> {
        self.grouped(|lexer| {
            let before = *lexer;
            match lexer.next()? {
                Token::Name(b"True") => Ok(true),
                Token::Name(b"False") => Ok(false),
                _ => before.fail("True or False"),
            }
        })
    }
}

/// A length, and where it is in the text.
pub(crate) struct Axis {
    pub(crate) len: usize,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

fn closing(open: u8) -> u8 {
    match open {
        b'(' => b')',
        b'[' => b']',
        _ => b'}',
    }
}

fn comma_or(close: u8) -> &'static str {
    match close {
        b')' => "a comma or `)`",
        b']' => "a comma or `]`",
        _ => "a comma or `}`",
    }
}
