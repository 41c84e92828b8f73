use mmrec::MmapRecord;

#[derive(Clone, Copy, MmapRecord)]
#[repr(u8)]
struct Trade {
    ts: u64,
}

fn main() {}
