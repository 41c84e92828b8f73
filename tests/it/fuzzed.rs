//! What fuzzing found; `tests/fuzz` is where.

use std::fs;

use mmrec::{DType, DynMap, DynView, Ix2, RecordMap};
use tempfile::tempdir;

/// The text of so many records of zeros, which have a byte and other fields.
fn printed(records: usize, fields: &str) -> String {
    let dtype: DType = format!("[('id', '|u1'), {fields}]").parse().unwrap();
    DynView::from_bytes(&vec![0; records * dtype.itemsize()], &dtype).unwrap().to_string()
}

/// Each array without elements was short enough to be printed, but not all of them: a small file took hours, and memory for
/// all of the text.
#[test]
fn arrays_without_elements_are_printed_shortly_however_many_there_are() {
    assert_eq!(printed(1, "('a', '<i4', (4, 0))"), "[(0, [[], [], [], []])]");
    let text = printed(1000, "('a', '<i4', (100, 0))");
    assert_eq!(text.matches("(0, [[], [], ").count(), 1000);

    // Those that are many for their bytes are all there.
    let text = printed(1000, "('a', '|S0'), ('b', [('x', '|S0'), ('y', '|u1')], (1,))");
    assert_eq!(text.matches("b''").count(), 2000);

    let in_records = "('a', '<i4', (200000, 0))";
    let in_arrays = "('a', [('b', [('c', '<i4', (900, 0))], (900,))], (900,))";
    let in_fields = (0..1000).map(|i| format!("('f{i}', '<i4', (2000, 0))")).collect::<Vec<_>>().join(", ");
    let in_axes = format!("('a', '<i4', (50000, {}0))", "1, ".repeat(62));
    let empty = (0..1000).map(|i| format!("('f{i}', '|S0')")).collect::<Vec<_>>().join(", ");
    let in_cut_axes = format!("('a', [{empty}], (9, 9, 9, 9, 9, 9, 9))");
    let all = [(1000, in_records), (3, in_arrays), (3, &in_fields), (3, &in_axes), (1, &in_cut_axes)];
    for (records, fields) in all {
        let text = printed(records, fields);
        assert!(text.contains("[...]") && text.len() < 1 << 24, "{} of {fields}", text.len());
    }
}

/// An array of one axis is in either order, and what follows it, the axes of its elements, in C order: a map of the single numbers
/// took them for one of Fortran order.
#[test]
fn the_axes_of_elements_are_in_c_order_whatever_the_header_says_of_a_single_axis() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("f.npy");
    let text = format!("{:<117}\n", "{'descr': '2<i4', 'fortran_order': True, 'shape': (3,), }");
    let mut file = b"\x93NUMPY\x01\x00\x76\x00".to_vec();
    file.extend(text.as_bytes());
    file.extend((0..6i32).flat_map(i32::to_le_bytes));
    fs::write(&path, file).unwrap();
    let mut numbers = RecordMap::<i32>::options().rank::<Ix2>().open_rw(&path).unwrap();
    assert_eq!((numbers.to_vec(), numbers.strides()), (vec![0, 1, 2, 3, 4, 5], &[8, 4][..]));
    numbers.append(&[6, 7]).unwrap();
    let pairs = RecordMap::<[i32; 2]>::open(&path).unwrap();
    assert_eq!(pairs.to_vec(), [[0, 1], [2, 3], [4, 5], [6, 7]]);
    assert_eq!(DynMap::open(&path).unwrap().view().to_string(), "[[0 1]\n [2 3]\n [4 5]\n [6 7]]");
}
