//! NumPy's own tests of what mmrec does too, each under its NumPy name: `test_memmap.py` and `test_format.py` in full, and
//! classes and single tests of others that are about
//! records and maps.
//!
//! The tests assert what NumPy's assert, through mmrec. Where mmrec differs on purpose, they say so, with the id in
//! `mmrec/src/doc/numpy_differences.md`. What makes no sense here is in the table at the head of its module, with the
//! reason. The names of NumPy's tests are in `tests/golden/numpy_tests.json`, with files that NumPy made, so Python is not
//! needed.

mod format;
mod memmap;
mod structured;

use std::{collections::BTreeSet, fs, path::PathBuf};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use mmrec::{DType, DynMap, DynView};
use serde::Deserialize;
use tempfile::{TempDir, tempdir};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Golden {
    #[serde(rename = "numpy")]
    _numpy: String,
    suites: Vec<Suite>,
    basic: Vec<Basic>,
    records: Vec<Records>,
    descrs: Vec<String>,
    large: Vec<Large>,
    files: Vec<Bytes>,
}

#[derive(Deserialize)]
struct Suite {
    name: String,
    tests: BTreeSet<String>,
}

#[derive(Debug, Deserialize)]
struct Basic {
    dtype: String,
    layout: String,
    #[serde(flatten)]
    file: Hashed,
}

#[derive(Deserialize)]
struct Records {
    dtype: String,
    file: String,
}

#[derive(Deserialize)]
struct Large {
    name: String,
    #[serde(flatten)]
    file: Hashed,
}

#[derive(Deserialize)]
struct Bytes {
    name: String,
    file: String,
}

/// A file that NumPy made.
#[derive(Debug, Deserialize, PartialEq)]
struct Hashed {
    offset: u64,
    size: u64,
    hash: String,
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("../golden/numpy_tests.json")).unwrap()
}

fn base64(text: &str) -> Vec<u8> {
    BASE64_STANDARD.decode(text).unwrap()
}

/// The file of this name that NumPy made.
fn made_by_numpy(name: &str) -> Vec<u8> {
    let files = golden().files;
    base64(&files.iter().find(|file| file.name == name).unwrap().file)
}

fn hashed(offset: u64, file: &[u8]) -> Hashed {
    let hash = |hash: u64, &byte: &u8| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
    let hash = format!("{:016x}", file.iter().fold(0xcbf2_9ce4_8422_2325, hash));
    Hashed { offset, size: file.len() as u64, hash }
}

fn folder() -> (TempDir, PathBuf) {
    let dir = tempdir().unwrap();
    let path = dir.path().join("array.npy");
    (dir, path)
}

fn dtype(text: &str) -> DType {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// All that can be asked of an array, to be compared.
fn contents(view: &DynView<'_>) -> (DType, Vec<usize>, Vec<u8>) {
    (view.dtype().clone(), view.shape().to_vec(), view.to_bytes())
}

/// Writes an array to a `.npy`, reads it again, and gives the file.
fn round_trip(array: &DynView<'_>, order: mmrec::Order) -> Vec<u8> {
    let (_dir, path) = folder();
    let options = DynMap::options().dtype(array.dtype().clone()).shape(array.shape()).order(order);
    let mut map = options.create_npy(&path).unwrap();
    map.assign(array).unwrap();
    map.close().unwrap();
    let map = DynMap::open(&path).unwrap();
    assert_eq!((contents(&map.view()), map.order()), (contents(array), order));
    fs::read(&path).unwrap()
}

/// The names of the tests in the text of a module, and those in the table of what is left out.
fn tests_in(text: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let lines = || text.lines().map(str::trim_start);
    let mut written = BTreeSet::new();
    for (attribute, function) in lines().zip(lines().skip(1)) {
        if attribute == "#[test]" {
            let name = function.strip_prefix("fn ").and_then(|rest| rest.split_once('('));
            assert!(written.insert(name.unwrap().0.to_owned()), "{function}");
        }
    }
    let row = |line: &str| {
        let (name, reason) = line.strip_prefix("//! | `")?.split_once("` | ")?;
        assert!(reason.trim_end_matches('|').trim().len() > 10, "no reason: {line}");
        Some(name.to_owned())
    };
    (written, lines().filter_map(row).collect())
}

#[test]
fn every_test_of_numpy_is_here_or_has_a_reason_not_to_be() {
    let structured = include_str!("numpy_tests/structured.rs");
    for suite in golden().suites {
        let text = match suite.name.as_str() {
            "memmap" => include_str!("numpy_tests/memmap.rs"),
            "format" => include_str!("numpy_tests/format.rs"),
            name => {
                let start = structured.find(&format!("\nmod {name} {{")).unwrap_or_else(|| panic!("{name}"));
                let rest = &structured[start + 1..];
                &rest[..rest.find("\n}").unwrap()]
            }
        };
        let (written, left_out) = tests_in(text);
        let both: Vec<_> = written.intersection(&left_out).collect();
        assert!(both.is_empty(), "{}: {both:?} are written and left out", suite.name);
        let known: BTreeSet<_> = written.union(&left_out).cloned().collect();
        let missing: Vec<_> = suite.tests.difference(&known).collect();
        assert!(missing.is_empty(), "{}: {missing:?} are neither written nor left out", suite.name);
        let unknown: Vec<_> = known.difference(&suite.tests).collect();
        assert!(unknown.is_empty(), "{}: NumPy has no {unknown:?}", suite.name);
    }
}
