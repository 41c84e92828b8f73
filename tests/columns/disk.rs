//! The order in which an append and its recovery put things on the disk, and what they say of a disk that fails.
#![cfg(target_os = "linux")]

use std::{collections::BTreeSet, fs, path::Path};

use tempfile::tempdir;

use crate::kills::{FILES, goes_on, run, run_on, ten_rows};

/// Traces calls, and changes none.
const NOTHING: &str = "inject=linkat:error=EIO:when=1000";

struct Calls(Vec<String>);

impl Calls {
    /// The calls of the program on the directory and its files, which has to come to its end; `None` where it cannot be traced.
    fn of(act: &str, dir: &Path, inject: &str) -> Option<Self> {
        let (is_done, text) = run(act, dir, inject)?;
        assert!(is_done, "{text}");
        Some(Self(text.lines().map(str::to_owned).collect()))
    }

    fn text(&self) -> String {
        self.0.join("\n")
    }

    #[track_caller]
    fn first(&self, call: &str) -> usize {
        self.0
            .iter()
            .position(|line| line.contains(call))
            .unwrap_or_else(|| panic!("{call}: {}", self.text()))
    }

    /// The last such call before a place.
    #[track_caller]
    fn last(&self, call: &str, before: usize) -> usize {
        let found = self.0[..before].iter().rposition(|line| line.contains(call));
        found.unwrap_or_else(|| panic!("{call} before {before}: {}", self.text()))
    }

    fn count(&self, call: &str, places: std::ops::Range<usize>) -> usize {
        self.0[places].iter().filter(|line| line.contains(call)).count()
    }

    /// The files of such calls, by the numbers under which they are open.
    fn files(&self, call: &str, places: std::ops::Range<usize>) -> BTreeSet<u32> {
        let number = |line: &String| {
            let digits: String =
                line.split_once(call)?.1.chars().take_while(|c| c.is_ascii_digit()).collect();
            digits.parse().ok()
        };
        self.0[places].iter().filter_map(number).collect()
    }

    /// Each column has been waited for since the last of these calls before a place, whose files are all columns.
    #[track_caller]
    fn columns_are_synced(&self, written_by: &str, before: usize) {
        let last = self.last(written_by, before);
        let synced = self.files("fdatasync(", last..before);
        assert_eq!((synced.len(), self.count("fdatasync(", last..before)), (3, 3), "{}", self.text());
        assert!(self.files(written_by, 0..before).is_subset(&synced), "{}", self.text());
    }
}

/// What is told of an append is on the disk before that of which it tells, and nothing tells of it again once it is done.
#[test]
fn what_tells_of_an_append_is_on_the_disk() {
    let tmp = tempdir().unwrap();
    let dir = tmp.path().join("rows");
    ten_rows(&dir);
    let Some(calls) = Calls::of("append", &dir, NOTHING) else { return };
    // The file and its name; then its other name; then that it is gone.
    let (begun, rows) = (calls.first("write("), calls.first("fallocate("));
    assert_eq!(calls.count("fsync(", begun..rows), 2, "{}", calls.text());
    let (renamed, removed) = (calls.first("rename"), calls.first("unlink"));
    let header = renamed + calls.0[renamed..].iter().position(|line| line.contains("pwrite64(")).unwrap();
    assert_eq!(calls.count("fsync(", renamed..header), 1, "{}", calls.text());
    assert_eq!(calls.count("fsync(", header..removed), 0, "{}", calls.text());
    assert_eq!(calls.count("fsync(", removed..calls.0.len()), 1, "{}", calls.text());
    // Rows, and then headers, are there before it is said that they are.
    calls.columns_are_synced("pwrite64(", renamed);
    assert_eq!(calls.count("pwrite64(", renamed..removed), 3, "{}", calls.text());
    calls.columns_are_synced("pwrite64(", removed);
}

/// Whoever renamed the file may have been ended before that was on the disk.
#[test]
fn what_is_finished_is_on_the_disk_before_and_after() {
    for (left_by, done_by) in [
        // Rows that count, which one header names; and rows that do not.
        ("inject=pwrite64:signal=KILL:when=5", "pwrite64("),
        ("inject=/^rename:signal=KILL:when=1", "ftruncate("),
    ] {
        let tmp = tempdir().unwrap();
        let dir = tmp.path().join("rows");
        ten_rows(&dir);
        run("append", &dir, left_by);
        let Some(calls) = Calls::of("recover", &dir, NOTHING) else { return };
        let (first, removed) = (calls.first(done_by), calls.first("unlink"));
        assert_eq!(calls.count("fsync(", 0..first), 1, "{}", calls.text());
        assert_eq!(calls.count(done_by, 0..calls.0.len()), 3, "{}", calls.text());
        calls.columns_are_synced(done_by, removed);
        assert_eq!(calls.count("fsync(", first..removed), 0, "{}", calls.text());
        assert_eq!(calls.count("fsync(", removed..calls.0.len()), 1, "{}", calls.text());
    }
}

/// The system says once that the disk did not take a header, and then takes it for written: it is not, until it is written again.
#[test]
fn a_header_that_the_disk_did_not_take_is_written_again() {
    // Three are of rows.
    for nth in 4..=6 {
        let tmp = tempdir().unwrap();
        let dir = tmp.path().join("rows");
        ten_rows(&dir);
        let inject = format!("inject=fdatasync:error=EIO:when={nth}");
        let Some(calls) = Calls::of("append", &dir, &inject) else { return };
        assert_eq!(calls.count("INJECTED", 0..calls.0.len()), 1, "{}", calls.text());
        assert!(dir.join(".append").exists());
        // Nor by who finishes it.
        let (is_done, text) = run("recover", &dir, "inject=fdatasync:error=EIO:when=3").unwrap();
        assert!(!is_done && text.contains("cannot write the column to the disk"), "{text}");
        assert!(dir.join(".append").exists());
        let Some(calls) = Calls::of("recover", &dir, NOTHING) else { return };
        assert_eq!(calls.files("pwrite64(", 0..calls.0.len()).len(), 3, "{}", calls.text());
        assert_eq!(calls.count("pwrite64(", 0..calls.0.len()), 3, "{}", calls.text());
        calls.columns_are_synced("pwrite64(", calls.first("unlink"));
        assert_eq!(goes_on(&dir), 1010);
    }
}

/// Or the rows would be on the disk, and nothing that leads to them.
#[test]
fn the_name_of_a_new_directory_is_on_the_disk_before_rows_are_appended() {
    let tmp = tempdir().unwrap();
    // As the system spells it.
    let parent = fs::canonicalize(tmp.path()).unwrap();
    let dir = parent.join("rows");
    let files = FILES.map(|file| dir.join(file));
    let paths: Vec<&Path> = files.iter().map(|file| file.as_path()).chain([&*parent, &*dir]).collect();
    let Some((is_done, text)) = run_on("create and append", &dir, &paths, NOTHING) else { return };
    assert!(is_done, "{text}");
    let calls = Calls(text.lines().map(str::to_owned).collect());
    // The dtype, the names in the directory, and its own; and the columns.
    let begun = calls.first(".append.begun");
    assert_eq!((calls.count("fsync(", 0..begun), calls.count("fdatasync(", 0..begun)), (3, 3), "{text}");
    assert_eq!(goes_on(&dir), 1010);

    // What cannot be put there is told, and nothing is appended.
    let dir = parent.join("more");
    let (is_done, text) =
        run_on("create and append", &dir, &[&parent], "inject=fsync:error=EIO:when=1").unwrap();
    assert!(!is_done && text.contains("cannot write the names in the directory to the disk"), "{text}");
    assert_eq!(goes_on(&dir), 10);
}

/// Who appends again without opening it anew is told, and takes nothing away.
#[test]
fn rows_that_may_not_survive_a_loss_of_power_stay() {
    let tmp = tempdir().unwrap();
    let dir = tmp.path().join("rows");
    ten_rows(&dir);
    let Some((is_done, text)) = run("fail twice", &dir, "inject=fsync:error=EIO:when=3") else { return };
    assert!(is_done, "{text}");
    assert!(
        text.contains(
            "first: Io: cannot write the names in the directory to the disk; the rows were written, and count, but may not survive a \
             loss of power: open the directory again before anything else is appended: Input/output error"
        ),
        "{text}"
    );
    assert!(text.contains("second: ShapeMismatch: the header is no longer what it was"), "{text}");
    assert_eq!(goes_on(&dir), 1010);
}

#[test]
fn a_new_directory_that_cannot_be_opened_is_there_and_whole() {
    let tmp = tempdir().unwrap();
    let dir = tmp.path().join("rows");
    // Under this name it is opened once it is made.
    let descr = dir.join("dtype.descr");
    let ran = run_on("fail to create", &dir, &[&descr], "inject=openat:error=EMFILE");
    let Some((is_done, text)) = ran else { return };
    assert!(is_done && text.contains("the directory is there, and whole: open it with open_rw"), "{text}");
    assert_eq!(fs::read_dir(tmp.path()).unwrap().count(), 1);
    assert_eq!(goes_on(&dir), 10);
}

#[test]
fn a_lock_that_cannot_be_made_is_told_before_anything_is_written() {
    let tmp = tempdir().unwrap();
    let dir = tmp.path().join("rows");
    ten_rows(&dir);
    let lock = dir.join(".append.lock");
    let Some((is_done, text)) = run_on("fail", &dir, &[&lock], "inject=openat:error=EACCES") else { return };
    assert!(is_done && text.contains("has 10 rows"), "{text}");
    assert!(
        text.contains(
            ".append.lock: cannot open or make the file that is locked by who appends to the columns; it needs permission to \
             write, or its directory does, if it is not there"
        ),
        "{text}"
    );
    assert!(!lock.exists());
    assert_eq!(goes_on(&dir), 10);
}
