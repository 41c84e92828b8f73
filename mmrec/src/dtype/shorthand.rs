//! The texts that `numpy.dtype` takes without quotes: scalars by code or name, and `i4, (2,3)f8`.

use super::{
    DType, DTypeField, Scalar,
    descr::{Stop, extent},
    literal::{Lexer, Token},
};
use crate::error::{Error, ErrorKind, Result};

/// The dtype that this stands for; `None` if it stands for none.
///
/// # Errors
///
/// [`ErrorKind::Unsupported`] for Python objects, and whatever keeps a dtype from being as it is described.
pub(super) fn read(text: &str) -> Result<Option<DType>> {
    if is_list(text.as_bytes()) {
        return read_list(text);
    }
    if let Some(scalar) = Scalar::parse(text.as_bytes()) {
        return Ok(Some(scalar.into()));
    }
    let code = text.strip_prefix(['<', '>', '=', '|']).unwrap_or(text);
    if matches!(code, "O" | "O4" | "O8" | "T") || matches!(text, "object" | "object_") {
        let message = format!(
            "'{text}' stands for Python objects, which are no bytes in a file; make an array of numbers, or of strings \
             of fixed length such as '<U16'"
        );
        return Err(Error::new(ErrorKind::Unsupported, message));
    }
    Ok(None)
}

/// Whether NumPy looks for counts and commas: where a count comes first, or a comma anywhere but in `[ ]`.
fn is_list(text: &[u8]) -> bool {
    let after_order = match text {
        [b'<' | b'>' | b'=' | b'|', rest @ ..] => rest,
        _ => text,
    };
    let empty_shape = text.starts_with(b"()") || (text.len() > 3 && after_order.starts_with(b"()"));
    if matches!(after_order, [b'0'..=b'9', ..]) || empty_shape {
        return true;
    }
    let mut depth = 0i64;
    text.iter().skip(1).any(|byte| {
        match byte {
            b'[' => depth += 1,
            b']' => depth -= 1,
            _ => {}
        }
        *byte == b',' && depth == 0
    })
}

/// Parts with commas between them: each an optional count or shape and a code. One part without a comma is no record.
fn read_list(text: &str) -> Result<Option<DType>> {
    let (mut parts, mut rest, mut is_record) = (Vec::new(), text, false);
    while !rest.is_empty() {
        let (part, after) = match Part::split(rest) {
            Some(found) => found,
            None => return Ok(None),
        };
        let Some(dtype) = part.read()? else { return Ok(None) };
        let trimmed = after.trim_start_matches(is_space);
        rest = match trimmed.strip_prefix(',') {
            Some(next) => {
                is_record = true;
                next.trim_start_matches(is_space)
            }
            None if trimmed.is_empty() => trimmed,
            None => return Ok(None),
        };
        parts.push(dtype);
    }
    if !is_record {
        return Ok(parts.pop());
    }
    let name = |(i, dtype)| DTypeField::new(format!("f{i}"), dtype);
    DType::packed(parts.into_iter().enumerate().map(name)).map(Some)
}

/// White space to a regular expression of Python's.
fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\x1c'..='\x1f')
}

/// `(2,3)<f8`
struct Part<'a> {
    /// The byte order, if it changes anything.
    order: &'static str,
    count: &'a str,
    code: &'a str,
}

impl<'a> Part<'a> {
    /// The part at the start of the text, and what comes after it.
    fn split(text: &'a str) -> Option<(Self, &'a str)> {
        let (first, text) = take(text, |c| matches!(c, '<' | '>' | '=' | '|'), 1);
        let before = text;
        let (_, text) = take(text, |c| c == ' ', usize::MAX);
        let (_, text) = take(text, |c| c == '(', 1);
        let (_, text) = take(text, |c| matches!(c, ' ' | ',' | '0'..='9'), usize::MAX);
        let (_, text) = take(text, |c| c == ')', 1);
        let (_, text) = take(text, |c| c == ' ', usize::MAX);
        let count = &before[..before.len() - text.len()];
        let (second, text) = take(text, |c| matches!(c, '<' | '>' | '=' | '|'), 1);
        let before = text;
        let (_, mut text) = take(text, |c| c.is_ascii_alphanumeric() || matches!(c, '.' | '?'), usize::MAX);
        if let Some(inside) = text.strip_prefix('[') {
            let (unit, after) =
                take(inside, |c| c.is_ascii_alphanumeric() || matches!(c, ',' | '.'), usize::MAX);
            if let Some(after) = after.strip_prefix(']').filter(|_| !unit.is_empty()) {
                text = after;
            }
        }
        let code = &before[..before.len() - text.len()];
        let order = match (order(first), order(second)) {
            (None, order) | (order, None) => order,
            (first, second) if first == second => first,
            _ => return None,
        };
        let native = if cfg!(target_endian = "little") { "<" } else { ">" };
        let order = order.filter(|&order| order != native && order != "|").unwrap_or("");
        Some((Self { order, count, code }, text))
    }

    fn read(&self) -> Result<Option<DType>> {
        // A list of its own, `[,]`, is no code, and would be split into itself.
        if self.code.starts_with('[') {
            return Ok(None);
        }
        let Some(dtype) = read(&format!("{}{}", self.order, self.code))? else { return Ok(None) };
        if self.count.is_empty() {
            return Ok(Some(dtype));
        }
        if self.count.trim().is_empty() {
            return Ok(None);
        }
        // A tuple may come without its parentheses.
        let count = format!("({})", self.count);
        let mut lexer = Lexer::new(&count);
        let extent = lexer.skip_value().map_err(Stop::from).and_then(|()| {
            let end = lexer.next()?;
            let found = extent(&mut Lexer::new(&count))?;
            Ok((end == Token::End).then_some(found))
        });
        match extent {
            Ok(Some(extent)) => extent.of(dtype).map(Some),
            _ => Ok(None),
        }
    }
}

/// At most `most` characters at the start that are such, and the rest.
fn take(text: &str, is_such: impl Fn(char) -> bool, most: usize) -> (&str, &str) {
    let len = text.chars().take(most).take_while(|&c| is_such(c)).map(char::len_utf8).sum();
    text.split_at(len)
}

fn order(symbol: &str) -> Option<&'static str> {
    match symbol {
        "<" => Some("<"),
        ">" => Some(">"),
        "|" => Some("|"),
        "=" => Some(if cfg!(target_endian = "little") { "<" } else { ">" }),
        _ => None,
    }
}
