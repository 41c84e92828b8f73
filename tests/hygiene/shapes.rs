//! Every shape a struct can have: with names, with numbers, with nothing, and with fields of no size.

use mmrec::{DType, MmapRecord, RecordMap};

#[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
#[repr(C)]
struct Pair(u8, f64);

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
struct Gapped(u8, #[mmrec(pad)] [u8; 3], u32, #[mmrec(rename = "last", title = "the last")] u64);

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
struct Unit;

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
struct Braces {}

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
struct Parentheses();

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
struct PadAlone {
    #[mmrec(pad)]
    gap: [u8; 16],
}

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
struct NoSize {
    none: [u64; 0],
    unit: Unit,
    one: u8,
    end: [Pair; 0],
}

#[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
#[repr(transparent)]
struct Price {
    ticks: i64,
}

#[derive(Clone, Copy, MmapRecord)]
#[repr(transparent)]
struct Matrix([[f32; 3]; 2]);

#[derive(Clone, Copy, MmapRecord)]
#[repr(transparent)]
struct Wrapped(Pair);

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
struct Quote {
    bid: Price,
    ask: [Price; 2],
    matrix: Matrix,
    wrapped: Wrapped,
}

#[test]
fn fields_without_names_are_called_as_in_numpy() {
    assert_eq!(super::described::<Pair>(), "[('f0', '|u1'), ('', '|V7'), ('f1', '<f8')] 16 [0, 8]");
    assert_eq!((Pair::FIELDS.0.offset(), Pair::FIELDS.1.offset()), (0, 8));
    let dtype = "[('f0', '|u1'), ('', '|V3'), ('f2', '<u4'), (('the last', 'last'), '<u8')]";
    assert_eq!(super::described::<Gapped>(), format!("{dtype} 16 [0, 4, 8]"));
    let fields = Gapped::FIELDS;
    assert_eq!((fields.0.name(), fields.2.name(), fields.3.name()), ("f0", "f2", "last"));
}

#[test]
fn a_record_may_have_no_fields() {
    assert_eq!(super::described::<Unit>(), "[] 0 []");
    assert_eq!(super::described::<Braces>(), "[] 0 []");
    assert_eq!(super::described::<Parentheses>(), "[] 0 []");
    assert_eq!(super::described::<PadAlone>(), "[('', '|V16')] 16 []");
    assert!(DType::of::<Unit>().is_record());
    assert_eq!(format!("{:?}", Unit::FIELDS), "UnitFields");
}

#[test]
fn fields_may_have_no_size() {
    let fields = DType::of::<NoSize>();
    let offsets: Vec<_> = fields.fields().iter().map(|field| (field.name(), field.offset())).collect();
    assert_eq!(offsets, [("none", 0), ("unit", 0), ("one", 0), ("end", 8)]);
    assert_eq!(NoSize::FIELDS.none.offset() + NoSize::FIELDS.unit.offset() + NoSize::FIELDS.one.offset(), 0);
    assert_eq!(NoSize::FIELDS.end.offset(), 8);
}

#[test]
fn a_transparent_struct_does_not_show() {
    assert_eq!(DType::of::<Price>(), DType::of::<i64>());
    assert_eq!(DType::of::<Matrix>(), DType::of::<[[f32; 3]; 2]>());
    assert_eq!(DType::of::<Wrapped>(), DType::of::<Pair>());
    let pair = "[('f0', '|u1'), ('', '|V7'), ('f1', '<f8')]";
    let dtype =
        format!("[('bid', '<i8'), ('ask', '<i8', (2,)), ('matrix', '<f4', (2, 3)), ('wrapped', {pair})]");
    assert_eq!(super::described::<Quote>(), format!("{dtype} 64 [0, 8, 24, 48]"));
    assert_eq!(Quote::FIELDS.ask.index(1).then(Price::FIELDS.ticks).offset(), 16);
    assert_eq!(Quote::FIELDS.wrapped.then(Wrapped::FIELDS.0).then(Pair::FIELDS.1).offset(), 56);
    assert_eq!(Quote::FIELDS.matrix.then(Matrix::FIELDS.0).offset() + Quote::FIELDS.bid.offset(), 24);
}

#[test]
fn columns_of_every_shape() {
    let file = std::env::temp_dir().join(format!("mmrec-hygiene-shapes-{}", std::process::id()));
    let mut map =
        RecordMap::<Pair>::options().shape((2, 3)).create(&file).expect("a file in the temporary directory");
    map.set([1, 2], Pair(7, 0.5));
    let columns = map.columns();
    let again = columns;
    assert_eq!((columns.0.at([1, 2]), again.1.at([1, 2])), (7, 0.5));
    let PairColumnsMut(mut first, mut second) = map.columns_mut();
    first.fill(1);
    second.set([0, 0], 2.0);
    assert_eq!(map.at([0, 0]), Pair(1, 2.0));
    drop(map);

    let mut prices = RecordMap::<Price>::open_rw(&file).expect("the file was just made");
    assert_eq!(prices.len(), 12);
    prices.columns_mut().ticks.set(0, 5);
    assert_eq!((prices.columns().ticks.at(0), prices.at(0)), (5, Price { ticks: 5 }));
    drop(prices);

    let gaps = RecordMap::<PadAlone>::open(&file).expect("the file was just made");
    let _ = gaps.columns();
    assert_eq!((gaps.len(), gaps.at(0).gap), (6, [0; 16]));
    drop(gaps);
    std::fs::remove_file(file).expect("the file was just made");
}
