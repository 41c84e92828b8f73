use mmrec::MmapRecord;

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
struct Node {
    next: *const Node,
    value: &'static f64,
    visit: fn(u64) -> u64,
}

fn main() {}
