use mmrec::MmapRecord;

#[derive(Clone, Copy, MmapRecord)]
#[repr(Rust)]
struct Trade {
    ts: u64,
}

#[derive(Clone, Copy, MmapRecord)]
#[repr(Rust, packed(2))]
struct Quote {
    ts: u64,
}

fn main() {}
