use mmrec::MmapRecord;

#[derive(Clone, Copy, MmapRecord)]
#[repr(transparent)]
struct Nothing {
    #[mmrec(pad)]
    gap: (),
}

#[derive(Clone, Copy, MmapRecord)]
#[repr(transparent)]
struct Two {
    price: f64,
    unit: [u8; 0],
}

fn main() {}
