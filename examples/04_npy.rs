//! A `.npy` file from both sides: by a struct, and by a program that learns from the file what is in it.
//!
//! `cargo run --example 04_npy` makes one, `-- FILE.npy` looks at yours, and `-- FILE.npz NAME` at an array in an archive that
//! `numpy.savez` wrote.
//!
//! It prints:
//!
//! ```text
//! dtype  [('time', '<M8[ns]'), ('bid', '<f8'), ('ask', '<f8'), ('symbol', '|S8')]
//! shape  [3], order C, 32 bytes each
//! data   from byte 192 on
//!
//! [('2026-03-02T14:30:00.000250000', 99.5 , 99.51, b'ACME')
//!  ('2026-03-02T14:30:00.750000000', 99.51, 99.52, b'ACME')
//!  ('2026-03-02T14:30:01.000000000', 99.49, 99.5 , b'ACME')]
//!
//! time       ['2026-03-02T14:30:00.000250000' '2026-03-02T14:30:00.750000000'
//!  '2026-03-02T14:30:01.000000000']
//! bid        [99.5  99.51 99.49]
//! ask        [99.51 99.52 99.5 ]
//! symbol     [b'ACME' b'ACME' b'ACME']
//!
//! The struct for it:
//!
//! #[derive(Clone, Copy, Debug, PartialEq, mmrec::MmapRecord)]
//! #[repr(C)]
//! #[mmrec(descr = "[('time', '<M8[ns]'), ('bid', '<f8'), ('ask', '<f8'), ('symbol', '|S8')]")]
//! pub struct Record {
//!     pub time: mmrec::DateTime64<mmrec::units::Nanosecond>,
//!     pub bid: f64,
//!     pub ask: f64,
//!     pub symbol: mmrec::ByteStr<8>,
//! }
//! ```

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Parser;
use mmrec::{ByteStr, DateTime64, DynMap, MmapRecord, RecordMap, units};
use mmrec_examples::{Result, exit_code};

#[derive(Parser)]
#[command(about = "Shows what is in a .npy file, and the struct for its records")]
struct Args {
    /// A .npy file, or a .npz file; without one, a few quotes are written and shown.
    file: Option<PathBuf>,

    /// The array in the .npz file.
    name: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
#[repr(C)]
struct Quote {
    time: DateTime64<units::Nanosecond>,
    bid: f64,
    ask: f64,
    symbol: ByteStr<8>,
}

fn main() -> ExitCode {
    exit_code(run(&Args::parse()))
}

fn run(args: &Args) -> Result<()> {
    match (&args.file, &args.name) {
        (Some(archive), Some(name)) => look(&DynMap::options().npz_member(name).open(archive)?),
        (Some(file), None) => look(&DynMap::open(file)?),
        (None, _) => {
            let dir = tempfile::tempdir()?;
            let path = dir.path().join("quotes.npy");
            make(&path)?;
            look(&DynMap::open(&path)?)
        }
    }
}

fn make(path: &Path) -> Result<()> {
    let quote = |time: &str, bid: f64| -> Result<Quote> {
        Ok(Quote { time: time.parse()?, bid, ask: bid + 0.01, symbol: ByteStr::from_literal("ACME") })
    };
    let mut quotes = RecordMap::<Quote>::options().shape(0).create_npy(path)?;
    quotes.append(&[quote("2026-03-02T14:30:00.000250", 99.5)?, quote("2026-03-02T14:30:00.750", 99.51)?])?;
    quotes.append(&[quote("2026-03-02T14:30:01", 99.49)?])?;
    Ok(quotes.close()?)
}

/// What there is to know of a file when nothing is known of it.
fn look<M>(map: &DynMap<M>) -> Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "dtype  {}", map.dtype())?;
    writeln!(
        out,
        "shape  {:?}, order {:?}, {} bytes each",
        map.shape(),
        map.order(),
        map.dtype().itemsize()
    )?;
    writeln!(out, "data   from byte {} on\n\n{map}\n", map.offset())?;
    for field in map.dtype().fields() {
        writeln!(out, "{:<10} {}", field.name(), map.field(field.name())?)?;
    }
    match map.dtype().to_rust_struct("Record") {
        Ok(text) => writeln!(out, "\nThe struct for it:\n\n{text}")?,
        Err(error) => writeln!(out, "\nIt has no struct: {error}")?,
    }
    Ok(())
}
