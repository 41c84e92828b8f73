//! Element access: by value, valid whatever the bytes are, padding neither read nor written.

use std::{fs, thread};

use mmrec::{ByteStr, DType, Element, MmapRecord, RecordMap, ViewMut, big_endian, little_endian};
use tempfile::tempdir;

#[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
#[repr(C)]
struct Padded {
    tag: u8,
    price: f64,
    flag: bool,
    qty: u16,
}

/// 13 bytes: every field but the first two lies at an odd address for some record.
#[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
#[repr(C, packed)]
struct Packed13 {
    tag: u8,
    qty: u32,
    price: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
#[repr(C, packed)]
struct Packed21 {
    ok: bool,
    at: i64,
    xyz: [f32; 3],
}

#[test]
fn any_byte_under_a_bool_is_a_valid_bool() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("flags");
    fs::write(&path, [0, 1, 2, 128, 255]).unwrap();

    let map = RecordMap::<bool>::open(&path).unwrap();
    assert_eq!(map.to_vec(), [false, true, true, true, true]);
    for (value, expected) in map.iter().zip([0u8, 1, 1, 1, 1]) {
        // An invalid `bool` shows in its byte and in branches that the compiler turned into table look-ups.
        assert_eq!(u8::from(value), expected);
        assert_eq!(if value { "yes" } else { "no" }, ["no", "yes"][usize::from(expected)]);
        assert_eq!(Some(value).map(|v| !v), Some(expected == 0));
    }

    let arrays = RecordMap::<[bool; 5]>::open(&path).unwrap();
    assert_eq!(arrays.at(0), [false, true, true, true, true]);

    for byte in [2, 128, 255] {
        let mut bytes = [0; 24];
        bytes[16] = byte;
        fs::write(&path, bytes).unwrap();
        let map = RecordMap::<Padded>::open(&path).unwrap();
        assert!(map.at(0).flag);
        assert!(map.columns().flag.at(0));
        assert_eq!(map.select((Padded::FIELDS.flag, Padded::FIELDS.qty)).at(0), (true, 0));
    }
}

#[test]
fn a_bool_that_is_only_read_keeps_its_byte_and_one_that_is_written_is_0_or_1() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("flags");
    fs::write(&path, [2, 128, 255]).unwrap();
    let mut map = RecordMap::<bool>::open_rw(&path).unwrap();
    assert!(map.at(0));
    map.set(1, true);
    map.set(2, false);
    drop(map);
    assert_eq!(fs::read(&path).unwrap(), [2, 1, 0]);
}

/// The byte ranges of `Padded` that no field covers.
const GAPS: [std::ops::Range<usize>; 3] = [1..8, 17..18, 20..24];

#[test]
fn padding_in_the_file_is_never_written() {
    assert_eq!(
        DType::of::<Padded>().to_string(),
        "[('tag', '|u1'), ('', '|V7'), ('price', '<f8'), ('flag', '|b1'), ('', '|V1'), ('qty', '<u2'), ('', '|V4')]"
    );
    let dir = tempdir().unwrap();
    let path = dir.path().join("padded");
    let value = Padded { tag: 1, price: 2.0, flag: true, qty: 3 };

    type Write = fn(ViewMut<'_, Padded>, Padded);
    let writes: [(&str, Write); 7] = [
        ("set", |mut view, value| (0..4).for_each(|i| view.set(i, value))),
        ("fill", |mut view, value| view.fill(value)),
        ("update", |mut view, value| view.update(|_| value)),
        ("fill_with", |mut view, value| view.fill_with(|| value)),
        ("copy_from_slice", |mut view, value| view.copy_from_slice(&[value; 4])),
        ("assign", |mut view, value| {
            let dir = tempdir().unwrap();
            let mut other = RecordMap::options().shape(4).create(dir.path().join("other")).unwrap();
            other.fill(value);
            view.assign(&other.view());
        }),
        ("columns_mut", |mut view, value| {
            let mut columns = view.columns_mut();
            columns.tag.fill(value.tag);
            columns.price.fill(value.price);
            columns.flag.fill(value.flag);
            columns.qty.fill(value.qty);
        }),
    ];
    for (name, write) in writes {
        for byte in [0x00, 0xA5, 0xFF] {
            fs::write(&path, [byte; 4 * 24]).unwrap();
            let mut map = RecordMap::<Padded>::open_rw(&path).unwrap();
            write(map.view_mut(), value);
            assert_eq!(map.to_vec(), [value; 4], "{name}");
            map.close().unwrap();
            for record in fs::read(&path).unwrap().chunks_exact(24) {
                for gap in GAPS {
                    assert!(
                        record[gap.clone()].iter().all(|&b| b == byte),
                        "{name} wrote to the gap {gap:?}"
                    );
                }
                assert_eq!(record[0], 1);
                assert_eq!(record[8..16], 2.0f64.to_le_bytes());
                assert_eq!(record[18..20], 3u16.to_le_bytes());
            }
        }
    }
}

#[test]
fn padding_does_not_reach_a_record_that_is_read() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("padded");
    let mut bytes = [0xEE; 24];
    bytes[0] = 9;
    bytes[8..16].copy_from_slice(&1.5f64.to_le_bytes());
    bytes[16] = 0;
    bytes[18..20].copy_from_slice(&7u16.to_le_bytes());
    fs::write(&path, bytes).unwrap();
    let map = RecordMap::<Padded>::open(&path).unwrap();
    assert_eq!(map.at(0), Padded { tag: 9, price: 1.5, flag: false, qty: 7 });
}

#[test]
fn two_maps_of_one_file_see_each_others_writes() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("shared");
    let mut writer = RecordMap::<Packed13>::options().shape(1000).create(&path).unwrap();
    let reader = RecordMap::<Packed13>::open(&path).unwrap();
    let mut other_writer = RecordMap::<Packed13>::open_rw(&path).unwrap();
    let bytes = RecordMap::<u8>::open(&path).unwrap();

    // A view and an iterator taken before the write see it as well: nothing is cached.
    let (prices, mut iter) = (reader.columns().price, reader.iter());
    for i in 0..1000 {
        let value = Packed13 { tag: 1, qty: i, price: f64::from(i) / 4.0 };
        let map = if i % 2 == 0 { &mut writer } else { &mut other_writer };
        map.set(i as usize, value);
        assert_eq!(reader.at(i as usize), value);
        assert_eq!(prices.at(i as usize), f64::from(i) / 4.0);
        assert_eq!(iter.next(), Some(value));
        assert_eq!(bytes.at(i as usize * 13), 1);
    }
    assert_eq!(writer.to_vec(), other_writer.to_vec());
}

#[test]
fn a_reader_in_a_loop_sees_a_write_from_another_map() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("flag");
    let mut writer = RecordMap::<u64>::options().shape(1).create(&path).unwrap();
    let reader = RecordMap::<u64>::open(&path).unwrap();
    thread::scope(|scope| {
        // Were the read not volatile, it could be taken out of the loop, and the loop would not end.
        let waiting = scope.spawn(|| while reader.at(0) == 0 {});
        thread::sleep(std::time::Duration::from_millis(20));
        writer.set(0, 1);
        waiting.join().unwrap();
    });
}

#[test]
fn scalars_that_are_written_by_others_meanwhile_are_always_one_of_the_values_written() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("race");
    let mut writer = RecordMap::<Padded>::options().shape(8).create(&path).unwrap();
    let reader = RecordMap::<Padded>::open(&path).unwrap();
    let a = Padded { tag: 0x11, price: f64::from_bits(0x1111_1111_1111_1111), flag: true, qty: 0x1111 };
    let b = Padded { tag: 0x22, price: f64::from_bits(0x2222_2222_2222_2222), flag: false, qty: 0x2222 };
    writer.fill(a);
    thread::scope(|scope| {
        scope.spawn(move || (0..20_000).for_each(|i| writer.fill(if i % 2 == 0 { b } else { a })));
        for _ in 0..20_000 {
            for record in reader.iter() {
                assert!([a.tag, b.tag].contains(&record.tag));
                assert!([a.price.to_bits(), b.price.to_bits()].contains(&record.price.to_bits()));
                assert!([a.qty, b.qty].contains(&record.qty));
            }
        }
    });
}

/// The fields of packed records at every address modulo 8.
#[test]
fn fields_at_odd_addresses_read_and_write_the_right_bytes() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("packed");
    for offset in 0..8u64 {
        let mut map = RecordMap::<Packed21>::options().offset(offset).shape(50).create(&path).unwrap();
        for i in 0..50u8 {
            let at = i64::from(i) * -1_000_000_007;
            map.set(usize::from(i), Packed21 { ok: i % 3 == 0, at, xyz: [f32::from(i), 0.5, -1.0] });
        }
        drop(map);
        let bytes = fs::read(&path).unwrap();
        assert_eq!(bytes.len() as u64, offset + 50 * 21);
        let map = RecordMap::<Packed21>::options().offset(offset).open(&path).unwrap();
        let columns = map.columns();
        for i in 0..50usize {
            let record = &bytes[offset as usize + 21 * i..][..21];
            assert_eq!(record[0], u8::from(i % 3 == 0));
            assert_eq!(columns.at.at(i), i64::from_le_bytes(record[1..9].try_into().unwrap()));
            assert_eq!(columns.xyz.at(i), [i as f32, 0.5, -1.0]);
            assert_eq!(record[9..13], (i as f32).to_le_bytes());
        }
        assert_eq!(columns.at.strides(), [21]);
        assert_eq!(columns.at.byte_offset(), offset + 1);
        assert_eq!(columns.xyz.elements().strides(), [21, 4]);
        assert_eq!(columns.xyz.elements().shape(), [50, 3]);
    }
}

#[test]
fn the_f64_column_of_a_13_byte_record_is_not_truncated_to_whole_strides() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("packed");
    let mut map = RecordMap::<Packed13>::options().shape(100).create(&path).unwrap();
    map.columns_mut().price.update({
        let mut next = 0.0;
        move |_| {
            next += 1.0;
            next
        }
    });
    let expected: Vec<f64> = (1..=100).map(f64::from).collect();
    assert_eq!(map.columns().price.to_vec(), expected);
    assert_eq!(map.columns().price.strides(), [13]);
    assert!(map.columns().tag.iter().all(|tag| tag == 0) && map.columns().qty.iter().all(|qty| qty == 0));
}

#[test]
fn byte_order_numbers_are_stored_in_their_order_on_every_machine() {
    fn round_trip<T: Element + PartialEq + std::fmt::Debug>(value: T, descr: &str, stored: &[u8]) {
        let dir = tempdir().unwrap();
        let path = dir.path().join("one");
        let mut map = RecordMap::<T>::options().shape(1).create(&path).unwrap();
        map.set(0, value);
        assert_eq!(map.at(0), value);
        map.close().unwrap();
        assert_eq!(fs::read(&path).unwrap(), stored, "{descr}");
        assert_eq!(DType::of::<T>().to_string(), format!("'{descr}'"));
    }
    let (i16, i32, i64) = (-2i16, -3i32, -4i64);
    let (u16, u32, u64) = (0x0102u16, 0x0102_0304u32, 0x0102_0304_0506_0708u64);
    round_trip(little_endian::U16::new(u16), "<u2", &u16.to_le_bytes());
    round_trip(little_endian::U32::new(u32), "<u4", &u32.to_le_bytes());
    round_trip(little_endian::U64::new(u64), "<u8", &u64.to_le_bytes());
    round_trip(little_endian::I16::new(i16), "<i2", &i16.to_le_bytes());
    round_trip(little_endian::I32::new(i32), "<i4", &i32.to_le_bytes());
    round_trip(little_endian::I64::new(i64), "<i8", &i64.to_le_bytes());
    round_trip(little_endian::F32::new(1.5), "<f4", &1.5f32.to_le_bytes());
    round_trip(little_endian::F64::new(-2.5), "<f8", &(-2.5f64).to_le_bytes());
    round_trip(big_endian::U16::new(u16), ">u2", &u16.to_be_bytes());
    round_trip(big_endian::U32::new(u32), ">u4", &u32.to_be_bytes());
    round_trip(big_endian::U64::new(u64), ">u8", &u64.to_be_bytes());
    round_trip(big_endian::I16::new(i16), ">i2", &i16.to_be_bytes());
    round_trip(big_endian::I32::new(i32), ">i4", &i32.to_be_bytes());
    round_trip(big_endian::I64::new(i64), ">i8", &i64.to_be_bytes());
    round_trip(big_endian::F32::new(1.5), ">f4", &1.5f32.to_be_bytes());
    round_trip(big_endian::F64::new(-2.5), ">f8", &(-2.5f64).to_be_bytes());
}

#[test]
#[expect(clippy::host_endian_bytes, reason = "native numbers are stored in the machine's own order")]
fn native_numbers_and_arrays_round_trip_bit_for_bit() {
    fn round_trip<T: Element>(value: T, stored: &[u8]) {
        let dir = tempdir().unwrap();
        let path = dir.path().join("one");
        let mut map = RecordMap::<T>::options().offset(3).shape(2).create(&path).unwrap();
        map.set(1, value);
        let back = map.at(1);
        map.set(0, back);
        map.close().unwrap();
        let bytes = fs::read(&path).unwrap();
        assert_eq!(bytes[3..], [stored, stored].concat());
    }
    round_trip(f64::from_bits(0x7ff4_0000_0000_0001), &0x7ff4_0000_0000_0001u64.to_ne_bytes());
    round_trip(f32::from_bits(0xffa0_0001), &0xffa0_0001u32.to_ne_bytes());
    round_trip(i8::MIN, &[0x80]);
    round_trip([[1u16, 2, 3], [4, 5, 6]], &[1u16, 2, 3, 4, 5, 6].map(u16::to_ne_bytes).concat());
    round_trip(std::array::from_fn::<u8, 21, _>(|i| i as u8), &(0..21).collect::<Vec<u8>>());
    round_trip(
        std::array::from_fn::<i8, 9, _>(|i| -(i as i8)),
        &[0u8, 255, 254, 253, 252, 251, 250, 249, 248],
    );
    round_trip(ByteStr::<11>::new("hello").unwrap(), b"hello\0\0\0\0\0\0");
    round_trip([0u64; 0], &[]);
}

#[test]
fn byte_strings_are_trimmed_checked_and_compared_as_numpys() {
    let s = |text: &str| ByteStr::<4>::new(text).unwrap();
    assert_eq!(s("ab").as_bytes(), b"ab");
    assert_eq!(s("a\0b").as_bytes(), b"a\0b");
    assert_eq!(s("ab\0"), s("ab"));
    assert!(s("ab") < s("ab\x01") && s("ab") < s("b") && s("") < s("a"));
    assert_eq!((s("").len(), s("abcd").len()), (0, 4));
    assert_eq!(s("ab").to_string(), "ab");
    assert_eq!(format!("{:>6}|{:?}", s("ab"), s("a\"")), "    ab|b\"a\\\"\"");
    let error = ByteStr::<4>::new("abcde").unwrap_err();
    assert_eq!(error.kind(), mmrec::ErrorKind::ShapeMismatch);
    assert!(error.to_string().contains("5 bytes") && error.to_string().contains("ByteStr<5>"), "{error}");
    assert!(ByteStr::<2>::from_padded([0xff, 0]).to_str().is_err());
    assert_eq!(ByteStr::<2>::from_padded([0xff, 0]).to_string_lossy(), "\u{fffd}");
}

#[test]
fn maps_and_views_go_to_other_threads() {
    fn send_and_sync<T: Send + Sync>() {}
    send_and_sync::<RecordMap<Padded>>();
    send_and_sync::<RecordMap<Padded, mmrec::IxDyn, mmrec::ReadWrite>>();
    send_and_sync::<RecordMap<Padded, mmrec::Ix2, mmrec::AnyMode>>();
    send_and_sync::<mmrec::View<'static, Padded, mmrec::Ix2>>();
    send_and_sync::<ViewMut<'static, Padded, mmrec::IxDyn>>();
    send_and_sync::<mmrec::Iter<'static, Padded, mmrec::Ix1>>();
    send_and_sync::<mmrec::Error>();
}
