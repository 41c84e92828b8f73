//! Maps and views whose dtype is known only at run time.

use std::fs;

use mmrec::{
    Axis, ByteStr, DType, DTypeField, Datum, DynMap, DynView, ErrorKind, Ix0, Ix1, Ix2, Ix3, IxDyn,
    MmapRecord, Mode, Order, RecordMap, Value, View, big_endian, s,
};
use proptest::prelude::*;
use tempfile::tempdir;

fn dtype(text: &str) -> DType {
    text.parse().unwrap()
}

#[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
#[repr(C)]
struct Pos {
    x: f32,
    y: f32,
}

#[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
#[repr(C)]
struct Rec {
    id: u8,
    at: [Pos; 2],
    price: big_endian::F64,
    tag: ByteStr<3>,
    ok: bool,
}

fn rec(i: u8) -> Rec {
    let at = |n: u8| Pos { x: f32::from(n), y: f32::from(n) / 2.0 };
    Rec {
        id: i,
        at: [at(i), at(i + 100)],
        price: f64::from(i).into(),
        tag: ByteStr::new([i]).unwrap(),
        ok: i.is_multiple_of(2),
    }
}

/// A file of records with two axes.
fn map() -> (tempfile::TempDir, RecordMap<Rec, Ix2, mmrec::ReadWrite>) {
    let dir = tempdir().unwrap();
    let mut map =
        RecordMap::<Rec>::options().offset(3).shape((4, 5)).create(dir.path().join("recs")).unwrap();
    let mut i = 0;
    map.fill_with(|| {
        i += 1;
        rec(i)
    });
    (dir, map)
}

#[test]
fn views_have_the_geometry_of_typed_ones() {
    let (_dir, map) = map();
    let (typed, any) = (map.view(), map.view().untyped());
    assert_eq!((any.shape(), any.strides(), any.byte_offset()), (typed.shape(), typed.strides(), 3));
    assert_eq!((any.ndim(), any.len(), any.dtype()), (2, 20, &DType::of::<Rec>()));
    let checks: [(DynView<'_>, View<'_, Rec, IxDyn>); 6] = [
        (any.slice(s![1..3, ..;2]), typed.slice(s![1..3, ..;2]).into_dyn()),
        (any.slice(s![.., ..;-1]), typed.slice(s![.., ..;-1]).into_dyn()),
        (any.slice(s![2, 1..]), typed.slice(s![2, 1..]).into_dyn()),
        (any.t(), typed.t().into_dyn()),
        (any.index_axis(Axis(1), 3), typed.index_axis(Axis(1), 3).into_dyn()),
        (any.split_at(Axis(0), 3).1.permuted_axes(&[1, 0]), typed.split_at(Axis(0), 3).1.t().into_dyn()),
    ];
    for (any, typed) in checks {
        assert_eq!(
            (any.shape(), any.strides(), any.byte_offset()),
            (typed.shape(), typed.strides(), typed.byte_offset())
        );
        assert_eq!(any.typed::<Rec, IxDyn>().unwrap(), typed);
        assert_eq!(any.to_string(), typed.to_string());
        assert_eq!(any.iter().map(|value| value.to::<Rec>().unwrap()).collect::<Vec<_>>(), typed.to_vec());
        assert_eq!(
            any.iter().rev().map(|value| value.to::<Rec>().unwrap()).collect::<Vec<_>>(),
            typed.iter().rev().collect::<Vec<_>>()
        );
        assert_eq!(any.iter().nth(3).unwrap().to::<Rec>().unwrap(), typed.iter().nth(3).unwrap());
        assert_eq!(any.iter().len(), typed.len());
    }
    assert_eq!(
        any.axis_iter(Axis(0))
            .rev()
            .map(|row| row.at(0).field("id").unwrap().as_u64().unwrap())
            .collect::<Vec<_>>(),
        [16, 11, 6, 1]
    );
    assert!(any.get([4, 0]).is_none() && any.get(0).is_none() && any.get([0, 0, 0]).is_none());
    assert_eq!(any.get([3, 4]), Some(Value::from(rec(20))));
    assert_eq!(any.get(&[3, 4][..]).unwrap().to::<Rec>().unwrap(), rec(20));
}

#[test]
fn fields_add_their_axes() {
    let (_dir, map) = map();
    let any = map.view().untyped();
    let x = any.field("at.x").unwrap();
    assert_eq!((x.shape(), x.dtype().to_string().as_str()), ([4, 5, 2].as_slice(), "'<f4'"));
    let typed = map.view().field(Rec::FIELDS.at).elements();
    assert_eq!(x.typed::<f32, Ix3>().unwrap(), typed.field(Pos::FIELDS.x));
    assert_eq!(any.field("at").unwrap().typed::<Pos, Ix3>().unwrap(), typed);
    assert_eq!(any.field("at").unwrap().typed::<[Pos; 2], Ix2>().unwrap(), map.view().field(Rec::FIELDS.at));
    assert_eq!(any.field("price").unwrap().typed::<big_endian::F64, Ix2>().unwrap().sum(), 210.0);
    let error = any.field("at.z").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NoSuchField);
    assert!(error.to_string().contains("`id`, `at`, `price`, `tag`, `ok`"), "{error}");
    for wrong in ["", ".", "at.", ".at", "id.x", "nope"] {
        assert_eq!(any.field(wrong).unwrap_err().kind(), ErrorKind::NoSuchField, "{wrong}");
    }
    let error = any.field("price").unwrap().typed::<f64, Ix2>().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::DTypeMismatch);
    assert!(error.to_string().contains("'>f8'") && error.to_string().contains("'<f8'"), "{error}");
    assert_eq!(any.typed::<Rec, Ix1>().unwrap_err().kind(), ErrorKind::RankMismatch);
    // Dots in names and titles, as they come.
    let tricky = dtype("[('a.b', '|u1'), ('a', [('b', '<u2'), ('c.d', '<u2')]), (('a title', 't'), '|u1')]");
    let bytes = [1, 2, 0, 3, 0, 4];
    let view = DynView::from_bytes(&bytes, &tricky).unwrap();
    let number = |name: &str| view.field(name).unwrap().at(0).as_u64().unwrap();
    assert_eq!([number("a.b"), number("a.c.d"), number("t"), number("a title")], [1, 3, 4, 4]);
    assert_eq!(view.field("a").unwrap().field("b").unwrap().at(0).as_u64(), Some(2));
}

#[test]
fn several_fields_stay_where_they_are() {
    let (_dir, map) = map();
    let any = map.view().untyped();
    let two = any.fields(["tag", "id"]).unwrap();
    assert_eq!(two.dtype().itemsize(), size_of::<Rec>());
    assert_eq!(
        two.dtype().to_string(),
        "{'names': ['tag', 'id'], 'formats': ['|S3', '|u1'], 'offsets': [28, 0], 'itemsize': 32}"
    );
    assert_eq!(two.strides(), any.strides());
    assert_eq!(two.slice(s![0, ..2]).to_string(), "[(b'\\x01', 1) (b'\\x02', 2)]");
    assert_eq!(any.fields(["nope"]).unwrap_err().kind(), ErrorKind::NoSuchField);
    assert_eq!(any.fields(["id", "id"]).unwrap_err().kind(), ErrorKind::BadDescr);
    let none: [&str; 0] = [];
    assert_eq!(any.fields(none).unwrap().dtype().fields().len(), 0);
}

#[test]
fn a_map_of_raw_bytes_needs_a_dtype() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("raw");
    fs::write(&path, (0..30).collect::<Vec<u8>>()).unwrap();
    let error = DynMap::open(&path).unwrap_err();
    assert_eq!((error.kind(), error.path()), (ErrorKind::Unsupported, Some(path.as_path())));
    assert!(error.to_string().contains(".dtype()"), "{error}");
    let pair = || dtype("[('a', '|u1'), ('b', '>u2')]");
    let map = DynMap::options().dtype(pair()).offset(6).open(&path).unwrap();
    assert_eq!((map.shape(), map.offset(), map.mode()), ([8].as_slice(), 6, Mode::ReadOnly));
    assert_eq!(map.at(7).to_string(), format!("(27, {})", 28 * 256 + 29));
    assert_eq!(map.into_typed::<Pair, Ix1>().unwrap().at(0).b.get(), 7 * 256 + 8);
    let map = DynMap::options().dtype(dtype("('|u1', (2, 3))")).open(&path).unwrap();
    assert_eq!((map.shape(), map.dtype()), ([5, 2, 3].as_slice(), &dtype("|u1")));
    assert_eq!(map.into_typed::<[u8; 3], Ix2>().unwrap().at([4, 1]), [27, 28, 29]);
    let map = DynMap::options().dtype(dtype("<u2")).shape((3, 5)).order(Order::F).open(&path).unwrap();
    assert_eq!(map.view().strides(), [2, 6]);
    let error = DynMap::options().dtype(dtype("<u4")).open(&path).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SizeNotMultiple);
    assert!(DynMap::options().dtype(pair()).offset(6).open(&path).unwrap().into_typed::<Rec, Ix1>().is_err());
    let error = DynMap::options().shape(3).create(dir.path().join("new")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::DTypeMismatch);
    assert!(!dir.path().join("new").exists());
}

#[derive(Clone, Copy, MmapRecord)]
#[repr(C, packed)]
struct Pair {
    a: u8,
    b: big_endian::U16,
}

#[test]
fn what_is_written_arrives_and_padding_stays() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("raw");
    let padded =
        dtype("[('a', '|u1'), ('', '|V3'), ('in', [('b', '>i4'), ('s', '<U2')], (2,)), ('', '|V1')]");
    fs::write(&path, [0xEE; 2 * 29]).unwrap();
    let mut map = DynMap::options().dtype(padded.clone()).open_rw(&path).unwrap();
    assert_eq!(map.shape(), [2]);
    let mut view = map.view_mut();
    view.field_mut("a").unwrap().set(1, 7).unwrap();
    view.field_mut("in.b").unwrap().set([1, 0], -2).unwrap();
    view.field_mut("in.s").unwrap().set([1, 1], "é").unwrap();
    drop(view);
    let bytes = fs::read(&path).unwrap();
    let mut expected = vec![0xEE; 58];
    expected[29] = 7;
    expected[33..37].copy_from_slice(&[0xFF, 0xFF, 0xFF, 0xFE]);
    expected[29 + 4 + 12 + 4..][..8].copy_from_slice(&[0xE9, 0, 0, 0, 0, 0, 0, 0]);
    assert_eq!(bytes, expected);
    // Whole records, by filling and by assigning.
    let value = map.at(1);
    map.view_mut().fill(&value).unwrap();
    assert_eq!(map.at(0), value);
    let bytes = fs::read(&path).unwrap();
    assert_eq!(bytes[1..4], [0xEE; 3]);
    assert_eq!(bytes[28], 0xEE);
    // A map that only reads.
    let mut map = DynMap::options().dtype(padded.clone()).open_mode(Mode::ReadOnly, &path).unwrap();
    assert_eq!(map.view_mut().unwrap_err().kind(), ErrorKind::ReadOnly);
    let mut map = DynMap::options().dtype(padded).open_cow(&path).unwrap();
    map.view_mut().field_mut("a").unwrap().fill(1).unwrap();
    assert_eq!(map.field("a").unwrap().at(0).as_i64(), Some(1));
    assert_eq!(fs::read(&path).unwrap(), bytes);
}

#[test]
fn values_say_what_they_are() {
    let bytes: Vec<u8> = (1..=60).collect();
    let one = |text: &str| {
        let dtype = dtype(text);
        let size = dtype.itemsize();
        Value::from_bytes(dtype, &bytes[..size]).unwrap()
    };
    assert!(matches!(one("|b1").data(), Datum::Bool(true)));
    assert!(matches!(one("<i2").data(), Datum::Int(0x0201)));
    assert!(matches!(one(">u2").data(), Datum::Uint(0x0102)));
    assert_eq!(
        (one("<i2").as_i64(), one("<i2").as_f64(), one("<i2").as_str()),
        (Some(0x0201), Some(513.0), None)
    );
    assert!(matches!(one("<f16").data(), Datum::Opaque(found) if found == &bytes[..16]));
    assert!(matches!(one("|V3").data(), Datum::Opaque([1, 2, 3])));
    assert!(matches!(one("<M8[25s]").data(), Datum::DateTime(Some(_), Some(step)) if step.count == 25));
    assert!(matches!(one("|S2").data(), Datum::Bytes([1, 2])));
    assert!(matches!(one("<U1").data(), Datum::Units(units) if units == [0x0403_0201]));
    let nat = Value::from_bytes(dtype("<m8[s]"), [0, 0, 0, 0, 0, 0, 0, 0x80]).unwrap();
    assert!(matches!(nat.data(), Datum::TimeDelta(None, Some(_))));
    assert_eq!(nat.to_string(), "NaT");
    let record = one("[('a', '|u1'), ('', '|V2'), ('m', '<u2', (2, 2))]");
    let Datum::Record(fields) = record.data() else { panic!() };
    assert_eq!(fields.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["a", "m"]);
    let Datum::Array(m) = fields[1].1.data() else { panic!() };
    assert_eq!((m.shape(), m.at([1, 0]).as_u64()), ([2, 2].as_slice(), Some(0x0908)));
    assert_eq!(record.bytes()[1..3], [0, 0]);
    assert_eq!(record.field("m").unwrap().to::<[[u16; 2]; 2]>().unwrap()[1], [0x0908, 0x0B0A]);
    assert_eq!(record.to::<u8>().unwrap_err().kind(), ErrorKind::DTypeMismatch);
    assert_eq!(Value::from_bytes(dtype("<u4"), [0; 3]).unwrap_err().kind(), ErrorKind::SizeNotMultiple);
    // Elements without bytes, and of more of them than there are addresses.
    let none = Value::from_bytes(dtype("[('n', [], (2147483647, 2147483647))]"), []).unwrap();
    assert!(matches!(none.data(), Datum::Record(fields) if fields.len() == 1));
    assert_eq!(Value::from_bytes(dtype("|S0"), []).unwrap().to::<ByteStr<0>>().unwrap(), "");
    assert_eq!(Value::from(0.1f32).to_string(), "0.1");
    assert_eq!(format!("{:?}", Value::from(2u8)), "Value(2, dtype='|u1')");
}

#[test]
fn values_are_converted_only_where_nothing_is_lost() {
    let cast = |value: &Value, to: &str| value.cast(&dtype(to));
    let fits =
        |value: Value, to: &str, text: &str| assert_eq!(cast(&value, to).unwrap().to_string(), text, "{to}");
    fits(Value::from(5), "|u1", "5");
    fits(Value::from(-5), ">i8", "-5");
    fits(Value::from(5), "<f2", "5.0");
    fits(Value::from(5.0), "<i2", "5");
    fits(Value::from(true), "<f8", "1.0");
    fits(Value::from(1), "|b1", "True");
    fits(Value::from(0.1), "<f4", "0.1");
    fits(Value::from(65504.0), ">f2", "6.55e+04");
    fits(Value::from(f64::INFINITY), "<f2", "inf");
    fits(Value::from(f64::NAN), "<f4", "nan");
    fits(Value::from(2), "<c8", "(2+0j)");
    fits(Value::from("ab"), "|S3", "b'ab'");
    fits(Value::from(b"ab".as_slice()), ">U2", "ab");
    fits(Value::from([1u8, 2]), "('<f8', (2,))", "[1. 2.]");
    fits(Value::from(Pos { x: 1.0, y: 2.0 }), "[('y', '>f8'), ('z', '<u2'), ('x', '<f4')]", "(2.0, 0, 1.0)");
    let lost = |value: Value, to: &str, kind: ErrorKind| {
        let error = cast(&value, to).unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
    };
    // Rounded once.
    fits(Value::from((1i64 << 54) + (1 << 30) + 1), "<f4", "1.80144e+16");
    // Names, not titles.
    let titled = Value::from_bytes(dtype("[(('a', 'x'), '|u1')]"), [5]).unwrap();
    fits(titled, "[('a', '|u1'), ('x', '|u1')]", "(0, 5)");
    lost(Value::from(256), "|u1", ErrorKind::Overflow);
    lost(Value::from(-1), "<u8", ErrorKind::Overflow);
    lost(Value::from(u64::MAX), "<i8", ErrorKind::Overflow);
    lost(Value::from(2), "|b1", ErrorKind::Overflow);
    lost(Value::from(0.5), "<i4", ErrorKind::Overflow);
    lost(Value::from(f64::NAN), "<i4", ErrorKind::Overflow);
    lost(Value::from(1e300), "<f4", ErrorKind::Overflow);
    lost(Value::from(65520.0), "<f2", ErrorKind::Overflow);
    lost(Value::from("abc"), "|S2", ErrorKind::ShapeMismatch);
    lost(Value::from("é"), "|S2", ErrorKind::DTypeMismatch);
    lost(Value::from("abc"), "<U2", ErrorKind::ShapeMismatch);
    lost(Value::from("1"), "<i4", ErrorKind::DTypeMismatch);
    lost(Value::from(1), "<M8[s]", ErrorKind::DTypeMismatch);
    lost(Value::from(Pos { x: 1.0, y: 2.0 }), "[('x', '<f4')]", ErrorKind::NoSuchField);
    lost(Value::from([1u8, 2]), "('<f8', (3,))", ErrorKind::DTypeMismatch);
    lost(Value::from(1), "<f16", ErrorKind::DTypeMismatch);
    // In both byte orders, for every width.
    for (little, big) in [
        ("<i2", ">i2"),
        ("<f4", ">f4"),
        ("<u8", ">u8"),
        ("<c16", ">c16"),
        ("<U2", ">U2"),
        ("<f16", ">f16"),
        ("<M8[s]", ">M8[s]"),
    ] {
        let size = dtype(little).itemsize();
        let value = Value::from_bytes(dtype(little), (0..size as u8).collect::<Vec<_>>()).unwrap();
        let swapped = cast(&value, big).unwrap();
        assert_ne!(swapped.bytes(), value.bytes());
        assert_eq!(cast(&swapped, little).unwrap(), value);
        if size <= 8 {
            assert_eq!(swapped.to_string(), value.to_string());
        }
    }
}

proptest! {
    /// Every half is the `f64` that rounds to it, and halfway is even.
    #[test]
    fn halves_round_to_nearest(number in any::<f64>(), small in -70000.0f64..70000.0, bits: u16) {
        let half = |bits: u16| Value::from_bytes(dtype("<f2"), bits.to_le_bytes()).unwrap().as_f64().unwrap();
        let finite = |bits: u16| bits & 0x7fff < 0x7c00;
        if finite(bits) {
            let back = Value::from(half(bits)).cast(&dtype("<f2")).unwrap();
            prop_assert_eq!(back.bytes(), bits.to_le_bytes());
        }
        for number in [number, small] {
            let Ok(value) = Value::from(number).cast(&dtype("<f2")) else {
                prop_assert!(number.abs() >= 65520.0);
                continue;
            };
            let found = u16::from_le_bytes(value.bytes().try_into().unwrap());
            if number.is_nan() {
                prop_assert!(half(found).is_nan());
                continue;
            }
            let distance = (half(found) - number).abs();
            for other in [found.wrapping_sub(1), found.wrapping_add(1)].into_iter().filter(|bits| finite(*bits)) {
                let further = (half(other) - number).abs();
                prop_assert!(distance < further || (distance == further && found % 2 == 0) || half(other) == half(found));
            }
        }
    }
}

#[test]
fn fields_are_copied_by_name() {
    let (dir, mut map) = map();
    let any = map.view().untyped();
    let wider = dtype(
        "[('none', '<f8'), ('price', '<f8'), ('tag', '|S5'), ('at', [('y', '>f8'), ('x', '>f4')], (2,)), ('id', '<i4'), ('ok', '<f4')]",
    );
    let mut to =
        DynMap::options().dtype(wider).shape((4, 5)).order(Order::F).create(dir.path().join("to")).unwrap();
    to.view_mut().field_mut("none").unwrap().fill(9.5).unwrap();
    let mut seen = Vec::new();
    to.view_mut().assign_by_name_with(&any, |progress| seen.push((progress.done, progress.total))).unwrap();
    assert_eq!(seen, [(20, 20)]);
    for (index, value) in ndarray::indices((4, 5)).into_iter().zip(to.iter()) {
        let from = map.at([index.0, index.1]);
        let number = |name: &str| value.field(name).unwrap().as_f64().unwrap();
        let found = [number("none"), number("price"), number("id"), number("ok")];
        assert_eq!(found, [9.5, from.price.get(), from.id.into(), f64::from(u8::from(from.ok))]);
        assert_eq!(value.field("tag").unwrap().as_str().unwrap(), from.tag.to_str().unwrap());
        let at = value.field("at").unwrap();
        let Datum::Array(at) = at.data() else { panic!() };
        for (pos, from) in at.iter().zip(from.at) {
            assert_eq!(pos.field("x").unwrap().as_f64(), Some(from.x.into()));
            assert_eq!(pos.field("y").unwrap().as_f64(), Some(from.y.into()));
        }
    }
    // Back again: every field that both have, if none is narrower.
    let error = map.assign_by_name(&to).unwrap_err();
    let text = error.to_string();
    assert_eq!(error.kind(), ErrorKind::DTypeMismatch);
    for part in ["field `tag`", "field `at.y`", "field `id`", "field `ok`"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains("`price`") && !text.contains("`at.x`"), "{text}");
    let before = map.to_vec();
    assert_eq!(map.at([3, 4]), rec(20));
    to.fill(to.at([0, 0])).unwrap();
    map.assign_by_name(&to.fields(["price", "none"]).unwrap()).unwrap();
    assert_eq!(map.at([3, 4]), Rec { price: 1.0.into(), ..before[19] });
    let error = map.assign_by_name(&to.fields(["none"]).unwrap()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NoSuchField);
    let error = map.assign_by_name(to.slice(s![..2, ..])).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ShapeMismatch);
    // The same records, from one map to another.
    let mut same = RecordMap::<Rec>::options().shape((5, 4)).create(dir.path().join("same")).unwrap();
    same.assign_by_name(map.view().t()).unwrap();
    assert_eq!(same.view().t().to_vec(), map.to_vec());
}

#[test]
fn long_copies_report_their_progress() {
    let dir = tempdir().unwrap();
    let from = RecordMap::<[f64; 4]>::options()
        .shape(3_000_000)
        .sparse(true)
        .create_npy(dir.path().join("a"))
        .unwrap();
    let any = DynMap::open(dir.path().join("a")).unwrap();
    let mut seen = Vec::new();
    let to = any.repack(dir.path().join("b"), &dtype(">f8"), |progress| seen.push(progress.done)).unwrap();
    assert_eq!((to.shape(), to.dtype()), ([3_000_000, 4].as_slice(), &dtype(">f8")));
    assert!(seen.len() >= 5 && seen.is_sorted() && *seen.last().unwrap() == 12_000_000, "{seen:?}");
    drop(from);
    let error = any.repack(dir.path().join("b"), &dtype(">f8"), |_| ()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    for lossy in ["<f4", "('<f8', (4,))", "[('a', '<f8')]"] {
        assert!(any.repack(dir.path().join("c"), &dtype(lossy), |_| ()).is_err());
        assert!(!dir.path().join("c").exists());
    }
    // Half of a copy has no name.
    let panicked = std::panic::catch_unwind(|| any.repack(dir.path().join("c"), &dtype(">f8"), |_| panic!()));
    assert!(panicked.is_err());
    if cfg!(target_os = "linux") {
        assert!(!dir.path().join("c").exists());
    }
}

/// What a small file says takes no time, where there is nothing to do.
#[test]
fn large_claims_cost_nothing() {
    let many = "[('a', [('x', '|u1'), ('y', '<u2')], (715827882,))]";
    let empty = DynView::from_bytes(&[], &dtype(many)).unwrap();
    assert!(empty.to_bytes().is_empty() && empty.is_empty());
    assert_eq!(empty.structured_to_unstructured().unwrap_err().kind(), ErrorKind::DTypeMismatch);
    let even = "[('a', [('x', '|u1'), ('y', '|u1')], (1000000000,))]";
    assert_eq!(
        DynView::from_bytes(&[], &dtype(even)).unwrap().structured_to_unstructured().unwrap().shape(),
        [0, 2_000_000_000]
    );
    let dir = tempdir().unwrap();
    let options = DynMap::options().dtype(dtype("[('a', '|V0')]")).shape(1 << 50);
    let none = options.create_npy(dir.path().join("none.npy")).unwrap();
    let mut seen = 0;
    none.repack(dir.path().join("copy.npy"), &dtype("[('b', '|V0'), ('a', '|V0')]"), |_| seen += 1).unwrap();
    assert_eq!(seen, 1);
    let deep = |name: &str| dtype(&format!("[('a', [('b', [('x', '{name}')], (3000,))], (3000,))]"));
    let from = DynMap::options().dtype(deep("<f8")).shape(0).create(dir.path().join("from")).unwrap();
    let mut to = DynMap::options().dtype(deep("<f4")).shape(0).create(dir.path().join("to")).unwrap();
    let text = to.assign_by_name(&from).unwrap_err().to_string();
    assert!(text.contains("field `a.b.x`") && text.len() < 1000, "{text}");
    // Numbers of elements without bytes that fit no memory.
    let bytes = [1, 0, 0, 0, 2, 0, 0, 0];
    for (none, text) in [
        ("'<f4', (2147483647, 2147483647, 2147483647, 0)", "(2, [...])"),
        ("[], (2147483647, 2147483647)", "(2, [[(), (), (), ..., (), (), ()], "),
    ] {
        let view = dtype(&format!("[('a', '<i4'), ('b', {none})]"));
        let view = DynView::from_bytes(&bytes, &view).unwrap();
        assert_eq!(view.to_bytes(), bytes);
        assert!(view.to_string().contains(text), "{view}");
        assert!(view.at(1).to_string().starts_with(text));
        assert_eq!(view.structured_to_unstructured().unwrap().shape(), [2, 1]);
    }
    let many = format!("[('a', '<i4'), ('b', [], ({}))]", "2,".repeat(60));
    assert_eq!(DynView::from_bytes(&bytes, &dtype(&many)).unwrap().to_string(), "[(1, [...]) (2, [...])]");
}

/// A dtype that is as deep as can be does not run a thread of 2 MiB out of stack.
#[test]
fn the_deepest_dtypes_are_shallow_enough() {
    let deepest = |make: &dyn Fn(DType) -> Option<DType>| {
        let mut deep = dtype("<i4");
        while let Some(deeper) = make(deep.clone()) {
            deep = deeper;
        }
        deep
    };
    let record = |dtype: DType| DType::packed([DTypeField::new("a", dtype)]).ok();
    let all = [
        deepest(&record),
        deepest(&|dtype| DType::array(dtype, &[1; 60]).ok()),
        deepest(&|dtype| DType::array(dtype, &[1]).ok()),
        deepest(&|dtype| DType::array(record(dtype)?, &[1; 64]).ok().and_then(record)),
        deepest(&|dtype| record(DType::array(dtype, &[1]).ok()?)),
    ];
    let small = std::thread::Builder::new().stack_size(2 << 20).spawn(move || {
        let dir = tempdir().unwrap();
        for (i, deep) in all.into_iter().enumerate() {
            assert_eq!(deep.itemsize(), 4);
            assert!(deep == deep.clone() && deep.difference("a", &dtype("<i8"), "b").is_some());
            let path = dir.path().join(format!("{i}"));
            let mut map = DynMap::options().dtype(deep.clone()).shape(2).create(&path).unwrap();
            map.fill(map.at(vec![0; map.ndim()])).unwrap();
            assert_eq!(map.view().to_bytes(), [0; 8]);
            assert!(!map.to_string().is_empty() && !format!("{map:?} {:?}", map.view()).is_empty());
            let value = map.at(vec![0; map.ndim()]);
            assert!(!format!("{value:?} {:?}", value.data()).is_empty());
            let _ = (
                map.view().structured_to_unstructured(),
                deep.to_aligned().unwrap(),
                deep.to_packed().unwrap(),
            );
            let _ = (deep.to_rust_struct("A"), deep.to_c_struct("A"), deep.to_numpy_dict());
            let _ = deep.to_string().parse::<DType>();
            // Some have more brackets than a header may have, which is an error.
            let path = dir.path().join(format!("{i}.npy"));
            if let Err(error) = map.repack(&path, &map.dtype().to_packed().unwrap(), |_| ()) {
                assert_eq!(error.kind(), ErrorKind::BadNpy, "{error}");
                assert!(!path.exists());
            }
        }
    });
    small.unwrap().join().unwrap();
}

/// Every byte of every field, however many there are.
#[test]
fn arrays_of_many_records_are_copied_whole() {
    let many = dtype(
        "[('a', [('x', '|u1'), ('y', '<u2'), ('z', [('u', '>u4'), ('v', '|S3')], (2,))], (70000,)), ('', '|V3'), ('w', '<f8')]",
    );
    let bytes: Vec<u8> = (0..2 * many.itemsize()).map(|i| (i % 251) as u8).collect();
    let view = DynView::from_bytes(&bytes, &many).unwrap();
    let mut expected = bytes.clone();
    for padding in [17 * 70000, many.itemsize() + 17 * 70000] {
        expected[padding..padding + 3].fill(0);
    }
    assert_eq!(view.to_bytes(), expected);
    let values: Vec<u8> = view.iter().flat_map(|value| value.bytes().to_vec()).collect();
    assert_eq!(values, expected);
    let dir = tempdir().unwrap();
    let mut map =
        DynMap::options().dtype(many.clone()).shape(2).create_npy(dir.path().join("a.npy")).unwrap();
    map.assign(&view).unwrap();
    assert_eq!(map.view().to_bytes(), expected);
    let swapped = dtype(
        "[('w', '>f8'), ('a', [('z', [('v', '|S5'), ('u', '<u4')], (2,)), ('y', '<i8'), ('x', '<f4')], (70000,))]",
    );
    let other = map.repack(dir.path().join("b.npy"), &swapped, |_| ()).unwrap();
    for (names, i) in [("a.x", 0), ("a.y", 1), ("a.z.u", 2), ("w", 3)] {
        let (from, to) = (map.field(names).unwrap(), other.field(names).unwrap());
        for (a, b) in from.iter().zip(to.iter()).step_by(997) {
            assert_eq!(a.as_f64().unwrap().to_bits(), b.as_f64().unwrap().to_bits(), "{names} {i}");
        }
    }
}

#[test]
fn records_are_repacked() {
    let dir = tempdir().unwrap();
    let packed = dtype("[('a', '|u1'), ('in', [('b', '<f8'), ('c', '|u1')], (2,)), (('t', 'd'), '>i4')]");
    let aligned = packed.to_aligned().unwrap();
    assert_eq!((packed.itemsize(), aligned.itemsize()), (23, 48));
    assert_eq!(aligned.to_packed().unwrap(), packed);
    assert_eq!(packed.to_packed().unwrap(), packed);
    assert_eq!(dtype("('<f8', (2,))").to_aligned().unwrap(), dtype("('<f8', (2,))"));
    let overlapping = DType::with_offsets(
        [DTypeField::new("a", dtype("<u4")).at(0), DTypeField::new("b", dtype("<u4")).at(2)],
        6,
    );
    assert_eq!(overlapping.unwrap().to_packed().unwrap().itemsize(), 8);
    let mut map = DynMap::options()
        .dtype(packed.clone())
        .shape((3, 2))
        .order(Order::F)
        .create_npy(dir.path().join("a"))
        .unwrap();
    for (i, at) in ndarray::indices((3, 2)).into_iter().enumerate() {
        let bytes: Vec<u8> = (0..23).map(|byte| byte + i as u8 * 23).collect();
        map.view_mut().set(at, Value::from_bytes(packed.clone(), bytes).unwrap()).unwrap();
    }
    let wide = map.repack(dir.path().join("b"), &aligned, |_| ()).unwrap();
    assert_eq!((wide.dtype(), wide.shape(), wide.order()), (&aligned, [3, 2].as_slice(), Order::F));
    assert_eq!(wide.view().to_string(), map.view().to_string());
    let again = wide.repack(dir.path().join("c"), &packed, |_| ()).unwrap();
    assert_eq!(again.view().to_bytes(), map.view().to_bytes());
    drop((map, again));
    assert_eq!(fs::read(dir.path().join("a")).unwrap(), fs::read(dir.path().join("c")).unwrap());
}

#[test]
fn scalars_become_an_axis_where_they_are_evenly_spaced() {
    let (_dir, map) = map();
    let at = map.view().field(Rec::FIELDS.at).elements();
    let xy = at.structured_to_unstructured::<f32>().unwrap();
    assert_eq!(xy.shape(), [4, 5, 2, 2]);
    assert_eq!(xy.at([3, 4, 1, 1]), 60.0);
    let all = |text: &str, len: usize| {
        let bytes: Vec<u8> = (0..len as u8).collect();
        let view = DynView::from_bytes(&bytes, &dtype(text)).map(|view| {
            let view = view.structured_to_unstructured()?;
            Ok::<_, mmrec::Error>((view.shape().to_vec(), view.strides().to_vec(), view.to_string()))
        });
        view.unwrap()
    };
    assert_eq!(all("[('a', '|u1'), ('b', '|u1')]", 4).unwrap().2, "[[0 1]\n [2 3]]");
    assert_eq!(
        all("[('a', '|u1'), ('', '|V1'), ('b', '|u1'), ('', '|V1')]", 8).unwrap(),
        (vec![2, 2], vec![4, 2], "[[0 2]\n [4 6]]".to_owned())
    );
    assert_eq!(
        all("[('a', '|u1', (2,)), ('in', [('x', '|u1'), ('y', '|u1')])]", 4).unwrap().2,
        "[[0 1 2 3]]"
    );
    assert_eq!(all("[('a', '|u1')]", 2).unwrap().0, [2, 1]);
    assert_eq!(
        all("[('none', [('x', '<f8'), ('y', '|S2')], (0,)), ('a', '|u1'), ('b', '|u1')]", 4).unwrap().2,
        "[[0 1]\n [2 3]]"
    );
    for wrong in [
        "[('a', '|u1'), ('b', '|i1')]",
        "[('a', '|u1'), ('', '|V1'), ('b', '|u1'), ('c', '|u1')]",
        "[('a', '|u1', (2,)), ('', '|V1'), ('c', '|u1')]",
        "{'names': ['a', 'b', 'c'], 'formats': ['|u1', '|u1', '|u1'], 'offsets': [0, 2, 1], 'itemsize': 4}",
        "[('', '|V4')]",
    ] {
        let size = dtype(wrong).itemsize();
        assert_eq!(all(wrong, size).unwrap_err().kind(), ErrorKind::DTypeMismatch, "{wrong}");
    }
    let back = "{'names': ['a', 'b'], 'formats': ['|u1', '|u1'], 'offsets': [2, 0], 'itemsize': 3}";
    assert_eq!(all(back, 3).unwrap_err().kind(), ErrorKind::DTypeMismatch);
}

#[test]
fn a_typed_map_is_an_untyped_one_and_a_proof() {
    let (dir, map) = map();
    drop(map);
    let open = || {
        DynMap::options()
            .dtype(DType::of::<Rec>())
            .offset(3)
            .shape(20)
            .open_rw(dir.path().join("recs"))
            .unwrap()
    };
    let mut typed = open().into_typed::<Rec, Ix1>().unwrap();
    assert_eq!(
        (typed.len(), typed.offset(), typed.mode(), typed.dtype()),
        (20, 3, Mode::ReadWrite, &DType::of::<Rec>())
    );
    typed.append(&[rec(33)]).unwrap();
    assert_eq!(typed.at(20), rec(33));
    let error = open().into_typed::<Pos, Ix1>().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::DTypeMismatch);
    assert_eq!(error.path(), Some(dir.path().join("recs").as_path()));
    assert_eq!(open().into_typed::<Rec, Ix0>().unwrap_err().kind(), ErrorKind::RankMismatch);
}
