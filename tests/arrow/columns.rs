//! Directories of columns as batches, and batches at their ends: as maps of rows give and take them.

use mmrec::{
    ByteStr, ColumnMap, DynColumnMap, ErrorKind, MmapRecord, RecordMap,
    arrow_array::{ArrayRef, Float64Array, RecordBatch},
    s,
};
use tempfile::tempdir;

#[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
#[repr(C)]
struct Venue {
    id: u16,
    latency: f32,
}

#[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
#[repr(C)]
struct Trade {
    price: f64,
    fees: [[f32; 2]; 3],
    venue: Venue,
    #[mmrec(rename = "Sym", title = "a symbol")]
    symbol: ByteStr<5>,
    none: [u8; 0],
    size: mmrec::big_endian::U32,
}

fn trade(i: u16) -> Trade {
    Trade {
        price: f64::from(i) / 4.0,
        fees: [[f32::from(i), 0.5]; 3],
        venue: Venue { id: i, latency: 1.5 },
        symbol: ["A", "", "NVDA"][usize::from(i % 3)].parse().unwrap(),
        none: [],
        size: u32::from(i).into(),
    }
}

#[test]
fn batches_of_columns_are_those_of_rows() {
    let tmp = tempdir().unwrap();
    let trades: Vec<_> = (0..1000).map(trade).collect();
    let mut rows = RecordMap::<Trade>::options().shape(1000).create_npy(tmp.path().join("rows.npy")).unwrap();
    rows.slice_mut(s![..]).copy_from_slice(&trades);
    let mut columns = ColumnMap::from_rows(&rows, tmp.path().join("columns")).unwrap();
    assert_eq!(columns.to_record_batch().unwrap(), rows.to_record_batch().unwrap());
    let batches = |map: &ColumnMap<Trade, mmrec::ReadWrite>| -> Vec<RecordBatch> {
        map.batches(300).collect::<mmrec::Result<_>>().unwrap()
    };
    let expected: Vec<RecordBatch> = rows.batches(300).collect::<mmrec::Result<_>>().unwrap();
    assert_eq!(batches(&columns), expected);
    assert_eq!(columns.batches(300).len(), 4);

    // At the end of both, by both maps.
    let batch = rows.slice(s![10..20]).to_record_batch().unwrap();
    rows.append_batch(&batch).unwrap();
    columns.append_batch(&batch).unwrap();
    drop(columns);
    let dir = tmp.path().join("columns");
    let mut untyped = DynColumnMap::open_rw(&dir).unwrap();
    untyped.append_batch(&batch).unwrap();
    rows.append_batch(&batch).unwrap();
    assert_eq!(untyped.to_record_batch().unwrap(), rows.to_record_batch().unwrap());
    assert!(ColumnMap::<Trade>::open(&dir).unwrap().iter().eq(rows.iter()));
    assert_eq!(rows.len(), 1020);
}

#[test]
fn a_batch_that_does_not_fit_changes_nothing() {
    let tmp = tempdir().unwrap();
    let dir = tmp.path().join("columns");
    let trades: Vec<_> = (0..10).map(trade).collect();
    let mut columns = ColumnMap::from_rows(&trades, &dir).unwrap();
    let prices: ArrayRef = std::sync::Arc::new(Float64Array::from(vec![1.0, 2.0]));
    let batch = RecordBatch::try_from_iter([("price", prices)]).unwrap();
    let error = columns.append_batch(&batch).unwrap_err();
    assert_eq!((error.kind(), error.path()), (ErrorKind::NoSuchField, Some(dir.as_path())), "{error}");
    assert!(columns.iter().eq(trades.iter().copied()));
    assert!(ColumnMap::<Trade>::open(&dir).unwrap().iter().eq(trades));
}

#[test]
#[should_panic(expected = "at least one row")]
fn batches_of_no_rows() {
    let tmp = tempdir().unwrap();
    let columns = ColumnMap::<Venue>::create(tmp.path().join("columns"), 3).unwrap();
    let _ = columns.batches(0).len();
}
