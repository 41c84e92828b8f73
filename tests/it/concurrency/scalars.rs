//! Scalars each of which alone tells whether it is whole, and a record of them.

use std::hint::black_box;

use mmrec::{ByteStr, Code, CodedEnum, DType, MmapRecord, View, ViewMut};

#[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
#[repr(u8)]
pub(super) enum Side {
    Buy = b'B',
    Sell = b'S',
    #[mmrec(other)]
    Unknown = 100,
}

/// 56 bytes, with gaps, every scalar aligned.
#[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
#[repr(C)]
pub(super) struct Rec {
    pub(super) word: u64,
    pub(super) price: f64,
    pub(super) tag: u8,
    pub(super) short: u16,
    pub(super) half: u32,
    pub(super) on: bool,
    pub(super) side: Side,
    pub(super) code: Code<Side>,
    pub(super) signed: i64,
    pub(super) pair: [u32; 2],
    pub(super) name: ByteStr<8>,
}

/// The scalars of a record.
pub(super) const SCALARS: u64 = 12;

/// Numbers that have little in common with those before and after.
pub(super) fn mixed(seed: u64) -> u64 {
    let mut z = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

pub(super) fn word(seed: u64) -> u64 {
    let x = mixed(seed) >> 32;
    x << 32 | (x ^ 0xffff_ffff)
}

/// Its upper byte is at most 0x3f, however it is torn, so it is never infinite nor a NaN.
pub(super) fn price(seed: u64) -> f64 {
    let x = mixed(seed ^ 1 << 62) >> 34;
    f64::from_bits(x << 32 | (x ^ 0xffff_ffff))
}

pub(super) fn signed(seed: u64) -> i64 {
    let x = mixed(seed ^ 1 << 61) >> 32;
    (x << 32 | (x ^ 0x5a5a_5a5a)).cast_signed()
}

pub(super) fn half(seed: u64) -> u32 {
    let y = mixed(seed ^ 1 << 60) as u16;
    u32::from(y) << 16 | u32::from(y)
}

pub(super) fn short(seed: u64) -> u16 {
    let z = mixed(seed ^ 1 << 59) as u8;
    u16::from(z) << 8 | u16::from(z)
}

pub(super) fn tag(seed: u64) -> u8 {
    mixed(seed ^ 1 << 58) as u8 % 16 * 17
}

pub(super) fn name(seed: u64) -> ByteStr<8> {
    ByteStr::from_padded(word(seed ^ 1 << 57).to_le_bytes())
}

pub(super) fn rec(seed: u64) -> Rec {
    Rec {
        word: word(seed),
        price: price(seed),
        tag: tag(seed),
        short: short(seed),
        half: half(seed),
        on: seed.is_multiple_of(3),
        side: [Side::Buy, Side::Sell, Side::Unknown][(seed % 7 % 3) as usize],
        code: Code::from_raw(mixed(seed) as u8),
        signed: signed(seed),
        pair: [half(seed + 1), half(seed + 2)],
        name: name(seed),
    }
}

pub(super) fn is_whole_word(bits: u64) -> bool {
    bits == 0 || bits >> 32 == (bits & 0xffff_ffff) ^ 0xffff_ffff
}

pub(super) fn is_whole_price(price: f64) -> bool {
    price.to_bits() >> 62 == 0 && is_whole_word(price.to_bits())
}

pub(super) fn is_whole_signed(number: i64) -> bool {
    let bits = number.cast_unsigned();
    bits == 0 || bits >> 32 == (bits & 0xffff_ffff) ^ 0x5a5a_5a5a
}

pub(super) fn is_whole_half(number: u32) -> bool {
    number >> 16 == number & 0xffff
}

pub(super) fn is_whole_short(number: u16) -> bool {
    number >> 8 == number & 0xff
}

pub(super) fn is_whole_tag(number: u8) -> bool {
    number >> 4 == number & 0xf
}

pub(super) fn is_whole_name(name: ByteStr<8>) -> bool {
    let mut bytes = [0; 8];
    bytes[..name.len()].copy_from_slice(name.as_bytes());
    is_whole_word(u64::from_le_bytes(bytes))
}

/// An invalid value shows where the compiler made a table of a match.
pub(super) fn is_valid_side(side: Side) -> bool {
    let name = match black_box(side) {
        Side::Buy => "Buy",
        Side::Sell => "Sell",
        Side::Unknown => "Unknown",
    };
    black_box(name) == side.name() && is_side(black_box(side as u8))
}

fn is_side(byte: u8) -> bool {
    [b'B', b'S', 100].contains(&byte)
}

/// A code is any number, and stands for the variant of that number or for none.
pub(super) fn is_valid_code(code: Code<Side>) -> bool {
    match code.get() {
        Ok(side) => is_valid_side(side) && side.code() == code.raw(),
        Err(none) => none.raw() == i128::from(code.raw()),
    }
}

impl Rec {
    /// The first scalar that is torn or no value at all.
    pub(super) fn fault(&self) -> Option<&'static str> {
        macro_rules! first {
            ($($name:ident: $is_whole:ident),*) => {
                $(if !$is_whole(self.$name) {
                    return Some(stringify!($name));
                })*
            };
        }
        first!(word: is_whole_word, price: is_whole_price, tag: is_whole_tag, short: is_whole_short);
        first!(half: is_whole_half, signed: is_whole_signed, name: is_whole_name);
        if !(is_whole_half(self.pair[0]) && is_whole_half(self.pair[1])) {
            return Some("pair");
        }
        self.invalid()
    }

    /// The first scalar that is no value at all, torn or not.
    pub(super) fn invalid(&self) -> Option<&'static str> {
        if !(0.0..2.0).contains(&self.price) {
            return Some("price");
        }
        if !is_valid_side(self.side) {
            return Some("side");
        }
        (!is_valid_code(self.code)).then_some("code")
    }
}

/// The field of which one of these records has something in memory that is no value of its type.
pub(super) fn invalid_memory(recs: &[Rec]) -> Option<&'static str> {
    invalid_bytes(&View::from_slice(recs).untyped().to_bytes())
}

fn invalid_bytes(bytes: &[u8]) -> Option<&'static str> {
    let column = |field: usize| bytes.iter().skip(field).step_by(56);
    if column(Rec::FIELDS.on.offset()).any(|&byte| byte > 1) {
        return Some("on");
    }
    column(Rec::FIELDS.side.offset()).any(|&byte| !is_side(byte)).then_some("side")
}

/// Whether these are 0 and 1 in memory.
pub(super) fn are_valid_bools(flags: &[bool]) -> bool {
    View::from_slice(flags).untyped().to_bytes().iter().all(|&byte| byte <= 1)
}

/// The bytes that a record takes in a file, gaps zero.
fn bytes_of(rec: Rec) -> [u8; 56] {
    let mut bytes = [0; 56];
    ViewMut::<Rec>::from_bytes(&mut bytes).unwrap().set(0, rec);
    bytes
}

/// What the other tests look for is found when it is there.
#[test]
fn every_torn_scalar_is_told_from_a_whole_one() {
    assert_eq!(DType::of::<Rec>().itemsize(), 56);
    let fields = Rec::FIELDS;
    let places = [
        ("word", fields.word.offset(), 8),
        ("price", fields.price.offset(), 8),
        ("short", fields.short.offset(), 2),
        ("half", fields.half.offset(), 4),
        ("signed", fields.signed.offset(), 8),
        ("pair", fields.pair.offset(), 4),
        ("pair", fields.pair.offset() + 4, 4),
        ("name", fields.name.offset(), 8),
    ];
    for (name, at, size) in places {
        assert_eq!(at % size, 0, "{name} is aligned");
        let (mut caught, mut torn) = (0, 0);
        for seed in 0..400 {
            let old = bytes_of(rec(seed));
            // Some are torn where zeros are written over them.
            let new = if seed % 4 == 0 { [0; 56] } else { bytes_of(rec(seed + 1)) };
            for whole in [old, new] {
                assert_eq!(View::<Rec>::from_bytes(&whole).unwrap().at(0).fault(), None);
            }
            for split in 1..size {
                for [front, back] in [[old, new], [new, old]] {
                    let mut bytes = back;
                    bytes[at..at + split].copy_from_slice(&front[at..at + split]);
                    let fault = View::<Rec>::from_bytes(&bytes).unwrap().at(0).fault();
                    // Where it makes no difference there is nothing to be seen.
                    let is_torn = [old, new].iter().all(|whole| whole[at..at + size] != bytes[at..at + size]);
                    assert_eq!(fault, is_torn.then_some(name), "{seed} {split} {bytes:x?}");
                    (caught, torn) = (caught + u32::from(fault.is_some()), torn + 1);
                }
            }
        }
        assert!(caught > torn * 9 / 10, "{caught} of {torn} torn values of {name}");
    }
    // A price that is made up.
    for invalid in [f64::NAN, f64::INFINITY, -1.0] {
        assert!(Rec { price: invalid, ..rec(1) }.invalid().is_some());
    }
    assert!(!is_whole_tag(0xa5));
    // What no `bool` and no enum has in memory.
    let two = [bytes_of(rec(1)), bytes_of(rec(2))];
    for (name, at, byte) in [("on", Rec::FIELDS.on.offset(), 2), ("side", Rec::FIELDS.side.offset(), 7)] {
        let mut bytes = two.concat();
        assert_eq!(invalid_bytes(&bytes), None);
        bytes[56 + at] = byte;
        assert_eq!(invalid_bytes(&bytes), Some(name));
    }
}
