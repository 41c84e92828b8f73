//! NumPy's `f2`, feature `half`.

use half::f16;

use super::{
    Element, bulk,
    byte_order::ByteOrdered,
    number::{Number, Sealed},
    volatile::{read, write},
};
use crate::dtype::{ByteOrder, DType, Kind, Scalar};

// SAFETY: an `f16` is its 16 bits, of which every pattern is valid; they are accessed by value, alone or many at once.
unsafe impl Element for f16 {
    const DTYPE: &'static DType =
        &DType::scalar(Scalar::new(Kind::Float, size_of::<Self>(), ByteOrder::NATIVE));
    const PLAIN: bool = true;

    #[inline(always)]
    unsafe fn load(src: *const u8) -> Self {
        // SAFETY: passed on from the caller.
        Self::from_bits(unsafe { read(src) })
    }

    #[inline(always)]
    unsafe fn store(value: Self, dst: *mut u8) {
        // SAFETY: passed on from the caller.
        unsafe { write(value.to_bits(), dst) }
    }

    #[inline(always)]
    unsafe fn load_array<const N: usize>(src: *const u8) -> [Self; N] {
        // SAFETY: passed on from the caller.
        let bits: [u16; N] = unsafe { bulk::read_array(src) };
        bits.map(Self::from_bits)
    }

    #[inline(always)]
    unsafe fn store_array<const N: usize>(values: [Self; N], dst: *mut u8) {
        // SAFETY: passed on from the caller.
        unsafe { bulk::write_array(values.map(Self::to_bits), dst) }
    }
}

impl Sealed for f16 {}

impl ByteOrdered for f16 {
    #[inline(always)]
    fn swap_bytes(self) -> Self {
        Self::from_bits(self.to_bits().swap_bytes())
    }
}

// NumPy adds up `f2` as `f4` too, and rounds the sum and the mean to `f2`.
impl Number for f16 {
    type Native = Self;
    type Sum = f32;
    type Mean = f32;

    const LEAST: Self = Self::NEG_INFINITY;
    const GREATEST: Self = Self::INFINITY;

    #[inline(always)]
    fn to_native(self) -> Self {
        self
    }

    #[inline(always)]
    fn sum_term(native: Self) -> f32 {
        native.into()
    }

    #[inline(always)]
    fn mean_term(native: Self) -> f32 {
        native.into()
    }

    #[inline]
    fn mean_of(sum: f32, len: usize) -> f32 {
        f32::mean_of(sum, len)
    }
}
