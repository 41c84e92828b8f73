use mmrec::MmapRecord;

#[derive(Clone, Copy, MmapRecord)]
#[repr(u8)]
enum Side {
    Buy,
    Sell,
}

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
struct Trade {
    price: f64,
    side: Side,
}

fn main() {}
