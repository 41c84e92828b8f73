//! Views against a model: the same steps on an `ndarray` of the same values.

use mmrec::{Axis, Ix0, Ix2, IxDyn, MmapRecord, Order, RecordMap, View, s};
use ndarray::{Array, ArrayD, ArrayViewD, SliceInfo, SliceInfoElem};
use proptest::prelude::*;
use tempfile::tempdir;

#[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
#[repr(C, packed)]
struct Packed {
    tag: u8,
    id: u32,
    value: f64,
}

fn packed(i: usize) -> Packed {
    Packed { tag: i as u8, id: i as u32, value: i as f64 / 8.0 }
}

/// A step of a random path, by numbers that are brought into range when it is taken.
#[derive(Clone, Debug)]
enum Step {
    Slice(Vec<(u8, u8, i8, u8)>),
    Index(u8, u8),
    Permute(u32),
    Split(u8, u8, bool),
    Transpose,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => proptest::collection::vec((any::<u8>(), any::<u8>(), -3i8..4, any::<u8>()), 4).prop_map(Step::Slice),
        1 => (any::<u8>(), any::<u8>()).prop_map(|(axis, at)| Step::Index(axis, at)),
        1 => any::<u32>().prop_map(Step::Permute),
        1 => (any::<u8>(), any::<u8>(), any::<bool>()).prop_map(|(axis, at, right)| Step::Split(axis, at, right)),
        1 => Just(Step::Transpose),
    ];
    proptest::collection::vec(step, 0..6)
}

fn slice_info(shape: &[usize], numbers: &[(u8, u8, i8, u8)]) -> SliceInfo<Vec<SliceInfoElem>, IxDyn, IxDyn> {
    let elems = shape.iter().enumerate().map(|(axis, &len)| {
        let (a, b, step, kind) = numbers[axis % numbers.len()];
        let (a, b) = (usize::from(a) % (len + 1), usize::from(b) % (len + 1));
        let (start, end) = (a.min(b).cast_signed(), a.max(b).cast_signed());
        let step = if step == 0 { -1 } else { step.into() };
        match kind % 8 {
            0 if len > 0 => SliceInfoElem::Index((a % len).cast_signed()),
            1 if len > 0 => SliceInfoElem::Index((a % len).cast_signed() - len.cast_signed()),
            2 if start < len.cast_signed() => {
                SliceInfoElem::Slice { start: start - len.cast_signed(), end: None, step }
            }
            _ => SliceInfoElem::Slice { start, end: Some(end), step },
        }
    });
    let mut elems: Vec<_> = elems.collect();
    if numbers[0].3.is_multiple_of(5) && shape.len() < 5 {
        elems.push(SliceInfoElem::NewAxis);
    }
    SliceInfo::try_from(elems).unwrap()
}

fn permutation(mut seed: u32, n: usize) -> Vec<usize> {
    let mut axes: Vec<_> = (0..n).collect();
    for i in (1..n).rev() {
        axes.swap(i, seed as usize % (i + 1));
        seed /= 7;
    }
    axes
}

/// Takes one step on the view and on the model.
fn take<'a>(
    step: &Step,
    view: View<'a, Packed, IxDyn>,
    model: ArrayViewD<'a, Packed>,
) -> (View<'a, Packed, IxDyn>, ArrayViewD<'a, Packed>) {
    let shape = view.shape().to_vec();
    let axis_and_len = |axis: u8| {
        let axis = usize::from(axis) % shape.len().max(1);
        (axis, shape.get(axis).copied().unwrap_or(0))
    };
    match step {
        Step::Slice(numbers) => {
            let info = slice_info(&shape, numbers);
            let cut = view.slice(info.clone());
            (cut, model.slice_move(info))
        }
        Step::Index(axis, at) => {
            let (axis, len) = axis_and_len(*axis);
            if len == 0 {
                return (view, model);
            }
            let at = usize::from(*at) % len;
            (view.index_axis(Axis(axis), at), model.index_axis_move(Axis(axis), at))
        }
        Step::Permute(seed) => {
            let axes = permutation(*seed, shape.len());
            (view.permuted_axes(axes.clone()), model.permuted_axes(axes))
        }
        Step::Split(axis, at, right) => {
            if shape.is_empty() {
                return (view, model);
            }
            let (axis, len) = axis_and_len(*axis);
            let at = usize::from(*at) % (len + 1);
            let (views, models) = (view.split_at(Axis(axis), at), model.split_at(Axis(axis), at));
            if *right { (views.1, models.1) } else { (views.0, models.0) }
        }
        Step::Transpose => (view.t(), model.reversed_axes()),
    }
}

fn shapes() -> impl Strategy<Value = Vec<usize>> {
    proptest::collection::vec(prop_oneof![8 => 1usize..6, 1 => Just(0usize)], 0..5)
}

fn map_of(
    shape: &[usize],
    order: Order,
    path: &std::path::Path,
) -> RecordMap<Packed, IxDyn, mmrec::ReadWrite> {
    let mut map = RecordMap::<Packed>::options().offset(5).shape(shape).order(order).create(path).unwrap();
    let count = map.len();
    map.copy_from_slice(&(0..count).map(packed).collect::<Vec<_>>());
    map
}

fn model_of(shape: &[usize]) -> ArrayD<Packed> {
    let count = shape.iter().product();
    Array::from_shape_vec(IxDyn(shape), (0..count).map(packed).collect()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    /// Any path of slices, indices, permutations and splits, in both orders: same shape, same elements, and every way
    /// to read gives the same.
    #[test]
    fn paths_of_steps_agree_with_ndarray(shape in shapes(), fortran: bool, steps in steps()) {
        let dir = tempdir().unwrap();
        let order = if fortran { Order::F } else { Order::C };
        let map = map_of(&shape, order, &dir.path().join("map"));
        let whole = model_of(&shape);
        let (mut view, mut model) = (map.view(), whole.view());
        for step in &steps {
            (view, model) = take(step, view, model);
        }
        prop_assert_eq!(view.shape(), model.shape());
        prop_assert_eq!(view.len(), model.len());
        prop_assert_eq!(&view.to_array(), &model);
        let expected: Vec<_> = model.iter().copied().collect();
        prop_assert_eq!(&view.to_vec(), &expected);
        prop_assert_eq!(&view.iter().rev().collect::<Vec<_>>(), &expected.iter().rev().copied().collect::<Vec<_>>());
        let mut copied = vec![packed(0); view.len()];
        view.copy_to(&mut copied);
        prop_assert_eq!(&copied, &expected);
        for (index, value) in model.indexed_iter() {
            prop_assert_eq!(view.get(index.clone()), Some(*value));
        }
        let ids: Vec<_> = expected.iter().map(|r| r.id).collect();
        prop_assert_eq!(&view.field(Packed::FIELDS.id).to_vec(), &ids);
        prop_assert_eq!(&view.columns().value.to_vec(), &expected.iter().map(|r| r.value).collect::<Vec<_>>());
        let pairs: Vec<_> = view.select((Packed::FIELDS.id, Packed::FIELDS.value)).iter().collect();
        prop_assert_eq!(&pairs, &expected.iter().map(|r| (r.id, r.value)).collect::<Vec<_>>());
        if !view.is_empty() {
            // Where the first element is in the file follows from which one it is.
            let first = expected[0].id as usize;
            let whole_first = if fortran {
                let mut rest = first;
                let mut at = vec![0; shape.len()];
                for axis in (0..shape.len()).rev() {
                    at[axis] = rest % shape[axis];
                    rest /= shape[axis];
                }
                at.iter().zip(&shape).rev().fold(0, |sum, (i, len)| sum * len + i)
            } else {
                first
            };
            prop_assert_eq!(view.byte_offset(), 5 + 13 * whole_first as u64);
            prop_assert_eq!(view.field(Packed::FIELDS.value).byte_offset(), 5 + 13 * whole_first as u64 + 5);
        }
    }

    /// An iterator driven from both ends by `next`, `nth`, `next_back` and `nth_back` agrees with a `Vec`'s.
    #[test]
    fn iterators_agree_with_a_vec(shape in shapes(), steps in steps(), moves in proptest::collection::vec((0u8..4, 0usize..9), 0..40)) {
        let dir = tempdir().unwrap();
        let map = map_of(&shape, Order::C, &dir.path().join("map"));
        let whole = model_of(&shape);
        let (mut view, mut model) = (map.view(), whole.view());
        for step in &steps {
            (view, model) = take(step, view, model);
        }
        let (mut ours, mut theirs) = (view.iter(), model.iter().copied().collect::<Vec<_>>().into_iter());
        for (kind, n) in moves {
            let (a, b) = match kind {
                0 => (ours.next(), theirs.next()),
                1 => (ours.next_back(), theirs.next_back()),
                2 => (ours.nth(n), theirs.nth(n)),
                _ => (ours.nth_back(n), theirs.nth_back(n)),
            };
            prop_assert_eq!(a, b);
            prop_assert_eq!(ours.len(), theirs.len());
        }
        prop_assert_eq!(ours.clone().last(), theirs.clone().next_back());
        prop_assert_eq!(ours.fold(0, |sum, r| sum + r.id), theirs.fold(0, |sum, r| sum + r.id));
    }

    /// Writing through any path of steps changes just those elements, and in the file.
    #[test]
    fn writes_through_paths_reach_the_right_elements(shape in shapes(), fortran: bool, steps in steps(), how in 0u8..5) {
        let dir = tempdir().unwrap();
        let path = dir.path().join("map");
        let order = if fortran { Order::F } else { Order::C };
        let mut map = map_of(&shape, order, &path);
        let mut whole = model_of(&shape);
        {
            let (mut view, mut model) = (map.view_mut(), whole.view_mut());
            for step in &steps {
                let shape = view.shape().to_vec();
                match step {
                    Step::Slice(numbers) => {
                        let info = slice_info(&shape, numbers);
                        view = view.into_slice(info.clone());
                        model = model.slice_move(info);
                    }
                    Step::Permute(seed) => {
                        let axes = permutation(*seed, shape.len());
                        view = view.permuted_axes(axes.clone());
                        model = model.permuted_axes(axes);
                    }
                    Step::Split(axis, at, right) if !shape.is_empty() => {
                        let axis = usize::from(*axis) % shape.len();
                        let at = usize::from(*at) % (shape[axis] + 1);
                        let (views, models) = (view.split_at(Axis(axis), at), model.split_at(Axis(axis), at));
                        (view, model) = if *right { (views.1, models.1) } else { (views.0, models.0) };
                    }
                    _ => {
                        view = view.t();
                        model = model.reversed_axes();
                    }
                }
            }
            let mut next = 1000;
            let mut fresh = || { next += 1; packed(next) };
            match how {
                0 => {
                    view.fill(packed(77));
                    model.fill(packed(77));
                }
                1 => {
                    view.update(|r| Packed { id: r.id + 1, ..r });
                    model.map_inplace(|r| r.id += 1);
                }
                2 => {
                    let values: Vec<_> = (0..view.len()).map(|_| fresh()).collect();
                    view.copy_from_slice(&values);
                    model.iter_mut().zip(&values).for_each(|(r, v)| *r = *v);
                }
                3 => {
                    for (index, r) in model.indexed_iter_mut() {
                        let value = fresh();
                        view.set(index, value);
                        *r = value;
                    }
                }
                _ => {
                    let other = map_of(view.shape(), Order::F, &dir.path().join("other"));
                    view.assign(&other.view());
                    let values = other.to_vec();
                    model.iter_mut().zip(&values).for_each(|(r, v)| *r = *v);
                }
            }
        }
        prop_assert_eq!(&map.to_array(), &whole);
        drop(map);
        let again = RecordMap::<Packed>::options().offset(5).shape(&shape[..]).order(order).open(&path).unwrap();
        prop_assert_eq!(&again.to_array(), &whole);
    }
}

#[test]
fn strides_are_numpys_with_axes_of_no_elements_too() {
    let dir = tempdir().unwrap();
    let strides = |shape: &[usize], order| map_of(shape, order, &dir.path().join("m")).strides().to_vec();
    assert_eq!(strides(&[2, 3, 2], Order::C), [6 * 13, 2 * 13, 13]);
    assert_eq!(strides(&[2, 3, 2], Order::F), [13, 2 * 13, 6 * 13]);
    assert_eq!(strides(&[0, 3], Order::C), [3 * 13, 13]);
    assert_eq!(strides(&[3, 0, 2], Order::F), [13, 3 * 13, 3 * 13]);
    assert_eq!(strides(&[], Order::F), [0isize; 0]);
}

#[test]
fn a_view_of_no_axes_has_one_element() {
    let dir = tempdir().unwrap();
    let mut map = RecordMap::<u32>::options().shape(()).create(dir.path().join("m")).unwrap();
    map.set((), 7);
    assert_eq!((map.len(), map.ndim(), map.at(()), map.to_vec()), (1, 0, 7, vec![7]));
    let view: View<'_, u32, Ix0> = map.view();
    assert_eq!((view.get(()), view.iter().len(), view.t().at(())), (Some(7), 1, 7));
}

#[test]
fn axis_iterators_go_from_both_ends() {
    let dir = tempdir().unwrap();
    let mut map = RecordMap::<u32>::options().shape((4, 3)).create(dir.path().join("m")).unwrap();
    map.copy_from_slice(&(0..12).collect::<Vec<_>>());
    let rows: Vec<_> = map.axis_iter(Axis(0)).map(|row| row.to_vec()).collect();
    assert_eq!(rows, [[0, 1, 2], [3, 4, 5], [6, 7, 8], [9, 10, 11]]);
    let columns: Vec<_> = map.axis_iter(Axis(1)).rev().map(|column| column.to_vec()).collect();
    assert_eq!(columns, [[2, 5, 8, 11], [1, 4, 7, 10], [0, 3, 6, 9]]);
    let mut iter = map.axis_iter(Axis(0));
    assert_eq!(iter.len(), 4);
    assert_eq!(iter.nth(1).unwrap().at(0), 3);
    assert_eq!(iter.next_back().unwrap().at(0), 9);
    assert_eq!((iter.len(), iter.nth(5).is_none(), iter.len()), (1, true, 0));

    for (i, mut row) in map.axis_iter_mut(Axis(0)).enumerate() {
        row.fill(i as u32);
    }
    let last = map.axis_iter_mut(Axis(1)).next_back().unwrap();
    assert_eq!(last.into_view().to_vec(), [0, 1, 2, 3]);
}

#[test]
fn parts_of_a_split_view_can_be_written_at_the_same_time() {
    let dir = tempdir().unwrap();
    let mut map = RecordMap::<u32>::options().shape(10_000).create(dir.path().join("m")).unwrap();
    let (mut left, mut right) = map.view_mut().split_at(Axis(0), 4_000);
    std::thread::scope(|scope| {
        scope.spawn(move || left.fill(1));
        scope.spawn(move || right.fill(2));
    });
    assert_eq!(map.iter().filter(|&x| x == 1).count(), 4_000);
    assert_eq!(map.view().partition_point(|x| x < 2), 4_000);
}

#[test]
fn all_columns_can_be_written_at_the_same_time() {
    let dir = tempdir().unwrap();
    let mut map = RecordMap::<Packed>::options().shape((100, 7)).create(dir.path().join("m")).unwrap();
    let PackedColumnsMut { mut tag, mut id, mut value } = map.columns_mut();
    std::thread::scope(|scope| {
        scope.spawn(move || (0..50).for_each(|i| tag.fill(i)));
        scope.spawn(move || (0..50).for_each(|i| id.fill(i)));
        scope.spawn(move || (0..50).for_each(|i| value.fill(f64::from(i))));
    });
    assert!(map.iter().all(|r| r == Packed { tag: 49, id: 49, value: 49.0 }));
}

#[test]
fn partition_point_agrees_with_a_slice_and_reads_few_elements() {
    let dir = tempdir().unwrap();
    for len in [0, 1, 2, 3, 10, 1000] {
        let values: Vec<u32> = (0..len).map(|i| i / 3 * 2).collect();
        let mut map = RecordMap::<u32>::options().shape(values.len()).create(dir.path().join("m")).unwrap();
        map.copy_from_slice(&values);
        for limit in 0..2 * len + 2 {
            let mut reads = 0;
            let found = map.view().partition_point(|x| {
                reads += 1;
                x < limit
            });
            assert_eq!(found, values.partition_point(|&x| x < limit));
            assert!(reads <= 11);
        }
        let reversed = map.slice(s![..;-1]);
        assert_eq!(reversed.partition_point(|x| x > 4), values.iter().filter(|&&x| x > 4).count());
    }
}

#[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
#[repr(C)]
struct Inner {
    a: u16,
    #[mmrec(title = "the b")]
    b: f32,
}

#[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
#[repr(C)]
struct Outer {
    id: u64,
    inner: Inner,
    grid: [[Inner; 2]; 3],
}

#[test]
fn nested_fields_and_arrays_are_views_with_byte_strides() {
    let dir = tempdir().unwrap();
    let mut map = RecordMap::<Outer>::options().offset(1).shape(5).create(dir.path().join("m")).unwrap();
    map.columns_mut().id.update(|_| 9);
    let b = Outer::FIELDS.inner.then(Inner::FIELDS.b);
    map.field_mut(b).fill(2.5);
    assert_eq!(map.at(3).inner, Inner { a: 0, b: 2.5 });
    assert_eq!(map.field_named::<f32>("inner.b").unwrap().to_vec(), [2.5; 5]);
    assert_eq!(map.field_named::<f32>("inner.the b").unwrap().to_vec(), [2.5; 5]);
    map.field_named_mut::<u16>("inner.a").unwrap().fill(3);
    assert_eq!(map.at(4).inner, Inner { a: 3, b: 2.5 });

    let item = map.dtype().itemsize().cast_signed();
    assert_eq!(item, 64);
    let mut grid = map.field_mut(Outer::FIELDS.grid);
    let mut cells = grid.elements_mut();
    let mut cells = cells.elements_mut();
    assert_eq!((cells.shape(), cells.strides()), (&[5, 3, 2][..], &[item, 16, 8][..]));
    cells.set([4, 2, 1], Inner { a: 1, b: 1.0 });
    assert_eq!(cells.byte_offset(), 1 + 16);
    assert_eq!(map.at(4).grid[2][1], Inner { a: 1, b: 1.0 });
    let one = Outer::FIELDS.grid.index(2).index(1).then(Inner::FIELDS.a);
    assert_eq!(map.field(one).to_vec(), [0, 0, 0, 0, 1]);

    let error = map.field_named::<f64>("inner.b").unwrap_err();
    assert_eq!(error.kind(), mmrec::ErrorKind::DTypeMismatch);
    assert!(error.to_string().contains("'<f4'") && error.to_string().contains("'<f8'"), "{error}");
    let error = map.field_named::<f64>("nothing").unwrap_err();
    assert_eq!(error.kind(), mmrec::ErrorKind::NoSuchField);
    assert!(error.to_string().contains("`id`, `inner`, `grid`"), "{error}");
}

#[test]
fn ranks_known_at_run_time_become_ranks_known_to_the_compiler() {
    let dir = tempdir().unwrap();
    let map = RecordMap::<u8>::options().shape(vec![2, 3]).create(dir.path().join("m")).unwrap();
    let view: View<'_, u8, Ix2> = map.view().into_dimensionality().unwrap();
    assert_eq!(view.shape(), [2, 3]);
    let error = map.view().into_dimensionality::<Ix0>().unwrap_err();
    assert_eq!(error.kind(), mmrec::ErrorKind::RankMismatch);
    assert_eq!(map.get(vec![1, 2]), Some(0));
    assert_eq!(map.get(vec![1]), None);
    assert_eq!(map.get(vec![1, 3]), None);
}

/// Panics are the caller's mistakes and name the caller's line.
#[test]
fn panics_say_what_was_out_of_bounds() {
    thread_local! {
        static PLACE: std::cell::RefCell<Option<(String, u32)>> = const { std::cell::RefCell::new(None) };
        static EXPECTED: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
    }
    let default = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if EXPECTED.get() {
            PLACE.replace(panic.location().map(|place| (place.file().to_owned(), place.line())));
        } else {
            default(panic);
        }
    }));
    let message = |f: &mut dyn FnMut()| {
        EXPECTED.set(true);
        let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(f)).unwrap_err();
        EXPECTED.set(false);
        panic
            .downcast_ref::<String>()
            .cloned()
            .unwrap_or_else(|| panic.downcast_ref::<&str>().unwrap().to_string())
    };
    let dir = tempdir().unwrap();
    let mut map = RecordMap::<u8>::options().shape((2, 3)).create(dir.path().join("m")).unwrap();
    let other = RecordMap::<u8>::options().shape((3, 2)).create(dir.path().join("o")).unwrap();
    let first_line = line!();
    let calls: [(&str, &mut dyn FnMut()); 12] = [
        ("index [3, 0] is out of bounds for shape [3, 2]", &mut || _ = other.at([3, 0])),
        ("index [0, 3] is out of bounds for shape [2, 3]", &mut || map.view_mut().set([0, 3], 1)),
        ("axis 2 is out of bounds for a view of 2 axes", &mut || _ = other.index_axis(Axis(2), 0)),
        ("index 3 is out of bounds for axis 0 with length 3", &mut || _ = other.index_axis(Axis(0), 3)),
        ("slice 1..4 is out of bounds for axis 1 with length 2", &mut || _ = other.slice(s![.., 1..4])),
        ("slice -3.. is out of bounds for axis 1 with length 2", &mut || _ = other.slice(s![.., -3..])),
        ("index -4 is out of bounds for axis 0 with length 3", &mut || _ = other.slice(s![-4, ..])),
        ("cannot split axis 1 with length 2 at 3", &mut || _ = other.view().split_at(Axis(1), 3)),
        ("axis 0 is repeated", &mut || _ = other.view().permuted_axes([0, 0])),
        ("axis 5 is out of bounds for a view of 2 axes", &mut || _ = other.axis_iter(Axis(5))),
        ("cannot copy 6 elements to a slice of 2", &mut || other.view().copy_to(&mut [0; 2])),
        ("index [3, 0] is out of bounds for shape [3, 2]", &mut || {
            _ = other.view().select(mmrec::Whole).at([3, 0])
        }),
    ];
    for (expected, call) in calls {
        assert_eq!(message(call), expected);
        let (file, line) = PLACE.take().unwrap();
        assert!(file.ends_with("views.rs") && line > first_line, "`{expected}` at {file}:{line}");
    }
    assert_eq!(message(&mut || map.copy_from_slice(&[1, 2])), "cannot copy a slice of 2 to 6 elements");
    let expected = "cannot assign a view of shape [3, 2] to one of shape [2, 3]";
    assert_eq!(message(&mut || map.assign(&other.view())), expected);
    let row = "slice 0..4 is out of bounds for axis 1 with length 3";
    assert_eq!(message(&mut || _ = map.slice_mut(s![.., 0..4])), row);
}

#[test]
fn views_are_equal_when_shapes_and_elements_are() {
    let dir = tempdir().unwrap();
    let a = map_of(&[2, 3], Order::C, &dir.path().join("a"));
    let b = map_of(&[2, 3], Order::F, &dir.path().join("b"));
    let c = map_of(&[3, 2], Order::C, &dir.path().join("c"));
    assert_eq!(a.view(), b.view());
    assert_ne!(a.view(), c.view());
    assert_ne!(a.view(), a.view().permuted_axes(vec![1, 0]));
}
