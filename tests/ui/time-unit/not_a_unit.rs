use mmrec::{DateTime64, MmapRecord, TimeUnit};

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
struct Tick {
    ts: DateTime64<TimeUnit>,
    price: f64,
}

fn main() {}
