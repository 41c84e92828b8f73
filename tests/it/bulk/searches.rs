//! Searches in sorted views, against the same in slices.

use std::{cmp::Reverse, fmt::Debug};

use mmrec::{ByteStr, MmapRecord, RecordMap, View, big_endian};

use super::{
    for_each_type,
    samples::{Packed13, Random, Sample},
    stores::{Case, Cut, Cuts, Shape},
};

for_each_type! {
    96 cases of check:
    u8 u8,
    i16 i16,
    u64 u64,
    big_endian_u32 big_endian::U32,
    byte_str ByteStr<5>,
    array [i16; 3],
}

fn check<T: Sample + Ord + Debug>(case: &Case) {
    let mut case = case.clone();
    if let Shape::Short(axes) = &mut case.shape {
        *axes = vec![axes.iter().product()];
    } else if let Shape::Long(_, rows) = &mut case.shape {
        *rows = 1;
    }
    case.cuts.retain(|cut| !matches!(cut, Cut::Permute(_)));
    let mut bytes = case.bytes::<T>();
    let places = case.places::<T>();
    let places = places.view().cut(&case.cuts);
    if places.ndim() != 1 {
        return;
    }
    let random = &mut Random::new(case.seed);
    let some: Vec<T> = (0..1 + random.below(40)).map(|_| T::random(random)).collect();
    let mut sorted: Vec<T> = places.iter().map(|_| some[random.below(some.len())]).collect();
    sorted.sort();
    places.iter().zip(&sorted).for_each(|(&at, value)| value.encode(&mut bytes[at..]));
    let others: Vec<T> = (0..10).map(|_| T::random(random)).collect();
    case.read::<T, ()>(&bytes, |view| {
        let view: View<'_, T> = view.into_dimensionality().unwrap();
        for wanted in some.iter().chain(&others) {
            search(&view, &sorted, wanted);
        }
    });
}

/// Reads that a search of so many elements may take.
fn most_reads(len: usize) -> u32 {
    len.checked_ilog2().map_or(0, |log| log + 1)
}

fn search<T: Sample + Ord + Debug>(view: &View<'_, T>, sorted: &[T], wanted: &T) {
    let mut reads = 0;
    let point = view.partition_point(|value| {
        reads += 1;
        value < *wanted
    });
    assert_eq!(point, sorted.partition_point(|value| value < wanted));
    assert!(reads <= most_reads(sorted.len()), "{reads} reads of {}", sorted.len());
    // A slice finds any that is equal, and this the first.
    let expected = sorted.binary_search(wanted).map(|_| point);
    assert_eq!(view.binary_search(wanted), expected);
    let mut reads = 0;
    let by = view.binary_search_by(|value| {
        reads += 1;
        value.cmp(wanted)
    });
    assert_eq!(by, expected);
    assert!(reads <= most_reads(sorted.len()) + 1, "{reads} reads of {}", sorted.len());
    let by_key = view.binary_search_by_key(wanted, |value| value);
    assert_eq!(by_key, expected);
    let reversed = view.slice(mmrec::s![..;-1]);
    let backwards = sorted.iter().rev().position(|value| value == wanted);
    let found = reversed.binary_search_by_key(&Reverse(*wanted), Reverse);
    assert_eq!(found.ok(), backwards);
    assert_eq!(view.select(mmrec::Whole).binary_search(wanted), expected);
    assert_eq!(view.select(mmrec::Whole).partition_point(|value| value < *wanted), point);
}

#[test]
fn maps_and_records_are_searched() {
    let dir = tempfile::tempdir().unwrap();
    let mut map =
        RecordMap::<Packed13>::options().offset(3).shape(500).create(dir.path().join("map")).unwrap();
    let qty = |i: u32| i / 3 * 2;
    let mut next = 0..;
    map.columns_mut().qty.fill_with(|| qty(next.next().unwrap()));
    let quantities: Vec<_> = (0..500).map(qty).collect();
    for wanted in 0..340 {
        let point = quantities.partition_point(|&qty| qty < wanted);
        let expected = quantities.binary_search(&wanted).map(|_| point);
        assert_eq!(map.partition_point(|record| record.qty < wanted), point);
        assert_eq!(map.binary_search_by(|record| { record.qty }.cmp(&wanted)), expected);
        assert_eq!(map.binary_search_by_key(&wanted, |record| record.qty), expected);
        let fields = map.select((Packed13::FIELDS.qty, Packed13::FIELDS.tag));
        assert_eq!(fields.partition_point(|(qty, _)| qty < wanted), point);
        assert_eq!(fields.binary_search_by_key(&wanted, |(qty, _)| qty), expected);
        assert_eq!(map.columns().qty.binary_search(&wanted), expected);
    }
    let mut numbers = RecordMap::<u32>::options().shape(500).create(dir.path().join("numbers")).unwrap();
    numbers.copy_from_slice(&quantities);
    assert_eq!(numbers.binary_search(&10), Ok(15));
    assert_eq!(numbers.view().native().binary_search(&11), Err(18));
}
