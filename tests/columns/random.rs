//! A directory of columns against a vector of records.

use mmrec::{ColumnMap, DynColumnMap, DynView, MmapRecord, ReadWrite, View};
use proptest::prelude::*;
use tempfile::tempdir;

#[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
#[repr(C)]
struct Inner {
    a: i16,
    b: f32,
}

#[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
#[repr(C)]
struct Row {
    flag: bool,
    wide: u64,
    inner: Inner,
    bytes: [u8; 3],
    grid: [[i16; 2]; 2],
}

#[derive(Clone, Debug)]
enum Step {
    Append(Vec<Row>),
    AppendUntyped(Vec<Row>),
    Reopen,
    Set(usize, u64, [u8; 3]),
    /// To rows, and those to columns again.
    Convert,
}

fn row() -> impl Strategy<Value = Row> {
    (any::<bool>(), any::<u64>(), any::<i16>(), -100.0..100.0_f32, any::<[u8; 3]>(), any::<[[i16; 2]; 2]>())
        .prop_map(|(flag, wide, a, b, bytes, grid)| Row { flag, wide, inner: Inner { a, b }, bytes, grid })
}

fn some_rows() -> impl Strategy<Value = Vec<Row>> {
    prop_oneof![prop::collection::vec(row(), 0..10), prop::collection::vec(row(), 2000..3000)]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => some_rows().prop_map(Step::Append),
        1 => some_rows().prop_map(Step::AppendUntyped),
        2 => Just(Step::Reopen),
        2 => (any::<usize>(), any::<u64>(), any::<[u8; 3]>()).prop_map(|(at, wide, bytes)| Step::Set(at, wide, bytes)),
        1 => Just(Step::Convert),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn columns_hold_what_a_vector_does(first in some_rows(), steps in prop::collection::vec(step(), 1..10)) {
        let tmp = tempdir().unwrap();
        let mut dir = tmp.path().join("0");
        let mut model = first;
        let mut map: ColumnMap<Row, ReadWrite> = ColumnMap::from_rows(View::from_slice(&model), &dir).unwrap();
        for (nth, step) in steps.into_iter().enumerate() {
            match step {
                Step::Append(rows) => {
                    map.append(&rows).unwrap();
                    model.extend(rows);
                }
                Step::AppendUntyped(rows) => {
                    drop(map);
                    let view: DynView<'_> = View::from_slice(&rows).into();
                    DynColumnMap::open_rw(&dir).unwrap().append(&view).unwrap();
                    model.extend(rows);
                    map = ColumnMap::open_rw(&dir).unwrap();
                }
                Step::Reopen => {
                    drop(map);
                    map = ColumnMap::open_rw(&dir).unwrap();
                }
                Step::Set(at, wide, bytes) if !model.is_empty() => {
                    let at = at % model.len();
                    let mut c = map.columns_mut();
                    c.wide.set(at, wide);
                    c.bytes.set(at, bytes);
                    (model[at].wide, model[at].bytes) = (wide, bytes);
                }
                Step::Set(..) => {}
                Step::Convert => {
                    let npy = tmp.path().join(format!("{nth}.npy"));
                    let rows = map.to_rows(&npy).unwrap();
                    prop_assert_eq!(rows.to_vec(), model.clone());
                    dir = tmp.path().join(format!("{}", nth + 1));
                    map = ColumnMap::from_rows(&rows, &dir).unwrap();
                }
            }
            let read = ColumnMap::<Row>::open(&dir).unwrap();
            prop_assert_eq!((map.len(), read.len()), (model.len(), model.len()));
            prop_assert!(map.iter().eq(model.iter().copied()));
            prop_assert!(read.iter().rev().eq(model.iter().rev().copied()));
            let c = read.columns();
            prop_assert!(c.inner.field(Inner::FIELDS.b).iter().eq(model.iter().map(|row| row.inner.b)));
            prop_assert!(c.grid.iter().eq(model.iter().map(|row| row.grid)));
        }
    }
}
