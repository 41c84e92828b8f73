use mmrec::MmapRecord;

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
#[mmrec(rename = "trade", pad)]
struct Trade {
    #[mmrec(itemsize = 8)]
    ts: u64,
    #[mmrec(descr = "<f8", crate = mmrec, iteemsize = 8)]
    price: f64,
}

fn main() {}
