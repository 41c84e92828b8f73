//! Numbers: elements that add up and compare.

use std::fmt::Debug;

use zerocopy::byteorder::{big_endian, little_endian};

use super::Element;

/// A number, of any byte order: what a view has [`sum`](crate::View::sum), [`min`](crate::View::min) and
/// [`mean`](crate::View::mean) for.
///
/// The integers of 8 to 64 bits, `f32`, `f64`, with feature `half` `f16`, and these in a stated byte order
/// (`little_endian`, `big_endian`, [`LittleEndian`](crate::LittleEndian),
/// [`BigEndian`](crate::BigEndian)). Only this crate implements it.
///
/// ```
/// use mmrec::{Number, View, big_endian};
///
/// fn range<T: Number<Native = f64>>(column: View<'_, T>) -> Option<f64> {
///     column.min_max().map(|(min, max)| max - min)
/// }
///
/// assert_eq!(range(View::from_slice(&[1.0, 4.0, 2.5])), Some(3.0));
/// assert_eq!(range(View::from_slice(&[big_endian::F64::new(7.0)])), Some(0.0));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a number",
    label = "sums, extremes and means are of u8 to u64, i8 to i64, f16 to f64, and these in a stated byte order",
    note = "for a record take one field of it: map.field(Trade::FIELDS.price)",
    note = "a view of DateTime64 has earliest() and latest(), and iter() has min() and max() of everything that is Ord"
)]
pub trait Number: Element + Sealed {
    /// The number in the byte order of the machine: `f64` for `f64` and for `big_endian::F64`.
    type Native: Number<Native = Self::Native, Sum = Self::Sum, Mean = Self::Mean>
        + PartialOrd
        + Debug
        + Send
        + Sync;

    /// What a sum of these numbers is: `u64` or `i64` for integers, otherwise `f32` or `f64`.
    ///
    /// NumPy: the dtype of `array.sum()`, but for `f16`, whose sums it rounds to `f16`.
    type Sum: Total;

    /// What a mean of these numbers is: `f64`, or `f32` for `f32` and `f16`.
    ///
    /// NumPy: the dtype of `array.mean()`, but for `f16`, whose means it rounds to `f16`.
    type Mean: Total;

    /// The number in the byte order of the machine.
    fn to_native(self) -> Self::Native;

    #[doc(hidden)]
    const LEAST: Self::Native;

    #[doc(hidden)]
    const GREATEST: Self::Native;

    #[doc(hidden)]
    fn sum_term(native: Self::Native) -> Self::Sum;

    #[doc(hidden)]
    fn mean_term(native: Self::Native) -> Self::Mean;

    /// The mean of `len` numbers from the sum of their terms.
    #[doc(hidden)]
    fn mean_of(sum: Self::Mean, len: usize) -> Self::Mean;
}

/// What numbers add up to: `u64`, `i64`, `f32` or `f64`. Only this crate implements it.
pub trait Total: Copy + Sealed + Send + Sync + PartialOrd + Debug + 'static {
    #[doc(hidden)]
    const ZERO: Self;

    /// What changes no number that is added to it, zeros of either sign included.
    #[doc(hidden)]
    const NEUTRAL: Self;

    /// The sum; of integers modulo 2^64, as in NumPy.
    #[doc(hidden)]
    #[must_use]
    fn plus(self, other: Self) -> Self;
}

#[doc(hidden)]
pub trait Sealed {}

macro_rules! totals {
    ($($total:ty: $zero:literal, $neutral:literal, |$a:ident, $b:ident| $sum:expr;)*) => {$(
        impl Total for $total {
            const ZERO: Self = $zero;
            const NEUTRAL: Self = $neutral;

            #[inline(always)]
            fn plus(self, other: Self) -> Self {
                let ($a, $b) = (self, other);
                $sum
            }
        }
    )*};
}

totals! {
    u64: 0, 0, |a, b| a.wrapping_add(b);
    i64: 0, 0, |a, b| a.wrapping_add(b);
    f32: 0.0, -0.0, |a, b| a + b;
    f64: 0.0, -0.0, |a, b| a + b;
}

macro_rules! numbers {
    ($($native:ty: sum $sum:ty, mean $mean:ty, from $least:expr, to $greatest:expr $(, orders $wrapper:ident)?;)*) => {$(
        impl Sealed for $native {}

        impl Number for $native {
            type Native = Self;
            type Sum = $sum;
            type Mean = $mean;

            const LEAST: Self = $least;
            const GREATEST: Self = $greatest;

            numbers!(@terms $native, $sum, $mean, |number| number);
        }

        $(
            numbers!(@order little_endian::$wrapper, $native, $sum, $mean);
            numbers!(@order big_endian::$wrapper, $native, $sum, $mean);
        )?
    )*};
    (@order $wrapper:ty, $native:ty, $sum:ty, $mean:ty) => {
        impl Sealed for $wrapper {}

        impl Number for $wrapper {
            type Native = $native;
            type Sum = $sum;
            type Mean = $mean;

            const LEAST: $native = <$native as Number>::LEAST;
            const GREATEST: $native = <$native as Number>::GREATEST;

            numbers!(@terms $native, $sum, $mean, |number| number.get());
        }
    };
    (@terms $native:ty, $sum:ty, $mean:ty, |$number:ident| $value:expr) => {
        #[inline(always)]
        fn to_native(self) -> Self::Native {
            let $number = self;
            $value
        }

        #[inline(always)]
        fn sum_term(native: Self::Native) -> $sum {
            native.into()
        }

        #[inline(always)]
        #[expect(clippy::allow_attributes, reason = "some of the types are floats already")]
        #[allow(clippy::cast_lossless, clippy::unnecessary_cast, reason = "one text for numbers of all sizes")]
        fn mean_term(native: Self::Native) -> $mean {
            native as $mean
        }

        #[inline]
        fn mean_of(sum: $mean, len: usize) -> $mean {
            // NumPy divides as `f64`, for `len` is an integer of 64 bits.
            (f64::from(sum) / len as f64) as $mean
        }
    };
}

numbers! {
    u8: sum u64, mean f64, from u8::MIN, to u8::MAX;
    u16: sum u64, mean f64, from u16::MIN, to u16::MAX, orders U16;
    u32: sum u64, mean f64, from u32::MIN, to u32::MAX, orders U32;
    u64: sum u64, mean f64, from u64::MIN, to u64::MAX, orders U64;
    i8: sum i64, mean f64, from i8::MIN, to i8::MAX;
    i16: sum i64, mean f64, from i16::MIN, to i16::MAX, orders I16;
    i32: sum i64, mean f64, from i32::MIN, to i32::MAX, orders I32;
    i64: sum i64, mean f64, from i64::MIN, to i64::MAX, orders I64;
    f32: sum f32, mean f32, from f32::NEG_INFINITY, to f32::INFINITY, orders F32;
    f64: sum f64, mean f64, from f64::NEG_INFINITY, to f64::INFINITY, orders F64;
}
