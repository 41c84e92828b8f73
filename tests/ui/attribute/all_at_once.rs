use mmrec::{MmapRecord, RecordMap};

#[derive(Clone, Copy, MmapRecord)]
#[mmrec(itemsize = "40")]
struct Trade<'a> {
    ts: usize,
    #[mmrec(renmae = "px")]
    price: f64,
    symbol: &'a str,
    #[mmrec(rename = "ts")]
    qty: u32,
    #[mmrec(pad, title = "gap")]
    gap: [u8; 4],
}

fn main() -> mmrec::Result<()> {
    let trades = RecordMap::<Trade>::open("trades.bin")?;
    let columns = trades.columns();
    let _sum: f64 = columns.price.iter().sum();
    let _late = trades.view().field(Trade::FIELDS.qty).at(0);
    Ok(())
}
