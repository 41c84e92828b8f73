//! The file that is locked by who appends.

use std::{
    fs::{self, File},
    path::Path,
    thread,
    time::{Duration, Instant},
};

use mmrec::{ColumnMap, DynColumnMap, MmapRecord, View};
use tempfile::tempdir;

#[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
#[repr(C)]
struct Row {
    a: u32,
    b: u64,
}

fn rows(range: std::ops::Range<u32>) -> Vec<Row> {
    range.map(|i| Row { a: i, b: u64::from(i) }).collect()
}

fn ten_rows(dir: &Path) -> ColumnMap<Row, mmrec::ReadWrite> {
    ColumnMap::from_rows(View::from_slice(&rows(0..10)), dir).unwrap()
}

fn locked(path: &Path) -> File {
    let file = File::options().read(true).write(true).create(true).truncate(false).open(path).unwrap();
    file.lock().unwrap();
    file
}

const MOMENT: Duration = Duration::from_millis(200);

#[test]
fn it_is_made_by_who_appends_and_by_who_finishes_an_append() {
    let tmp = tempdir().unwrap();
    let dir = tmp.path().join("rows");
    let lock = dir.join(".append.lock");
    drop(ten_rows(&dir));
    drop((ColumnMap::<Row>::open(&dir).unwrap(), ColumnMap::<Row>::open_cow(&dir).unwrap()));
    drop((ColumnMap::<Row>::open_rw(&dir).unwrap(), DynColumnMap::open_rw(&dir).unwrap()));
    ColumnMap::<Row>::open_rw(&dir).unwrap().append(&[]).unwrap();
    assert!(!lock.exists());
    ColumnMap::<Row>::open_rw(&dir).unwrap().append(&rows(10..12)).unwrap();
    assert_eq!(fs::metadata(&lock).unwrap().len(), 0);

    fs::remove_file(&lock).unwrap();
    fs::write(dir.join(".append"), "10 -> 12 rows\n").unwrap();
    drop((ColumnMap::<Row>::open(&dir).unwrap(), ColumnMap::<Row>::open_cow(&dir).unwrap()));
    assert!(!lock.exists());
    drop(ColumnMap::<Row>::open_rw(&dir).unwrap());
    assert_eq!(fs::metadata(&lock).unwrap().len(), 0);
    assert!(ColumnMap::<Row>::open(&dir).unwrap().iter().eq(rows(0..12)));
}

#[test]
fn an_append_waits_for_it_whatever_becomes_of_the_other_files() {
    let tmp = tempdir().unwrap();
    let dir = tmp.path().join("rows");
    let mut map = ten_rows(&dir);
    let held = locked(&dir.join(".append.lock"));
    fs::remove_file(dir.join("dtype.descr")).unwrap();
    let start = Instant::now();
    let other = thread::spawn(move || {
        map.append(&rows(10..12)).unwrap();
        start.elapsed()
    });
    thread::sleep(MOMENT);
    // It keeps nobody from reading.
    assert!(ColumnMap::<Row>::open(&dir).unwrap().iter().eq(rows(0..10)));
    drop(held);
    assert!(other.join().unwrap() >= MOMENT);
    assert!(ColumnMap::<Row>::open(&dir).unwrap().iter().eq(rows(0..12)));
}

/// A lock on a file that has lost its name keeps nobody from appending.
#[cfg(unix)]
#[test]
fn the_one_that_has_the_name_is_locked() {
    let tmp = tempdir().unwrap();
    let dir = tmp.path().join("rows");
    let mut map = ten_rows(&dir);
    let lock = dir.join(".append.lock");
    let first = locked(&lock);
    let other = thread::spawn(move || map.append(&rows(10..12)).unwrap());
    thread::sleep(MOMENT);
    let second = locked(&tmp.path().join("second"));
    fs::rename(tmp.path().join("second"), &lock).unwrap();
    drop(first);
    thread::sleep(MOMENT);
    assert!(!other.is_finished());
    assert!(ColumnMap::<Row>::open(&dir).unwrap().iter().eq(rows(0..10)));
    drop(second);
    other.join().unwrap();
    assert!(ColumnMap::<Row>::open(&dir).unwrap().iter().eq(rows(0..12)));
}
