//! A program that is killed at any moment, 520 times, and what its files hold then. `MMREC_KILLS` takes another number.
//!
//! The program notes in a file of its own what it is about to do, and what has been acknowledged: what a call that returned
//! has promised. Whoever killed it holds the file against these notes.
#![cfg(target_os = "linux")]

use std::{
    env,
    fmt::Write as _,
    fs::{self, File, OpenOptions},
    io::Write,
    os::unix::process::ExitStatusExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use mmrec::{Ix1, MmapRecord, ReadWrite, RecordMap};
use tempfile::tempdir;

/// 61 bytes, so that it lies across pages; `check` belongs to all the rest.
#[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
#[repr(C, packed)]
struct Row {
    id: u64,
    version: u64,
    rest: [u64; 4],
    check: u64,
    tail: [u8; 5],
}

fn row(id: u64, version: u64) -> Row {
    let mut mixer = Mixer(id << 32 | version);
    let rest = [(); 4].map(|()| mixer.next());
    let check = mixer.next();
    let [a, b, c, d, e, ..] = check.to_le_bytes();
    Row { id, version, rest, check, tail: [a, b, c, d, e] }
}

/// SplitMix64.
struct Mixer(u64);

impl Mixer {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }
}

const CHILD: &str = "MMREC_TEST_KILLED";

/// What the program has noted.
#[derive(Clone, Debug, Default, PartialEq)]
struct Notes {
    /// Whether the file has been made.
    is_made: bool,
    /// The version of each row that was acknowledged.
    versions: Vec<u64>,
    /// The row that is being written anew.
    in_flight: Option<u64>,
    /// The number of rows that the array is being cut to.
    shrinking_to: Option<usize>,
}

impl Notes {
    /// One note for a line, of a word and up to two numbers. The last may be torn, for a write may end with a page when the program
    /// is killed; then it was not made.
    fn read(text: &str) -> Self {
        let mut notes = Self::default();
        let whole = text.rfind('\n').map_or("", |end| &text[..=end]);
        for line in whole.lines() {
            let mut words = line.split(' ');
            let word = words.next().unwrap();
            let mut number = || words.next().unwrap().parse::<u64>().unwrap();
            match word {
                "made" => notes.is_made = true,
                "rows" => notes.versions.resize(number() as usize, 0),
                "version" => {
                    let (id, version) = (number(), number());
                    notes.versions[id as usize] = version;
                    notes.in_flight = None;
                }
                "writing" => notes.in_flight = Some(number()),
                "shrinking" => notes.shrinking_to = Some(number() as usize),
                "shrunk" => {
                    notes.versions.truncate(number() as usize);
                    notes.shrinking_to = None;
                }
                _ => panic!("{line}"),
            }
        }
        notes
    }

    fn write(&self, path: &Path) {
        let mut text = String::new();
        if self.is_made {
            text += "made\n";
        }
        writeln!(text, "rows {}", self.versions.len()).unwrap();
        for (id, version) in self.versions.iter().enumerate().filter(|(_, version)| **version > 0) {
            writeln!(text, "version {id} {version}").unwrap();
        }
        fs::write(path, text).unwrap();
    }
}

/// The program: works until it is killed.
fn work(dir: &Path, is_npy: bool, seed: u64) {
    let (path, notes_path) = (dir.join("f"), dir.join("notes"));
    let mut notes = Notes::read(&fs::read_to_string(&notes_path).unwrap());
    let mut file = OpenOptions::new().append(true).open(&notes_path).unwrap();
    let mut note = |line: String| file.write_all(format!("{line}\n").as_bytes()).unwrap();
    let mut random = Mixer(seed);
    let mut map = open(&path, is_npy, &mut notes);
    note("made".to_owned());
    // Not for ever, should nobody kill it.
    let end = Instant::now() + Duration::from_secs(20);
    while Instant::now() < end {
        let before = notes.versions.len() as u64;
        let rows = random.below(60);
        let new = || (before..before + rows).map(|id| row(id, 0));
        match random.below(10) {
            0..3 => {
                map.append(&new().collect::<Vec<_>>()).unwrap();
                notes.versions.resize((before + rows) as usize, 0);
                note(format!("rows {}", before + rows));
            }
            3..5 => {
                let mut appender = map.appender().unwrap();
                // Sometimes more than it collects.
                let rows = if random.below(8) == 0 { 6000 } else { rows };
                for id in before..before + rows {
                    appender.push(row(id, 0)).unwrap();
                }
                match random.below(3) {
                    0 => appender.commit().unwrap(),
                    1 => appender.flush().unwrap(),
                    _ => appender.finish().unwrap(),
                }
                notes.versions.resize((before + rows) as usize, 0);
                note(format!("rows {}", before + rows));
            }
            5..8 if before > 0 => {
                for _ in 0..random.below(200) {
                    let id = random.below(before);
                    let version = notes.versions[id as usize] + 1;
                    note(format!("writing {id}"));
                    map.set(id as usize, row(id, version));
                    notes.versions[id as usize] = version;
                    note(format!("version {id} {version}"));
                }
                match random.below(3) {
                    0 => map.flush().unwrap(),
                    1 => map.flush_range(0..before as usize / 2).unwrap(),
                    _ => map.flush_async().unwrap(),
                }
            }
            8 if before > 20_000 => {
                let rows = random.below(before);
                note(format!("shrinking {rows}"));
                map.shrink_to(rows as usize).unwrap();
                notes.versions.truncate(rows as usize);
                note(format!("shrunk {rows}"));
            }
            _ => {
                drop(map);
                map = open(&path, is_npy, &mut notes);
            }
        }
    }
}

/// The file, without what a call that never returned has left behind the rows that were acknowledged.
fn open(path: &Path, is_npy: bool, notes: &mut Notes) -> RecordMap<Row, Ix1, ReadWrite> {
    if !path.exists() {
        let options = RecordMap::<Row>::options().shape(0);
        return if is_npy { options.create_npy(path) } else { options.create(path) }.unwrap();
    }
    let mut map = RecordMap::<Row>::open_rw(path).unwrap();
    if is_npy {
        map.discard_rest().unwrap();
    }
    let acknowledged = notes.versions.len();
    assert!(map.len() >= acknowledged);
    map.shrink_to(acknowledged).unwrap();
    map
}

/// Ends the program when the test is over, however it ends.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start(dir: &Path, is_npy: bool, seed: u64) -> Program {
    let log = File::create(dir.join("log")).unwrap();
    let child = Command::new(env::current_exe().unwrap())
        .args([
            "--exact",
            "kills::a_program_that_is_killed_loses_nothing_that_was_acknowledged",
            "--nocapture",
        ])
        .env(CHILD, format!("{is_npy} {seed} {}", dir.display()))
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .stdin(Stdio::null())
        .spawn();
    Program(child.unwrap())
}

/// Holds the file against what was acknowledged; gives the notes for the program that goes on with it.
fn check(dir: &Path, is_npy: bool) -> Notes {
    let path = dir.join("f");
    let mut notes = Notes::read(&fs::read_to_string(dir.join("notes")).unwrap());
    if !path.exists() {
        assert!(!notes.is_made && notes.versions.is_empty(), "a file that was made is gone");
        return notes;
    }
    let map = match RecordMap::<Row>::open(&path) {
        Ok(map) => map,
        Err(error) => panic!("the file does not open: {error}"),
    };
    if let Some(rows) = notes.shrinking_to.take() {
        // It was cut, or not yet; a raw file has no other length than one of these.
        assert!([rows, notes.versions.len()].contains(&map.len()), "{} {notes:?}", map.len());
        notes.versions.truncate(map.len());
    }
    let acknowledged = notes.versions.len();
    assert!(map.len() >= acknowledged, "{} rows of {acknowledged}", map.len());
    let in_flight = notes.in_flight.take();
    for (id, found) in map.iter().enumerate().take(acknowledged) {
        let version = notes.versions[id];
        if in_flight == Some(id as u64) {
            // Half old and half new, perhaps, which nobody was told is written.
            let (old, new) = (row(id as u64, version), row(id as u64, version + 1));
            let is_either = |field: fn(&Row) -> u64| [field(&old), field(&new)].contains(&field(&found));
            assert!(is_either(|row| row.id) && is_either(|row| row.version) && is_either(|row| row.check));
            notes.versions[id] = u64::MAX;
            continue;
        }
        assert_eq!(found, row(id as u64, version), "row {id} of {acknowledged}, {} in the file", map.len());
    }
    if is_npy {
        // What the header names is whole, acknowledged or not.
        for (id, found) in map.iter().enumerate().skip(acknowledged) {
            assert_eq!(found, row(id as u64, 0));
        }
    }
    drop(map);
    // The row that was in flight is written again, so that all of them are known.
    if let Some(id) = in_flight {
        let version = 1_000_000 + id;
        RecordMap::<Row>::open_rw(&path).unwrap().set(id as usize, row(id, version));
        notes.versions[id as usize] = version;
    }
    notes
}

#[derive(Default)]
struct Seen {
    kills: usize,
    acknowledged: usize,
    in_flight: usize,
    behind: usize,
    before_it_was_made: usize,
}

fn kill_again_and_again(is_npy: bool, kills: usize, seed: u64) -> Seen {
    let dir = tempdir().unwrap();
    let notes_path = dir.path().join("notes");
    let mut random = Mixer(seed);
    let (mut notes, mut seen) = (Notes::default(), Seen::default());
    for kill in 0..kills {
        if kill % 20 == 0 {
            let _ = fs::remove_file(dir.path().join("f"));
            notes = Notes::default();
        }
        notes.is_made = dir.path().join("f").exists();
        notes.write(&notes_path);
        let before = fs::metadata(&notes_path).unwrap().len();
        let mut program = start(dir.path(), is_npy, random.next());
        if random.below(5) > 0 {
            let end = Instant::now() + Duration::from_secs(20);
            while fs::metadata(&notes_path).unwrap().len() == before {
                assert!(Instant::now() < end, "{}", fs::read_to_string(dir.path().join("log")).unwrap());
                thread::sleep(Duration::from_micros(200));
            }
            thread::sleep(Duration::from_micros(random.below(8000)));
        } else {
            thread::sleep(Duration::from_micros(random.below(30_000)));
        }
        program.0.kill().unwrap();
        let status = program.0.wait().unwrap();
        let log = || fs::read_to_string(dir.path().join("log")).unwrap();
        assert_eq!(status.signal(), Some(9), "the program ended by itself: {}", log());
        let noted = Notes::read(&fs::read_to_string(&notes_path).unwrap());
        notes = check(dir.path(), is_npy);
        seen.kills += 1;
        seen.acknowledged += usize::from(noted != notes || !noted.versions.is_empty());
        seen.in_flight += usize::from(noted.in_flight.is_some());
        seen.before_it_was_made += usize::from(!noted.is_made);
        let end = |path: PathBuf| fs::metadata(path).map_or(0, |found| found.len());
        seen.behind +=
            usize::from(end(dir.path().join("f")) > 256 + (noted.versions.len() * size_of::<Row>()) as u64);
    }
    seen
}

#[test]
fn a_program_that_is_killed_loses_nothing_that_was_acknowledged() {
    if let Ok(words) = env::var(CHILD) {
        let mut words = words.splitn(3, ' ');
        let (is_npy, seed) = (words.next().unwrap() == "true", words.next().unwrap().parse().unwrap());
        work(Path::new(words.next().unwrap()), is_npy, seed);
        return;
    }
    let kills = env::var("MMREC_KILLS").map_or(520, |kills| kills.parse().unwrap());
    let seed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos() as u64;
    println!("seed {seed}");
    thread::scope(|scope| {
        let both = [false, true]
            .map(|is_npy| (is_npy, scope.spawn(move || kill_again_and_again(is_npy, kills / 2, seed))));
        for (is_npy, seen) in both {
            let seen = seen.join().unwrap();
            println!(
                "{}: {} kills, {} with rows acknowledged, {} while a row was written, {} with something behind the \
                 array, {} before the file was made",
                if is_npy { ".npy" } else { "raw" },
                seen.kills,
                seen.acknowledged,
                seen.in_flight,
                seen.behind,
                seen.before_it_was_made
            );
            assert_eq!(seen.kills, kills / 2);
            assert!(seen.acknowledged > kills / 5, "few of the kills met anything");
        }
    });
}
