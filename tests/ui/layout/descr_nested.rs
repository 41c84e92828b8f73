use mmrec::MmapRecord;

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
struct Point {
    x: f32,
    y: f32,
}

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
#[mmrec(descr = "[('id', '<u8'), ('at', [('x', '<f4'), ('y', '<f8')])]")]
struct Line {
    id: u64,
    at: Point,
}

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
#[mmrec(descr = "[('id', '<u8'), ('at', '<c8')]")]
struct Complex {
    id: u64,
    at: Point,
}

fn main() {}
