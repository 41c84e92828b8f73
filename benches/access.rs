//! What does reading and writing by value cost, against a raw pointer loop over the same mapping?
//!
//! `cargo run --release -p mmrec-benches --bin access` prints for each kernel the median time per record of both, and
//! their ratio. `-- --quick` runs each a few times only.
#![allow(unsafe_code, reason = "the loops to compare with are raw pointer loops")]
#![expect(
    clippy::undocumented_unsafe_blocks,
    reason = "each raw loop goes over the `n` records that were just mapped"
)]
#![expect(clippy::multiple_unsafe_ops_per_block, reason = "a raw loop is written as one would write it")]

use std::{env, hint::black_box, time::Instant};

use mmrec::{MmapRecord, ReadWrite, RecordMap, Result};

#[derive(Clone, Copy, Default, MmapRecord)]
#[repr(C)]
struct Wide {
    ts: u64,
    price: f64,
    qty: u32,
    flags: u32,
    rest: [u64; 3],
}

#[derive(Clone, Copy, Default, MmapRecord)]
#[repr(C, packed)]
struct Packed {
    tag: u8,
    qty: u32,
    price: f64,
}

/// Runs both alternately and prints the median time per record of each.
fn compare<A: PartialEq + std::fmt::Debug>(
    name: &str,
    n: usize,
    rounds: usize,
    mut raw: impl FnMut() -> A,
    mut ours: impl FnMut() -> A,
) {
    assert_eq!(raw(), ours(), "{name}: both loops compute the same");
    let time = |f: &mut dyn FnMut() -> A| {
        let start = Instant::now();
        black_box(f());
        start.elapsed().as_secs_f64() * 1e9 / n as f64
    };
    let (mut raws, mut all, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds {
        let (a, b) = (time(&mut raw), time(&mut ours));
        raws.push(a);
        all.push(b);
        ratios.push(b / a);
    }
    let median = |values: &mut Vec<f64>| {
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    println!(
        "{name:<34}{n:>10}{:>12.3}{:>12.3}{:>10.2}",
        median(&mut raws),
        median(&mut all),
        median(&mut ratios)
    );
}

fn map<T: mmrec::Element>(dir: &tempfile::TempDir, n: usize) -> Result<RecordMap<T, mmrec::Ix1, ReadWrite>> {
    RecordMap::<T>::options().shape(n).create(dir.path().join("records"))
}

fn main() -> Result<()> {
    let rounds = if env::args().any(|arg| arg == "--quick") { 5 } else { 41 };
    let dir = tempfile::tempdir().map_err(|error| panic!("no temporary directory: {error}")).unwrap();
    println!("{:<34}{:>10}{:>12}{:>12}{:>10}", "kernel", "records", "raw ns", "mmrec ns", "ratio");
    for n in [1_000, 100_000, 4_000_000] {
        let mut wide = map::<Wide>(&dir, n)?;
        let mut next = 0;
        wide.fill_with(|| {
            next += 1;
            Wide { ts: next, price: next as f64 * 0.25, qty: next as u32 % 100, ..Wide::default() }
        });
        let path = wide.path().map(std::path::Path::to_path_buf).unwrap_or_default();
        // The raw loops go over a second mapping of the same pages.
        let bytes = RawBytes::of(&path);
        let at = bytes.0;

        let price = wide.columns().price;
        compare(
            "sum of f64, 48-byte records",
            n,
            rounds,
            || unsafe { (0..n).map(|i| at.add(48 * i + 8).cast::<f64>().read()).sum::<f64>() },
            || price.iter().sum::<f64>(),
        );
        let ts = wide.columns().ts;
        compare(
            "sum of u64, 48-byte records",
            n,
            rounds,
            || unsafe { (0..n).fold(0, |sum: u64, i| sum.wrapping_add(at.add(48 * i).cast::<u64>().read())) },
            || ts.iter().fold(0, |sum: u64, x| sum.wrapping_add(x)),
        );
        let pairs = wide.view().select((Wide::FIELDS.price, Wide::FIELDS.qty));
        compare(
            "sum of price * qty",
            n,
            rounds,
            || unsafe {
                let record = |i: usize| at.add(48 * i);
                (0..n)
                    .map(|i| {
                        record(i).add(8).cast::<f64>().read()
                            * f64::from(record(i).add(16).cast::<u32>().read())
                    })
                    .sum::<f64>()
            },
            || pairs.iter().map(|(price, qty)| price * f64::from(qty)).sum::<f64>(),
        );
        compare(
            "whole records by index",
            n,
            rounds,
            || unsafe {
                (0..n).map(|i| at.add(48 * i).cast::<Wide>().read()).fold(0, |sum, r| sum + r.ts + r.rest[2])
            },
            || (0..n).map(|i| wide.at(i)).fold(0, |sum, r| sum + r.ts + r.rest[2]),
        );
        compare(
            "qty += 1, 48-byte records",
            n,
            rounds,
            || unsafe {
                for i in 0..n {
                    let qty = at.add(48 * i + 16).cast::<u32>();
                    qty.write(qty.read().wrapping_add(1));
                }
            },
            || wide.field_mut(Wide::FIELDS.qty).update(|qty| qty.wrapping_add(1)),
        );

        drop(wide);
        let mut packed = map::<Packed>(&dir, n)?;
        let mut next = 0;
        packed.columns_mut().price.fill_with(|| {
            next += 1;
            f64::from(next)
        });
        let bytes = RawBytes::of(&path);
        let at = bytes.0;
        let price = packed.columns().price;
        compare(
            "sum of f64, packed 13-byte records",
            n,
            rounds,
            || unsafe { (0..n).map(|i| at.add(13 * i + 5).cast::<f64>().read_unaligned()).sum::<f64>() },
            || price.iter().sum::<f64>(),
        );
        drop(packed);

        let mut plain = map::<f64>(&dir, n)?;
        plain.fill(0.5);
        let bytes = RawBytes::of(&path);
        let at = bytes.0;
        compare(
            "sum of f64, contiguous",
            n,
            rounds,
            || unsafe { (0..n).map(|i| at.cast::<f64>().add(i).read()).sum::<f64>() },
            || plain.iter().sum::<f64>(),
        );
    }
    Ok(())
}

/// A mapping to run raw pointer loops over.
struct RawBytes(*mut u8, #[expect(dead_code, reason = "keeps the mapping")] memmap2::MmapRaw);

impl RawBytes {
    fn of(path: &std::path::Path) -> Self {
        let file =
            std::fs::OpenOptions::new().read(true).write(true).open(path).expect("the file was just made");
        let map = memmap2::MmapRaw::map_raw(&file).expect("the file can be mapped");
        Self(map.as_mut_ptr(), map)
    }
}
