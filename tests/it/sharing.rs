//! Files that several maps and programs use at the same time: what a call leaves behind for the others.
#![cfg(unix)]

use std::{
    fs::{self, File, OpenOptions},
    os::unix::{fs::MetadataExt, process::ExitStatusExt},
    path::{Path, PathBuf},
    process::Command,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use mmrec::{ErrorKind, MapOptions, RecordMap};
use tempfile::tempdir;

fn bytes() -> MapOptions<u8> {
    RecordMap::<u8>::options()
}

const CHILD: &str = "MMREC_TEST_CHILD";

/// The directory to work in, in the process that [`runs_to_its_end`] starts.
fn child_directory() -> Option<PathBuf> {
    std::env::var_os(CHILD).map(PathBuf::from)
}

/// Runs a test of this file again, in a process that a fault may end.
#[track_caller]
fn runs_to_its_end(name: &str, directory: &Path) {
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &format!("sharing::{name}")])
        .env(CHILD, directory)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&child.stdout);
    assert_eq!(child.status.signal(), None, "a signal ended the process: {text}");
    assert!(child.status.success() && text.contains("1 passed"), "{text}");
}

/// Does one thing while another thread does the other over and over.
fn beside<R>(other: impl Fn() + Sync, body: impl FnOnce() -> R) -> R {
    struct Stop<'a>(&'a AtomicBool);
    impl Drop for Stop<'_> {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Relaxed);
        }
    }
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                other();
            }
        });
        let _stop = Stop(&stop);
        body()
    })
}

/// All that a call could change about a file, other than its content.
fn state(path: &Path) -> ([u64; 2], [i64; 4]) {
    let file = fs::metadata(path).unwrap();
    ([file.len(), file.blocks()], [file.mtime(), file.mtime_nsec(), file.ctime(), file.ctime_nsec()])
}

/// A file that cannot be mapped to be written, for want of permission to read it.
fn write_only(path: &Path) -> File {
    OpenOptions::new().write(true).open(path).unwrap()
}

#[test]
fn a_map_that_is_refused_has_not_touched_the_file_before() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("f");
    let file = File::create(&path).unwrap();
    file.set_len(64 << 20).unwrap();
    let before = state(&path);
    // Longer than the steps in which file systems count time.
    thread::sleep(Duration::from_millis(20));
    for sparse in [false, true] {
        for len in [1, 64 << 20, 65 << 20] {
            let options = || bytes().raw().shape(len).sparse(sparse);
            for result in [options().open_rw(write_only(&path)), options().create(write_only(&path))] {
                let error = result.unwrap_err();
                assert_eq!(error.kind(), ErrorKind::Io, "{error}");
                assert!(error.to_string().contains(".read(true)"), "{error}");
                assert_eq!(state(&path), before, "{sparse} {len}");
            }
        }
    }
}

/// A call that extended the file before it knew that it could map it took that back under another's map.
#[test]
fn a_map_that_is_refused_cuts_no_file_that_another_has_mapped() {
    const LEN: usize = 1 << 20;
    let Some(dir) = child_directory() else {
        let name = "a_map_that_is_refused_cuts_no_file_that_another_has_mapped";
        return runs_to_its_end(name, tempdir().unwrap().path());
    };
    let path = |i| dir.join(format!("f{}", i % 4));
    for i in 0..400 {
        File::create(path(i)).unwrap();
        let (file, path) = (write_only(&path(i)), path(i));
        let options = || bytes().raw().shape(LEN).sparse(i % 2 == 0);
        beside(
            || assert!(options().open_rw(&file).is_err()),
            || {
                let mut map = options().open_rw(&path).unwrap();
                map.set(LEN - 1, 7);
                map.set(0, 7);
            },
        );
        assert_eq!(fs::metadata(path).unwrap().len(), LEN as u64);
    }
}

/// A file of 16 TiB, nearly all of it a hole, is made longer on a disk that has no such room.
#[cfg(target_os = "linux")]
#[test]
fn a_sparse_file_is_extended_without_room_for_its_holes() {
    for dir in [tempdir().unwrap(), tempfile::tempdir_in("/dev/shm").unwrap_or_else(|_| tempdir().unwrap())] {
        let path = dir.path().join("f");
        // As much as ext4 allows in a file, less one page.
        let len = (16u64 << 40) - 8192;
        if File::create(&path).unwrap().set_len(len).is_err() {
            println!("skipped: this file system has no files of 16 TiB");
            return;
        }
        let mut map = bytes().offset(len - 1).shape(2).open_rw(&path).unwrap();
        map.fill(7);
        map.close().unwrap();
        assert_eq!(fs::metadata(&path).unwrap().len(), len + 1);
    }
}

/// Two programs make the same file, and one of the calls fails: it removed what the other one had made.
#[test]
fn a_file_that_cannot_be_made_takes_no_other_of_its_name_away() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("f");
    // More than the disk has, and more than the address space has.
    let too_much: [fn() -> MapOptions<u8, _, _>; 2] =
        [|| bytes().shape(1usize << 50), || bytes().shape(1usize << 50).sparse(true)];
    for too_much in too_much {
        let lost = beside(
            || assert!(too_much().create(&path).is_err()),
            || {
                let is_lost = |_: &u32| {
                    bytes().shape(10).create(&path).unwrap().set(9, 7);
                    fs::remove_file(&path).is_err()
                };
                (0..2000).filter(is_lost).count()
            },
        );
        assert_eq!(lost, 0);
    }
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
}

/// Two calls that make the same file both succeed, one after the other, whichever comes first.
#[test]
fn a_file_that_two_calls_make_is_made_by_one_and_overwritten_by_the_other() {
    let dir = tempdir().unwrap();
    for i in 0..300 {
        let path = dir.path().join(format!("f{i}"));
        let create = || bytes().shape(5000).create(&path).unwrap();
        let (a, b) = thread::scope(|scope| {
            let a = scope.spawn(create);
            (create(), a.join().unwrap())
        });
        let (mut a, b) = (a, b);
        a.set(4999, 7);
        assert_eq!(b.at(4999), 7, "both have mapped the same file");
        assert_eq!(fs::metadata(&path).unwrap().len(), 5000);
        let only_new = || bytes().shape(1).create_new(&path);
        assert_eq!(only_new().unwrap_err().io_error().unwrap().kind(), std::io::ErrorKind::AlreadyExists);
    }
    let path = dir.path().join("new");
    let made = thread::scope(|scope| {
        let calls = [(); 4].map(|()| scope.spawn(|| bytes().shape(5000).create_new(&path).is_ok()));
        calls.map(|call| call.join().unwrap()).into_iter().filter(|made| *made).count()
    });
    assert_eq!(made, 1);
}

/// The locks and the name of a new file are those of an old one.
#[test]
fn a_new_file_is_like_any_other() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("f");
    let plain = dir.path().join("plain");
    File::create(&plain).unwrap();
    let map = bytes().shape(10).lock(mmrec::Lock::Exclusive).create(&path).unwrap();
    assert_eq!(bytes().lock(mmrec::Lock::Shared).open(&path).unwrap_err().kind(), ErrorKind::Locked);
    assert_eq!(map.path(), Some(path.as_path()));
    drop(map);
    let (made, plain) = (fs::metadata(&path).unwrap(), fs::metadata(&plain).unwrap());
    assert_eq!((made.mode(), made.nlink(), made.uid()), (plain.mode(), 1, plain.uid()));
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2);
}

/// What a map writes past the end of a file that was cut under it, into the last page, stays in memory on some file
/// systems. It has to be zero when the file ends behind it again.
#[test]
fn what_was_written_past_the_end_does_not_come_back() {
    for dir in [tempdir().unwrap(), tempfile::tempdir_in("/dev/shm").unwrap_or_else(|_| tempdir().unwrap())] {
        for sparse in [false, true] {
            for len in [300, 10_000] {
                let path = dir.path().join("f");
                let options = |shape: usize| bytes().shape(shape).sparse(sparse);
                let mut old = options(4096).create(&path).unwrap();
                let cut_and_written = |old: &mut RecordMap<u8, _, _>| {
                    drop(options(100).create(&path).unwrap());
                    old.set(200, 7);
                };
                cut_and_written(&mut old);
                let map = options(len).create(&path).unwrap();
                assert!(map.iter().all(|byte| byte == 0), "{dir:?} {sparse} {len}");

                let mut old = map;
                cut_and_written(&mut old);
                let mut file = options(100).open_rw(&path).unwrap();
                file.fill(1);
                let map = options(len)
                    .lock(mmrec::Lock::Exclusive)
                    .lock_timeout(std::time::Duration::from_secs(20))
                    .open_rw(&path)
                    .unwrap();
                assert_eq!(map.to_vec()[..100], [1; 100]);
                assert!(map.iter().skip(100).all(|byte| byte == 0), "{dir:?} {sparse} {len}");
            }
        }
    }
}

/// `create` overwrites what the file holds when it is extended, not what it held when the call began.
#[cfg(target_os = "linux")]
#[test]
fn what_others_append_before_the_file_is_extended_is_overwritten() {
    use std::io::Write;
    const CALLS: usize = 200;
    let dir = tempdir().unwrap();
    let path = dir.path().join("f");
    let append =
        || drop(OpenOptions::new().append(true).open(&path).map(|mut file| file.write_all(&[7; 16])));
    let holds_others_bytes = |_: &usize| {
        fs::write(&path, [7; 16]).unwrap();
        drop(bytes().shape(1 << 20).create(&path).unwrap());
        fs::read(&path).unwrap()[..1 << 20].iter().any(|byte| *byte != 0)
    };
    let left_over = beside(append, || (0..CALLS).filter(holds_others_bytes).count());
    // What is appended in the moment between asking for the length and extending may stay, as if it were written later.
    assert!(left_over <= CALLS / 20, "{left_over} of {CALLS} files");
}

/// Flushing a new file writes its name to the disk too, once; where its directory cannot be asked, nothing is missing.
#[test]
fn a_new_file_is_flushed_with_its_name() {
    let dir = tempdir().unwrap();
    let (inner, moved) = (dir.path().join("inner"), dir.path().join("moved"));
    fs::create_dir(&inner).unwrap();
    let mut map = bytes().shape(10).create(inner.join("f")).unwrap();
    let empty = bytes().shape(0).create(inner.join("empty")).unwrap();
    map.fill(7);
    map.flush_range(..5).unwrap();
    fs::rename(&inner, &moved).unwrap();
    empty.close().unwrap();
    map.close().unwrap();
    assert_eq!(fs::read(moved.join("f")).unwrap(), [7; 10]);
    // The calls themselves, where they can be watched.
    let Some(directory) = child_directory() else {
        let name = "sharing::a_new_file_is_flushed_with_its_name";
        let traced = Command::new("strace")
            .args(["-f", "-y", "-e", "trace=fsync,msync"])
            .args([std::env::current_exe().unwrap().as_os_str(), "--exact".as_ref(), name.as_ref()])
            .env(CHILD, dir.path())
            .output();
        let Ok(traced) = traced.map(|traced| String::from_utf8_lossy(&traced.stderr).into_owned()) else {
            println!("skipped: no strace");
            return;
        };
        if !traced.contains("msync(") {
            println!("skipped: strace cannot trace here");
            return;
        }
        let of_directory = |line: &&str| line.contains("fsync(") && line.contains("/watched>");
        assert_eq!(traced.lines().filter(of_directory).count(), 1, "{traced}");
        return;
    };
    let watched = directory.join("watched");
    fs::create_dir(&watched).unwrap();
    let map = bytes().shape(10).create(watched.join("f")).unwrap();
    map.flush_async().unwrap();
    map.flush().unwrap();
    map.close().unwrap();
    bytes().shape(10).create(watched.join("f")).unwrap().close().unwrap();
}

/// A file system that neither reserves space nor punches holes, where the test may mount one. There `create` cut a file
/// that was to be sparse, under the maps of it, and made it as long again.
#[cfg(target_os = "linux")]
#[test]
fn a_file_is_overwritten_under_a_map_where_no_hole_can_be_punched() {
    let Some(dir) = child_directory() else {
        let dir = tempdir().unwrap();
        let mount = Command::new("mount").args(["-t", "ramfs", "mmrec-test"]).arg(dir.path()).output();
        if !mount.is_ok_and(|output| output.status.success()) {
            println!("skipped: no permission to mount a file system");
            return;
        }
        let name = "a_file_is_overwritten_under_a_map_where_no_hole_can_be_punched";
        let result = std::panic::catch_unwind(|| runs_to_its_end(name, dir.path()));
        let unmounted = Command::new("umount").arg(dir.path()).status();
        assert!(unmounted.is_ok_and(|status| status.success()));
        return result.unwrap();
    };
    let path = dir.join("f");
    for sparse in [true, false] {
        let options = || bytes().shape(10_000).sparse(sparse);
        let mut map = options().create(&path).unwrap();
        beside(
            || drop(options().create(&path).unwrap()),
            || (0..1_000_000).for_each(|i| map.set(9_999 - i % 2, 7)),
        );
        map.fill(7);
        assert!(options().create(&path).unwrap().iter().all(|byte| byte == 0));
        drop(options().shape(20_000).open_rw(&path).unwrap());
        assert_eq!(fs::metadata(&path).unwrap().len(), 20_000);
    }
}
