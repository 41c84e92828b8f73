//! Every error names the column, what was expected, what was found, and what to do.

use std::{fs, path::Path};

use mmrec::{
    ColumnMap, DynColumnMap, DynMap, Error, ErrorKind, MmapRecord, Order, RecordMap, View, big_endian,
};
use tempfile::{TempDir, tempdir};

#[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
#[repr(C)]
struct Tick {
    ts: u64,
    price: f64,
    xyz: [f32; 3],
}

fn tick(i: u32) -> Tick {
    Tick { ts: u64::from(i), price: f64::from(i), xyz: [0.5; 3] }
}

fn ticks() -> TempDir {
    let tmp = tempdir().unwrap();
    let ticks: Vec<_> = (0..10).map(tick).collect();
    ColumnMap::from_rows(View::from_slice(&ticks), dir(&tmp)).unwrap();
    tmp
}

fn dir(tmp: &TempDir) -> std::path::PathBuf {
    tmp.path().join("ticks")
}

/// The error of opening, which is the same in every mode, and its text without the path of the directory. Nothing is changed.
fn error(dir: &Path) -> (ErrorKind, String) {
    let before = content(dir);
    let error = ColumnMap::<Tick>::open(dir).unwrap_err();
    for other in [
        ColumnMap::<Tick>::open_rw(dir).map(drop).unwrap_err(),
        ColumnMap::<Tick>::open_cow(dir).map(drop).unwrap_err(),
    ] {
        assert_eq!(other.to_string(), error.to_string());
    }
    assert!(content(dir) == before);
    told(&error, dir)
}

fn told(error: &Error, dir: &Path) -> (ErrorKind, String) {
    (error.kind(), error.to_string().replace(&dir.display().to_string(), "ticks"))
}

/// All files and what they hold, but for the one that is locked.
fn content(dir: &Path) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let mut all: Vec<_> = fs::read_dir(dir)
        .map(|entries| {
            entries
                .map(|entry| entry.unwrap().path())
                .filter(|path| !path.ends_with(".append.lock"))
                .map(|path| (path.clone(), fs::read(path).unwrap()))
                .collect()
        })
        .unwrap_or_default();
    all.sort();
    all
}

#[test]
fn a_missing_column_is_named() {
    let tmp = ticks();
    fs::remove_file(dir(&tmp).join("price.npy")).unwrap();
    let (kind, text) = error(&dir(&tmp));
    assert_eq!(kind, ErrorKind::DTypeMismatch);
    assert_eq!(
        text,
        "ticks: the columns are not those of Tick; put the columns back, or change the type; without the file dtype.descr \
         DynColumnMap opens the columns there are\n\
         column `price`: the directory has none, Tick has '<f8'"
    );
    let untyped = DynColumnMap::open(dir(&tmp)).unwrap_err();
    assert_eq!(
        told(&untyped, &dir(&tmp)).1,
        "ticks: the columns are not those of dtype.descr; put the columns back, or remove dtype.descr, and the record is made of \
         the columns there are\ncolumn `price`: the directory has none, dtype.descr has '<f8'"
    );
}

#[test]
fn extra_columns_are_named() {
    let tmp = ticks();
    fs::copy(dir(&tmp).join("price.npy"), dir(&tmp).join("bid%2Fask.npy")).unwrap();
    let (kind, text) = error(&dir(&tmp));
    assert_eq!(kind, ErrorKind::DTypeMismatch);
    assert!(text.ends_with("\ncolumn `bid/ask`: the directory has one, Tick has none"), "{text}");
}

#[test]
fn every_column_of_another_dtype_is_named() {
    let tmp = ticks();
    for descr in [true, false] {
        if !descr {
            fs::remove_file(dir(&tmp).join("dtype.descr")).unwrap();
        }
        let price = dir(&tmp).join("price.npy");
        RecordMap::<big_endian::F64>::options().shape(10).create_npy(price).unwrap();
        RecordMap::<f32>::options().shape((10, 4)).create_npy(dir(&tmp).join("xyz.npy")).unwrap();
        let (kind, text) = error(&dir(&tmp));
        assert_eq!(kind, ErrorKind::DTypeMismatch);
        assert!(
            text.ends_with(
                "\ncolumn `price`: the directory has '>f8', Tick has '<f8'\n\
                 column `xyz`: the directory has ('<f4', (4,)), Tick has ('<f4', (3,))"
            ),
            "{text}"
        );
    }
}

#[test]
fn what_the_text_of_the_dtype_says_is_compared_too() {
    let tmp = ticks();
    let descr = dir(&tmp).join("dtype.descr");
    fs::write(
        &descr,
        "[('xyz', '<f4', (3,)), ('', '|V7'), ('ts', '<u8'), (('the price', 'price'), '<f8')]\n",
    )
    .unwrap();
    // Its order, its titles and its padding are its own.
    assert_eq!(ColumnMap::<Tick>::open(dir(&tmp)).unwrap().at(3), tick(3));
    fs::write(&descr, "[('ts', '<u8'), ('price', '<f4'), ('xyz', '<f4', (3,))]\n").unwrap();
    let (kind, text) = error(&dir(&tmp));
    assert_eq!(kind, ErrorKind::DTypeMismatch);
    assert!(text.ends_with("\ncolumn `price`: the directory has '<f4', Tick has '<f8'"), "{text}");
    for (bad, expected) in [
        ("", "is not a dtype"),
        ("[('ts', ", "is not a dtype"),
        ("'<f8'", "expected the dtype of a record with fields, found '<f8'"),
        ("[]", "ticks/dtype.descr"),
    ] {
        fs::write(&descr, bad).unwrap();
        let (kind, text) = error(&dir(&tmp));
        assert_eq!(kind, ErrorKind::BadDescr, "{text}");
        assert!(text.starts_with("ticks/dtype.descr: ") && text.contains(expected), "{text}");
    }
}

#[test]
fn a_column_of_another_length_is_named_with_both_numbers() {
    let tmp = ticks();
    let price = dir(&tmp).join("price.npy");
    for (rows, text) in [
        (9, "column `price` has 9 rows, and `ts` has 10, 1 more; "),
        (0, "column `price` has 0 rows, and `ts` has 10, 10 more; "),
        (12, "column `price` has 12 rows, and `ts` has 10, 2 fewer; "),
    ] {
        RecordMap::<f64>::options().shape(rows).create_npy(&price).unwrap();
        let (kind, found) = error(&dir(&tmp));
        assert_eq!(kind, ErrorKind::ShapeMismatch);
        assert!(
            found.starts_with(&format!("ticks: {text}it was cut, replaced, or appended to by itself")),
            "{found}"
        );
    }
}

#[test]
fn every_column_of_another_length_is_named() {
    let tmp = tempdir().unwrap();
    for (file, rows) in [("a", 10), ("b", 9), ("c", 10), ("d", 11)] {
        RecordMap::<u8>::options().shape(rows).create_npy(tmp.path().join(format!("{file}.npy"))).unwrap();
    }
    let error = DynColumnMap::open(tmp.path()).unwrap_err().to_string();
    assert!(error.contains("column `b` has 9 rows, and `a` has 10, 1 more; `d` has 11; "), "{error}");
}

#[test]
fn what_has_the_name_of_a_column_and_is_none_is_named() {
    let tmp = ticks();
    let price = dir(&tmp).join("price.npy");
    fs::remove_file(&price).unwrap();
    fs::create_dir(&price).unwrap();
    let error = ColumnMap::<Tick>::open(dir(&tmp)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    assert!(error.to_string().contains("price.npy: expected a file of records"), "{error}");
}

#[test]
fn a_file_that_is_cut_or_is_no_npy_is_named() {
    let tmp = ticks();
    let price = dir(&tmp).join("price.npy");
    let whole = fs::read(&price).unwrap();
    fs::write(&price, &whole[..whole.len() - 1]).unwrap();
    let (kind, text) = error(&dir(&tmp));
    assert_eq!(kind, ErrorKind::Truncated);
    assert!(text.starts_with("ticks/price.npy: the header says shape (10,) of '<f8'"), "{text}");
    for (bytes, expected) in [
        (&b""[..], "the 8 bytes that start a .npy file, found 0"),
        (b"no such file", "at the start of a .npy file"),
    ] {
        fs::write(&price, bytes).unwrap();
        let (kind, text) = error(&dir(&tmp));
        assert_eq!(kind, ErrorKind::BadNpy, "{text}");
        assert!(text.starts_with("ticks/price.npy: ") && text.contains(expected), "{text}");
    }
}

#[test]
fn the_order_and_the_axes_are_looked_at() {
    let tmp = ticks();
    let xyz = dir(&tmp).join("xyz.npy");
    RecordMap::<f32>::options().shape((10, 3)).order(Order::F).create_npy(&xyz).unwrap();
    let (kind, text) = error(&dir(&tmp));
    assert_eq!(kind, ErrorKind::ShapeMismatch);
    assert_eq!(
        text,
        "ticks/xyz.npy: column `xyz` has shape (10, 3) in Fortran order, so that its rows are not together; save it in order C \
         (numpy.ascontiguousarray)"
    );
    RecordMap::<f32>::options().shape(()).create_npy(&xyz).unwrap();
    let (kind, text) = error(&dir(&tmp));
    assert_eq!(kind, ErrorKind::RankMismatch);
    assert!(text.starts_with("ticks/xyz.npy: column `xyz` is a single element without rows"), "{text}");
    RecordMap::<f32>::options().shape(30).create_npy(&xyz).unwrap();
    let (kind, text) = error(&dir(&tmp));
    assert_eq!(kind, ErrorKind::DTypeMismatch);
    assert!(text.ends_with("\ncolumn `xyz`: the directory has '<f4', Tick has ('<f4', (3,))"), "{text}");
}

#[test]
fn what_is_no_directory_of_columns_is_told() {
    let tmp = tempdir().unwrap();
    let (kind, text) = error(&dir(&tmp));
    assert_eq!(kind, ErrorKind::Io);
    assert!(
        text.starts_with("ticks: cannot list the directory of columns; give the path of a directory"),
        "{text}"
    );
    fs::write(dir(&tmp), "a file").unwrap();
    let error = ColumnMap::<Tick>::open(dir(&tmp)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io, "{error}");
    let empty = tempdir().unwrap();
    let error = DynColumnMap::open(empty.path()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NoSuchField);
    assert!(error.to_string().contains("there is no .npy in the directory"), "{error}");
    let error = ColumnMap::<Tick>::open(empty.path()).unwrap_err();
    assert_eq!(error.to_string().matches("\ncolumn `").count(), 3, "{error}");
}

#[derive(Clone, Copy, MmapRecord)]
#[repr(transparent)]
struct Price(f64);

#[derive(Clone, Copy, MmapRecord)]
#[repr(transparent)]
struct Wrapped(Tick);

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
struct Nothing {}

#[test]
fn records_without_fields_of_their_own_have_no_columns() {
    fn refused<T: MmapRecord>(tmp: &TempDir) {
        for error in [
            ColumnMap::<T>::create(dir(tmp), 1).map(drop).unwrap_err(),
            ColumnMap::<T>::open(dir(tmp)).map(drop).unwrap_err(),
        ] {
            assert_eq!(error.kind(), ErrorKind::Unsupported);
            assert!(error.to_string().contains("has no fields of its own that could be columns"), "{error}");
        }
        assert!(!dir(tmp).exists());
    }
    let tmp = tempdir().unwrap();
    refused::<Price>(&tmp);
    refused::<Wrapped>(&tmp);
    refused::<Nothing>(&tmp);
    let error = DynColumnMap::create(dir(&tmp), &"<f8".parse().unwrap(), 1).unwrap_err();
    assert!(error.to_string().contains("'<f8' has no fields that could be columns"), "{error}");
}

#[test]
fn an_append_by_another_is_seen_and_changes_nothing() {
    let tmp = ticks();
    let mut first = ColumnMap::<Tick>::open_rw(dir(&tmp)).unwrap();
    let mut second = ColumnMap::<Tick>::open_rw(dir(&tmp)).unwrap();
    first.append(&[tick(10)]).unwrap();
    let before = content(&dir(&tmp));
    let error = second.append(&[tick(11)]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ShapeMismatch);
    assert!(
        error.to_string().contains("ts.npy: the header is no longer what it was when the file was opened"),
        "{error}"
    );
    assert!(content(&dir(&tmp)) == before);
    assert_eq!(second.len(), 10);
    first.append(&[tick(11)]).unwrap();
    assert!(first.iter().eq((0..12).map(tick)));
}

#[test]
fn a_column_that_was_replaced_is_not_appended_to() {
    let tmp = ticks();
    let mut map = ColumnMap::<Tick>::open_rw(dir(&tmp)).unwrap();
    fs::copy(dir(&tmp).join("price.npy"), tmp.path().join("price.npy")).unwrap();
    fs::rename(tmp.path().join("price.npy"), dir(&tmp).join("price.npy")).unwrap();
    let before = content(&dir(&tmp));
    let error = map.append(&[tick(10)]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ShapeMismatch);
    assert!(
        error.to_string().contains("price.npy: another file has been put in its place since it was opened"),
        "{error}"
    );
    assert!(content(&dir(&tmp)) == before);
    drop(map);
    ColumnMap::<Tick>::open_rw(dir(&tmp)).unwrap().append(&[tick(10)]).unwrap();
    assert!(ColumnMap::<Tick>::open(dir(&tmp)).unwrap().iter().eq((0..11).map(tick)));
}

#[test]
fn what_others_have_behind_a_column_is_not_overwritten() {
    let tmp = ticks();
    let path = dir(&tmp).join("xyz.npy");
    let mut bytes = fs::read(&path).unwrap();
    bytes.extend(b"not of an append");
    fs::write(&path, &bytes).unwrap();
    let mut map = ColumnMap::<Tick>::open_rw(dir(&tmp)).unwrap();
    let before = content(&dir(&tmp));
    let error = map.append(&[tick(10)]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ShapeMismatch);
    let (_, text) = told(&error, &dir(&tmp));
    assert_eq!(
        text,
        "ticks/xyz.npy: 16 bytes lie behind the array, which ends at byte 248; open the columns again if another program has \
         appended to them; if nobody needs these bytes, DynMap::open_rw of this file and its discard_rest cut them"
    );
    assert!(content(&dir(&tmp)) == before);
    // What it says can be done, where a file is cut that is mapped.
    drop(map);
    if cfg!(windows) {
        return;
    }
    assert_eq!(DynMap::open_rw(&path).unwrap().discard_rest().unwrap(), 16);
    ColumnMap::<Tick>::open_rw(dir(&tmp)).unwrap().append(&[tick(10)]).unwrap();
    assert!(ColumnMap::<Tick>::open(dir(&tmp)).unwrap().iter().eq((0..11).map(tick)));
}

#[test]
fn files_may_have_the_names_that_numpy_users_give_them() {
    let tmp = tempdir().unwrap();
    for (file, value) in [("T.npy", 1), ("t.npy", 2), ("50%.npy", 3)] {
        RecordMap::<u8>::options().shape(4).create_npy(tmp.path().join(file)).unwrap().fill(value);
    }
    let mut map = DynColumnMap::open_rw(tmp.path()).unwrap();
    assert_eq!(map.dtype().to_string(), "[('50%', '|u1'), ('T', '|u1'), ('t', '|u1')]");
    assert_eq!(map.at(3).to_string(), "(3, 1, 2)");
    let rows = map.at(0);
    map.append(mmrec::DynView::from_bytes(rows.bytes(), map.dtype()).unwrap()).unwrap();
    assert_eq!(RecordMap::<u8>::open(tmp.path().join("50%.npy")).unwrap().view().to_vec(), [3; 5]);

    // Both stand for the field `T`.
    fs::copy(tmp.path().join("T.npy"), tmp.path().join("%54.npy")).unwrap();
    assert!(DynColumnMap::open(tmp.path()).is_err());
    fs::write(tmp.path().join("dtype.descr"), "[('50%', '|u1'), ('T', '|u1'), ('t', '|u1')]\n").unwrap();
    let error = DynColumnMap::open(tmp.path()).unwrap_err();
    assert!(
        error.to_string().contains("`%54.npy` and `T.npy` are both the column `T`; remove one"),
        "{error}"
    );
}

#[test]
fn a_header_without_room_is_told_before_anything_is_written() {
    let tmp = ticks();
    let path = dir(&tmp).join("xyz.npy");
    // A header that ends with the dict, as nothing asks for more.
    let head = "{'descr': '<f4', 'fortran_order': False, 'shape': (9, 3)}";
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend(u16::try_from(head.len()).unwrap().to_le_bytes());
    bytes.extend(head.as_bytes());
    bytes.extend([0; 9 * 12]);
    fs::write(&path, bytes).unwrap();
    RecordMap::<u64>::options().shape(9).create_npy(dir(&tmp).join("ts.npy")).unwrap();
    RecordMap::<f64>::options().shape(9).create_npy(dir(&tmp).join("price.npy")).unwrap();
    let mut map = ColumnMap::<Tick>::open_rw(dir(&tmp)).unwrap();
    let before = content(&dir(&tmp));
    let error = map.append(&[tick(0)]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.to_string().contains("xyz.npy: the header has no room for 10 rows"), "{error}");
    assert!(content(&dir(&tmp)) == before);
}

#[test]
fn what_says_of_an_append_is_held_against_the_columns() {
    let tmp = ticks();
    let said = dir(&tmp).join(".append");
    for bad in [
        "",
        "10 12",
        "10 -> 12 rows",
        "12 -> 10 rows\n",
        "010 -> 12 rows\n",
        "10 -> 99999999999999999999999 rows\n",
    ] {
        fs::write(&said, bad).unwrap();
        let (kind, text) = error(&dir(&tmp));
        assert_eq!(kind, ErrorKind::Unsupported);
        assert!(text.starts_with("ticks/.append: expected a text such as '10 -> 12 rows'"), "{text}");
    }
    fs::write(&said, "20 -> 22 rows\n").unwrap();
    let (kind, text) = error(&dir(&tmp));
    assert_eq!(kind, ErrorKind::ShapeMismatch);
    assert!(text.contains("from 20 to 22 rows, and ts.npy has shape [10]"), "{text}");
    // The rows that it says are there are not.
    fs::write(&said, "10 -> 12 rows\n").unwrap();
    let before = content(&dir(&tmp));
    let error = ColumnMap::<Tick>::open(dir(&tmp)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Truncated, "{error}");
    let error = ColumnMap::<Tick>::open_rw(dir(&tmp)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Truncated, "{error}");
    assert!(content(&dir(&tmp)) == before);
}

#[test]
fn a_file_and_a_directory_that_is_not_there() {
    let tmp = tempdir().unwrap();
    let file = tmp.path().join("a.npy");
    RecordMap::<u8>::options().shape(3).create_npy(&file).unwrap();
    for error in [
        ColumnMap::<Tick>::open(&file).map(drop).unwrap_err(),
        DynColumnMap::open(&file).map(drop).unwrap_err(),
    ] {
        let text = error.to_string();
        assert!(
            text.contains("a.npy: cannot open a directory of columns, for this is a file; RecordMap"),
            "{text}"
        );
    }
    let dir = tmp.path().join("no").join("ticks");
    let error = ColumnMap::<Tick>::create(&dir, 0).map(drop).unwrap_err();
    assert_eq!(error.path(), Some(dir.as_path()));
    assert!(error.to_string().contains("make the directory that it is to be in"), "{error}");
}
