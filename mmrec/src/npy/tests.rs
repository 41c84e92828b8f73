//! Headers against NumPy's: `tests/golden/headers.json`.

use std::{collections::BTreeMap, io};

use serde_json::Value;

use super::header::{self, Header};
use crate::{
    dtype::DType,
    error::{ErrorKind, Result},
};

fn golden(section: &str) -> Vec<Value> {
    let text = include_str!("../../tests/golden/headers.json");
    let golden: Value = serde_json::from_str(text).unwrap();
    golden[section].as_array().unwrap().clone()
}

/// Reads from memory as from a file.
pub(super) fn reader(bytes: &[u8]) -> impl FnMut(u64, &mut [u8]) -> io::Result<usize> {
    move |at, buf| {
        let rest = usize::try_from(at).ok().and_then(|at| bytes.get(at..)).unwrap_or(&[]);
        let len = rest.len().min(buf.len());
        buf[..len].copy_from_slice(&rest[..len]);
        Ok(len)
    }
}

fn read(bytes: &[u8]) -> Result<Header> {
    header::read(0, &mut reader(bytes))
}

fn latin1(text: &str) -> Vec<u8> {
    text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect()
}

fn wrapped(version: u8, text: &str) -> Vec<u8> {
    let body = if version == 3 { text.as_bytes().to_vec() } else { latin1(text) };
    let len = u32::try_from(body.len()).unwrap().to_le_bytes();
    let width = if version == 1 { 2 } else { 4 };
    [b"\x93NUMPY".as_slice(), &[version, 0], &len[..width], &body].concat()
}

fn shape(value: &Value) -> Vec<usize> {
    value.as_array().unwrap().iter().map(|len| usize::try_from(len.as_u64().unwrap()).unwrap()).collect()
}

#[test]
#[cfg_attr(target_pointer_width = "32", ignore = "NumPy had shapes of 64 bits")]
fn headers_are_written_as_numpy_writes_them() {
    let cases = golden("written");
    assert!(cases.len() >= 200, "the file has too few cases: {}", cases.len());
    for case in cases {
        let dtype: DType = case[0].as_str().unwrap().parse().unwrap();
        let (shape, fortran) = (shape(&case[1]), case[2].as_bool().unwrap());
        let spaces = usize::try_from(case[4].as_u64().unwrap()).unwrap();
        let expected = [latin1(case[3].as_str().unwrap()), vec![b' '; spaces], b"\n".to_vec()].concat();
        if dtype.outer_axis().is_some() {
            assert_eq!(header::write(&dtype, &shape, fortran).unwrap_err().kind(), ErrorKind::Unsupported);
            continue;
        }
        let written = header::write(&dtype, &shape, fortran).unwrap();
        assert_eq!(String::from_utf8_lossy(&written), String::from_utf8_lossy(&expected));
        assert_eq!(written, expected, "{dtype} {shape:?}");

        let back = read(&expected).unwrap();
        assert_eq!((&back.dtype, &back.shape, back.fortran), (&dtype, &shape, fortran));
        assert_eq!(back.len, expected.len() as u64);
    }
}

#[test]
fn long_headers_have_the_version_that_numpy_chooses() {
    let mut versions = BTreeMap::new();
    for case in golden("long") {
        let count = usize::try_from(case[1].as_u64().unwrap()).unwrap();
        let name = case[0].as_str().unwrap().repeat(count);
        let dtype = DType::packed([crate::dtype::DTypeField::new(name, "<i4".parse().unwrap())]).unwrap();
        let written = header::write(&dtype, &[3], false).unwrap();
        assert_eq!(
            (Some(u64::from(written[6])), Some(written.len() as u64)),
            (case[2].as_u64(), case[3].as_u64())
        );
        assert_eq!(read(&written).unwrap().dtype, dtype);
        *versions.entry(written[6]).or_insert(0) += 1;
    }
    assert!(versions.len() == 3 && versions.values().all(|&count| count > 2), "{versions:?}");
}

#[test]
fn what_a_header_cannot_say_is_not_written() {
    let cases = golden("unwritten");
    assert!(cases.len() >= 4);
    for case in cases {
        let dtype: DType = case.as_str().unwrap().parse().unwrap();
        let error = header::write(&dtype, &[3], false).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
    }
    // NumPy writes it, and reads padding.
    let nameless: DType = "[((None, ''), '|V4')]".parse().unwrap();
    assert_eq!(header::write(&nameless, &[3], false).unwrap_err().kind(), ErrorKind::Unsupported);
    let huge = DType::packed([crate::dtype::DTypeField::new("x".repeat(1 << 20), "<i4".parse().unwrap())]);
    assert_eq!(header::write(&huge.unwrap(), &[3], false).unwrap_err().kind(), ErrorKind::Overflow);
}

/// Where the verdict is not NumPy's: part of the text, which one case or more have to have, and the reason.
const DIFFERENCES: [(&str, &str); 2] = [
    ("'descr': {}", "a dict is no list of fields; NumPy takes its keys for one"),
    ("'descr': {('a', '<i4'): 1}", "a dict is no list of fields; NumPy takes its keys for one"),
];

/// What is read, as the golden file has it.
fn outcome(bytes: &[u8]) -> Value {
    match read(bytes) {
        Ok(header) => {
            let shape: Vec<u64> = header.shape.iter().map(|&len| len as u64).collect();
            serde_json::json!([header.dtype.to_string(), shape, header.fortran, header.len])
        }
        Err(error) => match error.kind() {
            ErrorKind::Unsupported => "objects".into(),
            ErrorKind::BadNpy | ErrorKind::BadDescr | ErrorKind::Overflow | ErrorKind::RankMismatch => {
                "refused".into()
            }
            kind => panic!("{kind:?}: {error}"),
        },
    }
}

#[test]
#[cfg_attr(target_pointer_width = "32", ignore = "NumPy had shapes of 64 bits")]
fn headers_are_read_as_numpy_reads_them() {
    let (read, raw) = (golden("read"), golden("raw"));
    assert!(read.len() >= 1800 && raw.len() >= 90, "too few cases: {} and {}", read.len(), raw.len());
    let read = read.iter().map(|case| {
        let (version, text) = (u8::try_from(case[0].as_u64().unwrap()).unwrap(), case[1].as_str().unwrap());
        (format!("{version} {text:?}"), wrapped(version, text), &case[2])
    });
    let raw = raw.iter().map(|case| {
        let text = case[0].as_str().unwrap();
        (format!("raw {text:?}"), latin1(text), &case[1])
    });
    let (mut wrong, mut used) = (Vec::new(), [0; DIFFERENCES.len()]);
    for (name, bytes, expected) in read.chain(raw) {
        let outcome = outcome(&bytes);
        let difference = DIFFERENCES.iter().position(|(text, _)| name.contains(text));
        match difference {
            Some(i) if outcome != *expected => used[i] += 1,
            _ if outcome != *expected => {
                let error = header::read(0, &mut reader(&bytes)).err();
                wrong.push(format!("{name}\n  NumPy: {expected}\n  found: {outcome} {error:?}"));
            }
            _ => {}
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(used.iter().all(|&count| count > 0), "a difference that is none: {used:?}");
}

/// The header once the axis has been written anew.
fn with_axis_len(bytes: &[u8], axis: usize, len: usize) -> Option<Vec<u8>> {
    let header = read(bytes).unwrap();
    let (at, new) = header.with_axis_len(axis, len)?;
    let at = usize::try_from(at).unwrap();
    let end = usize::try_from(header.len).unwrap();
    assert_eq!(
        at + new.len(),
        end - usize::from(bytes[end - 1] == b'\n'),
        "it reaches to the end of the text"
    );
    let mut changed = bytes.to_vec();
    changed[at..at + new.len()].copy_from_slice(&new);
    // Whatever number another program has written meanwhile, the last one wins.
    for other in [0, 9, 10, 12_345, 10usize.pow(9)] {
        if let Some((there, others)) = header.with_axis_len(axis, other) {
            let mut both = bytes.to_vec();
            for (at, new) in [(usize::try_from(there).unwrap(), &others), (at, &new)] {
                both[at..at + new.len()].copy_from_slice(new);
            }
            assert_eq!(both, changed, "{other}, then {len}");
        }
    }
    Some(changed)
}

#[test]
#[cfg_attr(target_pointer_width = "32", ignore = "NumPy had shapes of 64 bits")]
fn a_growing_axis_is_written_as_numpy_would_have_written_it() {
    let (mut checked, lengths) = (0, [0, 1, 9, 10, 99, 100, 123_456, 10usize.pow(18), isize::MAX as usize]);
    for case in golden("written") {
        let dtype: DType = case[0].as_str().unwrap().parse().unwrap();
        let (mut shape, fortran) = (shape(&case[1]), case[2].as_bool().unwrap());
        let Some(axis) = shape.len().checked_sub(1).map(|last| if fortran { last } else { 0 }) else {
            continue;
        };
        let Ok(before) = header::write(&dtype, &shape, fortran) else { continue };
        for len in lengths {
            shape[axis] = len;
            let after = header::write(&dtype, &shape, fortran).unwrap();
            assert_eq!(with_axis_len(&before, axis, len).unwrap(), after, "{dtype} {shape:?}");
            // What moves is a few bytes.
            assert!(read(&before).unwrap().with_axis_len(axis, len).unwrap().1.len() < 300);
        }
        checked += 1;
    }
    assert!(checked > 150, "too few headers: {checked}");
}

#[test]
fn an_axis_is_written_anew_in_headers_by_other_hands() {
    let cases = [
        (
            "{'shape': (9,), 'descr': '<i4', 'fortran_order': False}  \n",
            10,
            Some("{'shape': (10,), 'descr': '<i4', 'fortran_order': False} \n"),
        ),
        ("{'shape': (9,), 'descr': '<i4', 'fortran_order': False} \n", 100, None),
        (
            "{'shape': (9,), 'descr': '<i4', 'fortran_order': False}\n",
            8,
            Some("{'shape': (8,), 'descr': '<i4', 'fortran_order': False}\n"),
        ),
        ("{'shape': (9,), 'descr': '<i4', 'fortran_order': False}", 10, None),
        (
            "{'shape': (99,), 'descr': '<i4', 'fortran_order': False}",
            1,
            Some("{'shape': (1,), 'descr': '<i4', 'fortran_order': False} "),
        ),
        (
            "{'shape': (9,) , # rows\n'descr': \"<i4\", 'fortran_order': False} # end \n",
            10,
            Some("{'shape': (10,) , # rows\n'descr': \"<i4\", 'fortran_order': False} # end\n"),
        ),
        (
            "{'descr': '<i4', 'fortran_order': False, 'shape': ( +9L, 2), }   \n",
            10,
            Some("{'descr': '<i4', 'fortran_order': False, 'shape': ( 10, 2), }    \n"),
        ),
        ("{'descr': '<i4', 'fortran_order': False, 'shape': (0x9,)}\n", 1234, None),
        (
            "{'descr': '<i4', 'fortran_order': False, 'shape': ((9),)}\n",
            8,
            Some("{'descr': '<i4', 'fortran_order': False, 'shape': ((8),)}\n"),
        ),
        (
            "{'shape': (1,), 'descr': '<i4', 'fortran_order': False, 'shape': (9,)} \n",
            10,
            Some("{'shape': (1,), 'descr': '<i4', 'fortran_order': False, 'shape': (10,)}\n"),
        ),
        ("{'descr': '<i4', 'fortran_order': False, 'shape': (9,)}\t\n", 10, None),
        ("{'descr': '<i4', 'fortran_order': False, 'shape': (99,)}\\\n ", 1, None),
        (
            "{'shape': (9,), 'descr': [('caf\u{e9}', '<i4')], 'fortran_order': False} \n",
            10,
            Some("{'shape': (10,), 'descr': [('caf\u{e9}', '<i4')], 'fortran_order': False}\n"),
        ),
        (
            "{'descr': [('caf\u{e9}', '<i4')], 'fortran_order': False, 'shape': (9,)} \n",
            10,
            Some("{'descr': [('caf\u{e9}', '<i4')], 'fortran_order': False, 'shape': (10,)}\n"),
        ),
    ];
    for (before, len, after) in cases {
        for version in [1, 3] {
            if version == 3 && before.contains('L') {
                continue;
            }
            let after = after.map(|after| wrapped(version, after));
            assert_eq!(with_axis_len(&wrapped(version, before), 0, len), after, "{before}");
        }
    }
    assert!(read(&wrapped(1, cases[0].0)).unwrap().with_axis_len(1, 3).is_none());
}

/// In every header that NumPy reads.
#[test]
fn an_axis_written_anew_is_read_and_nothing_else_has_changed() {
    let (mut changed, mut full) = (0, 0);
    for case in golden("read") {
        let (version, text) = (u8::try_from(case[0].as_u64().unwrap()).unwrap(), case[1].as_str().unwrap());
        let before = wrapped(version, text);
        let Ok(header) = read(&before) else { continue };
        for axis in 0..header.shape.len().min(3) {
            for len in [0, 7, 1000] {
                let Some(after) = with_axis_len(&before, axis, len) else {
                    full += 1;
                    continue;
                };
                let found = read(&after).unwrap_or_else(|error| panic!("{text:?}: {error}"));
                let mut shape = header.shape.clone();
                shape[axis] = len;
                assert_eq!((found.shape, found.fortran, found.len), (shape, header.fortran, header.len));
                assert_eq!(found.dtype, header.dtype);
                changed += 1;
            }
        }
    }
    assert!(changed > 500 && full > 100, "{changed} {full}");
}

#[test]
fn a_header_is_found_anywhere_and_read_in_any_pieces() {
    let header = header::write(&"[('ts', '<u8'), ('', '|V3')]".parse().unwrap(), &[4], false).unwrap();
    let bytes = [vec![b'x'; 1000], header.clone(), vec![b'y'; 9]].concat();
    let mut whole = reader(&bytes);
    let mut byte_by_byte = |at: u64, buf: &mut [u8]| whole(at, &mut buf[..1]);
    let found = header::read(1000, &mut byte_by_byte).unwrap();
    assert_eq!((found.len, found.shape), (header.len() as u64, vec![4]));
    for at in [999, 1001, u64::MAX, u64::MAX - 7] {
        let error = header::read(at, &mut reader(&bytes)).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::BadNpy, "{error}");
    }
}

#[test]
fn errors_of_the_file_pass_through() {
    let header = wrapped(1, "{'descr': '<i4', 'fortran_order': False, 'shape': (3,)}");
    for fails_at in [0, 8, 10] {
        let mut whole = reader(&header);
        let mut fails = |at: u64, buf: &mut [u8]| match at {
            at if at == fails_at => Err(io::ErrorKind::StorageFull.into()),
            at => whole(at, buf),
        };
        let error = header::read(0, &mut fails).err().unwrap();
        assert_eq!(error.io_error().unwrap().kind(), io::ErrorKind::StorageFull);
    }
}

/// What a header claims is not believed before it has been found.
#[test]
fn a_claimed_length_is_not_allocated() {
    for claim in [1u32 << 20, (1 << 20) + 1, u32::MAX] {
        let bytes = [b"\x93NUMPY\x02\0".as_slice(), &claim.to_le_bytes(), b"{'descr': '<i4'"].concat();
        let mut largest = 0;
        let mut whole = reader(&bytes);
        let mut count = |at: u64, buf: &mut [u8]| {
            largest = largest.max(buf.len());
            whole(at, buf)
        };
        let error = header::read(0, &mut count).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::BadNpy);
        assert!(error.to_string().contains(&claim.to_string()), "{error}");
        assert!(largest <= 16 << 10, "{largest} bytes at once");
    }
}

#[test]
fn deep_headers_need_little_stack() {
    let of = |descr: &str| format!("{{'descr': {descr}, 'fortran_order': False, 'shape': (3,)}}");
    let nested = |n: usize| of(&format!("{}'<i4'{}", "[('a', ".repeat(n), ")]".repeat(n)));
    let shaped = |n: usize| of(&format!("{}'<i4'{}", "(".repeat(n), ", 1)".repeat(n)));
    let grouped = |n: usize| of(&format!("{}'<i4'{}", "(".repeat(n), ")".repeat(n)));
    let fields = |n: usize| of(&format!("{}'<i4'{}", "[(('a', ".repeat(n), "))]".repeat(n)));
    let cases = [
        (nested(99), true),
        (nested(100), false),
        (shaped(198), true),
        (shaped(199), true),
        (shaped(200), false),
        (grouped(199), true),
        (grouped(200), false),
        (fields(66), true),
        (fields(67), false),
        (of(&"[".repeat(65536)), false),
        (of(&"(".repeat(65536)), false),
        (of(&"{'a':".repeat(65536)), false),
        (of(&"-".repeat(65536)), false),
        ("[".repeat(1 << 20), false),
    ];
    let small = std::thread::Builder::new().stack_size(1 << 20).spawn(move || {
        for (text, is_read) in cases {
            let read = read(&wrapped(3, &text));
            assert_eq!(read.is_ok(), is_read, "{:.80} {:?}", text, read.err());
        }
    });
    small.unwrap().join().unwrap();
}

/// The same numbers on every run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end as u64).unwrap()
    }

    /// The bytes with a few mistakes in them: some changed, cut out, repeated, or put in from elsewhere.
    fn mutated(&mut self, bytes: &[u8], other: &[u8]) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        for _ in 0..=self.below(3) {
            let at = self.below(bytes.len() + 1);
            let end = (at + self.below(9)).min(bytes.len());
            let (from, len) = (self.below(other.len()), self.below(12));
            let piece = other[from..(from + len).min(other.len())].to_vec();
            match self.below(4) {
                0 if at < bytes.len() => bytes[at] = u8::try_from(self.below(256)).unwrap(),
                1 => drop(bytes.drain(at..end)),
                2 => drop(bytes.splice(at..at, piece)),
                _ => drop(bytes.splice(at..end, piece)),
            }
        }
        bytes
    }
}

/// How many mutations a test tries; `MMREC_MUTATIONS` in the environment for more.
pub(super) fn mutations(seeds: &[Vec<u8>], mut check: impl FnMut(&[u8])) {
    let count = std::env::var("MMREC_MUTATIONS").map_or(20_000, |count| count.parse().unwrap());
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for _ in 0..count {
        let (seed, other) = (random.below(seeds.len()), random.below(seeds.len()));
        check(&random.mutated(&seeds[seed], &seeds[other]));
    }
}

#[test]
fn any_header_is_read_or_refused_and_what_is_read_can_be_written() {
    let texts = golden("read").into_iter().filter(|case| case[2].is_array());
    let texts = texts.map(|case| case[1].as_str().unwrap().as_bytes().to_vec());
    let (seeds, mut accepted) = (texts.filter(|text| text.len() < 400).collect::<Vec<_>>(), 0);
    mutations(&seeds, |text| {
        for version in [1, 3] {
            let len = u32::try_from(text.len()).unwrap().to_le_bytes();
            let width = if version == 1 { 2 } else { 4 };
            let bytes = [b"\x93NUMPY".as_slice(), &[version, 0], &len[..width], text].concat();
            let Ok(header) = read(&bytes) else { continue };
            accepted += 1;
            assert_eq!(header.len, bytes.len() as u64);
            if header.dtype.outer_axis().is_none() && header.dtype.has_descr() {
                let written = header::write(&header.dtype, &header.shape, header.fortran).unwrap();
                let back = read(&written).unwrap();
                assert_eq!((back.dtype, back.shape), (header.dtype, header.shape));
            }
        }
        // Bytes that have nothing to do with the length in front of them.
        let _ = read(text);
    });
    assert!(accepted > 1000, "too few were read: {accepted}");
}
