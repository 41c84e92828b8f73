//! What does an answer from a `.npy` file of records cost, from its path on, here and with what else there is?
//!
//! `cargo run --release -p mmrec-benches --bin peers` makes a file of 5 million records of 48 bytes, and asks each contender, in
//! turns, for the sum of a field and for 100,000 records here and there. It prints the medians, and the ratio to mmrec in the
//! same round. The file is warm. `-- --million 20` takes another number, and `-- --quick` few records in three rounds.
#![allow(unsafe_code, reason = "the other ways to map a file are unsafe")]

use std::{
    cell::RefCell,
    error::Error,
    fs::File,
    hint::black_box,
    io::{BufReader, Read},
    path::Path,
};

use bytemuck::{Pod, Zeroable};
use clap::Parser;
use mmrec::RecordMap;
use mmrec_benches::{
    case::Job,
    files::target,
    lanes::{self, Lane, timed},
    numpy::Worker,
    records::{Record, Wide},
};
use npyz::NpyFile;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Measures contenders that read `.npy` files.
#[derive(Parser)]
struct Args {
    /// Few records, three rounds.
    #[arg(long)]
    quick: bool,
    /// Millions of records.
    #[arg(long, default_value_t = 5)]
    million: usize,
}

/// The record once more, with the derive of npyz.
#[derive(Clone, Copy, npyz::Deserialize, Pod, Zeroable)]
#[repr(C)]
struct Read48 {
    ts: u64,
    price: f64,
    qty: u32,
    flags: u32,
    rest: [u64; 3],
}

type Answer = fn(&Path) -> Result<f64>;

const SUMS: [(&str, Answer); 5] = [
    ("mmrec, map", |path| Ok(RecordMap::<Wide>::open(path)?.columns().price.sum())),
    ("memmap2 + bytemuck, cast", |path| {
        cast(path, |records| records.iter().map(|record| record.price).sum())
    }),
    ("npyz over memmap2", |path| {
        // SAFETY: nobody else writes to the file, which this program has made.
        let bytes = unsafe { memmap2::Mmap::map(&File::open(path)?) }?;
        npyz_sum(&bytes[..])
    }),
    ("npyz over BufReader", |path| npyz_sum(BufReader::with_capacity(256 << 10, File::open(path)?))),
    ("fs::read + bytemuck, cast", |path| {
        let mut bytes = Vec::new();
        File::open(path)?.read_to_end(&mut bytes)?;
        records(&bytes).map(|records| records.map(|record| record.price).sum())
    }),
];

const LOOKUPS: [(&str, Answer); 3] = [
    ("mmrec, map", |path| {
        let map = RecordMap::<Wide>::open(path)?;
        Ok(scattered(map.len()).map(|row| map.at(row).price).sum())
    }),
    ("memmap2 + bytemuck, cast", |path| {
        cast(path, |records| scattered(records.len()).map(|row| records[row].price).sum())
    }),
    ("npyz, the whole file to a Vec", |path| {
        let records: Vec<Read48> =
            NpyFile::new(BufReader::with_capacity(256 << 10, File::open(path)?))?.into_vec()?;
        Ok(scattered(records.len()).map(|row| records[row].price).sum())
    }),
];

/// The bytes behind the header, as what is hoped to be in them: neither dtype nor order is compared.
fn data(bytes: &[u8]) -> &[u8] {
    let header = 10 + usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    &bytes[header..]
}

fn cast(path: &Path, answer: impl FnOnce(&[Read48]) -> f64) -> Result<f64> {
    // SAFETY: nobody else writes to the file, which this program has made.
    let bytes = unsafe { memmap2::Mmap::map(&File::open(path)?) }?;
    let records = bytemuck::try_cast_slice(data(&bytes)).map_err(|error| error.to_string())?;
    Ok(answer(records))
}

/// Of bytes that are aligned for no record.
fn records(bytes: &[u8]) -> Result<impl Iterator<Item = Read48>> {
    Ok(data(bytes).chunks_exact(size_of::<Read48>()).map(bytemuck::pod_read_unaligned))
}

fn npyz_sum(from: impl Read) -> Result<f64> {
    let mut sum = 0.0;
    for record in NpyFile::new(from)?.data::<Read48>().map_err(|error| error.to_string())? {
        sum += record?.price;
    }
    Ok(sum)
}

/// The rows that `compare.py` looks up.
fn scattered(len: usize) -> impl Iterator<Item = usize> {
    (0..100_000_u64).map(move |i| {
        let spread = i.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
        ((spread * len as u64) >> 32) as usize
    })
}

fn main() -> Result<()> {
    let args = Args::parse();
    let n = if args.quick { 200_000 } else { args.million * 1_000_000 };
    let target = target()?;
    let dir = tempfile::tempdir_in(&target)?;
    let numpy = Worker::start_if_any(&target)?.map(RefCell::new);

    let path = dir.path().join("wide.npy");
    let mut map = RecordMap::<Wide>::options().shape(n).create_npy(&path)?;
    let mut i = 0;
    map.fill_with(|| {
        i += 1;
        Wide::nth(i - 1)
    });
    map.close()?;
    println!("{n} records of {} bytes in a .npy file", size_of::<Wide>());

    let numpy_sums = [("NumPy, mmap_mode='r'", "load_sum"), ("NumPy, np.load", "read_sum")];
    let rounds = if args.quick { 3 } else { 11 };
    run("open, and the sum of one f64 field", &SUMS, &numpy_sums, numpy.as_ref(), &path, n, rounds)?;
    let numpy_lookups = [("NumPy, mmap_mode='r'", "load_at")];
    run(
        "open, and 100,000 records here and there",
        &LOOKUPS,
        &numpy_lookups,
        numpy.as_ref(),
        &path,
        n,
        rounds,
    )
}

/// Asks each contender in turns, and prints what that took.
fn run(
    task: &str,
    contenders: &[(&str, Answer)],
    numpy_functions: &[(&str, &'static str)],
    numpy: Option<&RefCell<Worker>>,
    path: &Path,
    n: usize,
    rounds: usize,
) -> Result<()> {
    let expected = contenders[0].1(path)?;
    let mut lanes: Vec<_> = contenders
        .iter()
        .map(|(name, answer)| Lane::new(name, move || timed(1, expected, || answer(black_box(path)))))
        .collect();
    if let Some(numpy) = numpy {
        lanes.extend(numpy_functions.iter().map(|(name, function)| {
            Lane::new(name, move || {
                let (mut numpy, files) = (numpy.borrow_mut(), vec![path.to_owned()]);
                numpy.open(&Job { function, layout: "wide", elements: n, records: n, files })?;
                match numpy.check()? {
                    found if found == expected => numpy.time(1),
                    found => Err(format!("{found} and not {expected}").into()),
                }
            })
        }));
    }
    lanes::measure(&mut lanes, rounds)?;
    println!("\n{task}\n{:<32} {:>10} {:>10}", "", "ms", "of mmrec's");
    for lane in &lanes {
        let (time, ratio) = (lane.seconds() * 1e3, lane.ratio_to(&lanes[0]));
        println!("{:<32} {time:>10.2} {ratio:>9.1}x", lane.name());
    }
    Ok(())
}
