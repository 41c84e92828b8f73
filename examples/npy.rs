//! A `.npy` file from both sides: by a struct, and by a program that learns from the file what is in it.
//!
//! `cargo run --example npy` makes one, in a temporary directory; `-- FILE.npy` looks at yours, and `-- FILE.npz NAME` at an
//! array in an archive that `numpy.savez` wrote.

use std::{env, fs, path::Path, process::ExitCode};

use mmrec::{ByteStr, DateTime64, DynMap, MmapRecord, RecordMap, Result, units};

#[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
#[repr(C)]
struct Quote {
    time: DateTime64<units::Nanosecond>,
    bid: f64,
    ask: f64,
    symbol: ByteStr<8>,
}

fn main() -> ExitCode {
    let args: Vec<_> = env::args().skip(1).collect();
    let done = match args.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => make_and_look(),
        [file] => DynMap::open(*file).and_then(|map| look(&map)),
        [archive, name] => DynMap::options().npz_member(name).open(*archive).and_then(|map| look(&map)),
        _ => {
            eprintln!("expected nothing, FILE.npy, or FILE.npz NAME");
            return ExitCode::FAILURE;
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn make_and_look() -> Result<()> {
    let path = env::temp_dir().join(format!("mmrec-quotes-{}.npy", std::process::id()));
    let made = make(&path).and_then(|()| DynMap::open(&path)).and_then(|map| look(&map));
    // Whatever came of it, the file was only for show.
    let _ = fs::remove_file(&path);
    made
}

fn make(path: &Path) -> Result<()> {
    let quote = |time: &str, bid: f64| {
        Ok(Quote { time: time.parse()?, bid, ask: bid + 0.01, symbol: ByteStr::from_literal("ACME") })
    };
    let mut quotes = RecordMap::<Quote>::options().shape(0).create_npy(path)?;
    quotes.append(&[quote("2026-03-02T14:30:00.000250", 99.5)?, quote("2026-03-02T14:30:00.750", 99.51)?])?;
    quotes.append(&[quote("2026-03-02T14:30:01", 99.49)?])?;
    quotes.close()
}

/// What there is to know of a file when nothing is known of it.
fn look<M>(map: &DynMap<M>) -> Result<()> {
    println!("dtype  {}", map.dtype());
    println!("shape  {:?}, order {:?}, {} bytes each", map.shape(), map.order(), map.dtype().itemsize());
    println!("data   from byte {} on\n", map.offset());
    println!("{map}\n");
    for field in map.dtype().fields() {
        println!("{:<10} {}", field.name(), map.field(field.name())?);
    }
    match map.dtype().to_rust_struct("Record") {
        Ok(text) => println!("\nThe struct for it:\n\n{text}"),
        Err(error) => println!("\nIt has no struct: {error}"),
    }
    Ok(())
}
