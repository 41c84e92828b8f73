//! Appenders, and arrays that become shorter, of raw files and of `.npy`.

use std::{
    fs::{self, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
};

use mmrec::{Code, DynMap, Element, ErrorKind, Ix1, Ix2, MmapRecord, Order, ReadWrite, RecordMap, Result, s};
use proptest::prelude::*;
use tempfile::{TempDir, tempdir};

#[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
#[repr(C)]
struct Tick {
    ts: u64,
    price: f64,
    qty: u32,
}

fn tick(i: u64) -> Tick {
    Tick { ts: i, price: 0.25 * i as f64, qty: !0 }
}

/// How many ticks an appender collects before it writes them.
const COLLECTED: usize = (256 << 10) / size_of::<Tick>();

type Map<T> = RecordMap<T, Ix1, ReadWrite>;

/// A new file of `len` zeros.
fn create<T: Element>(path: &Path, is_npy: bool, len: usize) -> Map<T> {
    let options = RecordMap::<T>::options().shape(len);
    if is_npy { options.create_npy(path).unwrap() } else { options.create(path).unwrap() }
}

fn open<T: Element>(path: &Path) -> Vec<T> {
    RecordMap::<T>::open(path).unwrap().to_vec()
}

/// A directory, a raw file in it, and a `.npy`.
fn files() -> (TempDir, [(bool, PathBuf); 2]) {
    let dir = tempdir().unwrap();
    let paths = [(false, dir.path().join("f.bin")), (true, dir.path().join("f.npy"))];
    (dir, paths)
}

#[track_caller]
fn expect_error<T>(result: Result<T>, kind: ErrorKind, path: &Path, part: &str) {
    let error = result.map(|_| ()).unwrap_err();
    assert_eq!((error.kind(), error.path()), (kind, Some(path)), "{error}");
    assert!(error.to_string().contains(part), "{error}");
}

#[test]
fn what_is_pushed_is_what_append_writes() {
    let (dir, files) = files();
    for (is_npy, path) in files {
        for count in [0, 1, 2, COLLECTED - 1, COLLECTED, COLLECTED + 1, 3 * COLLECTED + 7] {
            let records: Vec<Tick> = (0..count as u64).map(tick).collect();
            let mut map = create::<Tick>(&path, is_npy, 3);
            let mut appender = map.appender().unwrap();
            assert!(!appender.is_empty());
            let (one, many) = records.split_at(count / 2);
            one.iter().for_each(|record| appender.push(*record).unwrap());
            appender.extend_from_slice(many).unwrap();
            assert_eq!(appender.len(), count + 3);
            appender.finish().unwrap();
            assert_eq!(map.len(), count + 3);
            assert_eq!(map.slice(s![3..]).to_vec(), records);
            map.close().unwrap();

            let other = dir.path().join("other");
            let mut map = create::<Tick>(&other, is_npy, 3);
            map.append(&records).unwrap();
            map.close().unwrap();
            assert!(fs::read(&path).unwrap() == fs::read(&other).unwrap(), "{is_npy} {count}");
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
#[repr(u8)]
enum Side {
    Buy = 1,
    Sell,
}

#[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
#[repr(C, packed)]
struct Packed {
    side: Code<Side>,
    price: f64,
    rest: [u16; 3],
}

#[test]
fn records_of_every_form_are_appended() {
    fn check<T: Element + PartialEq + std::fmt::Debug>(paths: &[(bool, PathBuf); 2], records: &[T]) {
        for (is_npy, path) in paths {
            let mut map = create::<T>(path, *is_npy, 0);
            let mut appender = map.appender().unwrap();
            for _ in 0..3 {
                records.iter().for_each(|record| appender.push(*record).unwrap());
            }
            drop(appender);
            assert_eq!(map.to_vec(), records.repeat(3));
            drop(map);
            if size_of::<T>() > 0 || *is_npy {
                assert_eq!(open::<T>(path), records.repeat(3));
            }
        }
    }
    let (_dir, files) = files();
    check::<u8>(&files, &[1, 2, 3]);
    check::<bool>(&files, &[true, false]);
    check::<[u16; 3]>(&files, &[[1, 2, 3], [4, 5, 6]]);
    check::<[[f32; 2]; 2]>(&files, &[[[0.5; 2]; 2]; 9]);
    check::<Packed>(&files, &[Packed { side: Side::Sell.into(), price: 2.5, rest: [1, 2, 3] }; 5]);
    // As large as the buffer, and larger.
    check::<[u64; 32 << 10]>(&files, &[[7; 32 << 10]]);
    check::<[u64; (32 << 10) + 1]>(&files, &[[7; (32 << 10) + 1]]);
    check::<[u8; 0]>(&files, &[[]; 4]);
}

#[test]
fn others_see_what_is_committed() {
    let (_dir, files) = files();
    for (is_npy, path) in files {
        let mut map = create::<Tick>(&path, is_npy, 0);
        let mut appender = map.appender().unwrap();
        let before = fs::read(&path).unwrap();
        appender.push(tick(1)).unwrap();
        assert_eq!(fs::read(&path).unwrap(), before, "it is in memory");
        appender.commit().unwrap();
        assert_eq!(open::<Tick>(&path), [tick(1)]);
        let old = RecordMap::<Tick>::open(&path).unwrap();
        for i in 2..COLLECTED as u64 * 2 {
            appender.push(tick(i)).unwrap();
        }
        if is_npy {
            assert_eq!(open::<Tick>(&path), [tick(1)], "what the header does not name is not there");
            assert!(
                fs::metadata(&path).unwrap().len() > (COLLECTED * 24) as u64,
                "and yet it is in the file"
            );
        }
        appender.flush().unwrap();
        let all: Vec<Tick> = (1..COLLECTED as u64 * 2).map(tick).collect();
        assert_eq!(open::<Tick>(&path), all);
        assert_eq!(old.to_vec(), [tick(1)], "a map keeps its length");
        appender.commit().unwrap();
        appender.flush().unwrap();
        appender.finish().unwrap();
        assert_eq!(map.to_vec(), all);
        // And so it goes on, in either way.
        map.append(&[tick(8)]).unwrap();
        let mut appender = map.appender().unwrap();
        appender.push(tick(9)).unwrap();
        drop(appender);
        map.grow(1).unwrap();
        assert_eq!(map.slice(s![-3..]).to_vec(), [tick(8), tick(9), Tick { ts: 0, price: 0.0, qty: 0 }]);
        map.close().unwrap();
        assert_eq!(open::<Tick>(&path).len(), all.len() + 3);
    }
}

#[test]
fn an_appender_writes_over_nothing_that_others_have_written() {
    let (_dir, files) = files();
    for (is_npy, path) in files {
        let mut map = create::<Tick>(&path, is_npy, 1);
        let mut other = RecordMap::<Tick>::open_rw(&path).unwrap();
        let mut appender = map.appender().unwrap();
        appender.push(tick(1)).unwrap();
        other.append(&[tick(2)]).unwrap();
        let found = fs::read(&path).unwrap();
        for _ in 0..2 {
            expect_error(appender.commit(), ErrorKind::ShapeMismatch, &path, "another program");
            expect_error(appender.flush(), ErrorKind::ShapeMismatch, &path, "another program");
            assert_eq!(fs::read(&path).unwrap(), found);
        }
        assert_eq!(appender.len(), 2);
        // What was taken is written once it can be.
        other.shrink_to(1).unwrap();
        appender.commit().unwrap();
        appender.push(tick(3)).unwrap();
        OpenOptions::new().write(true).open(&path).unwrap().set_len(30).unwrap();
        expect_error(appender.commit(), ErrorKind::Truncated, &path, "cut");
        assert_eq!(fs::metadata(&path).unwrap().len(), 30);
        expect_error(appender.finish(), ErrorKind::Truncated, &path, "cut");
        assert_eq!(fs::metadata(&path).unwrap().len(), 30);
        assert_eq!(map.len(), 1);
    }
}

/// Rows that are in the file and have no name yet may be cut away, by `discard_rest` too; then they get none.
#[test]
fn an_appender_names_nothing_that_was_cut_away() {
    let cuts: [fn(&Path, bool); 2] = [
        |path, is_npy| {
            // Another program that takes them for what one that was ended has left.
            if is_npy {
                assert!(RecordMap::<Tick>::open_rw(path).unwrap().discard_rest().unwrap() > 0);
            } else {
                let mut other = RecordMap::<Tick>::open_rw(path).unwrap();
                other.shrink_to(3).unwrap();
            }
        },
        |path, _| OpenOptions::new().write(true).open(path).unwrap().set_len(200).unwrap(),
    ];
    let ends: [fn(mmrec::Appender<'_, Tick>) -> Result<()>; 4] = [
        |mut appender| appender.commit(),
        |mut appender| appender.flush(),
        |appender| appender.finish(),
        |appender| {
            drop(appender);
            Err(mmrec::RecordMap::<Tick>::open("/no/such/file").unwrap_err())
        },
    ];
    let (_dir, files) = files();
    for (is_npy, path) in files {
        for (cut, end, collected) in ends
            .iter()
            .flat_map(|end| cuts.iter().flat_map(move |cut| [0, 1].map(|collected| (cut, end, collected))))
        {
            let mut map = create::<Tick>(&path, is_npy, 3);
            let mut appender = map.appender().unwrap();
            // All that the buffer holds is written when one more is pushed.
            (0..COLLECTED as u64 + 1).for_each(|i| appender.push(tick(i)).unwrap());
            if collected == 0 {
                appender.commit().unwrap();
                if is_npy {
                    // Named, and so cut together with its name.
                    RecordMap::<Tick>::open_rw(&path).unwrap().shrink_to(3).unwrap();
                }
            }
            if !(is_npy && collected == 0) {
                cut(&path, is_npy);
            }
            let left = fs::read(&path).unwrap();
            end(appender).unwrap_err();
            assert!(fs::read(&path).unwrap() == left);
            assert_eq!(map.len(), 3);
            drop(map);
            fs::remove_file(&path).unwrap();
        }
    }
}

/// Two that append to one file without a lock overwrite each other's rows, or make them zeros; what one has named stays in the file
/// all the same.
#[test]
fn two_that_append_without_a_lock_leave_a_file_that_can_be_opened() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("f.npy");
    for round in 0..10 {
        create::<u64>(&path, true, 0).close().unwrap();
        let failed = std::sync::atomic::AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for own in 1..=2 {
                let (path, failed) = (&path, &failed);
                scope.spawn(move || {
                    for _ in 0..1000 {
                        // The file is longer than its header says while the other appends, and that is all.
                        let mut map = RecordMap::<u64>::open_rw(path).unwrap();
                        if map.append(&[own; 100]).is_err() {
                            failed.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                        }
                    }
                });
            }
        });
        let rows = open::<u64>(&path);
        assert!(rows.len() >= 100, "{round}: {} rows", rows.len());
        assert!(rows.iter().all(|row| [0, 1, 2].contains(row)), "{round}");
        assert!(failed.into_inner() < 2000);
        fs::remove_file(&path).unwrap();
    }
}

/// A log that is started once, and goes on where it ended.
#[test]
fn a_log_is_opened_or_made() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("log.npy");
    // What others start has the file until it is running.
    let options = || {
        RecordMap::<Tick>::options()
            .lock(mmrec::Lock::Exclusive)
            .lock_timeout(std::time::Duration::from_secs(20))
    };
    for run in 0..3 {
        // The number of rows that is asked for is that of a new file.
        let mut log = options().shape(2).open_or_create_npy(&path).unwrap();
        assert_eq!((log.len(), log.mode()), (2 + 10 * run, mmrec::Mode::ReadWrite));
        let mut appender = log.appender().unwrap();
        appender.extend_from_slice(&[tick(run as u64); 10]).unwrap();
        appender.finish().unwrap();
        // What another program has not named yet.
        drop(log);
        OpenOptions::new().append(true).open(&path).unwrap().write_all(&[1; 100]).unwrap();
        let mut log = options().shape(0).open_or_create_npy(&path).unwrap();
        assert_eq!(log.discard_rest().unwrap(), 100);
    }
    assert_eq!(open::<Tick>(&path)[12..22], [tick(1); 10]);
    let before = fs::read(&path).unwrap();
    expect_error(options().shape(2).create_new_npy(&path), ErrorKind::Io, &path, "exist");
    let numbers = RecordMap::<u64>::options();
    expect_error(
        numbers.clone().shape(0).open_or_create_npy(&path),
        ErrorKind::DTypeMismatch,
        &path,
        "not u64",
    );
    expect_error(options().shape((2, 2)).open_or_create_npy(&path), ErrorKind::RankMismatch, &path, "axes");
    expect_error(
        options().offset(8).shape(2).open_or_create_npy(&path),
        ErrorKind::Unsupported,
        &path,
        "offset",
    );
    expect_error(options().raw().shape(2).open_or_create_npy(&path), ErrorKind::Unsupported, &path, "raw");
    assert!(fs::read(&path).unwrap() == before);

    // Several axes, in both orders, and elements that are arrays.
    for order in [Order::C, Order::F] {
        let path = dir.path().join(format!("{order:?}.npy"));
        let rows = |shape| RecordMap::<u16>::options().order(order).shape(shape).open_or_create_npy(&path);
        let (new, more, other) = match order {
            Order::C => ([3, 4], [9, 4], [3, 5]),
            Order::F => ([4, 3], [4, 9], [5, 3]),
        };
        rows(new).unwrap().append(&[7; 8]).unwrap();
        let map = rows(more).unwrap();
        assert_eq!((map.len(), map.iter().map(u64::from).sum::<u64>()), (20, 56));
        expect_error(rows(other), ErrorKind::ShapeMismatch, &path, "number of rows alone");
    }
    let path = dir.path().join("arrays.npy");
    for len in [3, 4] {
        let mut map = RecordMap::<[f32; 3]>::options().shape(3).open_or_create_npy(&path).unwrap();
        assert_eq!(map.len(), len);
        map.append(&[[1.0; 3]]).unwrap();
    }
    for len in [5, 6] {
        let dtype = "('<f4', (3,))".parse::<mmrec::DType>().unwrap();
        let options = DynMap::options().dtype(dtype);
        let mut map = options.clone().shape(1).open_or_create_npy(&path).unwrap();
        assert_eq!(map.shape(), [len, 3]);
        map.grow(1).unwrap();
        options.shape(1).create_new_npy(&path).unwrap_err();
    }

    // One whose maker was ended before it wrote anything.
    let empty = dir.path().join("empty.npy");
    fs::write(&empty, b"").unwrap();
    expect_error(numbers.clone().shape(0).open_or_create_npy(&empty), ErrorKind::BadNpy, &empty, "found 0");
    let mut log = numbers
        .clone()
        .lock(mmrec::Lock::Exclusive)
        .lock_timeout(std::time::Duration::from_secs(20))
        .shape(0)
        .open_or_create_npy(&empty)
        .unwrap();
    log.append(&[7]).unwrap();
    assert_eq!(open::<u64>(&empty), [7]);

    // What is no .npy is not taken for one.
    let other = dir.path().join("other");
    fs::write(&other, [0; 80]).unwrap();
    expect_error(numbers.clone().shape(0).open_or_create_npy(&other), ErrorKind::BadNpy, &other, "");
    let nowhere = dir.path().join("no/such.npy");
    expect_error(numbers.clone().shape(0).open_or_create_npy(&nowhere), ErrorKind::Io, &nowhere, "directory");
    #[cfg(unix)]
    {
        // A link to nothing is nobody's log.
        let link = dir.path().join("link");
        std::os::unix::fs::symlink("nothing", &link).unwrap();
        expect_error(numbers.shape(0).open_or_create_npy(&link), ErrorKind::Io, &link, "");
        assert!(!dir.path().join("nothing").exists());
    }
}

/// Of many that start a log at the same time, one makes the file, and no row is lost.
#[test]
fn a_log_that_many_start_is_made_once() {
    let dir = tempdir().unwrap();
    for round in 0..50 {
        let path = dir.path().join(format!("{round}.npy"));
        // Every other is there already, for its maker was ended before it wrote anything.
        if round % 2 == 0 {
            fs::write(&path, b"").unwrap();
        }
        std::thread::scope(|scope| {
            for own in 0..4 {
                let path = &path;
                scope.spawn(move || {
                    let options = RecordMap::<u64>::options().lock(mmrec::Lock::Exclusive);
                    let options = options.lock_timeout(std::time::Duration::from_secs(60)).shape(0);
                    options.open_or_create_npy(path).unwrap().append(&[own; 3]).unwrap();
                });
            }
        });
        let mut rows = open::<u64>(&path);
        rows.sort_unstable();
        assert_eq!(rows, [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]);
    }
}

/// Who opens a `.npy` that is being overwritten finds an array in it.
#[test]
fn a_file_that_is_overwritten_can_be_opened_meanwhile() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("f.npy");
    let lens = [100_000, 0, 7, 200_000, 3000];
    let make = |len: usize| {
        let mut map = create::<u64>(&path, true, len);
        map.fill(5);
    };
    make(lens[0]);
    let stop = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        /// Ends the reader however the writer ends.
        struct Stop<'a>(&'a std::sync::atomic::AtomicBool);
        impl Drop for Stop<'_> {
            fn drop(&mut self) {
                self.0.store(true, std::sync::atomic::Ordering::Relaxed);
            }
        }
        let writing = Stop(&stop);
        let reader = scope.spawn(|| {
            let mut opened = 0;
            while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                let map = RecordMap::<u64>::open(&path).unwrap();
                assert!(lens.contains(&map.len()), "{}", map.len());
                opened += 1;
            }
            opened
        });
        for _ in 0..100 {
            lens.into_iter().for_each(make);
        }
        drop(writing);
        assert!(reader.join().unwrap() > 100);
    });
}

#[test]
fn an_appender_can_have_its_map() {
    struct Logger {
        ticks: mmrec::Appender<'static, Tick>,
    }
    let (_dir, files) = files();
    for (is_npy, path) in files {
        let map = RecordMap::<Tick>::options().lock(mmrec::Lock::Exclusive).shape(2);
        let map = if is_npy { map.create_npy(&path) } else { map.create(&path) }.unwrap();
        let mut logger = Logger { ticks: map.into_appender().unwrap() };
        std::thread::spawn(move || {
            (0..100).for_each(|i| logger.ticks.push(tick(i)).unwrap());
            logger.ticks.commit().unwrap();
            (100..200).for_each(|i| logger.ticks.push(tick(i)).unwrap());
            assert_eq!(logger.ticks.len(), 202);
            logger.ticks.finish()
        })
        .join()
        .unwrap()
        .unwrap();
        // The lock is gone with it.
        let options = RecordMap::<Tick>::options()
            .lock(mmrec::Lock::Exclusive)
            .lock_timeout(std::time::Duration::from_secs(20));
        let mut map = options.open_rw(&path).unwrap();
        assert_eq!((map.len(), map.at(201)), (202, tick(199)));
        drop(map.appender().unwrap());
        let dropped = map.into_appender().unwrap();
        drop(dropped);
        OpenOptions::new().append(true).open(&path).unwrap().write_all(&[0; 24]).unwrap();
        if is_npy {
            let map = RecordMap::<Tick>::open_rw(&path).unwrap();
            expect_error(map.into_appender(), ErrorKind::ShapeMismatch, &path, "behind the array");
        }
    }
}

#[test]
fn an_appender_starts_at_the_end_of_the_file_alone() {
    let (_dir, files) = files();
    for (is_npy, path) in files {
        let mut map = create::<Tick>(&path, is_npy, 2);
        OpenOptions::new().append(true).open(&path).unwrap().write_all(b"rest").unwrap();
        expect_error(map.appender(), ErrorKind::ShapeMismatch, &path, "4 bytes lie behind the array");
        expect_error(map.shrink_to(1), ErrorKind::ShapeMismatch, &path, "4 bytes lie behind the array");
        assert_eq!(map.discard_rest().unwrap(), 4);
        map.appender().unwrap().push(tick(7)).unwrap();
        assert_eq!(map.at(2), tick(7));
    }
    // An array of nothing, past the end of a file.
    let dir = tempdir().unwrap();
    let path = dir.path().join("late");
    fs::write(&path, b"abc").unwrap();
    let mut map = RecordMap::<u16>::options().offset(100).shape(0).open_rw(&path).unwrap();
    let mut appender = map.appender().unwrap();
    appender.push(0x4142).unwrap();
    appender.finish().unwrap();
    let found = fs::read(&path).unwrap();
    assert_eq!((&found[..4], found.len(), &found[100..]), (&b"abc\0"[..], 102, &b"BA"[..]));
}

#[test]
fn a_header_without_room_keeps_the_records_behind_the_array() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("f.npy");
    // As short as it can be.
    let text = "{'descr': '<u4', 'fortran_order': False, 'shape': (9,), }\n";
    let mut file = b"\x93NUMPY\x01\x00".to_vec();
    file.extend(u16::try_from(text.len()).unwrap().to_le_bytes());
    file.extend(text.as_bytes());
    file.extend([1; 36]);
    fs::write(&path, &file).unwrap();
    let mut map = RecordMap::<u32>::open_rw(&path).unwrap();
    let mut appender = map.appender().unwrap();
    appender.push(7).unwrap();
    expect_error(appender.commit(), ErrorKind::Unsupported, &path, "no room for 10 rows");
    expect_error(appender.finish(), ErrorKind::Unsupported, &path, "no room");
    assert_eq!((map.len(), open::<u32>(&path).len()), (9, 9));
    assert_eq!(map.discard_rest().unwrap(), 4);
    assert_eq!(fs::read(&path).unwrap(), file);
}

#[test]
fn arrays_become_shorter() {
    let (_dir, files) = files();
    for (is_npy, path) in files {
        let mut map = create::<Tick>(&path, is_npy, 1000);
        (0..1000).for_each(|i| map.set(i, tick(i as u64)));
        let other = RecordMap::<Tick>::open(&path).unwrap();
        expect_error(map.shrink_to(1001), ErrorKind::ShapeMismatch, &path, "has 1000 rows");
        map.shrink_to(1000).unwrap();
        assert_eq!(map.len(), 1000);
        map.shrink_to(10).unwrap();
        let ten: Vec<Tick> = (0..10).map(tick).collect();
        assert_eq!(map.to_vec(), ten);
        assert_eq!(open::<Tick>(&path), ten);
        assert_eq!(other.slice(s![..10]).to_vec(), ten, "what is left of another's map is there");
        assert_eq!(fs::metadata(&path).unwrap().len(), map.offset() + 10 * 24);
        // What was cut does not come back.
        map.grow(5).unwrap();
        assert!(map.slice(s![10..]).iter().all(|tick| tick.ts == 0 && tick.qty == 0));
        map.shrink_to(0).unwrap();
        assert!(map.is_empty() && open::<Tick>(&path).is_empty());
        map.append(&ten).unwrap();
        map.close().unwrap();
        assert_eq!(open::<Tick>(&path), ten);

        let mut any = DynMap::options();
        if !is_npy {
            any = any.dtype(Tick::dtype().clone());
        }
        let mut any = any.open_rw(&path).unwrap();
        expect_error(any.shrink_to(11), ErrorKind::ShapeMismatch, &path, "10 rows");
        any.shrink_to(3).unwrap();
        assert_eq!((any.shape(), any.view().shape()), (&[3][..], &[3][..]));
        assert_eq!(open::<Tick>(&path), ten[..3]);
    }
}

#[test]
fn arrays_of_several_axes_become_shorter_along_the_widest() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("f.npy");
    for order in [Order::C, Order::F] {
        let mut map = RecordMap::<u32>::options().shape((3, 4)).order(order).create_npy(&path).unwrap();
        let mut next = 0..;
        map.update(|_| next.next().unwrap());
        map.shrink_to(2).unwrap();
        let (shape, left) = match order {
            Order::C => ([2, 4], vec![0, 1, 2, 3, 4, 5, 6, 7]),
            Order::F => ([3, 2], vec![0, 1, 4, 5, 8, 9]),
        };
        assert_eq!((map.shape(), map.to_vec()), (&shape[..], left.clone()));
        let again = RecordMap::<u32>::options().rank::<Ix2>().open(&path).unwrap();
        assert_eq!((again.shape(), again.to_vec()), (&shape[..], left));
    }
    let mut one = RecordMap::<u32>::options().shape(()).create(&path).unwrap();
    expect_error(one.shrink_to(0), ErrorKind::RankMismatch, &path, "without axes");
}

/// An array of nothing may lie past the end of a file, which does not become longer by being cut.
#[test]
fn shrinking_makes_no_file_longer() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("f");
    fs::write(&path, b"0123456789").unwrap();
    let mut map = RecordMap::<u16>::options().offset(1000).shape(0).open_rw(&path).unwrap();
    map.shrink_to(0).unwrap();
    assert_eq!(map.discard_rest().unwrap(), 0);
    assert_eq!(fs::read(&path).unwrap(), b"0123456789");
}

/// A header that names fewer rows is taken back where the file cannot be cut.
#[cfg(target_os = "linux")]
#[test]
fn a_file_that_cannot_be_cut_stays_as_it_was() {
    use std::{fs::File, os::unix::fs::FileExt};

    use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, memfd_create};

    let file = File::from(memfd_create("mmrec-test", MemfdFlags::ALLOW_SEALING).unwrap());
    let mut map = RecordMap::<u32>::options().shape(1000).create_npy(&file).unwrap();
    map.fill(7);
    let content = || {
        let mut bytes = vec![0; usize::try_from(file.metadata().unwrap().len()).unwrap()];
        file.read_exact_at(&mut bytes, 0).unwrap();
        bytes
    };
    let before = content();
    fcntl_add_seals(&file, SealFlags::SHRINK).unwrap();
    let error = map.shrink_to(3).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io, "{error}");
    assert!(content() == before);
    assert_eq!((map.len(), map.sum()), (1000, 7000));
    map.append(&[8]).unwrap();
    assert_eq!(map.len(), 1001);
}

#[derive(Clone, Debug)]
enum Step {
    Push(usize),
    Extend(usize),
    Commit,
    Flush,
    /// The appender is dropped, and there is a new one.
    Renew,
    Append(usize),
    Grow(usize),
    /// To so many of a thousand of the rows.
    Shrink(usize),
    Set(usize),
    Reopen,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (0usize..40).prop_map(Step::Push),
        1 => (0usize..3 * COLLECTED).prop_map(Step::Extend),
        1 => Just(Step::Commit),
        1 => Just(Step::Flush),
        1 => Just(Step::Renew),
        1 => (0usize..2000).prop_map(Step::Append),
        1 => (0usize..2000).prop_map(Step::Grow),
        1 => (0usize..=1000).prop_map(Step::Shrink),
        1 => (0usize..1000).prop_map(Step::Set),
        1 => Just(Step::Reopen),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    /// Whatever is done to a file, it is the vector that had the same done to it.
    #[test]
    fn files_that_grow_and_shrink_are_as_a_vec(
        is_npy: bool,
        steps in prop::collection::vec(step(), 1..25),
    ) {
        let dir = tempdir().unwrap();
        let path = dir.path().join("f");
        let mut map = create::<Tick>(&path, is_npy, 0);
        let mut model: Vec<Tick> = Vec::new();
        let mut next = 1u64;
        let mut some = |count: usize| -> Vec<Tick> {
            (0..count).map(|_| { next += 1; tick(next) }).collect()
        };
        let mut steps = steps.into_iter().peekable();
        while let Some(step) = steps.next() {
            match step {
                Step::Append(count) => {
                    let new = some(count);
                    map.append(&new).unwrap();
                    model.extend(new);
                }
                Step::Grow(count) => {
                    map.grow(count).unwrap();
                    model.resize(model.len() + count, Tick { ts: 0, price: 0.0, qty: 0 });
                }
                Step::Shrink(part) => {
                    let rows = model.len() * part / 1000;
                    map.shrink_to(rows).unwrap();
                    model.truncate(rows);
                }
                Step::Set(part) => {
                    if !model.is_empty() {
                        let at = model.len() * part / 1000;
                        map.set(at, tick(5));
                        model[at] = tick(5);
                    }
                }
                Step::Reopen => {
                    drop(map);
                    map = RecordMap::<Tick>::open_rw(&path).unwrap();
                }
                first => {
                    let mut appender = map.appender().unwrap();
                    let mut step = Some(first);
                    while let Some(now) = step {
                        match now {
                            Step::Push(count) => some(count).into_iter().for_each(|record| {
                                appender.push(record).unwrap();
                                model.push(record);
                            }),
                            Step::Extend(count) => {
                                let new = some(count);
                                appender.extend_from_slice(&new).unwrap();
                                model.extend(new);
                            }
                            Step::Commit => {
                                appender.commit().unwrap();
                                prop_assert_eq!(open::<Tick>(&path), model.clone());
                            }
                            Step::Flush => {
                                appender.flush().unwrap();
                                prop_assert_eq!(open::<Tick>(&path), model.clone());
                            }
                            _ => break,
                        }
                        prop_assert_eq!(appender.len(), model.len());
                        step = steps.next_if(|step| {
                            matches!(step, Step::Push(_) | Step::Extend(_) | Step::Commit | Step::Flush)
                        });
                    }
                }
            }
            prop_assert_eq!(map.len(), model.len());
            prop_assert!(map.iter().eq(model.iter().copied()));
            prop_assert!(open::<Tick>(&path) == model);
        }
    }
}
