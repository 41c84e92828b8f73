//! Who reads and who writes, in which mode, in this process or one of its own, and for how long.

use std::{
    fs,
    hint::black_box,
    io::{self, Read},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    process::{self, Command, Stdio},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use mmrec::{
    AnyMode, Axis, Ix1, MapOptions, MmapRecord, Mode, ReadWrite, RecordMap, Shaped, View, ViewMut, s,
};
use rayon::iter::ParallelIterator;

use super::scalars::*;

/// One at a time, so that each pair has the machine for its share of the time.
pub(super) fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// So many hundredths of the time there is for all tests of this file.
pub(super) fn share(percent: f64) -> Duration {
    let seconds = std::env::var("MMREC_HAMMER_SECONDS").ok();
    let seconds: f64 = seconds.map_or(6.0, |text| text.parse().expect("MMREC_HAMMER_SECONDS is a number"));
    Duration::from_secs_f64(seconds * percent / 100.0)
}

/// Longer than anything takes here beside its share: what is not done then hangs.
pub(super) const LATE: Duration = Duration::from_secs(60);

/// Tells a party to end; it ends by itself when it is late.
pub(super) struct Stop {
    flag: AtomicBool,
    late: Instant,
}

impl Stop {
    pub(super) fn new() -> Self {
        Self { flag: AtomicBool::new(false), late: Instant::now() + share(100.0) + LATE }
    }

    pub(super) fn is_told(&self) -> bool {
        self.flag.load(Ordering::Relaxed) || self.is_late()
    }

    pub(super) fn is_late(&self) -> bool {
        Instant::now() > self.late
    }

    pub(super) fn tell(&self) {
        self.flag.store(true, Ordering::Relaxed);
    }
}

/// Tells a party to end when this goes, however it goes.
pub(super) struct Tells<'a>(pub(super) &'a Stop);

impl Drop for Tells<'_> {
    fn drop(&mut self) {
        self.0.tell();
    }
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub(super) reads: u64,
    pub(super) writes: u64,
    /// How often a reader found that something had changed.
    pub(super) changes: u64,
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.reads += other.reads;
        self.writes += other.writes;
        self.changes += other.changes;
    }
}

impl Counts {
    pub(super) fn print(self, what: &str) {
        let millions = |count: u64| count as f64 / 1e6;
        let (reads, writes) = (millions(self.reads), millions(self.writes));
        println!(
            "{what}: {reads:.2} million reads, {writes:.2} million writes, {} changes seen",
            self.changes
        );
    }
}

/// How a party maps the file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum How {
    Read,
    Write,
    Copy,
    /// `w+`, again and again, of the file that is there.
    Create,
    /// `r+`, known at run time alone.
    Any,
}

impl How {
    pub(super) const ALL: [Self; 5] = [Self::Read, Self::Write, Self::Copy, Self::Create, Self::Any];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Read => "r",
            Self::Write => "r+",
            Self::Copy => "c",
            Self::Create => "w+",
            Self::Any => "AnyMode",
        }
    }
}

pub(super) const READERS: [How; 4] = [How::Read, How::Write, How::Copy, How::Any];
pub(super) const WRITERS: [How; 3] = [How::Write, How::Create, How::Any];

/// Seven pages of 4 KiB.
pub(super) const ROWS: usize = 512;

pub(super) fn options(rows: usize) -> MapOptions<Rec, Ix1, Shaped> {
    RecordMap::<Rec>::options().shape(rows)
}

fn any_mode(path: &Path, rows: usize) -> RecordMap<Rec, Ix1, AnyMode> {
    options(rows).open_mode(Mode::ReadWrite, path).unwrap()
}

/// What does one thing with a file until it is told to stop.
#[derive(Clone, Debug)]
pub(super) struct Party {
    does: Does,
    pub(super) how: How,
    path: PathBuf,
    rows: usize,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Does {
    Read,
    Write,
    /// Makes the file longer, so many rows at a time, up to `rows`.
    Append,
}

impl Party {
    pub(super) fn new(does: Does, how: How, path: &Path, rows: usize) -> Self {
        Self { does, how, path: path.to_path_buf(), rows }
    }

    pub(super) fn run(&self, stop: &Stop) -> Counts {
        match self.does {
            Does::Read => self.read(stop),
            Does::Write => self.write(stop),
            Does::Append => self.append(stop),
        }
    }

    /// Reads until it is told to stop and has seen changes.
    pub(super) fn read(&self, stop: &Stop) -> Counts {
        let mut reader = Reader::new(self.rows);
        loop {
            let path = self.path.as_path();
            match self.how {
                How::Read => reader.read_for_a_while(&RecordMap::open(path).unwrap(), stop),
                How::Write => reader.read_for_a_while(&RecordMap::open_rw(path).unwrap(), stop),
                How::Copy => reader.read_for_a_while(&RecordMap::open_cow(path).unwrap(), stop),
                How::Any => reader.read_for_a_while(&any_mode(path, self.rows), stop),
                How::Create => unreachable!("to make a file is not to read it"),
            }
            if stop.is_told() && reader.counts.changes > 1 {
                return reader.counts;
            }
            assert!(!stop.is_late(), "nobody has written anything");
        }
    }

    pub(super) fn write(&self, stop: &Stop) -> Counts {
        let path = self.path.as_path();
        let inode = fs::metadata(path).unwrap().ino();
        let mut writer = Writer::new(path);
        match self.how {
            How::Write => {
                let mut map = RecordMap::<Rec>::open_rw(path).unwrap();
                writer.write_until(stop, || false, |seed| write_once(&mut map.view_mut(), seed));
            }
            How::Any => {
                let mut map = any_mode(path, self.rows);
                writer.write_until(stop, || false, |seed| write_once(&mut map.view_mut().unwrap(), seed));
            }
            How::Create => {
                let mut old = None;
                while !stop.is_told() {
                    let mut map = options(self.rows).create(path).unwrap();
                    let now = fs::metadata(path).unwrap().ino();
                    assert_eq!(now, inode, "the file is overwritten, not replaced");
                    let mut passes = 0;
                    let is_enough = || {
                        passes += 1;
                        passes > 40
                    };
                    writer.write_until(stop, is_enough, |seed| write_once(&mut map.view_mut(), seed));
                    // Every other time the file is overwritten while it is mapped to be written.
                    old = old.is_none().then_some(map);
                }
            }
            How::Read | How::Copy => unreachable!("these do not write to the file"),
        }
        writer.counts
    }

    pub(super) fn append(&self, stop: &Stop) -> Counts {
        let mut map = RecordMap::<Rec>::open_rw(&self.path).unwrap();
        let mut counts = Counts::default();
        while !stop.is_told() && map.len() < self.rows {
            let from = map.len() as u64;
            let rows: Vec<_> = (from..from + from % 5 + 1).map(row).collect();
            map.append(&rows).unwrap();
            counts.writes += rows.len() as u64 * SCALARS;
        }
        counts
    }
}

/// What the appended row has.
pub(super) fn row(i: u64) -> Rec {
    Rec { on: true, ..rec(i + 1_000_000) }
}

pub(super) struct Writer {
    counts: Counts,
    seed: u64,
    /// The same file, to write what no `bool` and no enum is.
    bytes: RecordMap<u8, Ix1, ReadWrite>,
}

impl Writer {
    pub(super) fn new(path: &Path) -> Self {
        // Another one in each process and thread, so that no two write the same.
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let seed = u64::from(process::id()) << 24 ^ u64::from(NEXT.fetch_add(1, Ordering::Relaxed)) << 48;
        Self { counts: Counts::default(), seed, bytes: RecordMap::open_rw(path).unwrap() }
    }

    pub(super) fn write_until(
        &mut self,
        stop: &Stop,
        mut is_enough: impl FnMut() -> bool,
        mut write: impl FnMut(u64) -> u64,
    ) {
        while !stop.is_told() && !is_enough() {
            self.seed += 1;
            self.counts.writes += write(self.seed);
            let row = mixed(self.seed) as usize % (self.bytes.len() / 56);
            let fields = [Rec::FIELDS.on.offset(), Rec::FIELDS.side.offset(), Rec::FIELDS.code.offset()];
            for (at, byte) in fields.into_iter().zip(mixed(self.seed).to_le_bytes()) {
                self.bytes.set(row * 56 + at, byte);
                self.counts.writes += 1;
            }
        }
    }
}

/// Writes all rows, or some of them again and again, in one of many ways, one scalar at a time; gives how many.
pub(super) fn write_once(view: &mut ViewMut<'_, Rec>, seed: u64) -> u64 {
    let rows = view.len();
    let of = |i: usize| rec(mixed(seed).wrapping_add(i as u64) >> 8);
    match seed % 6 {
        0 => (0..rows).for_each(|i| view.set(i, of(i))),
        1 => {
            let mut back = view.slice_mut(s![..;-1]);
            (0..rows).for_each(|i| back.set(i, of(i)));
        }
        2 => {
            let mut columns = view.columns_mut();
            for i in 0..rows {
                let new = of(i);
                columns.word.set(i, new.word);
                columns.price.set(i, new.price);
                columns.tag.set(i, new.tag);
                columns.short.set(i, new.short);
                columns.half.set(i, new.half);
                columns.on.set(i, new.on);
                columns.side.set(i, new.side);
                columns.code.set(i, new.code);
                columns.signed.set(i, new.signed);
                columns.pair.set(i, new.pair);
                columns.name.set(i, new.name);
            }
        }
        3 => {
            for start in [0, 1] {
                let mut every_other = view.slice_mut(s![start..;2]);
                for i in 0..every_other.len() {
                    let new = of(i);
                    every_other.field_mut(Rec::FIELDS.word).set(i, new.word);
                    every_other.field_mut(Rec::FIELDS.price).set(i, new.price);
                    every_other.field_mut(Rec::FIELDS.signed).set(i, new.signed);
                    every_other.field_mut(Rec::FIELDS.half).set(i, new.half);
                    every_other.field_mut(Rec::FIELDS.pair.index(1)).set(i, new.pair[1]);
                    every_other.field_named_mut::<u8>("side").unwrap().set(i, new.tag);
                }
            }
            return rows as u64 * 6;
        }
        // A few rows, which a reader looks at all the time too.
        4 => {
            for round in 0..rows / 4 {
                (0..4).for_each(|i| view.set(i, of(round + i)));
            }
            return rows as u64 / 4 * 4 * SCALARS;
        }
        _ => {
            let mut words = view.field_mut(Rec::FIELDS.word);
            (0..rows).for_each(|i| words.set(i % 4, word(seed.wrapping_add(i as u64))));
            return rows as u64;
        }
    }
    rows as u64 * SCALARS
}

pub(super) struct Reader {
    pub(super) counts: Counts,
    pub(super) round: usize,
    pub(super) last: u64,
    buffer: Vec<Rec>,
    /// A file of its own, to which it copies, and its bytes.
    own: RecordMap<Rec, Ix1, ReadWrite>,
    own_bytes: RecordMap<u8>,
}

impl Reader {
    pub(super) fn new(rows: usize) -> Self {
        let file = tempfile::tempfile().unwrap();
        let own = options(rows).create(&file).unwrap();
        let (counts, buffer) = (Counts::default(), vec![rec(0); rows]);
        Self { counts, round: 0, last: 0, buffer, own, own_bytes: RecordMap::open(file).unwrap() }
    }

    pub(super) fn read_for_a_while<M>(&mut self, map: &RecordMap<Rec, Ix1, M>, stop: &Stop) {
        assert_eq!(map.len(), self.buffer.len());
        for _ in 0..100 {
            self.round += 1;
            self.counts.reads += read_once(map, self.round).unwrap_or_else(|fault| panic!("{fault}"));
            if self.round.is_multiple_of(8) {
                self.counts.reads += self.read_many(map);
            }
            let now = map.at(1).word;
            self.counts.changes += u64::from(now != self.last);
            self.last = now;
            if stop.is_told() {
                break;
            }
        }
    }

    /// Reads many elements at a time. They may be torn, and have to be values.
    pub(super) fn read_many<M>(&mut self, map: &RecordMap<Rec, Ix1, M>) -> u64 {
        let all_valid = |recs: &[Rec]| {
            assert_eq!(invalid_memory(recs), None, "{recs:?}");
            recs.iter().for_each(|rec| assert_eq!(rec.invalid(), None, "{rec:?}"));
        };
        let rows = map.len() as u64;
        let columns = map.columns();
        match self.round / 8 % 8 {
            0 => all_valid(&map.to_vec()),
            1 => {
                map.copy_to(&mut self.buffer);
                all_valid(&self.buffer);
            }
            2 => {
                let seen = map.fold_blocks(0, |seen, block| {
                    all_valid(block);
                    seen + block.len() as u64
                });
                assert_eq!(seen, rows);
            }
            3 => {
                // A number that is at least 0 and less than 2, however it is torn.
                let (sum, mean) = (columns.price.sum(), columns.price.mean());
                assert!(
                    (0.0..2.0 * rows as f64).contains(&sum) && (0.0..2.0).contains(&mean),
                    "{sum} {mean}"
                );
                let (least, greatest) = columns.price.min_max().unwrap();
                assert!(0.0 <= least && least <= greatest && greatest < 2.0, "{least} {greatest}");
                assert!(columns.half.min().is_some() && columns.half.max().is_some());
                let pairs = columns.pair.elements();
                black_box((columns.word.sum(), columns.signed.min_max(), pairs.sum(), columns.short.mean()));
                return rows * 8;
            }
            4 => {
                let sum = columns.price.par_sum();
                assert!((0.0..2.0 * rows as f64).contains(&sum), "{sum}");
                assert_eq!(map.view().par_iter().filter(|rec| rec.invalid().is_some()).count(), 0);
                let view = map.view();
                let lens = view.par_blocks(|block| {
                    all_valid(block);
                    block.len()
                });
                assert_eq!(lens.sum::<usize>() as u64, rows);
                black_box((columns.word.par_min_max(), columns.signed.par_sum()));
                return rows * (2 * SCALARS + 4);
            }
            5 => {
                // To another array, which has what the file had: gaps are not copied, numbers are.
                let own = &mut self.own;
                own.assign(map);
                own.iter().for_each(|rec| assert_eq!(rec.invalid(), None, "{rec:?}"));
                own.field_mut(Rec::FIELDS.word).assign(columns.word);
                own.columns_mut().on.assign(columns.on);
                assert!(
                    self.own_bytes.iter().skip(Rec::FIELDS.on.offset()).step_by(56).all(|byte| byte <= 1)
                );
                return rows * (SCALARS + 2);
            }
            6 => {
                // As text, of a few rows, for it takes its time.
                let (few, len) = (map.slice(s![..;20]), rows.div_ceil(20));
                let (prices, flags) = (few.columns().price.to_string(), few.columns().on.to_string());
                assert!(!prices.contains("nan") && !prices.contains("inf"), "{prices}");
                let words = flags.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty());
                assert!(words.clone().all(|word| ["True", "False"].contains(&word)), "{flags}");
                assert_eq!(words.count() as u64, len, "{flags}");
                assert!(few.to_string().starts_with("[(") && format!("{few:?}").contains("'price', '<f8'"));
                return len * (2 * SCALARS + 2);
            }
            _ => {
                let any = map.view().untyped();
                let bytes = any.to_bytes();
                View::<Rec>::from_bytes(&bytes)
                    .unwrap()
                    .iter()
                    .for_each(|rec| assert_eq!(rec.invalid(), None));
                assert_eq!(any.iter().filter(|value| value.to::<Rec>().is_err()).count(), 0);
                return rows * SCALARS * 2;
            }
        }
        rows * SCALARS
    }
}

pub(super) fn is_whole(rec: Rec) -> Result<(), String> {
    match rec.fault() {
        None => Ok(()),
        Some(field) => Err(format!("{field} is torn or invalid: {rec:#x?}")),
    }
}

fn in_memory(recs: &[Rec]) -> Result<(), String> {
    match invalid_memory(recs) {
        None => Ok(()),
        Some(field) => Err(format!("{field} is invalid in one of {recs:?}")),
    }
}

/// All of them, by the iterator's own loop.
pub(super) fn all_whole(recs: impl Iterator<Item = Rec>) -> Result<(), String> {
    let mut found = Ok(());
    recs.for_each(|rec| {
        if found.is_ok() {
            found = is_whole(rec);
        }
    });
    found
}

/// Reads one element at a time, in one of ten ways; gives how many scalars were found to be whole, or one that was not.
pub(super) fn read_once<M>(map: &RecordMap<Rec, Ix1, M>, way: usize) -> Result<u64, String> {
    macro_rules! each {
        ($is_whole:ident of $iter:expr) => {
            for scalar in $iter {
                if !$is_whole(scalar) {
                    return Err(format!("{scalar:x?} is torn or invalid"));
                }
            }
        };
    }
    let rows = map.len();
    let all = rows as u64 * SCALARS;
    let columns = map.columns();
    Ok(match way % 10 {
        0 => {
            let recs: Vec<_> = (0..rows).map(|i| map.at(i)).collect();
            all_whole(recs.iter().copied())?;
            in_memory(&recs)?;
            all
        }
        1 => {
            (0..rows).rev().try_for_each(|i| is_whole(map.get(i).unwrap()))?;
            assert!(map.get(rows).is_none());
            all
        }
        2 => {
            all_whole(map.iter())?;
            map.iter().try_for_each(is_whole)?;
            in_memory(&map.iter().collect::<Vec<_>>())?;
            all * 3
        }
        3 => {
            all_whole(map.iter().rev())?;
            map.iter().rev().try_for_each(is_whole)?;
            all * 2
        }
        4 => {
            each!(is_whole_word of columns.word);
            each!(is_whole_price of columns.price);
            each!(is_whole_tag of columns.tag);
            each!(is_whole_short of columns.short);
            each!(is_whole_half of columns.half);
            each!(are_valid_bools of [&columns.on.iter().collect::<Vec<_>>()]);
            each!(is_valid_side of columns.side);
            each!(is_valid_code of columns.code);
            each!(is_whole_signed of columns.signed);
            each!(is_whole_half of columns.pair.iter().flatten());
            each!(is_whole_name of columns.name);
            all
        }
        5 => {
            each!(is_whole_word of (0..rows).map(|i| columns.word.at(i)));
            each!(is_whole_price of (0..rows).filter_map(|i| map.field(Rec::FIELDS.price).get(i)));
            each!(is_whole_half of map.field(Rec::FIELDS.pair).elements().iter().rev());
            each!(is_whole_signed of map.field_named::<i64>("signed").unwrap().iter().rev());
            each!(is_whole_name of columns.name.slice(s![..;-1]).iter());
            rows as u64 * 6
        }
        6 => {
            let fields = (Rec::FIELDS.word, Rec::FIELDS.price.native(), Rec::FIELDS.half, Rec::FIELDS.side);
            let selected = map.select(fields);
            for (word, price, half, side) in selected.iter().chain((0..rows).map(|i| selected.at(i))) {
                let is_whole = is_whole_word(word) && is_whole_price(price) && is_whole_half(half);
                if !is_whole || !is_valid_side(side) {
                    return Err(format!("{word:x} {price:x?} {half:x} {side:?} is torn or invalid"));
                }
            }
            rows as u64 * 8
        }
        7 => {
            all_whole(map.slice(s![..;3]).iter())?;
            all_whole(map.slice(s![..;-2]).iter())?;
            map.slice(s![5..rows - 5;-7]).iter().rev().try_for_each(is_whole)?;
            map.view().axis_chunks(Axis(0), 100).try_for_each(|rows| all_whole(rows.iter()))?;
            map.view().windows(2).step_by(50).try_for_each(|pair| is_whole(pair.at(1)))?;
            all * 2
        }
        8 => {
            for i in 0..rows {
                is_whole(map.at(i % 4))?;
                each!(is_whole_word of [columns.word.at(i % 4)]);
            }
            all + rows as u64
        }
        _ => {
            // As values whose type is known at run time alone.
            let any = map.view().untyped();
            let (words, halves) = (any.field("word").unwrap(), any.field("half").unwrap());
            let prices = any.field("price").unwrap();
            each!(is_whole_word of words.iter().map(|value| value.as_u64().unwrap()));
            each!(is_whole_half of (0..rows).map(|i| halves.at(i).to::<u32>().unwrap()));
            each!(is_whole_price of prices.iter().rev().map(|value| value.as_f64().unwrap()));
            (0..rows).step_by(16).try_for_each(|i| is_whole(any.at(i).to().unwrap()))?;
            rows as u64 * 3 + all / 16
        }
    })
}

pub(super) const CHILD: &str = "MMREC_HAMMER_CHILD";

/// A process that runs a test of this file as one party. It is told to stop by the end of its standard input, which comes
/// however this process ends.
pub(super) struct Child(Option<process::Child>);

impl Drop for Child {
    fn drop(&mut self) {
        if let Some(child) = &mut self.0 {
            // Both fail if it has ended.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Child {
    pub(super) fn has_ended(&mut self) -> bool {
        self.0.as_mut().is_none_or(|child| child.try_wait().unwrap().is_some())
    }

    /// Tells it to stop, and what it has done.
    pub(super) fn finish(mut self) -> Counts {
        let mut child = self.0.take().unwrap();
        drop(child.stdin.take());
        let output = child.wait_with_output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        let is_right = output.status.success() && text.contains("1 passed");
        assert!(is_right, "{}: {text}{}", output.status, String::from_utf8_lossy(&output.stderr));
        let counts = text.lines().find_map(|line| line.strip_prefix("counts ")).unwrap();
        let [reads, writes, changes] =
            counts.split(' ').map(|count| count.parse().unwrap()).collect::<Vec<_>>()[..]
        else {
            panic!("{counts}")
        };
        Counts { reads, writes, changes }
    }
}

impl Party {
    pub(super) fn in_a_process(&self) -> Child {
        let what = format!("{:?} {} {} {}", self.does, self.how.name(), self.rows, self.path.display());
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "concurrency::every_pair_of_modes_in_two_processes", "--nocapture"])
            .env(CHILD, what)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        Child(Some(child.unwrap()))
    }

    /// The party that this process is, if it is one.
    pub(super) fn of_child() -> Option<Self> {
        let text = std::env::var(CHILD).ok()?;
        let parts: Vec<_> = text.splitn(4, ' ').collect();
        let does =
            [Does::Read, Does::Write, Does::Append].into_iter().find(|one| format!("{one:?}") == parts[0]);
        let how = How::ALL.into_iter().find(|one| one.name() == parts[1]);
        Some(Self { does: does?, how: how?, rows: parts[2].parse().ok()?, path: parts[3].into() })
    }

    pub(super) fn run_as_child(&self) {
        let stop: &Stop = Box::leak(Box::new(Stop::new()));
        thread::spawn(|| {
            // It waits for the end, and not for longer than the process lives that asked for this one.
            let _ = io::stdin().read(&mut [0]);
            stop.tell();
        });
        thread::spawn(|| {
            thread::sleep(stop.late.saturating_duration_since(Instant::now()) + LATE);
            eprintln!("it hangs");
            process::exit(3);
        });
        let Counts { reads, writes, changes } = self.run(stop);
        println!("\ncounts {reads} {writes} {changes}");
    }
}
