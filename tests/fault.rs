//! Files that are cut short under a map, disks that fail or are full when a page is touched, and signals that are none of
//! ours. A binary of its own, for the handler is that of the whole process.
#![cfg(target_os = "linux")]
#![allow(unsafe_code, reason = "handlers and mappings of somebody else, which are to be left alone")]

use std::{
    fs::{self, File, OpenOptions},
    os::{fd::AsRawFd, unix::process::ExitStatusExt},
    path::{Path, PathBuf},
    process::Command,
    ptr,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread,
};

#[allow(dead_code, unreachable_pub, reason = "other tests use more of it")]
#[path = "support/mount.rs"]
mod mount;

use mmrec::{DynMap, Error, ErrorKind, MmapRecord, RecordMap, fault, s};
use tempfile::{TempDir, tempdir};

use self::mount::{Loop, Mount};

const PAGE: usize = 4096;

#[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
#[repr(C)]
struct Tick {
    ts: u64,
    price: f64,
    qty: u32,
}

fn tick(i: usize) -> Tick {
    Tick { ts: i as u64 + 1, price: 0.5, qty: 7 }
}

const NOTHING: Tick = Tick { ts: 0, price: 0.0, qty: 0 };

/// A file of so many ticks behind `offset` other bytes.
fn ticks(path: &Path, offset: u64, len: usize) {
    let mut map = RecordMap::<Tick>::options().offset(offset).shape(len).create(path).unwrap();
    (0..len).for_each(|i| map.set(i, tick(i)));
}

fn cut(path: &Path, len: usize) {
    OpenOptions::new().write(true).open(path).unwrap().set_len(len as u64).unwrap();
}

#[track_caller]
fn expect_truncated(error: &Error, path: &Path, len: usize) {
    assert_eq!(error.kind(), ErrorKind::Truncated, "{error}");
    assert_eq!(error.path(), Some(path));
    assert!(error.to_string().contains(&format!("cut to {len} bytes")), "{error}");
}

#[test]
fn a_file_that_is_cut_reads_as_zeros_and_the_map_says_so() {
    fault::install().unwrap();
    let dir = tempdir().unwrap();
    let path = dir.path().join("f");
    const LEN: usize = 10_000;
    for offset in [0, 13, PAGE, PAGE + 1, 3 * PAGE - 8] {
        // Nothing left, less than what is before the array, within a page, whole pages, all but the last byte.
        let end = offset + LEN * size_of::<Tick>();
        for left in [0, offset / 2, offset + 5 * PAGE + 100, 8 * PAGE, end - 3 * PAGE - 1, end - 1] {
            ticks(&path, offset as u64, LEN);
            let options = || RecordMap::<Tick>::options().offset(offset as u64);
            let (r, c) = (options().open(&path).unwrap(), options().open_cow(&path).unwrap());
            let mut w = options().open_rw(&path).unwrap();
            for map in [r.view(), c.view(), w.view()] {
                assert_eq!(map.at(LEN - 1), tick(LEN - 1));
            }
            for health in [r.health(), c.health(), w.health(), w.flush()] {
                health.unwrap();
            }
            cut(&path, left);
            // What is left of the last page is there, and zeros behind it.
            let is_left = |i: usize| offset + (i + 1) * size_of::<Tick>() <= left;
            for view in [r.view(), c.view(), w.view()] {
                for i in (0..LEN).rev().step_by(17).chain([LEN - 1]) {
                    let found = view.at(i);
                    if is_left(i) {
                        assert_eq!(found, tick(i), "{offset} {left} {i}");
                    } else if offset + i * size_of::<Tick>() >= left {
                        assert_eq!(found, NOTHING, "{offset} {left} {i}");
                    }
                }
                assert_eq!(view.to_vec().len(), LEN);
            }
            w.set(LEN - 1, tick(3));
            let errors = [
                r.health().unwrap_err(),
                c.health().unwrap_err(),
                w.health().unwrap_err(),
                r.flush().unwrap_err(),
                w.flush().unwrap_err(),
                w.flush_async().unwrap_err(),
                w.flush_range(0..1).unwrap_err(),
                r.guarded(|view| view.len()).unwrap_err(),
                w.grow(1).unwrap_err(),
                w.append(&[tick(1)]).unwrap_err(),
                w.shrink_to(1).unwrap_err(),
                w.discard_rest().unwrap_err(),
                w.appender().unwrap_err(),
                w.close().unwrap_err(),
                r.close().unwrap_err(),
            ];
            for error in errors {
                expect_truncated(&error, &path, left);
            }
            assert_eq!(fs::metadata(&path).unwrap().len(), left as u64, "nothing has made it longer");
            if left > offset + size_of::<Tick>() {
                let all = fs::read(&path).unwrap();
                let whole = (left - offset) / size_of::<Tick>();
                let kept =
                    RecordMap::<Tick>::options().offset(offset as u64).shape(whole).open(&path).unwrap();
                assert!((0..whole).all(|i| kept.at(i) == tick(i)));
                assert!(all[..offset].iter().all(|&byte| byte == 0));
            }
            fs::remove_file(&path).unwrap();
        }
    }
}

#[test]
fn an_npy_file_that_is_cut_is_reported_by_typed_and_untyped_maps() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("f.npy");
    let mut map = RecordMap::<Tick>::options().shape(5000).create_npy(&path).unwrap();
    map.fill(tick(0));
    let untyped = DynMap::open(&path).unwrap();
    assert_eq!(untyped.guarded(|view| view.len()).unwrap(), 5000);
    cut(&path, 2 * PAGE);
    let sum = map.guarded(|view| view.slice(s![..;-1]).iter().map(|tick| tick.ts).sum::<u64>());
    expect_truncated(&sum.unwrap_err(), &path, 2 * PAGE);
    assert_eq!(untyped.at(4999).to_string(), "(0, 0.0, 0)");
    expect_truncated(&untyped.health().unwrap_err(), &path, 2 * PAGE);
    expect_truncated(&untyped.guarded(|_| ()).unwrap_err(), &path, 2 * PAGE);
    let mut untyped = DynMap::options().raw().dtype("<u8".parse().unwrap()).open_rw(&path).unwrap();
    untyped.shrink_to(700).unwrap();
    untyped.health().unwrap();
    cut(&path, 1);
    expect_truncated(&untyped.grow(1).unwrap_err(), &path, 1);
    expect_truncated(&untyped.shrink_to(1).unwrap_err(), &path, 1);
    expect_truncated(&untyped.close().unwrap_err(), &path, 1);
}

/// A cut within the last page is no fault, and is seen by the file's length; one that is made good by then is not.
#[test]
fn a_cut_is_seen_before_any_fault() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("f");
    ticks(&path, 0, 100);
    let map = RecordMap::<Tick>::open(&path).unwrap();
    cut(&path, 100);
    expect_truncated(&map.health().unwrap_err(), &path, 100);
    expect_truncated(&map.guarded(|view| view.at(99)).unwrap_err(), &path, 100);
    cut(&path, 100 * size_of::<Tick>());
    map.health().unwrap();
    // Not so once there was a fault.
    fault::install().unwrap();
    cut(&path, 0);
    assert_eq!(map.at(0), NOTHING);
    cut(&path, 100 * size_of::<Tick>());
    expect_truncated(&map.health().unwrap_err(), &path, 0);
    // A new map has what is there.
    RecordMap::<Tick>::open(&path).unwrap().health().unwrap();
}

#[test]
fn many_maps_are_cut_under_many_threads() {
    const MAPS: usize = 48;
    const LEN: usize = 20_000;
    fault::install().unwrap();
    let dir = tempdir().unwrap();
    let paths: Vec<PathBuf> = (0..MAPS).map(|i| dir.path().join(format!("f{i}"))).collect();
    for round in 0..5 {
        paths.iter().for_each(|path| ticks(path, 0, LEN));
        let maps: Vec<_> = paths.iter().map(|path| RecordMap::<Tick>::open(path).unwrap()).collect();
        let (started, lost) = (AtomicUsize::new(0), AtomicUsize::new(0));
        thread::scope(|scope| {
            for first in 0..8 {
                let (maps, started, lost, paths) = (&maps, &started, &lost, &paths);
                scope.spawn(move || {
                    for pass in 0..3 {
                        for i in 0..MAPS {
                            let (map, path) = (&maps[(first * 7 + i) % MAPS], &paths[(first * 7 + i) % MAPS]);
                            let mut rows = Vec::new();
                            for at in (pass..LEN).step_by(53) {
                                let (found, whole) = (map.at(at), tick(at));
                                if found.ts == 0 {
                                    lost.fetch_add(1, Ordering::Relaxed);
                                }
                                // A record may lie across the cut.
                                assert!([0, whole.ts].contains(&found.ts), "{found:?}");
                                assert!([0.0, whole.price].contains(&found.price), "{found:?}");
                                assert!([0, whole.qty].contains(&found.qty), "{found:?}");
                                // The allocator is at work too, and other maps come and go.
                                rows.push(found);
                            }
                            drop(RecordMap::<Tick>::options().shape(0).open(path).unwrap());
                            started.fetch_add(1, Ordering::Relaxed);
                        }
                    }
                });
            }
            // Every other file, while they are read.
            while started.load(Ordering::Relaxed) < 8 * (round + 1) {
                thread::yield_now();
            }
            for (i, path) in paths.iter().enumerate().step_by(2) {
                cut(path, i * PAGE);
            }
        });
        assert!(lost.load(Ordering::Relaxed) > 0, "nobody has read what was cut");
        for (i, map) in maps.iter().enumerate() {
            match i % 2 {
                0 => expect_truncated(&map.health().unwrap_err(), &paths[i], i * PAGE),
                _ => {
                    map.health().unwrap();
                    assert!(map.iter().enumerate().all(|(at, found)| found == tick(at)));
                }
            }
        }
    }
}

/// What is cut at the end of a large map is replaced at once, so that the system's limit of ranges in a process is no limit
/// of what can be lost.
#[test]
fn one_fault_makes_good_for_all_pages_past_the_end() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("f");
    let pages = 400_000;
    let mut map = RecordMap::<u64>::options().sparse(true).shape(pages * 512).create(&path).unwrap();
    cut(&path, 3 * PAGE);
    let ranges = || fs::read_to_string("/proc/self/maps").unwrap().lines().count();
    let before = ranges();
    fault::install().unwrap();
    // From the back, so that no page is next to one that was replaced before.
    for page in (0..pages).rev().step_by(3) {
        assert_eq!(map.at(page * 512), 0);
        map.set(page * 512, 7);
    }
    // Other tests have theirs at the same time.
    assert!(ranges() <= before + 1000, "{before} {}", ranges());
    assert_eq!(map.health().unwrap_err().kind(), ErrorKind::Truncated);
}

/// A page of a hole cannot be written where the disk is full: that is lost, and said, and the rest of the map goes on.
#[test]
fn a_disk_that_is_full_when_a_page_is_written_is_an_error() {
    fault::install().unwrap();
    let dir = tempdir().unwrap();
    let Some(mount) = Mount::memory(dir.path(), 1 << 20) else { return };
    let path = mount.path().join("f");
    let mut map = RecordMap::<u64>::options().sparse(true).shape(1 << 20).create(&path).unwrap();
    map.set(0, 7);
    for i in 0..1 << 10 {
        map.set(i * 1024, 9);
    }
    assert_eq!(map.at(0), 9, "the page that was there before is there");
    let error = map.flush().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Io | ErrorKind::StorageFull), "{error}");
    let error = map.health().unwrap_err();
    assert_eq!((error.kind(), error.path()), (ErrorKind::Io, Some(path.as_path())), "{error}");
    // The mount has room for 256 pages, every other of which was written.
    let text = error.to_string();
    let byte: u64 = text.split("holds byte ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
    assert!((100 * 8192..256 * 8192).contains(&byte), "{error}");
    assert_eq!(byte % 8192, 0, "{error}");
    let found = map.iter().step_by(1024).collect::<Vec<_>>();
    drop(map);
    let kept = RecordMap::<u64>::options().shape(1 << 20).open(&path).unwrap();
    let kept = kept.iter().step_by(1024).collect::<Vec<_>>();
    let lost = found.iter().zip(&kept).filter(|(found, kept)| found != kept).count();
    assert!(kept.iter().filter(|&&value| value == 9).count() > 100 && lost > 100, "{lost}");
}

/// Rows that could not be written are not appended, and the file is as long as it was.
#[test]
fn what_is_appended_to_a_full_disk_without_room_reserved_is_taken_back() {
    fault::install().unwrap();
    let dir = tempdir().unwrap();
    let Some(mount) = Mount::memory(dir.path(), 1 << 20) else { return };
    for is_npy in [false, true] {
        let path = mount.path().join("f");
        let options = RecordMap::<u64>::options().sparse(true).shape(1000);
        let mut map = if is_npy { options.create_npy(&path) } else { options.create(&path) }.unwrap();
        map.fill(7);
        let before = fs::read(&path).unwrap();
        for _ in 0..2 {
            let error = map.append(&vec![9; 1 << 20]).unwrap_err();
            assert_eq!((error.kind(), error.path()), (ErrorKind::Io, Some(path.as_path())), "{error}");
            assert!(fs::read(&path).unwrap() == before);
            map.health().unwrap();
        }
        map.append(&[9]).unwrap();
        assert_eq!((map.len(), map.sum()), (1001, 7009));
        drop(map);
        fs::remove_file(&path).unwrap();
    }
}

/// A disk that does not answer for some of its bytes: a loop device whose file has become shorter.
#[test]
fn a_page_that_the_disk_cannot_read_is_an_error() {
    fault::install().unwrap();
    let dir = tempdir().unwrap();
    let image = dir.path().join("disk");
    const SEVENS: u64 = u64::from_le_bytes([7; 8]);
    fs::write(&image, vec![7; 4 << 20]).unwrap();
    let Some(device) = Loop::new(&image) else { return };
    cut(&image, 1 << 20);
    let map = match RecordMap::<u64>::options().raw().shape((4 << 20) / 8).open(device.path()) {
        Ok(map) => map,
        Err(error) => {
            println!("skipped: {error}");
            return;
        }
    };
    assert_eq!(map.at(0), SEVENS);
    map.health().unwrap();
    assert_eq!(map.at((2 << 20) / 8), 0);
    let error = map.guarded(|view| view.at(0)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io, "{error}");
    assert!(error.to_string().contains("holds byte 2097152 of the file"), "{error}");
    assert_eq!(map.at(0), SEVENS, "what can be read is what it was");
}

/// Sealed maps have slices, whose bytes never change, so none of their pages may become zeros: no watch is kept, and so
/// no file is kept open.
#[test]
fn sealed_maps_are_not_served() {
    use rustix::fs::{MemfdFlags, SealFlags};
    let file = File::from(rustix::fs::memfd_create("mmrec-sealed", MemfdFlags::ALLOW_SEALING).unwrap());
    file.set_len(8000).unwrap();
    let open = || {
        let all = fs::read_dir("/proc/self/fd").unwrap().flatten();
        let links = all.filter_map(|entry| fs::read_link(entry.path()).ok());
        links.filter(|link| link.to_string_lossy().contains("mmrec-sealed")).count()
    };
    let plain = RecordMap::<u64>::open(file.try_clone().unwrap()).unwrap();
    assert_eq!((open(), plain.at(999)), (2, 0));
    // As long as it is mapped by a file that can be written, it cannot be sealed.
    drop(plain);
    rustix::fs::fcntl_add_seals(&file, SealFlags::WRITE | SealFlags::SHRINK).unwrap();
    assert_eq!(open(), 1);
    let sealed = RecordMap::<u64>::options().open_sealed(file).unwrap();
    assert_eq!((open(), sealed.as_slice()), (0, Some(&[0; 1000][..])));
    sealed.health().unwrap();
}

/// The number of the last error of a system call belongs to the code that was interrupted.
#[test]
fn a_fault_changes_no_errno() {
    fault::install().unwrap();
    let dir = tempdir().unwrap();
    let path = dir.path().join("f");
    ticks(&path, 0, 1000);
    let map = RecordMap::<Tick>::open(&path).unwrap();
    cut(&path, 0);
    let missing = std::ffi::CString::new("/no/such/file").unwrap();
    // SAFETY: the text ends in a zero byte.
    assert_eq!(unsafe { libc::open(missing.as_ptr(), libc::O_RDONLY) }, -1);
    let ts = map.field(Tick::FIELDS.ts).at(0);
    let error = std::io::Error::last_os_error();
    assert_eq!((ts, error.raw_os_error()), (0, Some(libc::ENOENT)));
    map.health().unwrap_err();
}

/// A map keeps one file open, and lets go of it and of its lock.
#[test]
fn a_map_that_is_dropped_leaves_nothing_behind() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("f");
    ticks(&path, 0, 1000);
    let target = fs::canonicalize(&path).unwrap();
    let open = || {
        let all = fs::read_dir("/proc/self/fd").unwrap().flatten();
        all.filter(|entry| fs::read_link(entry.path()).is_ok_and(|link| link == target)).count()
    };
    for _ in 0..100 {
        let options = RecordMap::<Tick>::options()
            .lock(mmrec::Lock::Exclusive)
            .lock_timeout(std::time::Duration::from_secs(20));
        let map = options.open_rw(&path).unwrap();
        drop(map);
        let map = RecordMap::<Tick>::open(&path).unwrap();
        assert_eq!(open(), 1);
        map.close().unwrap();
        assert_eq!(open(), 0);
    }
}

// What follows ends its process, or sets handlers of its own: each runs in a process of its own.

const CHILD: &str = "MMREC_TEST_FAULT";

/// Runs a test of this file again, in a process of its own, as one of several cases; gives the signal that ended it.
#[track_caller]
fn in_child(name: &str, case: &str) -> Option<i32> {
    let exe = std::env::current_exe().unwrap();
    let child = Command::new(exe).args(["--exact", name, "--nocapture"]).env(CHILD, case).output().unwrap();
    if child.status.signal().is_none() {
        let text = String::from_utf8_lossy(&child.stdout);
        let errors = String::from_utf8_lossy(&child.stderr);
        assert!(child.status.success() && text.contains("1 passed"), "{case}: {text}{errors}");
    }
    child.status.signal()
}

fn case() -> Option<String> {
    std::env::var(CHILD).ok()
}

/// A mapping that is not mmrec's, of a file that has been cut: its first byte.
fn foreign(dir: &TempDir) -> *mut u8 {
    let path = dir.path().join("foreign");
    fs::write(&path, vec![1; PAGE]).unwrap();
    let file = File::open(&path).unwrap();
    // SAFETY: a new mapping at a place that the system chooses.
    let at =
        unsafe { libc::mmap(ptr::null_mut(), PAGE, libc::PROT_READ, libc::MAP_SHARED, file.as_raw_fd(), 0) };
    assert_ne!(at, libc::MAP_FAILED);
    cut(&path, 0);
    at.cast()
}

/// Reads a byte that a handler may put there.
fn read(at: *mut u8) -> u8 {
    // SAFETY: it is mapped, though perhaps not there.
    unsafe { at.read_volatile() }
}

/// Faults in a map of this crate, which are absorbed whoever handles signals.
fn absorbed(dir: &TempDir) {
    let path = dir.path().join("ours");
    ticks(&path, 0, 1000);
    let map = RecordMap::<Tick>::open(&path).unwrap();
    cut(&path, 0);
    assert_eq!(map.at(999), NOTHING);
    expect_truncated(&map.health().unwrap_err(), &path, 0);
}

static CALLS: AtomicUsize = AtomicUsize::new(0);
static ADDRESS: AtomicUsize = AtomicUsize::new(0);
static CONTEXT: AtomicBool = AtomicBool::new(false);

/// A handler as another library might have: puts a page there that is full of nines.
extern "C" fn other(signal: libc::c_int, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
    assert_eq!(signal, libc::SIGBUS);
    CALLS.fetch_add(1, Ordering::SeqCst);
    CONTEXT.store(!context.is_null(), Ordering::SeqCst);
    // SAFETY: the system gave the record.
    let record = unsafe { &*info };
    if record.si_code > 0 {
        // SAFETY: the record of a fault has an address.
        let address = unsafe { record.si_addr() }.addr();
        ADDRESS.store(address, Ordering::SeqCst);
        put_nines(address);
    }
}

extern "C" fn other_without_record(signal: libc::c_int) {
    assert_eq!(signal, libc::SIGBUS);
    CALLS.fetch_add(1, Ordering::SeqCst);
    put_nines(ADDRESS.load(Ordering::SeqCst));
}

fn put_nines(address: usize) {
    let page = ptr::without_provenance_mut::<libc::c_void>(address & !(PAGE - 1));
    let flags = libc::MAP_FIXED | libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
    // SAFETY: over a page of the foreign mapping.
    let at = unsafe { libc::mmap(page, PAGE, libc::PROT_READ | libc::PROT_WRITE, flags, -1, 0) };
    // SAFETY: it is a page that can be written.
    unsafe { at.cast::<u8>().write_bytes(9, PAGE) };
}

/// Sets what handles SIGBUS.
fn set_handler(handler: usize, flags: libc::c_int) {
    // SAFETY: all zeros are a valid action.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    (action.sa_sigaction, action.sa_flags) = (handler, flags);
    // SAFETY: the action is whole.
    assert_eq!(unsafe { libc::sigaction(libc::SIGBUS, &raw const action, ptr::null_mut()) }, 0);
}

fn send_to_self() {
    // SAFETY: the call takes a number.
    unsafe { libc::raise(libc::SIGBUS) };
}

#[test]
fn faults_elsewhere_reach_the_handler_before_unchanged() {
    const NAME: &str = "faults_elsewhere_reach_the_handler_before_unchanged";
    let Some(case) = case() else {
        for case in ["record", "plain", "once", "sent"] {
            assert_eq!(in_child(NAME, case), None, "{case}");
        }
        return;
    };
    let dir = tempdir().unwrap();
    let with_record = other as extern "C" fn(_, _, _) as usize;
    let calls = || CALLS.load(Ordering::SeqCst);
    match case.as_str() {
        "plain" => set_handler(other_without_record as extern "C" fn(_) as usize, 0),
        "once" => set_handler(with_record, libc::SA_SIGINFO | libc::SA_RESETHAND),
        _ => set_handler(with_record, libc::SA_SIGINFO),
    }
    fault::install().unwrap();
    fault::install().unwrap();
    absorbed(&dir);
    assert_eq!(calls(), 0, "faults in a map are not passed on");
    if case == "sent" {
        send_to_self();
        assert_eq!((calls(), CONTEXT.load(Ordering::SeqCst)), (1, true));
        absorbed(&dir);
        return;
    }
    for i in 0..3 {
        if case == "once" && i > 0 {
            break;
        }
        let at = foreign(&dir).wrapping_add(123 + i);
        if case == "plain" {
            ADDRESS.store(at.addr(), Ordering::SeqCst);
        }
        assert_eq!(read(at), 9);
        assert_eq!((calls(), ADDRESS.load(Ordering::SeqCst)), (i + 1, at.addr()));
        absorbed(&dir);
        assert_eq!(calls(), i + 1);
    }
}

#[test]
fn what_nobody_handles_ends_the_process_as_it_would_have() {
    const NAME: &str = "what_nobody_handles_ends_the_process_as_it_would_have";
    let Some(case) = case() else {
        // Without the handler a fault in a map ends the process, as the documents say.
        let odd = if cfg!(target_arch = "x86_64") { "ignored, no address" } else { "ignored" };
        for ends in ["not installed", "default", "std", "ignored", odd, "once, twice", "default, sent"] {
            assert_eq!(in_child(NAME, ends), Some(libc::SIGBUS), "{ends}");
        }
        // The standard library's handler passes over the first signal that was sent, and is gone then.
        for goes_on in ["ignored, sent", "std, sent"] {
            assert_eq!(in_child(NAME, goes_on), None, "{goes_on}");
        }
        return;
    };
    let dir = tempdir().unwrap();
    // No file of memory is wanted.
    let none = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the record is whole.
    unsafe { libc::setrlimit(libc::RLIMIT_CORE, &raw const none) };
    match case.as_str() {
        "not installed" => {
            absorbed(&dir);
            return;
        }
        "default" | "default, sent" => set_handler(libc::SIG_DFL, 0),
        "ignored" | "ignored, sent" | "ignored, no address" => set_handler(libc::SIG_IGN, 0),
        "once, twice" => {
            set_handler(other as extern "C" fn(_, _, _) as usize, libc::SA_SIGINFO | libc::SA_RESETHAND);
        }
        // What the standard library has installed to tell of stacks that are full.
        _ => {}
    }
    fault::install().unwrap();
    absorbed(&dir);
    if case == "once, twice" {
        assert_eq!(read(foreign(&dir)), 9);
    }
    #[cfg(target_arch = "x86_64")]
    if case == "ignored, no address" {
        // If it goes on for ever.
        // SAFETY: the call takes a number.
        unsafe { libc::alarm(20) };
        // SAFETY: no address of x86-64 is this one, so nothing is read; what is off the stack pointer's register is a SIGBUS, and
        // the process ends.
        unsafe {
            std::arch::asm!("push rbp", "mov rbp, {0}", "mov {0}, [rbp]", "pop rbp", inout(reg) 1_u64 << 63 => _);
        }
    }
    match case.ends_with("sent") {
        true => {
            send_to_self();
            // With it went all handlers, if it was the standard library's that was called.
            fault::install().unwrap();
            absorbed(&dir);
        }
        false => assert_eq!(read(foreign(&dir)), 0, "it goes on"),
    }
}
