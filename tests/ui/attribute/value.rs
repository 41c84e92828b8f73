use mmrec::MmapRecord;

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
#[mmrec(itemsize = "16", descr = 16, crate = 3)]
struct Trade {
    #[mmrec(offset = -8, rename = ts, title)]
    ts: u64,
    #[mmrec(offset = 8u8, dtype = '<', rename = )]
    price: f64,
    #[mmrec(pad = true)]
    gap: [u8; 4],
    #[mmrec(offset = 99999999999999999999)]
    far: u32,
}

fn main() {}
