use mmrec::MmapRecord;

use std::marker::PhantomData;

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
struct Sample<T> {
    value: T,
    #[mmrec(pad)]
    unit: PhantomData<T>,
}

fn record<R: MmapRecord>() {}

fn main() {
    record::<Sample<f32>>();
    record::<Sample<usize>>();
}
