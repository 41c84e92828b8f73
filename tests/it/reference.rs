//! References into bytes that nobody else writes: there is one where the elements lie as Rust wants them, and only there.
#![allow(unsafe_code, reason = "making references is what is tested")]

use mmrec::{IxDyn, RecordMap, View, ViewMut, big_endian};
use ndarray::ArrayViewD;
use tempfile::tempdir;
use zerocopy::{FromBytes, Immutable, IntoBytes};

use crate::bulk::{
    for_each_type,
    samples::{Empty, Packed13, Plain, Random, Sample, stored},
    stores::{Around, Backing, Case, Cuts, at_places},
};

for_each_type! {
    96 cases of check:
    u8 u8,
    i16 i16,
    u32 u32,
    f32 f32,
    f64 f64,
    big_endian_f64 big_endian::F64,
    array [f32; 3],
    packed_13 Packed13,
    plain Plain,
    empty Empty,
    large [f64; 1100],
}

/// What there has to be of a view.
struct Expected {
    slice: bool,
    array: bool,
}

/// `base` is the address of what the places are counted from.
fn expected<T>(places: &ArrayViewD<'_, usize>, base: usize) -> Expected {
    let size = size_of::<T>();
    let Some(&first) = places.first() else { return Expected { slice: true, array: true } };
    let is_aligned = (base + first).is_multiple_of(align_of::<T>());
    let order: Vec<_> = places.iter().copied().collect();
    let slice = is_aligned && order.windows(2).all(|pair| pair[1] == pair[0] + size);
    let is_whole = |axis: usize| {
        let lane = places.lanes(ndarray::Axis(axis)).into_iter().next().unwrap();
        lane.len() < 2 || size == 0 || lane[1].abs_diff(lane[0]).is_multiple_of(size)
    };
    Expected { slice, array: is_aligned && (0..places.ndim()).all(is_whole) }
}

fn check<T: Sample + FromBytes + Immutable + IntoBytes>(case: &Case) {
    if matches!((case.backing, case.around), (Backing::Slice, Around::Tight)) {
        // One cannot tell where it will lie.
        return;
    }
    let bytes = case.bytes::<T>();
    let places = case.places::<T>();
    let places = places.view().cut(&case.cuts);
    // A mapping starts at a page, and a slice where its elements are aligned.
    let base = |bytes: &[u8]| match case.backing {
        Backing::File => 0,
        Backing::Bytes => bytes.as_ptr().addr(),
        Backing::Slice => align_of::<T>() - case.lead % align_of::<T>(),
    };
    let wanted = expected::<T>(&places, base(&bytes));
    let elements = stored(at_places::<T>(&bytes, &places));
    case.read::<T, ()>(&bytes, |view| {
        // SAFETY: the file, or the memory, is this test's alone, and nothing writes to it.
        let slice = unsafe { view.as_slice() };
        assert_eq!(slice.is_some(), wanted.slice);
        if let Some(slice) = slice {
            assert_eq!((slice.len(), stored(slice.iter().copied())), (view.len(), elements.clone()));
            if let (Backing::Bytes, Some(first)) = (case.backing, places.first()) {
                assert_eq!(slice.as_ptr().addr(), bytes.as_ptr().addr() + first);
            }
        }
        // SAFETY: as above.
        let array = unsafe { view.as_array() };
        assert_eq!(array.is_some(), wanted.array);
        if let Some(array) = array {
            assert_eq!((array.shape(), stored(array.iter().copied())), (view.shape(), elements));
        }
    });

    for by_slice in [true, false] {
        let (mut bytes, mut changed) = (bytes.clone(), bytes.clone());
        let wanted = expected::<T>(&places, base(&changed));
        let random = &mut Random::new(case.seed ^ 3);
        let values: Vec<T> = places.iter().map(|_| T::random(random)).collect();
        let is_written = case.write::<T, bool>(&mut changed, |mut view| {
            if by_slice {
                // SAFETY: the file, or the memory, is this test's alone.
                let slice = unsafe { view.as_slice_mut() };
                assert_eq!(slice.is_some(), wanted.slice);
                let Some(slice) = slice else { return false };
                slice.copy_from_slice(&values);
            } else {
                // SAFETY: as above.
                let array = unsafe { view.as_array_mut() };
                assert_eq!(array.is_some(), wanted.array);
                let Some(mut array) = array else { return false };
                assert_eq!(array.shape(), places.shape());
                array.iter_mut().zip(&values).for_each(|(element, &value)| *element = value);
            }
            // What is written by reference is read through the view.
            assert_eq!(stored(view.iter()), stored(values.iter().copied()));
            true
        });
        if is_written {
            places.iter().zip(&values).for_each(|(&at, value)| value.encode(&mut bytes[at..]));
        }
        assert!(changed == bytes);
    }
}

/// The table of when there is a reference, by hand.
#[test]
fn there_are_references_where_elements_are_aligned() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("map");
    let is_some = |view: View<'_, f64, IxDyn>| {
        // SAFETY: nobody writes to the file.
        let slice = unsafe { view.as_slice() }.is_some();
        // SAFETY: as above.
        (slice, unsafe { view.as_array() }.is_some())
    };
    for offset in 0..17 {
        let map = RecordMap::<f64>::options().offset(offset).shape((4, 6)).create(&path).unwrap();
        let aligned = offset % 8 == 0;
        let view = || map.view().into_dyn();
        assert_eq!(is_some(view()), (aligned, aligned), "{offset}");
        assert_eq!(is_some(view().t()), (false, aligned));
        assert_eq!(is_some(map.slice(mmrec::s![..;-1, ..]).into_dyn()), (false, aligned));
        assert_eq!(is_some(map.slice(mmrec::s![.., ..5]).into_dyn()), (false, aligned));
        assert_eq!(is_some(map.slice(mmrec::s![1..3, ..]).into_dyn()), (aligned, aligned));
        assert_eq!(is_some(map.slice(mmrec::s![2, 1..;2]).into_dyn()), (false, aligned));
        assert_eq!(is_some(map.slice(mmrec::s![.., 2..3]).into_dyn()), (false, aligned));
        assert_eq!(is_some(map.slice(mmrec::s![3..4, 5..6]).into_dyn()), (aligned, aligned));
        assert_eq!(is_some(map.slice(mmrec::s![2..2, ..;-2]).into_dyn()), (true, true));
    }
    let map = RecordMap::<f64>::options().shape((4, 6)).order(mmrec::Order::F).create(&path).unwrap();
    assert_eq!(is_some(map.view().into_dyn()), (false, true));
    assert_eq!(is_some(map.view().t().into_dyn()), (true, true));
    let records = RecordMap::<Packed13>::options().offset(3).shape(16).create(&path).unwrap();
    let price = records.columns().price;
    assert_eq!(is_some(price.into_dyn()), (false, false));
    // One element in eight is aligned, and they are 13 elements apart.
    assert_eq!(is_some(price.slice(mmrec::s![..;8]).into_dyn()), (false, true));
    assert_eq!(is_some(price.slice(mmrec::s![8..9]).into_dyn()), (true, true));
    assert_eq!(is_some(price.slice(mmrec::s![1..2]).into_dyn()), (false, false));
}

/// Axes that run backwards and in Fortran order come out as they are in the view, and what is written is in the file.
#[test]
fn arrays_of_references_have_the_axes_of_their_view() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("map");
    let mut map = RecordMap::<u32>::options().shape((3, 4)).order(mmrec::Order::F).create(&path).unwrap();
    map.copy_from_slice(&(0..12).collect::<Vec<_>>());
    let view: View<'_, u32, mmrec::Ix2> = map.slice(mmrec::s![..;-1, 1..;2]);
    // SAFETY: nobody writes to the file while the array is in use.
    let array = unsafe { view.as_array() }.unwrap();
    assert_eq!(array, ndarray::array![[9, 11], [5, 7], [1, 3]]);
    assert_eq!(array.strides(), [-1, 6]);
    let mut view: ViewMut<'_, u32, mmrec::Ix2> = map.slice_mut(mmrec::s![..;-1, 1..;2]);
    // SAFETY: nobody else accesses the file.
    let mut array = unsafe { view.as_array_mut() }.unwrap();
    array[[0, 1]] = 100;
    array += 1;
    assert_eq!(map.to_vec(), [0, 2, 2, 4, 4, 6, 6, 8, 8, 10, 10, 101]);
    map.close().unwrap();
    let column = |i: usize| std::fs::read(&path).unwrap()[12 * i..12 * i + 4].to_vec();
    assert_eq!([column(1), column(3)].concat(), [2, 0, 0, 0, 4, 0, 0, 0]);

    let mut map = RecordMap::<u32>::options().shape(5).open_rw(&path).unwrap();
    let mut view = map.view_mut();
    // SAFETY: nobody else accesses the file.
    unsafe { view.as_slice_mut() }.unwrap().fill(0x0102_0304);
    drop(map);
    assert_eq!(std::fs::read(&path).unwrap()[..20], [4, 3, 2, 1].repeat(5));
}
