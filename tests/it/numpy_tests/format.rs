//! `numpy/lib/tests/test_format.py`.
//!
//! | left out | why |
//! |---|---|
//! | `test_roundtrip_randsize` | Of streams that give fewer bytes than were asked for; an array is mapped, not read. |
//! | `test_pickle_python2_python3` | Of Python objects; that they are refused is in `test_pickle_disallow`. |
//! | `test_bad_magic_args` | Of a function that makes the magic of any version; the version follows from the header. |
//! | `test_metadata_dtype` | Of metadata that Python dtypes can carry; a `DType` has none, and no header either. |

use std::{
    fs::{self, File},
    io::{Read as _, Seek as _, SeekFrom, Write as _},
    path::Path,
};

use mmrec::{
    Axis, ByteOrder, ByteStr, Complex, DType, DTypeField, Datum, DynMap, DynView, ErrorKind, Ix2, Kind,
    MmapRecord, Mode, Order, RecordMap, UnicodeStr, Value, s,
};

use super::{Basic, base64, contents, dtype, folder, golden, hashed, made_by_numpy, round_trip};

/// The numbers 0 to 1499 as NumPy's `astype` converts them.
fn numbers(dtype: &DType) -> Vec<u8> {
    let scalar = dtype.as_scalar().unwrap();
    let complex = scalar.kind() == Kind::Complex;
    let width = if complex { scalar.size() / 2 } else { scalar.size() };
    let stored = |i: u16| {
        let number = match (scalar.kind(), width) {
            (Kind::Float | Kind::Complex, 4) => f32::from(i).to_le_bytes().to_vec(),
            (Kind::Float | Kind::Complex, _) => f64::from(i).to_le_bytes().to_vec(),
            _ => u64::from(i).to_le_bytes()[..width].to_vec(),
        };
        let mut parts = vec![number];
        if complex {
            parts.push(vec![0; width]);
        }
        if scalar.order() == ByteOrder::Big {
            parts.iter_mut().for_each(|part| part.reverse());
        }
        parts.concat()
    };
    (0..1500).flat_map(stored).collect()
}

/// NumPy's `basic_arrays` but for those of objects, and the order in which they are saved.
fn each_basic(mut f: impl FnMut(&Basic, &DynView<'_>, Order)) {
    for case in &golden().basic {
        let dtype = dtype(&case.dtype);
        let bytes = numbers(&dtype);
        let row = DynView::from_bytes(&bytes, &dtype).unwrap();
        let grid = DynView::from_bytes(&bytes, &DType::array(dtype, &[50]).unwrap()).unwrap();
        assert_eq!(grid.shape(), [30, 50]);
        let array = match case.layout.as_str() {
            "empty" => row.slice(s![..0]),
            "one" => row.index_axis(Axis(0), 10),
            "row" => row,
            "C" => grid,
            "F" => grid.t(),
            "strided" => grid.slice(s![..;-1, ..;2]),
            other => panic!("{other}"),
        };
        f(case, &array, if case.layout == "F" { Order::F } else { Order::C });
    }
}

#[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
#[repr(C, packed)]
struct Plain {
    x: [i32; 2],
    y: [[f64; 2]; 2],
    z: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
#[repr(C, packed)]
struct Innermost {
    name: ByteStr<2>,
    value: [Complex<f64>; 2],
    y3: [f64; 2],
    z3: [u32; 2],
}

#[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
#[repr(C, packed)]
struct Inner {
    value: Complex<f64>,
    y2: f64,
    #[mmrec(rename = "Info2")]
    info2: Innermost,
    name: ByteStr<2>,
    z2: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
#[repr(C, packed)]
struct NameAndValue {
    #[mmrec(rename = "Name")]
    name: UnicodeStr<8>,
    #[mmrec(rename = "Value")]
    value: Complex<f64>,
}

#[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
#[repr(C, packed)]
struct Nested {
    x: [i32; 2],
    #[mmrec(rename = "Info")]
    inner: Inner,
    color: ByteStr<2>,
    info: NameAndValue,
    y: [[f64; 2]; 2],
    z: u8,
}

fn plain() -> [Plain; 2] {
    [
        Plain { x: [3, 2], y: [[6., 4.]; 2], z: 8 }, //
        Plain { x: [4, 3], y: [[7., 5.]; 2], z: 9 },
    ]
}

fn nested() -> [Nested; 2] {
    let i = |imaginary: f64| Complex::new(0.0, imaginary);
    let record = |x, n: f64, name: &str, z3, z2, z| Nested {
        x,
        inner: Inner {
            value: i(n),
            y2: n,
            info2: Innermost { name: name.parse().unwrap(), value: [i(n), i(n - 2.0)], y3: [n, n - 2.0], z3 },
            name: name.to_uppercase().parse().unwrap(),
            z2,
        },
        color: ["cc", "dd"][usize::from(!z2)].parse().unwrap(),
        info: NameAndValue { name: name.to_uppercase().parse().unwrap(), value: i(n) },
        y: [[n, n - 2.0]; 2],
        z,
    };
    [record([3, 2], 6.0, "nn", [1, 2], true, 8), record([4, 3], 7.0, "oo", [2, 1], false, 9)]
}

#[test]
fn test_roundtrip() {
    each_basic(|_, array, order| drop(round_trip(array, order)));
    let (_dir, path) = folder();
    for (at, case) in golden().records.iter().enumerate() {
        fs::write(&path, base64(&case.file)).unwrap();
        let map = DynMap::open(&path).unwrap();
        assert_eq!(*map.dtype(), dtype(&case.dtype));
        let written = round_trip(&map.view(), Order::C);
        assert_eq!(written, base64(&case.file), "{}", case.dtype);
        // The values, whatever the byte order.
        let values = path.with_file_name("values");
        match at {
            0 | 2 => {
                let mut to = RecordMap::<Plain>::options().shape(2).create_npy(&values).unwrap();
                to.assign_by_name(&map).unwrap();
                assert_eq!(to.to_vec(), plain());
            }
            1 | 3 => {
                let mut to = RecordMap::<Nested>::options().shape(2).create_npy(&values).unwrap();
                to.assign_by_name(&map).unwrap();
                assert_eq!(to.to_vec(), nested());
            }
            _ => assert_eq!(
                map.field("c").unwrap().typed::<[[f64; 5]; 2], mmrec::Ix1>().unwrap().at(0),
                [[0.; 5]; 2]
            ),
        }
    }
}

/// Without its last byte.
fn cut(path: &Path) -> Vec<u8> {
    let file = fs::read(path).unwrap();
    let cut = &file[..file.len() - 1];
    fs::write(path, cut).unwrap();
    cut.to_vec()
}

fn saved(array: &DynView<'_>, order: Order, path: &Path) {
    let options = DynMap::options().dtype(array.dtype().clone()).shape(array.shape()).order(order);
    options.create_npy(path).unwrap().assign(array).unwrap();
}

#[test]
fn test_roundtrip_truncated() {
    let (_dir, path) = folder();
    each_basic(|case, array, order| {
        saved(array, order, &path);
        cut(&path);
        let kind = if array.is_empty() { ErrorKind::BadNpy } else { ErrorKind::Truncated };
        let error = DynMap::open(File::open(&path).unwrap()).unwrap_err();
        assert_eq!(error.kind(), kind, "{case:?}: {error}");
        let error = DynMap::options().npy_at(0).open(&path).unwrap_err();
        assert_eq!(error.kind(), kind, "{case:?}: {error}");
    });
}

#[test]
fn test_file_truncated() {
    let (_dir, path) = folder();
    each_basic(|case, array, order| {
        saved(array, order, &path);
        let cut = cut(&path);
        let (kind, parts) = match array.is_empty() {
            true => (
                ErrorKind::BadNpy,
                [
                    format!("expected {} bytes of header", cut.len() + 1 - 10),
                    format!("found {}", cut.len() - 10),
                ],
            ),
            false => (ErrorKind::Truncated, ["1 bytes too few".to_owned(), "cut short".to_owned()]),
        };
        // difference `npy-truncated`: in mode r+ too, and the file is not made longer.
        for mode in [Mode::ReadOnly, Mode::ReadWrite, Mode::CopyOnWrite] {
            let error = DynMap::options().open_mode(mode, &path).unwrap_err();
            let text = error.to_string();
            assert_eq!((error.kind(), error.path()), (kind, Some(path.as_path())), "{case:?}: {text}");
            for part in &parts {
                assert!(text.contains(part), "`{part}` is not in: {text}");
            }
        }
        assert_eq!(fs::read(&path).unwrap(), cut);
    });
}

fn expect_as_numpy(name: &str, offset: u64, file: &[u8]) {
    let large = golden().large;
    let expected = &large.iter().find(|case| case.name == name).unwrap().file;
    assert_eq!(hashed(offset, file), *expected, "{name}");
}

#[test]
fn test_long_str() {
    let (_dir, path) = folder();
    let dtype = dtype(&format!("<U{}", (1 << 18) + 1));
    let mut map = DynMap::options().dtype(dtype.clone()).shape(1).create_npy(&path).unwrap();
    map.set(0, "1").unwrap();
    let offset = map.offset();
    drop(map);
    let file = round_trip(&DynMap::open(&path).unwrap().view(), Order::C);
    expect_as_numpy("long str", offset, &file);
    // As long as can be, in its last character too.
    let long = "é".repeat((1 << 18) + 1);
    DynMap::open_rw(&path).unwrap().set(0, long.as_str()).unwrap();
    assert_eq!(DynMap::open(&path).unwrap().at(0).as_str().unwrap(), long);
    // difference `long-strings`: a longer one is not cut.
    let error = DynMap::open_rw(&path).unwrap().set(0, format!("{long}é").as_str()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ShapeMismatch);
    assert_eq!(DynMap::open(&path).unwrap().at(0).as_str().unwrap(), long);
}

#[test]
fn test_memmap_roundtrip() {
    let (_dir, path) = folder();
    each_basic(|case, array, order| {
        let options = DynMap::options().dtype(array.dtype().clone()).shape(array.shape()).order(order);
        let mut map = options.create_npy(&path).unwrap();
        map.assign(array).unwrap();
        map.flush().unwrap();
        let file = fs::read(&path).unwrap();
        // Byte for byte what NumPy's save makes of it.
        assert_eq!(hashed(map.offset(), &file), case.file, "{} {}", case.dtype, case.layout);
        DynMap::open(&path).unwrap().flush().unwrap();
        assert_eq!(fs::read(&path).unwrap(), file);
    });
    let records = golden().records;
    for (record, case) in [(0, false), (1, true)].map(|(at, nested)| (&records[at], nested)) {
        let options = |path| match case {
            true => {
                let mut map = RecordMap::<Nested>::options().shape(2).create_npy(path).unwrap();
                map.copy_from_slice(&nested());
                map.close()
            }
            false => {
                let mut map = RecordMap::<Plain>::options().shape(2).create_npy(path).unwrap();
                map.copy_from_slice(&plain());
                map.close()
            }
        };
        options(&path).unwrap();
        assert_eq!(fs::read(&path).unwrap(), base64(&record.file), "{}", record.dtype);
    }
    // The same in big-endian order, and of sub-arrays of sub-arrays.
    for (to, from) in [(2, 0), (3, 1), (4, 4)].map(|(to, from)| (&records[to], &records[from])) {
        fs::write(&path, base64(&from.file)).unwrap();
        let (from, new) = (DynMap::open(&path).unwrap(), path.with_file_name("new.npy"));
        drop(from.repack(&new, &dtype(&to.dtype), |_| ()).unwrap());
        assert_eq!(fs::read(&new).unwrap(), base64(&to.file), "{}", to.dtype);
        fs::remove_file(new).unwrap();
    }
}

#[test]
fn test_compressed_roundtrip() {
    // What is compressed cannot be mapped, and is an error; NumPy's mmap_mode reads it into memory.
    let (_dir, path) = folder();
    let golden: serde_json::Value = serde_json::from_str(include_str!("../../golden/npy.json")).unwrap();
    let archives = golden["archives"].as_array().unwrap();
    let archive = archives.iter().find(|archive| archive["name"] == "deflated").unwrap();
    fs::write(&path, base64(archive["file"].as_str().unwrap())).unwrap();
    let error = RecordMap::<f64>::options().npz_member("one").open(&path).unwrap_err();
    assert_eq!((error.kind(), error.path()), (ErrorKind::Unsupported, Some(path.as_path())));
    for part in ["`one", "compressed"] {
        assert!(error.to_string().contains(part), "{error}");
    }
}

/// The dtypes `dt1` to `dt6` of NumPy's test.
fn padded() -> [DType; 6] {
    let field = |name: &str, text: &str| DTypeField::new(name, dtype(text));
    let gaps = |a: DTypeField, b: DTypeField| DType::with_offsets([a.at(1), b.at(6)], 10).unwrap();
    let i4 = |name: &str| field(name, "<i4");
    [
        DType::aligned([field("f0", "|i1"), field("f1", "<i4"), field("f2", "|i1")]).unwrap(),
        gaps(i4("a"), i4("b")),
        DType::packed([i4("c"), DTypeField::new("d", gaps(i4("a"), i4("b")))]).unwrap(),
        DType::packed([i4("a"), i4(""), i4("b")]).unwrap(),
        gaps(i4("a").with_title("aa"), i4("b").with_title("bb")),
        DType::with_offsets([], 8).unwrap(),
    ]
}

/// The numbers in a value, in order.
fn leaves(value: &Value) -> Vec<i64> {
    match value.data() {
        Datum::Record(fields) => fields.iter().flat_map(|(_, value)| leaves(value)).collect(),
        Datum::Array(view) => view.iter().flat_map(|value| leaves(&value)).collect(),
        _ => vec![value.as_i64().unwrap()],
    }
}

#[test]
fn test_load_padded_dtype() {
    let (_dir, path) = folder();
    fs::write(&path, made_by_numpy("padded.npz")).unwrap();
    for (at, dtype) in padded().iter().enumerate() {
        let map = DynMap::options().npz_member(&format!("dt{}", at + 1)).open(&path).unwrap();
        let what = format!("dt{}: {dtype}", at + 1);
        let count = [3, 2, 3, 3, 2, 0][at];
        assert_eq!((map.shape(), map.dtype()), (&[3][..], dtype), "{what}");
        let found: Vec<_> = map.iter().map(|value| leaves(&value)).collect();
        assert_eq!(found, [5, 6, 7].map(|number| vec![number; count]), "{what}");
        // And written again, where a header can say it.
        let file = round_trip(&map.view(), Order::C);
        assert!(
            map.offset() > 128 && file.len() == 3 * dtype.itemsize() + file.len().next_multiple_of(64) - 64,
            "{what}"
        );
    }
    let titled = DynMap::options().npz_member("dt5").open(&path).unwrap();
    assert_eq!(titled.field("bb").unwrap().to_string(), "[5 6 7]");
}

#[test]
fn test_python2_python3_interoperability() {
    let (_dir, path) = folder();
    let file = made_by_numpy("win64python2.npy");
    assert!(file.windows(4).any(|word| word == b"(2L,"));
    fs::write(&path, file).unwrap();
    // NumPy warns that the header is slow to read, which it is not here.
    assert_eq!(RecordMap::<f64>::open(&path).unwrap().to_vec(), [1.0, 1.0]);
    assert_eq!(DynMap::open(&path).unwrap().to_string(), "[1. 1.]");
}

#[test]
fn test_pickle_disallow() {
    let (_dir, path) = folder();
    fs::write(&path, made_by_numpy("py2-objarr.npy")).unwrap();
    for error in [
        DynMap::open(&path).unwrap_err(),
        DynMap::options().dtype(dtype("<u8")).open(&path).unwrap_err(),
        RecordMap::<u64>::open(&path).unwrap_err(),
    ] {
        assert_eq!((error.kind(), error.path()), (ErrorKind::Unsupported, Some(path.as_path())), "{error}");
        assert!(error.to_string().contains("objects"), "{error}");
    }
    fs::write(&path, made_by_numpy("py2-objarr.npz")).unwrap();
    let error = DynMap::options().npz_member("x").open(&path).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
    // So none can be written either.
    for text in ["|O", "[('a', '<u1'), ('b', '|O')]"] {
        assert_eq!(text.parse::<DType>().unwrap_err().kind(), ErrorKind::Unsupported);
    }
}

#[test]
fn test_descr_to_dtype() {
    let field = |name: &str, text: &str| DTypeField::new(name, dtype(text));
    let array = |base: &DType, shape: &[usize]| DType::array(base.clone(), shape).unwrap();
    let only = |dtype: DType| DType::packed([DTypeField::new("x", dtype)]).unwrap();
    let sparse = DType::with_offsets([field("a", "|i1").at(0), field("b", "|i1").at(4)], 8).unwrap();
    let pair = DType::packed([field("a", "<i8"), DTypeField::new("b", sparse.clone())]).unwrap();
    let dtypes = [
        DType::aligned([field("a", "|i1"), field("b", "<i2"), field("c", "<i4")]).unwrap(),
        only(array(&array(&sparse, &[3]), &[4])),
        only(array(&array(&dtype("<f8"), &[5]), &[2])),
        only(array(&array(&sparse, &[3]), &[4])),
        DType::packed([DTypeField::new("a", array(&array(&array(&pair, &[3]), &[4]), &[5]))]).unwrap(),
    ];
    let descrs = golden().descrs;
    assert_eq!(descrs.len(), dtypes.len());
    for (descr, built) in descrs.iter().zip(dtypes) {
        assert_eq!(dtype(descr), built, "{descr}");
        assert_eq!(dtype(&built.to_string()), built, "{descr}");
        let zeros = vec![0; 3 * built.itemsize()];
        round_trip(&DynView::from_bytes(&zeros, &built).unwrap(), Order::C);
    }
}

/// 500 fields whose names are so long that a header needs version 2.0.
fn long_names() -> DType {
    DType::packed((0..500).map(|i| DTypeField::new(i.to_string().repeat(100), dtype("<f8")))).unwrap()
}

fn ones(dtype: &DType, count: usize) -> Vec<u8> {
    let one = 1f64.to_le_bytes();
    one.repeat(count * dtype.itemsize() / one.len())
}

#[test]
fn test_version_2_0() {
    let (dtype, (_dir, path)) = (long_names(), folder());
    let ones = ones(&dtype, 1000);
    let array = DynView::from_bytes(&ones, &dtype).unwrap();
    // It is chosen where it is needed, so version 1.0 cannot be asked for.
    let file = round_trip(&array, Order::C);
    assert_eq!(file[6..8], [2, 0]);
    let line = file.iter().position(|&byte| byte == b'\n').unwrap() + 1;
    assert_eq!((line % 64, file.len() - line), (0, ones.len()));
    expect_as_numpy("version 2.0", line as u64, &file);
    // difference `npy-header-size`: it is read without being allowed to.
    fs::write(&path, file).unwrap();
    assert_eq!(contents(&DynMap::open(&path).unwrap().view()), contents(&array));
}

#[test]
fn test_version_2_0_memmap() {
    let (dtype, (_dir, path)) = (long_names(), folder());
    let one = Value::from_bytes(dtype.clone(), ones(&dtype, 1)).unwrap();
    let mut map = DynMap::options().dtype(dtype.clone()).shape(1000).create_npy(&path).unwrap();
    map.fill(&one).unwrap();
    map.flush().unwrap();
    let offset = map.offset();
    assert_eq!(offset % 64, 0);
    expect_as_numpy("version 2.0", offset, &fs::read(&path).unwrap());
    let map = DynMap::open(&path).unwrap();
    assert_eq!((map.dtype(), map.shape(), map.offset()), (&dtype, &[1000][..], offset));
    assert!(map.iter().all(|value| value == one));
    // A header of version 2.0 grows in place as well.
    DynMap::open_rw(&path).unwrap().grow(9001).unwrap();
    assert_eq!(
        (DynMap::open(&path).unwrap().shape(), DynMap::open(&path).unwrap().offset()),
        (&[10001][..], offset)
    );
}

/// NumPy's dtype of `"i," * 10000 + "i"`, for any number of fields.
fn many_fields(count: usize) -> DType {
    DType::packed((0..count).map(|i| DTypeField::new(format!("f{i}"), dtype("<i4")))).unwrap()
}

/// Its array of one element, 1 in all fields, as a file.
fn huge_header() -> Vec<u8> {
    let (dtype, (_dir, path)) = (many_fields(10001), folder());
    let one = Value::from_bytes(dtype.clone(), 1i32.to_le_bytes().repeat(10001)).unwrap();
    let mut map = DynMap::options().dtype(dtype).shape(()).create_npy(&path).unwrap();
    map.set((), &one).unwrap();
    let offset = map.offset();
    map.close().unwrap();
    let file = fs::read(&path).unwrap();
    expect_as_numpy("huge header", offset, &file);
    file
}

fn check_huge(map: &DynMap) {
    assert_eq!((map.ndim(), map.dtype()), (0, &many_fields(10001)));
    assert_eq!(map.view().to_bytes(), 1i32.to_le_bytes().repeat(10001));
    assert_eq!(map.field("f10000").unwrap().at(()).as_i64(), Some(1));
}

#[test]
fn test_huge_header() {
    let (_dir, path) = folder();
    fs::write(&path, huge_header()).unwrap();
    check_huge(&DynMap::open(&path).unwrap());
    // difference `npy-header-size`: the limit is 1 MiB, for what is written as for what is read.
    let too_many =
        DynMap::options().dtype(many_fields(60000)).shape(()).create_npy(path.with_file_name("new"));
    assert_eq!(too_many.unwrap_err().kind(), ErrorKind::Overflow);
    assert!(!path.with_file_name("new").exists());
    let header = |len: usize| {
        let text = "{'descr': '<i4', 'fortran_order': False, 'shape': ()}";
        npy([2, 0], &(text.to_owned() + &" ".repeat(len - text.len())), &7i32.to_le_bytes())
    };
    fs::write(&path, header((1 << 20) + 1)).unwrap();
    let error = DynMap::open(&path).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BadNpy);
    assert!(error.to_string().contains("1048577 bytes") && error.to_string().contains("1048576"), "{error}");
    fs::write(&path, header(1 << 20)).unwrap();
    assert_eq!(DynMap::open(&path).unwrap().at(()).as_i64(), Some(7));
}

#[test]
fn test_huge_header_npz() {
    let (_dir, path) = folder();
    let member = huge_header();
    let (before, behind) = stored("arr.npy", member.len() as u64);
    fs::write(&path, [before, member, behind].concat()).unwrap();
    check_huge(&DynMap::options().npz_member("arr").open(&path).unwrap());
}

/// What is before and behind the bytes of the one member of an archive, with sizes of 64 bits as `numpy.savez` has them.
fn stored(name: &str, len: u64) -> (Vec<u8>, Vec<u8>) {
    let u16s = |numbers: &[u16]| numbers.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<u8>>();
    let u32s = |numbers: &[u32]| numbers.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<u8>>();
    let u64s = |numbers: &[u64]| numbers.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<u8>>();
    let sizes = [u16s(&[1, 16]), u64s(&[len, len])].concat();
    // Version, flags, method, time, date; no checksum; sizes that are in `sizes`; lengths of the name and of `sizes`.
    let common = [
        u16s(&[45, 0, 0, 0, 0x21]),
        u32s(&[0, u32::MAX, u32::MAX]),
        u16s(&[name.len() as u16, sizes.len() as u16]),
    ]
    .concat();
    let before = [b"PK\x03\x04".to_vec(), common.clone(), name.into(), sizes.clone()].concat();
    let start = before.len() as u64 + len;
    let entry =
        [b"PK\x01\x02".to_vec(), u16s(&[45]), common, u16s(&[0, 0, 0]), u32s(&[0, 0]), name.into(), sizes]
            .concat();
    let size = entry.len() as u64;
    let mut behind = entry;
    let place = u32::try_from(start).unwrap_or_else(|_| {
        let end =
            [b"PK\x06\x06".to_vec(), u64s(&[44]), u16s(&[45, 45]), u32s(&[0, 0]), u64s(&[1, 1, size, start])];
        behind.extend(end.concat());
        behind.extend([b"PK\x06\x07".to_vec(), u32s(&[0]), u64s(&[start + size]), u32s(&[1])].concat());
        u32::MAX
    });
    behind.extend(
        [b"PK\x05\x06".to_vec(), u16s(&[0, 0, 1, 1]), u32s(&[size as u32, place]), u16s(&[0])].concat(),
    );
    (before, behind)
}

#[test]
fn test_write_version() {
    // The version is the first that can say the dtype, as NumPy's without one; no other can be asked for.
    let (_dir, path) = folder();
    for (name, version) in
        [("a".to_owned(), 1), ("é".to_owned(), 1), ("x".repeat(1 << 16), 2), ("整".to_owned(), 3)]
    {
        let dtype = DType::packed([DTypeField::new(name, dtype("<i8"))]).unwrap();
        DynMap::options().dtype(dtype.clone()).shape(1).create_npy(&path).unwrap();
        assert_eq!(fs::read(&path).unwrap()[6..8], [version, 0], "{dtype}");
        assert_eq!(*DynMap::open(&path).unwrap().dtype(), dtype);
    }
}

/// A file with this header, as it is.
fn npy(version: [u8; 2], header: &str, data: &[u8]) -> Vec<u8> {
    let width = if version[0] == 1 { 2 } else { 4 };
    [b"\x93NUMPY", &version[..], &(header.len() as u32).to_le_bytes()[..width], header.as_bytes(), data]
        .concat()
}

#[test]
fn test_read_magic() {
    let (_dir, path) = folder();
    for major in [1, 2] {
        let file = made_by_numpy(&format!("version {major}.0"));
        assert_eq!(file[..8], [0x93, b'N', b'U', b'M', b'P', b'Y', major, 0]);
        fs::write(&path, file).unwrap();
        assert_eq!(DynMap::open(&path).unwrap().offset(), 128);
    }
}

const HEADER: &str = "{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }\n";

const MALFORMED: [&[u8]; 7] = [
    b"\x92NUMPY\x01\x00",
    b"\x00NUMPY\x01\x00",
    b"\x93numpy\x01\x00",
    b"\x93MATLB\x01\x00",
    b"\x93NUMPY\x01",
    b"\x93NUMPY",
    b"",
];

/// These bytes alone, and with all of an array behind them, are no `.npy` file.
#[track_caller]
fn expect_bad_magic(magic: &[u8]) {
    let (_dir, path) = folder();
    for file in [magic.to_vec(), [magic, &npy([1, 0], HEADER, &[0; 8])[8..]].concat()] {
        fs::write(&path, &file).unwrap();
        let error = DynMap::options().npy_at(0).open(&path).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BadNpy, "{}: {error}", file.escape_ascii());
        // Where nobody says that it is one, only the magic does.
        let kind = if file.starts_with(b"\x93NUMPY") { ErrorKind::BadNpy } else { ErrorKind::Unsupported };
        let error = DynMap::open(&path).unwrap_err();
        assert_eq!(error.kind(), kind, "{}: {error}", file.escape_ascii());
        assert_eq!(fs::read(&path).unwrap(), file);
    }
}

#[test]
fn test_read_magic_bad_magic() {
    for magic in MALFORMED {
        expect_bad_magic(magic);
    }
}

#[test]
fn test_read_version_1_0_bad_magic() {
    for version in [[1, 1], [0, 0], [0, 1], [2, 2], [255, 255], [3, 1], [4, 0]] {
        expect_bad_magic(&[b"\x93NUMPY", &version[..]].concat());
    }
    // NumPy's list has 2.0, which is one without a length.
    let (_dir, path) = folder();
    fs::write(&path, b"\x93NUMPY\x02\x00").unwrap();
    assert_eq!(DynMap::open(&path).unwrap_err().kind(), ErrorKind::BadNpy);
    fs::write(&path, npy([1, 0], HEADER, &[0; 8])).unwrap();
    assert_eq!(RecordMap::<f64>::open(&path).unwrap().to_vec(), [0.0]);
}

#[test]
fn test_large_header() {
    let (_dir, path) = folder();
    RecordMap::<i64>::options().shape(()).create_npy(&path).unwrap();
    assert_eq!(fs::read(&path).unwrap()[6..10], [1, 0, 118, 0]);
    // Too large for version 1.0, so it is 2.0.
    for (len, version) in [((1 << 16) - 100, 1), (1 << 16, 2)] {
        let dtype = DType::packed([DTypeField::new("x".repeat(len), dtype("<i8"))]).unwrap();
        let map = DynMap::options().dtype(dtype.clone()).shape(()).create_npy(&path).unwrap();
        assert_eq!((map.offset() % 64, fs::read(&path).unwrap()[6]), (0, version));
        assert_eq!(*DynMap::open(&path).unwrap().dtype(), dtype);
    }
}

fn expect_header(version: &str) {
    let (_dir, path) = folder();
    fs::write(&path, made_by_numpy(version)).unwrap();
    let map = DynMap::open(&path).unwrap();
    assert_eq!(map.offset() % 64, 0);
    assert_eq!((map.shape(), map.order(), map.dtype()), (&[3, 6][..], Order::C, &dtype("<f8")));
    assert_eq!(map.into_typed::<f64, Ix2>().unwrap().to_vec(), [1.0; 18]);
}

#[test]
fn test_read_array_header_1_0() {
    expect_header("version 1.0");
}

#[test]
fn test_read_array_header_2_0() {
    expect_header("version 2.0");
}

#[test]
fn test_bad_header() {
    let (_dir, path) = folder();
    let bad = |file: &[u8], part: &str| {
        fs::write(&path, file).unwrap();
        for error in [DynMap::open(&path).unwrap_err(), RecordMap::<f64>::open_rw(&path).unwrap_err()] {
            assert_eq!((error.kind(), error.path()), (ErrorKind::BadNpy, Some(path.as_path())), "{error}");
            assert!(error.to_string().contains(part), "`{part}` is not in: {error}");
        }
        assert_eq!(fs::read(&path).unwrap(), file);
    };
    let good = npy([1, 0], HEADER, &[0; 8]);
    // A length of less than two bytes, or four.
    bad(&good[..8], "2 bytes with the length of the header, found 0");
    bad(&good[..9], "2 bytes with the length of the header, found 1");
    bad(&npy([2, 0], HEADER, &[])[..11], "4 bytes with the length of the header, found 3");
    // A header that is shorter than it says.
    bad(b"\x93NUMPY\x01\x00\x01\x00", "expected 1 bytes of header, found 0");
    bad(&good[..good.len() - 9], "bytes of header, found");
    // Other keys than the three.
    bad(&npy([1, 0], "{'descr': '<f8', 'shape': (1,), }        \n", &[0; 8]), "'fortran_order'");
    bad(&npy([1, 0], "{'descr': '<f8', 'fortran_order': False, }\n", &[0; 8]), "'shape'");
    bad(&npy([1, 0], "{'shape': (1,), 'fortran_order': False, }\n", &[0; 8]), "'descr'");
    bad(&npy([1, 0], &HEADER.replace("{", "{'extrakey': -1, "), &[0; 8]), "no other keys");
    bad(&npy([1, 0], "{}\n", &[0; 8]), "'descr'");
}

#[cfg(unix)]
#[test]
fn test_large_file_support() {
    const START: u64 = 5 << 30;
    let (_dir, path) = folder();
    let small = path.with_file_name("small.npy");
    RecordMap::<i64>::options().shape(5).create_npy(&small).unwrap().copy_from_slice(&[0, 1, 2, 3, 4]);
    let mut file = File::create(&path).unwrap();
    file.set_len(START).unwrap();
    file.seek(SeekFrom::Start(START)).unwrap();
    file.write_all(&fs::read(&small).unwrap()).unwrap();

    let mut map = RecordMap::<i64>::options().npy_at(START).open_rw(&path).unwrap();
    assert_eq!((map.to_vec(), map.offset()), (vec![0, 1, 2, 3, 4], START + 128));
    map.append(&[5]).unwrap();
    map.close().unwrap();
    let any = DynMap::options().npy_at(START).open(&path).unwrap();
    assert_eq!((any.to_string().as_str(), any.view().byte_offset()), ("[0 1 2 3 4 5]", START + 128));
    // As records behind the hole, and the hole itself.
    assert_eq!(
        RecordMap::<i64>::options().offset(START + 128).open(&path).unwrap().to_vec(),
        [0, 1, 2, 3, 4, 5]
    );
    let all = RecordMap::<u8>::open(&path).unwrap();
    assert_eq!(
        (all.len() as u64, all.at(START as usize - 1), all.at(START as usize)),
        (START + 176, 0, 0x93)
    );
}

#[cfg(unix)]
#[test]
fn test_large_archive() {
    // Past 2^31 elements, as in NumPy, and past what an archive can say in 32 bits.
    for columns in [2, 5] {
        let (_dir, path) = folder();
        let member = path.with_file_name("member.npy");
        let shape = (1 << 30, columns);
        let map = RecordMap::<u8>::options().shape(shape).sparse(true).create_npy(&member).unwrap();
        let mut header = vec![0; map.offset() as usize];
        File::open(&member).unwrap().read_exact(&mut header).unwrap();
        let len = fs::metadata(&member).unwrap().len();
        drop(map);
        fs::remove_file(&member).unwrap();
        let (before, behind) = stored("arr.npy", len);
        let mut file = File::create(&path).unwrap();
        file.write_all(&[before.as_slice(), &header].concat()).unwrap();
        file.set_len(before.len() as u64 + len).unwrap();
        file.seek(SeekFrom::End(-1)).unwrap();
        file.write_all(&[77]).unwrap();
        file.write_all(&behind).unwrap();

        let map = RecordMap::<u8>::options().rank::<Ix2>().npz_member("arr").open(&path).unwrap();
        assert_eq!((map.shape(), map.len()), (&[1 << 30, columns][..], columns << 30));
        assert_eq!((map.at([0, 0]), map.at([(1 << 30) - 1, columns - 1])), (0, 77));
    }
}

#[test]
fn test_empty_npz() {
    let (_dir, path) = folder();
    fs::write(&path, made_by_numpy("nothing.npz")).unwrap();
    let error = DynMap::options().npz_member("arr").open(&path).unwrap_err();
    assert_eq!((error.kind(), error.path()), (ErrorKind::NoSuchMember, Some(path.as_path())));
    assert!(error.to_string().contains("none at all"), "{error}");
}

#[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
#[repr(C)]
struct Shapes {
    int: i64,
    #[mmrec(rename = "整形")]
    shape: i64,
}

#[test]
fn test_unicode_field_names() {
    let (_dir, path) = folder();
    let numpy = made_by_numpy("unicode.npy");
    assert_eq!(numpy[6], 3);
    fs::write(&path, &numpy).unwrap();
    let records = [3, 2, 3, 2].map(|shape| Shapes { int: 1, shape });
    assert_eq!(RecordMap::<Shapes>::open(&path).unwrap().to_vec(), records);
    assert_eq!(DynMap::open(&path).unwrap().field("整形").unwrap().to_string(), "[3 2 3 2]");
    let mut map = RecordMap::<Shapes>::options().shape(4).create_npy(&path).unwrap();
    map.copy_from_slice(&records);
    map.close().unwrap();
    assert_eq!(fs::read(&path).unwrap(), numpy);
}

#[test]
fn test_header_growth_axis() {
    let (_dir, path) = folder();
    // NumPy's test writes `dtype([...])` into the header, which is 7 characters more.
    let cases =
        [(Order::C, 22 + 7, 128), (Order::C, 23 + 7, 192), (Order::F, 23 + 7, 128), (Order::F, 24 + 7, 192)];
    for (order, spaces, expected) in cases {
        // Records without bytes, of which a file can have any number, and 8 bytes each.
        for (scalar, digits) in [("|S0", 18), ("<i8", 6)] {
            let dtype = DType::packed([DTypeField::new(" ".repeat(spaces), dtype(scalar))]).unwrap();
            for size in (0..=digits).map(|digits| 10usize.pow(digits)) {
                let shape = if order == Order::F { [2, size] } else { [size, 2] };
                let options = DynMap::options().dtype(dtype.clone()).shape(shape).order(order).sparse(true);
                let map = options.create_npy(&path).unwrap();
                assert_eq!((map.offset(), map.shape()), (expected, &shape[..]), "{dtype} {order:?}");
                drop(map);
                let map = DynMap::open(&path).unwrap();
                assert_eq!(
                    (map.offset(), map.shape(), map.order()),
                    (expected, &shape[..], order),
                    "{dtype}"
                );
            }
        }
    }
    // NumPy goes on to 10^20, of which there can be no array.
    let dtype = DType::packed([DTypeField::new("a", dtype("|S0"))]).unwrap();
    for shape in [[10usize.pow(19), 1], [1, 10usize.pow(19)]] {
        let error =
            DynMap::options().dtype(dtype.clone()).shape(shape).create_npy(path.with_file_name("new"));
        assert_eq!(error.unwrap_err().kind(), ErrorKind::Overflow);
    }
}
