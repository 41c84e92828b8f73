//! Enums: numbers in a file, some of which are variants.

use std::{
    error, fmt,
    hash::{Hash, Hasher},
};

use super::{
    Element,
    byte_order::ByteOrdered,
    number::{Number, Sealed},
};
use crate::{
    dtype::DType,
    error::{Error, ErrorKind},
    field::short_name,
};

/// An enum whose variants are numbers of one integer type: what `#[derive(MmapRecord)]` implements for enums.
///
/// A file may hold a number that is none of the variants. So a field of a record is not the enum itself but its
/// [`Code`], which is checked where it is used; or one variant is marked `#[mmrec(other)]` and stands for all
/// numbers that have none, and then the enum is an [`Element`] too.
///
/// ```
/// use mmrec::{Code, CodedEnum, MmapRecord};
///
/// #[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
/// #[repr(u8)]
/// enum Side {
///     Buy = b'B',
///     Sell = b'S',
/// }
///
/// #[derive(Clone, Copy, MmapRecord)]
/// #[repr(C, packed)]
/// struct Trade {
///     price: f64,
///     side: Code<Side>,
/// }
///
/// assert_eq!(Side::from_code(b'S'), Some(Side::Sell));
/// assert_eq!(Side::from_code(b'?'), None);
/// assert_eq!((Side::Buy.code(), Side::Buy.name()), (66, "Buy"));
/// assert_eq!(mmrec::DType::of::<Trade>().to_string(), "[('price', '<f8'), ('side', '|u1')]");
/// ```
///
/// Nothing relies on an implementation to be right: with one that is written by hand, a code is what that says.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an enum of codes",
    label = "its variants have no numbers that a file could hold",
    note = "add #[derive(Clone, Copy, MmapRecord)] and #[repr(u8)], or another integer of 8 to 64 bits, to an enum without fields"
)]
pub trait CodedEnum: Copy + 'static {
    /// The integer that is stored, that of the enum's `repr`.
    type Repr: CodeRepr;

    /// The variants, in the order in which they are declared.
    const VARIANTS: &'static [Self];

    /// The variant with this number, or `None` if there is none. That is so too if another variant is marked
    /// `#[mmrec(other)]`.
    fn from_code(code: Self::Repr) -> Option<Self>;

    /// The number of the variant.
    fn code(self) -> Self::Repr;

    /// The name of the variant.
    fn name(self) -> &'static str;
}

/// What the variants of a [`CodedEnum`] are stored as: `u8` to `u64` and `i8` to `i64`. Only this crate implements it.
pub trait CodeRepr:
    Number<Native = Self>
    + ByteOrdered
    + Default
    + Ord
    + Hash
    + fmt::Debug
    + fmt::Display
    + Into<i128>
    + Send
    + Sync
{
}

macro_rules! code_reprs {
    ($($number:ident),*) => {$(
        impl CodeRepr for $number {}
    )*};
}

code_reprs!(u8, i8, u16, i16, u32, i32, u64, i64);

/// The number of a variant of `E` as it is stored, which may also be the number of none.
///
/// [`get`](Self::get) gives the variant, or says that there is none. A code compares with a variant, and by number with
/// another code. It is read and written as the integer it is: a number without a variant stays what it is.
///
/// ```
/// # let path = std::env::temp_dir().join(format!("mmrec-doc-code-{}", std::process::id()));
/// use mmrec::{Code, MmapRecord, RecordMap};
///
/// #[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
/// #[repr(u8)]
/// enum Side {
///     Buy = 1,
///     Sell = 2,
/// }
///
/// std::fs::write(&path, [1, 2, 7, 1])?;
/// let sides = RecordMap::<Code<Side>>::open(&path)?;
/// assert_eq!(sides.iter().filter(|&side| side == Side::Buy).count(), 2);
/// assert_eq!(sides.at(1).get()?, Side::Sell);
///
/// let error = sides.at(2).get().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "7 is no code of Side, which has 1 (Buy), 2 (Sell); add a variant, or take the number itself from Code::raw"
/// );
/// # std::fs::remove_file(&path)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// NumPy: the integer; it has no enums. As such a column can be had by its name: `v.field_named::<u8>("side")?`.
#[repr(transparent)]
pub struct Code<E: CodedEnum>(E::Repr);

impl<E: CodedEnum> Code<E> {
    /// The code of a variant.
    #[inline]
    pub fn new(variant: E) -> Self {
        Self(variant.code())
    }

    /// A number as it is stored, be it that of a variant or not.
    #[inline]
    pub const fn from_raw(number: E::Repr) -> Self {
        Self(number)
    }

    /// The number as it is stored.
    #[inline]
    pub const fn raw(self) -> E::Repr {
        self.0
    }

    /// The variant.
    ///
    /// # Errors
    ///
    /// [`InvalidCode`] if no variant has this number. With `?` it becomes an [`Error`] of the kind
    /// [`ErrorKind::InvalidCode`].
    #[inline]
    pub fn get(self) -> Result<E, InvalidCode> {
        match E::from_code(self.0) {
            Some(variant) => Ok(variant),
            None => Err(InvalidCode::of(self)),
        }
    }
}

// SAFETY: a `Code` is its integer (`repr(transparent)`), of which every bit pattern is valid, and is loaded and stored as
// that is. `CodeRepr` is implemented for integers alone, all of them plain: who implements it elsewhere would have to own
// the trait or the type.
unsafe impl<E: CodedEnum> Element for Code<E> {
    const DTYPE: &'static DType = E::Repr::DTYPE;
    const PLAIN: bool = E::Repr::PLAIN;

    #[inline(always)]
    unsafe fn load(src: *const u8) -> Self {
        // SAFETY: passed on from the caller.
        Self(unsafe { E::Repr::load(src) })
    }

    #[inline(always)]
    unsafe fn store(value: Self, dst: *mut u8) {
        // SAFETY: passed on from the caller.
        unsafe { E::Repr::store(value.0, dst) }
    }

    #[inline(always)]
    unsafe fn load_array<const N: usize>(src: *const u8) -> [Self; N] {
        // SAFETY: passed on from the caller.
        let numbers: [E::Repr; N] = unsafe { E::Repr::load_array(src) };
        numbers.map(Self)
    }

    #[inline(always)]
    unsafe fn store_array<const N: usize>(values: [Self; N], dst: *mut u8) {
        // SAFETY: passed on from the caller.
        unsafe { E::Repr::store_array(values.map(Self::raw), dst) }
    }
}

impl<E: CodedEnum> Sealed for Code<E> {}

impl<E: CodedEnum> ByteOrdered for Code<E> {
    #[inline(always)]
    fn swap_bytes(self) -> Self {
        Self(self.0.swap_bytes())
    }
}

// By hand, for they ask nothing of `E`.

impl<E: CodedEnum> Clone for Code<E> {
    #[inline]
    fn clone(&self) -> Self {
        *self
    }
}

impl<E: CodedEnum> Copy for Code<E> {}

/// The number 0, which is what a new file holds, be it that of a variant or not.
impl<E: CodedEnum> Default for Code<E> {
    fn default() -> Self {
        Self(E::Repr::default())
    }
}

impl<E: CodedEnum> From<E> for Code<E> {
    #[inline]
    fn from(variant: E) -> Self {
        Self::new(variant)
    }
}

impl<E: CodedEnum> PartialEq for Code<E> {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<E: CodedEnum> Eq for Code<E> {}

impl<E: CodedEnum> PartialEq<E> for Code<E> {
    #[inline]
    fn eq(&self, variant: &E) -> bool {
        self.0 == variant.code()
    }
}

/// By number.
impl<E: CodedEnum> PartialOrd for Code<E> {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// By number.
impl<E: CodedEnum> Ord for Code<E> {
    #[inline]
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}

impl<E: CodedEnum> Hash for Code<E> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

/// The name of the variant, or the number if there is none.
impl<E: CodedEnum> fmt::Display for Code<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match E::from_code(self.0) {
            Some(variant) => f.pad(variant.name()),
            None => fmt::Display::fmt(&self.0, f),
        }
    }
}

/// As `Display`.
impl<E: CodedEnum> fmt::Debug for Code<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A stored number that is none of the variants of its enum. [`Code::get`] gives it.
#[derive(Clone, Copy)]
pub struct InvalidCode {
    number: i128,
    enum_name: &'static str,
    /// Writes the numbers that there are, with their names.
    write_variants: fn(&mut fmt::Formatter<'_>) -> fmt::Result,
}

impl InvalidCode {
    #[cold]
    fn of<E: CodedEnum>(code: Code<E>) -> Self {
        Self { number: code.0.into(), enum_name: short_name::<E>(), write_variants: write_variants::<E> }
    }

    /// The number.
    pub fn raw(&self) -> i128 {
        self.number
    }

    /// The name of the enum.
    pub fn enum_name(&self) -> &'static str {
        self.enum_name
    }
}

/// So many variants are named in an error.
const NAMED: usize = 8;

fn write_variants<E: CodedEnum>(f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (i, variant) in E::VARIANTS.iter().take(NAMED).enumerate() {
        let comma = if i == 0 { "" } else { ", " };
        write!(f, "{comma}{} ({})", variant.code(), variant.name())?;
    }
    match E::VARIANTS.len().saturating_sub(NAMED) {
        0 => Ok(()),
        more => write!(f, " and {more} more"),
    }
}

impl PartialEq for InvalidCode {
    fn eq(&self, other: &Self) -> bool {
        (self.number, self.enum_name) == (other.number, other.enum_name)
    }
}

impl Eq for InvalidCode {}

impl fmt::Display for InvalidCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is no code of {}, which has ", self.number, self.enum_name)?;
        (self.write_variants)(f)?;
        f.write_str("; add a variant, or take the number itself from Code::raw")
    }
}

/// The text.
impl fmt::Debug for InvalidCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "InvalidCode({self})")
    }
}

impl error::Error for InvalidCode {}

impl From<InvalidCode> for Error {
    fn from(invalid: InvalidCode) -> Self {
        Self::new(ErrorKind::InvalidCode, invalid.to_string())
    }
}

impl DType {
    /// The dtype of an enum that is an element itself, for the derive.
    ///
    /// # Panics
    ///
    /// If the enum is not as large as its number: what was derived is not what came of it.
    #[doc(hidden)]
    pub const fn of_enum<E: CodedEnum>() -> &'static Self {
        assert!(size_of::<E>() == size_of::<E::Repr>(), "an enum has the size of its `repr`");
        E::Repr::DTYPE
    }
}
