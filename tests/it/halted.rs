//! A program that is killed, or held up, at each of its system calls in turn; strace does it.
#![cfg(target_os = "linux")]

use std::{env, fs, path::Path, process::Child, thread, time::Duration};

use mmrec::{ErrorKind, Ix1, Lock, ReadWrite, RecordMap};
use tempfile::tempdir;

use super::strace::{self, end};

const CHILD: &str = "MMREC_TEST_HALTED";

/// What comes of a new name on a file system that makes no file without one.
const NO_UNNAMED_FILES: &str = "inject=linkat:error=EPERM";

fn log(path: &Path, lock: Lock, rows: usize) -> mmrec::Result<RecordMap<u64, Ix1, ReadWrite>> {
    // A program that another test starts may have a lock of this one for a moment.
    let options = RecordMap::<u64>::options().lock(lock).lock_timeout(Duration::from_secs(20));
    options.shape(rows).open_or_create_npy(path)
}

#[test]
fn what_is_done_under_strace() {
    let Ok(words) = env::var(CHILD) else { return };
    let (act, path) = words.split_once(' ').unwrap();
    let path = Path::new(path);
    match act {
        "make_locked" => drop(log(path, Lock::Exclusive, 1000).unwrap()),
        "make" => {
            let mut map = log(path, Lock::None, 1000).unwrap();
            println!("it has {} rows", map.len());
            map.append(&[1]).unwrap();
        }
        "fail" => println!("{}", log(path, Lock::None, 1000).unwrap_err()),
        "fail_to_overwrite" => {
            println!("{}", RecordMap::<u64>::options().shape(1000).create_npy(path).unwrap_err());
        }
        "overwrite" => drop(RecordMap::<u64>::options().shape(1000).create_npy(path).unwrap()),
        "append" => log(path, Lock::Exclusive, 0).unwrap().append(&[7; 1000]).unwrap(),
        "appender" => {
            let mut appender = log(path, Lock::Exclusive, 0).unwrap().into_appender().unwrap();
            appender.extend_from_slice(&[7; 1000]).unwrap();
            appender.flush().unwrap();
        }
        "shrink" => log(path, Lock::Exclusive, 0).unwrap().shrink_to(5).unwrap(),
        act => panic!("{act}"),
    }
}

/// Starts a program that is held up by this at what it does with the file.
fn start(act: &str, path: &Path, inject: &[&str]) -> Option<Child> {
    const CALLS: &str = "openat,pwrite64,fallocate,ftruncate,fdatasync,msync,linkat,unlink,flock";
    let words = format!("{act} {}", path.display());
    strace::start("halted::what_is_done_under_strace", (CHILD, &words), &[path], CALLS, inject)
}

/// Kills a program before each of its calls in turn, and holds it to so many. `before` makes the file, and `after` looks at what is left.
fn kill_at_each_call(act: &str, others: &[&str], least: u32, before: impl Fn(&Path), after: impl Fn(&Path)) {
    let mut killed = 0;
    for call in ["openat", "pwrite64", "fallocate", "ftruncate", "fdatasync", "unlink", "flock"] {
        for nth in 1.. {
            let dir = tempdir().unwrap();
            let path = dir.path().join("log.npy");
            before(&path);
            let kill = format!("inject={call}:signal=KILL:when={nth}");
            let Some(child) = start(act, &path, &[&[kill.as_str()], others].concat()) else { return };
            let (is_done, text) = end(child);
            if !text.contains("openat(") {
                println!("skipped: strace cannot trace here");
                return;
            }
            after(&path);
            if is_done {
                break;
            }
            assert!(text.contains("killed by SIGKILL"), "{call} {nth}: {text}");
            killed += 1;
        }
    }
    assert!(killed >= least, "{act}: killed {killed} times");
}

/// The log goes on, whatever was left of it, with one of these numbers of rows, and nothing else in them but zeros, or sevens at the end.
fn goes_on(path: &Path, lens: &[usize]) {
    let mut map = log(path, Lock::Exclusive, 0).unwrap();
    map.discard_rest().unwrap();
    let len = map.len();
    assert!(lens.contains(&len), "{len} rows");
    let sevens =
        map.iter().skip_while(|number| *number == 0).inspect(|number| assert_eq!(*number, 7)).count();
    assert!(sevens == 0 || sevens == 1000 && len == 1010, "{sevens} sevens in {len} rows");
    map.append(&[8]).unwrap();
    map.close().unwrap();
    let after = RecordMap::<u64>::open(path).unwrap();
    assert_eq!((after.len(), after.at(len)), (len + 1, 8));
}

fn ten_rows(path: &Path) {
    RecordMap::<u64>::options().shape(10).create_npy(path).unwrap().close().unwrap();
}

fn without_a_byte(path: &Path) {
    fs::write(path, "").unwrap();
}

#[test]
fn a_log_goes_on_wherever_the_program_was_killed_that_started_it() {
    let check = |path: &Path| goes_on(path, &[0, 1000]);
    kill_at_each_call("make_locked", &[], 5, without_a_byte, check);
    // Where every new file has a name from the start.
    kill_at_each_call("make_locked", &[NO_UNNAMED_FILES], 5, |_| {}, check);
    kill_at_each_call("overwrite", &[], 5, without_a_byte, check);
    kill_at_each_call("overwrite", &[NO_UNNAMED_FILES], 5, |_| {}, check);
}

#[test]
fn a_log_goes_on_wherever_the_program_was_killed_that_changed_it() {
    kill_at_each_call("append", &[], 5, ten_rows, |path| goes_on(path, &[10, 1010]));
    kill_at_each_call("appender", &[], 5, ten_rows, |path| goes_on(path, &[10, 1010]));
    kill_at_each_call("shrink", &[], 4, ten_rows, |path| goes_on(path, &[10, 5]));
}

/// Waits until the file is there, and has something in it if it is to; `false`, and says so, if the program ends before.
fn comes(path: &Path, is_begun: bool, child: &mut Child) -> bool {
    loop {
        if fs::metadata(path).is_ok_and(|found| !is_begun || found.len() > 0) {
            return true;
        }
        if child.try_wait().unwrap().is_some() {
            println!("skipped: strace cannot trace here");
            return false;
        }
        thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn a_log_that_is_being_started_is_waited_for() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("log.npy");
    let Some(mut first) = start("make", &path, &[NO_UNNAMED_FILES, "inject=fallocate:delay_enter=2s:when=1"])
    else {
        return;
    };
    if !comes(&path, true, &mut first) {
        return;
    }
    let map = log(&path, Lock::Exclusive, 0).unwrap();
    assert!(map.len() >= 1000, "the first was not done: {} rows", map.len());
    drop(map);
    let (is_done, text) = end(first);
    assert!(is_done && text.contains("it has 1000 rows"), "{text}");
    assert_eq!(RecordMap::<u64>::open(&path).unwrap().len(), 1001);
}

#[test]
fn a_log_that_was_taken_over_is_not_overwritten_by_who_was_about_to_start_it() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("log.npy");
    // The lock by which it keeps others away comes too late.
    let Some(mut first) = start("make", &path, &[NO_UNNAMED_FILES, "inject=flock:delay_enter=2s:when=1"])
    else {
        return;
    };
    if !comes(&path, false, &mut first) {
        return;
    }
    let mut map = log(&path, Lock::Exclusive, 0).unwrap();
    map.append(&[7, 7, 7]).unwrap();
    map.close().unwrap();
    let (is_done, text) = end(first);
    assert!(is_done && text.contains("it has 3 rows"), "{text}");
    assert_eq!(RecordMap::<u64>::open(&path).unwrap().to_vec(), [7, 7, 7, 1]);
}

#[test]
fn a_log_that_cannot_be_started_is_not_removed_from_under_the_next() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("log.npy");
    let full = "inject=fallocate:error=ENOSPC:delay_enter=1s:when=1";
    let Some(mut first) = start("fail", &path, &[NO_UNNAMED_FILES, full]) else { return };
    if !comes(&path, true, &mut first) {
        return;
    }
    let mut map = log(&path, Lock::Exclusive, 0).unwrap();
    map.append(&[7, 7, 7]).unwrap();
    map.close().unwrap();
    let (is_done, text) = end(first);
    assert!(is_done && text.contains("bytes long"), "{text}");
    assert_eq!(RecordMap::<u64>::open(&path).unwrap().to_vec(), [7, 7, 7]);
}

#[test]
fn an_empty_log_says_how_it_is_made_whole() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("log.npy");
    without_a_byte(&path);
    let error = log(&path, Lock::None, 3).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BadNpy);
    assert!(error.to_string().contains("remove it, or open it with .lock(Lock::Exclusive)"), "{error}");
    assert_eq!(fs::read(&path).unwrap(), b"");
    assert_eq!(log(&path, Lock::Exclusive, 3).unwrap().len(), 3);
}

#[test]
fn an_empty_file_is_empty_again_if_it_cannot_be_made_longer() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("log.npy");
    without_a_byte(&path);
    let full = "inject=fallocate:error=ENOSPC:when=2";
    let Some(child) = start("fail_to_overwrite", &path, &[full]) else { return };
    let (is_done, text) = end(child);
    if text.contains("openat(") {
        assert!(is_done && text.contains("8128 bytes long"), "{text}");
        assert!(text.contains("pwrite64("), "it had been begun: {text}");
    }
    assert_eq!(fs::read(&path).unwrap(), b"");
}

/// Without a lock, of which nobody can be kept from what he does.
#[test]
fn a_log_that_others_append_to_before_it_is_whole_is_theirs() {
    // The file then ends where the first would have it end, before, and behind.
    for rows in [1000, 500, 1500] {
        let dir = tempdir().unwrap();
        let path = dir.path().join("log.npy");
        without_a_byte(&path);
        let held = "inject=fallocate:delay_enter=2s:when=1";
        let Some(mut first) = start("make_locked", &path, &[held]) else { return };
        if !comes(&path, true, &mut first) {
            return;
        }
        let mut other = RecordMap::<u64>::open_rw(&path).unwrap();
        // On a machine so busy that the first is done, there is nothing to be seen.
        if !other.is_empty() || other.append(&vec![7; rows]).is_err() {
            end(first);
            continue;
        }
        drop(other);
        let (is_done, text) = end(first);
        assert!(is_done, "{text}");
        let mut map = log(&path, Lock::Exclusive, 0).unwrap();
        assert_eq!(map.to_vec(), vec![7; rows]);
        map.discard_rest().unwrap();
        map.append(&[8]).unwrap();
    }
}

#[test]
fn a_log_that_others_cut_before_it_is_whole_is_not_emptied() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("log.npy");
    without_a_byte(&path);
    // Between making the file longer and naming its rows. A test that is slow finds them named, which is as good.
    let held = "inject=pwrite64:delay_enter=1s:when=2";
    let Some(mut first) = start("make_locked", &path, &[held]) else { return };
    if !comes(&path, true, &mut first) {
        return;
    }
    let mut other = RecordMap::<u64>::open_rw(&path).unwrap();
    if let Err(error) = other.discard_rest() {
        // It has named its rows by now.
        assert_eq!(error.kind(), ErrorKind::ShapeMismatch, "{error}");
    }
    drop(other);
    let (_, text) = end(first);
    let left = RecordMap::<u64>::open(&path).unwrap_or_else(|error| panic!("{error}\n{text}"));
    assert!([0, 1000].contains(&left.len()), "{}", left.len());
}
