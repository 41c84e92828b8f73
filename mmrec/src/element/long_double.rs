//! NumPy's `longdouble` and `clongdouble`, which Rust has no number for.

use std::fmt;

use super::{Element, bulk};
use crate::dtype::{ByteOrder, DType, Kind, Scalar};

macro_rules! long_doubles {
    ($($(#[$doc:meta])* $name:ident: $kind:ident, $size:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Default)]
        #[repr(C, align(16))]
        pub struct $name([u8; $size]);

        impl $name {
            /// The number that C has in these bytes.
            pub const fn from_bytes(bytes: [u8; $size]) -> Self {
                Self(bytes)
            }

            /// The bytes that C has for the number, those without meaning included.
            pub const fn to_bytes(self) -> [u8; $size] {
                self.0
            }
        }

        // SAFETY: it is its bytes, with nothing between or behind them, and every pattern is valid; they are accessed by
        // value, many at once.
        unsafe impl Element for $name {
            const DTYPE: &'static DType =
                &DType::scalar(Scalar::new(Kind::$kind, size_of::<Self>(), ByteOrder::NATIVE));
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

        /// The bytes in hexadecimal digits, in the order they have in memory.
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                super::write_hex(f, stringify!($name), &self.0)
            }
        }
    )*};
}

long_doubles! {
    /// C's `long double` where it takes 16 bytes, in the byte order of the machine: NumPy's `longdouble`, as opaque bytes.
    ///
    /// What the bytes mean is the platform's affair, and neither the dtype nor the file says which it was: an x87 number of
    /// 80 bits and 6 bytes without meaning on x86-64 Linux, IEEE binary128 on 64-bit Arm Linux, a pair of `f64` on
    /// older 64-bit PowerPC. So there is no conversion to `f64`, and no comparison: equal numbers need not have equal bytes.
    ///
    /// Its alignment is 16, as in C. Rust lets no such type into a `repr(C, packed)` record, where it is
    /// [`LittleEndian<LongDouble>`](crate::LittleEndian).
    ///
    /// NumPy: dtype `<f16`; `float128` is another name for it.
    LongDouble: Float, 16;

    /// C's `long double _Complex` where it takes 32 bytes: two [`LongDouble`]s, as opaque bytes.
    ///
    /// NumPy: dtype `<c32`; `clongdouble`, or `complex256`.
    ComplexLongDouble: Complex, 32;
}
