use mmrec::MmapRecord;

use mmrec::{ByteStr, big_endian};

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
struct Trade {
    #[mmrec(dtype = "<f4")]
    price: f64,
    #[mmrec(dtype = "<u4")]
    qty: big_endian::U32,
    #[mmrec(dtype = "S8")]
    symbol: ByteStr<12>,
    #[mmrec(dtype = "('<f4', (2, 3))")]
    matrix: [[f32; 2]; 3],
    #[mmrec(dtype = "real64")]
    mean: f64,
}

fn main() {}
