use mmrec::{Code, CodedEnum, MmapRecord, RecordMap};

#[derive(Clone, Copy, MmapRecord)]
#[repr(usize)]
#[mmrec(itemsize = 8)]
enum Side {
    #[mmrec(pad)]
    Buy,
    Sell(u32),
}

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
struct Trade {
    price: f64,
    side: Code<Side>,
}

fn main() -> mmrec::Result<()> {
    let trades = RecordMap::<Trade>::open("trades.bin")?;
    let _bought = trades.columns().side.iter().filter(|&side| side == Side::Buy).count();
    let _name = trades.at(0).side.get()?.name();
    Ok(())
}
