//! The rows, and the files that they are in.

use std::{fs::File, io::BufWriter, path::Path, sync::Arc};

use datafusion::{
    arrow::{
        array::{
            ArrayRef, FixedSizeListArray, Float32Array, Float64Array, RecordBatch, StringArray,
            TimestampNanosecondArray, UInt32Array,
        },
        csv,
        datatypes::{DataType, Field},
    },
    parquet::{arrow::ArrowWriter, basic::Compression, file::properties::WriterProperties},
};
use mmrec::{ByteStr, ColumnMap, DateTime64, MmapRecord, RecordMap, units::Nanosecond};

use crate::Result;

/// The record of the README: 48 bytes, 11 of them padding.
#[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
#[repr(C)]
#[mmrec(itemsize = 48)]
pub(crate) struct Trade {
    pub(crate) ts: DateTime64<Nanosecond>,
    pub(crate) side: ByteStr<1>,
    pub(crate) price: f64,
    pub(crate) qty: u32,
    pub(crate) fees: [f32; 2],
    pub(crate) symbol: ByteStr<8>,
}

/// 2026-03-02T14:30:00.
pub(crate) const BASE: i64 = 1_772_461_800_000_000_000;

/// How many names there are.
pub(crate) const SYMBOLS: u64 = 1000;

/// Nanoseconds from a trade to the next.
const STEP: i64 = 1_170_000;

/// The time of row `i`.
pub(crate) fn time(i: u64) -> i64 {
    BASE + STEP * i64::try_from(i).unwrap_or_default()
}

/// The finalizer of SplitMix64.
fn mix(i: u64) -> u64 {
    let i = i.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let i = (i ^ (i >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let i = (i ^ (i >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    i ^ (i >> 31)
}

struct Row {
    side: &'static str,
    /// A multiple of 1/64 from 100 to 1124, so that every sum is exact in an `f64`, in whatever order it is made.
    price: f64,
    qty: u32,
    symbol: String,
}

fn row(i: u64) -> Row {
    let random = mix(i);
    Row {
        side: if random & 1 == 0 { "B" } else { "S" },
        price: 100.0 + f64::from(u16::try_from(random >> 48).unwrap_or_default()) / 64.0,
        qty: u32::try_from((random >> 1) & 1023).unwrap_or_default() + 1,
        symbol: format!("SYM{:03}", (random >> 16) % SYMBOLS),
    }
}

const FEES: [f32; 2] = [0.25, 0.5];

/// Rows as records in a .npy file.
pub(crate) fn write_npy(path: &Path, rows: u64) -> Result<()> {
    let mut map = RecordMap::<Trade>::options().shape(usize::try_from(rows)?).create_npy(path)?;
    let mut next = 0..;
    map.fill_with(|| {
        let i = next.next().unwrap_or_default();
        let row = row(i);
        Trade {
            ts: DateTime64::from_steps(time(i)),
            side: row.side.parse().unwrap_or_default(),
            price: row.price,
            qty: row.qty,
            fees: FEES,
            symbol: row.symbol.parse().unwrap_or_default(),
        }
    });
    Ok(map.close()?)
}

/// The same rows as a directory with a file for each field.
pub(crate) fn write_columns(npy: &Path, directory: &Path) -> Result<()> {
    Ok(ColumnMap::from_rows(&RecordMap::<Trade>::open(npy)?, directory)?.close()?)
}

/// Rows `from..to` as Arrow has them.
fn batch(from: u64, to: u64, is_flat: bool) -> Result<RecordBatch> {
    let rows: Vec<_> = (from..to).map(row).collect();
    let ts: ArrayRef = Arc::new((from..to).map(|i| Some(time(i))).collect::<TimestampNanosecondArray>());
    let side: ArrayRef = Arc::new(rows.iter().map(|row| Some(row.side)).collect::<StringArray>());
    let price: ArrayRef = Arc::new(rows.iter().map(|row| Some(row.price)).collect::<Float64Array>());
    let qty: ArrayRef = Arc::new(rows.iter().map(|row| Some(row.qty)).collect::<UInt32Array>());
    let symbol: ArrayRef =
        Arc::new(rows.iter().map(|row| Some(row.symbol.as_str())).collect::<StringArray>());
    let mut columns = vec![("ts", ts), ("side", side), ("price", price), ("qty", qty)];
    if is_flat {
        for (name, fee) in ["fee0", "fee1"].into_iter().zip(FEES) {
            columns.push((name, Arc::new(Float32Array::from(vec![fee; rows.len()]))));
        }
    } else {
        let field = Arc::new(Field::new_list_field(DataType::Float32, false));
        let fees = Arc::new(Float32Array::from(FEES.repeat(rows.len())));
        columns.push(("fees", Arc::new(FixedSizeListArray::new(field, 2, fees, None))));
    }
    columns.push(("symbol", symbol));
    let columns = columns.into_iter().map(|(name, array)| (name, array, false));
    Ok(RecordBatch::try_from_iter_with_nullable(columns)?)
}

/// How a Parquet file has its values.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Encoding {
    /// Where they repeat, as places in a list of those that there are: the writer's default.
    Dictionary,
    /// One after another.
    Plain,
}

/// The rows of a batch.
const AT_ONCE: usize = 1 << 16;

fn batches(rows: u64, is_flat: bool) -> impl Iterator<Item = Result<RecordBatch>> {
    (0..rows).step_by(AT_ONCE).map(move |from| batch(from, rows.min(from + AT_ONCE as u64), is_flat))
}

/// The same rows in an uncompressed Parquet file, in row groups of 2^20 rows as its writer has them by default.
pub(crate) fn write_parquet(path: &Path, rows: u64, encoding: Encoding) -> Result<()> {
    let properties = WriterProperties::builder()
        .set_compression(Compression::UNCOMPRESSED)
        .set_dictionary_enabled(encoding == Encoding::Dictionary)
        .build();
    let schema = batch(0, 0, false)?.schema();
    let mut writer = ArrowWriter::try_new(File::create(path)?, schema, Some(properties))?;
    for batch in batches(rows, false) {
        writer.write(&batch?)?;
    }
    writer.close()?;
    Ok(())
}

/// The same rows as text, in which the array has a column for each element.
pub(crate) fn write_csv(path: &Path, rows: u64) -> Result<()> {
    let mut writer = csv::Writer::new(BufWriter::with_capacity(1 << 20, File::create(path)?));
    for batch in batches(rows, true) {
        writer.write(&batch?)?;
    }
    Ok(())
}
