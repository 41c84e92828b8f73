use mmrec::MmapRecord;

trait Price {}

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
struct Trade {
    pair: (u32, f64),
    nothing: (),
    wide: u128,
    cells: [(u8, u8); 3],
}

#[derive(MmapRecord)]
#[repr(C)]
struct Tail {
    bytes: [u8],
}

#[derive(MmapRecord)]
#[repr(C)]
struct Dynamic {
    price: dyn Price,
}

fn main() {}
