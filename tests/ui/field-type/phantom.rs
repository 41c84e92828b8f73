use mmrec::MmapRecord;

use std::marker::PhantomData;

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
struct Tagged {
    id: u64,
    unit: PhantomData<f32>,
}

fn main() {}
