//! The table of dtypes and Rust types, `mmrec/src/doc/dtypes.md`, row by row against NumPy: `tests/golden/types.json`.
//!
//! `tests/golden/types_cases.py` reads the same table and says what the keys mean.

mod models;
mod rows;

use std::{collections::BTreeMap, fs};

use mmrec::{BigEndian, DType, Element, LittleEndian, MmapRecord, RecordMap, View, ViewMut, f16, s};
use serde::Deserialize;
use serde_json::Value;
use tempfile::tempdir;

use self::rows::{CHECKS, Shown};

const TABLE: &str = include_str!("../../mmrec/src/doc/dtypes.md");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Golden {
    #[serde(rename = "numpy")]
    _numpy: String,
    rows: Vec<Case>,
    halves: Vec<Halves>,
    half_extremes: Vec<HalfExtremes>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    row: String,
    text: String,
    str: String,
    itemsize: usize,
    alignment: usize,
    samples: Vec<Sample>,
    npy: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sample {
    bytes: String,
    value: Value,
    #[serde(default)]
    stored: Option<String>,
}

#[derive(Deserialize)]
struct Halves {
    layout: String,
    from: usize,
    to: usize,
    sums: String,
    means: String,
}

#[derive(Deserialize)]
struct HalfExtremes {
    numbers: String,
    sum: String,
    mean: String,
    min: String,
    max: String,
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("../golden/types.json")).unwrap()
}

fn unhex(digits: &str) -> Vec<u8> {
    let byte = |at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
    (0..digits.len()).step_by(2).map(byte).collect()
}

/// A row of the table.
struct Row {
    numpy: String,
    rust: String,
    size: usize,
    /// NumPy's, and that of the Rust type.
    alignments: (usize, usize),
}

fn rows() -> Vec<Row> {
    let code =
        |cell: &str| cell.strip_prefix('`').and_then(|cell| cell.strip_suffix('`')).unwrap().to_owned();
    let read = |line: &str| {
        // A bar in a cell is escaped.
        let line = line.replace("\\|", "\u{1}");
        let cells: Vec<String> = line.split('|').map(|cell| cell.trim().replace('\u{1}', "|")).collect();
        let [_, numpy, rust, size, alignment, _, _] = cells.as_slice() else {
            panic!("other columns: {line}")
        };
        let (first, second) = alignment.split_once(", in Rust ").unwrap_or((alignment, alignment));
        Row {
            numpy: code(numpy),
            rust: code(rust),
            size: size.parse().unwrap(),
            alignments: (first.parse().unwrap(), second.parse().unwrap()),
        }
    };
    TABLE.lines().filter(|line| line.starts_with("| `")).map(read).collect()
}

/// The packed record of the `.npy` file.
#[derive(Clone, Copy, MmapRecord)]
#[repr(C, packed)]
struct Tagged<T> {
    tag: u8,
    value: T,
}

/// Where the field lies is the alignment.
#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
struct AfterByte<T> {
    byte: u8,
    value: T,
}

/// Compares one row with what NumPy says of its dtype.
fn check<T: Element + Shown>(row: &Row, case: &Case) {
    let what = format!("{} as {}", row.numpy, row.rust);
    let dtype = DType::of::<T>();
    assert_eq!(dtype.to_string(), case.text, "{what}");
    assert_eq!(dtype, row.numpy.parse().unwrap(), "{what}");
    if let Some(scalar) = dtype.as_scalar() {
        assert_eq!(scalar.to_string(), case.str, "{what}");
    }
    assert_eq!(
        (dtype.itemsize(), size_of::<T>(), row.size),
        (case.itemsize, case.itemsize, case.itemsize),
        "{what}"
    );
    assert_eq!(row.alignments, (case.alignment, align_of::<T>()), "alignment of {what}");
    assert_eq!(AfterByte::<T>::FIELDS.value.offset(), align_of::<T>(), "{what}");
    // The text of a record does not say its alignment, so that is the struct's.
    let base = dtype.base();
    let alignment = if base.is_record() { align_of::<T>() } else { case.alignment };
    assert_eq!(dtype.alignment(), alignment, "{what}");

    let values: Vec<Value> = case.samples.iter().map(|sample| sample.value.clone()).collect();
    let bytes: Vec<u8> = case.samples.iter().flat_map(|sample| unhex(&sample.bytes)).collect();
    let stored: Vec<u8> = case
        .samples
        .iter()
        .flat_map(|sample| unhex(sample.stored.as_ref().unwrap_or(&sample.bytes)))
        .collect();
    in_memory::<T>(&what, &values, &bytes, &stored);
    in_a_file::<T>(&what, &values, &bytes, &stored);
    in_a_npy::<T>(&what, &values, case);
}

fn shown<T: Element + Shown>(view: View<'_, T>) -> Vec<Value> {
    let at: Vec<Value> = (0..view.len()).map(|i| view.at(i).shown()).collect();
    // What comes out at once is what comes out one by one.
    let at_once: Vec<Value> = view.to_vec().into_iter().map(Shown::shown).collect();
    assert_eq!(at, at_once);
    at
}

fn in_memory<T: Element + Shown>(what: &str, values: &[Value], bytes: &[u8], stored: &[u8]) {
    let unaligned = [&[0xAA], bytes].concat();
    let view = View::<T>::from_bytes(&unaligned[1..]).unwrap();
    assert_eq!(shown(view), *values, "{what}");
    let elements = view.to_vec();
    assert_eq!(shown(View::from_slice(&elements)), *values, "{what}");

    // One by one, and all at once, in steps and without.
    let mut buffer = vec![0; 1 + stored.len()];
    let mut view = ViewMut::<T>::from_bytes(&mut buffer[1..]).unwrap();
    for (i, &element) in elements.iter().enumerate() {
        view.set(i, element);
    }
    assert_eq!(buffer[1..], *stored, "{what}");
    buffer.fill(0);
    ViewMut::<T>::from_bytes(&mut buffer[1..]).unwrap().copy_from_slice(&elements);
    assert_eq!(buffer[1..], *stored, "{what}");
    let pairs: Vec<[T; 2]> = elements.iter().map(|&element| [element; 2]).collect();
    assert_eq!(View::from_slice(&pairs).elements().slice(s![.., 1]).to_vec().len(), values.len());
    assert_eq!(shown(View::from_slice(&pairs).elements().slice(s![.., 1])), *values, "{what}");
}

fn in_a_file<T: Element + Shown>(what: &str, values: &[Value], bytes: &[u8], stored: &[u8]) {
    let dir = tempdir().unwrap();
    let (path, copy) = (dir.path().join("numpys"), dir.path().join("ours"));
    fs::write(&path, [&[1, 2, 3], bytes].concat()).unwrap();
    let map = RecordMap::<T>::options().offset(3).open(&path).unwrap();
    assert_eq!(shown(map.view()), *values, "{what}");
    let mut ours = RecordMap::<T>::options().shape(values.len()).create(&copy).unwrap();
    ours.assign(&map);
    ours.close().unwrap();
    assert_eq!(fs::read(&copy).unwrap(), stored, "{what}");
}

fn in_a_npy<T: Element + Shown>(what: &str, values: &[Value], case: &Case) {
    let dir = tempdir().unwrap();
    let (path, copy) = (dir.path().join("numpys.npy"), dir.path().join("ours.npy"));
    let npy = unhex(&case.npy);
    fs::write(&path, &npy).unwrap();
    let map = RecordMap::<Tagged<T>>::open(&path).unwrap();
    let tags = map.field(Tagged::<T>::FIELDS.tag).to_vec();
    assert_eq!(tags, (0..u8::try_from(values.len()).unwrap()).collect::<Vec<_>>(), "{what}");
    assert_eq!(shown(map.field(Tagged::<T>::FIELDS.value)), *values, "{what}");
    assert_eq!(map.at(1).tag, 1);
    assert_eq!({ map.at(1).value }.shown(), values[1], "{what}");

    let mut ours = RecordMap::<Tagged<T>>::options().shape(values.len()).create_npy(&copy).unwrap();
    ours.assign(&map);
    ours.close().unwrap();
    // What is stored otherwise than it was read has been compared above.
    if case.samples.iter().all(|sample| sample.stored.is_none()) {
        assert_eq!(fs::read(&copy).unwrap(), npy, "{what}");
    }
}

#[test]
fn every_row_is_numpys() {
    let rows = rows();
    let mut checks: BTreeMap<&str, _> = CHECKS.iter().copied().collect();
    assert_eq!(checks.len(), CHECKS.len(), "a type is checked twice");
    let golden = golden();
    for row in &rows {
        let check = checks.remove(row.rust.as_str());
        let check = check.unwrap_or_else(|| panic!("no test of `{}`, or two rows", row.rust));
        let case = golden.rows.iter().find(|case| case.row == row.numpy);
        check(row, case.unwrap_or_else(|| panic!("types.json was made without `{}`", row.numpy)));
    }
    assert!(checks.is_empty(), "no rows for {:?}", checks.keys());
    assert!(golden.rows.iter().all(|case| rows.iter().any(|row| row.numpy == case.row)));
}

#[test]
fn the_records_of_the_page_are_those_tested() {
    let code: Vec<&str> = TABLE.split("\n```rust\n").skip(1).collect();
    assert_eq!(code.len(), 2);
    for code in code {
        let (code, _) = code.split_once("\n```\n").unwrap();
        let (_, types) = code.split_once("\n\n").unwrap();
        let (types, _) = types.split_once("\nassert_eq!").unwrap();
        assert!(include_str!("types/rows.rs").contains(types), "rows.rs has others: {types}");
    }
}

/// FNV-1a, 64 bits.
fn fnv1a(bytes: &[u8]) -> String {
    let hash = |value: u64, &byte: &u8| (value ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
    format!("{:016x}", bytes.iter().fold(0xcbf2_9ce4_8422_2325, hash))
}

#[test]
fn halves_add_up_as_numpys_once_they_are_rounded() {
    let mut random = crate::bulk::samples::Random::new(3);
    let number = |bits: u32| f16::from_f64((f64::from(bits % 4001) - 2000.0) / 7.0);
    let numbers: Vec<f16> = (0..1100).map(|_| number(random.bits())).collect();
    let twice: Vec<f16> = numbers.iter().flat_map(|&number| [number; 2]).collect();
    let backwards: Vec<f16> = numbers.iter().rev().copied().collect();
    let golden = golden().halves;
    assert_eq!(golden.len(), 33);
    for Halves { layout, from, to, sums, means } in golden {
        let view = match layout.as_str() {
            "contiguous" => View::from_slice(&numbers),
            "every second" => View::from_slice(&twice).slice(s![..;2]),
            "backwards" => View::from_slice(&backwards).slice(s![..;-1]),
            _ => panic!("there is no layout {layout}"),
        };
        let hash = |round: &dyn Fn(View<'_, f16>) -> f16| {
            let rounded = (from..=to).map(|n| round(view.slice(s![..n])).to_le_bytes());
            fnv1a(&rounded.flatten().collect::<Vec<_>>())
        };
        assert_eq!(hash(&|view| f16::from_f32(view.sum())), sums, "{layout} from {from}");
        assert_eq!(hash(&|view| f16::from_f32(view.mean())), means, "{layout} from {from}");
    }
    // In the other byte order and at an odd address all is the same.
    let swapped: Vec<BigEndian<f16>> = numbers.iter().map(|&number| number.into()).collect();
    let tagged: Vec<_> =
        numbers.iter().map(|&number| Tagged { tag: 0, value: LittleEndian::new(number) }).collect();
    let view = View::from_slice(&numbers);
    assert_eq!(View::from_slice(&swapped).sum().to_bits(), view.sum().to_bits());
    assert_eq!(View::from_slice(&swapped).native().to_vec(), numbers);
    let tagged = View::from_slice(&tagged).field(Tagged::FIELDS.value);
    assert_eq!(tagged.mean().to_bits(), view.mean().to_bits());
    assert_eq!(tagged.min_max(), view.min_max());
}

#[test]
fn extremes_of_halves_are_numpys() {
    let shown = |number: f16| match number.is_nan() {
        true => "NaN".to_owned(),
        false => format!("{:04x}", number.to_bits()),
    };
    for HalfExtremes { numbers, sum, mean, min, max } in golden().half_extremes {
        let bytes = unhex(&numbers);
        let view = View::<f16>::from_bytes(&bytes).unwrap();
        assert_eq!(view.min().map(shown), Some(min), "{numbers}");
        assert_eq!(view.max().map(shown), Some(max), "{numbers}");
        assert_eq!(shown(f16::from_f32(view.sum())), sum, "{numbers}");
        assert_eq!(shown(f16::from_f32(view.mean())), mean, "{numbers}");
    }
    assert_eq!((View::<f16>::from_slice(&[]).min(), View::<f16>::from_slice(&[]).sum()), (None, 0.0));
}
