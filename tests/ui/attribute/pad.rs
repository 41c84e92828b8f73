use mmrec::MmapRecord;

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
struct Trade {
    ts: u64,
    #[mmrec(pad, rename = "gap")]
    a: [u8; 4],
    #[mmrec(pad, title = "gap", dtype = "<u4", offset = 12)]
    b: [u8; 4],
}

fn main() {}
