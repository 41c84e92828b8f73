//! NumPy's descr text, written and read.

use std::{fmt, str::FromStr};

use super::{
    DType, DTypeField, Kind, Scalar,
    export::NumpyDict,
    layout,
    literal::{self, Lexer, Malformed, Token},
    shorthand,
};
use crate::error::{Error, ErrorKind, Result};

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

/// Reads what Display writes and what `numpy.dtype` takes as a text: `[('ts', '<u8'), …]`, `('<f8', (3,))`, `'<f8'`,
/// the form with `'names'` and `'formats'`, and without quotes `<f8`, `float64` and `i4, (2,3)f8`.
///
/// Names of C types stand for what they are on 64-bit Linux: `long` and `l` have 8 bytes, `longdouble` 16. In a list, a
/// nameless void is padding, as in `.npy` headers.
///
/// # Errors
///
/// [`ErrorKind::BadDescr`] with the place in the text, [`ErrorKind::Overflow`] past NumPy's 2^31 - 1 bytes,
/// [`ErrorKind::RankMismatch`] past its 64 axes, [`ErrorKind::ShapeMismatch`] if a field ends past `'itemsize'`,
/// [`ErrorKind::Unsupported`] for Python objects.
impl FromStr for DType {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        if let Some(dtype) = shorthand::read(text)? {
            return Ok(dtype);
        }
        let mut lexer = Lexer::new(text);
        let shown = match text.char_indices().nth(200) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text.to_owned(),
        };
        let is_literal = text.trim_start().starts_with(['(', '[', '{', '\'', '"'])
            || matches!(lexer.peek(), Ok(Token::Str(_)));
        if !is_literal {
            let message = format!(
                "`{shown}` is not a dtype; expected a scalar such as <f8, |S5 or <M8[ns], or a list such as [('ts', '<u8')]"
            );
            return Err(Error::new(ErrorKind::BadDescr, message));
        }
        let checked = (|| {
            let mut all = lexer;
            all.skip_value()?;
            if all.next()? == Token::End { Ok(()) } else { all.fail("the end of the text") }
        })();
        let parsed = checked.map_err(Stop::from).and_then(|()| read(&mut lexer, Form::Any));
        parsed.map_err(|stop| match stop {
            Stop::Malformed(Malformed { at, expected }) => {
                let message = format!(
                    "`{shown}` is not a dtype: expected {expected} at byte {at}, as in [('ts', '<u8'), ('xyz', '<f4', (3,))]"
                );
                Error::new(ErrorKind::BadDescr, message)
            }
            Stop::Impossible(error) => error,
        })
    }
}

/// Why a literal is no dtype: it is not written as one, or there can be none like it.
pub(crate) enum Stop {
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

/// Which literals stand for dtypes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// Those in `.npy` headers.
    Header,
    /// Those with `'names'` and `'formats'` too.
    Any,
}

/// Reads the dtype that is next. All that is read has to be a literal, which [`Lexer::skip_value`] finds out: that is
/// what keeps the recursion here from going too deep.
pub(crate) fn read(lexer: &mut Lexer<'_>, form: Form) -> Result<DType, Stop> {
    lexer.grouped(|lexer| {
        let before = *lexer;
        match lexer.next()? {
            Token::Str(_) => {
                *lexer = before;
                let text = lexer.string("a dtype")?;
                match shorthand::read(&text)? {
                    Some(dtype) => Ok(dtype),
                    None => Ok(before.fail("a scalar such as '<f8', '|S5' or '<M8[ns]'")?),
                }
            }
            Token::Punct(b'(') => {
                let base = read(lexer, form)?;
                lexer.expect(b',', "a comma and the shape")?;
                let dtype = extent(lexer)?.of(base)?;
                // NumPy does not look at what comes after.
                while lexer.comma() && lexer.peek()? != Token::Punct(b')') {
                    lexer.skip_value()?;
                }
                lexer.expect(b')', "`)` after the shape")?;
                Ok(dtype)
            }
            Token::Punct(b'[') => {
                *lexer = before;
                record(lexer, form)
            }
            Token::Punct(b'{') if form == Form::Any => {
                *lexer = before;
                record_with_offsets(lexer)
            }
            _ => Ok(before.fail("a scalar in quotes, a sub-array in ( ) or a list of fields in [ ]")?),
        }
    })
}

/// `[('ts', '<u8'), …]`
fn record(lexer: &mut Lexer<'_>, form: Form) -> Result<DType, Stop> {
    let (mut fields, mut end) = (Vec::new(), 0usize);
    lexer.sequence("a list of fields", |lexer| {
        let (name, dtype) = field(lexer, form)?;
        let next = end.checked_add(dtype.itemsize()).ok_or_else(layout::too_large)?;
        if !(name == Name::Only(String::new()) && dtype.is_void()) {
            fields.push(name.of(dtype).at(end));
        }
        end = next;
        Ok::<_, Stop>(())
    })?;
    Ok(DType::with_offsets(fields, end)?)
}

/// What a field is called.
#[derive(PartialEq)]
enum Name {
    Only(String),
    WithTitle(Option<String>, String),
}

impl Name {
    fn of(self, dtype: DType) -> DTypeField {
        match self {
            Self::Only(name) | Self::WithTitle(None, name) => DTypeField::new(name, dtype),
            Self::WithTitle(Some(title), name) => DTypeField::new(name, dtype).with_title(title),
        }
    }
}

fn field(lexer: &mut Lexer<'_>, form: Form) -> Result<(Name, DType), Stop> {
    lexer.grouped(|lexer| {
        let close = match lexer.peek()? {
            Token::Punct(b'[') => b']',
            _ => b')',
        };
        if close == b']' {
            lexer.next()?;
        } else {
            lexer.expect(b'(', "`(` before a field's name")?;
        }
        let name = name(lexer)?;
        lexer.expect(b',', "a comma after the name")?;
        let mut dtype = read(lexer, form)?;
        if lexer.comma() && lexer.peek()? != Token::Punct(close) {
            dtype = extent(lexer)?.of(dtype)?;
            lexer.comma();
        }
        lexer.expect(close, "the end of the field")?;
        Ok((name, dtype))
    })
}

/// A name, or a title and a name in parentheses.
fn name(lexer: &mut Lexer<'_>) -> Result<Name, Malformed> {
    lexer.grouped(|lexer| {
        if !lexer.take(b'(') {
            return Ok(Name::Only(lexer.string("a name in quotes")?));
        }
        let title = title(lexer)?;
        lexer.expect(b',', "a comma between title and name")?;
        let name = lexer.string("a name in quotes")?;
        lexer.comma();
        lexer.expect(b')', "`)` after title and name")?;
        Ok(Name::WithTitle(title, name))
    })
}

fn title(lexer: &mut Lexer<'_>) -> Result<Option<String>, Malformed> {
    lexer.grouped(|lexer| {
        if lexer.peek()? == Token::Name(b"None") {
            lexer.next()?;
            return Ok(None);
        }
        lexer.string("a title in quotes").map(Some)
    })
}

/// What stands after a dtype and makes another of it.
pub(super) enum Extent {
    /// `3`
    Len(usize),
    /// `(3,)`
    Shape(Vec<usize>),
}

pub(super) fn extent(lexer: &mut Lexer<'_>) -> Result<Extent, Malformed> {
    lexer.grouped(|lexer| match lexer.peek()? {
        Token::Punct(b'(' | b'[') => {
            let before = *lexer;
            let mut shape = Vec::new();
            lexer.sequence("a shape", |lexer| {
                // One more than there can be is enough to see that there are too many.
                if shape.len() <= layout::MAX_AXES {
                    shape.push(lexer.axis()?.len);
                } else {
                    lexer.axis()?;
                }
                Ok::<_, Malformed>(())
            })?;
            if shape.is_empty() && before.peek()? == Token::Punct(b'[') {
                return before.fail("a shape such as (3,)");
            }
            Ok(Extent::Shape(shape))
        }
        Token::Int(_) | Token::Punct(b'+' | b'-') => Ok(Extent::Len(lexer.axis()?.len)),
        _ => lexer.fail("a shape such as (3,)"),
    })
}

impl Extent {
    /// `base` in this shape. Strings and void bytes of no length get the length instead.
    pub(super) fn of(self, base: DType) -> Result<DType> {
        let unsized_kind = match base.as_scalar() {
            Some(scalar) if scalar.size() == 0 => Some(scalar),
            // NumPy makes void bytes of it, and loses the base.
            None if base.itemsize() == 0 && !base.is_record() => {
                let message = format!(
                    "{base} has no bytes, so there is no sub-array of it; leave it out, or write one shape for both"
                );
                return Err(Error::new(ErrorKind::BadDescr, message));
            }
            _ => None,
        };
        match (self, unsized_kind) {
            (Self::Shape(shape), None) => DType::array(base, &shape),
            (Self::Len(len), None) => DType::array(base, &[len]),
            (Self::Len(len), Some(scalar)) => {
                let unit = if scalar.kind() == Kind::Unicode { 4 } else { 1 };
                let size = len.checked_mul(unit).ok_or_else(layout::too_large)?;
                let sized = Scalar::try_new(scalar.kind(), size, scalar.order());
                sized.map(DType::scalar).ok_or_else(layout::too_large)
            }
            (Self::Shape(_), Some(scalar)) => {
                let message = format!(
                    "'{scalar}' has no length, so there is no sub-array of it; write one, as in '|S8'"
                );
                Err(Error::new(ErrorKind::BadDescr, message))
            }
        }
    }
}

/// `{'names': […], 'formats': […], 'offsets': […], 'titles': […], 'itemsize': 24, 'aligned': True}`, of which the first two
/// have to be there.
fn record_with_offsets(lexer: &mut Lexer<'_>) -> Result<DType, Stop> {
    let before = *lexer;
    let (mut names, mut formats, mut offsets, mut titles) = (None, None, None, None);
    let (mut itemsize, mut aligned) = (None, false);
    lexer.dict("a dict", |lexer, key| {
        match key {
            "names" => names = Some(list(lexer, |lexer| lexer.string("a name in quotes"))?),
            "formats" => formats = Some(list(lexer, |lexer| read(lexer, Form::Any))?),
            "offsets" => offsets = Some(list(lexer, |lexer| Ok::<_, Malformed>(lexer.axis()?.len))?),
            "titles" => titles = Some(list(lexer, title)?),
            "itemsize" => itemsize = Some(lexer.axis()?.len),
            "aligned" => aligned = lexer.boolean()?,
            _ => lexer.skip_value()?,
        }
        Ok::<_, Stop>(())
    })?;
    let (Some(names), Some(formats)) = (names, formats) else {
        return Ok(before.fail("'names' and 'formats' in the dict")?);
    };
    let count = names.len();
    if formats.len() != count
        || offsets.as_ref().is_some_and(|offsets| offsets.len() != count)
        || titles.as_ref().is_some_and(|titles| titles.len() != count)
    {
        return Ok(before.fail("lists of equal length in the dict")?);
    }
    let mut fields: Vec<_> =
        names.into_iter().zip(formats).map(|(name, dtype)| DTypeField::new(name, dtype)).collect();
    for (field, title) in fields.iter_mut().zip(titles.into_iter().flatten()) {
        field.title = title.map(Into::into);
    }
    Ok(layout::from_dict(fields, offsets, itemsize, aligned)?)
}

fn list<T, E: From<Malformed>>(
    lexer: &mut Lexer<'_>,
    mut item: impl FnMut(&mut Lexer<'_>) -> Result<T, E>,
) -> Result<Vec<T>, E> {
    lexer.grouped(|lexer| {
        let mut items = Vec::new();
        lexer.sequence("a list", |lexer| {
            items.push(item(lexer)?);
            Ok::<_, E>(())
        })?;
        Ok(items)
    })
}
