use mmrec::MmapRecord;

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
struct Trade {
    ts: u46,
    price: f64,
}

fn main() {}
