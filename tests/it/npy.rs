//! `.npy` and `.npz` files: those that NumPy wrote, `tests/golden/npy.json`, and those that are to be NumPy's byte for byte.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use mmrec::{
    AnyMode, DType, DateTime64, DynMap, DynView, Error, ErrorKind, Ix1, Ix2, IxDyn, MmapRecord, Mode, Order,
    RecordMap, Result, big_endian, s, units,
};
use serde::Deserialize;
use tempfile::{TempDir, tempdir};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Golden {
    #[serde(rename = "numpy")]
    _numpy: String,
    dtypes: Vec<String>,
    created: Vec<Created>,
    written: Vec<Array>,
    archives: Vec<Archive>,
}

#[derive(Deserialize)]
struct Created {
    dtype: usize,
    shape: Vec<usize>,
    fortran: bool,
    head: String,
    size: u64,
}

#[derive(Deserialize)]
struct Array {
    name: String,
    file: String,
    descr: String,
    shape: Vec<usize>,
    data: String,
    #[serde(default)]
    offset: u64,
}

#[derive(Deserialize)]
struct Archive {
    name: String,
    file: String,
    members: Vec<Array>,
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("../golden/npy.json")).unwrap()
}

fn bytes(text: &str) -> Vec<u8> {
    BASE64_STANDARD.decode(text).unwrap()
}

fn folder() -> (TempDir, PathBuf) {
    let dir = tempdir().unwrap();
    let path = dir.path().join("array.npy");
    (dir, path)
}

#[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
#[repr(C)]
struct Tick {
    ts: u64,
    price: f64,
}

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
struct Padded {
    a: u8,
    b: u32,
    c: big_endian::F64,
}

fn tick(i: u32) -> Tick {
    Tick { ts: i.into(), price: f64::from(i) / 2.0 }
}

#[track_caller]
fn expect_error<T>(result: Result<T>, kind: ErrorKind, path: &Path, parts: &[&str]) -> Error {
    let Err(error) = result else { panic!("expected an error of kind {kind:?}") };
    let text = error.to_string();
    assert_eq!((error.kind(), error.path()), (kind, Some(path)), "{text}");
    for part in parts {
        assert!(text.contains(part), "`{part}` is not in: {text}");
    }
    error
}

#[test]
fn files_are_made_byte_for_byte_as_numpy_makes_them() {
    let golden = golden();
    let (_dir, path) = folder();
    let mut versions = [0; 4];
    for case in &golden.created {
        let dtype: DType = golden.dtypes[case.dtype].parse().unwrap();
        let order = if case.fortran { Order::F } else { Order::C };
        let options = DynMap::options().dtype(dtype.clone()).order(order).shape(case.shape.clone());
        let map = options.create_npy(&path).unwrap();
        let (head, what) = (bytes(&case.head), format!("{dtype} {:?} {order:?}", case.shape));
        assert_eq!(
            (map.offset(), map.mode(), map.order()),
            (head.len() as u64, Mode::ReadWrite, order),
            "{what}"
        );
        assert_eq!((map.shape(), map.dtype()), (case.shape.as_slice(), &dtype), "{what}");
        drop(map);
        let file = fs::read(&path).unwrap();
        assert_eq!(String::from_utf8_lossy(&file[..head.len()]), String::from_utf8_lossy(&head), "{what}");
        assert_eq!(file[..head.len()], head, "{what}");
        assert_eq!(file.len() as u64, case.size, "{what}");
        assert!(file[head.len()..].iter().all(|byte| *byte == 0), "{what}");
        versions[usize::from(head[6])] += 1;
        // And it is read again as what it was made as.
        let map = DynMap::open(&path).unwrap();
        assert_eq!((map.shape(), map.dtype(), map.order()), (case.shape.as_slice(), &dtype, order), "{what}");
    }
    assert!(versions[1..].iter().all(|count| *count > 0), "all versions: {versions:?}");
}

#[test]
fn what_numpy_wrote_is_read_in_every_mode() {
    let (_dir, path) = folder();
    for case in &golden().written {
        let file = bytes(&case.file);
        fs::write(&path, &file).unwrap();
        for mode in [Mode::ReadOnly, Mode::ReadWrite, Mode::CopyOnWrite] {
            let map = DynMap::options()
                .open_mode(mode, &path)
                .unwrap_or_else(|error| panic!("{}: {error}", case.name));
            assert_eq!(*map.dtype(), case.descr.parse::<DType>().unwrap(), "{}", case.name);
            assert_eq!((map.shape(), map.mode()), (case.shape.as_slice(), mode), "{}", case.name);
            assert_eq!(map.offset(), case.offset, "{}", case.name);
            assert_eq!(map.view().to_bytes(), bytes(&case.data), "{}", case.name);
        }
        assert_eq!(fs::read(&path).unwrap(), file, "{}", case.name);
        // Cut by one byte, it is an error in every mode.
        if case.shape.contains(&0) || file.len() as u64 > case.offset + bytes(&case.data).len() as u64 {
            continue;
        }
        fs::write(&path, &file[..file.len() - 1]).unwrap();
        for mode in [Mode::ReadOnly, Mode::ReadWrite, Mode::CopyOnWrite] {
            let result = DynMap::options().open_mode(mode, &path);
            expect_error(result, ErrorKind::Truncated, &path, &["1 bytes too few", "cut short"]);
        }
        assert_eq!(fs::read(&path).unwrap(), file[..file.len() - 1], "{}", case.name);
    }
}

#[test]
fn what_is_written_here_is_what_numpy_would_have_written() {
    let (_dir, path) = folder();
    for case in
        golden().written.iter().filter(|case| case.name.contains(')') && !case.name.starts_with("version"))
    {
        let (file, data) = (bytes(&case.file), bytes(&case.data));
        let dtype: DType = case.descr.parse().unwrap();
        let is_fortran = file[..case.offset as usize].windows(4).any(|word| word == b"True");
        let options = DynMap::options().dtype(dtype.clone()).shape(case.shape.clone());
        let mut map = options.order(if is_fortran { Order::F } else { Order::C }).create_npy(&path).unwrap();
        // The bytes as an array with one axis, in C order.
        for (index, bytes) in
            ndarray::indices(IxDyn(&case.shape)).into_iter().zip(data.chunks(dtype.itemsize()))
        {
            let value = mmrec::Value::from_bytes(dtype.clone(), bytes).unwrap();
            map.view_mut().set(index, value).unwrap();
        }
        map.close().unwrap();
        let written = fs::read(&path).unwrap();
        assert_eq!(written.len(), file.len(), "{}", case.name);
        let padding_aside = DynMap::open(&path).unwrap().view().to_bytes();
        assert_eq!(padding_aside, data, "{}", case.name);
        assert_eq!(written[..case.offset as usize], file[..case.offset as usize], "{}", case.name);
    }
}

#[test]
fn a_typed_map_reads_the_header() {
    let (_dir, path) = folder();
    let mut map = RecordMap::<Tick>::options().shape((2, 3)).order(Order::F).create_npy(&path).unwrap();
    map.set([1, 2], tick(7));
    map.close().unwrap();

    let error = RecordMap::<Tick>::open(&path);
    expect_error(error, ErrorKind::RankMismatch, &path, &["2 axes", "(2, 3)", ".rank::<Ix2>()", "IxDyn"]);
    let map = RecordMap::<Tick>::options().rank::<Ix2>().open(&path).unwrap();
    assert_eq!((map.shape(), map.order(), map.at([1, 2])), ([2, 3].as_slice(), Order::F, tick(7)));
    assert_eq!(map.strides(), [16, 32]);
    let map = RecordMap::<Tick>::options().rank::<IxDyn>().open_rw(&path).unwrap();
    assert_eq!((map.shape(), map.mode()), ([2, 3].as_slice(), Mode::ReadWrite));
    let map = RecordMap::<Tick>::options().shape((2, 3)).open_cow(&path).unwrap();
    assert_eq!(map.at([1, 2]), tick(7));
    let error = RecordMap::<Tick>::options().shape((3, 2)).open(&path);
    expect_error(error, ErrorKind::ShapeMismatch, &path, &["(2, 3)", "(3, 2)", ".shape()"]);
    let error = RecordMap::<Tick>::options().shape((2, 3)).order(Order::C).open(&path);
    expect_error(error, ErrorKind::ShapeMismatch, &path, &["order F", ".order()"]);
    let map: RecordMap<Tick, IxDyn, AnyMode> =
        RecordMap::<Tick>::options().rank::<IxDyn>().open_mode(Mode::ReadOnly, &path).unwrap();
    assert_eq!(map.len(), 6);
    // All bytes as they are, header and all.
    assert_eq!(RecordMap::<u8>::options().raw().open(&path).unwrap().len(), 128 + 96);
    assert_eq!(RecordMap::<Tick>::options().offset(128).open(&path).unwrap().at(5), tick(7));
}

#[test]
fn records_that_differ_are_named_field_by_field() {
    let (_dir, path) = folder();
    let other = "[('ts', '<u8'), ('price', '<f4'), ('qty', '<u4')]".parse().unwrap();
    DynMap::options().dtype(other).shape(3).create_npy(&path).unwrap();
    for result in [
        RecordMap::<Tick>::open(&path).map(drop),
        RecordMap::<Tick>::open_rw(&path).map(drop),
        RecordMap::<Tick>::open_cow(&path).map(drop),
        RecordMap::<Tick>::options().rank::<IxDyn>().open(&path).map(drop),
    ] {
        let parts = [
            "not Tick",
            "field `price`: the file has '<f4' at 8, Tick has '<f8' at 8",
            "field `qty`: the file has '<u4' at 12, Tick has none",
        ];
        expect_error(result, ErrorKind::DTypeMismatch, &path, &parts);
    }
    let result = DynMap::options().dtype("<f8".parse().unwrap()).open(&path);
    expect_error(result, ErrorKind::DTypeMismatch, &path, &["'<f8'"]);
    DynMap::options().dtype(">f8".parse().unwrap()).shape(3).create_npy(&path).unwrap();
    let result = RecordMap::<f64>::open(&path);
    expect_error(result, ErrorKind::DTypeMismatch, &path, &["'>f8'", "'<f8'"]);
    // A padded record is not a packed one.
    RecordMap::<Padded>::options().shape(2).create_npy(&path).unwrap();
    assert_eq!(
        DynMap::open(&path).unwrap().dtype().to_string(),
        "[('a', '|u1'), ('', '|V3'), ('b', '<u4'), ('c', '>f8')]"
    );
    assert_eq!(RecordMap::<Padded>::open(&path).unwrap().at(1).c.get(), 0.0);
}

#[test]
fn elements_that_are_arrays_have_the_last_axes() {
    let (_dir, path) = folder();
    let mut map = RecordMap::<[[f32; 2]; 3]>::options().shape(4).create_npy(&path).unwrap();
    map.set(3, [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]);
    map.append(&[[[9.0; 2]; 3]]).unwrap();
    map.close().unwrap();
    let any = DynMap::open(&path).unwrap();
    assert_eq!((any.dtype().to_string().as_str(), any.shape()), ("'<f4'", [5, 3, 2].as_slice()));
    assert_eq!(any.view().slice(s![3, 2, ..]).typed::<f32, Ix1>().unwrap().to_vec(), [5.0, 6.0]);
    assert_eq!(RecordMap::<[[f32; 2]; 3]>::open(&path).unwrap().at(4), [[9.0; 2]; 3]);
    assert_eq!(RecordMap::<[f32; 2]>::options().rank::<Ix2>().open(&path).unwrap().at([3, 1]), [3.0, 4.0]);
    assert_eq!(any.view().typed::<[f32; 2], Ix2>().unwrap().at([3, 0]), [1.0, 2.0]);
    assert_eq!(any.into_typed::<[[f32; 2]; 3], Ix1>().unwrap().at(3)[0], [1.0, 2.0]);
    let wrong = RecordMap::<[f32; 4]>::options().rank::<IxDyn>().open(&path);
    expect_error(wrong, ErrorKind::DTypeMismatch, &path, &["last axes", "(4,)"]);
    let fortran =
        RecordMap::<[f32; 2]>::options().shape((2, 3)).order(Order::F).create_npy(path.with_file_name("b"));
    assert_eq!(fortran.unwrap_err().kind(), ErrorKind::Unsupported);
    assert!(!path.with_file_name("b").exists());
    // Of a file in Fortran order, the last axis is not that of an array.
    DynMap::options().dtype("<f4".parse().unwrap()).shape((5, 2)).order(Order::F).create_npy(&path).unwrap();
    expect_error(RecordMap::<[f32; 2]>::open(&path), ErrorKind::DTypeMismatch, &path, &["C order"]);
    // Not even where it lies as if it were, for the next row would not.
    let one = DynMap::options().dtype("<f4".parse().unwrap()).shape((1, 3)).order(Order::F);
    let result = one.create_npy(&path).unwrap().into_typed::<[f32; 3], Ix1>();
    expect_error(result, ErrorKind::DTypeMismatch, &path, &["C order"]);
}

#[test]
fn members_of_an_archive_are_mapped_where_they_lie() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("arrays.npz");
    for archive in &golden().archives {
        let file = bytes(&archive.file);
        fs::write(&path, &file).unwrap();
        for member in &archive.members {
            let options = || DynMap::options().npz_member(&member.name);
            if archive.name == "deflated" {
                let parts = ["compressed", member.name.as_str()];
                expect_error(options().open(&path), ErrorKind::Unsupported, &path, &parts);
                continue;
            }
            let map = options().open(&path).unwrap();
            assert_eq!(*map.dtype(), member.descr.parse().unwrap(), "{}", member.name);
            assert_eq!(map.shape(), member.shape, "{}", member.name);
            assert_eq!(map.view().to_bytes(), bytes(&member.data), "{}", member.name);
            let name = format!("{}.npy", member.name);
            assert_eq!(DynMap::options().npz_member(&name).open_cow(&path).unwrap().shape(), member.shape);
        }
        let names: Vec<_> = archive.members.iter().map(|member| member.name.as_str()).collect();
        assert_eq!(DynMap::npz_members(&path).unwrap(), names, "{}", archive.name);
        let missing = DynMap::options().npz_member("no such").open(&path);
        expect_error(missing, ErrorKind::NoSuchMember, &path, &["no such", "ticks", "grid"]);
        assert_eq!(fs::read(&path).unwrap(), file);
    }
    fs::write(&path, b"PK\x03\x04 and no more").unwrap();
    expect_error(DynMap::npz_members(&path), ErrorKind::BadNpy, &path, &["no whole zip file"]);
    // The archive has a checksum of its member, so that is changed in this process alone.
    let stored = bytes(&golden().archives[0].file);
    fs::write(&path, &stored).unwrap();
    let options = || RecordMap::<Tick>::options().npz_member("ticks");
    expect_error(options().open_rw(&path), ErrorKind::Unsupported, &path, &["checksum", "mode c"]);
    expect_error(options().open_mode(Mode::ReadWrite, &path), ErrorKind::Unsupported, &path, &["checksum"]);
    let mut map = options().open_cow(&path).unwrap();
    map.set(4, tick(9));
    assert_eq!(map.at(4), tick(9));
    assert_eq!(fs::read(&path).unwrap(), stored);
}

#[test]
fn arrays_inside_other_files() {
    let (_dir, path) = folder();
    let mut map = RecordMap::<Tick>::options().shape(3).create_npy(&path).unwrap();
    map.set(1, tick(5));
    drop(map);
    let array = fs::read(&path).unwrap();
    let whole = [b"something before".as_slice(), &array, &array, b"behind"].concat();
    let outer = path.with_file_name("outer");
    fs::write(&outer, &whole).unwrap();
    for at in [16, 16 + array.len() as u64] {
        let map = RecordMap::<Tick>::options().npy_at(at).open(&outer).unwrap();
        assert_eq!((map.len(), map.at(1), map.offset()), (3, tick(5), at + 128));
        assert_eq!(DynMap::options().npy_at(at).open_cow(&outer).unwrap().shape(), [3]);
    }
    let end = whole.len() as u64;
    let at = |at| RecordMap::<Tick>::options().npy_at(at).open(&outer);
    expect_error(at(15), ErrorKind::BadNpy, &outer, &[]);
    expect_error(at(end), ErrorKind::BadNpy, &outer, &[]);
    expect_error(at(end + 1), ErrorKind::PastEnd, &outer, &["past the end"]);
    expect_error(at(u64::MAX), ErrorKind::PastEnd, &outer, &["past the end"]);
    let mut map = RecordMap::<Tick>::options().npy_at(16).open_rw(&outer).unwrap();
    expect_error(map.grow(1), ErrorKind::ShapeMismatch, &outer, &["behind the array"]);
    drop(map);
    let both = RecordMap::<Tick>::options().offset(4).npy_at(16).open(&outer);
    expect_error(both, ErrorKind::Unsupported, &outer, &[".offset()"]);
    assert_eq!(fs::read(&outer).unwrap(), whole);
    // At the end of a file, it can grow.
    fs::write(&outer, &whole[..16 + array.len()]).unwrap();
    let mut map = RecordMap::<Tick>::options().npy_at(16).open_rw(&outer).unwrap();
    map.append(&[tick(6)]).unwrap();
    assert_eq!(
        RecordMap::<Tick>::options().npy_at(16).open(&outer).unwrap().to_vec()[1..],
        [tick(5), tick(0), tick(6)]
    );
}

#[test]
fn a_new_npy_takes_a_whole_file() {
    let (_dir, path) = folder();
    fs::write(&path, b"old").unwrap();
    for result in [
        RecordMap::<Tick>::options().offset(8).shape(3).create_npy(&path),
        RecordMap::<Tick>::options().raw().shape(3).create_npy(&path),
        RecordMap::<Tick>::options().npy_at(8).shape(3).create_npy(&path),
        RecordMap::<Tick>::options().npz_member("a").shape(3).create_npy(&path),
        RecordMap::<Tick>::options().npz_member("a").shape(3).create(&path),
        RecordMap::<Tick>::options().npy_at(0).shape(3).create(&path),
    ] {
        expect_error(result, ErrorKind::Unsupported, &path, &["leave out"]);
    }
    let overlapping = "{'names': ['a', 'b'], 'formats': ['<u4', '<u2'], 'offsets': [0, 2], 'itemsize': 4}";
    let result = DynMap::options().dtype(overlapping.parse().unwrap()).shape(3).create_npy(&path);
    expect_error(result, ErrorKind::Unsupported, &path, &["overlap"]);
    let too_large = RecordMap::<Tick>::options().shape(1 << 60).create_npy(&path);
    assert_eq!(too_large.unwrap_err().kind(), ErrorKind::Overflow);
    assert_eq!(fs::read(&path).unwrap(), b"old");
    RecordMap::<Tick>::options().shape(1).create_npy(&path).unwrap();
    assert_eq!(fs::read(&path).unwrap().len(), 128 + 16);
}

#[test]
fn rows_are_added_and_named_in_the_header() {
    let (_dir, path) = folder();
    let mut map = RecordMap::<Tick>::options().shape(0).create_npy(&path).unwrap();
    let mut model: Vec<Tick> = Vec::new();
    for count in [1, 0, 2, 10, 100, 1000, 100_000] {
        let new: Vec<_> = (0..count).map(|i| tick(model.len() as u32 + i)).collect();
        map.append(&new).unwrap();
        model.extend(&new);
        assert_eq!((map.len(), map.shape()), (model.len(), [model.len()].as_slice()));
        assert_eq!(map.to_vec(), model);
        let other = RecordMap::<Tick>::open(&path).unwrap();
        assert_eq!(other.to_vec(), model);
        // The header is what it would be if the file had been made with this length.
        let fresh = path.with_file_name("fresh.npy");
        let fresh_map =
            RecordMap::<Tick>::options().shape(model.len()).sparse(true).create_npy(&fresh).unwrap();
        assert_eq!(fs::read(&path).unwrap()[..128], fs::read(&fresh).unwrap()[..128]);
        drop(fresh_map);
    }
    map.grow(2).unwrap();
    assert_eq!(map.at(model.len() + 1), tick(0));
    map.flush().unwrap();
    map.set(0, tick(77));
    assert_eq!(RecordMap::<Tick>::open(&path).unwrap().at(0), tick(77));
    assert_eq!(fs::metadata(&path).unwrap().len(), 128 + 16 * (model.len() as u64 + 2));
}

#[test]
fn arrays_of_several_axes_grow_along_the_widest() {
    let (_dir, path) = folder();
    let mut map = RecordMap::<u16>::options().shape((2, 3)).create_npy(&path).unwrap();
    map.append(&[1, 2, 3, 4, 5, 6]).unwrap();
    assert_eq!(map.shape(), [4, 3]);
    assert_eq!(map.to_vec(), [0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6]);
    expect_error(map.append(&[1, 2]), ErrorKind::ShapeMismatch, &path, &["2 elements", "3 each"]);
    drop(map);
    assert_eq!(DynMap::open(&path).unwrap().shape(), [4, 3]);
    let mut map = RecordMap::<u16>::options().shape((2, 3)).order(Order::F).create_npy(&path).unwrap();
    map.append(&[1, 2, 3, 4]).unwrap();
    assert_eq!(map.shape(), [2, 5]);
    assert_eq!(map.to_vec(), [0, 0, 0, 1, 3, 0, 0, 0, 2, 4]);
    drop(map);
    let mut any = DynMap::open_rw(&path).unwrap();
    assert_eq!(any.view().to_string(), "[[0 0 0 1 3]\n [0 0 0 2 4]]");
    any.grow(1).unwrap();
    assert_eq!(any.shape(), [2, 6]);
    assert_eq!(any.view().to_string(), "[[0 0 0 1 3 0]\n [0 0 0 2 4 0]]");
    drop(any);
    let mut one = RecordMap::<u16>::options().shape(()).create_npy(&path).unwrap();
    expect_error(one.grow(1), ErrorKind::RankMismatch, &path, &["without axes"]);
}

#[test]
fn raw_files_grow_too() {
    let (_dir, path) = folder();
    fs::write(&path, [7; 20]).unwrap();
    let mut map = RecordMap::<Tick>::options().offset(4).open_rw(&path).unwrap();
    map.append(&[tick(1), tick(2)]).unwrap();
    map.grow(1).unwrap();
    assert_eq!(map.to_vec()[1..], [tick(1), tick(2), tick(0)]);
    assert_eq!(fs::metadata(&path).unwrap().len(), 4 + 4 * 16);
    assert_eq!(RecordMap::<Tick>::options().offset(4).open(&path).unwrap().len(), 4);
    // Not over what another has appended.
    fs::OpenOptions::new()
        .append(true)
        .open(&path)
        .and_then(|mut file| std::io::Write::write_all(&mut file, b"!"))
        .unwrap();
    let before = fs::read(&path).unwrap();
    expect_error(map.append(&[tick(1)]), ErrorKind::ShapeMismatch, &path, &["1 bytes lie behind the array"]);
    assert_eq!(fs::read(&path).unwrap(), before);
    assert_eq!(map.len(), 4);
    let mut part = RecordMap::<u8>::options().shape(10).open_rw(&path).unwrap();
    expect_error(part.grow(1), ErrorKind::ShapeMismatch, &path, &["behind the array"]);
    // And not a file that has been cut.
    let mut map = RecordMap::<u8>::open_rw(&path).unwrap();
    fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(8).unwrap();
    expect_error(map.grow(1), ErrorKind::Truncated, &path, &["cut"]);
    assert_eq!(fs::metadata(&path).unwrap().len(), 8);
}

#[test]
fn what_lies_behind_an_array_is_not_overwritten_unasked() {
    let (_dir, path) = folder();
    let mut map = RecordMap::<Tick>::options().shape(1).create_npy(&path).unwrap();
    map.set(0, tick(3));
    drop(map);
    let array = fs::read(&path).unwrap();
    // As a program leaves it that is ended between the rows and the header; another array; a footer.
    for rest in [[0xAA; 40].as_slice(), &array, b"footer"] {
        let file = [array.as_slice(), rest].concat();
        for place in [None, Some(0)] {
            fs::write(&path, &file).unwrap();
            let options = RecordMap::<Tick>::options();
            let options = place.map_or(options, |at| RecordMap::<Tick>::options().npy_at(at));
            let mut map = options.open_rw(&path).unwrap();
            assert_eq!(map.to_vec(), [tick(3)]);
            for result in [map.grow(2), map.append(&[tick(1)])] {
                let parts = [&format!("{} bytes lie behind", rest.len()), "discard_rest"];
                expect_error(result, ErrorKind::ShapeMismatch, &path, &parts);
            }
            assert_eq!(fs::read(&path).unwrap(), file);
            assert_eq!(map.discard_rest().unwrap(), rest.len() as u64);
            assert_eq!(map.discard_rest().unwrap(), 0);
            assert_eq!(fs::read(&path).unwrap(), array);
            map.grow(1).unwrap();
            map.append(&[tick(4)]).unwrap();
            assert_eq!(RecordMap::<Tick>::open(&path).unwrap().to_vec(), [tick(3), tick(0), tick(4)]);
        }
    }
}

#[test]
fn a_file_that_was_opened_for_appending_does_not_grow() {
    let (_dir, path) = folder();
    RecordMap::<Tick>::options().shape(1).create_npy(&path).unwrap();
    let before = fs::read(&path).unwrap();
    let file = fs::OpenOptions::new().read(true).append(true).open(&path).unwrap();
    let mut map = RecordMap::<Tick>::open_rw(&file).unwrap();
    let error = map.append(&[tick(1)]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn headers_written_by_others_keep_their_form_when_they_grow() {
    let (_dir, path) = folder();
    let descr = "[('ts', '<u8'), ('price', '<f8')]";
    let write = |head: &str| {
        let mut file = b"\x93NUMPY\x01\x00".to_vec();
        file.extend((head.len() as u16).to_le_bytes());
        file.extend(head.as_bytes());
        file.extend([0; 32]);
        fs::write(&path, file).unwrap();
    };
    write(&format!("{{\"shape\": (2L,), 'fortran_order': False, # of ticks\n 'descr': {descr} }}      \n"));
    let mut map = RecordMap::<Tick>::open_rw(&path).unwrap();
    map.append(&(0..9).map(tick).collect::<Vec<_>>()).unwrap();
    drop(map);
    let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
    assert!(text.contains("# of ticks\n"), "{text}");
    assert_eq!(RecordMap::<Tick>::open(&path).unwrap().at(10), tick(8));
    // Without room, the file stays as it is.
    write(&format!("{{'descr': {descr}, 'fortran_order': False, 'shape': (2,)}}"));
    let before = fs::read(&path).unwrap();
    let mut map = RecordMap::<Tick>::open_rw(&path).unwrap();
    map.append(&[tick(1); 7]).unwrap();
    let full = map.append(&[tick(1)]);
    expect_error(full, ErrorKind::Unsupported, &path, &["no room for 10 rows", "create_npy"]);
    assert_eq!(map.len(), 9);
    assert_eq!(fs::read(&path).unwrap().len(), before.len() + 7 * 16);
    assert_eq!(RecordMap::<Tick>::open(&path).unwrap().len(), 9);
}

#[test]
fn times_and_units_are_part_of_the_dtype() {
    let (_dir, path) = folder();
    RecordMap::<DateTime64<units::Nanosecond>>::options().shape(2).create_npy(&path).unwrap();
    assert_eq!(DynMap::open(&path).unwrap().dtype().to_string(), "'<M8[ns]'");
    let other = RecordMap::<DateTime64<units::Microsecond>>::open(&path);
    expect_error(other, ErrorKind::DTypeMismatch, &path, &["<M8[ns]", "<M8[us]"]);
}

#[test]
fn rows_that_another_map_has_named_are_not_overwritten() {
    let (_dir, path) = folder();
    let mut first = RecordMap::<Tick>::options().shape(1).create_npy(&path).unwrap();
    let mut second = RecordMap::<Tick>::open_rw(&path).unwrap();
    second.append(&[tick(1), tick(2)]).unwrap();
    let before = fs::read(&path).unwrap();
    for result in [first.append(&[tick(9)]), first.grow(5), first.discard_rest().map(drop)] {
        expect_error(
            result,
            ErrorKind::ShapeMismatch,
            &path,
            &["no longer what it was", "open the file again"],
        );
    }
    assert_eq!(fs::read(&path).unwrap(), before);
    assert_eq!(first.len(), 1);
    second.append(&[tick(3)]).unwrap();
    assert_eq!(RecordMap::<Tick>::open(&path).unwrap().to_vec(), [tick(0), tick(1), tick(2), tick(3)]);
    // Nor those of another array that has taken its place.
    RecordMap::<u64>::options().shape(9).create_npy(&path).unwrap();
    let before = fs::read(&path).unwrap();
    expect_error(second.append(&[tick(3)]), ErrorKind::ShapeMismatch, &path, &["no longer what it was"]);
    assert_eq!(fs::read(&path).unwrap(), before);
}

/// New rows are invisible until they are there, and the file can be read at every moment.
#[test]
fn a_file_that_grows_can_be_read_at_every_moment() {
    let (_dir, path) = folder();
    let mut map = RecordMap::<Tick>::options().shape(0).create_npy(&path).unwrap();
    let (rounds, is_done) = (500, AtomicBool::new(false));
    let mut seen = thread::scope(|scope| {
        let readers: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    let mut seen = vec![0];
                    while !is_done.load(Ordering::Relaxed) {
                        let map = RecordMap::<Tick>::open(&path).unwrap();
                        assert!(map.len() >= seen[seen.len() - 1]);
                        for (i, found) in map.iter().enumerate() {
                            assert_eq!(found, tick(i as u32), "of {}", map.len());
                        }
                        seen.push(map.len());
                    }
                    seen
                })
            })
            .collect();
        let mut len = 0;
        for round in 0..rounds {
            let new: Vec<_> = (len..len + round % 7 + 1).map(tick).collect();
            map.append(&new).unwrap();
            len += new.len() as u32;
        }
        is_done.store(true, Ordering::Relaxed);
        readers.into_iter().flat_map(|reader| reader.join().unwrap()).collect::<Vec<_>>()
    });
    seen.sort_unstable();
    seen.dedup();
    assert!(seen.len() > 10, "{} lengths were seen", seen.len());
    assert_eq!(map.len() as u32, (0..rounds).map(|round| round % 7 + 1).sum::<u32>());
}

#[test]
fn arrays_of_a_run_time_dtype_are_appended() {
    let (_dir, path) = folder();
    let pair = "[('a', '|u1'), ('b', '<f8')]".parse::<DType>().unwrap();
    let mut map = DynMap::options().dtype(pair.clone()).shape((1, 2)).create_npy(&path).unwrap();
    map.fill(mmrec::Value::from_bytes(pair, [7; 9]).unwrap()).unwrap();
    let more = DynMap::open(&path).unwrap();
    map.append(&more).unwrap();
    map.append(more.slice(s![..0, ..])).unwrap();
    assert_eq!((map.shape(), map.at([1, 1])), ([2, 2].as_slice(), more.at([0, 0])));
    assert_eq!(DynMap::open(&path).unwrap().shape(), [2, 2]);
    expect_error(map.append(more.slice(s![.., ..1])), ErrorKind::ShapeMismatch, &path, &["axis 0"]);
    expect_error(map.append(more.field("b").unwrap()), ErrorKind::DTypeMismatch, &path, &["'<f8'"]);
    // With the axes of elements that are arrays.
    let vectors = "('<f4', (3,))".parse().unwrap();
    let mut map = DynMap::options().dtype(vectors).shape(2).order(Order::F).create_npy(&path).unwrap();
    assert_eq!((map.shape(), map.order()), ([2, 3].as_slice(), Order::C));
    map.grow(1).unwrap();
    assert_eq!(DynMap::open(&path).unwrap().shape(), [3, 3]);
}

/// A header that is read while it is written may be half of each, and a file may be cut between its header and its length: neither is
/// taken for what the file says. The digits of the number lie across two cache lines, where reads are torn most.
#[test]
fn a_file_that_grows_and_shrinks_opens_at_every_moment() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("f.npy");
    let dtype = format!("[('{}', '<u4')]", "x".repeat(56)).parse::<DType>().unwrap();
    let mut map = DynMap::options().dtype(dtype.clone()).shape(1999).create_npy(&path).unwrap();
    let start = fs::read(&path).unwrap();
    let at = start.windows(4).position(|four| four == b"1999").unwrap();
    assert!((at..at + 4).contains(&127), "{at}");
    let (is_done, row) = (AtomicBool::new(false), map.view().slice(s![..1]).to_bytes());
    let row = DynView::from_bytes(&row, &dtype).unwrap();
    thread::scope(|scope| {
        let readers: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    let mut seen = [0; 2];
                    while !is_done.load(Ordering::Relaxed) {
                        match DynMap::open(&path).unwrap().len() {
                            1999 => seen[0] += 1,
                            2000 => seen[1] += 1,
                            other => panic!("{other} rows"),
                        }
                    }
                    seen
                })
            })
            .collect();
        let end = Instant::now() + Duration::from_secs(2);
        while Instant::now() < end {
            map.append(row.clone()).unwrap();
            map.shrink_to(1999).unwrap();
        }
        is_done.store(true, Ordering::Relaxed);
        for reader in readers {
            let seen = reader.join().unwrap();
            assert!(seen[0] > 0 && seen[1] > 0, "{seen:?}");
        }
    });
}
