use mmrec::MmapRecord;

#[derive(Clone, Copy, MmapRecord)]
#[mmrec(itemsize = 16)]
struct Trade {
    ts: u64,
    price: f64,
}

fn main() {}
