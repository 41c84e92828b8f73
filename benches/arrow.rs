//! How long do Arrow's arrays take, against copying the same values to a slice?
//!
//! `cargo run --release -p mmrec-benches --features arrow --bin arrow` makes a file of a million records of 48 bytes, copies
//! columns of it in turns, all at once and 8192 rows at a time, and prints the medians in nanoseconds a row. `-- --quick`
//! takes three rounds.

use std::{
    env,
    error::Error,
    hint::black_box,
    time::{Duration, Instant},
};

use mmrec::{ByteStr, Ix1, MmapRecord, RecordMap, UnicodeStr, View, arrow_schema::DataType, s};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// 48 bytes.
#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
struct Quote {
    price: f64,
    symbol: ByteStr<8>,
    name: UnicodeStr<4>,
    note: ByteStr<16>,
}

const ROWS: usize = 1_000_000;
const BATCH: usize = 8192;

/// The median time of a row.
fn measure(rounds: usize, mut run: impl FnMut() -> Result<()>) -> Result<f64> {
    let mut times: Vec<Duration> = Vec::new();
    for _ in 0..rounds {
        let start = Instant::now();
        run()?;
        times.push(start.elapsed());
    }
    times.sort();
    Ok(times[rounds / 2].as_secs_f64() * 1e9 / ROWS as f64)
}

fn main() -> Result<()> {
    let rounds = if env::args().any(|arg| arg == "--quick") { 3 } else { 21 };
    let dir = tempfile::tempdir()?;
    let mut quotes = RecordMap::<Quote>::options().shape(ROWS).create_npy(dir.path().join("quotes.npy"))?;
    let symbols: [ByteStr<8>; 4] = ["AAPL".parse()?, "MSFT".parse()?, "BRK.A".parse()?, "F".parse()?];
    for row in 0..ROWS {
        let symbol = symbols[row * 7 % 4];
        let name = ["", "ab", "abcd"][row % 3].parse()?;
        let note = ["", "some", "something longer"][row % 3].parse()?;
        quotes.set(row, Quote { price: row as f64, symbol, name, note });
    }
    let chosen: Vec<usize> = (0..ROWS).step_by(10).collect();
    let prices: View<'_, f64, Ix1> = quotes.field(Quote::FIELDS.price);
    let mut to = vec![0.0; ROWS];
    let print = |what: &str, run: &mut dyn FnMut() -> Result<()>| -> Result<()> {
        println!("{what:<44} {:7.2} ns a row", measure(rounds, run)?);
        Ok(())
    };
    print("f8: copy_to a slice, all at once", &mut || {
        prices.copy_to(&mut to);
        black_box(&to);
        Ok(())
    })?;
    print("f8: to_vec, all at once", &mut || {
        black_box(prices.to_vec());
        Ok(())
    })?;
    print("f8: to_arrow, all at once", &mut || {
        black_box(prices.to_arrow()?);
        Ok(())
    })?;
    let mut part = vec![0.0; BATCH];
    print("f8: copy_to a slice, in batches", &mut || {
        for start in (0..ROWS).step_by(BATCH) {
            let end = ROWS.min(start + BATCH);
            prices.slice(s![start..end]).copy_to(&mut part[..end - start]);
            black_box(&part);
        }
        Ok(())
    })?;
    let whole = quotes.view().untyped();
    let utf8 = DataType::Utf8View;
    for (field, as_type) in [
        ("price", &DataType::Float64),
        ("symbol", &DataType::FixedSizeBinary(8)),
        ("symbol", &DataType::BinaryView),
        ("symbol", &utf8),
        ("symbol", &DataType::Utf8),
        ("note", &DataType::FixedSizeBinary(16)),
        ("note", &utf8),
        ("note", &DataType::Utf8),
        ("name", &utf8),
        ("name", &DataType::Utf8),
    ] {
        let column = whole.field(field)?;
        print(&format!("{field}: to_arrow_as {as_type}, in batches"), &mut || {
            for start in (0..ROWS).step_by(BATCH) {
                black_box(column.slice(s![start..ROWS.min(start + BATCH)]).to_arrow_as(as_type)?);
            }
            Ok(())
        })?;
        print(&format!("{field}: take every 10th as {as_type}"), &mut || {
            black_box(column.take_to_arrow(&chosen, as_type)?);
            Ok(())
        })?;
    }
    print("all fields: batches", &mut || {
        for batch in whole.batches(BATCH) {
            black_box(batch?);
        }
        Ok(())
    })?;
    Ok(())
}
