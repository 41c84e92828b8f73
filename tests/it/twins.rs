//! Methods that several kinds of maps and views have, under one name.

use mmrec::{Axis, DynMap, DynView, DynViewMut, ErrorKind, MmapRecord, RecordMap, s};
use tempfile::tempdir;

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
struct Item {
    price: f64,
    id: u8,
}

#[test]
fn writers_have_the_geometry_of_readers_and_outlive_what_they_came_from() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("grid.npy");
    let record = "[('id', '<u2'), ('xy', '<f4', (2,))]".parse().unwrap();
    let mut map = DynMap::options().dtype(record).shape((4, 6)).create_npy(&path).unwrap();
    for row in 0..4u16 {
        for column in 0..6u16 {
            map.view_mut()
                .into_field("id")
                .unwrap()
                .set([row.into(), column.into()], 10 * row + column)
                .unwrap();
        }
    }
    let texts = |view: &DynView<'_>| (view.to_string(), view.strides().to_vec(), view.byte_offset());
    let read = DynMap::open(&path).unwrap();
    let id = read.field("id").unwrap();
    let expected = [
        texts(&id.slice(s![1..3, ..;-2])),
        texts(&id.index_axis(Axis(1), 4)),
        texts(&id.permuted_axes(&[1, 0])),
        texts(&id.t().split_at(Axis(0), 2).1),
    ];
    let mut written = DynMap::open_rw(&path).unwrap();
    let found: [fn(DynViewMut<'_>) -> DynViewMut<'_>; 4] = [
        |id| id.into_slice(s![1..3, ..;-2]),
        |id| id.into_index_axis(Axis(1), 4),
        |id| id.permuted_axes(&[1, 0]),
        |id| id.t().split_at(Axis(0), 2).1,
    ];
    for (found, expected) in found.into_iter().zip(expected) {
        let id = found(written.view_mut().into_field("id").unwrap());
        assert_eq!((id.strides().to_vec(), id.byte_offset()), (expected.1.clone(), expected.2));
        assert_eq!((id.ndim(), id.len(), id.is_empty()), (id.shape().len(), id.view().len(), false));
        let values: Vec<_> = (&id).into_iter().collect();
        assert!(id.iter().eq(values.clone()) && values == id.view().into_iter().collect::<Vec<_>>());
        let last: Vec<_> = id.shape().iter().map(|len| len - 1).collect();
        assert_eq!((id.at(&last[..]), id.get(id.shape())), (values[values.len() - 1].clone(), None));
        let id = id.into_view();
        assert_eq!(texts(&id), expected);
    }
    written.slice_mut(s![0, 1..3]).field_mut("id").unwrap().fill(77u16).unwrap();
    written.index_axis_mut(Axis(0), 3).field_mut("xy").unwrap().fill(0.5f32).unwrap();
    written.flush_range(0..1).unwrap();
    written.flush_async().unwrap();
    assert_eq!(written.flush_range(0..5).unwrap_err().kind(), ErrorKind::PastEnd);
    let (row, last) = (read.index_axis(Axis(0), 0), read.index_axis(Axis(0), 3));
    assert_eq!(row.field("id").unwrap().to_string(), "[ 0 77 77  3  4  5]");
    assert_eq!(last.at(5).to_string(), "(35, [0.5, 0.5])");
}

#[test]
fn typed_maps_and_views_have_the_twins_of_each_other() {
    let dir = tempdir().unwrap();
    let mut map = RecordMap::<[f32; 2]>::options().shape((2, 3)).create(dir.path().join("pairs")).unwrap();
    map.elements_mut().index_axis_mut(Axis(2), 1).fill(2.5);
    let row = map.view_mut().into_index_axis(Axis(0), 1);
    row.into_elements().set([2, 0], 1.0);
    assert_eq!(map.elements().sum(), 6.0 * 2.5 + 1.0);
    assert_eq!(map.fold_lanes(0.0, |sum, [x, y]| sum + x + y, |a, b| a + b), 16.0);
    let mut items = RecordMap::<Item>::options().shape(2).create(dir.path().join("items")).unwrap();
    let mut ids = items.view_mut().into_field_named::<u8>("id").unwrap();
    ids.set(1, 9);
    assert_eq!((&ids).into_iter().collect::<Vec<_>>(), [0, 9]);
    assert_eq!(items.view_mut().into_field_named::<u8>("ids").unwrap_err().kind(), ErrorKind::NoSuchField);
}
