use mmrec::MmapRecord;

#[derive(Clone, MmapRecord)]
#[repr(C)]
struct Symbol {
    name: String,
    exchange: &'static str,
    letter: char,
    path: std::path::PathBuf,
}

impl Copy for Symbol {}

fn main() {}
