use mmrec::MmapRecord;

#[derive(Clone, Copy, MmapRecord)]
#[repr(packed)]
struct Trade {
    ts: u64,
}

#[derive(Clone, Copy, MmapRecord)]
#[repr(packed(4))]
struct Quote {
    ts: u64,
}

#[derive(Clone, Copy, MmapRecord)]
#[repr(align(64))]
struct Line {
    ts: u64,
}

fn main() {}
