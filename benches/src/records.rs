//! The records of the files, and what is in them.
//!
//! Prices are multiples of 1/64 and so few digits long that every sum of the benchmark is exact in an `f64`, in
//! whatever order it is made. So contenders have to agree to the last bit.

use bytemuck::{Pod, Zeroable};
use mmrec::{Element, MmapRecord, big_endian};

/// 48 bytes, aligned, without padding.
#[derive(Clone, Copy, Debug, Default, PartialEq, MmapRecord, Pod, Zeroable)]
#[repr(C)]
#[mmrec(itemsize = 48)]
pub struct Wide {
    /// A running number.
    pub ts: u64,
    /// At 8.
    pub price: f64,
    /// At 16.
    pub qty: u32,
    /// Not used.
    pub flags: u32,
    /// Not used.
    pub rest: [u64; 3],
}

/// 21 bytes, with a price at an odd address.
#[derive(Clone, Copy, Default, MmapRecord, Pod, Zeroable)]
#[repr(C, packed)]
#[mmrec(itemsize = 21)]
pub struct Packed {
    /// Not used.
    pub tag: u8,
    /// A running number.
    pub seq: u32,
    /// At 5.
    pub price: f64,
    /// At 13.
    pub qty: u32,
    /// Not used.
    pub rest: [u8; 4],
}

/// [`Packed`] as a big-endian machine writes it.
#[derive(Clone, Copy, Default, MmapRecord)]
#[repr(C, packed)]
#[mmrec(itemsize = 21)]
pub struct Big {
    /// Not used.
    pub tag: u8,
    /// A running number.
    pub seq: big_endian::U32,
    /// At 5.
    pub price: big_endian::F64,
    /// At 13.
    pub qty: big_endian::U32,
    /// Not used.
    pub rest: [u8; 4],
}

/// 24 bytes, the last four of them padding.
#[derive(Clone, Copy, Default, MmapRecord)]
#[repr(C)]
#[mmrec(itemsize = 24)]
pub struct Padded {
    /// A running number.
    pub ts: u64,
    /// At 8.
    pub price: f64,
    /// At 16.
    pub qty: u32,
}

/// What a file holds record by record.
pub trait Record: Element + Default {
    /// The name of the file, and of the dtype in `compare.py`.
    const NAME: &'static str;

    /// Record `i`.
    fn nth(i: u64) -> Self;
}

/// A price from 100 to 1124.
fn price(i: u64) -> f64 {
    100.0 + f64::from(u16::try_from(mix(i) >> 48).unwrap_or_default()) / 64.0
}

/// A quantity below 1024.
fn qty(i: u64) -> u32 {
    u32::try_from(mix(i) & 1023).unwrap_or_default()
}

fn seq(i: u64) -> u32 {
    u32::try_from(i & u64::from(u32::MAX)).unwrap_or_default()
}

/// The finalizer of SplitMix64.
fn mix(i: u64) -> u64 {
    let i = (i ^ (i >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let i = (i ^ (i >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    i ^ (i >> 31)
}

impl Record for Wide {
    const NAME: &'static str = "wide";

    fn nth(i: u64) -> Self {
        Self { ts: i, price: price(i), qty: qty(i), flags: 1, rest: [i; 3] }
    }
}

impl Record for Packed {
    const NAME: &'static str = "packed";

    fn nth(i: u64) -> Self {
        Self { tag: 1, seq: seq(i), price: price(i), qty: qty(i), rest: [2; 4] }
    }
}

impl Record for Big {
    const NAME: &'static str = "big";

    fn nth(i: u64) -> Self {
        Self { tag: 1, seq: seq(i).into(), price: price(i).into(), qty: qty(i).into(), rest: [2; 4] }
    }
}

impl Record for Padded {
    const NAME: &'static str = "padded";

    fn nth(i: u64) -> Self {
        Self { ts: i, price: price(i), qty: qty(i) }
    }
}

impl Record for f64 {
    const NAME: &'static str = "plain";

    fn nth(i: u64) -> Self {
        price(i)
    }
}
