use mmrec::MmapRecord;

#[derive(Clone, Copy, MmapRecord)]
struct Trade {
    ts: u64,
    price: f64,
}

fn main() {}
