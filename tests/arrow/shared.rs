//! Arrays over the bytes of a map.
#![allow(unsafe_code, reason = "the promise of arrays over a map")]

use std::{path::PathBuf, sync::Arc};

use mmrec::{
    DType, DynMap, MmapRecord, RecordMap, Result,
    arrow_array::{Array, ArrayRef, cast::AsArray, types},
    arrow_schema::DataType,
    s,
};
use tempfile::TempDir;

fn file(name: &str, of: &str, shape: &[usize]) -> (TempDir, PathBuf) {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join(name);
    let dtype: DType = of.parse().unwrap();
    let mut map = DynMap::options().dtype(dtype).shape(shape).create_npy(&path).unwrap();
    let _ = map.fill(1);
    (dir, path)
}

/// The array over a whole file, if there is one.
fn over(of: &str, shape: &[usize]) -> Option<ArrayRef> {
    let (_dir, path) = file("a.npy", of, shape);
    let map = Arc::new(DynMap::open(&path).unwrap());
    // SAFETY: the file is this test's alone, which does not write to it.
    let array = unsafe { map.as_arrow(|map| Ok(map.view())) }.unwrap()?;
    // The map lives in the array alone; and its values are those that are copied.
    assert_eq!(array.data_type(), map.to_arrow().unwrap().data_type());
    assert_eq!(array.to_data(), map.to_arrow().unwrap().to_data());
    let of_map = Arc::downgrade(&map);
    drop(map);
    let part = array.slice(1, 1);
    drop(array);
    assert!(of_map.upgrade().is_some());
    part.to_data().validate_full().unwrap();
    drop(part);
    assert!(of_map.upgrade().is_none());
    Some(DynMap::open(&path).unwrap().to_arrow().unwrap())
}

#[test]
fn numbers_times_and_bytes_are_not_copied() {
    for of in [
        "|i1", "<u2", "<f2", "<f4", "<f8", "<c8", "<c16", "<c32", "<f16", "|V6", "<M8[ms]", "<M8[h]",
        "<m8[ns]",
    ] {
        assert!(over(of, &[5]).is_some(), "{of}");
        assert!(over(of, &[5, 2, 3]).is_some(), "{of}");
    }
    let (_dir, path) = file("a.npy", "<f8", &[10]);
    let map = Arc::new(DynMap::open(&path).unwrap());
    // SAFETY: the file is this test's alone, which does not write to it.
    let array = unsafe { map.as_arrow(|map| Ok(map.slice(s![2..8]))) }.unwrap().unwrap();
    let array = array.as_primitive::<types::Float64Type>();
    assert_eq!(array.values(), &[1.0; 6]);
    let typed = map.view().typed::<f64, mmrec::Ix1>().unwrap();
    // SAFETY: as above.
    let slice = unsafe { typed.as_slice() }.unwrap();
    assert_eq!(array.values().as_ptr(), slice[2..].as_ptr());
}

#[test]
fn what_arrow_keeps_otherwise_has_no_array() {
    for of in ["|b1", "|S8", "<U2", "<M8[D]", ">f8", ">c8", ">M8[s]", "[('a', '<f8')]"] {
        assert!(over(of, &[5]).is_none(), "{of}");
    }
    // With gaps, backwards, in Fortran order.
    let (_dir, path) = file("a.npy", "[('a', '<f8'), ('b', '<f8')]", &[5]);
    let map = Arc::new(DynMap::open(&path).unwrap());
    // SAFETY: the file is this test's alone, which does not write to it.
    assert!(unsafe { map.as_arrow(|map| map.field("a")) }.unwrap().is_none());
    // SAFETY: as above.
    let error = unsafe { map.as_arrow(|map| map.field("c")) }.unwrap_err();
    assert!(error.to_string().contains("a.npy: no field `c` in "), "{error}");
    let (_dir, path) = file("b.npy", "<f8", &[5, 2]);
    let map = Arc::new(DynMap::open(&path).unwrap());
    // SAFETY: as above.
    assert!(unsafe { map.as_arrow(|map| Ok(map.slice(s![..;-1, ..]))) }.unwrap().is_none());
    // SAFETY: as above.
    assert!(unsafe { map.as_arrow(|map| Ok(map.view().t())) }.unwrap().is_none());
    // Not aligned.
    let raw = path.with_extension("raw");
    std::fs::write(&raw, [0; 81]).unwrap();
    let dtype: DType = "<f8".parse().unwrap();
    let map = Arc::new(DynMap::options().dtype(dtype).offset(1).open(&raw).unwrap());
    // SAFETY: as above.
    assert!(unsafe { map.as_arrow(|map| Ok(map.view())) }.unwrap().is_none());
}

#[test]
fn typed_maps_give_their_columns() {
    #[derive(Clone, Copy, MmapRecord)]
    #[repr(C)]
    struct One {
        x: i32,
    }

    let dir = TempDir::new().unwrap();
    let path = dir.path().join("a.bin");
    RecordMap::<One>::options().shape(4).create(&path).unwrap().fill(One { x: 7 });
    let map = Arc::new(RecordMap::<One>::open(&path).unwrap());
    // SAFETY: the file is this test's alone, which does not write to it.
    let array: Result<_> = unsafe { map.as_arrow(|map| Ok(map.field(One::FIELDS.x).untyped())) };
    let array = array.unwrap().unwrap();
    assert_eq!(*array.data_type(), DataType::Int32);
    assert_eq!(array.as_primitive::<types::Int32Type>().values(), &[7; 4]);
}

#[test]
fn a_number_without_axes_is_an_array_of_one() {
    for of in ["<c8", "<c16", "<c32", "<f8"] {
        let (_dir, path) = file("a.npy", of, &[]);
        let map = Arc::new(DynMap::open(&path).unwrap());
        // SAFETY: the file is this test's alone, which does not write to it.
        let array = unsafe { map.as_arrow(|map| Ok(map.view())) }.unwrap().unwrap();
        assert_eq!(array.to_data(), map.to_arrow().unwrap().to_data(), "{of}");
        assert_eq!(array.len(), 1);
    }
}
