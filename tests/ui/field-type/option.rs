use mmrec::MmapRecord;

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
struct Quote {
    bid: Option<f64>,
    ask: std::option::Option<f64>,
}

fn main() {}
