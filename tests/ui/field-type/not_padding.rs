use mmrec::MmapRecord;

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
struct Trade {
    ts: u64,
    #[mmrec(pad)]
    gap: [f32; 2],
    #[mmrec(pad)]
    word: usize,
}

fn main() {}
