use mmrec::MmapRecord;

#[derive(Clone, Copy, MmapRecord)]
#[repr(u8)]
enum Side<const N: usize> {
    Buy,
    Sell,
}

fn main() {}
