use mmrec::MmapRecord;

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
struct Huge {
    bytes: [u8; 1 << 31],
}

fn main() {}
