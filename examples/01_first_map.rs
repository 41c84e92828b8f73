//! A file of records, written and read.
//!
//! `cargo run --example 01_first_map` prints:
//!
//! ```text
//! a record is 32 bytes: [('ts', '<u8'), ('price', '<f8'), ('qty', '<u4'), ('flags', '<u4'), ('symbol', '|S8')]
//! 1000 trades make a file of 32000 bytes
//! the last one: Trade { ts: 1999, price: 187.25, qty: 100, flags: 0, symbol: b"AAPL" }
//! prices from 100 to 187.25, 119.53925 on average
//! 49 trades of MSFT, the first in row 19
//! what if all prices were doubled? 239.0785 on average
//! and in the file they still are 119.53925
//! ```

use std::{
    fs,
    io::{self, Write},
    process::ExitCode,
};

use mmrec::{ByteStr, MmapRecord, RecordMap};
use mmrec_examples::{Result, exit_code};

/// One record of the file: fields at fixed places, as in C. The dtype that NumPy would use comes from the struct.
#[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
#[repr(C)]
struct Trade {
    ts: u64,
    price: f64,
    qty: u32,
    flags: u32,
    symbol: ByteStr<8>,
}

fn main() -> ExitCode {
    exit_code(run())
}

fn run() -> Result<()> {
    let mut out = io::stdout().lock();
    let dir = tempfile::tempdir()?;
    let path = dir.path().join("trades.bin");

    // Mode w+: a new file of zeros, which is then filled.
    let mut new = RecordMap::<Trade>::options().shape(1000).create(&path)?;
    for row in 0..new.len() {
        let symbol = if row % 20 == 19 { "MSFT" } else { "AAPL" };
        let price = 100.0 + (row % 161) as f64 * 0.25;
        new.set(row, Trade { ts: 1000 + row as u64, price, qty: 10, flags: 0, symbol: symbol.parse()? });
    }
    new.set(999, Trade { ts: 1999, price: 187.25, qty: 100, flags: 0, symbol: "AAPL".parse()? });
    // Without close, or flush, it is not known whether the disk has taken it.
    new.close()?;

    // Mode r: nothing is read yet but the size of the file, which has to be a multiple of the record's.
    let trades = RecordMap::<Trade>::open(&path)?;
    writeln!(out, "a record is {} bytes: {}", trades.dtype().itemsize(), trades.dtype())?;
    writeln!(out, "{} trades make a file of {} bytes", trades.len(), fs::metadata(&path)?.len())?;

    // A record is read by value. There are no references into the file, which others may change.
    writeln!(out, "the last one: {:?}", trades.at(trades.len() - 1))?;

    // A column is a view of one field of all records.
    let c = trades.columns();
    if let Some((least, greatest)) = c.price.min_max() {
        writeln!(out, "prices from {least} to {greatest}, {} on average", c.price.mean())?;
    }

    // Iterators are Rust's own.
    let mut of_msft = trades.iter().enumerate().filter(|(_, trade)| trade.symbol == "MSFT");
    let first = of_msft.next().map_or(0, |(row, _)| row);
    writeln!(out, "{} trades of MSFT, the first in row {first}", of_msft.count() + 1)?;

    // Mode c: what is written stays in this map.
    let mut what_if = RecordMap::<Trade>::open_cow(&path)?;
    what_if.field_mut(Trade::FIELDS.price).update(|price| price * 2.0);
    writeln!(
        out,
        "what if all prices were doubled? {} on average",
        what_if.field(Trade::FIELDS.price).mean()
    )?;
    writeln!(out, "and in the file they still are {}", trades.columns().price.mean())?;
    Ok(())
}
