use mmrec::{MmapRecord, RecordMap};

#[derive(Clone, Copy, MmapRecord)]
#[repr(u8)]
enum Side {
    Buy,
    #[mmrec(other)]
    Unknown,
    #[mmrec(other)]
    Missing,
}

#[derive(Clone, Copy, MmapRecord)]
#[repr(u8)]
enum Venue {
    Nyse,
    #[mmrec(other, other)]
    Unknown,
}

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
struct Trade {
    side: Side,
    venue: Venue,
}

fn main() -> mmrec::Result<()> {
    let _side = RecordMap::<Trade>::open("trades.bin")?.at(0).side;
    Ok(())
}
