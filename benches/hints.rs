//! Which reading hint pays, when the file has to come from the disk and when it is in memory already?
//!
//! `cargo run --release -p mmrec-benches --bin hints` makes a file of 1 GiB and prints for each hint the median time to
//! open it, give the hint and do the work, and the ratio of that to no hint in the same round: below 1 the hint pays.
//! Then it prints how long it takes to open a small file and a huge one. `-- --mib 256` takes another size, and
//! `-- --quick` a small one in two rounds.
#![allow(unsafe_code, reason = "whether pages of a file are in memory is asked of the system")]

use std::{env, fs::File, hint::black_box, io, path::Path, time::Instant};

use memmap2::MmapOptions;
use mmrec::{Advice, ByteStr, MmapRecord, RecordMap};

#[derive(Clone, Copy, Default, MmapRecord)]
#[repr(C)]
struct Trade {
    ts: u64,
    price: f64,
    qty: u32,
    flags: u32,
    symbol: ByteStr<8>,
    rest: [u64; 2],
}

#[derive(Clone, Copy)]
enum Hint {
    None,
    Advice(Advice),
    Populate,
    /// The next block while this one is read; the next lookups before they are made.
    Prefetch,
}

const HINTS: [(&str, Hint); 7] = [
    ("no hint", Hint::None),
    ("sequential", Hint::Advice(Advice::Sequential)),
    ("random", Hint::Advice(Advice::Random)),
    ("will need", Hint::Advice(Advice::WillNeed)),
    ("huge pages", Hint::Advice(Advice::HugePage)),
    ("populate", Hint::Populate),
    ("prefetch ahead", Hint::Prefetch),
];

/// Lookups that are prefetched together.
const BATCH: usize = 64;
/// Bytes that are prefetched together in a scan.
const BLOCK: usize = 16 << 20;

fn open(path: &Path, hint: Hint) -> mmrec::Result<RecordMap<Trade>> {
    let map = RecordMap::<Trade>::options().populate(matches!(hint, Hint::Populate)).open(path)?;
    if let Hint::Advice(advice) = hint
        && let Err(error) = map.advise(advice)
    {
        println!("{error}");
    }
    Ok(map)
}

/// The sum of one field of all records.
fn scan(path: &Path, hint: Hint) -> mmrec::Result<f64> {
    let map = open(path, hint)?;
    let price = map.field(Trade::FIELDS.price);
    let block = match hint {
        Hint::Prefetch => BLOCK / size_of::<Trade>(),
        _ => map.len(),
    };
    let mut sum = 0.0;
    for start in (0..map.len()).step_by(block) {
        let end = (start + block).min(map.len());
        if matches!(hint, Hint::Prefetch) {
            map.prefetch(end..(end + block).min(map.len()))?;
        }
        sum += price.slice(mmrec::s![start..end]).iter().sum::<f64>();
    }
    Ok(sum)
}

/// The sum of one field of some records.
fn lookups(path: &Path, hint: Hint, indices: &[usize]) -> mmrec::Result<f64> {
    let map = open(path, hint)?;
    let mut sum = 0.0;
    for batch in indices.chunks(BATCH) {
        if matches!(hint, Hint::Prefetch) {
            for &i in batch {
                map.prefetch(i..=i)?;
            }
        }
        sum += batch.iter().map(|&i| map.at(i).price).sum::<f64>();
    }
    Ok(sum)
}

#[derive(Clone, Copy, PartialEq)]
enum Cache {
    Cold,
    Warm,
}

/// Puts the file in the state in which it is to be measured; `false` if it cannot be had.
fn prepare(path: &Path, cache: Cache) -> io::Result<bool> {
    let file = File::open(path)?;
    if cache == Cache::Cold {
        system::forget(&file)?;
        return Ok(system::resident(&file)? < 0.01);
    }
    if system::resident(&file)? < 0.99 {
        io::copy(&mut &file, &mut io::sink())?;
    }
    Ok(system::resident(&file)? > 0.99)
}

fn measure(
    name: &str,
    path: &Path,
    cache: Cache,
    rounds: usize,
    work: &dyn Fn(Hint) -> mmrec::Result<f64>,
) -> mmrec::Result<()> {
    if !prepare(path, cache).expect("the file's pages can be looked at") {
        println!("\n{name}: not measured, for the file does not leave memory, or does not fit into it");
        return Ok(());
    }
    let mut times = [const { Vec::new() }; HINTS.len()];
    for round in 0..rounds {
        for place in 0..HINTS.len() {
            // Another one comes first in each round.
            let which = (place + round) % HINTS.len();
            assert!(
                prepare(path, cache).expect("the file's pages can be looked at"),
                "{name}: the cache changed"
            );
            let start = Instant::now();
            black_box(work(HINTS[which].1)?);
            times[which].push(start.elapsed().as_secs_f64() * 1e3);
        }
    }
    println!("\n{name:<44}{:>10}{:>9}{:>16}", "ms", "ratio", "quartiles");
    let plain = times[0].clone();
    for ((name, _), times) in HINTS.iter().zip(&times) {
        let mut ratios: Vec<f64> = times.iter().zip(&plain).map(|(time, plain)| time / plain).collect();
        ratios.sort_by(f64::total_cmp);
        let at = |quarter: usize| ratios[(ratios.len() - 1) * quarter / 4];
        let quartiles = format!("{:.2} - {:.2}", at(1), at(3));
        println!("  {name:<42}{:>10.2}{:>9.2}{quartiles:>16}", median(times.clone()), at(2));
    }
    Ok(())
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[(times.len() - 1) / 2]
}

/// Opens and closes a small sparse file and a huge one, and the same with the bare system calls.
fn open_any_size(dir: &Path, rounds: usize) -> mmrec::Result<()> {
    let sizes = [("64 KiB", 64_u64 << 10), ("64 GiB", 64 << 30)];
    let mut times = [const { [const { Vec::new() }; 4] }; 2];
    for (name, len) in sizes {
        let file = File::create(dir.join(name)).and_then(|file| file.set_len(len));
        file.expect("the file system has sparse files");
    }
    let time = |f: &mut dyn FnMut() -> u64| {
        let start = Instant::now();
        black_box(f());
        start.elapsed().as_secs_f64() * 1e6
    };
    for _ in 0..rounds {
        for ((name, _), times) in sizes.iter().zip(&mut times) {
            let path = dir.join(name);
            let map = || RecordMap::<[u64; 8]>::open(&path).expect("the file was just made");
            let bare = || {
                let file = File::open(&path).expect("the file was just made");
                MmapOptions::new().map_raw_read_only(&file).expect("it can be mapped")
            };
            times[0].push(time(&mut || map().len() as u64));
            times[1].push(time(&mut || bare().len() as u64));
            times[2].push(time(&mut || map().at(0)[0]));
            // SAFETY: the mapping has more than the eight bytes that are read.
            times[3].push(time(&mut || unsafe { bare().as_ptr().cast::<u64>().read_volatile() }));
        }
    }
    println!(
        "\n{:<44}{:>10}{:>12}{:>12}{:>12}",
        "open and close, us", "mmrec", "bare calls", "and read", "bare calls"
    );
    for ((name, _), times) in sizes.iter().zip(times) {
        let [open, bare, read, bare_read] = times.map(median);
        println!("  {name:<42}{open:>10.2}{bare:>12.2}{read:>12.2}{bare_read:>12.2}");
    }
    Ok(())
}

fn main() -> mmrec::Result<()> {
    let args: Vec<String> = env::args().collect();
    let quick = args.iter().any(|arg| arg == "--quick");
    let given = args.iter().position(|arg| arg == "--mib").and_then(|at| args.get(at + 1)?.parse().ok());
    let mib: usize = given.unwrap_or(if quick { 16 } else { 1024 });
    let rounds = if quick { 2 } else { 9 };

    let dir = tempfile::tempdir().expect("there is a temporary directory");
    let path = dir.path().join("trades");
    let n = (mib << 20) / size_of::<Trade>();
    let mut trades = RecordMap::<Trade>::options().shape(n).create(&path)?;
    let mut next = 0;
    trades.fill_with(|| {
        next += 1;
        Trade { ts: next, price: next as f64 * 0.25, ..Trade::default() }
    });
    trades.close()?;
    let mut random = 1_u64;
    let indices: Vec<usize> = std::iter::repeat_with(|| {
        random = random.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(0x1405_7B7E_F767_814F);
        usize::try_from(random >> 32).map_or(0, |random| random % n)
    })
    .take(if quick { 1_000 } else { 200_000 })
    .collect();
    let few = &indices[..indices.len().min(2_000)];

    println!("{mib} MiB, {n} records of {} bytes, {rounds} rounds", size_of::<Trade>());
    let scan = |hint| scan(&path, hint);
    measure("scan of one field, cold", &path, Cache::Cold, rounds, &scan)?;
    measure(&format!("{} random lookups, cold", few.len()), &path, Cache::Cold, rounds, &|hint| {
        lookups(&path, hint, few)
    })?;
    measure("scan of one field, warm", &path, Cache::Warm, rounds, &scan)?;
    measure(&format!("{} random lookups, warm", few.len()), &path, Cache::Warm, rounds, &|hint| {
        lookups(&path, hint, few)
    })?;
    measure(&format!("{} random lookups, warm", indices.len()), &path, Cache::Warm, rounds, &|hint| {
        lookups(&path, hint, &indices)
    })?;
    open_any_size(dir.path(), if quick { 21 } else { 2_001 })
}

#[cfg(target_os = "linux")]
mod system {
    use std::{fs::File, io, os::fd::AsRawFd};

    use memmap2::MmapOptions;

    /// Drops what is kept in memory of a file that nobody maps.
    pub(crate) fn forget(file: &File) -> io::Result<()> {
        file.sync_all()?;
        // SAFETY: the descriptor is that of an open file; the call reads and writes no memory of this process.
        match unsafe { libc::posix_fadvise(file.as_raw_fd(), 0, 0, libc::POSIX_FADV_DONTNEED) } {
            0 => Ok(()),
            error => Err(io::Error::from_raw_os_error(error)),
        }
    }

    /// The part of the file's pages that are in memory.
    pub(crate) fn resident(file: &File) -> io::Result<f64> {
        const SMALLEST_PAGE: usize = 4096;
        let map = MmapOptions::new().map_raw_read_only(file)?;
        let mut pages = vec![2_u8; map.len().div_ceil(SMALLEST_PAGE)];
        // SAFETY: the range is that of the mapping, and `pages` has a byte for each of its pages.
        let failed = unsafe { libc::mincore(map.as_mut_ptr().cast(), map.len(), pages.as_mut_ptr()) } != 0;
        if failed {
            return Err(io::Error::last_os_error());
        }
        let seen = pages.iter().filter(|&&page| page != 2).count();
        let resident = pages.iter().filter(|&&page| page & 1 == 1).count();
        Ok(resident as f64 / seen as f64)
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use std::{fs::File, io};

    pub(crate) fn forget(_: &File) -> io::Result<()> {
        Ok(())
    }

    /// Not known, so nothing is ever cold.
    pub(crate) fn resident(_: &File) -> io::Result<f64> {
        Ok(1.0)
    }
}
