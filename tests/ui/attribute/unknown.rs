use mmrec::MmapRecord;

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
#[mmrec(itemsiez = 16, size = 16, align = 8)]
struct Trade {
    #[mmrec(renmae = "time")]
    ts: u64,
    #[mmrec(name = "px", skip)]
    price: f64,
    #[mmrec(padding)]
    gap: [u8; 4],
}

fn main() {}
