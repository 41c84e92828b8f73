use mmrec::MmapRecord;

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
#[mmrec(descr = "[('price', '<f8'), ('side', '|u1')]")]
struct Trade {
    price: f64,
    side: u8,
}

fn main() {}
