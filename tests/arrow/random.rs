//! Random dtypes and records, there and back.

use mmrec::{DType, DTypeField, DynMap, DynView, Kind, arrow_array::Array, arrow_schema::Schema};
use proptest::{
    prelude::*,
    test_runner::{RngAlgorithm, TestRng},
};

const SCALARS: [&str; 60] = [
    "|b1",
    "|i1",
    "<i2",
    ">i2",
    "<i4",
    ">i4",
    "<i8",
    ">i8",
    "|u1",
    "<u2",
    ">u2",
    "<u4",
    ">u4",
    "<u8",
    ">u8",
    "<f2",
    ">f2",
    "<f4",
    ">f4",
    "<f8",
    ">f8",
    "<f16",
    ">f16",
    "<c8",
    ">c8",
    "<c16",
    ">c16",
    "<c32",
    ">c32",
    "|S1",
    "|S3",
    "|S8",
    "|S12",
    "|S13",
    "<U1",
    ">U3",
    "<U20",
    "|V1",
    "|V7",
    "|V16",
    "<M8[s]",
    ">M8[ms]",
    "<M8[us]",
    ">M8[ns]",
    "<M8[D]",
    ">M8[D]",
    "<M8[Y]",
    "<M8[h]",
    "<M8[25s]",
    "<M8[ps]",
    "<M8",
    "<m8[s]",
    ">m8[ms]",
    "<m8[us]",
    "<m8[ns]",
    "<m8[D]",
    "<m8[25s]",
    ">m8",
    "<M8[1000ms]",
    "<M8[24h]",
];

fn scalar() -> impl Strategy<Value = DType> {
    (0..SCALARS.len()).prop_map(|i| SCALARS[i].parse().unwrap())
}

fn any_dtype() -> impl Strategy<Value = DType> {
    scalar().prop_recursive(3, 12, 4, |inner| {
        // NumPy has no arrays of elements without bytes.
        let item = inner.clone().prop_filter("no bytes", |item| item.itemsize() > 0);
        let array = (item, prop::collection::vec(0..4usize, 1..3))
            .prop_map(|(base, shape)| DType::array(base, &shape).unwrap());
        let field = (inner, 0..5usize, prop::option::of("[a-eé' ]{1,4}"));
        let record = (prop::collection::vec(field, 0..5), 0..9usize, any::<bool>()).prop_map(
            |(fields, end, turned)| {
                let mut at = 0;
                let mut made = Vec::new();
                for (i, (dtype, gap, title)) in fields.into_iter().enumerate() {
                    at += gap;
                    let size = dtype.itemsize();
                    let field = DTypeField::new(format!("f{i}"), dtype).at(at);
                    made.push(match title {
                        Some(title) => field.with_title(format!("{title} {i}")),
                        None => field,
                    });
                    at += size;
                }
                if turned {
                    made.reverse();
                }
                DType::with_offsets(made, at + end).unwrap()
            },
        );
        prop_oneof![array, record]
    })
}

/// Random bytes that are values: `bool` is 0 or 1, strings are characters, and days lie within 32 bits.
fn elements(dtype: &DType, rows: usize, rng: &mut TestRng) -> Vec<u8> {
    let mut bytes = vec![0; rows * dtype.itemsize()];
    rng.fill_bytes(&mut bytes);
    fn each(dtype: &DType, at: usize, f: &mut dyn FnMut(usize, &DType)) {
        match dtype.shape().first() {
            Some(_) => {
                let base = dtype.base();
                for i in 0..dtype.shape().iter().product() {
                    each(base, at + i * base.itemsize(), f);
                }
            }
            None if dtype.is_record() => {
                dtype.fields().iter().for_each(|field| each(field.dtype(), at + field.offset(), f));
            }
            None => f(at, dtype),
        }
    }
    let mut places = Vec::new();
    each(dtype, 0, &mut |at, dtype| places.push((at, dtype.as_scalar().unwrap())));
    for row in bytes.chunks_exact_mut(dtype.itemsize().max(1)) {
        for &(at, scalar) in &places {
            let leaf = &mut row[at..][..scalar.size()];
            let is_big = scalar.order() == mmrec::ByteOrder::Big;
            match scalar.kind() {
                Kind::Bool => leaf[0] %= 2,
                Kind::Bytes if leaf[0] % 3 == 0 => leaf.fill(0),
                Kind::Unicode => {
                    let zeros = usize::from(leaf[0]) % (scalar.size() / 4 + 1);
                    for (i, unit) in leaf.chunks_exact_mut(4).enumerate() {
                        let char = char::from_u32(u32::from_le_bytes([unit[0], unit[1], unit[2] % 16, 0]))
                            .unwrap_or('x');
                        let value = if i < zeros { 0 } else { u32::from(char) };
                        let turned = if is_big { value.to_be_bytes() } else { value.to_le_bytes() };
                        unit.copy_from_slice(&turned);
                    }
                }
                Kind::DateTime(_) | Kind::TimeDelta(_) => {
                    let nat = leaf[0] % 4 == 0;
                    let value = i64::from(i32::from_le_bytes([leaf[0], leaf[1], leaf[2], leaf[3]]));
                    let value = if nat { i64::MIN } else { value };
                    leaf.copy_from_slice(&if is_big { value.to_be_bytes() } else { value.to_le_bytes() });
                }
                _ => {}
            }
        }
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn a_schema_gives_its_dtype_back(dtype in any_dtype()) {
        let schema = dtype.to_arrow_schema().unwrap();
        prop_assert_eq!(&DType::from_arrow_schema(&schema).unwrap(), &dtype);
        // Without the dtype of the whole, the fields are what they were.
        let parts = DType::from_arrow_schema(&Schema::new(schema.fields().clone())).unwrap();
        if dtype.is_record() {
            prop_assert_eq!(parts.fields().len(), dtype.fields().len());
            for (part, field) in parts.fields().iter().zip(dtype.fields()) {
                prop_assert_eq!(
                    (part.name(), part.title(), part.dtype()),
                    (field.name(), field.title(), field.dtype())
                );
            }
        } else {
            prop_assert_eq!(parts.field("value").unwrap().dtype(), &dtype);
        }
        // Nor do they need the order or all of the columns.
        let mut turned: Vec<_> = schema.fields().iter().rev().cloned().collect();
        turned.pop();
        let turned = DType::from_arrow_schema(&Schema::new_with_metadata(turned, schema.metadata().clone())).unwrap();
        for field in turned.fields() {
            prop_assert_eq!(field.dtype(), if dtype.is_record() { dtype.field(field.name()).unwrap().dtype() } else { &dtype });
        }
    }

    #[test]
    fn batches_that_are_appended_are_the_same_records(
        dtype in any_dtype(), rows in 1..20usize, step in 1..8usize, seed in any::<[u8; 32]>(), turned in any::<bool>(),
    ) {
        prop_assume!(dtype.itemsize() > 0);
        let mut rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
        let bytes = elements(&dtype, rows, &mut rng);
        let view = DynView::from_bytes(&bytes, &dtype).unwrap();
        let view = if turned && view.ndim() > 1 { view.t().t() } else { view };
        let dir = tempfile::tempdir().unwrap();
        let mut map =
            DynMap::options().dtype(dtype.clone()).shape(0).create(dir.path().join("a.bin")).unwrap();
        for batch in view.batches(step) {
            let batch = batch.unwrap();
            for column in batch.columns() {
                column.to_data().validate_full().unwrap();
            }
            map.append_batch(&batch).unwrap();
        }
        prop_assert_eq!(map.view().to_bytes(), view.to_bytes());
        // Rows in any order are those of the whole.
        let whole = view.to_arrow().unwrap();
        let chosen: Vec<usize> = (0..rows * 2).map(|i| (i * 7 + step) % rows).collect();
        let taken = view.take_to_arrow(&chosen, whole.data_type()).unwrap();
        for (at, &row) in chosen.iter().enumerate() {
            prop_assert_eq!(taken.slice(at, 1).to_data(), whole.slice(row, 1).to_data());
        }
    }
}
