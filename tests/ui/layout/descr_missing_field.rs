use mmrec::MmapRecord;

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
#[mmrec(descr = "[('ts', '<u8')]")]
struct Trade {
    ts: u64,
    price: f64,
}

fn main() {}
