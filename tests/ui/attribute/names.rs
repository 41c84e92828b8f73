use mmrec::MmapRecord;

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
struct Trade {
    #[mmrec(rename = "")]
    ts: u64,
    #[mmrec(rename = "qty")]
    price: f64,
    qty: u32,
    #[mmrec(rename = "qty")]
    flags: u32,
    #[mmrec(title = "qty")]
    venue: u32,
    #[mmrec(title = "")]
    side: u8,
    #[mmrec(title = "the id")]
    id: u8,
    #[mmrec(title = "the id")]
    id2: u8,
}

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
struct Pair(#[mmrec(rename = "f1")] u8, u8);

fn main() {}
