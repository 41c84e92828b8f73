use mmrec::MmapRecord;

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
struct Index {
    at: usize,
    back: isize,
    table: [[usize; 4]; 2],
}

fn main() {}
