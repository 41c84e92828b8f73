use mmrec::{MmapRecord, RecordMap};

#[derive(Clone, Copy, MmapRecord)]
#[repr(u8)]
#[mmrec(itemsize = 1, descr = "'|u1'", other, rename = "side", colour)]
enum Side {
    #[mmrec(rename = "B")]
    Buy,
    #[mmrec(crate = mmrec)]
    Sell,
    #[mmrec(othre)]
    Unknown,
    #[mmrec(default)]
    Missing,
    #[mmrec(other = true)]
    Broken,
}

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
struct Trade {
    side: Side,
}

fn main() -> mmrec::Result<()> {
    let _side = RecordMap::<Trade>::open("trades.bin")?.at(0).side;
    Ok(())
}
