use mmrec::MmapRecord;

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
#[mmrec(descr = "[('id', '<u8'), ('xyz', '<f4', (2,))]")]
struct Particle {
    id: u64,
    xyz: [f32; 3],
}

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
#[mmrec(descr = "[('id', '<u8'), ('xyz', '<f4')]")]
struct Flat {
    id: u64,
    xyz: [f32; 3],
}

fn main() {}
