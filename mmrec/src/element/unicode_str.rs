//! NumPy's `U`: a string of a fixed number of code units, padded with NUL.

use std::{cmp::Ordering, error, fmt, fmt::Write as _, hash, iter::FusedIterator, str::FromStr};

use super::{Element, bulk};
use crate::{
    dtype::{ByteOrder, DType, Kind, Scalar},
    error::{Error, ErrorKind, Result},
};

/// A string in a field of `N` characters of four bytes, in the byte order of the machine: NumPy's `U`, for names and labels
/// in any script.
///
/// It is padded with NUL at the end, which does not count when it is read, compared, hashed or printed; NUL before the
/// last other character does. A character is stored as its number, a code unit. A file may hold any unit, also those that
/// are no character (surrogates, and above 0x10FFFF): they are kept as they are, [`to_utf8`](Self::to_utf8) and
/// [`chars`](Self::chars) check, and [`to_string_lossy`](Self::to_string_lossy) replaces.
///
/// ```
/// use mmrec::UnicodeStr;
///
/// let town: UnicodeStr<8> = "Łódź".parse()?;
/// assert_eq!(town, "Łódź");
/// assert_eq!(town.len(), 4);
/// # assert!("Łódź" == town && *"Łód" != town && AsRef::<[u32]>::as_ref(&town) == town.as_units());
/// assert_eq!(town.to_utf8()?, "Łódź");
/// assert!("Świnoujście".parse::<UnicodeStr<8>>().is_err());
/// # Ok::<(), mmrec::Error>(())
/// ```
///
/// In the other byte order: [`BigEndian<UnicodeStr<N>>`](crate::BigEndian).
///
/// NumPy: dtype `<U8`. A string that is too long is an error here, where NumPy cuts it.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct UnicodeStr<const N: usize>([u32; N]);

impl<const N: usize> UnicodeStr<N> {
    /// The text in a field of `N` characters, padded with NUL.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::ShapeMismatch`] if it has more than `N`. NUL characters at the end count here.
    pub fn new(text: impl AsRef<str>) -> Result<Self> {
        let text = text.as_ref();
        let mut padded = [0; N];
        let count = text.chars().count();
        let Some(start) = padded.get_mut(..count) else {
            let message = format!(
                "a string of {count} characters does not fit a field of {N}: {text:?}; shorten it, or use UnicodeStr<{count}>"
            );
            return Err(Error::new(ErrorKind::ShapeMismatch, message));
        };
        for (unit, character) in start.iter_mut().zip(text.chars()) {
            *unit = character.into();
        }
        Ok(Self(padded))
    }

    /// The text in a field of `N` characters, for constants: a text that is too long does not compile.
    ///
    /// ```
    /// const CURRENCY: mmrec::UnicodeStr<3> = mmrec::UnicodeStr::from_literal("zł");
    /// ```
    ///
    /// # Panics
    ///
    /// If the text has more than `N` characters.
    #[track_caller]
    pub const fn from_literal(text: &str) -> Self {
        let text = text.as_bytes();
        let (mut padded, mut count, mut at) = ([0; N], 0, 0);
        while at < text.len() {
            assert!(count < N, "the text is longer than the field");
            (padded[count], at) = character_at(text, at);
            count += 1;
        }
        Self(padded)
    }

    /// Code units in a field of `N`, padded with NUL. They need not be characters.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::ShapeMismatch`] if there are more than `N`. NUL units at the end count here.
    pub fn from_units(units: &[u32]) -> Result<Self> {
        let mut padded = [0; N];
        let Some(start) = padded.get_mut(..units.len()) else {
            let message = format!(
                "a string of {} code units does not fit a field of {N}; shorten it, or use UnicodeStr<{}>",
                units.len(),
                units.len()
            );
            return Err(Error::new(ErrorKind::ShapeMismatch, message));
        };
        start.copy_from_slice(units);
        Ok(Self(padded))
    }

    /// All `N` code units as they are stored, padding included.
    pub const fn from_padded(units: [u32; N]) -> Self {
        Self(units)
    }

    /// All `N` code units as they are stored, padding included.
    pub const fn to_padded(self) -> [u32; N] {
        self.0
    }

    /// The code units without the NUL units at the end.
    pub fn as_units(&self) -> &[u32] {
        let len = self.0.iter().rposition(|&unit| unit != 0).map_or(0, |last| last + 1);
        &self.0[..len]
    }

    /// The characters without the NUL characters at the end; an error for each unit that is none.
    pub fn chars(
        &self,
    ) -> impl DoubleEndedIterator<Item = Result<char, InvalidUnit>> + ExactSizeIterator + FusedIterator + Clone
    {
        let units = self.as_units().iter().enumerate();
        units.map(|(index, &unit)| char::from_u32(unit).ok_or(InvalidUnit { unit, index }))
    }

    /// The text, if every code unit is a character.
    ///
    /// # Errors
    ///
    /// The first unit that is none, and its place. With `?` it becomes an [`Error`] of the kind
    /// [`ErrorKind::InvalidUnit`].
    pub fn to_utf8(&self) -> Result<String, InvalidUnit> {
        self.chars().collect()
    }

    /// The text, with U+FFFD for each code unit that is no character.
    pub fn to_string_lossy(&self) -> String {
        self.chars().map(|character| character.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
    }

    /// Code units without the NUL units at the end.
    pub fn len(&self) -> usize {
        self.as_units().len()
    }

    /// Whether all code units are NUL.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The character that starts at byte `at` of UTF-8, and where the next one starts.
const fn character_at(utf8: &[u8], at: usize) -> (u32, usize) {
    let first = utf8[at];
    let len = first.leading_ones() as usize;
    if len == 0 {
        return (first as u32, at + 1);
    }
    let (mut unit, mut i) = ((first & (0x7F >> len)) as u32, 1);
    while i < len {
        unit = unit << 6 | (utf8[at + i] & 0x3F) as u32;
        i += 1;
    }
    (unit, at + len)
}

/// A code unit of a [`UnicodeStr`] that is no character. [`UnicodeStr::to_utf8`] gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidUnit {
    unit: u32,
    index: usize,
}

impl InvalidUnit {
    /// The code unit.
    pub const fn unit(self) -> u32 {
        self.unit
    }

    /// How many code units are before it.
    pub const fn index(self) -> usize {
        self.index
    }
}

impl fmt::Display for InvalidUnit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { unit, index } = self;
        let what = if *unit > 0x10FFFF { "above 0x10FFFF" } else { "one half of a surrogate pair" };
        write!(
            f,
            "expected characters, found code unit {unit:#X} at index {index}, {what}; \
             to_string_lossy replaces it, as_units has it as it is"
        )
    }
}

impl error::Error for InvalidUnit {}

impl From<InvalidUnit> for Error {
    fn from(invalid: InvalidUnit) -> Self {
        Self::new(ErrorKind::InvalidUnit, invalid.to_string())
    }
}

// SAFETY: a `UnicodeStr` is `N` numbers of which every pattern is valid; they are accessed by value, many at once.
unsafe impl<const N: usize> Element for UnicodeStr<N> {
    const DTYPE: &'static DType =
        &DType::scalar(Scalar::new(Kind::Unicode, size_of::<Self>(), ByteOrder::NATIVE));
    const PLAIN: bool = true;

    #[inline(always)]
    unsafe fn load(src: *const u8) -> Self {
        // SAFETY: passed on from the caller.
        Self(unsafe { bulk::read_array(src) })
    }

    #[inline(always)]
    unsafe fn store(value: Self, dst: *mut u8) {
        // SAFETY: passed on from the caller.
        unsafe { bulk::write_array(value.0, dst) }
    }
}

impl<const N: usize> Default for UnicodeStr<N> {
    fn default() -> Self {
        Self([0; N])
    }
}

impl<const N: usize> FromStr for UnicodeStr<N> {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::new(text)
    }
}

impl<const N: usize> TryFrom<&str> for UnicodeStr<N> {
    type Error = Error;

    fn try_from(text: &str) -> Result<Self> {
        Self::new(text)
    }
}

impl<const N: usize> TryFrom<&[u32]> for UnicodeStr<N> {
    type Error = Error;

    fn try_from(units: &[u32]) -> Result<Self> {
        Self::from_units(units)
    }
}

// Padding only adds NUL, the smallest unit, so comparing all `N` units is comparing without the padding.
impl<const N: usize> PartialEq for UnicodeStr<N> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<const N: usize> Eq for UnicodeStr<N> {}

impl<const N: usize> PartialOrd for UnicodeStr<N> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<const N: usize> Ord for UnicodeStr<N> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}

impl<const N: usize> hash::Hash for UnicodeStr<N> {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<const N: usize> PartialEq<[u32]> for UnicodeStr<N> {
    fn eq(&self, other: &[u32]) -> bool {
        self.as_units() == other
    }
}

impl<const N: usize> PartialEq<str> for UnicodeStr<N> {
    fn eq(&self, other: &str) -> bool {
        self.as_units().iter().copied().eq(other.chars().map(u32::from))
    }
}

impl<const N: usize> PartialEq<&str> for UnicodeStr<N> {
    fn eq(&self, other: &&str) -> bool {
        self == *other
    }
}

impl<const N: usize> PartialEq<UnicodeStr<N>> for str {
    fn eq(&self, other: &UnicodeStr<N>) -> bool {
        other == self
    }
}

impl<const N: usize> PartialEq<UnicodeStr<N>> for &str {
    fn eq(&self, other: &UnicodeStr<N>) -> bool {
        other == *self
    }
}

/// Without the NUL units at the end.
impl<const N: usize> AsRef<[u32]> for UnicodeStr<N> {
    fn as_ref(&self) -> &[u32] {
        self.as_units()
    }
}

/// The text, with U+FFFD for each code unit that is no character.
impl<const N: usize> fmt::Display for UnicodeStr<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.to_string_lossy())
    }
}

/// As a string literal: `"Łódź"`; a code unit that is no character as `\u{d800}`.
impl<const N: usize> fmt::Debug for UnicodeStr<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for character in self.chars() {
            match character {
                Ok('\'') => f.write_char('\''),
                Ok(character) => write!(f, "{}", character.escape_debug()),
                Err(InvalidUnit { unit, .. }) => write!(f, "\\u{{{unit:x}}}"),
            }?;
        }
        f.write_char('"')
    }
}
