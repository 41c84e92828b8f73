use mmrec::MmapRecord;

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
#[mmrec(itemsize = 20)]
struct Trade {
    ts: u64,
    price: f64,
    qty: u32,
}

fn main() {}
