//! Elements of all kinds, with a second implementation of how they are stored, on plain slices of bytes.

use mmrec::{ByteStr, Code, Element, MmapRecord, big_endian, little_endian};
use zerocopy::{FromBytes, Immutable, IntoBytes};

/// Knuth's 64-bit generator, the one of the scripts that write the golden files.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn bits(&mut self) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 32) as u32
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.bits() as usize % limit
    }

    pub(crate) fn bytes(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| (self.bits() >> 24) as u8).collect()
    }
}

/// An element as the test stores it, by offsets that are written down by hand.
pub(crate) trait Sample: Element {
    fn decode(bytes: &[u8]) -> Self;

    /// Writes what the fields take up, and leaves the padding.
    fn encode(self, bytes: &mut [u8]);

    fn random(random: &mut Random) -> Self {
        Self::decode(&random.bytes(size_of::<Self>()))
    }
}

/// The bytes of values, padding as zeros: equal where the values are the same to the last bit, NaNs included.
pub(crate) fn stored<T: Sample>(values: impl IntoIterator<Item = T>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for value in values {
        let at = bytes.len();
        bytes.resize(at + size_of::<T>(), 0);
        value.encode(&mut bytes[at..]);
    }
    bytes
}

macro_rules! numbers {
    ($($number:ty: $from:ident $to:ident;)*) => {$(
        impl Sample for $number {
            fn decode(bytes: &[u8]) -> Self {
                Self::$from(*bytes.first_chunk().unwrap())
            }

            fn encode(self, bytes: &mut [u8]) {
                bytes[..size_of::<Self>()].copy_from_slice(&self.$to());
            }
        }
    )*};
}

numbers! {
    u8: from_le_bytes to_le_bytes;
    u16: from_le_bytes to_le_bytes;
    u32: from_le_bytes to_le_bytes;
    u64: from_le_bytes to_le_bytes;
    i8: from_le_bytes to_le_bytes;
    i16: from_le_bytes to_le_bytes;
    i32: from_le_bytes to_le_bytes;
    i64: from_le_bytes to_le_bytes;
    f32: from_le_bytes to_le_bytes;
    f64: from_le_bytes to_le_bytes;
    big_endian::U16: from_bytes to_bytes;
    big_endian::U32: from_bytes to_bytes;
    big_endian::I64: from_bytes to_bytes;
    big_endian::F32: from_bytes to_bytes;
    big_endian::F64: from_bytes to_bytes;
    little_endian::I32: from_bytes to_bytes;
    little_endian::F64: from_bytes to_bytes;
}

impl Sample for bool {
    fn decode(bytes: &[u8]) -> Self {
        bytes[0] != 0
    }

    fn encode(self, bytes: &mut [u8]) {
        bytes[0] = u8::from(self);
    }

    /// Every second is false, which of random bytes few are.
    fn random(random: &mut Random) -> Self {
        random.below(2) == 1
    }
}

impl<const N: usize> Sample for ByteStr<N> {
    fn decode(bytes: &[u8]) -> Self {
        Self::from_padded(*bytes.first_chunk().unwrap())
    }

    fn encode(self, bytes: &mut [u8]) {
        bytes[..N].copy_from_slice(&self.to_padded());
    }
}

/// Few of the numbers that there are.
#[derive(Clone, Copy, MmapRecord)]
#[repr(i16)]
pub(crate) enum Venue {
    Nyse = 1,
    Xetra = -2,
}

impl Sample for Code<Venue> {
    fn decode(bytes: &[u8]) -> Self {
        Self::from_raw(i16::decode(bytes))
    }

    fn encode(self, bytes: &mut [u8]) {
        self.raw().encode(bytes);
    }
}

impl<T: Sample, const N: usize> Sample for [T; N] {
    fn decode(bytes: &[u8]) -> Self {
        std::array::from_fn(|i| T::decode(&bytes[i * size_of::<T>()..]))
    }

    fn encode(self, bytes: &mut [u8]) {
        for (i, value) in self.into_iter().enumerate() {
            value.encode(&mut bytes[i * size_of::<T>()..]);
        }
    }
}

macro_rules! records {
    ($($record:ident $(<$parameter:ident>)?: $($field:ident at $at:expr),*; $($pad:ident: $padding:expr)?;)*) => {$(
        impl $(<$parameter: Sample>)? Sample for $record $(<$parameter>)? {
            fn decode(bytes: &[u8]) -> Self {
                let _ = bytes;
                Self { $($field: Sample::decode(&bytes[$at..]),)* $($pad: $padding,)? }
            }

            fn encode(self, bytes: &mut [u8]) {
                let _ = &bytes;
                let Self { $($field,)* .. } = self;
                $($field.encode(&mut bytes[$at..]);)*
            }
        }
    )*};
}

/// 13 bytes without gaps.
#[derive(Clone, Copy, FromBytes, Immutable, IntoBytes, MmapRecord)]
#[repr(C, packed)]
pub(crate) struct Packed13 {
    pub(crate) tag: u8,
    pub(crate) qty: u32,
    pub(crate) price: f64,
}

/// 21 bytes, not all of which are plain.
#[derive(Clone, Copy, MmapRecord)]
#[repr(C, packed)]
pub(crate) struct Packed21 {
    pub(crate) ok: bool,
    pub(crate) at: big_endian::I64,
    pub(crate) xyz: [f32; 3],
}

/// 16 bytes that are copied as they are.
#[derive(Clone, Copy, FromBytes, Immutable, IntoBytes, MmapRecord)]
#[repr(C)]
pub(crate) struct Plain {
    pub(crate) id: u64,
    pub(crate) x: f32,
    pub(crate) y: f32,
}

/// 24 bytes with gaps inside and at the end.
#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
pub(crate) struct Padded {
    pub(crate) tag: u8,
    pub(crate) price: f64,
    pub(crate) flag: bool,
    pub(crate) qty: u16,
}

/// A gap with a name.
#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
pub(crate) struct Marked {
    pub(crate) qty: u32,
    #[mmrec(pad)]
    pub(crate) gap: [u8; 4],
    pub(crate) price: f64,
}

/// Records in a record, and an array of them: gaps at many places.
#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
pub(crate) struct Nested {
    pub(crate) id: u16,
    pub(crate) inner: Padded,
    pub(crate) packed: [Packed13; 2],
}

/// More aligned than a block, and mostly gap.
#[derive(Clone, Copy, MmapRecord)]
#[repr(C, align(128))]
pub(crate) struct Aligned {
    pub(crate) price: f64,
    pub(crate) tag: u8,
    pub(crate) name: ByteStr<3>,
}

/// Numbers that stand for variants, beside a gap.
#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
pub(crate) struct Order {
    pub(crate) venue: Code<Venue>,
    pub(crate) price: f64,
    pub(crate) seen: [Code<Venue>; 3],
}

/// No bytes at all.
#[derive(Clone, Copy, FromBytes, Immutable, IntoBytes, MmapRecord)]
#[repr(C)]
pub(crate) struct Empty {}

/// More than a block.
#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
pub(crate) struct Large {
    pub(crate) id: u32,
    pub(crate) samples: [i16; 4500],
    pub(crate) end: u16,
}

records! {
    Packed13: tag at 0, qty at 1, price at 5;;
    Packed21: ok at 0, at at 1, xyz at 9;;
    Plain: id at 0, x at 8, y at 12;;
    Padded: tag at 0, price at 8, flag at 16, qty at 18;;
    Marked: qty at 0, price at 8; gap: [0; 4];
    Nested: id at 0, inner at 8, packed at 32;;
    Aligned: price at 0, tag at 8, name at 9;;
    Order: venue at 0, price at 8, seen at 16;;
    Empty: ;;
    Large: id at 0, samples at 4, end at 9004;;
}

/// A record around an element, in which the element is aligned and the rest is gap.
#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
pub(crate) struct Loose<T> {
    pub(crate) tag: u8,
    pub(crate) value: T,
    pub(crate) end: u8,
}

/// A record around an element at an odd address.
#[derive(Clone, Copy, MmapRecord)]
#[repr(C, packed)]
pub(crate) struct Tight<T> {
    pub(crate) tag: u8,
    pub(crate) value: T,
    pub(crate) end: [u8; 3],
}

records! {
    Loose<T>: tag at 0, value at align_of::<T>(), end at align_of::<T>() + size_of::<T>();;
    Tight<T>: tag at 0, value at 1, end at 1 + size_of::<T>();;
}
