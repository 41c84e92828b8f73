use mmrec::{MmapRecord, RecordMap};

#[derive(MmapRecord)]
#[repr(C)]
struct Trade {
    ts: u64,
    price: f64,
}

fn main() -> mmrec::Result<()> {
    let trades = RecordMap::<Trade>::open("trades.bin")?;
    let _prices = trades.columns().price.to_vec();
    Ok(())
}
