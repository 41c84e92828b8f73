//! Disks that are full: every call that makes a file or makes one longer says so before a page is written, and leaves what was
//! there, on file systems that can reserve space and on those that cannot.
#![cfg(target_os = "linux")]

use std::{
    fs,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use mmrec::{Error, ErrorKind, Ix1, MmapRecord, ReadWrite, RecordMap, Result};
use tempfile::{TempDir, tempdir};

use super::mount::Mount;

#[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
#[repr(C)]
struct Row {
    id: u64,
    values: [u64; 31],
}

fn row(id: u64) -> Row {
    Row { id, values: [!id; 31] }
}

const ROW: usize = size_of::<Row>();

/// A small file system, in a file of its own or in memory.
struct Disk {
    mount: Mount,
    _dir: TempDir,
}

impl Disk {
    /// The kinds: `tmpfs`; `ext4`, which reserves space; and `ext2`, which cannot.
    fn new(kind: &str) -> Option<Self> {
        let dir = tempdir().unwrap();
        let at = dir.path().join("mnt");
        fs::create_dir(&at).unwrap();
        let mount = match kind {
            "tmpfs" => Mount::memory(&at, 4 << 20),
            _ => Mount::image(kind, &at, &dir.path().join("image"), 4 << 20),
        };
        Some(Self { mount: mount?, _dir: dir })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.mount.path().join(name)
    }

    fn free(&self) -> usize {
        let stat = rustix::fs::statvfs(self.mount.path()).unwrap();
        usize::try_from(stat.f_bavail * stat.f_frsize).unwrap()
    }

    /// Writes until nothing more goes in; gives what takes up the room.
    fn fill(&self) -> PathBuf {
        let path = self.path("filler");
        let mut file = fs::OpenOptions::new().create(true).append(true).open(&path).unwrap();
        for size in [1 << 16, 1 << 10, 1] {
            while std::io::Write::write_all(&mut file, &vec![1; size]).is_ok() {}
        }
        // What is written may not have its place yet.
        let _ = file.sync_all();
        path
    }

    /// Removes a file, and waits until its room is free, which ext4 sees to some time later.
    fn remove(&self, path: &Path) {
        let len = usize::try_from(fs::metadata(path).unwrap().len()).unwrap();
        let wanted = self.free() + len / 2;
        fs::remove_file(path).unwrap();
        let root = fs::File::open(self.mount.path()).unwrap();
        let end = Instant::now() + Duration::from_secs(20);
        while self.free() < wanted {
            assert!(Instant::now() < end, "{} bytes are free", self.free());
            rustix::fs::syncfs(&root).unwrap();
            thread::sleep(Duration::from_millis(1));
        }
    }

    fn content(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut all: Vec<_> = fs::read_dir(self.mount.path())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.is_file())
            .map(|path| (path.clone(), fs::read(&path).unwrap()))
            .collect();
        all.sort();
        all
    }
}

fn on_every_disk(test: impl Fn(&Disk)) {
    for kind in ["tmpfs", "ext4", "ext2"] {
        match Disk::new(kind) {
            Some(disk) => test(&disk),
            None => println!("skipped: {kind}"),
        }
    }
}

#[track_caller]
fn expect_full<T>(result: Result<T>, path: &Path) {
    let error: Error = result.map(|_| ()).unwrap_err();
    assert_eq!((error.kind(), error.path()), (ErrorKind::StorageFull, Some(path)), "{error}");
}

fn some_rows(path: &Path, is_npy: bool, rows: usize) -> RecordMap<Row, Ix1, ReadWrite> {
    let options = RecordMap::<Row>::options().shape(rows);
    let mut map = if is_npy { options.create_npy(path) } else { options.create(path) }.unwrap();
    (0..rows).for_each(|i| map.set(i, row(i as u64)));
    map.flush().unwrap();
    map
}

#[test]
fn a_full_disk_is_an_error_and_nothing_has_changed() {
    on_every_disk(|disk| {
        let (raw, npy) = (disk.path("f.bin"), disk.path("f.npy"));
        let (mut raw_map, mut npy_map) = (some_rows(&raw, false, 100), some_rows(&npy, true, 100));
        let filler = disk.fill();
        let before = disk.content();
        let many = vec![row(7); 2000];
        for round in 0..2 {
            let new = disk.path("new");
            expect_full(RecordMap::<Row>::options().shape(5000).create(&new), &new);
            expect_full(RecordMap::<Row>::options().shape(5000).create_new(&new), &new);
            expect_full(RecordMap::<Row>::options().shape(5000).create_npy(&new), &new);
            // Over an old file.
            expect_full(RecordMap::<Row>::options().shape(5000).create(&raw), &raw);
            expect_full(RecordMap::<Row>::options().shape(5000).create_npy(&npy), &npy);
            expect_full(RecordMap::<Row>::options().shape(5000).open_rw(&raw), &raw);
            for (map, path) in [(&mut raw_map, &raw), (&mut npy_map, &npy)] {
                expect_full(map.grow(2000), path);
                expect_full(map.append(&many), path);
                let mut appender = map.appender().unwrap();
                let pushed = many.iter().try_for_each(|row| appender.push(*row));
                expect_full(pushed.and_then(|()| appender.commit()), path);
                drop(appender);
                assert_eq!(map.len(), 100);
                assert!(map.iter().enumerate().all(|(i, found)| found == row(i as u64)));
            }
            let after = disk.content();
            assert!(
                after == before,
                "round {round}: {:?}",
                after.iter().map(|(path, _)| path).collect::<Vec<_>>()
            );
        }
        // With room again, all of it works, on the same maps.
        disk.remove(&filler);
        for map in [&mut raw_map, &mut npy_map] {
            map.append(&many[..100]).unwrap();
            map.grow(10).unwrap();
            let mut appender = map.appender().unwrap();
            appender.extend_from_slice(&many[..100]).unwrap();
            appender.flush().unwrap();
            appender.finish().unwrap();
            map.flush().unwrap();
            assert_eq!(map.len(), 310);
        }
    });
}

/// Where a call has succeeded, every page of the array can be written, whatever others do to the disk.
#[test]
fn what_was_reserved_can_be_written_on_a_full_disk() {
    on_every_disk(|disk| {
        for is_npy in [false, true] {
            // The largest file that there is room for, by trying.
            let mut rows = disk.free() / ROW;
            let path = disk.path("large");
            let mut map = loop {
                let options = RecordMap::<Row>::options().shape(rows);
                match if is_npy { options.create_npy(&path) } else { options.create(&path) } {
                    Ok(map) => break map,
                    Err(error) => assert_eq!(error.kind(), ErrorKind::StorageFull, "{error}"),
                }
                assert!(!path.exists());
                rows -= 16;
            };
            assert!(rows * ROW > disk.free(), "much of the disk was tried");
            let filler = disk.fill();
            map.fill(row(5));
            assert!(map.iter().all(|found| found == row(5)));
            map.close().unwrap();
            disk.remove(&filler);
            disk.remove(&path);

            // The same for a file that is made longer.
            let mut map = some_rows(&path, is_npy, 100);
            map.grow(4000).unwrap();
            disk.fill();
            (100..4100).for_each(|i| map.set(i, row(i as u64)));
            assert!(map.iter().enumerate().all(|(i, found)| found == row(i as u64)));
            map.close().unwrap();
            disk.remove(&filler);
            disk.remove(&path);
        }
        let path = disk.path("longer");
        drop(some_rows(&path, false, 10));
        let mut map = RecordMap::<Row>::options().shape(4000).open_rw(&path).unwrap();
        disk.fill();
        map.fill(row(9));
        assert!(map.iter().all(|found| found == row(9)));
        map.close().unwrap();
    });
}

/// What an appender was given is not lost by a disk that is full for a while.
#[test]
fn an_appender_goes_on_once_there_is_room() {
    on_every_disk(|disk| {
        for is_npy in [false, true] {
            let path = disk.path("f");
            let mut map = some_rows(&path, is_npy, 10);
            let filler = disk.fill();
            let mut appender = map.appender().unwrap();
            let mut failed = 0;
            for i in 10..4000 {
                while let Err(error) = appender.push(row(i)) {
                    assert_eq!(error.kind(), ErrorKind::StorageFull, "{error}");
                    failed += 1;
                    if failed == 3 {
                        disk.remove(&filler);
                    }
                }
            }
            assert_eq!(failed, 3);
            appender.finish().unwrap();
            assert_eq!(map.len(), 4000);
            assert!(map.iter().enumerate().all(|(i, found)| found == row(i as u64)));
            drop(map);
            disk.remove(&path);
        }
    });
}

/// What had room is named, though not all had.
#[test]
fn an_appender_names_what_is_in_the_file_when_the_disk_is_full() {
    on_every_disk(|disk| {
        for is_npy in [false, true] {
            for finishes in [false, true] {
                let path = disk.path("f");
                let mut map = some_rows(&path, is_npy, 10);
                let mut appender = map.appender().unwrap();
                let taken = (10..).take_while(|&i| appender.push(row(i)).is_ok()).count();
                assert!(taken * ROW > 1 << 20, "{taken}");
                let named = |len: usize| {
                    let rows = RecordMap::<Row>::open(&path).unwrap();
                    assert!(rows.len() >= len && rows.len() < 10 + taken);
                    assert!(rows.iter().enumerate().all(|(i, found)| found == row(i as u64)));
                    rows.len()
                };
                expect_full(appender.commit(), &path);
                let len = named(2000);
                expect_full(appender.flush(), &path);
                match finishes {
                    true => expect_full(appender.finish(), &path),
                    false => drop(appender),
                }
                assert_eq!((map.len(), named(len)), (len, len));
                assert_eq!(map.discard_rest().unwrap(), 0);
                drop(map);
                disk.remove(&path);
            }
        }
    });
}

/// A disk that has given away more room than it has, and says so when it is to keep what was written.
struct Overbooked {
    inner: Mount,
    outer: Mount,
    _dir: TempDir,
}

impl Overbooked {
    fn new() -> Option<Self> {
        let dir = tempdir().unwrap();
        let (outer, inner) = (dir.path().join("outer"), dir.path().join("inner"));
        fs::create_dir(&outer).unwrap();
        fs::create_dir(&inner).unwrap();
        let outer = Mount::memory(&outer, 8 << 20)?;
        let inner = Mount::thin(&inner, &outer.path().join("image"), 64 << 20)?;
        Some(Self { inner, outer, _dir: dir })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.inner.path().join(name)
    }

    /// From now on there is room.
    fn mend(&self) {
        assert!(self.outer.remount("size=128m"));
    }
}

#[track_caller]
fn expect_lost(result: Result<()>, path: &Path) {
    let error = result.unwrap_err();
    assert_eq!((error.kind(), error.path()), (ErrorKind::Io, Some(path)), "{error}");
    assert!(error.to_string().contains("an earlier flush"), "{error}");
}

/// More numbers than an overbooked disk has room for.
const TOO_MANY: usize = (20 << 20) / 8;

/// The system says once that the disk did not take a page, to one that asks, and takes it for written from then on.
#[test]
fn a_flush_that_has_failed_stays_failed() {
    for is_npy in [false, true] {
        let Some(disk) = Overbooked::new() else { return };
        let path = disk.path("f");
        let options = RecordMap::<u64>::options().shape(TOO_MANY);
        if is_npy {
            options.create_npy(&path).unwrap().close().unwrap();
        } else {
            options.create(&path).unwrap().close().unwrap();
        }
        let mut map = RecordMap::<u64>::open_rw(&path).unwrap();
        map.fill(7);
        // Of all who wait at the same time, none is told that all is well.
        let flushed: Vec<_> = thread::scope(|scope| {
            let all: Vec<_> = (0..4).map(|_| scope.spawn(|| map.flush())).collect();
            all.into_iter().map(|one| one.join().unwrap()).collect()
        });
        for result in flushed {
            assert_eq!(result.unwrap_err().path(), Some(path.as_path()));
        }
        disk.mend();
        // With room again, and nothing left to write, as the system sees it.
        map.set(0, 2);
        for result in [map.flush(), map.flush_async(), map.flush_range(..1), map.flush()] {
            expect_lost(result, &path);
        }
        if is_npy {
            // Its header would have to be on the disk before the file is cut.
            expect_lost(map.shrink_to(1), &path);
        }
        assert_eq!(map.len(), TOO_MANY);
        expect_lost(map.close(), &path);
        // A map of another file writes what is written to it.
        let mut map = RecordMap::<u64>::options().shape(TOO_MANY).create(disk.path("new")).unwrap();
        map.fill(9);
        map.close().unwrap();
    }
}

#[test]
fn an_appender_whose_disk_has_failed_says_so_for_ever() {
    for is_npy in [false, true] {
        let Some(disk) = Overbooked::new() else { return };
        let path = disk.path("f");
        let options = RecordMap::<u64>::options().shape(0);
        let mut map = if is_npy { options.create_npy(&path) } else { options.create(&path) }.unwrap();
        map.flush().unwrap();
        let mut appender = map.appender().unwrap();
        (0..TOO_MANY as u64).for_each(|i| appender.push(i).unwrap());
        appender.flush().unwrap_err();
        disk.mend();
        for _ in 0..3 {
            expect_lost(appender.flush(), &path);
        }
        // That it is in the file is all that is said.
        appender.finish().unwrap();
        assert_eq!(map.len(), TOO_MANY);
        expect_lost(map.flush(), &path);
        expect_lost(map.close(), &path);
    }
}

/// To shrink a `.npy` puts its header on the disk, and learns of all else that the disk did not take.
#[test]
fn what_a_disk_says_while_a_file_shrinks_is_not_forgotten() {
    let Some(disk) = Overbooked::new() else { return };
    let path = disk.path("f");
    RecordMap::<u64>::options().shape(TOO_MANY).create_npy(&path).unwrap().close().unwrap();
    let before = fs::read(&path).unwrap();
    let mut map = RecordMap::<u64>::open_rw(&path).unwrap();
    map.fill(7);
    let error = map.shrink_to(TOO_MANY - 1).unwrap_err();
    assert!(error.to_string().contains("cannot write the header"), "{error}");
    expect_lost(map.shrink_to(TOO_MANY - 1), &path);
    assert_eq!(map.len(), TOO_MANY);
    let after = fs::read(&path).unwrap();
    assert!(after[..128] == before[..128] && after.len() == before.len());
    expect_lost(map.flush(), &path);
    expect_lost(map.close(), &path);
}
