//! A `.npy` file from both sides: by a struct, and by a program that learns from the file what is in it.
//!
//! `cargo run --example npy` makes one, `-- FILE.npy` looks at yours, and `-- FILE.npz NAME` at an array in an archive that
//! `numpy.savez` wrote.

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
