//! Files by other hands: FITS tables, HDF5 datasets and STL meshes as astropy, h5py and numpy-stl write and read them,
//! `tests/golden/hands.json`.
//!
//! With `MMREC_HANDS_PYTHON`, the path of a Python that has the three, they are asked again: about the files that
//! astropy ships for its own tests, and about files that are written here.

use std::{env, fs, path::Path, process::Command};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use mmrec::{
    Array, BigEndian, ByteStr, Complex, DType, Datum, DynMap, Error, Ix1, Ix2, MmapRecord, RecordMap, Result,
    Value, big_endian,
    big_endian::{F32, F64, I16, I32, I64},
};
use mmrec_examples::{
    fits::{self, Column, Fits, Logical, Star, Table},
    stl::{self, Facet, Mesh},
};
use serde::Deserialize;
use serde_json::Value as Json;
use tempfile::{TempDir, tempdir};

use crate::oracles::{damage, damage_at, expect_error};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Golden {
    #[serde(rename = "numpy")]
    _numpy: String,
    fits: Vec<Case<FitsTable>>,
    hdf5: Vec<Case<Dataset>>,
    stl: Vec<Case<StlMesh>>,
}

/// A file and what is in it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case<P> {
    /// In base64.
    #[serde(default)]
    file: String,
    /// Where it is, instead.
    #[serde(default)]
    path: String,
    parts: Vec<P>,
    /// The file after its library has changed it.
    #[serde(default)]
    changed: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FitsTable {
    name: String,
    offset: u64,
    rows: u64,
    dtype: String,
    columns: Vec<Answer>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
    name: String,
    /// As they are stored, in C order.
    bytes: String,
    /// What they mean: floats as text, numbers of two parts as lists.
    #[serde(default)]
    values: Option<Json>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Dataset {
    name: String,
    offset: u64,
    shape: Vec<usize>,
    dtype: String,
    /// In C order, those of padding zero.
    bytes: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StlMesh {
    triangles: usize,
    itemsize: usize,
    columns: Vec<Answer>,
    area: String,
    min: [String; 3],
    max: [String; 3],
    closed: bool,
    #[serde(default)]
    volume: Option<String>,
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("../golden/hands.json")).unwrap()
}

fn bytes(text: &str) -> Vec<u8> {
    BASE64_STANDARD.decode(text).unwrap()
}

/// A file with this content, in a directory that goes away.
fn file(content: &[u8]) -> (TempDir, std::path::PathBuf) {
    let dir = tempdir().unwrap();
    let path = dir.path().join("file");
    fs::write(&path, content).unwrap();
    (dir, path)
}

/// What the libraries say of these files, if there is a Python that has them.
fn ask<P: for<'de> Deserialize<'de>>(files: &[&str]) -> Option<Vec<Case<P>>> {
    let Some(python) = env::var_os("MMREC_HANDS_PYTHON") else {
        println!("skipped what needs MMREC_HANDS_PYTHON");
        return None;
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/hands_cases.py");
    let output = Command::new(python).arg(script).arg("--read").args(files).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines = String::from_utf8(output.stdout).unwrap();
    Some(lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

// FITS.

/// A number, truth or text, as it is meant.
#[derive(Debug)]
enum Leaf {
    Truth(bool),
    Integer(i128),
    Real(f64),
    Text(String),
}

impl Leaf {
    /// What a stored value means: of a complex number both parts, of an array its elements.
    fn of(column: &Column, value: &Value) -> Vec<Self> {
        let integer = |stored: i64| match column.integer(stored) {
            Some(integer) => Self::Integer(integer),
            None => Self::Real(column.value(stored as f64)),
        };
        vec![match value.data() {
            Datum::Int(stored) if column.is_logical() => Self::Truth(stored == Logical::True as i64),
            Datum::Int(stored) => integer(stored),
            Datum::Uint(stored) => integer(stored.try_into().unwrap()),
            Datum::Float(stored) => Self::Real(column.value(stored)),
            Datum::Complex(real, imaginary) => return vec![Self::Real(real), Self::Real(imaginary)],
            Datum::Bytes(text) => Self::Text(String::from_utf8(text.trim_ascii_end().to_vec()).unwrap()),
            Datum::Array(array) => {
                return array.iter().flat_map(|element| Self::of(column, &element)).collect();
            }
            other => panic!("{other:?}"),
        }]
    }

    fn is(&self, json: &Json) -> bool {
        let real = || json.as_str().unwrap().parse::<f64>().unwrap();
        match (self, json) {
            (Self::Truth(truth), Json::Bool(expected)) => truth == expected,
            (Self::Integer(integer), Json::Number(expected)) => integer.to_string() == expected.to_string(),
            // astropy makes floats of whole numbers where the header shifts them and it does not know why.
            (Self::Integer(integer), _) => *integer as f64 == real(),
            (Self::Real(found), _) => {
                found.to_bits() == real().to_bits() || found.is_nan() && real().is_nan()
            }
            (Self::Text(text), Json::String(expected)) => text == expected,
            _ => false,
        }
    }
}

fn leaves(json: &Json) -> Vec<&Json> {
    match json {
        Json::Array(elements) => elements.iter().flat_map(leaves).collect(),
        leaf => vec![leaf],
    }
}

/// The value in each row of what a column means.
fn meant(table: &Table, column: &Column) -> Vec<Vec<Leaf>> {
    let of_row = |record: Value| {
        let value = record.field(&column.name).unwrap();
        if column.elements.is_none() {
            return Leaf::of(column, &value);
        }
        let array = table.array(column, &value).unwrap();
        array.iter().flat_map(|element| Leaf::of(column, &element)).collect()
    };
    table.records().unwrap().iter().map(of_row).collect()
}

fn check_fits(path: &Path, expected: &[FitsTable]) {
    let tables = Fits::open(path).unwrap().tables().unwrap();
    assert_eq!(tables.len(), expected.len(), "{}", path.display());
    for (table, expected) in tables.iter().zip(expected) {
        let what = format!("{}, table {:?}", path.display(), table.name);
        // astropy shows names in capital letters.
        assert!(table.name.eq_ignore_ascii_case(&expected.name), "{what}");
        assert_eq!((table.offset, table.rows), (expected.offset, expected.rows), "{what}");
        assert_eq!(table.dtype, expected.dtype.parse().unwrap(), "{what}: {}", table.dtype);

        let records = table.records().unwrap();
        assert_eq!(table.columns.len(), expected.columns.len(), "{what}");
        for (column, expected) in table.columns.iter().zip(&expected.columns) {
            let what = format!("{what}, column {:?}", column.name);
            assert_eq!(column.name, expected.name, "{what}");
            assert!(records.field(&column.name).unwrap().to_bytes() == bytes(&expected.bytes), "{what}");
            let Some(values) = &expected.values else { continue };
            let (rows, values) = (meant(table, column), values.as_array().unwrap());
            assert_eq!(rows.len(), values.len(), "{what}");
            for (row, (found, expected)) in rows.iter().zip(values).enumerate() {
                let expected = leaves(expected);
                let agree =
                    found.len() == expected.len() && found.iter().zip(&expected).all(|(f, e)| f.is(e));
                assert!(agree, "{what}, row {row}: {found:?} and {expected:?}");
            }
        }
    }
}

#[test]
fn fits_tables_are_those_of_astropy() {
    let mut columns = 0;
    for case in golden().fits {
        let (_dir, path) = file(&bytes(&case.file));
        check_fits(&path, &case.parts);
        columns += case.parts.iter().map(|table| table.columns.len()).sum::<usize>();
    }
    assert_eq!(columns, 28);
}

#[test]
fn fits_tables_that_astropy_ships_are_read_as_by_astropy() {
    let Some(cases) = ask::<FitsTable>(&["astropy"]) else { return };
    assert!(cases.len() > 30, "{}", cases.len());
    for case in cases {
        let path = Path::new(&case.path);
        // There, truth is stored as 1, as an old astropy did against the standard, and later ones still read.
        if !path.ends_with("vla_logical_pre_fix.fits") {
            check_fits(path, &case.parts);
        }
    }
}

#[test]
fn a_fits_table_written_here_is_read_by_astropy() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("stars.fits");
    fits::write_sample(&path).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().len() % 2880, 0);
    if let Some(cases) = ask::<FitsTable>(&[path.to_str().unwrap()]) {
        assert_eq!(cases[0].parts[0].columns.len(), 7);
        check_fits(&path, &cases[0].parts);
    }

    let stars = Fits::open(&path).unwrap().table("STARS").unwrap().records().unwrap();
    let stars = stars.into_typed::<Star, Ix1>().unwrap();
    assert_eq!(stars.len(), 10);
    let vega = stars.iter().find(|star| star.name == "Vega").unwrap();
    assert_eq!((vega.hip.get(), vega.variable), (91262, Logical::False.into()));
}

#[derive(Clone, Copy, Debug, MmapRecord)]
#[repr(C)]
#[mmrec(itemsize = 36)]
struct Arrays {
    id: I32,
    shorts: [I32; 2],
    doubles: [I64; 2],
    bytes: [I32; 2],
}

#[test]
fn fits_columns_have_rust_types() {
    let golden = golden();
    let (_dir, path) = file(&bytes(&golden.fits[0].file));
    let table = Fits::open(&path).unwrap().table("formats").unwrap();
    let records = table.records().unwrap();

    // Unsigned numbers are stored with half of their range taken off, which turns the highest bit over.
    let unsigned = records.field("ulong").unwrap().typed::<I64, Ix1>().unwrap();
    let unsigned: Vec<_> = unsigned.iter().map(|stored| (stored.get() ^ i64::MIN).cast_unsigned()).collect();
    assert_eq!(unsigned, [0, 1, 2, 3, 4].map(|i| i * 4_611_686_018_427_387_903_u64));
    let matrix = records.field("matrix").unwrap().typed::<I16, mmrec::Ix3>().unwrap();
    assert_eq!(matrix.native().to_array(), Array::from_iter(0..30).into_shape_with_order((5, 2, 3)).unwrap());
    let vector = records.field("vector").unwrap().typed::<[F32; 3], Ix1>().unwrap();
    assert_eq!(vector.at(4).map(F32::get), [12.0, 13.0, 14.0]);
    let words = records.field("words").unwrap().typed::<ByteStr<4>, Ix2>().unwrap();
    assert_eq!(words.at([3, 2]), "3c");
    let complex = records.field("dcomplex").unwrap().typed::<BigEndian<Complex<f64>>, Ix1>().unwrap();
    assert_eq!(complex.at(3).get(), Complex::new(3.0, -0.25));
    let error = records.field("double").unwrap().typed::<f64, Ix1>().unwrap_err().to_string();
    assert!(error.contains("'>f8'") && error.contains("'<f8'"), "{error}");

    let (_dir, path) = file(&bytes(&golden.fits[1].file));
    let table = Fits::open(&path).unwrap().table("ARRAYS").unwrap();
    let records = table.records().unwrap().into_typed::<Arrays, Ix1>().unwrap();
    let column = table.column("doubles").unwrap();
    let sums = records.columns().doubles.iter().map(|place| {
        let array = table.array(column, &Value::from(place)).unwrap();
        array.into_typed::<F64, Ix1>().unwrap().sum()
    });
    assert_eq!(sums.collect::<Vec<_>>(), [-5.0, 0.0, 10.0, -4.0]);
    let error = table.array(table.column("id").unwrap(), &Value::from([I32::ZERO; 2])).unwrap_err();
    assert!(
        error.to_string().contains("[0 0] of column `id`, format \"J\", is no array in the heap"),
        "{error}"
    );
}

/// Everything there is to read in a file.
fn read_all(path: &Path) -> mmrec_examples::Result<()> {
    for table in Fits::open(path)?.tables()? {
        for record in &table.records()? {
            for column in table.columns.iter().filter(|column| column.elements.is_some()) {
                match record.field(&column.name) {
                    Some(place) if !place.bytes().is_empty() => {
                        drop(table.array(column, &place)?.view().to_bytes())
                    }
                    _ => {}
                }
            }
        }
    }
    Ok(())
}

#[test]
fn damaged_fits_files_are_errors() {
    let content = bytes(&golden().fits[1].file);
    // The beginnings of the cards, where keywords and values are, and the records and the heap.
    let counts = |&at: &usize| !matches!(content[at], b' ' | 0) && (at >= 5760 || at % 80 < 30);
    damage_at(&content, (0..content.len()).filter(counts), &read_all);
}

#[test]
fn what_is_no_fits_table_is_an_error_that_says_so() {
    /// The file with another card in place of the one of this keyword.
    fn with(keyword: &str, card: &str) -> Vec<u8> {
        let mut content = bytes(&golden().fits[1].file);
        let start = format!("{keyword:<8}");
        let at = (2880..5760).step_by(80).find(|&at| content[at..].starts_with(start.as_bytes())).unwrap();
        content[at..at + 80].copy_from_slice(format!("{card:<80}").as_bytes());
        content
    }
    fn open(path: &Path) -> mmrec_examples::Result<()> {
        read_all(path)
    }
    let content = bytes(&golden().fits[1].file);
    expect_error(open, b"", "not a FITS file: it has less than 80 bytes");
    expect_error(open, &[b'x'; 3000], "not a FITS file: it begins with \"xxxxxxxx\"");
    expect_error(open, &content[..160], "the header at byte 0 does not end");
    expect_error(open, &content[..3200], "the header at byte 2880 does not end");
    expect_error(open, &content[..5770], "do not fit the file");
    expect_error(
        open,
        &with("BITPIX", "BITPIX  =                   16"),
        "BITPIX of a binary table should be 8",
    );
    expect_error(open, &with("BITPIX", "BITPIX  =                    9"), "BITPIX should be 8, 16");
    expect_error(
        open,
        &with("NAXIS2", "NAXIS2  =                   -1"),
        "NAXIS2 should be at least 0 and is -1",
    );
    expect_error(open, &with("NAXIS2", "NAXIS2  = 9223372036854775807"), "its data do not fit a file");
    expect_error(
        open,
        &with("NAXIS1", "NAXIS1  =                   35"),
        "make rows of 36 bytes, and NAXIS1 is 35",
    );
    expect_error(open, &with("TFIELDS", "TFIELDS =                 1000"), "between 0 and 999 and is 1000");
    expect_error(
        open,
        &with("TFIELDS", "TFIELDS = 'four'"),
        "TFIELDS should be a whole number and is 'four'",
    );
    expect_error(open, &with("TFIELDS", "COMMENT"), "TFIELDS is missing");
    expect_error(open, &with("TFIELDS", "TFIELDS = four"), "the value of TFIELDS cannot be read");
    expect_error(open, &with("TFORM1", "TFORM1  = '4Z'"), "column `id` has the format \"4Z\"");
    expect_error(open, &with("TFORM1", "TFORM1  = '2PJ'"), "column `id` has the format \"2PJ\"");
    expect_error(open, &with("TFORM1", "TFORM1  = '99999999999999999999J'"), "column `id` has the format");
    expect_error(
        open,
        &with("TFORM1", "TFORM1  = '999999999999J'"),
        "column `id`: a dtype is larger than 2147483647",
    );
    expect_error(open, &with("TFORM1", "TFORM1  = '2147483648A'"), "larger than 2147483647");
    expect_error(open, &with("TTYPE1", "TTYPE1  = 'bytes'"), "the header at byte 2880: ");
    expect_error(
        open,
        &with("PCOUNT", "PCOUNT  =                   80"),
        "is not within the heap, which has 80 bytes",
    );
}

#[test]
fn values_of_cards_are_read() {
    use fits::{Card, Value};
    let card = |text: &str| Card {
        keyword: *b"KEY     ",
        rest: format!("{text:<72}").into_bytes().try_into().unwrap(),
    };
    let text = |text: &str| Some(Value::Text(text.to_owned()));
    for (rest, value) in [
        ("=                    T / yes", Some(Value::Logical(true))),
        ("= F", Some(Value::Logical(false))),
        ("= -12/minus", Some(Value::Integer(-12))),
        ("= 9223372036854775808", Some(Value::Real(9_223_372_036_854_775_808.0))),
        ("= -1.5D-3 / small", Some(Value::Real(-0.0015))),
        ("= 1.5E3", Some(Value::Real(1500.0))),
        ("= 'it''s / ''quoted''  ' / with a comment", text("it's / 'quoted'")),
        ("= ''", text("")),
        ("= ''''", text("'")),
        ("= '  a'", text("  a")),
        ("= 'no end", None),
        ("= 'no end''", None),
        ("= nan", None),
        ("= inf", None),
        ("= (1, 2)", None),
        ("= / nothing", None),
        ("  1", None),
        ("", None),
    ] {
        assert_eq!(card(rest).value(), value, "{rest}");
    }
}

// HDF5.

#[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
#[repr(C, packed)]
struct Bits {
    kind: u8,
    mask: big_endian::U16,
}

#[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
#[repr(C, packed)]
struct Pos {
    x: f32,
    y: F64,
    bits: Bits,
}

#[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
#[repr(C, packed)]
struct Event {
    id: u64,
    pos: Pos,
    samples: [[i16; 3]; 2],
    name: ByteStr<5>,
}

#[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
#[repr(C)]
struct Pair {
    a: u8,
    b: i32,
}

#[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
#[repr(C)]
struct Padded {
    tag: i8,
    price: f64,
    qty: u16,
    pair: [Pair; 2],
}

#[derive(Clone, Copy, Debug, MmapRecord)]
#[repr(C)]
struct Sparse {
    #[mmrec(pad)]
    before: [u8; 3],
    low: I32,
    #[mmrec(pad)]
    between: [u8; 5],
    high: f32,
    #[mmrec(pad)]
    after: [u8; 4],
}

impl Dataset {
    fn dtype(&self) -> DType {
        self.dtype.parse().unwrap()
    }

    fn open(&self, path: &Path) -> Result<DynMap> {
        DynMap::options().dtype(self.dtype()).offset(self.offset).shape(self.shape.as_slice()).open(path)
    }
}

fn dataset<'a>(parts: &'a [Dataset], name: &str) -> &'a Dataset {
    parts.iter().find(|part| part.name == name).unwrap()
}

fn check_hdf5(path: &Path, expected: &[Dataset]) {
    for dataset in expected {
        let map = dataset.open(path).unwrap();
        assert!(map.view().to_bytes() == bytes(&dataset.bytes), "{}", dataset.name);
    }
}

#[test]
fn hdf5_datasets_are_those_of_h5py() {
    for case in golden().hdf5 {
        let (_dir, path) = file(&bytes(&case.file));
        check_hdf5(&path, &case.parts);
        assert_eq!(case.parts.len(), 5);

        let events = dataset(&case.parts, "events").open(&path).unwrap().into_typed::<Event, Ix1>().unwrap();
        let last = events.at(5);
        assert_eq!(
            (last.pos.y.get(), last.pos.bits.mask.get(), last.name),
            (20.0, 34, "n5".parse().unwrap())
        );
        assert_eq!({ last.samples }, [[45, 46, 47], [48, 49, 50]]);
        let padded = dataset(&case.parts, "padded").open(&path).unwrap().into_typed::<Padded, Ix2>().unwrap();
        let pair = [Pair { a: 32, b: 39 }, Pair { a: 33, b: 40 }];
        assert_eq!(padded.at([1, 2]), Padded { tag: 6, price: 13.0, qty: 20, pair });
        let sparse = dataset(&case.parts, "sparse").open(&path).unwrap().into_typed::<Sparse, Ix1>().unwrap();
        assert_eq!((sparse.at(3).low.get(), sparse.at(3).high), (4, 11.0));
        let numbers = dataset(&case.parts, "numbers").open(&path).unwrap().into_typed::<F32, Ix2>().unwrap();
        assert_eq!(numbers.at([2, 3]), 11.0);
    }
}

#[test]
fn hdf5_datasets_are_changed_as_by_h5py() {
    for case in golden().hdf5 {
        let (dir, path) = file(&bytes(&case.file));
        let options = RecordMap::<Event>::options().offset(dataset(&case.parts, "events").offset).shape(6);
        let mut events = options.open_rw(&path).unwrap();
        events.field_mut(Event::FIELDS.id).set(4, (1 << 63) + 1);
        let options =
            RecordMap::<Padded>::options().offset(dataset(&case.parts, "padded").offset).shape((2, 3));
        let mut padded = options.open_rw(&path).unwrap();
        let mut changed = padded.at([1, 2]);
        changed.price = -0.5;
        changed.qty = 0xFFFF;
        padded.set([1, 2], changed);
        events.close().unwrap();
        padded.close().unwrap();
        // Not `assert_eq`, which would print them all.
        assert!(fs::read(&path).unwrap() == bytes(&case.changed), "the files differ");

        let named = dir.path().join("changed.h5");
        fs::rename(&path, &named).unwrap();
        if let Some(cases) = ask::<Dataset>(&[named.to_str().unwrap()]) {
            check_hdf5(&named, &cases[0].parts);
            assert_ne!(cases[0].parts[0].bytes, case.parts[0].bytes);
        }
    }
}

#[test]
fn a_wrong_type_of_a_dataset_is_an_error_that_names_the_fields() {
    let case = &golden().hdf5[0];
    let (_dir, path) = file(&bytes(&case.file));
    let events = dataset(&case.parts, "padded").open(&path).unwrap();
    let error: Error = events.into_typed::<Event, Ix2>().unwrap_err();
    assert!(error.to_string().contains("`tag`"), "{error}");
}

// STL.

fn check_stl(path: &Path, expected: &StlMesh) {
    let mesh = Mesh::open(path).unwrap();
    let close = |found: f64, expected: &str| (found / expected.parse::<f64>().unwrap() - 1.0).abs() < 2e-5;
    assert_eq!((mesh.facets.len(), size_of::<Facet>()), (expected.triangles, expected.itemsize));
    let records = mesh.facets.view().untyped();
    for (name, answer) in ["normal", "vertices", "attribute"].into_iter().zip(&expected.columns) {
        assert!(records.field(name).unwrap().to_bytes() == bytes(&answer.bytes), "{name}, {}", answer.name);
    }
    for (found, (min, max)) in mesh.bounds().unwrap().into_iter().zip(expected.min.iter().zip(&expected.max))
    {
        assert_eq!(found, (min.parse().unwrap(), max.parse().unwrap()));
    }
    assert!(close(mesh.area(), &expected.area), "{} and {}", mesh.area(), expected.area);
    assert_eq!(mesh.is_closed(), expected.closed);
    if let Some(volume) = &expected.volume {
        assert!(close(mesh.volume(), volume), "{} and {volume}", mesh.volume());
    }
    assert_eq!(mesh.turned(), 0);
}

#[test]
fn stl_meshes_are_those_of_numpy_stl() {
    let cases = golden().stl;
    assert_eq!(cases.len(), 2);
    for case in cases {
        let (_dir, path) = file(&bytes(&case.file));
        check_stl(&path, &case.parts[0]);
        assert_eq!(Mesh::open(&path).unwrap().text(), "written by numpy-stl");
    }
}

#[test]
fn an_stl_mesh_written_here_is_read_by_numpy_stl() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("ball.stl");
    stl::write_sample(&path, 2).unwrap();
    if let Some(cases) = ask::<StlMesh>(&[path.to_str().unwrap()]) {
        check_stl(&path, &cases[0].parts[0]);
    }
    let mesh = Mesh::open(&path).unwrap();
    assert_eq!((mesh.facets.len(), mesh.is_closed(), mesh.turned()), (320, true, 0));
    assert!(mesh.volume() > 3.9 && mesh.volume() < 4.19, "{}", mesh.volume());

    // Inside out, and with a hole.
    let options = RecordMap::<Facet>::options().offset(84).shape(320);
    let mut facets = options.open_rw(&path).unwrap();
    let volume = mesh.volume();
    facets.field_mut(Facet::FIELDS.vertices).update(|[a, b, c]| [a, c, b]);
    assert_eq!((mesh.is_closed(), mesh.turned()), (true, 320));
    assert!((mesh.volume() + volume).abs() < 1e-9);
    facets.set(7, Facet::default());
    assert!(!mesh.is_closed());
}

#[test]
fn what_is_no_binary_stl_file_is_an_error_that_says_so() {
    let open = |path: &Path| Mesh::open(path).map(drop);
    let content = bytes(&golden().stl[0].file);
    expect_error(open, b"", "head of a binary STL file");
    expect_error(open, &content[..83], "head of a binary STL file");
    expect_error(
        open,
        &content[..content.len() - 1],
        "the triangles (80 of 50 bytes from byte 84) do not fit",
    );
    expect_error(open, "solid ball\n".repeat(20).as_bytes(), "it seems to be an STL file of text");
    let mut few = content[..84 + 3 * 50].to_vec();
    few[80] = 3;
    damage(&few, &|path| {
        let mesh = Mesh::open(path)?;
        let _ = (mesh.bounds(), mesh.area(), mesh.volume(), mesh.is_closed(), mesh.turned(), mesh.text());
        Ok(())
    });
}
