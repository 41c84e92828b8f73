//! Trades of some days, a file for each.

use std::{fs, path::Path};

use datafusion::error::{DataFusionError, Result};
use mmrec::{ByteStr, DateTime64, MmapRecord, RecordMap, units::Nanosecond};

const SYMBOLS: [&str; 5] = ["AAPL", "AMZN", "GOOG", "MSFT", "NVDA"];
/// The midnight of 2026-03-01, in nanoseconds since 1970.
const MIDNIGHT: i64 = 1_772_323_200_000_000_000;
const DAY: i64 = 86_400_000_000_000;

#[derive(Clone, Copy, Debug, MmapRecord)]
#[repr(C)]
struct Trade {
    ts: DateTime64<Nanosecond>,
    price: f64,
    qty: u32,
    flags: u32,
    symbol: ByteStr<8>,
}

/// The statement that makes a table of the days.
pub(crate) fn table(directory: &Path) -> String {
    format!(
        "CREATE EXTERNAL TABLE trades STORED AS NPY PARTITIONED BY (day) WITH ORDER (ts) LOCATION '{}/'",
        directory.display()
    )
}

/// Where the file of a day is, from 0 on.
pub(crate) fn file(directory: &Path, day: usize) -> std::path::PathBuf {
    directory.join(format!("day=2026-03-{:02}", day + 1)).join("trades.npy")
}

/// Makes the files of up to 31 days of March 2026 in a new directory.
pub(crate) fn make(directory: &Path, days: usize, rows: usize) -> Result<()> {
    let external = |error: mmrec::Error| DataFusionError::External(error.into());
    for day in 0..days {
        let file = file(directory, day);
        if let Some(parent) = file.parent() {
            fs::create_dir_all(parent)?;
        }
        let mut map = RecordMap::<Trade>::options().shape(rows).create_npy(file).map_err(external)?;
        let start = MIDNIGHT + DAY * int(day);
        let step = DAY / int(rows.max(1));
        let mut random = u64::try_from(day).unwrap_or(0);
        for row in 0..rows {
            // Knuth's MMIX generator.
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let [a, b, c, ..] = random.to_be_bytes();
            map.set(
                row,
                Trade {
                    ts: DateTime64::from_steps(start + step * int(row)),
                    // Quarters of a dollar: their sums are exact, so they do not depend on who adds up what.
                    price: 100.0 + f64::from(a) / 4.0,
                    qty: u32::from(b) + 1,
                    flags: 0,
                    symbol: SYMBOLS[usize::from(c) % SYMBOLS.len()].parse().map_err(external)?,
                },
            );
        }
        map.close().map_err(external)?;
    }
    Ok(())
}

fn int(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
