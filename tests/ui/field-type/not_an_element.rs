use mmrec::MmapRecord;

mod exchange {
    #[derive(Clone, Copy)]
    #[repr(C)]
    pub struct Price {
        pub ticks: i64,
    }
}

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
struct Trade {
    ts: u64,
    price: exchange::Price,
    last: [exchange::Price; 2],
    side: bool,
}

fn main() {
    let _ = Trade::FIELDS.side.offset();
}
