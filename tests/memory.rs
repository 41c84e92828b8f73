//! How much memory of its own a map takes, counted by the allocator: none for the size of the file. And what a text takes
//! that is not what it claims.

use std::{fs::File, hint::black_box, path::PathBuf};

use allocation_counter::measure;
use mmrec::{DType, DynMap, MmapRecord, RecordMap};
use tempfile::{TempDir, tempdir};

#[derive(Clone, Copy, MmapRecord)]
#[repr(C)]
struct Sample {
    ts: u64,
    value: f64,
    rest: [u64; 6],
}

/// A file of holes.
fn sparse(len: u64) -> (TempDir, PathBuf) {
    let dir = tempdir().unwrap();
    let path = dir.path().join("sparse");
    File::create(&path).unwrap().set_len(len).unwrap();
    (dir, path)
}

#[test]
fn a_scan_of_1_gib_allocates_under_1_mib() {
    let (_dir, path) = sparse(1 << 30);
    let allocated = measure(|| {
        let map = RecordMap::<Sample>::open(&path).unwrap();
        let values = map.field(Sample::FIELDS.value);
        let (count, sum) = values.iter().fold((0, 0.0), |(count, sum), value| (count + 1, sum + value));
        assert_eq!((count, sum), (1 << 24, 0.0));
    });
    // In all, so that it is the most at one time too.
    assert!(allocated.bytes_total < 1 << 20, "{allocated:?}");
}

#[test]
fn opening_64_gib_allocates_under_64_kib() {
    let of_size = |len| {
        let (_dir, path) = sparse(len);
        measure(|| {
            let map = RecordMap::<Sample>::open(&path).unwrap();
            assert_eq!(map.len() as u64, len / 64);
            black_box(map.at(map.len() - 1).ts);
        })
    };
    // The first map of a process makes the place where the handler of faults finds it, which later ones use again.
    of_size(64 << 10);
    let (small, huge) = (of_size(64 << 10), of_size(64 << 30));
    assert!(huge.bytes_total < 64 << 10, "{huge:?}");
    assert_eq!(huge.count_total, small.count_total);
}

/// A text is refused before anything is built from it, and what it says is not believed.
#[test]
fn a_text_that_is_no_dtype_allocates_little() {
    let deep = "[".repeat(64 << 10);
    let broken = format!("[{}('b', '<i4']", "('a', '<i4'), ".repeat(4 << 10));
    let many_axes = format!("('<i4', ({}))", "1,".repeat(16 << 10));
    for text in [deep.as_str(), &broken, &many_axes, "('<i4', (99999999999999999999,))", "'|V2147483648'"] {
        let allocated = measure(|| assert!(text.parse::<DType>().is_err()));
        assert!(allocated.bytes_max < 32 << 10, "{text:.20}: {allocated:?}");
    }
    let huge = measure(|| {
        assert_eq!("[('a', '|V2147483647')]".parse::<DType>().unwrap().itemsize(), i32::MAX as usize)
    });
    assert!(huge.bytes_total < 4 << 10, "{huge:?}");
}

/// What a header claims is not allocated; what it holds takes room in proportion.
#[test]
fn a_header_allocates_by_what_the_file_has_and_not_by_what_it_claims() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("array.npy");
    let file = |version: u8, claimed: u32, head: &str| {
        let mut file = b"\x93NUMPY".to_vec();
        file.extend([version, 0]);
        file.extend(&claimed.to_le_bytes()[..if version == 1 { 2 } else { 4 }]);
        file.extend(head.as_bytes());
        std::fs::write(&path, &file).unwrap();
        file.len() as u64
    };
    let header = |descr: &str, shape: &str| {
        format!("{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}\n")
    };
    let opened = || measure(|| drop(DynMap::open(&path).unwrap_err()));
    // Sizes that are not there.
    for claimed in [u32::MAX, 1 << 20, 1 << 16] {
        file(2, claimed, &header("'<f8'", "(3,)"));
        assert!(opened().bytes_max < 64 << 10);
    }
    for shape in ["(1152921504606846975,)", "(4294967296, 4294967296)", "(18446744073709551615, 0)"] {
        let head = header("'<f8'", shape);
        file(1, head.len() as u32, &head);
        assert!(opened().bytes_max < 64 << 10, "{shape}");
    }
    // Headers of many fields, brackets and axes, which are refused.
    let many = "[".repeat(512 << 10);
    let fields = header(&format!("[{}('a', '<i4')]", "('a', '<i4'), ".repeat(32 << 10)), "(3,)");
    let axes = header("'<f8'", &format!("({})", "1,".repeat(128 << 10)));
    for head in [many, axes] {
        let len = file(2, head.len() as u32, &head);
        let allocated = opened();
        assert!(allocated.bytes_max < 4 * len, "{len} bytes: {allocated:?}");
    }
    // The names of fields are compared, for which they have to be there.
    let len = file(2, fields.len() as u32, &fields);
    let allocated = opened();
    assert!(allocated.bytes_max < 40 * len, "{len} bytes: {allocated:?}");
}
