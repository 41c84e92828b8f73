//! The Rust types that the golden files name; `tests/golden/record_types.py` has their dtypes.

use mmrec::{ByteStr, Element, MmapRecord, big_endian};

/// An element that can be taken apart into the bytes that its fields take up, and put together again.
pub(crate) trait Bytes: Element {
    /// Offset and size of each scalar in the file, in the order of the fields.
    const SCALARS: &'static [(usize, usize)];

    /// The bytes of its scalars as they are in the file, without padding.
    fn pack(self) -> Vec<u8>;

    /// The element of these bytes.
    fn unpack(bytes: &[u8]) -> Self;

    /// How many bytes are not padding.
    fn packed_size() -> usize {
        Self::SCALARS.iter().map(|(_, size)| size).sum()
    }
}

macro_rules! numbers {
    ($($number:ty: $from:ident $to:ident;)*) => {$(
        impl Bytes for $number {
            const SCALARS: &'static [(usize, usize)] = &[(0, size_of::<Self>())];

            fn pack(self) -> Vec<u8> {
                self.$to().to_vec()
            }

            fn unpack(bytes: &[u8]) -> Self {
                Self::$from(bytes.try_into().unwrap())
            }
        }
    )*};
}

numbers! {
    u8: from_le_bytes to_le_bytes;
    u32: from_le_bytes to_le_bytes;
    f64: from_le_bytes to_le_bytes;
    big_endian::U32: from_bytes to_bytes;
}

impl Bytes for ByteStr<0> {
    const SCALARS: &'static [(usize, usize)] = &[];

    fn pack(self) -> Vec<u8> {
        Vec::new()
    }

    fn unpack(_: &[u8]) -> Self {
        Self::default()
    }
}

impl Bytes for [f64; 3] {
    const SCALARS: &'static [(usize, usize)] = &[(0, 8), (8, 8), (16, 8)];

    fn pack(self) -> Vec<u8> {
        self.iter().flat_map(|number| number.pack()).collect()
    }

    fn unpack(bytes: &[u8]) -> Self {
        std::array::from_fn(|i| f64::unpack(&bytes[8 * i..8 * i + 8]))
    }
}

/// 13 bytes without gaps.
#[derive(Clone, Copy, MmapRecord)]
#[repr(C, packed)]
pub(crate) struct Packed {
    tag: u8,
    qty: u32,
    price: f64,
}

impl Bytes for Packed {
    const SCALARS: &'static [(usize, usize)] = &[(0, 1), (1, 4), (5, 8)];

    fn pack(self) -> Vec<u8> {
        let Self { tag, qty, price } = self;
        [tag.pack(), qty.pack(), price.pack()].concat()
    }

    fn unpack(bytes: &[u8]) -> Self {
        Self { tag: bytes[0], qty: u32::unpack(&bytes[1..5]), price: f64::unpack(&bytes[5..]) }
    }
}

/// 24 bytes with a gap inside and one at the end.
#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
pub(crate) struct Padded {
    tag: u8,
    price: f64,
    qty: u32,
}

impl Bytes for Padded {
    const SCALARS: &'static [(usize, usize)] = &[(0, 1), (8, 8), (16, 4)];

    fn pack(self) -> Vec<u8> {
        [self.tag.pack(), self.price.pack(), self.qty.pack()].concat()
    }

    fn unpack(bytes: &[u8]) -> Self {
        Self { tag: bytes[0], price: f64::unpack(&bytes[1..9]), qty: u32::unpack(&bytes[9..]) }
    }
}

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
pub(crate) struct One {
    v: i32,
}

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
pub(crate) struct Point {
    x: f32,
    y: f32,
}

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
pub(crate) struct Line {
    id: u64,
    ends: [Point; 2],
}

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
pub(crate) struct Named {
    symbol: ByteStr<5>,
    buy: bool,
    price: f64,
}

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
pub(crate) struct Waves {
    t: f32,
    samples: [i16; 4],
    grid: [[f32; 2]; 2],
}

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
pub(crate) struct Flags {
    on: bool,
    bits: [bool; 3],
    tags: [ByteStr<3>; 2],
}

#[derive(Clone, Copy, MmapRecord)]
#[repr(C, packed)]
pub(crate) struct Outer {
    id: u16,
    tick: Packed,
    pads: [Padded; 2],
}

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
pub(crate) struct Wide {
    id: u32,
    samples: [i16; 1100],
}
