//! The same records as a file of rows and as a directory with a file for each field; the same code over both.
//!
//! `cargo run --release --example 13_columns` prints:
//!
//! ```text
//! 1000000 trades of 32 bytes are a file of 32000192 bytes
//! as columns they are: dtype.descr 86, price.npy 8000128, qty.npy 4000128, symbol.npy 8000128, ts.npy 8000128
//! the turnover of both is 50175041500; for it rows have 32 MB read, and columns 12
//! a day is appended to all columns or to none: 1000000 trades, and then 1000500
//! who has had the columns open has 1000000 still
//! the trade at 1000499 is gathered from its columns: 14:30:00.999, 500 of MSFT at 100.25
//! price.npy is an array by itself, which numpy.load opens: (1000500,) of '<f8', 100 to 100.5
//! without the struct its fields are ts, price, qty, symbol, and the first ts is 2026-03-02T00:00:00.000
//! back in a file of rows they are what they were, byte for byte
//! ```

use std::{
    fs,
    io::{self, Write},
    path::Path,
    process::ExitCode,
};

use mmrec::{ByteStr, ColumnMap, DateTime64, DynColumnMap, MmapRecord, RecordMap, s, units::Millisecond};
use mmrec_examples::{Error, Result, exit_code};

#[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
#[repr(C)]
struct Trade {
    ts: DateTime64<Millisecond>,
    price: f64,
    qty: u32,
    #[mmrec(pad)]
    rest: [u8; 4],
    symbol: ByteStr<8>,
}

/// What was paid: the columns may lie in one file or in several.
fn turnover(trades: &TradeColumns<'_>) -> f64 {
    trades.price.iter().zip(trades.qty.iter()).map(|(price, qty)| price * f64::from(qty)).sum()
}

fn main() -> ExitCode {
    exit_code(run())
}

fn run() -> Result<()> {
    let mut out = io::stdout().lock();
    let tmp = tempfile::tempdir()?;
    let (file, dir) = (tmp.path().join("trades.npy"), tmp.path().join("trades"));

    let mut rows = RecordMap::<Trade>::options().shape(1_000_000).create_npy(&file)?;
    let open: DateTime64<Millisecond> = "2026-03-02".parse()?;
    for i in 0..rows.len() {
        rows.set(i, trade(open, i)?);
    }
    let bytes = fs::metadata(&file)?.len();
    writeln!(out, "{} trades of {} bytes are a file of {bytes} bytes", rows.len(), size_of::<Trade>())?;

    // `from_rows_with` tells how far it is.
    let mut columns = ColumnMap::from_rows(&rows, &dir)?;
    writeln!(out, "as columns they are: {}", files(&dir)?.join(", "))?;

    let (of_rows, of_columns) = (turnover(&rows.columns()), turnover(&columns.columns()));
    if of_rows != of_columns {
        return Err(Error::Request(format!("the turnover is {of_rows} of rows and {of_columns} of columns")));
    }
    let (all, two) = (size_of::<Trade>(), size_of::<f64>() + size_of::<u32>());
    writeln!(
        out,
        "the turnover of both is {of_rows}; for it rows have {} MB read, and columns {}",
        rows.len() * all / 1_000_000,
        rows.len() * two / 1_000_000
    )?;

    // A slice, a `Vec`, a view or a map: here the rows of another file.
    let reader = ColumnMap::<Trade>::open(&dir)?;
    let before = columns.len();
    columns.append(rows.slice(s![..500]))?;
    writeln!(
        out,
        "a day is appended to all columns or to none: {before} trades, and then {}",
        ColumnMap::<Trade>::open(&dir)?.len()
    )?;
    writeln!(out, "who has had the columns open has {} still", reader.len())?;

    let last = columns.len() - 1;
    columns.columns_mut().ts.set(last, "2026-03-02T14:30:00.999".parse()?);
    let Trade { ts, price, qty, symbol, .. } = columns.at(last);
    let ts = ts.to_string();
    let time = ts.split('T').nth(1).unwrap_or_default();
    writeln!(out, "the trade at {last} is gathered from its columns: {time}, {qty} of {symbol} at {price}")?;

    let price = RecordMap::<f64>::open(dir.join("price.npy"))?;
    let (least, greatest) = (price.view().min(), price.view().max());
    let (Some(least), Some(greatest)) = (least, greatest) else {
        return Err(Error::Request("there is no price".to_owned()));
    };
    writeln!(
        out,
        "price.npy is an array by itself, which numpy.load opens: ({},) of {}, {least} to {greatest}",
        price.len(),
        price.dtype()
    )?;

    let untyped = DynColumnMap::open(&dir)?;
    let names: Vec<_> = untyped.dtype().fields().iter().map(|field| field.name()).collect();
    writeln!(
        out,
        "without the struct its fields are {}, and the first ts is {}",
        names.join(", "),
        untyped.column("ts")?.at(0)
    )?;

    columns.close()?;
    let again = tmp.path().join("again.npy");
    reader.to_rows(&again)?.close()?;
    rows.flush()?;
    let is_same = fs::read(&again)? == fs::read(&file)?;
    let what = if is_same { "what they were, byte for byte" } else { "not what they were" };
    writeln!(out, "back in a file of rows they are {what}")?;
    Ok(())
}

/// One every 20 milliseconds.
fn trade(open: DateTime64<Millisecond>, i: usize) -> Result<Trade> {
    const SYMBOLS: [&str; 3] = ["AAPL", "MSFT", "NVDA"];
    let few = u32::try_from(i % 1000).unwrap_or_default();
    Ok(Trade {
        ts: DateTime64::from_steps(open.steps() + 20 * i64::try_from(i).unwrap_or(i64::MAX)),
        price: 100.0 + f64::from(few % 3) / 4.0,
        qty: few + 1,
        rest: [0; 4],
        symbol: ByteStr::new(SYMBOLS[i % 3])?,
    })
}

/// The files of a directory, with their bytes.
fn files(dir: &Path) -> Result<Vec<String>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        files.push(format!("{} {}", entry.file_name().display(), entry.metadata()?.len()));
    }
    files.sort();
    Ok(files)
}
