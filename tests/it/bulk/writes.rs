//! Fills, updates and assignments: each element is written, and not a byte beside them.

use mmrec::{Axis, Dimension, RecordMap, View, ViewMut};
use ndarray::ArrayViewD;

use super::{
    by_rank, for_each_type,
    samples::{Random, Sample, stored},
    stores::{Backing, Case, Cuts, Shape, at_places, permutation},
};

for_each_type!(48 cases of check);

/// Every operation on a view of its own, as what it leaves depends on nothing else.
fn check<T: Sample>(case: &Case) {
    let places = case.places::<T>();
    let places = places.view().cut(&case.cuts);
    let random = &mut Random::new(case.seed ^ 1);
    let values: Vec<T> = (0..places.len()).map(|_| T::random(random)).collect();

    let write = |what: &str, f: &mut dyn FnMut(Target<'_, '_, T>)| {
        let before = case.bytes::<T>();
        let (mut bytes, mut expected) = (before.clone(), before);
        case.write::<T, ()>(&mut bytes, |view| {
            assert_eq!(view.shape(), places.shape());
            f(Target { view, places: &places, bytes: &mut expected });
        });
        if bytes != expected {
            let at = bytes.iter().zip(&expected).position(|(a, b)| a != b);
            panic!("{what}: byte {at:?} of {}", expected.len());
        }
    };

    write("fill", &mut |to| {
        let value = T::random(&mut Random::new(case.seed ^ 4));
        to.places.iter().for_each(|&at| value.encode(&mut to.bytes[at..]));
        by_rank!(to.view, |mut view| view.fill(value));
    });
    write("fill_with", &mut |to| {
        put(to.places, to.bytes, &values);
        by_rank!(to.view, |mut view| {
            let mut next = values.iter();
            view.fill_with(|| *next.next().unwrap());
            assert_eq!(next.len(), 0);
        });
    });
    write("update", &mut |to| {
        let read = stored(at_places::<T>(to.bytes, to.places));
        put(to.places, to.bytes, &values);
        by_rank!(to.view, |mut view| {
            let (mut next, mut seen) = (values.iter(), Vec::new());
            view.update(|value| {
                seen.push(value);
                *next.next().unwrap()
            });
            assert_eq!(stored(seen), read);
        });
    });
    write("copy_from_slice", &mut |to| {
        put(to.places, to.bytes, &values);
        by_rank!(to.view, |mut view| {
            view.copy_from_slice(&values);
        });
    });
    write("set", &mut |mut to| {
        for (i, (index, &at)) in places.indexed_iter().enumerate().step_by(5) {
            values[i].encode(&mut to.bytes[at..]);
            to.view.set(index, values[i]);
        }
    });
    write("axis_chunks_mut", &mut |to| {
        let Some(axis) = (0..places.ndim()).next_back().map(Axis) else { return };
        let (view, size) = (to.view, 1 + places.len_of(axis) / 3);
        let chunks: Vec<_> = places.axis_chunks_iter(axis, size).collect();
        for (value, chunk) in values.iter().zip(&chunks) {
            chunk.iter().for_each(|&at| value.encode(&mut to.bytes[at..]));
        }
        by_rank!(view, |ranked| from_both_ends(ranked, axis, size, &chunks, &values));
    });
    write("assign", &mut |to| {
        let other = other::<T>(case, places.shape(), random);
        let bytes = other.case.bytes::<T>();
        let theirs = other.case.places::<T>();
        let theirs = theirs.view().permuted(other.axes.clone()).stepped(&other.steps).up_to(places.shape());
        put(to.places, to.bytes, &at_places::<T>(&bytes, &theirs));
        other.case.read::<T, ()>(&bytes, |from| {
            let from = from.permuted(other.axes.clone()).stepped(&other.steps).up_to(to.view.shape());
            assign(to.view, &from);
        });
    });
    write("assign one half to the other", &mut |to| {
        let Some(axis) = (0..places.ndim()).max_by_key(|&axis| places.shape()[axis]).map(Axis) else {
            return;
        };
        let half = places.len_of(axis) / 2;
        let mut shape = places.shape().to_vec();
        shape[axis.index()] = half;
        let (left, right) = to.places.view().split_at(axis, half);
        let steps: Vec<_> = shape.iter().map(|_| if random.below(2) == 0 { 1 } else { -1 }).collect();
        let (view_left, view_right) = to.view.split_at(axis, half);
        if random.below(2) == 0 {
            let from = right.up_to(&shape).stepped(&steps);
            let values: Vec<T> = at_places(to.bytes, &from);
            put(&left, to.bytes, &values);
            assign(view_left, &view_right.into_view().up_to(&shape).stepped(&steps));
        } else {
            let values: Vec<T> = at_places(to.bytes, &left.stepped(&steps));
            put(&right.up_to(&shape), to.bytes, &values);
            assign(view_right.up_to(&shape), &view_left.into_view().stepped(&steps));
        }
    });
}

struct Target<'v, 'm, T> {
    view: ViewMut<'v, T, mmrec::IxDyn>,
    places: &'m ArrayViewD<'m, usize>,
    /// What the bytes have to be afterwards.
    bytes: &'m mut [u8],
}

fn put<T: Sample>(places: &ArrayViewD<'_, usize>, bytes: &mut [u8], values: &[T]) {
    assert_eq!(places.len(), values.len());
    places.iter().zip(values).for_each(|(&at, value)| value.encode(&mut bytes[at..]));
}

fn assign<T: Sample>(to: ViewMut<'_, T, mmrec::IxDyn>, from: &View<'_, T, mmrec::IxDyn>) {
    by_rank!(to, |mut ranked| {
        ranked.assign(&from.clone().into_dimensionality().unwrap());
    });
}

/// Fills each chunk with a value of its own, taking them from both ends.
fn from_both_ends<T: Sample, D: Dimension>(
    mut view: ViewMut<'_, T, D>,
    axis: Axis,
    size: usize,
    wanted: &[ArrayViewD<'_, usize>],
    values: &[T],
) {
    let mut chunks = view.axis_chunks_mut(axis, size);
    let (mut from, mut to) = (0, wanted.len());
    while from < to {
        assert_eq!(chunks.len(), to - from);
        let (chunk, i) = if (from + to) % 2 == 0 {
            from += 1;
            (chunks.next(), from - 1)
        } else {
            to -= 1;
            (chunks.next_back(), to)
        };
        let mut chunk = chunk.unwrap();
        assert_eq!(chunk.shape(), wanted[i].shape());
        if let Some(&value) = values.get(i) {
            chunk.fill(value);
        }
    }
    assert!(chunks.next().is_none() && chunks.next_back().is_none());
}

/// Another whole, a part of which has a given shape.
struct Other {
    case: Case,
    axes: Vec<usize>,
    steps: Vec<isize>,
}

fn other<T>(case: &Case, shape: &[usize], random: &mut Random) -> Other {
    let axes = permutation(random.bits(), shape.len());
    let limit = if shape.len() < 3 { 3 } else { 2 };
    let steps: Vec<isize> = shape
        .iter()
        .map(|_| (1 + random.below(limit)).cast_signed() * if random.below(3) == 0 { -1 } else { 1 })
        .collect();
    // Axis `i` of the part is axis `axes[i]` of the whole.
    let mut whole = vec![0; shape.len()];
    for (i, &axis) in axes.iter().enumerate() {
        whole[axis] = shape[i] * steps[i].unsigned_abs();
    }
    let backing = match case.backing {
        // Bytes in memory have one axis.
        _ if shape.len() != 1 || size_of::<T>() == 0 => Backing::File,
        Backing::File => Backing::Bytes,
        Backing::Bytes => Backing::Slice,
        Backing::Slice => Backing::File,
    };
    let around = match random.below(3) {
        0 => super::stores::Around::Nothing,
        1 => super::stores::Around::Loose,
        _ => super::stores::Around::Tight,
    };
    let lead = random.below(10);
    let (fortran, seed) = (random.below(2) == 0, case.seed ^ 2);
    let case = Case { shape: Shape::Exact(whole), fortran, lead, backing, around, cuts: Vec::new(), seed };
    Other { case, axes, steps }
}

#[test]
fn any_byte_under_a_bool_is_true_and_written_as_1() {
    let bytes: Vec<u8> = (0..=255).cycle().take(20_000).collect();
    let view: View<'_, bool> = View::from_bytes(&bytes).unwrap();
    let expected: Vec<u8> = bytes.iter().map(|&byte| u8::from(byte != 0)).collect();
    assert_eq!(stored(view.to_vec()), expected);
    let gathered = view.fold_blocks(Vec::new(), |values, block| [&values, block].concat());
    assert_eq!(stored(gathered), expected);
    let write = |f: &mut dyn FnMut(ViewMut<'_, bool>)| {
        let mut written = vec![77; bytes.len()];
        f(ViewMut::from_bytes(&mut written).unwrap());
        assert_eq!(written, expected);
    };
    write(&mut |mut to| to.assign(&view));
    write(&mut |mut to| to.assign(&view.slice(mmrec::s![..;-1]).slice(mmrec::s![..;-1])));
    write(&mut |mut to| to.copy_from_slice(&view.to_vec()));
    let mut changed = bytes.clone();
    ViewMut::<bool>::from_bytes(&mut changed).unwrap().update(|value| value);
    assert_eq!(changed, expected);
}

/// What lies in the gaps of records stays, whatever is written to them.
#[test]
fn gaps_stay_as_they_are() {
    let dir = tempfile::tempdir().unwrap();
    let (path, other) = (dir.path().join("map"), dir.path().join("other"));
    let count = 1000;
    std::fs::write(&path, vec![0xa5; 24 * count]).unwrap();
    std::fs::write(&other, vec![0x5a; 24 * count]).unwrap();
    let is_gap = |i: usize| matches!(i % 24, 1..8 | 17 | 20..24);
    let from = RecordMap::<Padded>::open(&other).unwrap();
    let mut map = RecordMap::<Padded>::open_rw(&path).unwrap();
    let record = from.at(0);
    type Write<'w> = &'w mut dyn FnMut(&mut ViewMut<'_, Padded>);
    let writes: [Write<'_>; 7] = [
        &mut |to| to.assign(&from.view()),
        &mut |to| to.assign(&from.slice(mmrec::s![..;-1])),
        &mut |to| to.copy_from_slice(&from.to_vec()),
        &mut |to| to.fill(record),
        &mut |to| to.fill_with(|| record),
        &mut |to| to.update(|_| record),
        &mut |to| {
            to.axis_chunks_mut(Axis(0), 7)
                .for_each(|mut chunk| chunk.assign(&from.slice(mmrec::s![..chunk.len()])))
        },
    ];
    for (way, write) in writes.into_iter().enumerate() {
        map.fill_with(|| Padded { tag: 0, price: 0.0, flag: false, qty: 0 });
        write(&mut map.view_mut());
        for (i, byte) in std::fs::read(&path).unwrap().into_iter().enumerate() {
            let expected = match i % 24 {
                16 => 1,
                _ if is_gap(i) => 0xa5,
                _ => 0x5a,
            };
            assert_eq!(byte, expected, "byte {i}, way {way}");
        }
    }
}

/// Lengths around the ends of blocks, of vector registers, and of what is copied by one instruction.
#[test]
fn every_length_is_written_to_its_end() {
    fn check<T: Sample>(len: usize) {
        let random = &mut Random::new(len as u64);
        let values: Vec<T> = (0..len).map(|_| T::random(random)).collect();
        let first = T::random(random);
        let write = |values: &mut dyn Iterator<Item = T>, f: &mut dyn FnMut(ViewMut<'_, T>)| {
            let size = len * size_of::<T>();
            let mut bytes = vec![0x77; 3 + size + 4];
            f(ViewMut::from_bytes(&mut bytes[3..3 + size]).unwrap());
            assert!(bytes[3..3 + size] == stored(values), "{len}");
            assert_eq!([&bytes[..3], &bytes[3 + size..]].concat(), [0x77; 7]);
        };
        let all = || values.iter().copied();
        write(&mut std::iter::repeat_n(first, len), &mut |mut to| to.fill(first));
        write(&mut all(), &mut |mut to| to.copy_from_slice(&values));
        write(&mut all(), &mut |mut to| to.assign(&View::from_slice(&values)));
        let mut next = values.iter();
        write(&mut all(), &mut |mut to| to.update(|_| *next.next().unwrap()));
        let view = View::from_slice(&values);
        assert!(stored(view.to_vec()) == stored(all()));
        let gathered = view.fold_blocks(Vec::new(), |values, block| [&values, block].concat());
        assert!(stored(gathered) == stored(all()));
    }
    for len in (0..140).chain(1020..1030).chain(8190..8195).chain([16_383, 16_385]) {
        check::<u8>(len);
    }
    for len in (0..20).chain(126..130).chain(1022..1027).chain([2047, 2049]) {
        check::<f64>(len);
    }
    for len in (0..10).chain(62..66).chain(510..515).chain([1023, 1025]) {
        check::<Plain>(len);
    }
}
