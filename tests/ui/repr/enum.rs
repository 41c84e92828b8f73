use mmrec::MmapRecord;

#[derive(Clone, Copy, MmapRecord)]
#[repr(u8)]
enum Side {
    Buy = 1,
    Sell = 2,
}

fn main() {}
