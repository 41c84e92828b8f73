//! The header of a `.npy` file, read and written, and its growing axis written again.
//!
//! A header is a Python dict with three keys. It is read from its text, without a tree of its values: once to see that
//! all of it is a literal, as `ast.literal_eval` would, and once more for each of the three values.

use std::borrow::Cow;

use super::{ReadAt, read_at_most};
use crate::{
    dtype::{self, DType, Form, Lexer, MAX_AXES, Malformed, ShapeText, Stop, Token},
    error::{Error, ErrorKind, Result},
};

/// What every `.npy` file starts with.
const MAGIC: &[u8; 6] = b"\x93NUMPY";

/// The longest header. NumPy's limit of 10000 characters, which can be raised there, is for the sake of its parser.
pub(super) const MAX_LEN: usize = 1 << 20;

/// NumPy lets the data start at a multiple of this.
const DATA_ALIGNMENT: usize = 64;

/// NumPy leaves room for the axis along which an array grows to have so many digits.
const GROWTH_DIGITS: usize = 21;

/// What a header says, and what is needed to write one axis of it anew.
#[derive(Clone)]
pub(crate) struct Header {
    pub(crate) dtype: DType,
    pub(crate) fortran: bool,
    pub(crate) shape: Vec<usize>,
    /// Bytes from the magic to the data.
    pub(crate) len: u64,
    /// Where the number of each axis stands in `tail`.
    axes: Vec<(usize, usize)>,
    /// The bytes of the header from the shape on.
    tail: Vec<u8>,
}

/// Reads the header that starts `at` bytes into something. `read(at, buf)` fills as much of `buf` as there is and says how
/// much that is.
///
/// # Errors
///
/// [`ErrorKind::BadNpy`] for what is no header, [`ErrorKind::BadDescr`] and those with it for what is no dtype,
/// [`ErrorKind::Unsupported`] for Python objects, and the errors of `read`.
pub(crate) fn read(at: u64, read: &mut ReadAt<'_>) -> Result<Header> {
    let mut bytes = |from: usize, len: usize| {
        let Some(at) = at.checked_add(from as u64) else { return Ok(Vec::new()) };
        read_at_most(at, len, read, "the .npy header")
    };
    let start = bytes(0, MAGIC.len() + 2)?;
    let Some((magic, &[major, minor])) = start.split_first_chunk::<6>() else {
        return Err(cut_short("the 8 bytes that start a .npy file", start.len()));
    };
    if magic != MAGIC {
        let message = format!(
            "expected {} at the start of a .npy file, found {}; map other files without asking for .npy",
            MAGIC.escape_ascii(),
            magic.escape_ascii()
        );
        return Err(bad(message));
    }
    let width = match (major, minor) {
        (1, 0) => 2,
        (2 | 3, 0) => 4,
        _ => {
            let message = format!(
                "the .npy file has version {major}.{minor}, expected 1.0, 2.0 or 3.0; save it again with NumPy"
            );
            return Err(bad(message));
        }
    };
    let claimed = bytes(start.len(), width)?;
    if claimed.len() < width {
        return Err(cut_short(&format!("{width} bytes with the length of the header"), claimed.len()));
    }
    let claimed = claimed.iter().rev().fold(0usize, |len, &byte| len << 8 | usize::from(byte));
    if claimed > MAX_LEN {
        let message = format!(
            "the .npy header claims {claimed} bytes, and no more than {MAX_LEN} are read; use fewer fields or shorter names"
        );
        return Err(bad(message));
    }
    let before = start.len() + width;
    let raw = bytes(before, claimed)?;
    if raw.len() < claimed {
        return Err(cut_short(&format!("{claimed} bytes of header"), raw.len()));
    }

    let text = decode(&raw, major)?;
    let python2 = major < 3;
    let found = parse(&text, python2).map_err(|stop| match stop {
        Stop::Malformed(malformed) => malformed_error(&text, malformed),
        Stop::Impossible(error) => error,
    })?;
    // Bytes of the file that a part of the text is.
    let width = |text: &str| if major < 3 { text.chars().count() } else { text.len() };
    let place = |at: usize| width(&text[found.shape_at..at]);
    let axes = found.axes.iter().map(|axis| (place(axis.start), place(axis.end)));
    let shape_at = width(&text[..found.shape_at]);
    Ok(Header {
        dtype: found.dtype,
        fortran: found.fortran,
        shape: found.axes.iter().map(|axis| axis.len).collect(),
        len: (before + claimed) as u64,
        axes: axes.collect(),
        tail: raw[shape_at..].to_vec(),
    })
}

fn bad(message: String) -> Error {
    Error::new(ErrorKind::BadNpy, message)
}

fn cut_short(expected: &str, found: usize) -> Error {
    bad(format!("expected {expected}, found {found}; the .npy file is cut short, copy or save it again"))
}

fn malformed_error(text: &str, Malformed { at, expected }: Malformed) -> Error {
    let rest = text.get(at..).unwrap_or("").trim_start();
    let found = match rest.char_indices().nth(20) {
        Some((end, _)) => format!("{:?}…", &rest[..end]),
        None if rest.is_empty() => "its end".to_owned(),
        None => format!("{rest:?}"),
    };
    bad(format!(
        "the .npy header cannot be read at character {}: expected {expected}, found {found}; save the file again with NumPy",
        text.get(..at).unwrap_or(text).chars().count()
    ))
}

/// The text: Latin-1 before version 3.0, UTF-8 since.
fn decode(raw: &[u8], major: u8) -> Result<Cow<'_, str>> {
    match str::from_utf8(raw) {
        Ok(text) if major >= 3 || raw.is_ascii() => Ok(Cow::Borrowed(text)),
        Err(error) if major >= 3 => {
            let message = format!(
                "the .npy header is no UTF-8 at byte {}; save the file again with NumPy",
                error.valid_up_to()
            );
            Err(bad(message))
        }
        _ => Ok(Cow::Owned(raw.iter().map(|&byte| char::from(byte)).collect())),
    }
}

/// What a header's text says.
struct Found {
    dtype: DType,
    fortran: bool,
    axes: Vec<dtype::Axis>,
    shape_at: usize,
}

fn parse(text: &str, python2: bool) -> Result<Found, Stop> {
    let start = first_token(text);
    let mut lexer = Lexer::new(text).starting_at(start);
    if !is_unindented(&text[..start]) {
        return Ok(lexer.fail("a dict that is not indented after an empty line")?);
    }
    if python2 {
        lexer = lexer.with_longs();
    }
    let mut all = lexer;
    all.skip_value()?;
    if !is_end(&text[all.at()..], python2) {
        return Ok(all.fail("the end of the header")?);
    }

    let (mut descr, mut fortran, mut shape) = (None, None, None);
    lexer.grouped(|lexer| {
        lexer.dict("a dict", |lexer, key| {
            let before = *lexer;
            match key {
                "descr" => descr = Some(before),
                "fortran_order" => fortran = Some(before),
                "shape" => shape = Some(before),
                _ => return before.fail("no other keys than 'descr', 'fortran_order' and 'shape'"),
            }
            // Of two values for one key the last counts, so they are not read before all have been seen.
            lexer.skip_value()
        })
    })?;
    let (Some(mut descr), Some(mut fortran), Some(mut shape)) = (descr, fortran, shape) else {
        return Ok(all.fail("the keys 'descr', 'fortran_order' and 'shape'")?);
    };
    shape.skip_to_token()?;
    let shape_at = shape.at();
    let axes = axes(&mut shape)?;
    let fortran = fortran.boolean()?;
    Ok(Found { dtype: dtype::read(&mut descr, Form::Header)?, fortran, axes, shape_at })
}

/// The axes of a shape, which is a tuple and nothing else.
fn axes(lexer: &mut Lexer<'_>) -> Result<Vec<dtype::Axis>, Malformed> {
    lexer.grouped(|lexer| {
        let mut axes = Vec::new();
        if lexer.peek()? != Token::Punct(b'(') {
            return lexer.fail("a shape such as (3,)");
        }
        lexer.sequence("a shape", |lexer| {
            let before = *lexer;
            let axis = lexer.axis()?;
            if isize::try_from(axis.len).is_err() {
                return before.fail("an axis that fits the address space");
            }
            if axes.len() == MAX_AXES {
                return before.fail("no more than 64 axes");
            }
            axes.push(axis);
            Ok(())
        })?;
        Ok(axes)
    })
}

/// Where the first token starts; what is before it is blank, a comment, or a backslash at the end of a line.
fn first_token(text: &str) -> usize {
    let mut lexer = Lexer::new(text);
    match lexer.skip_to_token() {
        Ok(()) => lexer.at(),
        Err(_) => 0,
    }
}

/// Whether Python takes what comes after this for the start of a line. Blanks at the very start do not count, and a form
/// feed starts the line again.
fn is_unindented(before: &str) -> bool {
    let before = before.trim_start_matches([' ', '\t']);
    // A backslash joins lines, and the blanks before the first count.
    let line = before.rsplit(['\n', '\r']).next().unwrap_or("");
    let column = line.rsplit('\x0c').next().unwrap_or("");
    column.is_empty()
}

/// Whether nothing is left but blanks and comments. After the end of a line, Python takes blanks that end with the text
/// for an indentation; `python2`: NumPy tries again without them.
fn is_end(after: &str, python2: bool) -> bool {
    const BLANKS: [char; 3] = [' ', '\t', '\x0c'];
    let mut lexer = Lexer::new(after);
    if lexer.skip_blanks().is_err() || after.contains('\0') {
        return false;
    }
    let rest = &after[lexer.at()..];
    let is_empty = |line: &str| matches!(line.trim_start_matches(BLANKS).bytes().next(), None | Some(b'#'));
    if !rest.split(['\n', '\r']).all(is_empty) {
        return false;
    }
    let last = rest.rsplit(['\n', '\r']).next().unwrap_or("");
    let before = &rest[..rest.len() - last.len()];
    let column = last.rsplit('\x0c').next().unwrap_or("");
    let is_indented = !before.is_empty() && !column.is_empty() && !column.contains('#');
    !is_indented || (python2 && before.ends_with('\n'))
}

/// The bytes of a header, magic to end of line: those that `numpy.lib.format.open_memmap` writes in mode `w+`.
///
/// # Errors
///
/// [`ErrorKind::Unsupported`] for a dtype that a header cannot say: fields that overlap or come out of order, fields that
/// would be read as padding, and a sub-array that is no field. [`ErrorKind::Overflow`] for a header longer than [`read`] reads.
pub(crate) fn write(dtype: &DType, shape: &[usize], fortran: bool) -> Result<Vec<u8>> {
    if dtype.outer_axis().is_some() {
        let message = format!(
            "the dtype {dtype} is a sub-array, of which a .npy header keeps the size alone; give its base, and its axes as axes of the array"
        );
        return Err(Error::new(ErrorKind::Unsupported, message));
    }
    if !dtype.has_descr() {
        let message = format!(
            "the dtype {dtype} has fields that overlap or are out of order, or one of void bytes without a name, which a \
             .npy header cannot say; reorder or name the fields"
        );
        return Err(Error::new(ErrorKind::Unsupported, message));
    }
    let order = if fortran { "True" } else { "False" };
    let growing = if fortran { shape.last() } else { shape.first() };
    let room = growing.map_or(0, |len| GROWTH_DIGITS - len.to_string().len());
    let shape = ShapeText(shape);
    let text = format!("{{'descr': {dtype}, 'fortran_order': {order}, 'shape': {shape}, }}{:room$}", "");

    let latin1: Option<Vec<u8>> = text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect();
    let (version, width, body) = match latin1 {
        Some(body) if padded_len(body.len(), 2) <= usize::from(u16::MAX) => (1, 2, body),
        Some(body) => (2, 4, body),
        None => (3, 4, text.into_bytes()),
    };
    let len = padded_len(body.len(), width);
    let Some(claimed) = u32::try_from(len).ok().filter(|_| len <= MAX_LEN) else {
        let message = format!(
            "the .npy header would have {len} bytes, and no more than {MAX_LEN} are read; use fewer fields or shorter names"
        );
        return Err(Error::new(ErrorKind::Overflow, message));
    };
    let mut header = Vec::with_capacity(MAGIC.len() + 2 + width + len);
    header.extend_from_slice(MAGIC);
    header.extend_from_slice(&[version, 0]);
    header.extend_from_slice(&claimed.to_le_bytes()[..width]);
    header.extend_from_slice(&body);
    header.resize(header.capacity() - 1, b' ');
    header.push(b'\n');
    Ok(header)
}

/// The length of a header's text with at least one space and an end of line behind it, so that data can follow.
fn padded_len(text: usize, width: usize) -> usize {
    let before = MAGIC.len() + 2 + width;
    let end = before + text + 1;
    end + DATA_ALIGNMENT - end % DATA_ALIGNMENT - before
}

impl Header {
    /// The bytes to write over the header so that `axis` has `len` elements, and where, counted from the magic; `None` if
    /// the header has no room for the number. They reach from the number to the end of the text, so that the header is whole
    /// whatever other number another program has written there meanwhile: the last one wins, and no two are mixed.
    pub(crate) fn with_axis_len(&self, axis: usize, len: usize) -> Option<(u64, Vec<u8>)> {
        let &(start, end) = self.axes.get(axis)?;
        let mut bytes = len.to_string().into_bytes();
        // The spaces at the end of the last line give way, or become more.
        let text = self.tail.strip_suffix(b"\n").unwrap_or(&self.tail);
        let text_end = text.trim_ascii_end().len().max(end);
        let spaces = text.len() - text_end;
        if text[..text_end].ends_with(b"\\") {
            // It joins the line to the next, and nothing may come between.
            return None;
        }
        let (more, fewer) =
            (bytes.len().saturating_sub(end - start), (end - start).saturating_sub(bytes.len()));
        if more > spaces || text[text_end..][..more].iter().any(|&byte| byte != b' ') {
            return None;
        }
        bytes.extend_from_slice(&text[end..text_end]);
        bytes.resize(bytes.len() + fewer, b' ');
        bytes.extend_from_slice(&text[text_end + more..]);
        let at = self.len - (self.tail.len() - start) as u64;
        Some((at, bytes))
    }
}
