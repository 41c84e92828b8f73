//! What columns in files of their own bring, and what they cost: one field summed, and rows made columns and back.
//!
//! `cargo run --release -p mmrec-benches --bin columns` writes 1 GiB of 48-byte records, makes columns of them, and measures in turns:
//!
//! - the sum of one field: of the column by `sum()`, by `fold_lanes`, and by plain loops over a slice of it: with one accumulator,
//!   with eight, and in the tree in which `sum()` adds; of the file of rows by `sum()` and by NumPy's `memmap`;
//! - rows to columns and columns to rows, each into new files, and back, against copies of as many bytes: from memory to memory,
//!   by one thread and by as many as convert, and from a mapped file to a new mapped file.
//!
//! Prices are such that every sum is exact, so all answers are equal. Figures are medians, ratios those within a round. `-- --mib 64`
//! takes another size, and `-- --quick` little, in three rounds.

use std::{
    cell::RefCell,
    error::Error,
    fs,
    hint::black_box,
    path::Path,
    thread::{available_parallelism, scope},
    time::Instant,
};

use clap::Parser;
use mmrec::{ColumnMap, RecordMap};
use mmrec_benches::{
    case::Job,
    files::{target, write},
    lanes::{self, Lane, timed},
    numpy::Worker,
    raw::Bytes,
    records::{Record as _, Wide},
    slices,
};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Measures columns.
#[derive(Parser)]
struct Args {
    /// 8 MiB, three rounds.
    #[arg(long)]
    quick: bool,
    /// MiB of records.
    #[arg(long, default_value_t = 1024)]
    mib: usize,
}

/// Measures all in turns, and prints them against the first. `bytes`: what each reads and writes, for GB/s.
fn measure(title: &str, lanes: &mut [Lane<'_>], rounds: usize, bytes: usize) -> Result<()> {
    lanes::measure(lanes, rounds)?;
    println!("\n{title:<44} {:>10} {:>8} {:>12}", "ms", "GB/s", "of the first");
    for lane in &*lanes {
        let (time, ratio) = (lane.seconds(), lanes[0].ratio_to(lane));
        println!("{:<44} {:>10.2} {:>8.2} {ratio:>12.2}", lane.name(), time * 1e3, bytes as f64 / time / 1e9);
    }
    Ok(())
}

fn main() -> Result<()> {
    let args = Args::parse();
    let (mib, rounds) = if args.quick { (8, 3) } else { (args.mib, 9) };
    let n = (mib << 20) / size_of::<Wide>();
    let target = target()?;
    let dir = tempfile::tempdir_in(&target)?;
    let mut numpy = Worker::start_if_any(&target)?;
    let (rows, columns) = (dir.path().join("rows.bin"), dir.path().join("columns"));
    write::<Wide>(&rows, n)?;
    println!("{n} records of {} bytes, {mib} MiB", size_of::<Wide>());
    sums(&rows, &columns, n, rounds, numpy.as_mut())?;
    fs::remove_dir_all(&columns)?;
    conversions(dir.path(), &rows, n, rounds)
}

fn sums(rows: &Path, columns: &Path, n: usize, rounds: usize, numpy: Option<&mut Worker>) -> Result<()> {
    let map = RecordMap::<Wide>::open(rows)?;
    drop(ColumnMap::from_rows(&map, columns)?);
    let by_column = ColumnMap::<Wide>::open(columns)?;
    let price = by_column.columns().price;
    let raw = Bytes::open(&columns.join("price.npy"));
    let offset = usize::try_from(RecordMap::<f64>::open(columns.join("price.npy"))?.offset())?;
    let slice = slices::records::<f64>(&raw.slice()[offset..]);
    let expected = price.sum();
    let mut lanes = vec![
        Lane::new("column, sum()", || timed(5, expected, || Ok(price.sum()))),
        Lane::new("column, fold_lanes", || {
            timed(5, expected, || Ok(price.fold_lanes(0.0, |sum, x| sum + x, |a, b| a + b)))
        }),
        Lane::new("slice loop, one accumulator", || timed(5, expected, || Ok(slices::sum(slice, |x| x)))),
        Lane::new("slice loop, eight accumulators", || timed(5, expected, || Ok(slices::sum_8(slice)))),
        Lane::new("slice loop, pairwise as sum()", || timed(5, expected, || Ok(slices::sum_pairwise(slice)))),
        Lane::new("rows, sum()", || timed(1, expected, || Ok(map.columns().price.sum()))),
    ];
    if let Some(numpy) = numpy {
        let files = vec![rows.to_path_buf()];
        numpy.open(&Job { function: "sum_price", layout: "wide", elements: n, records: n, files })?;
        if numpy.check()? != expected {
            return Err("NumPy has another sum".into());
        }
        lanes.push(Lane::new("rows, NumPy's memmap", move || numpy.time(1)));
    }
    measure("the sum of one field", &mut lanes, rounds, n * size_of::<f64>())?;
    records(&map, &by_column, rounds)
}

/// Whole records, of which columns are the wrong layout.
fn records(rows: &RecordMap<Wide>, columns: &ColumnMap<Wide>, rounds: usize) -> Result<()> {
    let (n, lookups) = (rows.len(), 100_000);
    let all =
        |sum: u64, wide: Wide| sum.wrapping_add(wide.ts ^ u64::from(wide.qty ^ wide.flags) ^ wide.rest[1]);
    let exact = |sum: u64| (sum >> 12) as f64;
    let expected = exact(rows.iter().fold(0, all));
    let mut lanes = [
        Lane::new("rows, iter()", || timed(1, expected, || Ok(exact(rows.iter().fold(0, all))))),
        Lane::new("columns, iter()", || timed(1, expected, || Ok(exact(columns.iter().fold(0, all))))),
    ];
    measure("every record by value", &mut lanes, rounds, n * size_of::<Wide>())?;
    let places = || (0..lookups).map(|i: u64| (i.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 16) as usize % n);
    let expected = exact(places().map(|at| rows.at(at)).fold(0, all));
    let found = columns.columns();
    let by_views = |at: usize| Wide {
        ts: found.ts.at(at),
        price: found.price.at(at),
        qty: found.qty.at(at),
        flags: found.flags.at(at),
        rest: found.rest.at(at),
    };
    let mut lanes = [
        Lane::new("rows, at(i)", || {
            timed(1, expected, || Ok(exact(places().map(|at| rows.at(at)).fold(0, all))))
        }),
        Lane::new("columns, at(i)", || {
            timed(1, expected, || Ok(exact(places().map(|at| columns.at(at)).fold(0, all))))
        }),
        Lane::new("columns, at(i) of each view", || {
            timed(1, expected, || Ok(exact(places().map(by_views).fold(0, all))))
        }),
    ];
    measure("100 000 records at random", &mut lanes, rounds, 100_000 * size_of::<Wide>())
}

fn conversions(dir: &Path, rows: &Path, n: usize, rounds: usize) -> Result<()> {
    let map = RecordMap::<Wide>::open(rows)?;
    let bytes = Bytes::open(rows);
    let len = bytes.len();
    let (made, npy, copy) = (dir.join("made"), dir.join("made.npy"), dir.join("copy.bin"));
    let source = dir.join("source");
    let by_column = ColumnMap::from_rows(&map, &source)?;
    let from = bytes.slice().to_vec();
    let mut to = vec![1_u8; len];
    let is_right = |record: Wide, at: usize| record == Wide::nth(at as u64);
    let (threads, to) = (available_parallelism()?.get().min(4), RefCell::new(&mut to));
    let part = len.div_ceil(threads);
    let mut lanes = [
        Lane::new("memory to memory, copied", || {
            let start = Instant::now();
            to.borrow_mut().copy_from_slice(black_box(&from));
            black_box(&to);
            Ok(start.elapsed())
        }),
        Lane::new("memory to memory, by as many threads", || {
            let (start, mut to) = (Instant::now(), to.borrow_mut());
            scope(|scope| {
                for (to, from) in to.chunks_mut(part).zip(from.chunks(part)) {
                    scope.spawn(|| to.copy_from_slice(black_box(from)));
                }
            });
            black_box(&to);
            Ok(start.elapsed())
        }),
        Lane::new("mapped file to new mapped file, copied", || {
            let start = Instant::now();
            let mut new = RecordMap::<u8>::options().shape(len).create(&copy)?;
            new.view_mut().copy_from_slice(bytes.slice());
            let time = start.elapsed();
            drop(new);
            fs::remove_file(&copy)?;
            Ok(time)
        }),
        Lane::new("rows to columns", || {
            let start = Instant::now();
            let new = ColumnMap::from_rows(&map, &made)?;
            let time = start.elapsed();
            if ![0, n / 2, n - 1].iter().all(|&at| is_right(new.at(at), at)) {
                return Err("other records".into());
            }
            drop(new);
            fs::remove_dir_all(&made)?;
            Ok(time)
        }),
        Lane::new("columns to rows", || {
            let start = Instant::now();
            let new = by_column.to_rows(&npy)?;
            let time = start.elapsed();
            if ![0, n / 2, n - 1].iter().all(|&at| is_right(new.at(at), at)) {
                return Err("other records".into());
            }
            drop(new);
            fs::remove_file(&npy)?;
            Ok(time)
        }),
    ];
    measure("as many bytes", &mut lanes, rounds, len)
}
