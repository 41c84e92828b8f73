//! Only a scalar has a byte order.
use mmrec::{BigEndian, ByteStr, LittleEndian, MmapRecord};

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
struct Sample {
    place: BigEndian<[f32; 3]>,
    name: LittleEndian<ByteStr<4>>,
}

fn main() {}
