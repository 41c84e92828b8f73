//! Batches back into maps.

use std::{fs, path::Path, sync::Arc};

use mmrec::{
    Axis, ByteStr, DType, DynMap, DynView, DynViewMut, ErrorKind, MmapRecord, Order, RecordMap, View,
    arrow_array::{
        Array, ArrayRef, DictionaryArray, DurationSecondArray, FixedSizeBinaryArray, Float32Array,
        Float64Array, Int32Array, Int64Array, RecordBatch, StringArray, StringViewArray, StructArray,
        TimestampMillisecondArray, TimestampSecondArray, UInt8Array, types::Int32Type,
    },
    arrow_schema::{DataType, Field, Fields, Schema},
};
use tempfile::TempDir;

fn dtype(text: &str) -> DType {
    text.parse().unwrap()
}

fn batch<const N: usize>(columns: [(&str, ArrayRef); N]) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable(columns.map(|(name, array)| (name, array, true))).unwrap()
}

fn strings(texts: &[&str]) -> ArrayRef {
    Arc::new(StringArray::from(texts.to_vec()))
}

/// A file of two rows of zeros, what appending to it gives, and its text afterwards.
fn appended(of: &str, batch: &RecordBatch) -> Result<String, (ErrorKind, String)> {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("a.npy");
    let mut map = DynMap::options().dtype(dtype(of)).shape(2).create_npy(&path).unwrap();
    map.flush().unwrap();
    let before = fs::read(&path).unwrap();
    match map.append_batch(batch) {
        Ok(()) => Ok(map.view().split_at(Axis(0), 2).1.to_string()),
        Err(error) => {
            assert_eq!(fs::read(&path).unwrap(), before);
            assert_eq!(error.path(), Some(Path::new(&path)));
            let text = error.to_string();
            Err((error.kind(), text.strip_prefix(&format!("{}: ", path.display())).unwrap().to_owned()))
        }
    }
}

#[test]
fn columns_go_to_their_fields_by_name() {
    let rows = batch([
        ("price", Arc::new(Float32Array::from(vec![1.5, 2.5]))),
        ("id", Arc::new(UInt8Array::from(vec![7, 8]))),
        ("symbol", Arc::new(StringViewArray::from(vec!["A", "B\u{e9}"]))),
    ]);
    let text = appended("[('id', '>u4'), ('symbol', '|S3'), ('', '|V5'), ('price', '<f8')]", &rows);
    assert_eq!(text.unwrap(), "[(7, b'A', 1.5) (8, b'B\\xc3\\xa9', 2.5)]");
    let text = appended("[('symbol', '>U2'), ('id', '|u1'), ('price', '<f4')]", &rows);
    assert_eq!(text.unwrap(), "[('A', 7, 1.5) ('B\u{e9}', 8, 2.5)]");
    // A part of a batch, whose arrays start elsewhere.
    let text = appended("[('symbol', '>U2'), ('id', '|u1'), ('price', '<f4')]", &rows.slice(1, 1));
    assert_eq!(text.unwrap(), "[('B\u{e9}', 8, 2.5)]");
    assert_eq!(
        appended("[('symbol', '>U2'), ('id', '|u1'), ('price', '<f4')]", &rows.slice(1, 0)).unwrap(),
        "[]"
    );
    // Anything but records is one column of any name.
    assert_eq!(appended("<i8", &rows.project(&[1]).unwrap()).unwrap(), "[7 8]");
    let dictionary: DictionaryArray<Int32Type> = ["b", "a", "b"].into_iter().collect();
    assert_eq!(appended("|S1", &batch([("any", Arc::new(dictionary))])).unwrap(), "[b'b' b'a' b'b']");
}

#[test]
fn columns_that_do_not_fit_are_named() {
    let rows =
        batch([("id", Arc::new(Int32Array::from(vec![1]))), ("x", strings(&["a"])), ("y", strings(&["b"]))]);
    let (kind, text) = appended("[('id', '<i4'), ('pos', '<f8'), ('qty', '<f8')]", &rows).unwrap_err();
    assert_eq!(kind, ErrorKind::NoSuchField);
    assert_eq!(
        text,
        "there is no column `pos`, there is no column `qty`, there is no field for column `x`, there is no field for column `y`; \
         a batch has the columns of [('id', '<i4'), ('pos', '<f8'), ('qty', '<f8')]; nothing is written"
    );
    let twice = batch([("id", strings(&["a"])), ("id", strings(&["b"]))]);
    assert!(appended("[('id', '|S1')]", &twice).unwrap_err().1.starts_with("there are two columns `id`; "));
    let (kind, text) = appended("<i4", &rows).unwrap_err();
    assert_eq!(
        (kind, &*text),
        (
            ErrorKind::NoSuchField,
            "the batch has 3 columns, and elements of '<i4' are one; take the one that is meant"
        )
    );
    let inner: Fields = vec![Field::new("x", DataType::Float64, false)].into();
    let inner = StructArray::new(inner, vec![Arc::new(Float64Array::from(vec![1.0]))], None);
    let text = appended("[('pos', [('y', '<f8')])]", &batch([("pos", Arc::new(inner))])).unwrap_err().1;
    assert!(text.starts_with("there is no column `pos.y`, there is no field for column `pos.x`; "), "{text}");
}

#[test]
fn types_that_lose_something_are_refused() {
    let wide: ArrayRef = Arc::new(Int64Array::from(vec![1]));
    let (kind, text) = appended("[('id', '<i4')]", &batch([("id", wide.clone())])).unwrap_err();
    assert_eq!(kind, ErrorKind::DTypeMismatch);
    assert_eq!(
        text,
        "column `id` is Int64, and its field '<i4'; cast it to what the field holds (as Int32); nothing is written"
    );
    for of in
        ["<i4", "<f8", "<u8", "|S8", "<U8", "|V8", "|b1", "<f16", "<c16", "('<i8', (1,))", "[('x', '<i8')]"]
    {
        let (kind, _) =
            appended(&format!("[('id', {})]", dtype(of)), &batch([("id", wide.clone())])).unwrap_err();
        assert_eq!(kind, ErrorKind::DTypeMismatch, "{of}");
    }
    for (of, column) in [
        ("<i4", strings(&["1"])),
        ("|V1", Arc::new(Float32Array::from(vec![1.0])) as ArrayRef),
        ("<U1", Arc::new(arrow_binary(b"a"))),
        ("<m8[s]", Arc::new(TimestampSecondArray::from(vec![1]))),
        ("<M8[s]", Arc::new(DurationSecondArray::from(vec![1]))),
        ("<M8[Y]", Arc::new(TimestampSecondArray::from(vec![1]))),
        ("<M8[s]", Arc::new(TimestampSecondArray::from(vec![1]).with_timezone("+01:00"))),
    ] {
        let (kind, _) = appended(of, &batch([("value", column)])).unwrap_err();
        assert_eq!(kind, ErrorKind::DTypeMismatch, "{of}");
    }
}

fn arrow_binary(bytes: &[u8]) -> mmrec::arrow_array::BinaryArray {
    mmrec::arrow_array::BinaryArray::from_vec(vec![bytes])
}

#[test]
fn values_that_do_not_fit_name_their_row() {
    let (kind, text) =
        appended("[('s', '|S3')]", &batch([("s", strings(&["abc", "", "abcd"]))])).unwrap_err();
    let wanted = "column `s`, row 2: it has 4 bytes, and its field is '|S3'; shorten it, or use a dtype of its width; nothing is written";
    assert_eq!((kind, &*text), (ErrorKind::ShapeMismatch, wanted));
    let text = appended("[('s', '<U2')]", &batch([("s", strings(&["\u{e9}\u{e9}", "abc"]))])).unwrap_err().1;
    assert!(text.starts_with("column `s`, row 1: it has 3 characters, and its field is '<U2'; "), "{text}");
    for of in ["|S3", "<U3"] {
        let text = appended(of, &batch([("s", strings(&["a", "b\0"]))])).unwrap_err().1;
        assert!(
            text.starts_with(&format!("column `s`, row 1: it ends in NUL, which does not count in '{of}'; ")),
            "{text}"
        );
    }
    assert_eq!(
        appended("|V3", &batch([("v", Arc::new(arrow_binary(b"b\0\0")))])).unwrap(),
        "[b'\\x62\\x00\\x00']"
    );
    let text = appended("|V3", &batch([("v", Arc::new(arrow_binary(b"b\0")))])).unwrap_err().1;
    assert!(text.starts_with("column `v`, row 0: it has 2 bytes, and its field is '|V3'; "), "{text}");

    let nulls: ArrayRef = Arc::new(Int32Array::from(vec![Some(1), None]));
    let (kind, text) = appended("[('id', '<i4')]", &batch([("id", nulls)])).unwrap_err();
    let wanted = "column `id`, row 1: it is null, for which NumPy has no value but the NaT of times; put a value in its place; nothing is written";
    assert_eq!((kind, &*text), (ErrorKind::DTypeMismatch, wanted));
    let null: DictionaryArray<Int32Type> = [Some("b"), None].into_iter().collect();
    assert!(
        appended("|S1", &batch([("s", Arc::new(null))]))
            .unwrap_err()
            .1
            .starts_with("column `s`, row 1: it is null")
    );

    // In a list, the row is that of the batch.
    let of = dtype("('<M8[ms]', (3,))");
    let bytes: Vec<u8> = (0..6i64).flat_map(i64::to_le_bytes).collect();
    let lists = DynView::from_bytes(&bytes, &of).unwrap().to_record_batch().unwrap();
    let (kind, text) = appended("('<M8[s]', (3,))", &lists).unwrap_err();
    let wanted = "column `value`, row 0: 1 of Timestamp(ms) is no step of '<M8[s]', or out of its reach; round it, or use another unit; nothing is written";
    assert_eq!((kind, &*text), (ErrorKind::BadTime, wanted));
    let us = appended("('<M8[us]', (3,))", &lists).unwrap();
    assert!((0..6).all(|ms| us.contains(&format!("'1970-01-01T00:00:00.00{ms}000'"))), "{us}");
}

#[test]
fn times_of_other_units_where_they_are_whole_steps() {
    let times: ArrayRef = Arc::new(TimestampMillisecondArray::from(vec![Some(0), None, Some(-86_400_000)]));
    let times = batch([("t", times)]);
    assert_eq!(appended("<M8[D]", &times).unwrap(), "['1970-01-01'        'NaT' '1969-12-31']");
    assert_eq!(appended(">M8[h]", &times).unwrap(), "['1970-01-01T00'           'NaT' '1969-12-31T00']");
    let ns = appended("<M8[ns]", &times).unwrap();
    assert!(ns.contains("NaT") && ns.contains("'1969-12-31T00:00:00.000000000'"), "{ns}");
    let far = batch([("t", Arc::new(TimestampSecondArray::from(vec![0, i64::MAX / 10])) as ArrayRef)]);
    assert!(
        appended("<M8[ns]", &far)
            .unwrap_err()
            .1
            .starts_with("column `t`, row 1: 922337203685477580 of Timestamp(s) is no step")
    );
    // Steps as numbers, but not those of another unit.
    let hours =
        DynView::from_bytes(&[1, 0, 0, 0, 0, 0, 0, 0], &dtype("<M8[h]")).unwrap().to_record_batch().unwrap();
    assert_eq!(*hours.column(0).data_type(), DataType::Int64);
    assert_eq!(appended("<M8[h]", &hours).unwrap(), "['1970-01-01T01']");
    assert_eq!(appended("<M8[m]", &hours).unwrap_err().0, ErrorKind::DTypeMismatch);
    assert_eq!(appended("<m8[h]", &hours).unwrap_err().0, ErrorKind::DTypeMismatch);
    let schema = Schema::new(vec![Field::new("h", DataType::Int64, true)]);
    let plain = RecordBatch::try_new(Arc::new(schema), hours.columns().to_vec()).unwrap();
    assert_eq!(appended("<M8[m]", &plain).unwrap(), "['1970-01-01T00:01']");
    assert_eq!(DType::from_arrow_schema(&plain.schema()).unwrap(), dtype("[('h', '<i8')]"));
}

#[test]
fn typed_maps_and_views_take_batches() {
    #[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
    #[repr(C)]
    struct Trade {
        symbol: ByteStr<3>,
        price: f64,
        xyz: [f32; 3],
    }

    let trades: Vec<Trade> = (0..1000u16)
        .map(|i| Trade {
            symbol: format!("{}", i % 1000).parse().unwrap(),
            price: i.into(),
            xyz: [i.into(), 1.0, 2.0],
        })
        .collect();
    let dir = TempDir::new().unwrap();
    let mut map = RecordMap::<Trade>::options().shape(0).create_npy(dir.path().join("a.npy")).unwrap();
    for batch in View::from_slice(&trades).batches(300) {
        map.append_batch(&batch.unwrap()).unwrap();
    }
    assert_eq!(map.to_vec(), trades);
    let wrong = map.append_batch(&batch([("symbol", strings(&["a"]))])).unwrap_err();
    assert!(
        wrong.to_string().contains("a.npy: there is no column `price`, there is no column `xyz`; "),
        "{wrong}"
    );
    assert_eq!(map.len(), 1000);

    // Elements that are arrays, and more axes than one.
    let numbers: Vec<[i16; 3]> = (0..10).map(|i| [i, 2 * i, 3 * i]).collect();
    let mut arrays = RecordMap::<[i16; 3]>::options().shape(0).create(dir.path().join("b.bin")).unwrap();
    arrays.append_batch(&View::from_slice(&numbers).to_record_batch().unwrap()).unwrap();
    assert_eq!(arrays.to_vec(), numbers);
    let mut matrix = RecordMap::<i16>::options().shape((0, 3)).create_npy(dir.path().join("c.npy")).unwrap();
    matrix.append_batch(&View::from_slice(&numbers).to_record_batch().unwrap()).unwrap();
    assert_eq!(matrix.to_vec(), numbers.concat());
    let mut fortran = RecordMap::<i16>::options()
        .shape((2, 3))
        .order(Order::F)
        .create_npy(dir.path().join("d.npy"))
        .unwrap();
    let error = fortran.append_batch(&View::from_slice(&numbers).to_record_batch().unwrap()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.to_string().contains("in Fortran order the last axis grows"), "{error}");

    let of = dtype("[('a', '<u2'), ('', '|V2'), ('b', '|S2')]");
    let mut bytes = [9; 12];
    let mut view = DynViewMut::from_bytes(&mut bytes, &of).unwrap();
    let rows = batch([("a", Arc::new(UInt8Array::from(vec![1, 2]))), ("b", strings(&["x", ""]))]);
    view.assign_batch(&rows).unwrap();
    assert_eq!(view.assign_batch(&rows.slice(0, 1)).unwrap_err().kind(), ErrorKind::ShapeMismatch);
    assert_eq!(bytes, [1, 0, 9, 9, b'x', 0, 2, 0, 9, 9, 0, 0]);
}

#[test]
fn bytes_whose_buffer_is_longer_than_they_are() {
    let bytes = UInt8Array::from(b"abcdefg".to_vec()).to_data().buffers()[0].clone();
    let array = FixedSizeBinaryArray::try_new_with_len(3, bytes, None, 2).unwrap();
    let text = appended("[('v', '|V3')]", &batch([("v", Arc::new(array))]));
    assert_eq!(text.unwrap(), r"[(b'\x61\x62\x63',) (b'\x64\x65\x66',)]");
}
