//! How fast is appending records one at a time, against `BufWriter`, a raw pointer loop into a mapping, and NumPy?
//!
//! `cargo run --release -p mmrec-benches --bin append` appends 10 million records of 48 bytes to a new file with each
//! contender in turns, and prints the medians: millions of records a second, and the ratio to `BufWriter` in the same round.
//! Each is measured twice: until all records are in the file, and until they are on the disk. `-- --million 20` takes
//! another number, and `-- --quick` few records in three rounds.
//!
//! Behind them, what a call costs that appends a single record, or 100, without collecting them.

use std::{
    error::Error,
    fs::{self, File},
    io::{BufWriter, Write},
    path::Path,
    time::{Duration, Instant},
};

use clap::Parser;
use mmrec::{RecordMap, View};
use mmrec_benches::{
    case::Job,
    files::target,
    lanes::{self, Lane},
    numpy::Worker,
    raw::write_wide,
    records::{Record, Wide},
};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Measures appending.
#[derive(Parser)]
struct Args {
    /// Few records, three rounds.
    #[arg(long)]
    quick: bool,
    /// Millions of records.
    #[arg(long, default_value_t = 10)]
    million: usize,
}

/// Appends `n` records to a new file; waits for the disk if that is asked for.
type Append = fn(&Path, u64, bool) -> Result<()>;

const CONTENDERS: [(&str, Append); 6] = [
    ("BufWriter", buf_writer),
    ("raw pointers", raw),
    ("Appender, raw file", appender),
    ("Appender, .npy", appender_npy),
    ("Appender, slices", appender_of_slices),
    ("append of 5461", append_blocks),
];

/// Records that are appended together: 256 KiB.
const BLOCK: u64 = 5461;

fn buf_writer(path: &Path, n: u64, wait: bool) -> Result<()> {
    let mut writer = BufWriter::with_capacity(256 << 10, File::create(path)?);
    for i in 0..n {
        writer.write_all(bytemuck::bytes_of(&Wide::nth(i)))?;
    }
    let file = writer.into_inner()?;
    sync(&file, wait)
}

fn sync(file: &File, wait: bool) -> Result<()> {
    if wait {
        file.sync_data()?;
    }
    Ok(())
}

/// A file made as long as it has to be beforehand, which who appends does not know.
fn raw(path: &Path, n: u64, wait: bool) -> Result<()> {
    let file = File::options().read(true).write(true).create(true).truncate(true).open(path)?;
    file.set_len(n * size_of::<Wide>() as u64)?;
    write_wide(&file, n)?;
    sync(&file, wait)
}

fn appender(path: &Path, n: u64, wait: bool) -> Result<()> {
    append_to(&mut RecordMap::<Wide>::options().shape(0).create(path)?, n, wait)
}

fn appender_npy(path: &Path, n: u64, wait: bool) -> Result<()> {
    append_to(&mut RecordMap::<Wide>::options().shape(0).create_npy(path)?, n, wait)
}

fn append_to(map: &mut RecordMap<Wide, mmrec::Ix1, mmrec::ReadWrite>, n: u64, wait: bool) -> Result<()> {
    let mut appender = map.appender()?;
    for i in 0..n {
        appender.push(Wide::nth(i))?;
    }
    if wait {
        appender.flush()?;
    }
    Ok(appender.finish()?)
}

fn appender_of_slices(path: &Path, n: u64, wait: bool) -> Result<()> {
    let mut map = RecordMap::<Wide>::options().shape(0).create(path)?;
    let mut appender = map.appender()?;
    blocks(n, |block| Ok(appender.extend_from_slice(block)?))?;
    if wait {
        appender.flush()?;
    }
    Ok(appender.finish()?)
}

fn append_blocks(path: &Path, n: u64, wait: bool) -> Result<()> {
    let mut map = RecordMap::<Wide>::options().shape(0).create(path)?;
    blocks(n, |block| Ok(map.append(block)?))?;
    if wait {
        map.flush()?;
    }
    Ok(())
}

/// The records, collected by the caller.
fn blocks(n: u64, mut append: impl FnMut(&[Wide]) -> Result<()>) -> Result<()> {
    let mut block = Vec::with_capacity(usize::try_from(BLOCK)?);
    for start in (0..n).step_by(usize::try_from(BLOCK)?) {
        block.clear();
        block.extend((start..n.min(start + BLOCK)).map(Wide::nth));
        append(&block)?;
    }
    Ok(())
}

fn main() -> Result<()> {
    let args = Args::parse();
    let n = if args.quick { 200_000 } else { args.million * 1_000_000 };
    let target = target()?;
    let dir = tempfile::tempdir_in(&target)?;
    let mut numpy = Worker::start_if_any(&target)?;
    let (source, path) = (dir.path().join("source"), dir.path().join("appended"));
    if numpy.is_some() {
        appender(&source, n as u64, false)?;
    }
    println!("{n} records of {} bytes, appended one at a time to a new file", size_of::<Wide>());
    for wait in [false, true] {
        println!(
            "\n{}\n{:<20} {:>12} {:>12} {:>14}",
            if wait { "on the disk" } else { "in the file" },
            "",
            "Mrecords/s",
            "GB/s",
            "of BufWriter"
        );
        let path = &path;
        let mut lanes: Vec<_> = CONTENDERS
            .into_iter()
            .map(|(name, append)| {
                Lane::new(name, move || {
                    let time = measure(path, || append(path, n as u64, wait))?;
                    check(path, n)?;
                    Ok(time)
                })
            })
            .collect();
        if let Some(numpy) = &mut numpy {
            lanes.push(Lane::new("NumPy, tofile", || {
                let function = if wait { "append_sync" } else { "append" };
                // It maps its files before the time is taken.
                File::create(path)?.set_len((n * size_of::<Wide>()) as u64)?;
                let files = vec![source.clone(), path.clone()];
                numpy.open(&Job { function, layout: "wide", elements: n, records: n, files })?;
                numpy.time(1)
            }));
        }
        lanes::measure(&mut lanes, if args.quick { 3 } else { 7 })?;
        for lane in &lanes {
            let (rate, ratio) = (n as f64 / lane.seconds() / 1e6, lanes[0].ratio_to(lane));
            let bytes = rate * size_of::<Wide>() as f64 / 1e3;
            println!("{:<20} {rate:>12.1} {bytes:>12.2} {ratio:>14.2}", lane.name());
        }
    }
    println!("\none call of append");
    for is_npy in [false, true] {
        for rows in [1, 100] {
            let options = RecordMap::<Wide>::options().shape(0);
            let mut map = if is_npy { options.create_npy(&path)? } else { options.create(&path)? };
            let block: Vec<Wide> = (0..rows).map(Wide::nth).collect();
            let calls = if args.quick { 100 } else { 3000 };
            let start = Instant::now();
            for _ in 0..calls {
                map.append(&block)?;
            }
            let each = start.elapsed().as_secs_f64() / f64::from(calls) * 1e6;
            println!("{:<20} {rows:>4} rows {each:>8.1} µs", if is_npy { ".npy" } else { "raw file" });
        }
    }
    Ok(())
}

/// The time of a call that makes the file, which is not there before.
fn measure(path: &Path, append: impl FnOnce() -> Result<()>) -> Result<Duration> {
    if path.exists() {
        fs::remove_file(path)?;
    }
    let start = Instant::now();
    append()?;
    Ok(start.elapsed())
}

/// The first and the last record, and the number.
fn check(path: &Path, n: usize) -> Result<()> {
    let map = RecordMap::<Wide>::open(path)?;
    let view: View<'_, Wide> = map.view();
    let is_right = view.len() == n && [0, n / 2, n - 1].iter().all(|&i| view.at(i) == Wide::nth(i as u64));
    if is_right { Ok(()) } else { Err("other records than were appended".into()) }
}
