use mmrec::{MmapRecord, RecordMap};

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
struct Trade<'a> {
    ts: u64,
    symbol: &'a [u8],
}

fn main() -> mmrec::Result<()> {
    let trades = RecordMap::<Trade>::open("trades.bin")?;
    let _first: u64 = trades.columns().ts.at(0);
    Ok(())
}
