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
#[derive(Clone, Copy, Debug, Eq)]
pub struct TimeStep {
    /// The unit.
    pub unit: TimeUnit,
    /// How many units one step is; at least 1.
    pub count: u32,
}

impl TimeStep {
    pub(super) const fn text(self) -> &'static str {
        TIME_UNITS[self.unit as usize].1
    }

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
    pub const fn new(kind: Kind, size: usize, order: ByteOrder) -> Self {
        match Self::checked(kind, size, order) {
            Some(scalar) => scalar,
            None => panic!("NumPy has no scalar of this kind and size"),
        }
    }

    pub(crate) const fn checked(kind: Kind, size: usize, order: ByteOrder) -> Option<Self> {
        let fits = match kind {
            Kind::Bool => size == 1,
            Kind::Int | Kind::Uint => matches!(size, 1 | 2 | 4 | 8),
            Kind::Float => matches!(size, 2 | 4 | 8 | 16),
            Kind::Complex => matches!(size, 8 | 16 | 32),
            Kind::Bytes | Kind::Void => size <= super::MAX_ITEMSIZE,
            Kind::Unicode => size.is_multiple_of(4) && size <= super::MAX_ITEMSIZE,
            Kind::DateTime(_) | Kind::TimeDelta(_) => size == 8,
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

    /// Reads NumPy's short text: an optional byte order, a kind letter, a size, for times a unit in brackets.
    ///
    /// `const`, because the derive compares `#[mmrec(descr = "…")]` with the struct while compiling.
    pub(crate) const fn parse(text: &[u8]) -> Option<Self> {
        let mut at = 0;
        let order = match text {
            [b'<', ..] => ByteOrder::Little,
            [b'>', ..] => ByteOrder::Big,
            [b'=' | b'|', ..] => ByteOrder::None,
            _ => ByteOrder::NATIVE,
        };
        if let [b'<' | b'>' | b'=' | b'|', ..] = text {
            at = 1;
        }
        if at >= text.len() {
            return None;
        }
        let letter = text[at];
        at += 1;
        if letter == b'?' {
            return if at == text.len() { Self::checked(Kind::Bool, 1, order) } else { None };
        }
        let (size, after) = match number(text, at) {
            Some(found) => found,
            None => return None,
        };
        let given = after > at;
        at = after;
        if matches!(letter, b'M' | b'm') {
            if given && size != 8 {
                return None;
            }
            let step = match time_step(text, at) {
                Some(step) => step,
                None => return None,
            };
            let kind = if letter == b'M' { Kind::DateTime(step) } else { Kind::TimeDelta(step) };
            return Self::checked(kind, 8, order);
        }
        if at != text.len() || (!given && !matches!(letter, b'S' | b'U' | b'V')) {
            return None;
        }
        let (kind, size) = match letter {
            b'b' => (Kind::Bool, size),
            b'i' => (Kind::Int, size),
            b'u' => (Kind::Uint, size),
            b'f' => (Kind::Float, size),
            b'c' => (Kind::Complex, size),
            b'S' => (Kind::Bytes, size),
            b'U' => match size.checked_mul(4) {
                Some(bytes) => (Kind::Unicode, bytes),
                None => return None,
            },
            b'V' => (Kind::Void, size),
            _ => return None,
        };
        Self::checked(kind, size, order)
    }
}

/// The decimal number at `at`, which may be absent (0), and where it ends.
const fn number(text: &[u8], mut at: usize) -> Option<(usize, usize)> {
    let mut value: usize = 0;
    while at < text.len() && text[at].is_ascii_digit() {
        value = match value.checked_mul(10) {
            Some(shifted) => match shifted.checked_add((text[at] - b'0') as usize) {
                Some(value) => value,
                None => return None,
            },
            None => return None,
        };
        at += 1;
    }
    Some((value, at))
}

/// The bracketed step at the end of a time's text, `[25s]`; nothing is NumPy's generic unit.
const fn time_step(text: &[u8], at: usize) -> Option<Option<TimeStep>> {
    if at == text.len() {
        return Some(None);
    }
    if text[at] != b'[' || text[text.len() - 1] != b']' {
        return None;
    }
    let (count, unit_at) = match number(text, at + 1) {
        Some(found) => found,
        None => return None,
    };
    let count = if unit_at == at + 1 { 1 } else { count };
    if count == 0 || count > i32::MAX as usize {
        return None;
    }
    let mut i = 0;
    while i < TIME_UNITS.len() {
        let name = TIME_UNITS[i].1.as_bytes();
        if text.len() - 1 - unit_at == name.len() {
            let mut same = true;
            let mut k = 0;
            while k < name.len() {
                same = same && text[unit_at + k] == name[k];
                k += 1;
            }
            if same {
                // `count` was just held under i32::MAX.
                return Some(Some(TimeStep { unit: TIME_UNITS[i].0, count: count as u32 }));
            }
        }
        i += 1;
    }
    None
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
                    Some(step) if step.count == 1 => write!(f, "[{}]", step.text()),
                    Some(step) => write!(f, "[{}{}]", step.count, step.text()),
                };
            }
        };
        write!(f, "{order}{letter}{}", self.size)
    }
}
