//! Directories as programs leave them that were ended while they appended, or as a loss of power does: made up, on every system.

use std::{
    fs,
    path::{Path, PathBuf},
};

use mmrec::{ColumnMap, DynColumnMap, DynMap, ErrorKind, MmapRecord, RecordMap, View};
use tempfile::{TempDir, tempdir};

#[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
#[repr(C)]
struct Row {
    id: u64,
    half: f32,
    pair: [u16; 2],
    none: [u8; 0],
}

fn row(i: u16) -> Row {
    Row { id: u64::from(i), half: f32::from(i) / 2.0, pair: [i, !i], none: [] }
}

fn rows(range: std::ops::Range<u16>) -> Vec<Row> {
    range.map(row).collect()
}

/// The columns with bytes, and how many a row has.
const COLUMNS: [(&str, usize); 3] = [("half.npy", 4), ("id.npy", 8), ("pair.npy", 4)];
const HEADER: usize = 128;

struct Left(TempDir);

impl Left {
    /// A directory of so many rows.
    fn rows(len: u16) -> Self {
        let left = Self(tempdir().unwrap());
        ColumnMap::from_rows(View::from_slice(&rows(0..len)), left.dir()).unwrap().close().unwrap();
        left
    }

    fn dir(&self) -> PathBuf {
        self.0.path().join("rows")
    }

    fn says(&self, name: &str, text: &str) -> &Self {
        fs::write(self.dir().join(name), text).unwrap();
        self
    }

    /// Puts `new` rows, those from `len` on, behind what a column has, and `more` bytes; its header stays as it was.
    fn behind(&self, file: &str, len: u16, new: usize, more: usize) -> &Self {
        let other = Self::rows(len + u16::try_from(new).unwrap());
        let path = self.dir().join(file);
        let mut bytes = fs::read(&path).unwrap();
        let longer = fs::read(other.dir().join(file)).unwrap();
        bytes.extend(&longer[bytes.len()..]);
        bytes.extend(vec![0xee; more]);
        fs::write(path, bytes).unwrap();
        self
    }

    /// Puts rows behind those of all columns.
    fn all_behind(&self, len: u16, new: usize) -> &Self {
        for (file, _) in COLUMNS {
            self.behind(file, len, new, 0);
        }
        self
    }

    /// Puts the column of a directory of `len` rows in the place of one.
    fn column_of(&self, file: &str, len: u16) -> &Self {
        fs::copy(Self::rows(len).dir().join(file), self.dir().join(file)).unwrap();
        self
    }

    /// All files and what they hold, but for the one that is locked.
    fn content(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let entries = fs::read_dir(self.dir()).unwrap().map(|entry| entry.unwrap().path());
        let entries = entries.filter(|path| !path.ends_with(".append.lock"));
        let mut all: Vec<_> = entries.map(|path| (path.clone(), fs::read(path).unwrap())).collect();
        all.sort();
        all
    }

    /// All that open it find these rows, nothing is left once it was opened to write, and it goes on.
    #[track_caller]
    fn has(&self, len: u16) {
        let dir = self.dir();
        let before = self.content();
        assert!(ColumnMap::<Row>::open(&dir).unwrap().iter().eq(rows(0..len)));
        assert_eq!(DynColumnMap::open(&dir).unwrap().len(), usize::from(len));
        assert!(self.content() == before, "to read changes nothing");
        let mut map = ColumnMap::<Row>::open_rw(&dir).unwrap();
        assert!(map.iter().eq(rows(0..len)));
        for (file, width) in COLUMNS {
            let bytes = fs::metadata(dir.join(file)).unwrap().len();
            assert_eq!(bytes, (HEADER + usize::from(len) * width) as u64, "{file}");
        }
        assert!(self.is_done());
        map.append(&rows(len..len + 3)).unwrap();
        drop(map);
        assert!(ColumnMap::<Row>::open(&dir).unwrap().iter().eq(rows(0..len + 3)));
    }

    fn is_done(&self) -> bool {
        ![".append", ".append.begun"].iter().any(|name| self.dir().join(name).exists())
    }
}

#[test]
fn rows_that_count_are_named_by_all_headers() {
    for named in [&[][..], &["id.npy"], &["id.npy", "pair.npy", "none.npy"], &["half.npy", "none.npy"]] {
        let left = Left::rows(10);
        left.all_behind(10, 10).says(".append", "10 -> 20 rows\n");
        for file in named {
            left.column_of(file, 20);
        }
        left.has(20);
    }
}

#[test]
fn what_is_finished_can_be_finished_again() {
    let left = Left::rows(20);
    let before = left.content();
    for _ in 0..2 {
        left.says(".append", "10 -> 20 rows\n");
        drop(ColumnMap::<Row>::open_rw(left.dir()).unwrap());
        assert!(left.content() == before);
    }
    // By one who has it open, and appends.
    let mut map = ColumnMap::<Row>::open_rw(left.dir()).unwrap();
    left.says(".append", "10 -> 20 rows\n");
    map.append(&rows(20..22)).unwrap();
    left.has(22);
}

#[test]
fn rows_that_do_not_count_are_cut() {
    for (half, id, pair) in [(10, 10, 10), (10, 0, 0), (0, 3, 10), (0, 0, 0)] {
        let left = Left::rows(10);
        left.behind("half.npy", 10, half, 0).behind("id.npy", 10, id, 0).behind("pair.npy", 10, pair, 0);
        left.says(".append.begun", "10 -> 20 rows\n").has(10);
    }
    // Not a whole number of them, as a file system may leave it.
    let left = Left::rows(10);
    left.behind("half.npy", 10, 0, 7).says(".append.begun", "10 -> 20 rows\n").has(10);
    // Without rows before.
    let left = Left::rows(0);
    left.all_behind(0, 5).says(".append.begun", "0 -> 5 rows\n").has(0);
}

/// After a loss of power the first of two names may be there again, whose removal had not been on the disk yet.
#[test]
fn rows_that_do_not_count_are_cut_beside_what_says_of_those_that_do() {
    for named in [&[][..], &["id.npy"], &["half.npy", "id.npy", "pair.npy", "none.npy"]] {
        let left = Left::rows(10);
        left.all_behind(10, 10);
        for file in named {
            left.column_of(file, 20);
        }
        left.behind("half.npy", 20, 10, 0).behind("pair.npy", 20, 4, 0);
        left.says(".append", "10 -> 20 rows\n").says(".append.begun", "20 -> 30 rows\n").has(20);
    }
}

#[test]
fn what_no_append_has_left_is_not_cut() {
    // One that was not begun with these rows, or not begun at all, and more than it would have put there.
    for text in ["5 -> 50 rows\n", "", "10 -> 5", "10 -> 12 rows\n"] {
        let left = Left::rows(10);
        left.behind("half.npy", 10, 0, 17).says(".append.begun", text);
        let before = fs::read(left.dir().join("half.npy")).unwrap();
        let mut map = ColumnMap::<Row>::open_rw(left.dir()).unwrap();
        assert!(map.iter().eq(rows(0..10)) && left.is_done(), "{text:?}");
        let error = map.append(&rows(10..11)).unwrap_err();
        assert!(error.to_string().contains("half.npy: 17 bytes lie behind the array"), "{error}");
        assert!(fs::read(left.dir().join("half.npy")).unwrap() == before);
    }
}

#[test]
fn columns_of_another_type_are_left_as_they_are() {
    #[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
    #[repr(C)]
    struct Other {
        id: u64,
        half: u32,
        pair: [u16; 2],
        none: [u8; 0],
    }
    for (name, text) in [(".append", "10 -> 20 rows\n"), (".append.begun", "10 -> 20 rows\n")] {
        let left = Left::rows(10);
        left.all_behind(10, 10).says(name, text);
        fs::remove_file(left.dir().join("dtype.descr")).unwrap();
        let before = left.content();
        let error = ColumnMap::<Other>::open_rw(left.dir()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::DTypeMismatch);
        assert!(
            error.to_string().ends_with("column `half`: the directory has '<f4', Other has '<u4'"),
            "{error}"
        );
        assert!(left.content() == before);
    }
}

/// Elsewhere no file is cut that is mapped.
#[cfg(unix)]
#[test]
fn what_others_have_left_is_finished_by_who_has_it_open() {
    let left = Left::rows(10);
    let mut map = ColumnMap::<Row>::open_rw(left.dir()).unwrap();
    left.all_behind(10, 6).says(".append.begun", "10 -> 16 rows\n");
    map.append(&rows(10..12)).unwrap();
    assert!(map.iter().eq(rows(0..12)) && left.is_done());

    // Rows that count are kept, and it does not know them.
    left.all_behind(12, 6).says(".append", "12 -> 18 rows\n");
    let error = map.append(&rows(12..13)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ShapeMismatch, "{error}");
    assert!(map.iter().eq(rows(0..12)));
    drop(map);
    left.has(18);
}

#[test]
fn columns_that_were_cut_since_are_told() {
    // To the rows before, of which the file says that there are more; and to fewer.
    for (len, kind, text) in [
        (10, ErrorKind::Truncated, "20 rows end at byte 208, and the file at byte 168: 40 bytes too few"),
        (5, ErrorKind::ShapeMismatch, "from 10 to 20 rows, and half.npy has shape [5]"),
    ] {
        let left = Left::rows(20);
        left.column_of("half.npy", len).says(".append", "10 -> 20 rows\n");
        let before = left.content();
        for error in [
            ColumnMap::<Row>::open(left.dir()).map(drop).unwrap_err(),
            ColumnMap::<Row>::open_cow(left.dir()).map(drop).unwrap_err(),
            ColumnMap::<Row>::open_rw(left.dir()).map(drop).unwrap_err(),
        ] {
            assert_eq!(error.kind(), kind);
            assert!(error.to_string().contains(text) && error.to_string().contains("half.npy"), "{error}");
            assert!(error.to_string().contains(".append"), "{error}");
        }
        assert!(left.content() == before);
    }
}

/// The rows of an append that is under way, or that count already, are none that nobody knows.
#[test]
fn what_is_being_appended_is_not_discarded_from_a_column() {
    for name in [".append.begun", ".append"] {
        let left = Left::rows(10);
        left.all_behind(10, 10).says(name, "10 -> 20 rows\n");
        let before = left.content();
        let path = left.dir().join("id.npy");
        let refused = |path: &Path| {
            let typed = RecordMap::<u64>::open_rw(path).unwrap().discard_rest().unwrap_err();
            let untyped = DynMap::open_rw(path).unwrap().discard_rest().unwrap_err();
            for error in [typed, untyped] {
                assert_eq!(error.kind(), ErrorKind::Locked);
                let expected = format!(
                    "{}: an append to the columns of its directory is under way, or was left by a program that was ended, which the \
                     file {name} beside it says; open the directory with ColumnMap::open_rw or DynColumnMap::open_rw, which do what \
                     was left to do",
                    path.display()
                );
                assert_eq!(error.to_string(), expected);
            }
        };
        refused(&path);
        // By another name, too.
        #[cfg(unix)]
        {
            let link = left.0.path().join("link.npy");
            std::os::unix::fs::symlink(&path, &link).unwrap();
            refused(&link);
        }
        assert!(left.content() == before);
        left.has(if name == ".append" { 20 } else { 10 });
        // Nothing is left, and nothing is refused.
        assert_eq!(RecordMap::<u64>::open_rw(&path).unwrap().discard_rest().unwrap(), 0);
    }
}

fn add(dir: &Path, file: &str) {
    fs::copy(dir.join("id.npy"), dir.join(file)).unwrap();
}

#[test]
fn columns_that_came_or_went_since_are_told_before_anything_is_written() {
    let left = Left::rows(10);
    let mut map = ColumnMap::<Row>::open_rw(left.dir()).unwrap();
    let mut untyped = DynColumnMap::open_rw(left.dir()).unwrap();
    add(&left.dir(), "added.npy");
    fs::rename(left.dir().join("half.npy"), left.dir().join("other.npy")).unwrap();
    let before = left.content();
    let new = rows(10..11);
    for error in [map.append(&new).unwrap_err(), untyped.append(View::from_slice(&new)).unwrap_err()] {
        assert_eq!(error.kind(), ErrorKind::DTypeMismatch);
        let text = error.to_string();
        assert!(
            text.contains("another program has changed the directory since it was opened: open it again"),
            "{text}"
        );
        for line in [
            "column `half`: the directory has none, this map has '<f4'",
            "column `added`: the directory has one, this map has none",
            "column `other`: the directory has one, this map has none",
        ] {
            assert!(text.contains(line), "{text}");
        }
    }
    assert!(left.content() == before);
    assert_eq!((map.len(), untyped.len()), (10, 10));
}
