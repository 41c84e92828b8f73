//! Scalars: kind, width and byte order, and the short text NumPy writes for them (`<f8`).

use std::fmt;

/// The byte order of a stored number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ByteOrder {
    /// Least significant byte first: `<`.
    Little,
    /// Most significant byte first: `>`.
    Big,
    /// Not applicable, for kinds of one byte or plain bytes: `|`.
    None,
}

impl ByteOrder {
    /// The byte order of the machine this was compiled for.
    pub const NATIVE: Self = if cfg!(target_endian = "little") { Self::Little } else { Self::Big };

    const fn symbol(self) -> char {
        match self {
            Self::Little => '<',
            Self::Big => '>',
            Self::None => '|',
        }
    }
}

/// A unit of `datetime64` and `timedelta64`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the names are the documentation")]
pub enum TimeUnit {
    Year,
    Month,
    Week,
    Day,
    Hour,
    Minute,
    Second,
    Millisecond,
    Microsecond,
    Nanosecond,
    Picosecond,
    Femtosecond,
    Attosecond,
}

/// Every unit with NumPy's text for it, in the order of the enum.
const TIME_UNITS: [(TimeUnit, &str); 13] = [
    (TimeUnit::Year, "Y"),
    (TimeUnit::Month, "M"),
    (TimeUnit::Week, "W"),
    (TimeUnit::Day, "D"),
    (TimeUnit::Hour, "h"),
    (TimeUnit::Minute, "m"),
    (TimeUnit::Second, "s"),
    (TimeUnit::Millisecond, "ms"),
    (TimeUnit::Microsecond, "us"),
    (TimeUnit::Nanosecond, "ns"),
    (TimeUnit::Picosecond, "ps"),
    (TimeUnit::Femtosecond, "fs"),
    (TimeUnit::Attosecond, "as"),
];

/// The step of a `datetime64` or `timedelta64`: a unit and how many of it, as in `25s`.
///
/// ```
/// use mmrec::{TimeStep, TimeUnit};
///
/// let step = TimeStep { unit: TimeUnit::Nanosecond, count: 1000 };
/// assert_eq!(step.to_string(), "1000ns");
/// assert_eq!(step, TimeStep { unit: TimeUnit::Microsecond, count: 1 });
/// ```
#[derive(Clone, Copy, Debug, Eq)]
pub struct TimeStep {
    /// The unit.
    pub unit: TimeUnit,
    /// How many units one step is; from 1 to 2^31 - 1.
    pub count: u32,
}

impl TimeUnit {
    pub(super) const fn text(self) -> &'static str {
        TIME_UNITS[self as usize].1
    }
}

/// NumPy's text for it: `s`, `ns`.
impl fmt::Display for TimeUnit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.text())
    }
}

/// As between the brackets of NumPy's dtype: `ns`, `25s`.
impl fmt::Display for TimeStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.count {
            1 => self.unit.fmt(f),
            count => f.pad(&format!("{count}{}", self.unit)),
        }
    }
}

impl TimeStep {
    /// Steps of a second and finer in attoseconds, others as they are: `1000ns` and `1us` agree, and `60s` and `1m` do
    /// not, as in NumPy.
    fn normal(self) -> (TimeUnit, u128) {
        let count = u128::from(self.count);
        if (self.unit as u32) < TimeUnit::Second as u32 {
            return (self.unit, count);
        }
        let finer = TimeUnit::Attosecond as u32 - self.unit as u32;
        (TimeUnit::Attosecond, count * 1000u128.pow(finer))
    }
}

impl PartialEq for TimeStep {
    fn eq(&self, other: &Self) -> bool {
        self.normal() == other.normal()
    }
}

impl std::hash::Hash for TimeStep {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.normal().hash(state);
    }
}

/// What a scalar holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// `b1`: one byte; zero is false, anything else is true.
    Bool,
    /// `i1`, `i2`, `i4`, `i8`: two's complement.
    Int,
    /// `u1`, `u2`, `u4`, `u8`.
    Uint,
    /// `f2`, `f4`, `f8` IEEE 754; `f16` is the platform's long double.
    Float,
    /// `c8`, `c16`, `c32`: a pair of floats.
    Complex,
    /// `S`: a byte string padded with NUL.
    Bytes,
    /// `U`: a string of four-byte code units padded with NUL.
    Unicode,
    /// `V`: opaque bytes.
    Void,
    /// `M8`: 64-bit steps since 1970; no step is NumPy's generic unit.
    DateTime(Option<TimeStep>),
    /// `m8`: a number of 64-bit steps.
    TimeDelta(Option<TimeStep>),
}

/// A scalar type: kind, size and byte order.
///
/// ```
/// use mmrec::{ByteOrder, DType, Kind, Scalar};
///
/// let scalar = Scalar::new(Kind::Float, 8, ByteOrder::Big);
/// assert_eq!(scalar.to_string(), ">f8");
/// assert_eq!(">f8".parse::<DType>()?.as_scalar(), Some(scalar));
/// assert_eq!(Scalar::try_new(Kind::Int, 3, ByteOrder::Big), None);
/// # Ok::<(), mmrec::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Scalar {
    kind: Kind,
    size: usize,
    order: ByteOrder,
}

impl Scalar {
    /// A scalar of `size` bytes. The byte order is dropped where it means nothing (one-byte numbers, `S`, `V`, `bool`).
    ///
    /// # Panics
    ///
    /// If NumPy has no such scalar: an integer of 3 bytes, say.
    #[track_caller]
    pub const fn new(kind: Kind, size: usize, order: ByteOrder) -> Self {
        match Self::try_new(kind, size, order) {
            Some(scalar) => scalar,
            None => panic!("NumPy has no scalar of this kind and size"),
        }
    }

    /// [`new`](Self::new), or `None` if NumPy has no such scalar: for kinds and sizes that come from a file.
    pub const fn try_new(kind: Kind, size: usize, order: ByteOrder) -> Option<Self> {
        let fits = match kind {
            Kind::Bool => size == 1,
            Kind::Int | Kind::Uint => matches!(size, 1 | 2 | 4 | 8),
            Kind::Float => matches!(size, 2 | 4 | 8 | 16),
            Kind::Complex => matches!(size, 8 | 16 | 32),
            Kind::Bytes | Kind::Void => size <= super::MAX_ITEMSIZE,
            Kind::Unicode => size.is_multiple_of(4) && size <= super::MAX_ITEMSIZE,
            Kind::DateTime(Some(step)) | Kind::TimeDelta(Some(step)) => {
                size == 8 && step.count > 0 && step.count <= i32::MAX as u32
            }
            Kind::DateTime(None) | Kind::TimeDelta(None) => size == 8,
        };
        if !fits {
            return None;
        }
        let order = match kind {
            Kind::Bool | Kind::Bytes | Kind::Void => ByteOrder::None,
            Kind::Int | Kind::Uint if size == 1 => ByteOrder::None,
            _ => match order {
                ByteOrder::None => ByteOrder::NATIVE,
                order => order,
            },
        };
        Some(Self { kind, size, order })
    }

    /// What it holds.
    pub const fn kind(self) -> Kind {
        self.kind
    }

    /// Its size in bytes.
    pub const fn size(self) -> usize {
        self.size
    }

    /// Its byte order.
    pub const fn order(self) -> ByteOrder {
        self.order
    }

    /// The alignment NumPy gives it with `align=True` on 64-bit platforms, in bytes.
    pub const fn alignment(self) -> usize {
        match self.kind {
            Kind::Bool | Kind::Bytes | Kind::Void => 1,
            Kind::Unicode => 4,
            Kind::Complex => self.size / 2,
            _ => self.size,
        }
    }

    /// Reads what NumPy takes for a scalar: an optional byte order, then a letter, a letter and a size, or for times the
    /// step in brackets; or a name.
    ///
    /// `const`, because the derive compares `#[mmrec(descr = "…")]` with the struct while compiling.
    pub(crate) const fn parse(text: &[u8]) -> Option<Self> {
        let (order, code) = match text {
            [b'<', rest @ ..] => (ByteOrder::Little, rest),
            [b'>', rest @ ..] => (ByteOrder::Big, rest),
            [b'=' | b'|', rest @ ..] => (ByteOrder::None, rest),
            _ => (ByteOrder::NATIVE, text),
        };
        let found = match code {
            [] => return None,
            [b'M', b'8', step @ ..]
            | [b'd', b'a', b't', b'e', b't', b'i', b'm', b'e', b'6', b'4', step @ ..] => {
                return match TimeStep::parse(step) {
                    Some(step) => Self::try_new(Kind::DateTime(step), 8, order),
                    None => None,
                };
            }
            [b'm', b'8', step @ ..]
            | [b't', b'i', b'm', b'e', b'd', b'e', b'l', b't', b'a', b'6', b'4', step @ ..] => {
                return match TimeStep::parse(step) {
                    Some(step) => Self::try_new(Kind::TimeDelta(step), 8, order),
                    None => None,
                };
            }
            [letter] => of_letter(*letter),
            [letter, ..] => match number(code, 1) {
                Some((size, end)) if end == code.len() => of_size(*letter, size),
                _ => None,
            },
        };
        match found {
            Some((kind, size)) => Self::try_new(kind, size, order),
            // A name is native, and has no byte order in front.
            None => match of_name(text) {
                Some((kind, size)) => Self::try_new(kind, size, ByteOrder::NATIVE),
                None => None,
            },
        }
    }
}

/// What a letter alone stands for. Those of C types are as on 64-bit Linux.
const fn of_letter(letter: u8) -> Option<(Kind, usize)> {
    Some(match letter {
        b'?' => (Kind::Bool, 1),
        b'b' => (Kind::Int, 1),
        b'B' => (Kind::Uint, 1),
        b'h' => (Kind::Int, 2),
        b'H' => (Kind::Uint, 2),
        b'i' => (Kind::Int, 4),
        b'I' => (Kind::Uint, 4),
        b'l' | b'q' | b'p' | b'n' => (Kind::Int, 8),
        b'L' | b'Q' | b'P' | b'N' => (Kind::Uint, 8),
        b'e' => (Kind::Float, 2),
        b'f' => (Kind::Float, 4),
        b'd' => (Kind::Float, 8),
        b'g' => (Kind::Float, 16),
        b'F' => (Kind::Complex, 8),
        b'D' => (Kind::Complex, 16),
        b'G' => (Kind::Complex, 32),
        b'c' => (Kind::Bytes, 1),
        b'S' => (Kind::Bytes, 0),
        b'U' => (Kind::Unicode, 0),
        b'V' => (Kind::Void, 0),
        b'M' => (Kind::DateTime(None), 8),
        b'm' => (Kind::TimeDelta(None), 8),
        _ => return None,
    })
}

/// What a letter and a number stand for.
const fn of_size(letter: u8, size: usize) -> Option<(Kind, usize)> {
    Some(match letter {
        b'b' => (Kind::Bool, size),
        b'i' => (Kind::Int, size),
        b'u' => (Kind::Uint, size),
        b'f' => (Kind::Float, size),
        b'c' => (Kind::Complex, size),
        b'S' | b'a' => (Kind::Bytes, size),
        b'V' => (Kind::Void, size),
        b'U' => match size.checked_mul(4) {
            Some(bytes) => (Kind::Unicode, bytes),
            None => return None,
        },
        _ => return None,
    })
}

/// What names stand for; those of C types as on 64-bit Linux.
const NAMES: [(&str, Kind, usize); 48] = [
    ("bool", Kind::Bool, 1),
    ("bool_", Kind::Bool, 1),
    ("int8", Kind::Int, 1),
    ("byte", Kind::Int, 1),
    ("int16", Kind::Int, 2),
    ("short", Kind::Int, 2),
    ("int32", Kind::Int, 4),
    ("intc", Kind::Int, 4),
    ("int64", Kind::Int, 8),
    ("int", Kind::Int, 8),
    ("int_", Kind::Int, 8),
    ("intp", Kind::Int, 8),
    ("long", Kind::Int, 8),
    ("longlong", Kind::Int, 8),
    ("uint8", Kind::Uint, 1),
    ("ubyte", Kind::Uint, 1),
    ("uint16", Kind::Uint, 2),
    ("ushort", Kind::Uint, 2),
    ("uint32", Kind::Uint, 4),
    ("uintc", Kind::Uint, 4),
    ("uint64", Kind::Uint, 8),
    ("uint", Kind::Uint, 8),
    ("uintp", Kind::Uint, 8),
    ("ulong", Kind::Uint, 8),
    ("ulonglong", Kind::Uint, 8),
    ("float16", Kind::Float, 2),
    ("half", Kind::Float, 2),
    ("float32", Kind::Float, 4),
    ("single", Kind::Float, 4),
    ("float64", Kind::Float, 8),
    ("float", Kind::Float, 8),
    ("double", Kind::Float, 8),
    ("float128", Kind::Float, 16),
    ("longdouble", Kind::Float, 16),
    ("complex64", Kind::Complex, 8),
    ("csingle", Kind::Complex, 8),
    ("complex128", Kind::Complex, 16),
    ("complex", Kind::Complex, 16),
    ("cdouble", Kind::Complex, 16),
    ("complex256", Kind::Complex, 32),
    ("clongdouble", Kind::Complex, 32),
    // A letter, but not with a byte order.
    ("a", Kind::Bytes, 0),
    ("bytes", Kind::Bytes, 0),
    ("bytes_", Kind::Bytes, 0),
    ("str", Kind::Unicode, 0),
    ("str_", Kind::Unicode, 0),
    ("unicode", Kind::Unicode, 0),
    ("void", Kind::Void, 0),
];

const fn of_name(text: &[u8]) -> Option<(Kind, usize)> {
    let mut i = 0;
    while i < NAMES.len() {
        if is_same(NAMES[i].0.as_bytes(), text) {
            return Some((NAMES[i].1, NAMES[i].2));
        }
        i += 1;
    }
    None
}

/// `==`, which constants cannot use.
const fn is_same(a: &[u8], b: &[u8]) -> bool {
    let (mut i, mut same) = (0, a.len() == b.len());
    while same && i < a.len() {
        same = a[i] == b[i];
        i += 1;
    }
    same
}

/// The number at `at` as C's `strtol` reads it, which allows for blanks and a plus in front, and where it ends. `None` if
/// there is none, or it is not within 0 and 2^31 - 1.
const fn number(text: &[u8], mut at: usize) -> Option<(usize, usize)> {
    while at < text.len() && matches!(text[at], b' ' | b'\t'..=b'\r') {
        at += 1;
    }
    let negative = at < text.len() && text[at] == b'-';
    if at < text.len() && matches!(text[at], b'+' | b'-') {
        at += 1;
    }
    let (first, mut value) = (at, 0usize);
    while at < text.len() && text[at].is_ascii_digit() {
        value = value.saturating_mul(10).saturating_add((text[at] - b'0') as usize);
        at += 1;
    }
    if at == first || value > super::MAX_ITEMSIZE || (negative && value != 0) {
        return None;
    }
    Some((value, at))
}

impl TimeStep {
    /// The bracketed step of a time, `[25s]` or, as a part of a unit, `[D/2]`; nothing is NumPy's generic unit.
    const fn parse(text: &[u8]) -> Option<Option<Self>> {
        let inside = match text {
            [] => return Some(None),
            [b'[', inside @ .., b']'] => inside,
            _ => return None,
        };
        let (count, mut unit) = match inside {
            [] => return None,
            [b'0'..=b'9' | b' ' | b'\t'..=b'\r' | b'+' | b'-', ..] => match number(inside, 0) {
                Some((count, end)) => (count, inside.split_at(end).1),
                None => return None,
            },
            _ => (1, inside),
        };
        let mut parts = 1;
        let mut i = 0;
        while i < unit.len() {
            if unit[i] == b'/' {
                parts = match number(unit, i + 1) {
                    Some((parts, end)) if end == unit.len() => parts,
                    _ => return None,
                };
                unit = unit.split_at(i).0;
                break;
            }
            i += 1;
        }
        if is_same(unit, b"generic") {
            return if parts == 1 { Some(None) } else { None };
        }
        let Some(unit) = TimeUnit::parse(unit) else { return None };
        let (unit, factor) = match unit.part(parts) {
            Some(part) => part,
            None => return None,
        };
        match count.checked_mul(factor) {
            // What was just held against the largest `i32` is no larger than a `u32`.
            Some(count) if count > 0 && count <= i32::MAX as usize => {
                Some(Some(Self { unit, count: count as u32 }))
            }
            _ => None,
        }
    }
}

impl TimeUnit {
    const fn parse(text: &[u8]) -> Option<Self> {
        let mut i = 0;
        while i < TIME_UNITS.len() {
            if is_same(TIME_UNITS[i].1.as_bytes(), text) {
                return Some(TIME_UNITS[i].0);
            }
            i += 1;
        }
        // With the Greek letter.
        if is_same("\u{3bc}s".as_bytes(), text) { Some(Self::Microsecond) } else { None }
    }

    /// The unit and the count of it that are one of so many parts of this unit: half a day is 12 hours.
    const fn part(self, parts: usize) -> Option<(Self, usize)> {
        if parts == 1 {
            return Some((self, 1));
        }
        // To NumPy a year has 12 months, 52 weeks or 365 days, and a month 4 weeks, 30 days or 720 hours.
        let finer: &[(Self, usize)] = match self {
            Self::Year => &[(Self::Month, 12), (Self::Week, 52), (Self::Day, 365)],
            Self::Month => &[(Self::Week, 4), (Self::Day, 30), (Self::Hour, 720)],
            Self::Week => &[(Self::Day, 7), (Self::Hour, 168), (Self::Minute, 10_080)],
            Self::Day => &[(Self::Hour, 24), (Self::Minute, 1440), (Self::Second, 86_400)],
            Self::Hour => &[(Self::Minute, 60), (Self::Second, 3600)],
            Self::Minute => &[(Self::Second, 60), (Self::Millisecond, 60_000)],
            Self::Second => &[(Self::Millisecond, 1000), (Self::Microsecond, 1_000_000)],
            Self::Millisecond => &[(Self::Microsecond, 1000), (Self::Nanosecond, 1_000_000)],
            Self::Microsecond => &[(Self::Nanosecond, 1000), (Self::Picosecond, 1_000_000)],
            Self::Nanosecond => &[(Self::Picosecond, 1000), (Self::Femtosecond, 1_000_000)],
            Self::Picosecond => &[(Self::Femtosecond, 1000), (Self::Attosecond, 1_000_000)],
            Self::Femtosecond => &[(Self::Attosecond, 1000)],
            Self::Attosecond => &[],
        };
        let mut i = 0;
        while i < finer.len() {
            if parts != 0 && finer[i].1.is_multiple_of(parts) {
                return Some((finer[i].0, finer[i].1 / parts));
            }
            i += 1;
        }
        None
    }
}

/// NumPy's `dtype.str`: `<f8`, `|S5`, `<M8[ns]`.
impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let order = self.order.symbol();
        let letter = match self.kind {
            Kind::Bool => 'b',
            Kind::Int => 'i',
            Kind::Uint => 'u',
            Kind::Float => 'f',
            Kind::Complex => 'c',
            Kind::Bytes => 'S',
            Kind::Unicode => return write!(f, "{order}U{}", self.size / 4),
            Kind::Void => 'V',
            Kind::DateTime(step) | Kind::TimeDelta(step) => {
                let letter = if matches!(self.kind, Kind::DateTime(_)) { 'M' } else { 'm' };
                write!(f, "{order}{letter}8")?;
                return match step {
                    None => Ok(()),
                    Some(step) => write!(f, "[{step}]"),
                };
            }
        };
        write!(f, "{order}{letter}{}", self.size)
    }
}
