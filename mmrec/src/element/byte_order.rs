//! Values in a stated byte order.

use std::{
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
};

use super::{
    Element,
    long_double::{ComplexLongDouble, LongDouble},
    number::{Number, Sealed},
    unicode_str::UnicodeStr,
};
use crate::dtype::{ByteOrder, DType, Scalar};

/// An element whose byte order can be stated, by [`LittleEndian`] and [`BigEndian`]: numbers, `f16` and `Complex`, [`UnicodeStr`],
/// [`DateTime64`](crate::DateTime64), [`TimeDelta64`](crate::TimeDelta64), [`Code`](crate::Code), [`LongDouble`] and
/// [`ComplexLongDouble`]. Only this crate implements it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no byte order",
    label = "the byte order of a number, a time, a UnicodeStr<N> or a Code<E> can be stated",
    note = "for an array put it inside: [BigEndian<f32>; 3]; for a record state it for each field; ByteStr<N>, Void<N> and bool have none"
)]
pub trait ByteOrdered: Element + Sealed {
    /// The value with its bytes the other way round, in each of its numbers apart.
    #[doc(hidden)]
    #[must_use]
    fn swap_bytes(self) -> Self;
}

/// What is in memory for a value in that byte order, and the value for what is in memory.
#[inline(always)]
fn ordered<T: ByteOrdered>(value: T, order: ByteOrder) -> T {
    if order == ByteOrder::NATIVE { value } else { value.swap_bytes() }
}

const fn scalar_in<T: ByteOrdered>(order: ByteOrder) -> Scalar {
    assert!(T::PLAIN, "bytes in the other order are a valid value too");
    match T::DTYPE.as_scalar() {
        Some(scalar) => Scalar::new(scalar.kind(), scalar.size(), order),
        None => panic!("only a scalar has a byte order"),
    }
}

macro_rules! formats {
    ($name:ident: $($format:ident),*) => {$(
        /// As the value.
        impl<T: ByteOrdered + fmt::$format> fmt::$format for $name<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.get().fmt(f)
            }
        }
    )*};
}

macro_rules! byte_orders {
    ($($(#[$doc:meta])* $name:ident = $order:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy)]
        #[repr(C, packed)]
        pub struct $name<T>(
            /// The value with the bytes as they are in a file.
            T,
        );

        impl<T: ByteOrdered> $name<T> {
            /// Puts a value into this byte order.
            #[inline(always)]
            pub fn new(value: T) -> Self {
                Self(ordered(value, ByteOrder::$order))
            }

            /// The value.
            #[inline(always)]
            pub fn get(self) -> T {
                ordered(self.0, ByteOrder::$order)
            }
        }

        // SAFETY: it is a `T` at any alignment, and `T`, whose `load` and `store` access it, is an element of which every bit
        // pattern is a valid value: `scalar_in` holds it to that.
        unsafe impl<T: ByteOrdered> Element for $name<T> {
            const DTYPE: &'static DType = &DType::scalar(scalar_in::<T>(ByteOrder::$order));
            const PLAIN: bool = T::PLAIN;

            #[inline(always)]
            unsafe fn load(src: *const u8) -> Self {
                // SAFETY: passed on from the caller.
                Self(unsafe { T::load(src) })
            }

            #[inline(always)]
            unsafe fn store(value: Self, dst: *mut u8) {
                // SAFETY: passed on from the caller.
                unsafe { T::store(value.0, dst) }
            }

            #[inline(always)]
            unsafe fn load_array<const N: usize>(src: *const u8) -> [Self; N] {
                // SAFETY: passed on from the caller.
                unsafe { T::load_array::<N>(src) }.map(Self)
            }

            #[inline(always)]
            unsafe fn store_array<const N: usize>(values: [Self; N], dst: *mut u8) {
                // SAFETY: passed on from the caller.
                unsafe { T::store_array(values.map(|value| value.0), dst) }
            }
        }

        impl<T: ByteOrdered> From<T> for $name<T> {
            fn from(value: T) -> Self {
                Self::new(value)
            }
        }

        impl<T: ByteOrdered + Default> Default for $name<T> {
            fn default() -> Self {
                Self::new(T::default())
            }
        }

        impl<T: ByteOrdered + PartialEq> PartialEq for $name<T> {
            fn eq(&self, other: &Self) -> bool {
                self.get() == other.get()
            }
        }

        impl<T: ByteOrdered + PartialEq> PartialEq<T> for $name<T> {
            fn eq(&self, other: &T) -> bool {
                self.get() == *other
            }
        }

        impl<T: ByteOrdered + Eq> Eq for $name<T> {}

        impl<T: ByteOrdered + PartialOrd> PartialOrd for $name<T> {
            fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
                self.get().partial_cmp(&other.get())
            }
        }

        impl<T: ByteOrdered + Ord> Ord for $name<T> {
            fn cmp(&self, other: &Self) -> Ordering {
                self.get().cmp(&other.get())
            }
        }

        impl<T: ByteOrdered + Hash> Hash for $name<T> {
            fn hash<H: Hasher>(&self, state: &mut H) {
                self.get().hash(state);
            }
        }

        /// As the value.
        impl<T: ByteOrdered + fmt::Debug> fmt::Debug for $name<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.get().fmt(f)
            }
        }

        /// As the value.
        impl<T: ByteOrdered + fmt::Display> fmt::Display for $name<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.get().fmt(f)
            }
        }

        formats!($name: LowerHex, UpperHex, Octal, Binary, LowerExp, UpperExp);

        impl<T> Sealed for $name<T> {}

        impl<T> Number for $name<T>
        where
            T: ByteOrdered + Number<Native = T> + PartialOrd + fmt::Debug + Send + Sync,
        {
            type Native = T;
            type Sum = T::Sum;
            type Mean = T::Mean;

            const LEAST: T = T::LEAST;
            const GREATEST: T = T::GREATEST;

            #[inline(always)]
            fn to_native(self) -> T {
                self.get()
            }

            #[inline(always)]
            fn sum_term(native: T) -> T::Sum {
                T::sum_term(native)
            }

            #[inline(always)]
            fn mean_term(native: T) -> T::Mean {
                T::mean_term(native)
            }

            #[inline]
            fn mean_of(sum: T::Mean, len: usize) -> T::Mean {
                T::mean_of(sum, len)
            }
        }
    )*};
}

byte_orders! {
    /// A `T` with the least significant byte first, on every machine.
    ///
    /// As [`BigEndian`], with NumPy's `<`. On most machines these are the bytes that `T` itself has; what is left of it is its
    /// alignment of 1.
    ///
    /// ```
    /// use mmrec::LittleEndian;
    ///
    /// let flags = LittleEndian::new(0x0a01_u16);
    /// assert_eq!(format!("{flags} {flags:#06x}"), "2561 0x0a01");
    /// assert_eq!(flags, 0x0a01);
    /// ```
    LittleEndian = Little;

    /// A `T` with the most significant byte first: NumPy's `>`.
    ///
    /// It takes up as many bytes as a `T`, at any alignment, and is compared, hashed and printed as the value.
    ///
    /// Of numbers there are also zerocopy's ([`big_endian`](crate::big_endian)), which can be added up without
    /// [`get`](Self::get), and which references may be made to. `BigEndian` is for all other types, and for code that is generic
    /// over numbers.
    ///
    /// ```
    /// use mmrec::{BigEndian, MmapRecord, UnicodeStr};
    ///
    /// #[derive(Clone, Copy, MmapRecord)]
    /// #[repr(C)]
    /// struct Town {
    ///     name: BigEndian<UnicodeStr<16>>,
    ///     height: mmrec::big_endian::I16,
    /// }
    ///
    /// let town = Town { name: BigEndian::new("Łódź".parse()?), height: 220.into() };
    /// assert_eq!(town.name.get(), "Łódź");
    /// assert_eq!(mmrec::DType::of::<Town>().to_string(), "[('name', '>U16'), ('height', '>i2')]");
    /// # Ok::<(), mmrec::Error>(())
    /// ```
    ///
    /// NumPy: `dtype.newbyteorder('>')`.
    BigEndian = Big;
}

macro_rules! integers {
    ($($number:ty),*) => {$(
        impl ByteOrdered for $number {
            #[inline(always)]
            fn swap_bytes(self) -> Self {
                <$number>::swap_bytes(self)
            }
        }
    )*};
}

integers!(u8, u16, u32, u64, i8, i16, i32, i64);

macro_rules! floats {
    ($($number:ty),*) => {$(
        impl ByteOrdered for $number {
            #[inline(always)]
            fn swap_bytes(self) -> Self {
                Self::from_bits(self.to_bits().swap_bytes())
            }
        }
    )*};
}

floats!(f32, f64);

impl<const N: usize> Sealed for UnicodeStr<N> {}

impl<const N: usize> ByteOrdered for UnicodeStr<N> {
    #[inline]
    fn swap_bytes(self) -> Self {
        Self::from_padded(self.to_padded().map(u32::swap_bytes))
    }
}

impl Sealed for LongDouble {}

impl ByteOrdered for LongDouble {
    #[inline]
    fn swap_bytes(self) -> Self {
        let mut bytes = self.to_bytes();
        bytes.reverse();
        Self::from_bytes(bytes)
    }
}

impl Sealed for ComplexLongDouble {}

impl ByteOrdered for ComplexLongDouble {
    #[inline]
    fn swap_bytes(self) -> Self {
        let mut bytes = self.to_bytes();
        let (real, imaginary) = bytes.split_at_mut(16);
        real.reverse();
        imaginary.reverse();
        Self::from_bytes(bytes)
    }
}
