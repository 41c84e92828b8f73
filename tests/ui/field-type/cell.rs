use mmrec::MmapRecord;

use std::cell::Cell;

#[derive(Clone, MmapRecord)]
#[repr(C)]
struct Counter {
    count: Cell<u64>,
}

fn main() {}
