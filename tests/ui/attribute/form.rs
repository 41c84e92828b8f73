use mmrec::MmapRecord;

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
#[mmrec]
struct Trade {
    #[mmrec = "time"]
    ts: u64,
    #[mmrec("px")]
    price: f64,
    #[mmrec(rename("px"))]
    qty: u32,
    #[mmrec(rename = "flags" pad)]
    flags: u32,
}

fn main() {}
