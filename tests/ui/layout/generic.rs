use mmrec::MmapRecord;

use mmrec::{DType, Element};

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
#[mmrec(itemsize = 16)]
struct Pair<T> {
    a: T,
    #[mmrec(offset = 8)]
    b: T,
}

const GOOD: &DType = <Pair<f64> as Element>::DTYPE;
const BAD: &DType = <Pair<f32> as Element>::DTYPE;

fn main() {
    let _ = (GOOD, BAD);
}
