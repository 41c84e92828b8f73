//! What comes out of views, by hand.

use std::collections::HashSet;

use mmrec::{
    ByteStr, DType, DynMap, DynView, ErrorKind, MmapRecord, RecordMap, View,
    arrow_array::{
        Array, ArrayRef, BinaryArray, BinaryViewArray, BooleanArray, Date32Array, Date64Array,
        DictionaryArray, DurationSecondArray, FixedSizeBinaryArray, FixedSizeListArray, Float64Array,
        Int32Array, Int64Array, LargeBinaryArray, LargeStringArray, StringArray, StringViewArray,
        StructArray, TimestampMillisecondArray, TimestampNanosecondArray, TimestampSecondArray, UInt16Array,
        types::Int32Type,
    },
    arrow_schema::{DataType, TimeUnit},
    s,
};

fn dtype(text: &str) -> DType {
    text.parse().unwrap()
}

fn to<T: Array + Clone + 'static>(bytes: &[u8], of: &str, as_type: &DataType) -> T {
    let array = DynView::from_bytes(bytes, &dtype(of)).unwrap().to_arrow_as(as_type).unwrap();
    assert_eq!(array.data_type(), as_type);
    array.as_any().downcast_ref::<T>().unwrap().clone()
}

fn error(bytes: &[u8], of: &str, as_type: &DataType) -> (ErrorKind, String) {
    let error = DynView::from_bytes(bytes, &dtype(of)).unwrap().to_arrow_as(as_type).unwrap_err();
    (error.kind(), error.to_string())
}

fn bytes_of<const N: usize>(numbers: &[i64; N]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

#[test]
fn numbers_in_either_byte_order_and_any_stride() {
    let rows: Vec<u8> =
        (0..5u16).flat_map(|i| [i.to_be_bytes(), (1000 + i).to_le_bytes(), [7, 7]].concat()).collect();
    let view = DynView::from_bytes(&rows, &dtype("[('a', '>u2'), ('b', '<u2'), ('', '|V2')]")).unwrap();
    let batch = view.to_record_batch().unwrap();
    let column = |name: &str| {
        batch.column_by_name(name).unwrap().as_any().downcast_ref::<UInt16Array>().unwrap().clone()
    };
    assert_eq!(column("a").values(), &[0, 1, 2, 3, 4]);
    assert_eq!(column("b").values(), &[1000, 1001, 1002, 1003, 1004]);
    let backwards = view.field("b").unwrap().slice(s![..;-2]).to_arrow().unwrap();
    assert_eq!(backwards.as_any().downcast_ref::<UInt16Array>().unwrap().values(), &[1004, 1002, 1000]);
    let taken = view.field("a").unwrap().take_to_arrow(&[4, 0, 0, 3], &DataType::UInt16).unwrap();
    assert_eq!(taken.as_any().downcast_ref::<UInt16Array>().unwrap().values(), &[4, 0, 0, 3]);
    let wider = view.field("a").unwrap().to_arrow_as(&DataType::Int32).unwrap();
    assert_eq!(wider.as_any().downcast_ref::<Int32Array>().unwrap().values(), &[0, 1, 2, 3, 4]);
    let (kind, text) = error(&rows, "[('a', '>u2'), ('b', '<u2'), ('', '|V2')]", &DataType::UInt16);
    assert_eq!(kind, ErrorKind::DTypeMismatch);
    assert!(
        text.starts_with(
            "UInt16 does not hold all values of [('a', '>u2'), ('b', '<u2'), ('', '|V2')]; Struct("
        ),
        "{text}"
    );
    assert_eq!(
        error(&[1, 2], "<u2", &DataType::Int16).1,
        "Int16 does not hold all values of '<u2'; UInt16 does"
    );
}

#[test]
fn strings_of_any_width_in_every_arrow_type() {
    for width in [1, 2, 3, 4, 5, 8, 9, 12, 13, 40] {
        let texts: Vec<String> = (0..50)
            .map(|i| "abcdefghijklmnopqrstuvwxyz0123456789ABCDE"[..i % (width + 1)].to_owned())
            .collect();
        let mut bytes = Vec::new();
        for text in &texts {
            bytes.extend_from_slice(text.as_bytes());
            bytes.resize(bytes.len().next_multiple_of(width).max(bytes.len()), 0);
            if text.is_empty() {
                bytes.extend(vec![0; width]);
            }
        }
        let narrow = dtype(&format!("|S{width}"));
        let wide = dtype(&format!(">U{width}"));
        let units: Vec<u8> = texts
            .iter()
            .flat_map(|text| (0..width).map(|i| text.as_bytes().get(i).copied().unwrap_or(0)))
            .flat_map(|unit| u32::from(unit).to_be_bytes())
            .collect();
        for (bytes, dtype) in [(&bytes, &narrow), (&units, &wide)] {
            let view = DynView::from_bytes(bytes, dtype).unwrap();
            assert_eq!(view.len(), 50);
            let rows = [49, 3, 4, 5, 0, 0];
            use DataType::{Binary, BinaryView, Dictionary, Int32, LargeBinary, LargeUtf8, Utf8, Utf8View};
            let dictionary = |of: DataType| Dictionary(Box::new(Int32), Box::new(of));
            for as_type in [
                Binary,
                LargeBinary,
                BinaryView,
                Utf8,
                LargeUtf8,
                Utf8View,
                dictionary(Utf8),
                dictionary(BinaryView),
            ] {
                view.to_arrow_as(&as_type).unwrap().to_data().validate_full().unwrap();
                let all = texts_of(&view.to_arrow_as(&as_type).unwrap());
                assert_eq!(all, texts, "{dtype} {as_type}");
                let taken = texts_of(&view.take_to_arrow(&rows, &as_type).unwrap());
                assert_eq!(taken, rows.map(|row| texts[row].clone()), "{dtype} {as_type}");
            }
        }
        let fixed = DynView::from_bytes(&bytes, &narrow).unwrap();
        let fixed = fixed.to_arrow_as(&DataType::FixedSizeBinary(width.try_into().unwrap())).unwrap();
        assert_eq!(fixed.as_any().downcast_ref::<FixedSizeBinaryArray>().unwrap().value_data(), bytes);
    }
}

/// The strings of an array of any type of strings.
fn texts_of(array: &ArrayRef) -> Vec<String> {
    let array = array.as_any();
    let strings =
        |texts: &[&[u8]]| texts.iter().map(|text| String::from_utf8(text.to_vec()).unwrap()).collect();
    macro_rules! try_as {
        ($($kind:ty),*) => {$(
            if let Some(array) = array.downcast_ref::<$kind>() {
                return strings(&(0..array.len()).map(|i| -> &[u8] { array.value(i).as_ref() }).collect::<Vec<_>>());
            }
        )*};
    }
    try_as!(BinaryArray, LargeBinaryArray, BinaryViewArray, StringArray, LargeStringArray, StringViewArray);
    let array = array.downcast_ref::<DictionaryArray<Int32Type>>().unwrap();
    let values = texts_of(array.values());
    assert_eq!(values.iter().collect::<HashSet<_>>().len(), values.len());
    array.keys().values().iter().map(|key| values[usize::try_from(*key).unwrap()].clone()).collect()
}

#[test]
fn text_that_is_none_is_an_error_that_names_the_row() {
    let latin = b"abc\0de\xe9\0fgh\0";
    for as_type in [DataType::Utf8, DataType::LargeUtf8, DataType::Utf8View] {
        let (kind, text) = error(latin, "|S4", &as_type);
        assert_eq!(
            (kind, &*text),
            (
                ErrorKind::InvalidUnit,
                "row 1 (at byte 4): the bytes are no UTF-8; ask for Binary or BinaryView"
            )
        );
    }
    let long = *b"abcdefghijklmnopabcdefghijklmn\xff\xffabcdefghijklmnop";
    assert_eq!(
        error(&long, "|S16", &DataType::Utf8View).1,
        "row 1 (at byte 16): the bytes are no UTF-8; ask for Binary or BinaryView"
    );
    let dictionary = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8View));
    assert_eq!(
        error(&long, "|S16", &dictionary).1,
        "row 1 (at byte 16): the bytes are no UTF-8; ask for Binary or BinaryView"
    );
    let units: Vec<u8> =
        [0x61, 0, 0xd800, 0, 0x1f600, 0x10ffff].into_iter().flat_map(u32::to_le_bytes).collect();
    let (kind, text) = error(&units, "<U2", &DataType::Utf8);
    let wanted = "row 1 (at byte 8): the code unit 0xD800 is no character; to_arrow_as FixedSizeBinary(8) gives the code units as they are";
    assert_eq!((kind, &*text), (ErrorKind::InvalidUnit, wanted));
    let as_they_are: FixedSizeBinaryArray = to(&units, "<U2", &DataType::FixedSizeBinary(8));
    assert_eq!(as_they_are.value_data(), units);
    let text: StringArray = to(&units[16..], "<U2", &DataType::Utf8);
    assert_eq!(text.value(0), "\u{1f600}\u{10ffff}");
    // The row and the byte are those of the view, whatever part of it is read.
    let view = DynView::from_bytes(latin, &dtype("|S4")).unwrap();
    let taken = view.slice(s![..;-1]).take_to_arrow(&[0, 1], &DataType::Utf8).unwrap_err();
    assert!(taken.to_string().starts_with("row 1 (at byte 4): "), "{taken}");
}

#[test]
fn times_are_of_their_unit_and_nat_is_null() {
    let steps = bytes_of(&[0, i64::MIN, -7, 1 << 40]);
    let ms: TimestampMillisecondArray =
        to(&steps, "<M8[ms]", &DataType::Timestamp(TimeUnit::Millisecond, None));
    assert_eq!(ms.iter().collect::<Vec<_>>(), [Some(0), None, Some(-7), Some(1 << 40)]);
    let hours: Int64Array = to(&steps, "<M8[h]", &DataType::Int64);
    assert_eq!(hours.iter().collect::<Vec<_>>(), [Some(0), None, Some(-7), Some(1 << 40)]);
    let seconds: TimestampSecondArray = to(&steps, "<M8[25s]", &DataType::Timestamp(TimeUnit::Second, None));
    assert_eq!(seconds.iter().collect::<Vec<_>>(), [Some(0), None, Some(-175), Some(25 << 40)]);
    let utc = DataType::Timestamp(TimeUnit::Second, Some("UTC".into()));
    assert_eq!(to::<TimestampSecondArray>(&steps, "<M8[m]", &utc).value(2), -420);
    let days: Date32Array = to(&bytes_of(&[5, i64::MIN, -1]), "<M8[D]", &DataType::Date32);
    assert_eq!(days.iter().collect::<Vec<_>>(), [Some(5), None, Some(-1)]);
    let weeks: Date64Array = to(&bytes_of(&[5]), "<M8[W]", &DataType::Date64);
    assert_eq!(weeks.value(0), 35 * 86_400_000);
    let nanoseconds: TimestampNanosecondArray =
        to(&bytes_of(&[5]), "<M8[D]", &DataType::Timestamp(TimeUnit::Nanosecond, None));
    assert_eq!(nanoseconds.value(0), 432_000_000_000_000);
    let duration: DurationSecondArray =
        to(&bytes_of(&[5, i64::MIN]), "<m8[m]", &DataType::Duration(TimeUnit::Second));
    assert_eq!(duration.iter().collect::<Vec<_>>(), [Some(300), None]);

    let (kind, text) = error(&steps, "<M8[D]", &DataType::Date32);
    let wanted = "row 3 (at byte 24): 1099511627776 of '<M8[D]' is out of the reach of Date32(day); to_arrow_as Int64 gives the steps as they are";
    assert_eq!(
        (kind, text.replace("Date32 ", "Date32(day) ").replace("Date32;", "Date32(day);")),
        (ErrorKind::BadTime, wanted.to_owned())
    );
    assert_eq!(
        error(&steps, "<M8[h]", &DataType::Timestamp(TimeUnit::Nanosecond, None)).0,
        ErrorKind::BadTime
    );
    for (of, as_type) in [
        ("<M8[ms]", DataType::Timestamp(TimeUnit::Second, None)),
        ("<M8[h]", DataType::Date32),
        ("<M8[h]", DataType::Date64),
        ("<M8[Y]", DataType::Timestamp(TimeUnit::Second, None)),
        ("<M8", DataType::Timestamp(TimeUnit::Second, None)),
        ("<M8[s]", DataType::Duration(TimeUnit::Second)),
        ("<m8[s]", DataType::Timestamp(TimeUnit::Second, None)),
        ("<M8[s]", DataType::Timestamp(TimeUnit::Second, Some("+01:00".into()))),
    ] {
        assert_eq!(error(&steps, of, &as_type).0, ErrorKind::DTypeMismatch, "{of} {as_type}");
    }
}

#[test]
fn records_arrays_and_axes() {
    let nested = "[('flag', '|b1'), ('pos', [('x', '>f8'), ('on', '|b1', (2,))], (2,)), ('c', '<c16')]";
    let bytes: Vec<u8> = (0..3u8)
        .flat_map(|row| {
            let mut bytes = vec![row];
            for k in 0..2u8 {
                bytes.extend(f64::from(10 * row + k).to_be_bytes());
                bytes.extend([k, 7]);
            }
            bytes.extend(1.5f64.to_le_bytes());
            bytes.extend(f64::from(row).to_le_bytes());
            bytes
        })
        .collect();
    let view = DynView::from_bytes(&bytes, &dtype(nested)).unwrap();
    let batch = view.to_record_batch().unwrap();
    assert_eq!(*batch.schema(), dtype(nested).to_arrow_schema().unwrap());
    let flags = batch.column(0).as_any().downcast_ref::<BooleanArray>().unwrap();
    assert_eq!(flags.iter().collect::<Vec<_>>(), [Some(false), Some(true), Some(true)]);
    let pos = batch.column(1).as_any().downcast_ref::<FixedSizeListArray>().unwrap();
    assert_eq!((pos.len(), pos.value_length()), (3, 2));
    let pos = pos.values().as_any().downcast_ref::<StructArray>().unwrap();
    let x = pos.column(0).as_any().downcast_ref::<Float64Array>().unwrap();
    assert_eq!(x.values(), &[0.0, 1.0, 10.0, 11.0, 20.0, 21.0]);
    let on = pos.column(1).as_any().downcast_ref::<FixedSizeListArray>().unwrap();
    let on = on.values().as_any().downcast_ref::<BooleanArray>().unwrap();
    assert_eq!(on.iter().map(Option::unwrap).collect::<Vec<_>>(), [false, true, true, true].repeat(3));
    let c = batch.column(2).as_any().downcast_ref::<FixedSizeListArray>().unwrap();
    assert_eq!(
        c.values().as_any().downcast_ref::<Float64Array>().unwrap().values(),
        &[1.5, 0.0, 1.5, 1.0, 1.5, 2.0]
    );

    // Chosen rows of all of it are the rows of a batch of all of it.
    let whole = view.to_arrow().unwrap();
    let taken = view.take_to_arrow(&[2, 0, 1], whole.data_type()).unwrap();
    for (at, row) in [2, 0, 1].into_iter().enumerate() {
        assert_eq!(taken.slice(at, 1).to_data(), whole.slice(row, 1).to_data());
    }
}

#[test]
fn axes_after_the_first_are_lists_and_no_axis_is_one_row() {
    let array =
        ndarray::Array3::from_shape_fn((2, 3, 4), |(i, j, k)| i32::try_from(100 * i + 10 * j + k).unwrap());
    let view = View::from_slice(array.as_slice().unwrap()).untyped();
    let bytes = view.to_bytes();
    let view = DynView::from_bytes(&bytes, &dtype("('<i4', (3, 4))")).unwrap();
    assert_eq!(view.shape(), [2, 3, 4]);
    for view in [
        view.clone(),
        view.permuted_axes(&[2, 0, 1]),
        view.t().slice(s![..;-1, 1.., ..]),
        view.slice(s![.., .., 1..1]),
    ] {
        let lists = view.to_arrow().unwrap();
        let mut inner: ArrayRef = lists.clone();
        for &len in &view.shape()[1..] {
            let list = inner.as_any().downcast_ref::<FixedSizeListArray>().unwrap();
            assert_eq!(usize::try_from(list.value_length()).unwrap(), len);
            inner = list.values().clone();
        }
        let numbers: Vec<i32> = view.iter().map(|value| value.to::<i32>().unwrap()).collect();
        assert_eq!(inner.as_any().downcast_ref::<Int32Array>().unwrap().values(), &numbers[..]);
        let batch = view.to_record_batch().unwrap();
        assert_eq!(batch.column(0).to_data(), lists.to_data());
        let shape = &view.shape()[1..];
        assert_eq!(
            DType::from_arrow_schema(&batch.schema()).unwrap(),
            DType::array(dtype("<i4"), shape).unwrap()
        );
        let parts: Vec<_> = view.batches(2).map(|batch| batch.unwrap().column(0).to_data()).collect();
        assert_eq!(parts.len(), view.shape()[0].div_ceil(2));
        for (i, part) in parts.iter().enumerate() {
            assert_eq!(*part, lists.slice(2 * i, part.len()).to_data());
        }
    }
    let one = view.slice(s![1, 2, 3]).to_arrow().unwrap();
    assert_eq!(one.as_any().downcast_ref::<Int32Array>().unwrap().values(), &[123]);
    let row = view.slice(s![1, 2, 3]);
    assert_eq!(row.to_record_batch().unwrap().num_rows(), 1);
    assert_eq!(row.batches(5).map(|batch| batch.unwrap().num_rows()).collect::<Vec<_>>(), [1]);
}

#[test]
fn what_has_no_bytes_has_its_length() {
    // NumPy and this crate count no elements in no bytes, so they are fields beside one that has some.
    let of = "[('a', '|u1'), ('s', '|S0'), ('u', '<U0'), ('v', '|V0'), ('none', []), ('list', '<f4', (0,)), ('deep', '<f4', (2, 0, 3))]";
    let view = DynView::from_bytes(&[1, 2, 3], &dtype(of)).unwrap();
    let batch = view.to_record_batch().unwrap();
    assert_eq!(batch.num_rows(), 3);
    for column in batch.columns() {
        assert_eq!(column.len(), 3);
    }
    assert_eq!(DType::from_arrow_schema(&batch.schema()).unwrap(), dtype(of));
    assert_eq!(texts_of(&view.field("s").unwrap().to_arrow_as(&DataType::Utf8View).unwrap()), ["", "", ""]);
    assert_eq!(
        view.field("s").unwrap().take_to_arrow(&[1, 0], &DataType::FixedSizeBinary(0)).unwrap().len(),
        2
    );
    let fields = view.fields::<&str>([]).unwrap().to_record_batch().unwrap();
    assert_eq!((fields.num_rows(), fields.num_columns()), (3, 0));
    let none = view.slice(s![1..1]).to_record_batch().unwrap();
    assert_eq!((none.num_rows(), none.num_columns()), (0, 7));
    assert_eq!(view.slice(s![1..1]).batches(10).len(), 0);
}

#[test]
fn typed_views_and_maps_have_the_same_batches() {
    #[derive(Clone, Copy, MmapRecord)]
    #[repr(C)]
    struct Trade {
        ts: u64,
        price: f64,
        symbol: ByteStr<8>,
    }

    let trades = [1, 2, 3].map(|i| Trade { ts: i, price: i as f64 / 2.0, symbol: "AAPL".parse().unwrap() });
    let view = View::from_slice(&trades);
    let batch = view.to_record_batch().unwrap();
    assert_eq!(batch, view.untyped().to_record_batch().unwrap());
    assert_eq!(DType::from_arrow_schema(&batch.schema()).unwrap(), DType::of::<Trade>());
    assert_eq!(view.batches(2).len(), 2);
    assert_eq!(view.batches(2).next_back().unwrap().unwrap(), batch.slice(2, 1));
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("trades.npy");
    let mut map = RecordMap::<Trade>::options().shape(3).create_npy(&path).unwrap();
    map.copy_from_slice(&trades);
    assert_eq!(map.to_record_batch().unwrap(), batch);
    assert_eq!(DynMap::open(&path).unwrap().to_record_batch().unwrap(), batch);
    assert_eq!(map.to_arrow().unwrap().len(), 3);
    let wrong = map.to_arrow_as(&DataType::Utf8).unwrap_err();
    assert!(wrong.to_string().contains("trades.npy: Utf8 does not hold all values of ["), "{wrong}");
}

#[test]
#[should_panic(expected = "row 3 is out of bounds for 3 rows")]
fn a_row_past_the_end_panics() {
    let _ = View::from_slice(&[1u8, 2, 3]).take_to_arrow(&[0, 3], &DataType::UInt8);
}

#[test]
#[should_panic(expected = "batches have at least one row")]
fn batches_of_no_rows_panic() {
    let _ = View::from_slice(&[1u8, 2, 3]).batches(0);
}

#[test]
fn text_of_other_letters_is_seen_to_be_utf8_string_by_string() {
    // The first byte of a letter at the end of one string, and the second at the start of the next.
    for width in [1, 2, 4, 8, 3, 12, 16, 40] {
        let mut cut = vec![b'x'; 3 * width];
        let good = "\u{e9}".repeat(width).into_bytes();
        cut[width - 1..=width].copy_from_slice(&good[..2]);
        let of = dtype(&format!("|S{width}"));
        let view = DynView::from_bytes(&cut, &of).unwrap();
        for as_type in [DataType::Utf8, DataType::LargeUtf8, DataType::Utf8View] {
            let error = view.to_arrow_as(&as_type).unwrap_err().to_string();
            assert!(
                error.starts_with("row 0 (at byte 0): the bytes are no UTF-8"),
                "{of} {as_type}: {error}"
            );
            let error = view.take_to_arrow(&[2, 1], &as_type).unwrap_err().to_string();
            assert!(error.starts_with(&format!("row 1 (at byte {width}): ")), "{of} {as_type}: {error}");
            assert_eq!(view.take_to_arrow(&[2, 2], &as_type).unwrap().len(), 2);
        }
        assert_eq!(view.to_arrow_as(&DataType::BinaryView).unwrap().len(), 3);
        if width.is_multiple_of(2) {
            let mut bytes = good[..width].to_vec();
            bytes.extend(vec![0; width]);
            bytes.extend(&good[..width]);
            let view = DynView::from_bytes(&bytes, &of).unwrap();
            for as_type in [DataType::Utf8, DataType::Utf8View] {
                let array = view.to_arrow_as(&as_type).unwrap();
                array.to_data().validate_full().unwrap();
                assert_eq!(
                    texts_of(&array),
                    ["\u{e9}".repeat(width / 2), String::new(), "\u{e9}".repeat(width / 2)]
                );
            }
        }
    }
}

#[test]
fn a_record_without_axes_is_a_batch_of_one_row() {
    let record = dtype("[('xyz', '<f4', (3,)), ('z', '<c16'), ('in', [('a', '|u1', (2,))])]");
    let bytes: Vec<u8> = (0..30).collect();
    let view = DynView::from_bytes(&bytes, &record).unwrap();
    let batch = view.index_axis(mmrec::Axis(0), 0).to_record_batch().unwrap();
    assert_eq!(batch.num_rows(), 1);
    assert_eq!(batch.columns(), view.to_record_batch().unwrap().columns());
}

#[test]
fn a_number_of_strings_without_bytes_that_no_memory_holds_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    for of in ["|S0", "<U0"] {
        let path = dir.path().join("many.npy");
        let mut bytes = b"\x93NUMPY\x01\x00\x76\x00".to_vec();
        bytes.extend(
            format!(
                "{:<117}\n",
                format!("{{'descr': '{of}', 'fortran_order': False, 'shape': ({},), }}", 1u64 << 60)
            )
            .bytes(),
        );
        std::fs::write(&path, bytes).unwrap();
        let map = DynMap::open(&path).unwrap();
        assert_eq!(map.to_arrow().unwrap_err().kind(), ErrorKind::Overflow, "{of}");
        assert_eq!(map.to_record_batch().unwrap_err().kind(), ErrorKind::Overflow, "{of}");
    }
}
