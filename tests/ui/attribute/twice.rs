use mmrec::MmapRecord;

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
#[mmrec(itemsize = 16, itemsize = 16)]
struct Trade {
    #[mmrec(rename = "time")]
    #[mmrec(rename = "when")]
    ts: u64,
    #[mmrec(pad, pad)]
    gap: u64,
}

fn main() {}
