use mmrec::MmapRecord;

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
union Word {
    int: u32,
    float: f32,
}

fn main() {}
