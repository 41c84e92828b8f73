//! NumPy's descr text, written and read.

use std::{fmt, str::FromStr};

use super::{
    DType, DTypeField, Kind, Scalar,
    export::NumpyDict,
    literal::{self, Lexer, Malformed, Token},
};
use crate::error::{Error, ErrorKind, Result};

/// How deep records and sub-arrays may nest in a text. Python's parser stops at 200 brackets, of which each level of
/// a record takes two.
const MAX_DEPTH: usize = 100;

/// The text NumPy writes to a `.npy` header. Where it has none, for overlapping or out-of-order fields, the form with
/// `'names'`, `'formats'` and `'offsets'` that NumPy prints.
impl fmt::Display for DType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(scalar) = self.as_scalar() {
            return write!(f, "'{scalar}'");
        }
        if !self.is_record() {
            return write!(f, "({}, {})", self.base(), ShapeText(&self.shape()));
        }
        if !self.is_in_order() {
            return NumpyDict(self).fmt(f);
        }
        f.write_str("[")?;
        let (mut end, mut separator) = (0, "");
        for field in self.fields() {
            if field.offset() > end {
                write!(f, "{separator}('', '|V{}')", field.offset() - end)?;
                separator = ", ";
            }
            write!(f, "{separator}({}, {}", NameText(field), field.dtype().base())?;
            match field.dtype().shape() {
                shape if shape.is_empty() => f.write_str(")")?,
                shape => write!(f, ", {})", ShapeText(&shape))?,
            }
            separator = ", ";
            end = field.end();
        }
        if self.itemsize() > end {
            write!(f, "{separator}('', '|V{}')", self.itemsize() - end)?;
        }
        f.write_str("]")
    }
}

/// A name as Python writes it, with its title if there is one: `('title', 'name')`.
struct NameText<'a>(&'a DTypeField);

impl fmt::Display for NameText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = literal::quoted(self.0.name());
        match self.0.title() {
            Some(title) => write!(f, "({}, {name})", literal::quoted(title)),
            None => f.write_str(&name),
        }
    }
}

/// A shape as Python writes a tuple: `()`, `(3,)`, `(2, 5)`.
pub(crate) struct ShapeText<'a>(pub(crate) &'a [usize]);

impl fmt::Display for ShapeText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(")?;
        for (axis, len) in self.0.iter().enumerate() {
            let separator = if axis > 0 { " " } else { "" };
            let comma = if axis + 1 < self.0.len() || self.0.len() == 1 { "," } else { "" };
            write!(f, "{separator}{len}{comma}")?;
        }
        f.write_str(")")
    }
}

/// Reads a descr text, `[('ts', '<u8'), …]`, `'<f8'` or `('<f8', (3,))`, or a bare `<f8`.
///
/// # Errors
///
/// [`ErrorKind::BadDescr`] with the place in the text, [`ErrorKind::Overflow`] past NumPy's 2^31 - 1 bytes.
impl FromStr for DType {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        if let Some(scalar) = Scalar::parse(text.as_bytes()) {
            return Ok(scalar.into());
        }
        if !text.trim_start().starts_with(['(', '[', '\'', '"']) {
            let message = format!(
                "`{text}` is not a dtype; expected a scalar such as <f8, |S5 or <M8[ns], or a list such as [('ts', '<u8')]"
            );
            return Err(Error::new(ErrorKind::BadDescr, message));
        }
        let mut parser = Parser { lexer: Lexer::new(text), depth: 0 };
        let parsed = parser.dtype().and_then(|dtype| match parser.lexer.next()? {
            Token::End => Ok(dtype),
            _ => Err(parser.lexer.fail::<()>("the end of the text").unwrap_err().into()),
        });
        parsed.map_err(|stop| match stop {
            Stop::Malformed(Malformed { at, expected }) => {
                let message =
                    format!("`{text}` is not a dtype: expected {expected} at byte {at}, as in [('ts', '<u8'), ('xyz', '<f4', (3,))]");
                Error::new(ErrorKind::BadDescr, message)
            }
            Stop::Impossible(error) => error,
        })
    }
}

enum Stop {
    Malformed(Malformed),
    Impossible(Error),
}

impl From<Malformed> for Stop {
    fn from(malformed: Malformed) -> Self {
        Self::Malformed(malformed)
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Impossible(error)
    }
}

struct Parser<'a> {
    lexer: Lexer<'a>,
    depth: usize,
}

impl Parser<'_> {
    fn dtype(&mut self) -> Result<DType, Stop> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Ok(self.lexer.fail("at most 100 levels of nesting")?);
        }
        let before = self.lexer;
        let dtype = match self.lexer.next()? {
            Token::Str { start, end } => match Scalar::parse(self.lexer.bytes(start, end)) {
                Some(scalar) => scalar.into(),
                None => before.fail("a scalar such as '<f8', '|S5' or '<M8[ns]'")?,
            },
            Token::Punct(b'(') => {
                let base = self.dtype()?;
                self.lexer.expect(b',', "a comma and the shape")?;
                let shape = self.shape()?;
                self.lexer.comma();
                self.lexer.expect(b')', "`)` after the shape")?;
                DType::array(base, &shape)?
            }
            Token::Punct(b'[') => self.record()?,
            _ => before.fail("a scalar in quotes, a sub-array in ( ) or a list of fields in [ ]")?,
        };
        self.depth -= 1;
        Ok(dtype)
    }

    fn record(&mut self) -> Result<DType, Stop> {
        let (mut fields, mut end) = (Vec::new(), 0usize);
        while self.lexer.peek()? != Token::Punct(b']') {
            let (name, title, dtype) = self.field()?;
            // A hole, which NumPy knows by its type: void bytes, and sub-arrays of anything count as void.
            let is_void = matches!(dtype.as_scalar().map(Scalar::kind), Some(Kind::Void))
                || dtype.outer_axis().is_some();
            let next = end.checked_add(dtype.itemsize()).ok_or_else(too_large)?;
            if !(name.is_empty() && is_void) {
                let mut field = DTypeField::new(name, dtype).at(end);
                if let Some(title) = title {
                    field = field.with_title(title);
                }
                fields.push(field);
            }
            end = next;
            if !self.lexer.comma() {
                break;
            }
        }
        self.lexer.expect(b']', "a comma or `]` after the field")?;
        Ok(DType::with_offsets(fields, end)?)
    }

    fn field(&mut self) -> Result<(String, Option<String>, DType), Stop> {
        self.lexer.expect(b'(', "`(` before a field's name")?;
        let (title, name) = if self.lexer.peek()? == Token::Punct(b'(') {
            self.lexer.next()?;
            let title = self.string()?;
            self.lexer.expect(b',', "a comma between title and name")?;
            let name = self.string()?;
            self.lexer.comma();
            self.lexer.expect(b')', "`)` after title and name")?;
            (Some(title), name)
        } else {
            (None, self.string()?)
        };
        self.lexer.expect(b',', "a comma after the name")?;
        let mut dtype = self.dtype()?;
        if self.lexer.comma() && self.lexer.peek()? != Token::Punct(b')') {
            dtype = DType::array(dtype, &self.shape()?)?;
            self.lexer.comma();
        }
        self.lexer.expect(b')', "`)` after the field")?;
        Ok((name, title, dtype))
    }

    fn string(&mut self) -> Result<String, Stop> {
        let before = self.lexer;
        let Token::Str { start, end } = self.lexer.next()? else {
            return Ok(before.fail("a name in quotes")?);
        };
        match literal::unescape_all(self.lexer.bytes(start, end)) {
            Some(name) => Ok(name),
            None => Ok(before.fail("a name with valid escapes")?),
        }
    }

    fn shape(&mut self) -> Result<Vec<usize>, Stop> {
        let before = self.lexer;
        let close = match self.lexer.next()? {
            Token::Int(len) => return Ok(vec![len]),
            Token::Punct(b'(') => b')',
            Token::Punct(b'[') => b']',
            _ => before.fail("a shape such as (3,)")?,
        };
        let mut shape = Vec::new();
        while let Token::Int(len) = self.lexer.peek()? {
            self.lexer.next()?;
            shape.push(len);
            if !self.lexer.comma() {
                break;
            }
        }
        self.lexer.expect(close, "the end of the shape")?;
        Ok(shape)
    }
}

fn too_large() -> Error {
    Error::new(ErrorKind::Overflow, "a dtype is larger than the address space")
}
