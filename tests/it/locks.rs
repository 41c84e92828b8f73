//! Locks between two processes: a second writer is turned away or waits, and a lock goes with its holder, however that ends.
#![cfg(unix)]

use std::{
    env, fs,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use mmrec::{DynMap, Error, ErrorKind, Lock, RecordMap};
use tempfile::{TempDir, tempdir};

const CHILD: &str = "MMREC_TEST_LOCKS";

/// A process that holds a lock until it is told to end, or for some time.
struct Holder(Child);

impl Holder {
    /// Starts it and waits until it holds the lock.
    fn new(path: &Path, lock: Lock, millis: u64) -> Self {
        let ready = path.with_extension("ready");
        let _ = fs::remove_file(&ready);
        let child = Command::new(env::current_exe().unwrap())
            .args(["--exact", "locks::a_process_that_holds_a_lock"])
            .env(CHILD, format!("{lock:?} {millis} {}", path.display()))
            .stdout(Stdio::null())
            .spawn();
        let holder = Self(child.unwrap());
        let end = Instant::now() + Duration::from_secs(20);
        while !ready.exists() {
            assert!(Instant::now() < end, "it does not start");
            thread::sleep(Duration::from_millis(1));
        }
        holder
    }

    fn kill(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_process_that_holds_a_lock() {
    let Ok(words) = env::var(CHILD) else { return };
    let mut words = words.splitn(3, ' ');
    let lock = match words.next().unwrap() {
        "Shared" => Lock::Shared,
        _ => Lock::Exclusive,
    };
    let time = Duration::from_millis(words.next().unwrap().parse().unwrap());
    let path = Path::new(words.next().unwrap());
    let mut map = free(lock).open_rw(path).unwrap();
    // A longer map has the lock still.
    map.append(&[9]).unwrap();
    fs::write(path.with_extension("ready"), "").unwrap();
    thread::sleep(time);
}

fn file() -> (TempDir, std::path::PathBuf) {
    let dir = tempdir().unwrap();
    let path = dir.path().join("f");
    RecordMap::<u64>::options().shape(3).create_npy(&path).unwrap().fill(7);
    (dir, path)
}

/// A lock that nobody holds. A program that another test starts at the same time has all files of this one, and their locks, until
/// it is running, so it may take a moment.
fn free(lock: Lock) -> mmrec::MapOptions<u64> {
    RecordMap::<u64>::options().lock(lock).lock_timeout(Duration::from_secs(20))
}

#[track_caller]
fn expect_locked(error: &Error, path: &Path) {
    assert_eq!((error.kind(), error.path()), (ErrorKind::Locked, Some(path)), "{error}");
}

#[test]
fn a_second_writer_is_turned_away_at_once() {
    let (_dir, path) = file();
    let holder = Holder::new(&path, Lock::Exclusive, 60_000);
    let before = fs::read(&path).unwrap();
    let start = Instant::now();
    for lock in [Lock::Exclusive, Lock::Shared] {
        let options = || RecordMap::<u64>::options().lock(lock);
        let errors = [
            options().open(&path).unwrap_err(),
            options().open_rw(&path).unwrap_err(),
            options().open_cow(&path).unwrap_err(),
            options().shape(1000).open_rw(&path).unwrap_err(),
            options().shape(1).create(&path).unwrap_err(),
            options().shape(1).create_npy(&path).unwrap_err(),
            DynMap::options().lock(lock).open_rw(&path).unwrap_err(),
        ];
        errors.iter().for_each(|error| expect_locked(error, &path));
    }
    assert!(start.elapsed() < Duration::from_secs(10), "nobody waits unasked");
    assert_eq!(fs::read(&path).unwrap(), before);
    // Who does not ask for a lock does not heed it.
    assert_eq!(RecordMap::<u64>::open(&path).unwrap().to_vec(), [7, 7, 7, 9]);
    holder.kill();
    free(Lock::Exclusive).open_rw(&path).unwrap();
}

#[test]
fn readers_share_a_lock_that_keeps_writers_out() {
    let (_dir, path) = file();
    let holder = Holder::new(&path, Lock::Shared, 60_000);
    let reader = RecordMap::<u64>::options().lock(Lock::Shared).open(&path).unwrap();
    let writer = || RecordMap::<u64>::options().lock(Lock::Exclusive).open_rw(&path);
    expect_locked(&writer().unwrap_err(), &path);
    holder.kill();
    expect_locked(&writer().unwrap_err(), &path);
    drop(reader);
    for _ in 0..2 {
        free(Lock::Exclusive).open_rw(&path).unwrap().close().unwrap();
    }
}

#[test]
fn a_lock_is_waited_for_as_long_as_was_asked() {
    let (_dir, path) = file();
    let holder = Holder::new(&path, Lock::Exclusive, 60_000);
    for millis in [1, 120] {
        let timeout = Duration::from_millis(millis);
        let start = Instant::now();
        let options = RecordMap::<u64>::options().lock(Lock::Exclusive).lock_timeout(timeout);
        let error = options.open_rw(&path).unwrap_err();
        expect_locked(&error, &path);
        assert!(error.to_string().contains(&format!("within {timeout:?}")), "{error}");
        assert!(start.elapsed() >= timeout);
    }
    drop(holder);
    for timeout in [Duration::from_secs(60), Duration::MAX] {
        let _holder = Holder::new(&path, Lock::Exclusive, 200);
        let start = Instant::now();
        let options = || RecordMap::<u64>::options().lock_timeout(timeout);
        let mut map = options().lock(Lock::Exclusive).open_rw(&path).unwrap();
        assert!(start.elapsed() < Duration::from_secs(50));
        // What the other one appended before it ended is there.
        assert_eq!(map.at(map.len() - 1), 9);
        map.append(&[1]).unwrap();
    }
    let _holder = Holder::new(&path, Lock::Exclusive, 200);
    let waited = DynMap::options().lock(Lock::Shared).lock_timeout(Duration::from_secs(60)).open(&path);
    assert_eq!(waited.unwrap().len(), 3 + 4 + 2);
}

/// A lock goes when its holder is ended, in the middle of waiting for it too.
#[test]
fn a_lock_of_a_process_that_was_killed_is_free() {
    let (_dir, path) = file();
    for _ in 0..5 {
        let holder = Holder::new(&path, Lock::Exclusive, 60_000);
        let waiting = {
            let path = path.clone();
            thread::spawn(move || {
                let options = RecordMap::<u64>::options().lock(Lock::Exclusive);
                options.lock_timeout(Duration::from_secs(60)).open_rw(&path).map(|map| map.len())
            })
        };
        thread::sleep(Duration::from_millis(20));
        assert!(!waiting.is_finished());
        holder.kill();
        waiting.join().unwrap().unwrap();
    }
}

/// Who held the lock has put another file in its place: the lock is on that one then, and so is the map.
#[test]
fn a_lock_that_was_waited_for_is_on_the_file_of_that_name() {
    for creates in [false, true] {
        let (dir, path) = file();
        let held = RecordMap::<u64>::options().lock(Lock::Exclusive).open_rw(&path).unwrap();
        let waiting = {
            let path = path.clone();
            thread::spawn(move || {
                let options = RecordMap::<u64>::options().lock(Lock::Exclusive);
                let options = options.lock_timeout(Duration::from_secs(60));
                match creates {
                    true => options.shape(5).create_npy(&path),
                    false => options.open_rw(&path),
                }
            })
        };
        thread::sleep(Duration::from_millis(50));
        assert!(!waiting.is_finished());
        let new = dir.path().join("new");
        RecordMap::<u64>::options().shape(2).create_npy(&new).unwrap().fill(1);
        fs::rename(&new, &path).unwrap();
        drop(held);
        let mut map = waiting.join().unwrap().unwrap();
        assert_eq!(map.len(), if creates { 5 } else { 2 });
        map.fill(8);
        assert_eq!(RecordMap::<u64>::open(&path).unwrap().to_vec(), vec![8; map.len()]);
        let other = RecordMap::<u64>::options().lock(Lock::Shared).open(&path);
        expect_locked(&other.unwrap_err(), &path);
    }
}
