use mmrec::MmapRecord;

#[derive(Clone, Copy, MmapRecord)]
#[repr(C, packed)]
#[mmrec(descr = "[('side', '|u1'), ('', '|V7'), ('price', '<f8')]")]
struct Trade {
    side: u8,
    price: f64,
}

fn main() {}
