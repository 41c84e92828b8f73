//! Any bytes as an `.npz`, and archives that are made and then damaged: members are found or refused, and lie within the
//! file.
#![no_main]

use std::sync::LazyLock;

use arbitrary::{Arbitrary, Unstructured};
use libfuzzer_sys::fuzz_target;
use mmrec::{DType, DynMap, ErrorKind, Order};
use mmrec_fuzz::{Memory, check_view};

static FILE: LazyLock<Memory> = LazyLock::new(Memory::default);

/// An archive as `numpy.savez` writes one, or nearly.
#[derive(Arbitrary, Debug)]
struct Archive<'a> {
    members: Vec<Member<'a>>,
    /// Bytes in front of it.
    prefix: Option<&'a [u8]>,
    comment: Option<&'a [u8]>,
    /// Whether the end has the form for large archives.
    wide: bool,
    /// What is put where in the end.
    damage: Vec<(u16, u8)>,
}

#[derive(Arbitrary, Debug)]
struct Member<'a> {
    name: Name<'a>,
    array: Array<'a>,
    /// Whether its sizes are where those of large members are.
    wide: bool,
    extra: Option<&'a [u8]>,
    is_compressed: bool,
    /// Bytes that it has less than the directory says.
    missing: Option<u8>,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Name<'a> {
    A,
    Numbered(u8),
    Any(&'a str),
}

#[derive(Arbitrary, Debug)]
enum Array<'a> {
    Made {
        dtype: u8,
        shape: [u8; 2],
        fortran: bool,
        seed: u8,
        cut: Option<u8>,
    },
    /// Whatever.
    Bytes(&'a [u8]),
}

const DTYPES: [&str; 5] = ["'|u1'", "'<i4'", "'>f8'", "[('a', '|u1'), ('b', '<u4')]", "'<U3'"];

impl Name<'_> {
    fn text(self) -> String {
        match self {
            Name::A => "a.npy".to_owned(),
            Name::Numbered(number) => format!("arr_{}.npy", number % 3),
            Name::Any(text) => text.chars().take(300).collect(),
        }
    }
}

/// The array of a member.
struct Npy {
    dtype: DType,
    shape: Vec<usize>,
    order: Order,
    data: Vec<u8>,
    /// Whether not all of it is there.
    is_cut: bool,
}

impl Array<'_> {
    /// The bytes of the `.npy`, and what is in them.
    fn npy(&self) -> (Vec<u8>, Option<Npy>) {
        let (dtype, shape, fortran, seed, cut) = match self {
            Array::Bytes(bytes) => return (bytes.to_vec(), None),
            Array::Made { dtype, shape, fortran, seed, cut } => (*dtype, *shape, *fortran, *seed, *cut),
        };
        let text = DTYPES[usize::from(dtype) % DTYPES.len()];
        let dtype: DType = text.parse().expect("a dtype");
        let shape = shape.map(|len| usize::from(len % 7)).to_vec();
        let count = shape.iter().product::<usize>() * dtype.itemsize();
        let data: Vec<u8> = (0..count).map(|i| (i as u8).wrapping_mul(seed)).collect();
        let order = if fortran { "True" } else { "False" };
        let mut header =
            format!("{{'descr': {text}, 'fortran_order': {order}, 'shape': ({}, {}), }}", shape[0], shape[1]);
        header += &" ".repeat(63 - (10 + header.len()) % 64);
        header.push('\n');
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        bytes.extend_from_slice(&(header.len() as u16).to_le_bytes());
        bytes.extend_from_slice(header.as_bytes());
        bytes.extend_from_slice(&data);
        let is_cut = cut.is_some_and(|cut| cut > 0);
        bytes.truncate(bytes.len().saturating_sub(usize::from(cut.unwrap_or(0))));
        let order = if fortran { Order::F } else { Order::C };
        (bytes, Some(Npy { dtype, shape, order, data, is_cut }))
    }
}

fn put(file: &mut Vec<u8>, numbers: &[(u64, usize)]) {
    for &(number, width) in numbers {
        file.extend_from_slice(&number.to_le_bytes()[..width]);
    }
}

impl Archive<'_> {
    fn bytes(&self) -> Vec<u8> {
        let mut file = self.prefix.unwrap_or_default().to_vec();
        let prefix = file.len() as u64;
        let mut directory = Vec::new();
        for member in &self.members {
            let (data, name) = (member.array.npy().0, member.name.text());
            let missing = u64::from(member.missing.unwrap_or(0));
            let (at, len) = (file.len() as u64 - prefix, data.len() as u64 + missing);
            let method = u64::from(member.is_compressed) * 8;
            let utf8 = u64::from(!name.is_ascii()) << 11;
            let mut extra = Vec::new();
            if let Some(other) = member.extra {
                let other = &other[..other.len().min(100)];
                put(&mut extra, &[(0x5455, 2), (other.len() as u64, 2)]);
                extra.extend_from_slice(other);
            }
            let size = if member.wide { u64::from(u32::MAX) } else { len };
            if member.wide {
                put(&mut extra, &[(1, 2), (16, 2), (len, 8), (len, 8)]);
            }
            let (name_len, extra_len) = (name.len() as u64, extra.len() as u64);
            file.extend_from_slice(b"PK\x03\x04");
            put(&mut file, &[(45, 2), (utf8, 2), (method, 2), (0, 4), (0, 4), (size, 4), (size, 4)]);
            put(&mut file, &[(name_len, 2), (extra_len, 2)]);
            file.extend_from_slice(name.as_bytes());
            file.extend_from_slice(&extra);
            file.extend_from_slice(&data);
            directory.extend_from_slice(b"PK\x01\x02");
            put(
                &mut directory,
                &[(45, 2), (45, 2), (utf8, 2), (method, 2), (0, 4), (0, 4), (size, 4), (size, 4)],
            );
            put(&mut directory, &[(name_len, 2), (extra_len, 2), (0, 2), (0, 2), (0, 2), (0, 4), (at, 4)]);
            directory.extend_from_slice(name.as_bytes());
            directory.extend_from_slice(&extra);
        }
        let (at, count) = (file.len() as u64 - prefix, self.members.len() as u64);
        let size = directory.len() as u64;
        file.extend_from_slice(&directory);
        if self.wide {
            let end = file.len() as u64 - prefix;
            file.extend_from_slice(b"PK\x06\x06");
            put(
                &mut file,
                &[(44, 8), (45, 2), (45, 2), (0, 4), (0, 4), (count, 8), (count, 8), (size, 8), (at, 8)],
            );
            file.extend_from_slice(b"PK\x06\x07");
            put(&mut file, &[(0, 4), (end, 8), (1, 4)]);
        }
        let comment = self.comment.unwrap_or_default();
        file.extend_from_slice(b"PK\x05\x06");
        put(
            &mut file,
            &[(0, 2), (0, 2), (count, 2), (count, 2), (size, 4), (at, 4), (comment.len() as u64, 2)],
        );
        file.extend_from_slice(comment);
        file
    }

    /// The member that is meant by a name: the last that has it, or that has it with the suffix.
    fn find(&self, name: &str) -> Option<&Member<'_>> {
        let last = |name: &str| self.members.iter().rev().find(|member| member.name.text() == name);
        last(name).or_else(|| last(&format!("{name}.npy")))
    }

    /// Whether it is whole, and what is behind it cannot be taken for something else.
    fn is_plain(&self) -> bool {
        self.members.iter().all(|member| member.missing.is_none_or(|missing| missing == 0))
            && self.comment.is_none_or(|comment| !comment.windows(2).any(|pair| pair == b"PK"))
    }
}

fuzz_target!(|input: &[u8]| {
    let Some((&how, rest)) = input.split_first() else { return };
    if how & 1 == 0 {
        FILE.rewrite(rest);
        for name in ["a", "b.npy", ""] {
            let _ = open(name, rest.len());
        }
        return;
    }
    let Ok(mut archive) = Archive::arbitrary_take_rest(Unstructured::new(rest)) else { return };
    archive.members.truncate(3);
    let mut file = archive.bytes();
    let is_damaged = !archive.damage.is_empty();
    for &(at, byte) in archive.damage.iter().take(20) {
        let len = file.len();
        file[usize::from(at) % len] ^= byte;
    }
    FILE.rewrite(&file);
    let names = archive.members.iter().map(|member| member.name.text());
    for name in names.chain(["a", "arr_1", ""].map(str::to_owned)) {
        let opened = open(&name, file.len());
        if !is_damaged && archive.is_plain() {
            check_member(&archive, &name, opened);
        }
    }
});

/// Opens a member in every mode; what opens lies within the file.
fn open(name: &str, len: usize) -> mmrec::Result<DynMap> {
    let options = || DynMap::options().npz_member(name);
    let read = options().open(FILE.file());
    match &read {
        Ok(map) => {
            let copy = options().open_cow(FILE.file()).expect("it opens to be read");
            assert_eq!((copy.shape(), copy.dtype()), (map.shape(), map.dtype()));
            let written = options().open_rw(FILE.file()).map(drop).expect_err("an archive is not written");
            assert_eq!(written.kind(), ErrorKind::Unsupported, "{written}");
            let end = map.offset() as u128 + map.len() as u128 * map.dtype().itemsize() as u128;
            assert!(end <= len as u128);
            check_view(&map.view());
        }
        Err(error) => {
            use ErrorKind::{
                BadDescr, BadNpy, NoSuchMember, Overflow, RankMismatch, ShapeMismatch, Truncated, Unsupported,
            };
            let known = [
                BadDescr,
                BadNpy,
                NoSuchMember,
                Overflow,
                RankMismatch,
                ShapeMismatch,
                Truncated,
                Unsupported,
            ];
            assert!(known.contains(&error.kind()), "{error:?}");
            assert!(error.to_string().len() < 1 << 20);
        }
    }
    read
}

/// Of an archive that is as it was made, every member opens and is what was put there.
fn check_member(archive: &Archive<'_>, name: &str, opened: mmrec::Result<DynMap>) {
    let Some(member) = archive.find(name) else {
        let error = opened.map(drop).expect_err("there is none of that name");
        assert_eq!(error.kind(), ErrorKind::NoSuchMember, "{error}");
        return;
    };
    if member.is_compressed {
        let error = opened.map(drop).expect_err("it is compressed");
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
        return;
    }
    let Some(npy) = member.array.npy().1 else { return };
    if npy.is_cut {
        let error = opened.map(drop).expect_err("not all of it is there");
        assert!(matches!(error.kind(), ErrorKind::Truncated | ErrorKind::BadNpy), "{error:?}");
        return;
    }
    let map = opened.unwrap_or_else(|error| panic!("{name:?}: {error}"));
    assert_eq!((map.dtype(), map.shape()), (&npy.dtype, &npy.shape[..]));
    assert_eq!(map.order(), npy.order);
    let view = if npy.order == Order::F { map.view().t() } else { map.view() };
    assert_eq!(view.to_bytes(), npy.data);
}
