//! zerocopy's numbers of a stated byte order.

use zerocopy::byteorder;

use super::{
    Element, bulk,
    volatile::{read, write},
};
use crate::dtype::{ByteOrder, DType, Kind, Scalar};

macro_rules! byte_order_numbers {
    ($($order:ident $module:ident: $($kind:ident $wrapper:ident = $raw:ty),*;)*) => {$($(
        // SAFETY: the wrapper is its bytes in the stated order; all of them are read or written in one access of an
        // integer of the same size, and every bit pattern is valid.
        unsafe impl Element for byteorder::$module::$wrapper {
            const DTYPE: &'static DType =
                &DType::scalar(Scalar::new(Kind::$kind, size_of::<Self>(), ByteOrder::$order));
            const PLAIN: bool = true;

            #[inline(always)]
            unsafe fn load(src: *const u8) -> Self {
                // SAFETY: passed on from the caller.
                let raw: $raw = unsafe { read(src) };
                zerocopy::transmute!(raw)
            }

            #[inline(always)]
            unsafe fn store(value: Self, dst: *mut u8) {
                let raw: $raw = zerocopy::transmute!(value);
                // SAFETY: passed on from the caller.
                unsafe { write(raw, dst) }
            }

            #[inline(always)]
            unsafe fn load_array<const N: usize>(src: *const u8) -> [Self; N] {
                // SAFETY: passed on from the caller.
                let raws: [$raw; N] = unsafe { bulk::read_array(src) };
                raws.map(|raw| zerocopy::transmute!(raw))
            }
        }
    )*)*};
}

byte_order_numbers! {
    Little little_endian:
        Uint U16 = u16, Uint U32 = u32, Uint U64 = u64,
        Int I16 = u16, Int I32 = u32, Int I64 = u64,
        Float F32 = u32, Float F64 = u64;
    Big big_endian:
        Uint U16 = u16, Uint U32 = u32, Uint U64 = u64,
        Int I16 = u16, Int I32 = u32, Int I64 = u64,
        Float F32 = u32, Float F64 = u64;
}
