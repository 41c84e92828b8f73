//! Blocks of several fields of records, and fields that are written beside each other.

use mmrec::{Dimension, Field, MmapRecord, RecordMap, View, big_endian};
use ndarray::ArrayViewD;

use super::{
    by_rank, for_each_type,
    samples::{Aligned, Large, Nested, Packed13, Packed21, Padded, Plain, Random, Sample, stored},
    stores::{Case, Cuts},
};

for_each_type! {
    48 cases of check:
    packed_13 Packed13,
    packed_21 Packed21,
    padded Padded,
    nested Nested,
    aligned Aligned,
    large Large,
}

type Tokens<R> = (Field<R, <R as Three>::A>, Field<R, <R as Three>::B>, Field<R, <R as Three>::C>);

/// A record, three fields of it and where they are.
trait Three: Sample + MmapRecord {
    type A: Sample;
    type B: Sample;
    type C: Sample;
    const TOKENS: Tokens<Self>;
    const AT: (usize, usize, usize);
}

macro_rules! three {
    ($($record:ident: $a:ident $ta:ty = $at_a:expr, $b:ident $tb:ty = $at_b:expr, $c:ident $tc:ty = $at_c:expr;)*) => {$(
        impl Three for $record {
            type A = $ta;
            type B = $tb;
            type C = $tc;
            const TOKENS: Tokens<Self> =
                ($record::FIELDS.$a, $record::FIELDS.$b, $record::FIELDS.$c);
            const AT: (usize, usize, usize) = ($at_a, $at_b, $at_c);
        }
    )*};
}

three! {
    Packed13: price f64 = 5, tag u8 = 0, qty u32 = 1;
    Packed21: ok bool = 0, xyz [f32; 3] = 9, at big_endian::I64 = 1;
    Padded: tag u8 = 0, price f64 = 8, qty u16 = 18;
    Nested: id u16 = 0, inner Padded = 8, packed [Packed13; 2] = 32;
    Aligned: price f64 = 0, tag u8 = 8, name mmrec::ByteStr<3> = 9;
    Large: id u32 = 0, samples [i16; 4500] = 4, end u16 = 9004;
}

fn check<T: Three>(case: &Case) {
    let bytes = case.bytes::<T>();
    let places = case.places::<T>();
    let places = places.view().cut(&case.cuts);
    case.read::<T, ()>(&bytes, |view| {
        by_rank!(view, |ranked| {
            three(&ranked, &bytes, &places);
            one(&ranked, T::TOKENS.1, &at(&bytes, &places, T::AT.1));
            one(&ranked, T::TOKENS.2, &at(&bytes, &places, T::AT.2));
        });
    });
}

fn at<F: Sample>(bytes: &[u8], places: &ArrayViewD<'_, usize>, offset: usize) -> Vec<F> {
    places.iter().map(|&at| F::decode(&bytes[at + offset..])).collect()
}

fn three<T: Three, D: Dimension>(view: &View<'_, T, D>, bytes: &[u8], places: &ArrayViewD<'_, usize>) {
    let a = at::<T::A>(bytes, places, T::AT.0);
    let b = at::<T::B>(bytes, places, T::AT.1);
    let c = at::<T::C>(bytes, places, T::AT.2);
    let capacity = |size: usize| (8192 / size).max(1);
    let full = capacity(size_of::<T::A>()).min(capacity(size_of::<T::B>())).min(capacity(size_of::<T::C>()));
    let selected = view.select(T::TOKENS);
    let mut done = 0;
    selected.for_each_block(|(block_a, block_b, block_c)| {
        let end = (done + full).min(a.len());
        assert!(end > done);
        assert_eq!(stored(block_a.iter().copied()), stored(a[done..end].iter().copied()));
        assert_eq!(stored(block_b.iter().copied()), stored(b[done..end].iter().copied()));
        assert_eq!(stored(block_c.iter().copied()), stored(c[done..end].iter().copied()));
        done = end;
    });
    assert_eq!((done, selected.len()), (a.len(), a.len()));
    let lens = selected.fold_blocks(Vec::new(), |mut lens, (block, ..)| {
        lens.push(block.len());
        lens
    });
    assert_eq!(lens.iter().sum::<usize>(), a.len());
    let items: Vec<_> = (0..a.len()).map(|i| bytes_of((a[i], b[i], c[i]))).collect();
    assert_eq!(selected.iter().map(bytes_of).collect::<Vec<_>>(), items);
    let backwards: Vec<_> = selected.iter().rev().map(bytes_of).collect();
    assert!(backwards.iter().rev().eq(&items));
    let skipped: Vec<_> = selected.iter().skip(a.len() / 3).step_by(2).map(bytes_of).collect();
    assert!(skipped.iter().eq(items.iter().skip(a.len() / 3).step_by(2)));
    let count = selected.fold_lanes(0, |n, _| n + 1, |a, b| a + b);
    let bytes = selected.fold_lanes(0, |n, item| n + sum_of_bytes(&bytes_of(item)), |a, b| a + b);
    assert_eq!((count, bytes), (a.len(), items.iter().map(|item| sum_of_bytes(item)).sum()));
    // Two in the other order, and one alone.
    let pairs = view.select((T::TOKENS.2, T::TOKENS.0));
    let gathered = pairs.fold_blocks((Vec::new(), Vec::new()), |(cs, as_), (block_c, block_a)| {
        assert_eq!(block_a.len(), block_c.len());
        ([&cs, block_c].concat(), [&as_, block_a].concat())
    });
    assert_eq!((stored(gathered.0), stored(gathered.1)), (stored(c), stored(a.iter().copied())));
    let mut alone = Vec::new();
    view.select((T::TOKENS.0,)).for_each_block(|(block,)| alone.extend_from_slice(block));
    assert_eq!(stored(alone), stored(a));
}

fn sum_of_bytes(bytes: &[u8]) -> u64 {
    bytes.iter().copied().map(u64::from).sum()
}

fn bytes_of<A: Sample, B: Sample, C: Sample>((a, b, c): (A, B, C)) -> Vec<u8> {
    [stored([a]), stored([b]), stored([c])].concat()
}

fn one<T: Three, F: Sample, D: Dimension>(view: &View<'_, T, D>, field: Field<T, F>, values: &[F]) {
    let expected = stored(values.iter().copied());
    let (selected, column) = (view.select(field), view.field(field));
    assert_eq!(stored(selected.to_vec()), expected);
    assert_eq!(stored(column.to_vec()), expected);
    assert_eq!(selected.to_array().shape(), view.shape());
    assert_eq!(stored(selected.to_array()), expected);
    let mut copied = vec![F::decode(&vec![0; size_of::<F>()]); values.len()];
    selected.copy_to(&mut copied);
    assert_eq!(stored(copied), expected);
    let gathered = selected.fold_blocks(Vec::new(), |values, block| [&values, block].concat());
    assert_eq!(stored(gathered), expected);
    let gathered = column.fold_blocks(Vec::new(), |values, block| [&values, block].concat());
    assert_eq!(stored(gathered), expected);
    assert_eq!(stored(selected.iter().rev()), stored(values.iter().rev().copied()));
}

/// One field from another of the same records, and from the same of other records.
#[test]
fn fields_are_assigned_to_fields() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("map");
    let bytes = Random::new(1).bytes(3 + 16 * 60 * 40);
    std::fs::write(&path, &bytes).unwrap();
    let options = RecordMap::<Plain>::options().offset(3).shape((60, 40)).order(mmrec::Order::F);
    let mut map = options.open_rw(&path).unwrap();
    let mut columns = map.columns_mut();
    columns.x.assign(&columns.y.view());
    let (mut upper, lower) = columns.y.split_at(mmrec::Axis(0), 30);
    upper.assign(&lower.view().slice(mmrec::s![..;-1, ..]));
    drop(map);
    let mut expected = bytes.clone();
    for column in 0..40 {
        for row in 0..60 {
            let at = 3 + 16 * (row + 60 * column);
            expected.copy_within(at + 12..at + 16, at + 8);
            if row < 30 {
                let from = 3 + 16 * (59 - row + 60 * column) + 12;
                expected[at + 12..at + 16].copy_from_slice(&bytes[from..from + 4]);
            }
        }
    }
    assert!(std::fs::read(&path).unwrap() == expected);
}

/// Fields of another byte order come out native beside others, one at a time and in blocks.
#[test]
fn fields_are_selected_as_native_numbers() {
    use mmrec::{MmapRecord, View, big_endian};

    #[derive(Clone, Copy, MmapRecord)]
    #[repr(C, packed)]
    struct Tick {
        tag: u8,
        price: big_endian::F64,
        qty: big_endian::U32,
    }

    let ticks: Vec<_> = (0..3000u32)
        .map(|i| Tick { tag: i.to_le_bytes()[0], price: (f64::from(i) * 0.5).into(), qty: i.into() })
        .collect();
    let fields = (Tick::FIELDS.price.native(), Tick::FIELDS.tag, Tick::FIELDS.qty.native());
    let selected = View::from_slice(&ticks);
    let selected = selected.select(fields);
    let wanted: Vec<_> = (0..3000u32).map(|i| (f64::from(i) * 0.5, i.to_le_bytes()[0], i)).collect();
    assert_eq!(selected.iter().collect::<Vec<_>>(), wanted);
    let mut seen = Vec::new();
    selected.for_each_block(|(prices, tags, qtys)| {
        seen.extend(prices.iter().zip(tags).zip(qtys).map(|((&price, &tag), &qty)| (price, tag, qty)));
    });
    assert_eq!(seen, wanted);
    assert_eq!(
        View::from_slice(&ticks).select(Tick::FIELDS.qty.native()).to_vec(),
        Vec::from_iter(0..3000u32)
    );
}
