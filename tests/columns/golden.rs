//! Directories as NumPy's `save` writes them, byte for byte.

use std::{collections::BTreeMap, fs, path::Path};

use mmrec::{DynColumnMap, DynMap};
use serde::Deserialize;
use tempfile::tempdir;

#[derive(Deserialize)]
struct Golden {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    id: String,
    /// A `.npy` of records.
    rows: String,
    files: BTreeMap<String, String>,
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("../golden/columns.json")).unwrap()
}

fn unhex(text: &str) -> Vec<u8> {
    text.as_bytes()
        .chunks(2)
        .map(|digits| u8::from_str_radix(std::str::from_utf8(digits).unwrap(), 16).unwrap())
        .collect()
}

fn files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap()))
        .collect()
}

#[test]
fn columns_are_what_numpy_saves_and_rows_come_back() {
    let cases = golden().cases;
    assert_eq!(cases.len(), 18);
    for case in cases {
        let tmp = tempdir().unwrap();
        let (npy, dir) = (tmp.path().join("rows.npy"), tmp.path().join("columns"));
        fs::write(&npy, unhex(&case.rows)).unwrap();
        let rows = DynMap::open(&npy).unwrap();
        DynColumnMap::from_rows(&rows, &dir, |_| ()).unwrap().close().unwrap();
        let expected: BTreeMap<_, _> =
            case.files.iter().map(|(name, hex)| (name.clone(), unhex(hex))).collect();
        assert_eq!(
            files(&dir).keys().collect::<Vec<_>>(),
            expected.keys().collect::<Vec<_>>(),
            "{}",
            case.id
        );
        for (name, bytes) in files(&dir) {
            assert!(bytes == expected[&name], "{}: {name}: {}", case.id, bytes.escape_ascii());
        }

        // Those that NumPy made, and back.
        let saved = tmp.path().join("saved");
        fs::create_dir(&saved).unwrap();
        expected.iter().for_each(|(name, bytes)| fs::write(saved.join(name), bytes).unwrap());
        let map = DynColumnMap::open(&saved).unwrap();
        assert_eq!((map.dtype(), map.len()), (rows.dtype(), rows.len()), "{}", case.id);
        let back = tmp.path().join("back.npy");
        map.to_rows(&back, |_| ()).unwrap().close().unwrap();
        assert!(fs::read(&back).unwrap() == unhex(&case.rows), "{}", case.id);
        for i in 0..map.len() {
            assert_eq!(map.at(i), rows.at(i), "{}", case.id);
        }
    }
}

#[test]
fn without_the_text_of_the_dtype_the_columns_are_read_all_the_same() {
    for case in golden().cases {
        let tmp = tempdir().unwrap();
        let rows_at = tmp.path().join("rows.npy");
        fs::write(&rows_at, unhex(&case.rows)).unwrap();
        let rows = DynMap::open(&rows_at).unwrap();
        let dir = tmp.path().join("columns");
        fs::create_dir(&dir).unwrap();
        for (name, hex) in case.files.iter().filter(|(name, _)| name.as_str() != "dtype.descr") {
            fs::write(dir.join(name), unhex(hex)).unwrap();
        }
        let map = DynColumnMap::open(&dir).unwrap();
        assert_eq!((map.len(), map.dtype().fields().len()), (rows.len(), rows.dtype().fields().len()));
        assert!(map.dtype().to_packed().unwrap() == *map.dtype());
        for field in rows.dtype().fields() {
            let name = field.name();
            let (ours, theirs) = (map.column(name).unwrap(), rows.field(name).unwrap());
            assert_eq!((ours.shape(), ours.dtype()), (theirs.shape(), theirs.dtype()), "{} {name}", case.id);
            assert!(ours.to_bytes() == theirs.to_bytes(), "{} {name}", case.id);
        }
    }
}
