use mmrec::MmapRecord;

#[derive(Clone, MmapRecord)]
#[repr(C)]
struct Curve {
    points: Vec<f64>,
    name: Box<[u8]>,
    shared: std::sync::Arc<u64>,
}

fn main() {}
