use mmrec::MmapRecord;

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
struct Trade {
    side: u8,
    #[mmrec(offset = 1)]
    price: f64,
    #[mmrec(pad, offset = 20)]
    gap: u32,
}

fn main() {}
