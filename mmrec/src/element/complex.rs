//! NumPy's `c8` and `c16`, feature `complex`.

use num_complex::Complex;

use super::{Element, bulk, byte_order::ByteOrdered, number::Sealed};
use crate::dtype::{ByteOrder, DType, Kind, Scalar};

macro_rules! complex {
    ($($part:ty),*) => {$(
        // SAFETY: a `Complex` is its two parts one after another (`repr(C)`), without padding, and every bit pattern is
        // valid; they are accessed by value, both at once where a register has room for them.
        unsafe impl Element for Complex<$part> {
            const DTYPE: &'static DType =
                &DType::scalar(Scalar::new(Kind::Complex, size_of::<Self>(), ByteOrder::NATIVE));
            const PLAIN: bool = true;

            #[inline(always)]
            unsafe fn load(src: *const u8) -> Self {
                // SAFETY: passed on from the caller.
                let [re, im]: [$part; 2] = unsafe { bulk::read_array(src) };
                Self { re, im }
            }

            #[inline(always)]
            unsafe fn store(value: Self, dst: *mut u8) {
                // SAFETY: passed on from the caller.
                unsafe { bulk::write_array([value.re, value.im], dst) }
            }

            #[inline(always)]
            unsafe fn load_array<const N: usize>(src: *const u8) -> [Self; N] {
                // SAFETY: passed on from the caller.
                unsafe { bulk::read_array(src) }
            }
        }

        impl Sealed for Complex<$part> {}

        impl ByteOrdered for Complex<$part> {
            #[inline(always)]
            fn swap_bytes(self) -> Self {
                Self { re: self.re.swap_bytes(), im: self.im.swap_bytes() }
            }
        }
    )*};
}

complex!(f32, f64);
