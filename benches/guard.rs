//! What the handler of faults costs: nothing where elements are read, and how much where a map is opened, asked for its
//! health, and met by a fault.
//!
//! `cargo run --release -p mmrec-benches --features fault-guard --bin guard` prints medians: a sum over one field beside a
//! raw pointer loop, before the handler is there, with it, and inside of `guarded`; and the microseconds of calls. That the
//! loops are the same with the feature and without it is shown by `--bin instructions`, run with `--features
//! fault-guard` and without. `-- --quick` takes a small file.

use std::{env, error::Error, fs, hint::black_box, time::Instant};

use mmrec::{Field, MmapRecord, RecordMap, fault};
use mmrec_benches::{
    files::{Files, target},
    raw,
    records::{Record, Wide},
};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Bytes from one price to the next, and before the first.
const STRIDE: usize = size_of::<Wide>();
const PRICE: Field<Wide, f64> = Wide::FIELDS.price;

fn main() -> Result<()> {
    let quick = env::args().any(|arg| arg == "--quick");
    let target = target()?;
    let files = Files::new(&target, if quick { 1 << 20 } else { 64 << 20 });
    let rounds = if quick { 5 } else { 101 };

    let (map, bytes) = (files.map::<Wide>(), files.raw::<Wide>());
    let sums: [(&str, &dyn Fn() -> f64); 2] =
        [("the map", &|| map.field(PRICE).sum()), ("raw pointers", &|| raw::sum_f64_8::<STRIDE, 8>(&bytes))];
    let guarded = || map.guarded(|view| view.field(PRICE).sum()).unwrap_or(f64::NAN);
    let mut before = [Vec::new(), Vec::new()];
    for _ in 0..rounds {
        for (times, (_, sum)) in before.iter_mut().zip(sums) {
            times.push(seconds(sum));
        }
    }
    fault::install()?;
    let mut after = [Vec::new(), Vec::new(), Vec::new()];
    for _ in 0..rounds {
        for (times, sum) in after.iter_mut().zip([sums[0].1, sums[1].1, &guarded]) {
            times.push(seconds(sum));
        }
    }
    println!(
        "sum of one field of {} records of 48 bytes, of the time of raw pointers in the same round",
        map.len()
    );
    println!("{:<28} {:>6.3}", "before the handler is there", ratio(&before[0], &before[1]));
    println!("{:<28} {:>6.3}", "with the handler", ratio(&after[0], &after[1]));
    println!("{:<28} {:>6.3}", "inside of guarded", ratio(&after[2], &after[1]));

    let path = target.join("guard-small.bin");
    RecordMap::<Wide>::options().shape(100_000).create(&path)?.fill(Wide::nth(1));
    let calls = if quick { 100 } else { 20_000 };
    println!("\nmicroseconds of one call");
    let each = |name: &str, calls: u32, call: &mut dyn FnMut() -> Result<()>| -> Result<()> {
        let start = Instant::now();
        for _ in 0..calls {
            call()?;
        }
        println!("{name:<28} {:>6.2}", start.elapsed().as_secs_f64() * 1e6 / f64::from(calls));
        Ok(())
    };
    each("open and drop", calls, &mut || {
        black_box(RecordMap::<Wide>::open(&path)?);
        Ok(())
    })?;
    let map = RecordMap::<Wide>::open(&path)?;
    each("health", calls, &mut || Ok(map.health()?))?;
    each("guarded, one record", calls, &mut || {
        black_box(map.guarded(|view| view.at(5))?);
        Ok(())
    })?;
    let many: Vec<_> = (0..1000).map(|_| RecordMap::<Wide>::open(&path)).collect::<mmrec::Result<_>>()?;
    fs::File::options().write(true).open(&path)?.set_len(0)?;
    let mut next = many.iter();
    each("a fault, of 1000 maps", 1000, &mut || {
        let map = next.next().ok_or("there are 1000 maps")?;
        black_box(map.at(50_000));
        Ok(())
    })?;
    assert!(many.iter().all(|map| map.health().is_err()));
    Ok(fs::remove_file(path)?)
}

fn seconds(work: &dyn Fn() -> f64) -> f64 {
    let start = Instant::now();
    black_box(work());
    start.elapsed().as_secs_f64()
}

/// The median of the ratios, round by round.
fn ratio(times: &[f64], to: &[f64]) -> f64 {
    let mut ratios: Vec<f64> = times.iter().zip(to).map(|(time, to)| time / to).collect();
    ratios.sort_by(f64::total_cmp);
    ratios[ratios.len() / 2]
}
