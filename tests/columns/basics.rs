//! Making, opening, reading, writing, appending, and converting.

use std::fs;

use mmrec::{
    ByteStr, ColumnMap, DType, DynColumnMap, DynMap, ErrorKind, Ix1, MmapRecord, ReadWrite, RecordMap, View,
    s,
};
use tempfile::tempdir;

#[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
#[repr(C)]
pub(crate) struct Point {
    pub(crate) x: f32,
    pub(crate) y: f32,
}

/// With padding, a sub-array, a nested record, a renamed field and a hole.
#[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
#[repr(C)]
pub(crate) struct Row {
    pub(crate) id: u8,
    pub(crate) price: f64,
    pub(crate) pos: Point,
    pub(crate) vel: [f32; 3],
    #[mmrec(rename = "grid/2", title = "a grid")]
    pub(crate) grid: [[u16; 2]; 3],
    #[mmrec(pad)]
    pub(crate) hole: [u8; 5],
    pub(crate) ok: bool,
    pub(crate) name: ByteStr<5>,
    pub(crate) ends: [Point; 2],
}

pub(crate) fn row(i: u8) -> Row {
    let f = f32::from(i);
    let n = u16::from(i);
    Row {
        id: i,
        price: f64::from(i) + 0.5,
        pos: Point { x: f, y: -f },
        vel: [f, f + 1.0, f + 2.0],
        grid: [[n, n + 1], [n + 2, n + 3], [n + 4, n + 5]],
        hole: [0; 5],
        ok: i % 2 == 1,
        name: format!("n{i}").parse().unwrap(),
        ends: [Point { x: 1.0, y: f }, Point { x: 2.0, y: f }],
    }
}

pub(crate) fn rows(range: std::ops::Range<u8>) -> Vec<Row> {
    range.map(row).collect()
}

const FILES: [&str; 9] = [
    "dtype.descr",
    "ends.npy",
    "grid%2F2.npy",
    "id.npy",
    "name.npy",
    "ok.npy",
    "pos.npy",
    "price.npy",
    "vel.npy",
];

pub(crate) fn listing(dir: &std::path::Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_directory_has_a_file_for_each_field_and_gives_the_rows_back() {
    let tmp = tempdir().unwrap();
    let dir = tmp.path().join("rows");
    let all = rows(0..100);
    let made = ColumnMap::from_rows(View::from_slice(&all), &dir).unwrap();
    assert_eq!(made.iter().collect::<Vec<_>>(), all);
    made.close().unwrap();
    assert_eq!(listing(&dir), FILES);
    assert_eq!(listing(tmp.path()), ["rows"]);
    assert_eq!(fs::read_to_string(dir.join("dtype.descr")).unwrap(), format!("{}\n", Row::dtype()));

    let map = ColumnMap::<Row>::open(&dir).unwrap();
    assert_eq!((map.len(), map.is_empty(), map.path()), (100, false, dir.as_path()));
    assert_eq!(map.at(7), row(7));
    assert_eq!((map.get(99), map.get(100)), (Some(row(99)), None));
    let c = map.columns();
    assert_eq!(c.vel.at(3), [3.0, 4.0, 5.0]);
    assert_eq!(c.price.strides(), [8]);
    assert_eq!(c.pos.field(Point::FIELDS.y).at(3), -3.0);
    assert_eq!(c.ends.at(9)[1], Point { x: 2.0, y: 9.0 });
    let mut iter = map.iter();
    assert_eq!(
        (iter.len(), iter.next(), iter.next_back(), iter.nth(3), iter.len()),
        (100, Some(row(0)), Some(row(99)), Some(row(4)), 94)
    );
    assert!(iter.clone().rev().eq(rows(5..99).into_iter().rev()));

    let npy = tmp.path().join("rows.npy");
    let back = map.to_rows(&npy).unwrap();
    assert_eq!(back.to_vec(), all);
    let direct = tmp.path().join("direct.npy");
    let mut written = RecordMap::<Row>::options().shape(100).create_npy(&direct).unwrap();
    written.slice_mut(s![..]).copy_from_slice(&all);
    drop((back, written));
    assert!(fs::read(&npy).unwrap() == fs::read(&direct).unwrap(), "byte for byte, padding too");
    assert_eq!(map.to_rows(&npy).unwrap_err().io_error().unwrap().kind(), std::io::ErrorKind::AlreadyExists);
}

#[test]
fn columns_are_written_and_appended_to() {
    let tmp = tempdir().unwrap();
    let dir = tmp.path().join("rows");
    let mut map = ColumnMap::<Row>::create(&dir, 2).unwrap();
    {
        let mut c = map.columns_mut();
        c.price.fill(7.5);
        c.vel.set(1, [1.0, 2.0, 3.0]);
        c.pos.set(0, Point { x: 1.0, y: 2.0 });
    }
    map.append(&rows(0..3)).unwrap();
    map.append(&[]).unwrap();
    map.append(&rows(3..200)).unwrap();
    assert_eq!(listing(&dir), [&[".append.lock"][..], &FILES].concat());
    {
        let map = ColumnMap::<Row>::open(&dir).unwrap();
        assert_eq!(map.len(), 202);
        assert_eq!(
            (map.at(0).pos, map.at(1).vel, map.at(1).price),
            (Point { x: 1.0, y: 2.0 }, [1.0, 2.0, 3.0], 7.5)
        );
        assert!(map.iter().skip(2).eq(rows(0..200)));
    }
    assert!(map.iter().skip(2).eq(rows(0..200)));
    map.columns_mut().id.fill(9);
    map.close().unwrap();
    let again = ColumnMap::<Row>::open_rw(&dir).unwrap();
    assert!(again.columns().id.iter().all(|id| id == 9));
}

#[test]
fn what_stays_in_a_copy_is_not_in_the_files() {
    let tmp = tempdir().unwrap();
    let dir = tmp.path().join("rows");
    ColumnMap::from_rows(View::from_slice(&rows(0..5)), &dir).unwrap();
    let mut copy = ColumnMap::<Row>::open_cow(&dir).unwrap();
    copy.columns_mut().id.fill(9);
    assert_eq!(copy.at(3).id, 9);
    assert_eq!(ColumnMap::<Row>::open(&dir).unwrap().at(3), row(3));
}

#[test]
fn nothing_is_left_of_a_directory_that_cannot_be_made() {
    let tmp = tempdir().unwrap();
    let dir = tmp.path().join("rows");
    let error = ColumnMap::<Row>::create(&dir, usize::MAX).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Overflow, "{error}");
    assert!(listing(tmp.path()).is_empty());
    fs::create_dir(&dir).unwrap();
    let error = ColumnMap::<Row>::create(&dir, 1).unwrap_err();
    assert_eq!(error.io_error().unwrap().kind(), std::io::ErrorKind::AlreadyExists, "{error}");
    assert_eq!(listing(tmp.path()), ["rows"]);
    let error = ColumnMap::<Row>::create(tmp.path().join("no/such"), 1).unwrap_err();
    assert_eq!(error.io_error().unwrap().kind(), std::io::ErrorKind::NotFound, "{error}");
}

#[test]
fn progress_is_told() {
    let tmp = tempdir().unwrap();
    let values: Vec<_> = (0..3_000_000).map(|i: u32| Wide { a: u64::from(i), b: i }).collect();
    let (mut told, dir) = (Vec::new(), tmp.path().join("wide"));
    let map = ColumnMap::from_rows_with(View::from_slice(&values), &dir, |progress| {
        told.push((progress.done, progress.total))
    })
    .unwrap();
    // How often in between depends on which thread comes to which block.
    assert!(told.is_sorted(), "{told:?}");
    assert_eq!(told.last(), Some(&(3_000_000, 3_000_000)));
    let mut back = Vec::new();
    let rows = map
        .to_rows_with(tmp.path().join("wide.npy"), |progress| back.push((progress.done, progress.total)))
        .unwrap();
    assert!(back.is_sorted(), "{back:?}");
    assert_eq!(back.last(), told.last());
    assert!(rows.iter().eq(values.iter().copied()));
    assert!(map.iter().eq(values));
}

#[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
#[repr(C)]
struct Wide {
    a: u64,
    b: u32,
}

/// The same code on columns in a file of records, in files of their own, and in memory.
fn total(c: &WideColumns<'_>) -> (u64, u64, usize) {
    let dot = c.a.iter().zip(c.b.iter()).map(|(a, b)| a * u64::from(b)).sum();
    (c.a.sum(), dot, c.b.slice(s![1..]).len())
}

#[test]
fn code_over_columns_runs_on_both_maps() {
    let tmp = tempdir().unwrap();
    let values: Vec<_> = (0..1000).map(|i: u32| Wide { a: u64::from(i) * 3, b: i }).collect();
    let npy = tmp.path().join("wide.npy");
    let mut rows = RecordMap::<Wide>::options().shape(1000).create_npy(&npy).unwrap();
    rows.slice_mut(s![..]).copy_from_slice(&values);
    let columns = ColumnMap::from_rows(&rows, tmp.path().join("wide")).unwrap();
    let expected = total(&View::from_slice(&values).columns());
    assert_eq!(total(&rows.columns()), expected);
    assert_eq!(total(&columns.columns()), expected);
}

#[test]
fn records_come_from_slices_vectors_views_and_maps() {
    let tmp = tempdir().unwrap();
    let dir = tmp.path().join("wide");
    let wide = |i: u32| Wide { a: u64::from(i) * 3, b: i };
    let (array, vector): ([Wide; 4], Vec<_>) = ([0, 1, 2, 3].map(wide), (0..4).map(wide).collect());
    let mut file = RecordMap::<Wide>::options().shape(4).create_npy(tmp.path().join("wide.npy")).unwrap();
    file.slice_mut(s![..]).copy_from_slice(&array);

    let made = [
        ColumnMap::from_rows(&array[..], tmp.path().join("slice")),
        ColumnMap::from_rows(&array, tmp.path().join("array")),
        ColumnMap::from_rows(&vector, tmp.path().join("vector")),
        ColumnMap::from_rows(View::from_slice(&array), tmp.path().join("view")),
        ColumnMap::from_rows(file.view(), tmp.path().join("of a map")),
        ColumnMap::from_rows(&file, tmp.path().join("map")),
    ];
    for made in made {
        assert!(made.unwrap().iter().eq(array));
    }

    let mut map = ColumnMap::<Wide>::create(&dir, 0).unwrap();
    map.append(&array[..]).unwrap();
    map.append(&array).unwrap();
    map.append(&vector).unwrap();
    map.append(View::from_slice(&array)).unwrap();
    map.append(file.slice(s![..;-1])).unwrap();
    map.append(&file).unwrap();
    let reversed = array.iter().rev().copied().collect::<Vec<_>>();
    let expected = [&array[..], &array, &array, &array, &reversed, &array].concat();
    assert_eq!(map.iter().collect::<Vec<_>>(), expected);
}

#[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
#[repr(C)]
struct Nothing {
    first: [u8; 0],
    second: [u64; 0],
}

#[test]
fn records_without_bytes_are_there_all_the_same() {
    let tmp = tempdir().unwrap();
    let dir = tmp.path().join("nothing");
    let nothing = Nothing { first: [], second: [] };
    let mut map = ColumnMap::<Nothing>::create(&dir, 10).unwrap();
    assert_eq!((map.at(9), map.get(10)), (nothing, None));
    map.append(&[nothing; 2]).unwrap();
    let untyped = DynColumnMap::open(&dir).unwrap();
    assert_eq!((untyped.len(), untyped.dtype().itemsize()), (12, 0));
    for row in [0, 11] {
        let value = untyped.at(row);
        assert_eq!((value.dtype(), value.bytes()), (&Nothing::dtype(), &[][..]));
        assert_eq!(untyped.get(row), Some(value));
    }
    assert_eq!(untyped.get(12), None);
}

#[test]
fn a_directory_is_opened_without_a_type() {
    let tmp = tempdir().unwrap();
    let dir = tmp.path().join("rows");
    ColumnMap::from_rows(View::from_slice(&rows(0..50)), &dir).unwrap();
    let npy = tmp.path().join("rows.npy");
    let map = DynColumnMap::open(&dir).unwrap();
    assert_eq!((map.dtype(), map.len()), (&Row::dtype(), 50));
    assert_eq!(map.dtype().field("a grid").unwrap().name(), "grid/2");
    let rows_map = map.to_rows(&npy, |_| ()).unwrap();
    for i in [0, 7, 49] {
        assert_eq!(map.at(i), rows_map.at(i));
    }
    assert_eq!(map.get(50), None);
    for name in ["id", "price", "pos", "pos.y", "vel", "grid/2", "a grid", "ends.x"] {
        let (ours, theirs) = (map.column(name).unwrap(), rows_map.field(name).unwrap());
        assert_eq!(
            (ours.shape(), ours.dtype(), ours.to_bytes()),
            (theirs.shape(), theirs.dtype(), theirs.to_bytes()),
            "{name}"
        );
    }
    let error = map.column("nope").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NoSuchField);
    assert!(error.to_string().contains("its fields are: `id`, `price`"), "{error}");

    let other = tmp.path().join("other");
    let mut made = DynColumnMap::from_rows(&rows_map, &other, |_| ()).unwrap();
    made.append(&rows_map).unwrap();
    made.column_mut("pos.x").unwrap().fill(1.25).unwrap();
    assert_eq!(made.len(), 100);
    let typed = ColumnMap::<Row>::open(&other).unwrap();
    assert_eq!(typed.at(57), Row { pos: Point { x: 1.25, y: -7.0 }, ..row(7) });
    let wrong = DynMap::options()
        .dtype("<u4".parse().unwrap())
        .shape(3)
        .create_npy(tmp.path().join("u4.npy"))
        .unwrap();
    let error = made.append(&wrong).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::DTypeMismatch, "{error}");
}

#[test]
fn a_directory_that_numpy_users_make_has_no_dtype() {
    let tmp = tempdir().unwrap();
    let make = |name: &str, len| {
        let mut map: RecordMap<u32, Ix1, ReadWrite> =
            RecordMap::<u32>::options().shape(len).create_npy(tmp.path().join(name)).unwrap();
        map.fill(3);
    };
    make("b.npy", 4);
    make("a%2Fx.npy", 4);
    fs::write(tmp.path().join("notes.txt"), "not a column").unwrap();
    fs::write(tmp.path().join("._b.npy"), "the system's own").unwrap();
    let map = DynColumnMap::open(tmp.path()).unwrap();
    let dtype: DType = "[('a/x', '<u4'), ('b', '<u4')]".parse().unwrap();
    assert_eq!((map.dtype(), map.len()), (&dtype, 4));

    #[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
    #[repr(C)]
    struct Pair {
        b: u32,
        #[mmrec(rename = "a/x")]
        a: u32,
    }
    let mut map = ColumnMap::<Pair>::open_rw(tmp.path()).unwrap();
    map.append(&[Pair { a: 1, b: 2 }]).unwrap();
    assert_eq!(
        map.iter().collect::<Vec<_>>(),
        [[Pair { a: 3, b: 3 }; 4].as_slice(), &[Pair { a: 1, b: 2 }]].concat()
    );
    assert_eq!(DynColumnMap::open(tmp.path()).unwrap().at(4).to_string(), "(1, 2)");
}
