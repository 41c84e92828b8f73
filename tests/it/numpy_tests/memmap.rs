//! `TestMemmap` of `numpy/_core/tests/test_memmap.py`.
//!
//! | left out | why |
//! |---|---|
//! | `test_ufunc_return_ndarray` | Of the Python types of sums and products; those of Rust are in the signatures. |
//! | `test_memmap_subclass` | Types have no subclasses. |

use std::{
    fs::{self, File},
    io::Write as _,
};

use mmrec::{Array, Axis, DynMap, ErrorKind, Ix2, IxDyn, Mode, ReadWrite, RecordMap, s};
use ndarray::array;
use tempfile::{NamedTempFile, tempdir, tempfile};

use super::dtype;

const SHAPE: (usize, usize) = (3, 4);

fn data() -> Array<f32, Ix2> {
    Array::from_shape_vec(SHAPE, (0..12u8).map(f32::from).collect()).unwrap()
}

fn created(file: &File) -> RecordMap<f32, Ix2, ReadWrite> {
    let mut map = RecordMap::<f32>::options().shape(SHAPE).create(file).unwrap();
    map.copy_from_slice(data().as_slice().unwrap());
    map
}

fn page() -> u64 {
    // The largest granularity there is: a multiple of all others.
    64 << 10
}

#[test]
fn test_roundtrip() {
    let file = NamedTempFile::new().unwrap();
    drop(created(file.as_file()));

    let map = RecordMap::<f32>::options().shape(SHAPE).open(file.as_file()).unwrap();
    assert_eq!(map.to_array(), data());
    // That `map` has no methods that write is known while compiling; where the mode is not:
    assert!(!map.mode().is_writable());
    let mut map = RecordMap::<f32>::options().shape(SHAPE).open_mode(Mode::ReadOnly, file.path()).unwrap();
    assert_eq!(map.view_mut().unwrap_err().kind(), ErrorKind::ReadOnly);
    let any = DynMap::options().dtype(dtype("<f4")).shape(SHAPE).open(file.path()).unwrap();
    assert_eq!(any.into_typed::<f32, Ix2>().unwrap().to_array(), data());
}

#[test]
fn test_open_with_filename() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("mmap");
    let mut map = RecordMap::<f32>::options().shape(SHAPE).create(&path).unwrap();
    map.copy_from_slice(data().as_slice().unwrap());
    drop(map);
    let bytes: Vec<u8> = data().iter().flat_map(|number| number.to_le_bytes()).collect();
    assert_eq!(fs::read(&path).unwrap(), bytes);
}

#[test]
fn test_unnamed_file() {
    // difference `default-mode`: it is asked for.
    let map = RecordMap::<f32>::options().shape(SHAPE).open_rw(tempfile().unwrap()).unwrap();
    assert_eq!((map.to_vec(), map.path()), (vec![0.0; 12], None));
}

#[test]
fn test_attributes() {
    let file = NamedTempFile::new().unwrap();
    let map = RecordMap::<f32>::options().shape(SHAPE).offset(1).create(file.path()).unwrap();
    assert_eq!((map.offset(), map.mode()), (1, Mode::Create));
    assert_eq!(map.mode(), "w+".parse().unwrap());
}

#[test]
fn test_filename() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("mmap");
    let map = RecordMap::<f32>::options().shape(SHAPE).create(path.to_str().unwrap()).unwrap();
    assert_eq!(map.path(), Some(path.as_path()));
    // difference `view-offset`: a slice has no name, but the place where it starts.
    assert_eq!(map.slice(s![1.., ..]).byte_offset(), 16);
    let error = DynMap::options().dtype(dtype("<f4")).open(&path).unwrap().field("x").unwrap_err();
    assert_eq!(error.path(), Some(path.as_path()));
    // A relative path becomes an absolute one, and there need be no file of the name.
    let error = RecordMap::<f32>::open("no such file").unwrap_err();
    assert_eq!(error.path(), Some(std::env::current_dir().unwrap().join("no such file").as_path()));
}

#[test]
fn test_path() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("mmap");
    for map in [
        RecordMap::<f32>::options().shape(SHAPE).create(&path).unwrap(),
        RecordMap::<f32>::options().shape(SHAPE).create(path.as_path()).unwrap(),
        RecordMap::<f32>::options().shape(SHAPE).create(path.clone()).unwrap(),
        RecordMap::<f32>::options().shape(SHAPE).create(path.as_os_str()).unwrap(),
    ] {
        assert_eq!(map.path(), Some(path.as_path()));
        assert_eq!(map.path().unwrap().canonicalize().unwrap(), path.canonicalize().unwrap());
    }
}

#[test]
fn test_filename_fileobj() {
    let file = NamedTempFile::new().unwrap();
    // Unlike Python's, a file that is open does not know its name.
    assert_eq!(created(file.as_file()).path(), None);
    assert_eq!(RecordMap::<f32>::open(file.path()).unwrap().path(), Some(file.path()));
}

#[test]
fn test_flush() {
    let file = NamedTempFile::new().unwrap();
    let map = created(file.as_file());
    assert_eq!(map.index_axis(Axis(0), 0).to_vec(), data().index_axis(Axis(0), 0).to_vec());
    map.flush().unwrap();
    map.flush_async().unwrap();
    map.flush_range(1..2).unwrap();
    assert_eq!(RecordMap::<f32>::open(file.path()).unwrap().to_vec(), map.to_vec());
}

#[test]
fn test_del() {
    let file = NamedTempFile::new().unwrap();
    let mut base = created(file.as_file());
    base.index_axis_mut(Axis(0), 0).fill(5.0);
    {
        // That no view outlives the map is known while compiling (difference `close`).
        let view = base.slice(s![0..1, ..]);
        assert_eq!(view.to_vec(), [5.0; 4]);
    }
    assert_eq!(base.index_axis(Axis(0), 0).to_vec(), [5.0; 4]);
    base.slice_mut(s![0..1, ..]).fill(6.0);
    assert_eq!(base.index_axis(Axis(0), 0).to_vec(), [6.0; 4]);
}

#[test]
fn test_arithmetic_drops_references() {
    let file = NamedTempFile::new().unwrap();
    let mut map = created(file.as_file());
    let sum = map.to_array() + 10.0;
    map.fill(0.0);
    assert_eq!(sum, data() + 10.0);
    drop(map);
    assert_eq!(sum, data() + 10.0);
}

#[test]
fn test_indexing_drops_references() {
    let file = NamedTempFile::new().unwrap();
    let mut map = created(file.as_file());
    // NumPy's map[(1, 2), (2, 3)].
    let mut picked: Vec<f32> = [[1, 2], [2, 3]].map(|index| map.at(index)).to_vec();
    assert_eq!(picked, [6.0, 11.0]);
    map.fill(0.0);
    assert_eq!(picked, [6.0, 11.0]);
    picked.fill(1.0);
    assert_eq!(map.to_vec(), [0.0; 12]);
}

#[test]
fn test_slicing_keeps_references() {
    let file = NamedTempFile::new().unwrap();
    let mut map = created(file.as_file());
    map.slice_mut(s![..2, ..2]).fill(9.0);
    let expected = array![[9., 9., 2., 3.], [9., 9., 6., 7.], [8., 9., 10., 11.]];
    assert_eq!(map.to_array(), expected);
    let other = RecordMap::<f32>::options().shape(SHAPE).open(file.path()).unwrap();
    let slice = other.slice(s![..2, ..2]);
    assert_eq!(slice.to_vec(), [9.0; 4]);
    // What is written after the slice was made shows in it.
    map.set([0, 1], 7.0);
    assert_eq!(slice.to_vec(), [9.0, 7.0, 9.0, 9.0]);
}

#[test]
fn test_view() {
    let file = NamedTempFile::new().unwrap();
    let mut map = created(file.as_file());
    map.view_mut().view_mut().view_mut().set([2, 3], -1.0);
    let (new1, any) = (map.view(), map.view().untyped());
    let new2 = new1;
    assert_eq!((new1.at([2, 3]), new2.at([2, 3])), (-1.0, -1.0));
    let again = any.typed::<f32, Ix2>().unwrap();
    for view in [&new1, &new2, &again] {
        assert_eq!((view.byte_offset(), view.strides(), view.shape()), (0, &[16, 4][..], &[3, 4][..]));
        assert_eq!(view.to_vec(), map.to_vec());
    }
}

#[test]
fn test_getitem() {
    let file = NamedTempFile::new().unwrap();
    let mut map = created(file.as_file());
    let slice = map.slice(s![1.., ..-1]);
    assert_eq!((slice.shape(), slice.byte_offset()), (&[2, 3][..], 16));
    assert_eq!(slice.to_array(), array![[4., 5., 6.], [8., 9., 10.]]);
    // The rows 0 and 1 in any order are copies.
    let rows = [0, 1].map(|row| map.index_axis(Axis(0), row).to_vec());
    map.fill(0.0);
    assert_eq!(rows, [[0., 1., 2., 3.], [4., 5., 6., 7.]]);
}

#[test]
fn test_mmap_offset_greater_than_allocation_granularity() {
    let file = NamedTempFile::new().unwrap();
    let (size, offset) = (5 * page(), page() + 1);
    let map = RecordMap::<u8>::options().shape(size as usize).offset(offset).create(file.as_file()).unwrap();
    assert_eq!((map.offset(), map.len() as u64), (offset, size));
    assert_eq!(fs::metadata(file.path()).unwrap().len(), offset + size);
}

#[test]
fn test_empty_array_with_offset_multiple_of_allocation_granularity() {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(&vec![b'a'; page() as usize]).unwrap();
    for offset in [page(), page() / 2] {
        let map = RecordMap::<u8>::options().shape(0).offset(offset).create(file.as_file()).unwrap();
        assert_eq!((map.offset(), map.len()), (offset, 0));
        drop(map);
        for map in [
            RecordMap::<u8>::options().shape(0).offset(offset).open(file.path()).map(drop),
            RecordMap::<u8>::options().offset(offset).open_rw(file.path()).map(|map| assert!(map.is_empty())),
            RecordMap::<u8>::options().shape((3, 0)).offset(offset).open_cow(file.path()).map(drop),
        ] {
            map.unwrap();
        }
        assert_eq!(fs::metadata(file.path()).unwrap().len(), offset);
    }
}

#[test]
fn test_no_shape() {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(&[b'a'; 16]).unwrap();
    // difference `default-mode`: NumPy's is r+.
    assert_eq!(RecordMap::<f64>::open_rw(file.as_file()).unwrap().shape(), [2]);
    let number = f64::from_le_bytes([b'a'; 8]);
    assert_eq!(RecordMap::<f64>::open(file.as_file()).unwrap().to_vec(), [number; 2]);
    assert_eq!(DynMap::options().dtype(dtype("<f8")).open(file.path()).unwrap().shape(), [2]);
}

#[test]
fn test_empty_array() {
    let file = NamedTempFile::new().unwrap();
    // differences `empty-file` and `empty-size`: it is mapped in mode r too, and the file stays empty.
    for _ in 0..2 {
        let map = RecordMap::<u8>::options().shape((0, 4)).open(file.as_file()).unwrap();
        assert_eq!((map.shape(), map.len()), (&[0, 4][..], 0));
        RecordMap::<u8>::options().shape((0, 4)).create(file.as_file()).unwrap();
        RecordMap::<u8>::options().shape((0, 4)).open_rw(file.as_file()).unwrap();
        assert_eq!(fs::metadata(file.path()).unwrap().len(), 0);
    }
}

#[test]
fn test_shape_type() {
    let file = NamedTempFile::new().unwrap();
    let file = file.as_file();
    assert_eq!(RecordMap::<u8>::options().shape(3).create(file).unwrap().shape(), [3]);
    assert_eq!(RecordMap::<u8>::options().shape(SHAPE).create(file).unwrap().shape(), [3, 4]);
    assert_eq!(RecordMap::<u8>::options().shape([3, 4]).create(file).unwrap().shape(), [3, 4]);
    let list = vec![3, 4];
    let map: RecordMap<u8, IxDyn, ReadWrite> =
        RecordMap::<u8>::options().shape(&list[..]).create(file).unwrap();
    assert_eq!(map.shape(), [3, 4]);
    assert_eq!(RecordMap::<u8>::options().shape(list.clone()).create(file).unwrap().shape(), [3, 4]);
    assert_eq!(RecordMap::<u8>::options().shape(data().raw_dim()).create(file).unwrap().shape(), [3, 4]);
    assert_eq!(DynMap::options().dtype(dtype("|u1")).shape(list).create(file).unwrap().shape(), [3, 4]);
}
