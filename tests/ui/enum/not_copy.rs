use mmrec::MmapRecord;

#[derive(MmapRecord)]
#[repr(u8)]
enum Side {
    Buy,
    Sell,
}

fn main() {}
