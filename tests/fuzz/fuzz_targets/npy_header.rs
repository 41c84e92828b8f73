//! Any bytes, or any text as a header, as a `.npy` file: it opens or is refused, and what opens is read and grown.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use mmrec::{
    DType, DynMap, DynOptions, ErrorKind, IxDyn, MmapRecord, Order, RecordMap, big_endian,
    ndarray::SliceInfoElem,
};
use mmrec_fuzz::{Memory, check_dtype, check_view};

static FILE: LazyLock<Memory> = LazyLock::new(Memory::default);

/// One of the records in the headers that the fuzzer starts with.
#[derive(Clone, Copy, MmapRecord)]
#[repr(C, packed)]
struct Tick {
    ts: u64,
    price: big_endian::F64,
    qty: u32,
}

// The first byte says what the others are.
fuzz_target!(|input: &[u8]| {
    let Some((&how, rest)) = input.split_first() else { return };
    let place = if how & 8 == 0 { None } else { Some(5) };
    let mut file = vec![b'-'; place.unwrap_or(0)];
    match how & 1 {
        0 => file.extend_from_slice(rest),
        _ => add_header(&mut file, rest, how >> 1 & 3),
    }
    if how & 1 == 1 {
        let data = [0, 60, 5000, 70_000][usize::from(how >> 4 & 3)];
        let fill = [0, 0xff, 37, 1][usize::from(how >> 6)];
        file.extend((0..data).map(|i: usize| i.wrapping_mul(fill) as u8));
    }
    FILE.rewrite(&file);
    let options = || match place {
        Some(place) => DynMap::options().npy_at(place as u64),
        None => DynMap::options(),
    };
    let map = match options().open(FILE.file()) {
        Ok(map) => map,
        Err(error) => return refused(error),
    };
    check_map(&map, file.len());
    check_typed(&map, place.map(|place| place as u64));
    let copy = options().open_cow(FILE.file()).expect("it opens to be read");
    assert_eq!(copy.shape(), map.shape());
    drop(copy);
    let end = map.offset() + bytes_of(&map);
    drop(map);
    assert_eq!(FILE.bytes(), file);
    // An array grows where nothing lies behind it.
    FILE.set_len(end);
    file.truncate(end as usize);
    check_grown(options, &file);
});

/// A header around a text, and the magic before it.
fn add_header(file: &mut Vec<u8>, text: &[u8], version: u8) {
    let version = version.max(1);
    file.extend_from_slice(b"\x93NUMPY");
    file.extend_from_slice(&[version, 0]);
    let len = (text.len() as u32).to_le_bytes();
    file.extend_from_slice(if version == 1 { &len[..2] } else { &len });
    file.extend_from_slice(text);
}

fn refused(error: mmrec::Error) {
    use ErrorKind::{
        BadDescr, BadNpy, Overflow, PastEnd, RankMismatch, ShapeMismatch, Truncated, Unsupported,
    };
    let known = [BadDescr, BadNpy, Overflow, PastEnd, RankMismatch, ShapeMismatch, Truncated, Unsupported];
    assert!(known.contains(&error.kind()), "{error:?}");
}

fn bytes_of<M>(map: &DynMap<M>) -> u64 {
    map.len() as u64 * map.dtype().itemsize() as u64
}

fn check_map<M>(map: &DynMap<M>, file: usize) {
    assert!(map.offset() + bytes_of(map) <= file as u64);
    check_dtype(map.dtype());
    check_view(&map.view());
}

/// A map of a Rust type opens where the dtype is its, and has the same elements.
fn check_typed(map: &DynMap, place: Option<u64>) {
    fn typed<T: mmrec::Element>(map: &DynMap, place: Option<u64>) {
        let options = RecordMap::<T>::options().rank::<IxDyn>();
        let options = if let Some(place) = place { options.npy_at(place) } else { options };
        match options.open(FILE.file()) {
            Ok(typed) => {
                assert_eq!(*map.dtype(), DType::of::<T>());
                assert_eq!(typed.shape(), map.shape());
                assert_eq!(typed.offset(), map.offset());
                // Of one axis the order is of no account.
                assert!(map.ndim() <= 1 || typed.order() == map.order());
                // Those of no elements are of no account.
                assert!(map.is_empty() || typed.view().strides() == map.view().strides());
                assert_eq!(typed.to_string(), map.view().to_string());
                let again = map.view().typed::<T, IxDyn>().expect("the dtype is that of the type");
                assert_eq!(again.shape(), typed.shape());
            }
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::DTypeMismatch, "{error}");
                // In Fortran order elements that are arrays are whole.
                let axes_join = map.order() == Order::C || map.ndim() <= 1;
                assert!(!axes_join || *map.dtype() != DType::of::<T>());
            }
        }
    }
    typed::<Tick>(map, place);
    typed::<i32>(map, place);
    typed::<f64>(map, place);
}

/// One row more, and all that was there is there still; or nothing has changed.
fn check_grown(options: impl Fn() -> DynOptions, file: &[u8]) {
    let mut map = options().sparse(true).open_rw(FILE.file()).expect("it opens to be read");
    let (shape, order, offset, end) =
        (map.shape().to_vec(), map.order(), map.offset(), map.offset() + bytes_of(&map));
    // A row along whichever axis takes no more memory than this.
    let most = shape.iter().fold(map.dtype().itemsize() as u128, |bytes, &len| bytes * len.max(1) as u128);
    if most > 1 << 20 {
        return;
    }
    match map.grow(1) {
        Ok(()) => {
            let grown = map.shape().to_vec();
            let axis =
                (0..shape.len()).find(|&axis| grown[axis] == shape[axis] + 1).expect("an axis has grown");
            assert_eq!([&grown[..axis], &grown[axis + 1..]], [&shape[..axis], &shape[axis + 1..]]);
            assert!(order == Order::F || axis == 0);
            let after = FILE.bytes();
            assert_eq!(after.len() as u64, offset + bytes_of(&map));
            assert!(after.len() as u64 >= end);
            assert!(after[file.len()..].iter().all(|&byte| byte == 0));
            assert_eq!(after[offset as usize..file.len()], file[offset as usize..]);
            let again = options().open(FILE.file()).expect("what grows opens again");
            assert_eq!((again.shape(), again.order(), again.offset()), (&grown[..], order, offset));
            assert_eq!(again.dtype(), map.dtype());
            // By values, too, those of the last row.
            match map.append(&again.slice(last_row(&grown, axis).as_slice())) {
                Ok(()) => assert_eq!(map.shape()[axis], grown[axis] + 1),
                // The number may have a digit more.
                Err(error) => assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}"),
            }
        }
        Err(error) => {
            use ErrorKind::{Overflow, RankMismatch, Unsupported};
            assert!([Overflow, RankMismatch, Unsupported].contains(&error.kind()), "{error:?}");
            drop(map);
            assert_eq!(FILE.bytes(), file);
        }
    }
}

/// The slice of the last index of an axis.
fn last_row(shape: &[usize], axis: usize) -> Vec<SliceInfoElem> {
    let part = |(other, &len): (usize, &usize)| {
        let start = if other == axis { len - 1 } else { 0 };
        SliceInfoElem::from(start..len)
    };
    shape.iter().enumerate().map(part).collect()
}
