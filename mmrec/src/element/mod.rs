//! Element access: how a value of a Rust type is read from and written to bytes that others may change at any time.
#![allow(unsafe_code, reason = "this is the one place where scalars are read and written")]

pub(crate) mod bulk;
mod byte_order;
mod byte_str;
mod code;
#[cfg(feature = "complex")]
mod complex;
mod endian;
#[cfg(feature = "half")]
mod half;
mod long_double;
mod number;
mod padding;
pub(crate) mod stride;
pub(crate) mod time;
mod unicode_str;
pub(crate) mod vector;
mod void;
mod volatile;

use self::volatile::{read, write};
use std::fmt;

pub use self::{
    byte_order::{BigEndian, ByteOrdered, LittleEndian},
    byte_str::ByteStr,
    code::{Code, CodeRepr, CodedEnum, InvalidCode},
    long_double::{ComplexLongDouble, LongDouble},
    number::{Number, Total},
    padding::Padding,
    time::{DateTime64, TimeDelta64, units},
    unicode_str::{InvalidUnit, UnicodeStr},
    void::Void,
};
use crate::dtype::{ByteOrder, DType, Kind, Scalar};

/// A type with a NumPy dtype that is read and written by value: numbers, `bool`, strings ([`ByteStr`], [`UnicodeStr`]), times
/// ([`DateTime64`], [`TimeDelta64`]), opaque bytes ([`Void`], [`LongDouble`]), enums as [`Code`], each in either byte order ([`little_endian`](crate::little_endian),
/// [`big_endian`](crate::big_endian), [`LittleEndian`], [`BigEndian`]), arrays of elements, and records
/// ([`MmapRecord`](crate::MmapRecord)). [`doc::dtypes`](crate::doc::dtypes) is a table of them.
///
/// Mapped bytes may change at any time, through another process or another map of the same file, so no reference to
/// them is ever made: [`load`](Self::load) and [`store`](Self::store) take each scalar through one volatile access of its
/// own size, at any alignment. Under a concurrent writer a record may be torn between two states, and so may a scalar that
/// crosses a cache line, lies unaligned on a machine that reads such piece by piece, or is copied with many others at once
/// ([`View::to_vec`](crate::View::to_vec), blocks, assignments). What comes out is always a valid value of its type.
///
/// `#[derive(MmapRecord)]` implements this for structs. There is little reason to implement it by hand; it is for bounds:
///
/// ```no_run
/// use std::path::Path;
///
/// use mmrec::{Element, RecordMap};
///
/// fn last<T: Element>(path: &Path) -> mmrec::Result<Option<T>> {
///     Ok(RecordMap::<T>::open(path)?.iter().next_back())
/// }
/// # last::<f64>(Path::new("prices.bin"))?;
/// # Ok::<(), mmrec::Error>(())
/// ```
///
/// # Safety
///
/// 1. `DTYPE.itemsize()` is `size_of::<Self>()`, and every field of a record dtype lies within it and holds what is
///    stored there.
/// 2. `load` returns a valid value whatever the bytes are, and reads only the `itemsize` bytes at `src`.
/// 3. `store` writes only the `itemsize` bytes at `dst`, and there only what fields take up: padding stays as it is.
/// 4. Neither makes a reference to the bytes, and both work at any alignment.
/// 5. Memory is as good as a file: `load` may be given the address of any `Self`, of which it then reads no byte that is
///    not initialised; and where a `Self` was, `store` leaves a valid one. What it writes is initialised. Every byte that
///    the scalars of `DTYPE` take up is initialised in a `Self` in memory, and written by `store`: other types of an equal
///    dtype are read there. Under the dtype of `bool` there is nothing but 0 and 1, neither in what is stored nor in a
///    `Self` in memory.
/// 6. `PLAIN` is true only if every bit pattern of `size_of::<Self>()` bytes is a valid value, all of them initialised,
///    and `load` and `store` do no more than copy them.
/// 7. `SPANS_DTYPE` is true only if memory that holds a `Self` still does so after any type of an equal `DTYPE` was stored
///    there, or any type of the dtype of a field in its place. So it is false for an enum with the dtype of an integer:
///    some integers are none of its variants.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be stored in a mapped record",
    label = "this type has no fixed NumPy dtype",
    note = "a mapped record holds bool, u8 to u64, i8 to i64, f32, f64, ByteStr<N>, UnicodeStr<N>, DateTime64<U>, TimeDelta64<U>, Void<N>, these in a stated byte order (big_endian::U32, BigEndian<UnicodeStr<N>>), arrays of these, and structs with #[derive(MmapRecord)]; with features also f16 and Complex",
    note = "for an enum use Code<E>, or mark one variant #[mmrec(other)]; derive MmapRecord on it",
    note = "for usize or isize use u64 or i64; for String use ByteStr<N> or UnicodeStr<N>; for Option use a value that means none; for reserved bytes use #[mmrec(pad)]"
)]
pub unsafe trait Element: Copy + 'static {
    /// The dtype, known while compiling.
    const DTYPE: &'static DType;

    /// Whether the bytes of a value in memory are those in a file, whatever they are, so that many values are copied at
    /// once.
    #[doc(hidden)]
    const PLAIN: bool = false;

    /// Whether there is a value for whatever is stored under the dtype. Memory of a type that has none for some of it is not
    /// written through views, where another type of the same dtype can be asked for by name. Unless someone says
    /// otherwise, only what takes any bytes is trusted with it.
    #[doc(hidden)]
    const SPANS_DTYPE: bool = Self::PLAIN;

    /// What the derive has to know of a field's type, together with that type, so that it is not mistaken for another.
    #[doc(hidden)]
    const KNOWN: Known<Self> = Known::of_element();

    /// Reads a value, one volatile access for each scalar.
    ///
    /// # Safety
    ///
    /// `size_of::<Self>()` bytes can be read at `src`. They need no alignment. Others may write them
    /// meanwhile through other addresses: another process, or another mapping of this one.
    unsafe fn load(src: *const u8) -> Self;

    /// Writes a value, one volatile access for each scalar; bytes of padding are not written.
    ///
    /// # Safety
    ///
    /// `size_of::<Self>()` bytes can be written at `dst`. They need no alignment; nobody in this process accesses the
    /// same address at the same time from another thread.
    unsafe fn store(value: Self, dst: *mut u8);

    /// [`load`](Self::load) of `N` values one after another; numbers are taken in larger pieces.
    ///
    /// # Safety
    ///
    /// As for `load`, with `N` values at `src`.
    #[doc(hidden)]
    unsafe fn load_array<const N: usize>(src: *const u8) -> [Self; N] {
        std::array::from_fn(|i| {
            // SAFETY: `i < N`, so the value lies within the `N` values that the caller vouches for, and so does every
            // address up to it.
            let at = unsafe { src.add(i * size_of::<Self>()) };
            // SAFETY: as above.
            unsafe { Self::load(at) }
        })
    }

    /// [`store`](Self::store) of `N` values one after another.
    ///
    /// # Safety
    ///
    /// As for `store`, with room for `N` values at `dst`.
    #[doc(hidden)]
    unsafe fn store_array<const N: usize>(values: [Self; N], dst: *mut u8) {
        for (i, value) in values.into_iter().enumerate() {
            // SAFETY: `i < N`, so the place lies within the `N` that the caller vouches for.
            let at = unsafe { dst.add(i * size_of::<Self>()) };
            // SAFETY: as above.
            unsafe { Self::store(value, at) }
        }
    }
}

/// What a record has of a field of type `T`.
#[doc(hidden)]
pub struct Known<T> {
    pub(crate) dtype: &'static DType,
    pub(crate) memory: FieldMemory,
    /// [`Element::load`] of the type.
    pub(crate) load: unsafe fn(*const u8) -> T,
}

impl<T> Known<T> {
    const fn of_element() -> Self
    where
        T: Element,
    {
        let plain_bytes = if T::PLAIN { size_of::<T>() } else { usize::MAX };
        let memory = FieldMemory { plain_bytes, spans_dtype: T::SPANS_DTYPE };
        Self { dtype: T::DTYPE, memory, load: T::load }
    }
}

/// What a field means for the memory of the records that have it.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct FieldMemory {
    /// The number of bytes that are plain because of the field; if it is not plain, more than any record has.
    plain_bytes: usize,
    spans_dtype: bool,
}

impl FieldMemory {
    /// The value of `PLAIN` of a record: whether plain fields take up all of its bytes.
    pub const fn is_plain<R>(fields: &[Self]) -> bool {
        let (mut sum, mut i) = (0usize, 0);
        while i < fields.len() {
            sum = sum.saturating_add(fields[i].plain_bytes);
            i += 1;
        }
        sum == size_of::<R>()
    }

    /// The value of `SPANS_DTYPE` of a record: whether every field has a value for whatever is stored in it.
    pub const fn spans_dtype(fields: &[Self]) -> bool {
        let (mut all, mut i) = (true, 0);
        while i < fields.len() {
            all &= fields[i].spans_dtype;
            i += 1;
        }
        all
    }
}

impl DType {
    /// The dtype of a Rust type.
    ///
    /// ```
    /// use mmrec::DType;
    ///
    /// assert_eq!(DType::of::<[f32; 3]>().to_string(), "('<f4', (3,))");
    /// ```
    pub fn of<T: Element>() -> Self {
        T::DTYPE.clone()
    }
}

/// The bytes that a value takes in a file; padding is 0.
pub(crate) fn stored_bytes<T: Element>(value: T) -> Vec<u8> {
    let mut bytes = vec![0; size_of::<T>()];
    store_in(value, &mut bytes);
    bytes
}

/// Writes a value as it is in a file to as many bytes; those of padding stay.
///
/// # Panics
///
/// If these are not as many bytes as the value has.
#[inline]
pub(crate) fn store_in<T: Element>(value: T, bytes: &mut [u8]) {
    assert_eq!(bytes.len(), size_of::<T>());
    // SAFETY: there is room for one value, and the bytes are nobody else's.
    unsafe { T::store(value, bytes.as_mut_ptr()) };
}

/// Opaque bytes for `Debug`: `Void(5fe20000)`.
fn write_hex(f: &mut fmt::Formatter<'_>, name: &str, bytes: &[u8]) -> fmt::Result {
    write!(f, "{name}(")?;
    for byte in bytes {
        write!(f, "{byte:02x}")?;
    }
    f.write_str(")")
}

macro_rules! numbers {
    ($($kind:ident: $($number:ty),*;)*) => {$($(
        // SAFETY: every bit pattern is a valid number without padding, and it is accessed whole, by value.
        unsafe impl Element for $number {
            const DTYPE: &'static DType =
                &DType::scalar(Scalar::new(Kind::$kind, size_of::<$number>(), ByteOrder::NATIVE));
            const PLAIN: bool = true;

            #[inline(always)]
            unsafe fn load(src: *const u8) -> Self {
                // SAFETY: passed on from the caller.
                unsafe { read(src) }
            }

            #[inline(always)]
            unsafe fn store(value: Self, dst: *mut u8) {
                // SAFETY: passed on from the caller.
                unsafe { write(value, dst) }
            }

            #[inline(always)]
            unsafe fn load_array<const N: usize>(src: *const u8) -> [Self; N] {
                // SAFETY: passed on from the caller.
                unsafe { bulk::read_array(src) }
            }

            #[inline(always)]
            unsafe fn store_array<const N: usize>(values: [Self; N], dst: *mut u8) {
                // SAFETY: passed on from the caller.
                unsafe { bulk::write_array(values, dst) }
            }
        }
    )*)*};
}

numbers! {
    Uint: u8, u16, u32, u64;
    Int: i8, i16, i32, i64;
    Float: f32, f64;
}

// SAFETY: the byte is read as a number and compared, so every bit pattern gives a valid `bool` (2); what is stored is 0
// or 1 (5), which every type of this dtype keeps to (7).
unsafe impl Element for bool {
    const DTYPE: &'static DType = &DType::scalar(Scalar::new(Kind::Bool, 1, ByteOrder::None));
    const SPANS_DTYPE: bool = true;

    /// Any byte other than zero is true.
    #[inline(always)]
    unsafe fn load(src: *const u8) -> Self {
        // SAFETY: passed on from the caller.
        unsafe { read::<u8>(src) != 0 }
    }

    #[inline(always)]
    unsafe fn store(value: Self, dst: *mut u8) {
        // SAFETY: passed on from the caller.
        unsafe { write(u8::from(value), dst) }
    }
}

// SAFETY: an array is its elements one after another without gaps, and each is an element. What another type stores under
// the dtype of an array is as many elements of the same dtype at the same places (7).
unsafe impl<T: Element, const N: usize> Element for [T; N] {
    const DTYPE: &'static DType = &DType::of_array(T::DTYPE, N);
    const PLAIN: bool = T::PLAIN;
    const SPANS_DTYPE: bool = T::SPANS_DTYPE;

    #[inline(always)]
    unsafe fn load(src: *const u8) -> Self {
        // SAFETY: passed on from the caller; an array of `N` is `N` values one after another.
        unsafe { T::load_array(src) }
    }

    #[inline(always)]
    unsafe fn store(value: Self, dst: *mut u8) {
        // SAFETY: passed on from the caller.
        unsafe { T::store_array(value, dst) }
    }
}
