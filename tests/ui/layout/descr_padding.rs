use mmrec::MmapRecord;

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
#[mmrec(descr = "[('side', '|u1'), ('price', '<f8')]")]
struct Trade {
    side: u8,
    price: f64,
}

fn main() {}
