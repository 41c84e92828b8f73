//! Copies, blocks, and iterators over elements, chunks and windows.

use std::{collections::VecDeque, fmt::Debug};

use mmrec::{Axis, Dimension, ErrorKind, View, ViewMut, Whole};
use ndarray::{ArrayD, ArrayViewD};

use super::{
    by_rank, for_each_type,
    samples::{Random, Sample, stored},
    stores::{Case, Cuts, at_places},
};

for_each_type!(48 cases of check);

fn check<T: Sample>(case: &Case) {
    let bytes = case.bytes::<T>();
    let places = case.places::<T>();
    let places = places.view().cut(&case.cuts);
    let random = &mut Random::new(case.seed);
    case.read::<T, ()>(&bytes, |view| {
        assert_eq!(view.shape(), places.shape());
        by_rank!(view.clone(), |view| {
            copies(&view, &bytes, &places);
            blocks(&view, &bytes, &places);
            lanes(&view, &bytes, &places);
            iterators(&view, &bytes, &places, random);
            chunks(&view, &bytes, &places, random);
        });
        if let Ok(view) = view.into_dimensionality() {
            windows(view, &bytes, &places, random);
        }
    });
}

/// What the elements at these places are when they are stored again.
fn bytes_at<T: Sample>(bytes: &[u8], places: &ArrayViewD<'_, usize>) -> Vec<u8> {
    stored(at_places::<T>(bytes, places))
}

fn copies<T: Sample, D: Dimension>(view: &View<'_, T, D>, bytes: &[u8], places: &ArrayViewD<'_, usize>) {
    let expected = bytes_at::<T>(bytes, places);
    assert_eq!(view.len(), places.len());
    assert_eq!(stored(view.to_vec()), expected);
    let array = view.to_array();
    assert_eq!(array.shape(), places.shape());
    assert_eq!(stored(array.iter().copied()), expected);
    let mut copied = vec![T::decode(&vec![0; size_of::<T>()]); view.len()];
    view.copy_to(&mut copied);
    assert_eq!(stored(copied), expected);
    let selected = view.select(Whole);
    assert_eq!(stored(selected.to_vec()), expected);
    for (i, (index, &at)) in places.indexed_iter().enumerate().step_by(7) {
        let mut of_rank = D::zeros(places.ndim());
        of_rank.slice_mut().copy_from_slice(ndarray::Dimension::slice(&index));
        assert_eq!(stored(view.get(of_rank.clone())), stored([T::decode(&bytes[at..])]), "element {i}");
        assert_eq!(stored([selected.at(of_rank)]), stored([T::decode(&bytes[at..])]), "element {i}");
    }
}

fn blocks<T: Sample, D: Dimension>(view: &View<'_, T, D>, bytes: &[u8], places: &ArrayViewD<'_, usize>) {
    let expected = bytes_at::<T>(bytes, places);
    let full = (8192 / size_of::<T>().max(1)).max(1);
    let mut lens = vec![full; view.len() / full];
    lens.extend(Some(view.len() % full).filter(|&rest| rest > 0));
    let blocks = view.fold_blocks(Vec::new(), |mut blocks, block| {
        assert!(block.as_ptr().is_aligned());
        blocks.push(block.to_vec());
        blocks
    });
    assert_eq!(blocks.iter().map(Vec::len).collect::<Vec<_>>(), lens);
    assert_eq!(stored(blocks.concat()), expected);
    let mut values = Vec::new();
    view.for_each_block(|block| values.extend_from_slice(block));
    assert_eq!(stored(values), expected);
    let selected = view.select(Whole).fold_blocks(Vec::new(), |values, block| [&values, block].concat());
    assert_eq!(stored(selected), expected);
}

/// A number for a value, so that sums of such tell whether all are there.
fn hash<T: Sample>(value: T) -> u64 {
    let mix = |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
    stored([value]).into_iter().fold(0xcbf2_9ce4_8422_2325, mix)
}

fn lanes<T: Sample, D: Dimension>(view: &View<'_, T, D>, bytes: &[u8], places: &ArrayViewD<'_, usize>) {
    let values = at_places::<T>(bytes, places);
    let expected = values.iter().fold((0, 0), |(n, sum), &value| (n + 1, hash(value).wrapping_add(sum)));
    let add = |(n, sum): (usize, u64), value| (n + 1, hash(value).wrapping_add(sum));
    let merge = |a: (usize, u64), b: (usize, u64)| (a.0 + b.0, a.1.wrapping_add(b.1));
    assert_eq!(view.fold_lanes((0, 0), add, merge), expected);
    assert_eq!(view.select(Whole).fold_lanes((0, 0), add, merge), expected);
}

fn iterators<T: Sample, D: Dimension>(
    view: &View<'_, T, D>,
    bytes: &[u8],
    places: &ArrayViewD<'_, usize>,
    random: &mut Random,
) {
    let expected: Vec<_> = at_places::<T>(bytes, places);
    let mut stepped = Vec::new();
    for value in view {
        stepped.push(value);
    }
    assert_eq!(stored(stepped), stored(expected.iter().copied()));
    let folded = |mut values: Vec<T>, value| {
        values.push(value);
        values
    };
    assert_eq!(stored(view.iter().fold(Vec::new(), folded)), stored(expected.iter().copied()));
    assert_eq!(stored(view.iter().rfold(Vec::new(), folded)), stored(expected.iter().rev().copied()));
    assert_eq!(stored(view.iter().rev().collect::<Vec<_>>()), stored(expected.iter().rev().copied()));
    assert_eq!(
        (view.iter().count(), stored(view.iter().last())),
        (expected.len(), stored(expected.last().copied()))
    );
    for step in [1, 2, 1 + random.below(expected.len() + 1)] {
        let forwards = expected.iter().copied().step_by(step);
        assert_eq!(stored(view.iter().step_by(step)), stored(forwards), "by {step}");
        let backwards = expected.iter().rev().copied().step_by(step);
        assert_eq!(stored(view.iter().rev().step_by(step)), stored(backwards), "back by {step}");
    }
    let wanted = || expected.iter().map(|&value| stored([value])).collect();
    from_both_ends(view.iter(), wanted(), |value| stored([value]), random);
    from_both_ends(view.select(Whole).iter(), wanted(), |value| stored([value]), random);
}

/// Takes items from both ends, one by one and with others left out; then the rest by a fold from one end.
fn from_both_ends<I, X: PartialEq + Debug>(
    mut iter: I,
    mut wanted: VecDeque<X>,
    shown: impl Fn(I::Item) -> X,
    random: &mut Random,
) where
    I: DoubleEndedIterator + ExactSizeIterator,
{
    for _ in 0..random.below(12) {
        let n = match random.below(3) {
            0 => 0,
            1 => random.below(4),
            _ => random.below(wanted.len() / 2 + 2),
        };
        let (item, expected) = match random.below(4) {
            0 => (iter.next(), wanted.pop_front()),
            1 => (iter.next_back(), wanted.pop_back()),
            2 => {
                wanted.drain(..n.min(wanted.len()));
                (iter.nth(n), wanted.pop_front())
            }
            _ => {
                wanted.truncate(wanted.len().saturating_sub(n));
                (iter.nth_back(n), wanted.pop_back())
            }
        };
        assert_eq!(item.map(&shown), expected);
        assert_eq!((iter.len(), iter.size_hint()), (wanted.len(), (wanted.len(), Some(wanted.len()))));
    }
    let mut rest = VecDeque::new();
    if random.below(2) == 0 {
        iter.for_each(|item| rest.push_back(shown(item)));
    } else {
        iter.rev().for_each(|item| rest.push_front(shown(item)));
    }
    assert_eq!(rest, wanted);
}

/// The shape and the elements of a view.
type Piece = (Vec<usize>, Vec<u8>);

fn piece<T: Sample, D: Dimension>(view: &View<'_, T, D>) -> Piece {
    (view.shape().to_vec(), stored(view.iter()))
}

fn chunks<T: Sample, D: Dimension>(
    view: &View<'_, T, D>,
    bytes: &[u8],
    places: &ArrayViewD<'_, usize>,
    random: &mut Random,
) {
    for axis in (0..view.ndim()).map(Axis) {
        // Few chunks of long axes, for the views are read in full.
        let len = view.len_of(axis);
        let size = if len < 20 { 1 + random.below(len + 1) } else { len / (2 + random.below(18)) };
        let wanted = places.axis_chunks_iter(axis, size);
        let wanted = wanted.map(|chunk| (chunk.shape().to_vec(), bytes_at::<T>(bytes, &chunk)));
        from_both_ends(view.axis_chunks(axis, size), wanted.collect(), |chunk| piece(&chunk), random);
    }
}

fn windows<T: Sample>(view: View<'_, T>, bytes: &[u8], places: &ArrayViewD<'_, usize>, random: &mut Random) {
    let view = view.slice(mmrec::s![..view.len().min(40)]);
    let places: Vec<_> = places.iter().copied().take(40).collect();
    for size in [1, 2, 1 + random.below(view.len() + 3)] {
        let window = |places: &[usize]| {
            let places = ArrayD::from_shape_vec(vec![size], places.to_vec()).unwrap();
            (vec![size], bytes_at::<T>(bytes, &places.view()))
        };
        let wanted = places.windows(size).map(window).collect();
        from_both_ends(view.windows(size), wanted, |window| piece(&window), random);
    }
}

#[test]
fn bytes_are_a_whole_number_of_elements() {
    let mut bytes = [7; 40];
    for (len, is_whole) in
        [(0, true), (1, false), (12, false), (13, true), (25, false), (39, true), (40, false)]
    {
        let read = View::<Packed13>::from_bytes(&bytes[..len]).map(|view| view.len());
        let written = ViewMut::<Packed13>::from_bytes(&mut bytes[..len]).map(|view| view.len());
        for found in [read, written] {
            match found {
                Ok(found) => assert!(is_whole && found == len / 13),
                Err(error) => {
                    assert!(!is_whole && error.kind() == ErrorKind::SizeNotMultiple, "{error}");
                    let expected =
                        format!("{len} bytes are not a whole number of Packed13, which has 13 bytes");
                    assert!(error.to_string().contains(&expected), "{error}");
                }
            }
        }
    }
    // Of a type without bytes there are none in bytes.
    assert_eq!(View::<Empty>::from_bytes(&[]).unwrap().len(), 0);
    assert!(View::<Empty>::from_bytes(&[1]).is_err());
    assert_eq!(View::from_slice(&[Empty {}; 5]).to_vec().len(), 5);
}

#[test]
#[should_panic(expected = "the size of a chunk is 0")]
fn chunks_have_a_size() {
    let _ = View::from_slice(&[1, 2, 3]).axis_chunks(Axis(0), 0);
}

#[test]
#[should_panic(expected = "the size of a chunk is 0")]
fn chunks_to_be_written_have_a_size() {
    let _ = ViewMut::from_slice(&mut [1, 2, 3]).axis_chunks_mut(Axis(0), 0);
}

#[test]
#[should_panic(expected = "the size of a window is 0")]
fn windows_have_a_size() {
    let _ = View::from_slice(&[1, 2, 3]).windows(0);
}

#[test]
#[should_panic(expected = "axis 1 is out of bounds for a view of 1 axes")]
fn chunks_are_of_an_axis() {
    let _ = View::from_slice(&[1, 2, 3]).axis_chunks(Axis(1), 1);
}

#[test]
fn lanes_take_elements_in_turn() {
    let mut merged = Vec::new();
    let digits: Vec<u64> = (1..=10).collect();
    let all = View::from_slice(&digits).fold_lanes(
        0,
        |lane, digit| lane << 4 | digit,
        |a, b| {
            merged.push((a, b));
            a << 12 | b
        },
    );
    assert_eq!(merged, [(0x159, 0x26a), (0x37, 0x48), (0x15_926a, 0x3_7048)]);
    assert_eq!(all, 0x15_926a << 12 | 0x3_7048);
}

/// Copies of several MiB are made in another way.
#[test]
fn large_copies_are_copies() {
    let numbers: Vec<u32> = (0..1_200_000).collect();
    let view = View::from_slice(&numbers);
    assert!(view.to_vec() == numbers);
    assert!(view.slice(mmrec::s![..;-1]).to_vec().iter().rev().eq(&numbers));
    assert!(view.native().to_array().into_raw_vec_and_offset() == (numbers.clone(), Some(0)));
    let mut bytes: Vec<u8> = vec![1];
    bytes.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
    let odd: View<'_, u32> = View::from_bytes(&bytes[1..]).unwrap();
    assert!(odd.to_vec() == numbers);
    let mut copied = vec![0; 1_200_000];
    ViewMut::from_slice(&mut copied).assign(&odd);
    assert!(copied == numbers);
}
