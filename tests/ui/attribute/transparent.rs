use mmrec::MmapRecord;

#[derive(Clone, Copy, MmapRecord)]
#[repr(transparent)]
struct Price {
    #[mmrec(rename = "price", title = "the price")]
    ticks: i64,
}

fn main() {}
