//! Programs that are killed while they append or make a directory: at each of their system calls in turn, and at any moment.
//! `MMREC_COLUMN_KILLS` takes another number than 40 of the latter.
#![cfg(target_os = "linux")]

use std::{
    collections::BTreeSet,
    env, fs,
    io::Write as _,
    os::unix::process::ExitStatusExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use mmrec::{ColumnMap, DynColumnMap, ErrorKind, MmapRecord, RecordMap, View};
use tempfile::tempdir;

use crate::strace;

#[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
#[repr(C)]
pub(crate) struct Row {
    id: u64,
    half: f32,
    pair: [u16; 2],
}

fn row(i: usize) -> Row {
    let low = u16::try_from(i % 65536).unwrap();
    Row { id: i as u64, half: f32::from(low) / 2.0, pair: [low, !low] }
}

pub(crate) fn rows(range: std::ops::Range<usize>) -> Vec<Row> {
    range.map(row).collect()
}

const CHILD: &str = "MMREC_TEST_COLUMNS_HALTED";
pub(crate) const FILES: [&str; 7] =
    ["dtype.descr", "half.npy", "id.npy", "pair.npy", ".append", ".append.begun", ".append.lock"];
const CALLS: [&str; 12] = [
    "openat",
    "write",
    "pwrite64",
    "fallocate",
    "ftruncate",
    "fdatasync",
    "fsync",
    "/^rename",
    "/^unlink",
    "/^mkdir",
    "linkat",
    "flock",
];

#[test]
fn what_is_done_under_strace() {
    let Ok(words) = env::var(CHILD) else { return };
    let (act, path) = words.split_once(": ").unwrap();
    match act {
        "append" => ColumnMap::<Row>::open_rw(path).unwrap().append(&rows(10..1010)).unwrap(),
        "recover" => drop(ColumnMap::<Row>::open_rw(path).unwrap()),
        "fail" => {
            let mut map = ColumnMap::<Row>::open_rw(path).unwrap();
            println!("failed: {}", map.append(&rows(10..1010)).unwrap_err());
            println!("has {} rows", map.len());
            assert!(map.iter().eq(rows(0..10)));
        }
        "fail twice" => {
            let mut map = ColumnMap::<Row>::open_rw(path).unwrap();
            for nth in ["first", "second"] {
                let error = map.append(&rows(10..1010)).unwrap_err();
                let text = error.to_string();
                println!("{nth}: {:?}: {}", error.kind(), text.split_once(": ").unwrap().1);
                assert!(map.iter().eq(rows(0..10)));
            }
        }
        "create" => drop(ColumnMap::from_rows(View::from_slice(&rows(0..10)), path).unwrap()),
        "create and append" => {
            ColumnMap::from_rows(View::from_slice(&rows(0..10)), path)
                .unwrap()
                .append(&rows(10..1010))
                .unwrap();
        }
        "fail to create" => {
            println!("failed: {}", ColumnMap::from_rows(View::from_slice(&rows(0..10)), path).unwrap_err());
        }
        act => panic!("{act}"),
    }
}

/// Runs the program with this injected into its calls on the directory and its files, or several of these between blanks; `None`
/// where it cannot be traced.
pub(crate) fn run(act: &str, dir: &Path, inject: &str) -> Option<(bool, String)> {
    let paths: Vec<PathBuf> = FILES.iter().map(|file| dir.join(file)).chain([dir.to_path_buf()]).collect();
    // A directory that is being made has other names.
    let paths: Vec<&Path> =
        if act == "create" { Vec::new() } else { paths.iter().map(PathBuf::as_path).collect() };
    run_on(act, dir, &paths, inject)
}

/// Runs the program with this injected into its calls on these paths, or all if there are none.
pub(crate) fn run_on(act: &str, dir: &Path, paths: &[&Path], inject: &str) -> Option<(bool, String)> {
    let words = format!("{act}: {}", dir.display());
    let test = "kills::what_is_done_under_strace";
    let injects: Vec<_> = inject.split_whitespace().collect();
    let (is_done, text) =
        strace::end(strace::start(test, (CHILD, &words), paths, &CALLS.join(","), &injects)?);
    if text.contains("openat(") {
        return Some((is_done, text));
    }
    println!("skipped: strace cannot trace here");
    None
}

/// Kills a program before each of its calls in turn. `before` makes the directory, and `after` looks at what is left, and is told whether
/// the program was killed.
fn kill_at_each_call(act: &str, least: u32, before: impl Fn(&Path), mut after: impl FnMut(&Path, bool)) {
    let mut killed = 0;
    for call in CALLS {
        for nth in 1.. {
            let tmp = tempdir().unwrap();
            let dir = tmp.path().join("rows");
            before(&dir);
            let Some((is_done, text)) = run(act, &dir, &format!("inject={call}:signal=KILL:when={nth}"))
            else {
                return;
            };
            after(&dir, !is_done);
            if is_done {
                break;
            }
            assert!(text.contains("killed by SIGKILL"), "{call} {nth}: {text}");
            killed += 1;
        }
    }
    assert!(killed >= least, "{act}: killed {killed} times");
}

pub(crate) fn ten_rows(dir: &Path) {
    ColumnMap::from_rows(View::from_slice(&rows(0..10)), dir).unwrap();
}

/// The names of all files but the one that is locked, which stays, and holds nothing.
fn listing(dir: &Path) -> BTreeSet<String> {
    let names = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: BTreeSet<_> = names.collect();
    if names.remove(".append.lock") {
        assert_eq!(fs::metadata(dir.join(".append.lock")).unwrap().len(), 0);
    }
    names
}

/// All columns have the old rows or all of the new ones, however they are opened, and more can be appended; gives how many they have.
pub(crate) fn goes_on(dir: &Path) -> usize {
    let found = ColumnMap::<Row>::open(dir).unwrap();
    let len = found.len();
    assert!(found.iter().eq(rows(0..len)), "{len} rows");
    let untyped = DynColumnMap::open(dir).unwrap();
    assert_eq!((untyped.len(), untyped.column("id").unwrap().len()), (len, len));
    let mut copy = ColumnMap::<Row>::open_cow(dir).unwrap();
    copy.columns_mut().id.fill(7);
    assert_eq!((copy.len(), copy.columns().id.to_vec()), (len, vec![7; len]));
    drop((found, untyped, copy));

    let mut map = ColumnMap::<Row>::open_rw(dir).unwrap();
    assert_eq!(map.len(), len, "the same before and after what was left to do");
    // Now every header says so, and nothing is left.
    assert_eq!(RecordMap::<u64>::open(dir.join("id.npy")).unwrap().len(), len);
    assert_eq!(RecordMap::<f32>::open(dir.join("half.npy")).unwrap().len(), len);
    assert_eq!(RecordMap::<[u16; 2]>::open(dir.join("pair.npy")).unwrap().len(), len);
    assert_eq!(listing(dir), ["dtype.descr", "half.npy", "id.npy", "pair.npy"].map(String::from).into());
    for (file, width) in [("id.npy", 8), ("half.npy", 4), ("pair.npy", 4)] {
        assert_eq!(fs::metadata(dir.join(file)).unwrap().len(), 128 + len as u64 * width, "{file}");
    }
    map.append(&rows(len..len + 5)).unwrap();
    assert!(map.iter().eq(rows(0..len + 5)));
    map.close().unwrap();
    assert!(ColumnMap::<Row>::open(dir).unwrap().iter().eq(rows(0..len + 5)));
    len
}

#[test]
fn an_append_that_is_killed_at_any_call_is_of_all_columns_or_none() {
    let mut lens = Vec::new();
    kill_at_each_call("append", 30, ten_rows, |dir, _| lens.push(goes_on(dir)));
    assert!(lens.iter().all(|len| [10, 1010].contains(len)), "{lens:?}");
    if !lens.is_empty() {
        // The headers are written behind the moment from which the rows count.
        let (old, new) =
            (lens.iter().filter(|len| **len == 10).count(), lens.iter().filter(|len| **len == 1010).count());
        assert!(old > 10 && new > 10, "{lens:?}");
    }
}

/// A directory as a program leaves it that is killed before this call.
fn left_at(inject: &str) -> impl Fn(&Path) + '_ {
    move |dir| {
        ten_rows(dir);
        run("append", dir, inject);
    }
}

#[test]
fn who_finishes_an_append_may_be_killed_too() {
    // Once with rows that count and that two headers do not name, and once with rows that do not. Three writes are of rows.
    for (inject, len, least) in
        [("inject=pwrite64:signal=KILL:when=5", 1010, 10), ("inject=/^rename:signal=KILL:when=1", 10, 5)]
    {
        kill_at_each_call("recover", least, left_at(inject), |dir, _| assert_eq!(goes_on(dir), len));
    }
}

#[test]
fn a_directory_whose_maker_is_killed_is_whole_or_not_there() {
    let (mut there, mut not_there) = (0, 0);
    kill_at_each_call(
        "create",
        20,
        |_| (),
        |dir, is_killed| {
            match dir.exists() {
                true => {
                    assert_eq!(goes_on(dir), 10);
                    there += u32::from(is_killed);
                }
                false => not_there += u32::from(is_killed),
            }
            ten_rows_beside(dir);
        },
    );
    // Unless nothing can be traced here.
    if there + not_there > 0 {
        assert!(there > 0 && not_there > 0, "there {there} times, and {not_there} times not");
    }
}

/// What was left of the other does not keep anyone from making one.
fn ten_rows_beside(dir: &Path) {
    if !dir.exists() {
        ten_rows(dir);
        assert_eq!(goes_on(dir), 10);
    }
}

#[test]
fn what_others_have_behind_a_column_is_not_taken_for_rows_of_an_append() {
    let tmp = tempdir().unwrap();
    let dir = tmp.path().join("rows");
    ten_rows(&dir);
    let path = dir.join("pair.npy");
    let mut bytes = fs::read(&path).unwrap();
    bytes.extend(b"not of an append");
    fs::write(&path, &bytes).unwrap();
    if run("append", &dir, "inject=fallocate:signal=KILL:when=1").is_some() {
        drop(ColumnMap::<Row>::open_rw(&dir).unwrap());
        assert!(fs::read(&path).unwrap() == bytes);
    }
}

/// An append that fails at any of these calls leaves every column as it was. That one was begun may still be said, where the
/// disk has failed once. But for one call: when the rows count, and it may not be on the disk that they do.
#[test]
fn an_append_that_fails_changes_nothing() {
    for call in ["fallocate", "fdatasync", "fsync", "/^rename", "pwrite64", "write"] {
        let mut failed = 0;
        for nth in 1.. {
            let tmp = tempdir().unwrap();
            let dir = tmp.path().join("rows");
            ten_rows(&dir);
            let columns = || FILES[..5].iter().map(|file| fs::read(dir.join(file)).ok()).collect::<Vec<_>>();
            let before = columns();
            let Some((is_done, text)) = run("fail", &dir, &format!("inject={call}:error=EIO:when={nth}"))
            else {
                return;
            };
            if !text.contains("INJECTED") {
                break;
            }
            if text.contains("called `Result::unwrap_err()` on an `Ok` value") {
                // One that need not succeed.
                assert_eq!(goes_on(&dir), 1010, "{call} {nth}");
                continue;
            }
            assert!(is_done && text.contains("has 10 rows"), "{call} {nth}: {text}");
            if (call, nth) == ("fsync", 3) {
                rows_count_and_no_header_names_them(&dir, &before, &columns());
                assert!(text.contains("the rows were written, and count"), "{text}");
                assert_eq!(goes_on(&dir), 1010);
                continue;
            }
            assert!(before == columns(), "{call} {nth}: {text}");
            assert_eq!(goes_on(&dir), 10, "{call} {nth}");
            failed += 1;
        }
        assert!(failed > 0, "{call}: nothing failed");
    }
}

/// The directory itself is what the third `fsync` is of, when `.append` has its name.
fn rows_count_and_no_header_names_them(dir: &Path, before: &[Option<Vec<u8>>], after: &[Option<Vec<u8>>]) {
    let ([descr, columns @ .., said], [descr_now, columns_now @ .., said_now]) = (before, after) else {
        panic!("{before:?}, {after:?}");
    };
    assert!(descr == descr_now);
    assert_eq!((said.as_deref(), said_now.as_deref()), (None, Some(&b"10 -> 1010 rows\n"[..])));
    assert!(!dir.join(".append.begun").exists());
    for ((old, new), width) in columns.iter().zip(columns_now).zip([4, 8, 4]) {
        let (old, new) = (old.as_deref().unwrap(), new.as_deref().unwrap());
        assert_eq!((old.len(), new.len()), (128 + 10 * width, 128 + 1010 * width));
        assert!(new.starts_with(old));
    }
}

/// Rows that cannot be cut again are left to the next who appends, to whom it is told that they are there.
#[test]
fn rows_that_cannot_be_cut_are_not_forgotten() {
    let tmp = tempdir().unwrap();
    let dir = tmp.path().join("rows");
    ten_rows(&dir);
    let inject = "inject=fallocate:error=ENOSPC:when=5 inject=ftruncate:error=EIO";
    let Some((is_done, text)) = run("fail", &dir, inject) else { return };
    assert!(is_done && text.contains("has 10 rows"), "{text}");
    let longer = FILES[1..4].iter().any(|file| fs::read(dir.join(file)).unwrap().len() > 1128);
    assert!(longer && dir.join(".append.begun").exists(), "{text}");
    assert_eq!(goes_on(&dir), 10);
}

const ENDLESS: &str = "MMREC_TEST_COLUMNS_ENDLESS";

/// How many rows are appended to so many.
fn batch(len: usize) -> usize {
    1 + len % 97
}

#[test]
fn what_appends_until_it_is_killed() {
    let Ok(dir) = env::var(ENDLESS) else { return };
    let mut map = ColumnMap::<Row>::open_rw(&dir).unwrap();
    let mut notes = fs::File::create(Path::new(&dir).join("notes.txt")).unwrap();
    loop {
        let len = map.len();
        map.append(&rows(len..len + batch(len))).unwrap();
        // One call for each note.
        notes.write_all(format!("{}\n", map.len()).as_bytes()).unwrap();
    }
}

#[test]
fn a_program_that_is_killed_at_any_moment_has_appended_all_or_nothing() {
    let tmp = tempdir().unwrap();
    let dir = tmp.path().join("rows");
    ten_rows(&dir);
    let kills = env::var("MMREC_COLUMN_KILLS").map_or(40, |number| number.parse().unwrap());
    let mut in_flight = 0;
    for nth in 0..kills {
        let before = ColumnMap::<Row>::open(&dir).unwrap().len();
        let _ = fs::remove_file(dir.join("notes.txt"));
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", "kills::what_appends_until_it_is_killed", "--nocapture"])
            .env(ENDLESS, &dir)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        thread::sleep(Duration::from_micros(30_000 + nth * 7919 % 60_000));
        child.kill().unwrap();
        assert_eq!(child.wait().unwrap().signal(), Some(9), "it ended by itself");
        let notes = fs::read_to_string(dir.join("notes.txt")).unwrap_or_default();
        let acknowledged = notes.lines().last().map_or(before, |line| line.parse().unwrap());
        let map = ColumnMap::<Row>::open(&dir).unwrap();
        assert!(
            [acknowledged, acknowledged + batch(acknowledged)].contains(&map.len()),
            "{} of {acknowledged}",
            map.len()
        );
        assert!(map.iter().eq(rows(0..map.len())));
        if dir.join(".append").exists() || dir.join(".append.begun").exists() {
            in_flight += 1;
        }
        // Every other time the next program does what is left to do.
        if nth % 2 == 0 {
            let again = ColumnMap::<Row>::open_rw(&dir).unwrap();
            assert_eq!(again.len(), map.len());
        }
    }
    println!("{in_flight} of {kills} in the middle of an append");
}

#[test]
fn who_reads_while_others_append_finds_whole_rows() {
    let tmp = tempdir().unwrap();
    let dir = tmp.path().join("rows");
    ten_rows(&dir);
    let writer = thread::spawn({
        let dir = dir.clone();
        move || {
            let mut map = ColumnMap::<Row>::open_rw(dir).unwrap();
            for _ in 0..200 {
                let len = map.len();
                map.append(&rows(len..len + batch(len))).unwrap();
            }
            map.len()
        }
    });
    let (mut last, mut opened) = (10, 0);
    while !writer.is_finished() {
        let map = ColumnMap::<Row>::open(&dir).unwrap();
        assert!(map.len() >= last, "{} after {last}", map.len());
        assert!(map.iter().eq(rows(0..map.len())));
        last = map.len();
        opened += 1;
        // One that writes waits until nobody appends; its rows may be more by the time it appends.
        if opened % 8 == 0 {
            let mut other = ColumnMap::<Row>::open_rw(&dir).unwrap();
            if let Err(error) = other.append(&[]).and_then(|()| other.flush()) {
                panic!("{error}");
            }
        }
    }
    assert_eq!(ColumnMap::<Row>::open(&dir).unwrap().len(), writer.join().unwrap());
    assert!(opened > 4, "{opened}");
}

#[test]
fn two_that_append_take_turns_and_the_second_is_told() {
    let tmp = tempdir().unwrap();
    let dir = tmp.path().join("rows");
    ten_rows(&dir);
    let append = |dir: PathBuf| {
        move || {
            let (mut done, mut told) = (0, 0);
            while done < 20 {
                let mut map = ColumnMap::<Row>::open_rw(&dir).unwrap();
                let len = map.len();
                match map.append(&rows(len..len + 3)) {
                    Ok(()) => done += 1,
                    Err(error) => {
                        assert_eq!(error.kind(), ErrorKind::ShapeMismatch, "{error}");
                        told += 1;
                    }
                }
            }
            told
        }
    };
    let [a, b] = [thread::spawn(append(dir.clone())), thread::spawn(append(dir.clone()))];
    println!("told {} and {} times", a.join().unwrap(), b.join().unwrap());
    assert_eq!(goes_on(&dir), 10 + 2 * 20 * 3);
}
