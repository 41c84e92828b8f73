use mmrec::MmapRecord;

#[derive(Clone, Copy, MmapRecord)]
#[repr(u8)]
enum Side {}

fn main() {}
