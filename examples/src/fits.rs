//! FITS, the file format of astronomy: units one after another, each a header of text and then data. The data of a
//! binary table are packed records, and the header is their dtype.
//!
//! | bytes | |
//! |---|---|
//! | n × 80 | the cards of the header: a keyword of 8 characters, and mostly a value and a comment; the last is `END` |
//! | | blanks, up to a multiple of 2880 |
//! | rows × row length | the records |
//! | heap | for columns of arrays of any length: what the records point into |
//! | | zeros, up to a multiple of 2880 |
//!
//! All numbers have their most significant byte first. What is read here is version 4.0 of the standard, without the
//! convention for texts that go on in `CONTINUE` cards.

use std::{
    collections::HashMap,
    fmt, fs,
    path::{Path, PathBuf},
};

use mmrec::{
    ByteOrder, ByteStr, Code, DType, DTypeField, DynMap, Kind, MmapRecord, RecordMap, Scalar,
    big_endian::{F32, F64, I16, I32, I64},
    s,
};

use crate::{
    error::{Error, Result},
    part,
};

/// Headers and data begin at multiples of this.
const BLOCK: u64 = 2880;

/// A header with more cards is none.
const MOST_CARDS: usize = 100_000;

/// The most axes and columns that the standard allows.
const MOST: i64 = 999;

/// A line of a header: a record of 80 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, MmapRecord)]
#[repr(C)]
#[mmrec(itemsize = 80)]
pub struct Card {
    /// What the value is, with blanks at the end.
    pub keyword: [u8; 8],
    /// `= `, the value, and after a slash a comment. A comment alone if it does not begin with `= `.
    pub rest: [u8; 72],
}

/// A value in a header.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `T` or `F`.
    Logical(bool),
    /// A whole number.
    Integer(i64),
    /// Any other number.
    Real(f64),
    /// A text, without blanks at the end.
    Text(String),
}

/// The header of a unit.
#[derive(Clone, Debug)]
pub struct Header {
    path: PathBuf,
    /// The byte at which it begins.
    pub offset: u64,
    /// The cards before `END`.
    pub cards: Vec<Card>,
    /// The first card of each keyword.
    numbers: HashMap<[u8; 8], usize>,
}

/// A header and its data: a picture, a table, or nothing at all.
#[derive(Clone, Debug)]
pub struct Unit {
    /// What the data are.
    pub header: Header,
    /// The byte at which the data begin.
    pub offset: u64,
    /// Bytes of data.
    pub len: u64,
}

/// A FITS file.
#[derive(Clone, Debug)]
pub struct Fits {
    /// Its units. There is at least one.
    pub units: Vec<Unit>,
}

/// How truth is stored: as the letter for it, or as 0 if it is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, MmapRecord)]
#[repr(i8)]
pub enum Logical {
    /// Neither.
    Unknown = 0,
    /// `F`.
    False = b'F'.cast_signed(),
    /// `T`.
    True = b'T'.cast_signed(),
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// `TTYPE`, or `col3` for the third column if it has none. The field of the records has the same.
    pub name: String,
    /// `TFORM`, a count and a letter, as it stands in the header.
    pub format: String,
    /// `TUNIT`; may be empty.
    pub unit: String,
    /// `TNULL`, the stored integer that stands for no value.
    pub null: Option<i64>,
    /// `TSCAL`: what stored numbers are multiplied by.
    pub scale: f64,
    /// `TZERO`: what is added to them then. Unsigned integers are stored with half their range taken off.
    pub zero: f64,
    /// The dtype of the elements in the heap, if what the records hold is where to find an array there: a count of
    /// elements and a byte of the heap, two `>i4` for format `P` and two `>i8` for `Q`.
    pub elements: Option<DType>,
    letter: u8,
    letter_of_elements: Option<u8>,
}

/// A star in the file that [`write_sample`] makes.
#[derive(Clone, Copy, Debug, MmapRecord)]
#[repr(C)]
#[mmrec(descr = "[('name', '|S16'), ('hip', '>i4'), ('hr', '>i2'), ('ra', '>f8'), ('dec', '>f8'), \
                 ('mag', '>f4', (2,)), ('variable', '|i1')]")]
pub struct Star {
    /// What it is called.
    pub name: ByteStr<16>,
    /// Its number in the Hipparcos catalogue.
    pub hip: I32,
    /// Its number in the Bright Star Catalogue, less 32768: unsigned.
    pub hr: I16,
    /// Right ascension in degrees.
    pub ra: F64,
    /// Declination in degrees.
    pub dec: F64,
    /// Blue and visual magnitude.
    pub mag: [F32; 2],
    /// Whether its brightness changes much.
    pub variable: Code<Logical>,
}

/// A binary table: where its records lie and what they are.
#[derive(Clone, Debug)]
pub struct Table {
    path: PathBuf,
    /// `EXTNAME`; may be empty.
    pub name: String,
    /// The columns, as many as the dtype has fields.
    pub columns: Vec<Column>,
    /// The dtype of the records: packed, big-endian.
    pub dtype: DType,
    /// The byte at which the records begin.
    pub offset: u64,
    /// The number of records.
    pub rows: u64,
    /// The byte at which the heap begins.
    heap: u64,
    /// The byte after the heap.
    end: u64,
}

impl Card {
    /// The keyword without the blanks.
    pub fn keyword(&self) -> &str {
        // Cards of a header are ASCII, and others have no keyword.
        str::from_utf8(self.keyword.trim_ascii_end()).unwrap_or_default()
    }

    /// The text after `= `, of which the value is the beginning.
    fn field(&self) -> Option<&str> {
        Some(str::from_utf8(self.rest.strip_prefix(b"= ")?).ok()?.trim())
    }

    /// The value, if there is one and it has the form of one.
    pub fn value(&self) -> Option<Value> {
        let field = self.field()?;
        if let Some(text) = field.strip_prefix('\'') {
            return Some(Value::Text(quoted(text)?));
        }
        let field = field.split('/').next()?.trim();
        let is_number = field.contains(|c: char| c.is_ascii_digit());
        match field {
            "T" => Some(Value::Logical(true)),
            "F" => Some(Value::Logical(false)),
            _ => match field.parse() {
                Ok(integer) => Some(Value::Integer(integer)),
                // Exponents may be written with a D. No number is "nan" or "infinity".
                Err(_) if is_number => field.replace('D', "E").parse().ok().map(Value::Real),
                Err(_) => None,
            },
        }
    }
}

/// The text up to the quote that ends it; two quotes stand for one.
fn quoted(text: &str) -> Option<String> {
    let mut parts = text.split('\'');
    let mut value = parts.next()?.to_owned();
    // What comes next is outside, unless it is empty and not the last: then there were two quotes.
    let mut outside = parts.next()?;
    while outside.is_empty() {
        let Some(more) = parts.next() else { break };
        value.push('\'');
        value.push_str(more);
        outside = parts.next()?;
    }
    value.truncate(value.trim_end_matches(' ').len());
    Some(value)
}

impl Header {
    /// Reads the header that begins with card `start`.
    fn read(path: &Path, cards: &RecordMap<Card>, start: usize) -> Result<Self> {
        let offset = start as u64 * size_of::<Card>() as u64;
        let malformed = |what: String| Error::malformed(path, format!("the header at byte {offset} {what}"));
        let mut header =
            Self { path: path.to_path_buf(), offset, cards: Vec::new(), numbers: HashMap::new() };
        for card in &cards.slice(s![start..]) {
            let number = header.cards.len();
            let is_text = |byte: &u8| matches!(byte, b' '..=b'~');
            if !card.keyword.iter().chain(&card.rest).all(is_text) {
                return Err(malformed(format!("has other bytes than text in card {number}; it is damaged")));
            }
            if card.keyword() == "END" {
                return Ok(header);
            }
            if number == MOST_CARDS {
                break;
            }
            header.numbers.entry(card.keyword).or_insert(number);
            header.cards.push(card);
        }
        Err(malformed("does not end; the file is cut short or damaged".to_owned()))
    }

    /// Bytes of this header, the blanks after it included.
    fn len(&self) -> u64 {
        let cards = self.cards.len() as u64 + 1;
        (cards * size_of::<Card>() as u64).next_multiple_of(BLOCK)
    }

    fn malformed(&self, what: String) -> Error {
        Error::malformed(&self.path, format!("the header at byte {}: {what}", self.offset))
    }

    /// The value of a keyword, or `None` if it is not there; the first if it is there several times.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`] if what follows has not the form of a value.
    pub fn value(&self, keyword: &str) -> Result<Option<Value>> {
        let Some(&number) = self.numbers.get(&padded(keyword)) else { return Ok(None) };
        let card = &self.cards[number];
        match card.value() {
            Some(value) => Ok(Some(value)),
            // The standard calls such a value undefined.
            None if card.field().is_some_and(|field| field.is_empty() || field.starts_with('/')) => Ok(None),
            None => Err(self.malformed(format!("the value of {keyword} cannot be read"))),
        }
    }

    /// A whole number.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`] if it is not there or is something else.
    pub fn integer(&self, keyword: &str) -> Result<i64> {
        match self.value(keyword)? {
            Some(Value::Integer(integer)) => Ok(integer),
            Some(other) => Err(self.malformed(format!("{keyword} should be a whole number and is {other}"))),
            None => Err(self.malformed(format!("{keyword} is missing"))),
        }
    }

    /// A number, or `default` if it is not there.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`] if it is something else.
    pub fn real(&self, keyword: &str, default: f64) -> Result<f64> {
        match self.value(keyword)? {
            None => Ok(default),
            Some(Value::Integer(integer)) => Ok(integer as f64),
            Some(Value::Real(real)) => Ok(real),
            Some(other) => Err(self.malformed(format!("{keyword} should be a number and is {other}"))),
        }
    }

    /// A text, which is empty if it is not there.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`] if it is something else.
    pub fn text(&self, keyword: &str) -> Result<String> {
        match self.value(keyword)? {
            None => Ok(String::new()),
            Some(Value::Text(text)) => Ok(text),
            Some(other) => Err(self.malformed(format!("{keyword} should be a text and is {other}"))),
        }
    }

    /// A whole number of at least 0.
    fn count(&self, keyword: &str) -> Result<u64> {
        let integer = self.integer(keyword)?;
        u64::try_from(integer)
            .map_err(|_| self.malformed(format!("{keyword} should be at least 0 and is {integer}")))
    }

    /// A whole number of at most [`MOST`], which counts something.
    fn few(&self, keyword: &str) -> Result<i64> {
        match self.integer(keyword)? {
            few @ 0..=MOST => Ok(few),
            other => Err(self.malformed(format!("{keyword} should be between 0 and {MOST} and is {other}"))),
        }
    }

    /// Bytes of data that belong to this header.
    fn data_len(&self) -> Result<u64> {
        let bits = self.integer("BITPIX")?;
        if ![8, 16, 32, 64, -32, -64].contains(&bits) {
            return Err(self.malformed(format!("BITPIX should be 8, 16, 32, 64, -32 or -64 and is {bits}")));
        }
        let mut axes = (1..=self.few("NAXIS")?).map(|axis| self.count(&format!("NAXIS{axis}"))).peekable();
        if axes.peek().is_none() {
            return Ok(0);
        }
        // Random groups, an old form, have a first axis of 0 that does not count.
        let is_groups = self.value("GROUPS")? == Some(Value::Logical(true));
        if is_groups && matches!(axes.peek(), Some(Ok(0))) {
            axes.next();
        }
        let or_default = |keyword, default| match self.value(keyword)? {
            None => Ok(default),
            Some(_) => self.count(keyword),
        };
        let (before, groups) = (or_default("PCOUNT", 0)?, or_default("GCOUNT", 1)?);
        let too_large = || self.malformed("its data do not fit a file; it is damaged".to_owned());
        let elements =
            axes.try_fold(1u64, |product, axis| product.checked_mul(axis?).ok_or_else(too_large))?;
        let elements = elements.checked_add(before).and_then(|each| each.checked_mul(groups));
        elements.and_then(|elements| elements.checked_mul(bits.unsigned_abs() / 8)).ok_or_else(too_large)
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Logical(true) => f.write_str("T"),
            Self::Logical(false) => f.write_str("F"),
            Self::Integer(integer) => integer.fmt(f),
            Self::Real(real) => write!(f, "{real:?}"),
            Self::Text(text) => write!(f, "'{}'", text.replace('\'', "''")),
        }
    }
}

impl Unit {
    /// Whether it is a binary table.
    pub fn is_table(&self) -> bool {
        let kind = self.header.text("XTENSION");
        kind.is_ok_and(|kind| matches!(kind.as_str(), "BINTABLE" | "A3DTABLE"))
    }
}

impl Fits {
    /// Reads the headers of a file.
    ///
    /// # Errors
    ///
    /// [`Error::Map`] if the file cannot be mapped; [`Error::Malformed`] if it is no FITS file, or is damaged.
    pub fn open(path: &Path) -> Result<Self> {
        let not_fits = |why: String| Error::malformed(path, format!("not a FITS file: {why}"));
        let first = match part::record::<Card>(path, "first card", 0) {
            Ok(card) => card.at(()),
            Err(Error::Malformed { .. }) => return Err(not_fits("it has less than 80 bytes".to_owned())),
            Err(error) => return Err(error),
        };
        if first.keyword != *b"SIMPLE  " {
            return Err(not_fits(format!("it begins with \"{}\"", first.keyword.escape_ascii())));
        }

        let bytes = fs::metadata(path)?.len();
        let cards = part::records::<Card>(path, "cards", 0, bytes / size_of::<Card>() as u64)?;
        let (mut units, mut start) = (Vec::new(), 0);
        loop {
            let header = Header::read(path, &cards, start)?;
            let (offset, len) = (header.offset + header.len(), header.data_len()?);
            let Some(end) = offset.checked_add(len).filter(|&end| end <= bytes) else {
                let message = format!(
                    "the data ({len} bytes from byte {offset}) do not fit the file; it is cut short or damaged"
                );
                return Err(Error::malformed(path, message));
            };
            units.push(Unit { header, offset, len });
            // The end of a file may lack the blanks, or have something else after them.
            let next = end.checked_next_multiple_of(BLOCK).map(|next| next / size_of::<Card>() as u64);
            start = match next.and_then(|next| usize::try_from(next).ok()) {
                Some(next) if cards.get(next).is_some_and(|card| card.keyword == *b"XTENSION") => next,
                _ => return Ok(Self { units }),
            };
        }
    }

    /// The binary tables.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`] if the header of one says something impossible.
    pub fn tables(&self) -> Result<Vec<Table>> {
        self.units.iter().filter(|unit| unit.is_table()).map(Table::new).collect()
    }

    /// The first binary table with this name, in whatever case.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`] if a header says something impossible; [`Error::Request`] if there is no such table.
    pub fn table(&self, name: &str) -> Result<Table> {
        let tables = self.tables()?;
        let names: Vec<_> = tables.iter().map(|table| table.name.clone()).collect();
        tables.into_iter().find(|table| table.name.eq_ignore_ascii_case(name)).ok_or_else(|| {
            let message = format!("there is no table {name:?} in the file; it has {names:?}");
            Error::Request(message)
        })
    }
}

/// A `TFORM`: so many of something.
struct Format {
    count: usize,
    letter: u8,
    /// What the arrays in the heap are made of, for `P` and `Q`.
    elements: Option<u8>,
}

impl Format {
    /// Reads the text. What it says beyond the format, as about the longest array, is left out.
    fn parse(text: &str) -> Option<Self> {
        let letters = text.trim_start_matches(|c: char| c.is_ascii_digit());
        let digits = &text[..text.len() - letters.len()];
        let count = if digits.is_empty() { 1 } else { digits.parse().ok()? };
        let mut letters = letters.bytes();
        let letter = letters.next()?;
        let elements = if matches!(letter, b'P' | b'Q') { Some(letters.next()?) } else { None };
        Some(Self { count, letter, elements })
    }

    /// The dtype of a field of this format. `dimensions` are those of `TDIM`, if there are any.
    fn dtype(&self, dimensions: &[usize]) -> Option<mmrec::Result<DType>> {
        // The first dimension varies fastest, which is the last axis of an array in C order.
        let mut shape: Vec<_> = dimensions.iter().rev().copied().collect();
        let product = shape.iter().try_fold(1usize, |product, &len| product.checked_mul(len));
        // The standard lets them be less than there is; then they do not say what the rest is.
        let fits = !shape.is_empty() && product == Some(self.count);
        let (scalar, shape) = match self.letter {
            letter @ b'A' => {
                let (len, shape) = if fits { (shape.pop()?, shape) } else { (self.count, Vec::new()) };
                if len > i32::MAX as usize {
                    // There is no such scalar, and the array of so many letters is an error that says why.
                    return Some(DType::array(scalar(letter)?.into(), &[len]));
                }
                (Scalar::new(Kind::Bytes, len, ByteOrder::None), shape)
            }
            // Eight to a byte.
            b'X' => (scalar(b'B')?, vec![self.count.div_ceil(8)]),
            // Two numbers, or none.
            b'P' | b'Q' if self.count <= 1 => {
                scalar(self.elements?)?;
                (scalar(if self.letter == b'P' { b'J' } else { b'K' })?, vec![2 * self.count])
            }
            letter => match self.count {
                _ if fits => (scalar(letter)?, shape),
                1 => (scalar(letter)?, Vec::new()),
                count => (scalar(letter)?, vec![count]),
            },
        };
        Some(DType::array(scalar.into(), &shape))
    }
}

/// What a letter of a format stands for: the dtype of elements in the heap, and of fields that are one number.
fn scalar(letter: u8) -> Option<Scalar> {
    let (kind, size) = match letter {
        b'L' => (Kind::Int, 1),
        b'B' | b'X' => (Kind::Uint, 1),
        b'A' => (Kind::Bytes, 1),
        b'I' => (Kind::Int, 2),
        b'J' => (Kind::Int, 4),
        b'K' => (Kind::Int, 8),
        b'E' => (Kind::Float, 4),
        b'D' => (Kind::Float, 8),
        b'C' => (Kind::Complex, 8),
        b'M' => (Kind::Complex, 16),
        _ => return None,
    };
    Some(Scalar::new(kind, size, ByteOrder::Big))
}

/// The dimensions in a `TDIM`: `(3,2)`. None if it is not of this form.
fn dimensions(text: &str) -> Vec<usize> {
    let inside = text.trim().strip_prefix('(').and_then(|text| text.strip_suffix(')'));
    let lens: Option<_> = inside.map(|text| text.split(',').map(|len| len.trim().parse()).collect());
    lens.and_then(std::result::Result::ok).unwrap_or_default()
}

impl Column {
    /// Whether the elements are truth values, stored as [`Logical`] says.
    pub fn is_logical(&self) -> bool {
        self.letter == b'L' || self.letter_of_elements == Some(b'L')
    }

    /// Whether the records hold numbers, integers or floats.
    pub fn is_number(&self) -> bool {
        b"BIJKED".contains(&self.letter)
    }

    /// Whether stored numbers stand for others.
    pub fn is_scaled(&self) -> bool {
        (self.zero, self.scale) != (0.0, 1.0)
    }

    /// The number that a stored number stands for.
    pub fn value(&self, stored: f64) -> f64 {
        // Adding 0 would take the sign off a zero.
        if self.is_scaled() { self.zero + self.scale * stored } else { stored }
    }

    /// The integer that a stored integer stands for: as [`value`](Self::value), but exact, for integers that are shifted
    /// by a whole number and not scaled. Unsigned integers are such.
    pub fn integer(&self, stored: i64) -> Option<i128> {
        let is_shift = self.scale == 1.0 && self.zero.fract() == 0.0 && self.zero.abs() <= i64::MAX as f64;
        is_shift.then(|| i128::from(stored) + self.zero as i128)
    }
}

impl Table {
    /// Makes a dtype of the header of a binary table.
    fn new(unit: &Unit) -> Result<Self> {
        let header = &unit.header;
        let malformed = |what: String| header.malformed(what);
        for (keyword, expected) in [("BITPIX", 8), ("NAXIS", 2), ("GCOUNT", 1)] {
            let found = header.integer(keyword)?;
            if found != expected {
                let what = format!("{keyword} of a binary table should be {expected} and is {found}");
                return Err(malformed(what));
            }
        }

        let (mut columns, mut fields) = (Vec::new(), Vec::new());
        for number in 1..=header.few("TFIELDS")? {
            let keyword = |name: &str| format!("{name}{number}");
            let name = match header.text(&keyword("TTYPE"))? {
                name if name.is_empty() => format!("col{number}"),
                name => name,
            };
            let text = header.text(&keyword("TFORM"))?;
            let shape = dimensions(&header.text(&keyword("TDIM"))?);
            let format = Format::parse(&text);
            let dtype = format.as_ref().and_then(|format| format.dtype(&shape));
            let (Some(format), Some(dtype)) = (format, dtype) else {
                let what = format!(
                    "column `{name}` has the format {text:?}; expected a count and one of LXBIJKAEDCM, or P or Q and one of these"
                );
                return Err(malformed(what));
            };
            let dtype = dtype.map_err(|error| malformed(format!("column `{name}`: {error}")))?;
            fields.push(DTypeField::new(&*name, dtype));
            columns.push(Column {
                name,
                unit: header.text(&keyword("TUNIT"))?,
                null: match header.value(&keyword("TNULL"))? {
                    Some(Value::Integer(null)) => Some(null),
                    _ => None,
                },
                scale: header.real(&keyword("TSCAL"), 1.0)?,
                zero: header.real(&keyword("TZERO"), 0.0)?,
                elements: format.elements.and_then(scalar).map(DType::from),
                letter: format.letter,
                letter_of_elements: format.elements,
                format: text,
            });
        }

        let dtype = DType::packed(fields).map_err(|error| malformed(error.to_string()))?;
        let (row, rows) = (header.count("NAXIS1")?, header.count("NAXIS2")?);
        if dtype.itemsize() as u64 != row {
            let size = dtype.itemsize();
            return Err(malformed(format!("its columns make rows of {size} bytes, and NAXIS1 is {row}")));
        }
        // These do not overflow, for so many bytes are in the file.
        let records = row * rows;
        let gap = match header.value("THEAP")? {
            None => records,
            Some(_) => header.count("THEAP")?,
        };
        if gap < records || gap > unit.len {
            let what = format!(
                "THEAP should be between {records}, where the rows end, and {}, where the data end, and is {gap}",
                unit.len
            );
            return Err(malformed(what));
        }
        Ok(Self {
            path: header.path.clone(),
            name: header.text("EXTNAME")?,
            columns,
            dtype,
            offset: unit.offset,
            rows,
            heap: unit.offset + gap,
            end: unit.offset + unit.len,
        })
    }

    /// The column with this name, in whatever case.
    ///
    /// # Errors
    ///
    /// [`Error::Request`] if there is none.
    pub fn column(&self, name: &str) -> Result<&Column> {
        self.columns.iter().find(|column| column.name.eq_ignore_ascii_case(name)).ok_or_else(|| {
            let names: Vec<_> = self.columns.iter().map(|column| column.name.as_str()).collect();
            Error::Request(format!("there is no column {name:?} in the table; it has {names:?}"))
        })
    }

    /// Maps the records. Where their type is known, `.into_typed::<T, Ix1>()` makes a [`RecordMap`] of it.
    ///
    /// # Errors
    ///
    /// [`Error::Map`] if they cannot be mapped.
    pub fn records(&self) -> Result<DynMap> {
        map(&self.path, &self.dtype, self.offset, self.rows)
    }

    /// Maps an array in the heap: the one that the value of a field of format `P` or `Q` points to.
    ///
    /// # Errors
    ///
    /// [`Error::Request`] if that is no such value; [`Error::Malformed`] if the array is not within the heap.
    pub fn array(&self, column: &Column, value: &mmrec::Value) -> Result<DynMap> {
        let place = value.to::<[I32; 2]>().map(|place| place.map(|number| number.get().into()));
        let place = place.or_else(|_| value.to::<[I64; 2]>().map(|place| place.map(I64::get)));
        let (Some(dtype), Ok(place)) = (&column.elements, place) else {
            let (name, format) = (&column.name, &column.format);
            let message = format!("{value} of column `{name}`, format {format:?}, is no array in the heap");
            return Err(Error::Request(message));
        };
        let [count, start] = place.map(|number| u64::try_from(number).ok());
        let bounds = count.zip(start).and_then(|(count, start)| {
            let count = if column.letter_of_elements == Some(b'X') { count.div_ceil(8) } else { count };
            let start = self.heap.checked_add(start)?;
            let end = count.checked_mul(dtype.itemsize() as u64)?.checked_add(start)?;
            (end <= self.end).then_some((start, count))
        });
        let (start, count) = bounds.ok_or_else(|| {
            let ([count, start], len) = (place, self.end - self.heap);
            let message = format!(
                "an array of column `{}` ({count} of {dtype} from byte {start} of the heap) is not within the heap, \
                 which has {len} bytes; the file is damaged",
                column.name
            );
            Error::malformed(&self.path, message)
        })?;
        map(&self.path, dtype, start, count)
    }
}

fn map(path: &Path, dtype: &DType, offset: u64, count: u64) -> Result<DynMap> {
    // So many bytes are in the file, but without any there may be more elements than can be counted.
    let count =
        usize::try_from(count).map_err(|_| Error::malformed(path, format!("{count} rows are too many")))?;
    Ok(DynMap::options().dtype(dtype.clone()).offset(offset).shape(count).open(path)?)
}

/// Writes a file with a table of the ten brightest stars, to have one to look at.
///
/// # Errors
///
/// [`Error::Map`] if the file cannot be made.
pub fn write_sample(path: &Path) -> Result<()> {
    let star =
        |(name, hip, hr, ra, dec, blue, visual, variable): (&str, i32, i16, f64, f64, f32, f32, bool)| {
            let variable = if variable { Logical::True } else { Logical::False };
            Ok(Star {
                name: name.parse()?,
                hip: hip.into(),
                hr: (hr ^ i16::MIN).into(),
                ra: ra.into(),
                dec: dec.into(),
                mag: [blue.into(), visual.into()],
                variable: variable.into(),
            })
        };
    let stars = [
        ("Sirius", 32349, 2491, 101.287, -16.716, -1.46, -1.46, false),
        ("Canopus", 30438, 2326, 95.988, -52.696, -0.59, -0.74, false),
        ("Rigil Kentaurus", 71683, 5459, 219.902, -60.834, 0.44, -0.27, false),
        ("Arcturus", 69673, 5340, 213.915, 19.182, 1.18, -0.05, false),
        ("Vega", 91262, 7001, 279.235, 38.784, 0.03, 0.03, false),
        ("Capella", 24608, 1708, 79.172, 45.998, 0.88, 0.08, false),
        ("Rigel", 24436, 1713, 78.634, -8.202, 0.10, 0.13, true),
        ("Procyon", 37279, 2943, 114.825, 5.225, 0.76, 0.34, false),
        ("Achernar", 7588, 472, 24.429, -57.237, 0.30, 0.46, true),
        ("Betelgeuse", 27989, 2061, 88.793, 7.407, 2.35, 0.50, true),
    ];
    let stars = stars.map(star).into_iter().collect::<mmrec::Result<Vec<_>>>()?;

    // Nothing but a header: tables come after a first unit, which is for pictures.
    let primary = [card("SIMPLE", "T"), card("BITPIX", "8"), card("NAXIS", "0"), card("EXTEND", "T")];
    let mut table = vec![
        card("XTENSION", "'BINTABLE'"),
        card("BITPIX", "8"),
        card("NAXIS", "2"),
        card("NAXIS1", &size_of::<Star>().to_string()),
        card("NAXIS2", &stars.len().to_string()),
        card("PCOUNT", "0"),
        card("GCOUNT", "1"),
        card("TFIELDS", "7"),
        card("EXTNAME", "'STARS'"),
    ];
    let formats = ["16A", "J", "I", "D", "D", "2E", "L"];
    for (number, (field, format)) in (1..).zip(DType::of::<Star>().fields().iter().zip(formats)) {
        table.push(card(&format!("TTYPE{number}"), &format!("'{}'", field.name())));
        table.push(card(&format!("TFORM{number}"), &format!("'{format:<8}'")));
    }
    table.extend([
        card("TZERO3", "32768"),
        card("TUNIT4", "'deg'"),
        card("TUNIT5", "'deg'"),
        card("TUNIT6", "'mag'"),
    ]);

    let cards: Vec<_> = [&primary[..], &table].into_iter().flat_map(block).collect();
    let (offset, len) = (size_of_val(&*cards) as u64, size_of_val(&*stars) as u64);
    RecordMap::<Card>::options().shape(cards.len()).create(path)?.copy_from_slice(&cards);
    // Mode r+ extends the file: by the records, and by zeros after them.
    RecordMap::<Star>::options().offset(offset).shape(stars.len()).open_rw(path)?.copy_from_slice(&stars);
    let blocks = offset + len.next_multiple_of(BLOCK);
    RecordMap::<u8>::options().offset(blocks - 1).shape(1).open_rw(path)?;
    Ok(())
}

/// A card with a value, which is written as it is.
fn card(keyword: &str, value: &str) -> Card {
    // Texts begin in a certain column, and everything else ends in one.
    let rest = if value.starts_with('\'') { format!("= {value}") } else { format!("= {value:>20}") };
    Card { keyword: padded(keyword), rest: padded(&rest) }
}

/// The header of these cards, with what ends it.
fn block(cards: &[Card]) -> Vec<Card> {
    let mut header = cards.to_vec();
    header.push(Card { keyword: padded("END"), rest: padded("") });
    let cards_of_block = BLOCK as usize / size_of::<Card>();
    let len = header.len().next_multiple_of(cards_of_block);
    header.resize(len, Card { keyword: padded(""), rest: padded("") });
    header
}

/// The text, with blanks after it. What does not fit is cut off.
fn padded<const N: usize>(text: &str) -> [u8; N] {
    std::array::from_fn(|i| text.as_bytes().get(i).copied().unwrap_or(b' '))
}
