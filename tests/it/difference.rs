//! The difference of two dtypes, as errors show it.

use mmrec::{DType, DTypeField};

fn dtype(text: &str) -> DType {
    text.parse().unwrap()
}

#[track_caller]
fn check(ours: &str, theirs: &str, expected: &[&str]) {
    let found = dtype(ours).difference("Trade", &dtype(theirs), "the file").unwrap();
    assert_eq!(found.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn equal_dtypes_have_none() {
    for text in ["<f8", "[('a', '<u4'), ('', '|V4'), ('b', '<f8', (2, 3))]", "('<f8', (3,))"] {
        assert_eq!(dtype(text).difference("a", &dtype(text), "b"), None);
    }
}

#[test]
fn fields_are_told_by_name_offset_type_and_byte_order() {
    check(
        "[('ts', '<u8'), ('qty', '<u8')]",
        "[('ts', '>u8'), ('qty', '<u4')]",
        &[
            "field `ts`: the file has '>u8' at 0, Trade has '<u8' at 0",
            "field `qty`: the file has '<u4' at 8, Trade has '<u8' at 8",
            "itemsize: the file has 12 bytes, Trade has 16",
        ],
    );
    check(
        "[('a', '|u1'), ('', '|V7'), ('b', '<f8')]",
        "[('a', '|u1'), ('b', '<f8')]",
        &[
            "field `b`: the file has '<f8' at 1, Trade has '<f8' at 8",
            "itemsize: the file has 9 bytes, Trade has 16",
        ],
    );
}

#[test]
fn missing_and_extra_fields_are_told() {
    check(
        "[('a', '<u4'), ('b', '<u4')]",
        "[('a', '<u4'), ('c', '|S4')]",
        &[
            "field `b`: the file has none, Trade has '<u4' at 4",
            "field `c`: the file has '|S4' at 4, Trade has none",
        ],
    );
}

#[test]
fn nested_fields_are_told_by_their_path_and_their_offset_in_the_whole_record() {
    check(
        "[('id', '<u8'), ('p', [('x', '<f4'), ('y', '<f4')])]",
        "[('id', '<u8'), ('p', [('x', '<f4'), ('y', '<f8')])]",
        &[
            "field `p.y`: the file has '<f8' at 12, Trade has '<f4' at 12",
            "itemsize of `p`: the file has 12 bytes, Trade has 8",
            "itemsize: the file has 20 bytes, Trade has 16",
        ],
    );
}

#[test]
fn shapes_titles_orders_and_kinds_are_told() {
    check(
        "[('a', '<f4', (3,))]",
        "[('a', '<f4', (1, 3))]",
        &["field `a`: the file has ('<f4', (1, 3)) at 0, Trade has ('<f4', (3,)) at 0"],
    );
    check(
        "[(('the a', 'a'), '<f4')]",
        "[('a', '<f4')]",
        &["field `a`: the file has no title, Trade has title `the a`"],
    );
    check("[('a', '<f4')]", "'<f4'", &["the file has '<f4', Trade has [('a', '<f4')]"]);
    check("'|S4'", "'|S5'", &["the file has '|S5', Trade has '|S4'"]);
    // Only the order differs: no field by itself is wrong.
    let f4 = || dtype("<f4");
    let ours =
        DType::with_offsets([DTypeField::new("a", f4()).at(0), DTypeField::new("b", f4()).at(4)], 8).unwrap();
    let theirs =
        DType::with_offsets([DTypeField::new("b", f4()).at(4), DTypeField::new("a", f4()).at(0)], 8).unwrap();
    let text = ours.difference("Trade", &theirs, "the file").unwrap();
    assert_eq!(
        text,
        "the fields come in another order: the file has {'names': ['b', 'a'], 'formats': ['<f4', '<f4'], \
         'offsets': [4, 0], 'itemsize': 8}, Trade has [('a', '<f4'), ('b', '<f4')]"
    );
}
