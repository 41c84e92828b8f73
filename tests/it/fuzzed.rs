//! What fuzzing found; `tests/fuzz` is where.

use mmrec::{DType, DynView};

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
