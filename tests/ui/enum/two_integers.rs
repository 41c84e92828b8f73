use mmrec::MmapRecord;

#[derive(Clone, Copy, MmapRecord)]
#[repr(u8)]
#[repr(u16)]
enum Side {
    Buy,
    Sell,
}

fn main() {}
