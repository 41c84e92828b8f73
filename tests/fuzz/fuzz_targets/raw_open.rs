//! Raw files opened in every mode with any offset and shape, against a model of what has to come out.
#![no_main]

use std::{fs, path::PathBuf, sync::LazyLock};

use arbitrary::{Arbitrary, Unstructured};
use libfuzzer_sys::fuzz_target;
use mmrec::{AnyMode, DType, DynMap, Element, ErrorKind, IxDyn, MmapRecord, Mode, Order, RecordMap, Source};
use mmrec_fuzz::{Memory, without_axes};

static FILE: LazyLock<Memory> = LazyLock::new(Memory::default);

/// A file that is made and removed again for an input.
static NEW: LazyLock<PathBuf> =
    LazyLock::new(|| format!("/dev/shm/mmrec-fuzz-{}", std::process::id()).into());

/// Past so many bytes a file or map has holes, and the system may refuse it.
const LARGE: u128 = 1 << 20;

#[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
#[repr(C, packed)]
struct Packed {
    tag: u8,
    id: u32,
    bits: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, MmapRecord)]
#[repr(C)]
struct Padded {
    tag: u8,
    id: u32,
    half: u16,
}

#[derive(Arbitrary, Debug)]
enum Type {
    Byte,
    Packed,
    Padded,
    Triple,
    Nothing,
    Bool,
}

#[derive(Arbitrary, Clone, Copy, Debug, PartialEq)]
enum Start {
    /// So many bytes.
    Bytes(u16),
    /// The first of them begin as those of a `.npy` do.
    Magic(u16),
    /// A hole behind some bytes.
    Sparse(Size),
    /// None, at a path.
    Missing,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum How {
    Read,
    Write,
    Copy,
    Create,
}

/// A number that is likely to be small, or near a limit.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Size(u64);

impl<'a> Arbitrary<'a> for Size {
    fn arbitrary(u: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
        let near =
            |u: &mut Unstructured<'a>, to: u64| Ok(to.wrapping_add_signed(i64::from(u.arbitrary::<i8>()?)));
        Ok(Self(match u.arbitrary::<u8>()? {
            small @ 0..160 => u64::from(small % 16),
            160..190 => u64::from(u.arbitrary::<u16>()?),
            190..240 => {
                let power = u.int_in_range(8..=63)?;
                near(u, 1 << power)?
            }
            240..250 => near(u, 0)?,
            _ => u.arbitrary()?,
        }))
    }
}

#[derive(Arbitrary, Debug)]
struct Input {
    element: Type,
    start: Start,
    seed: u8,
    offset: Size,
    shape: Option<Shape>,
    order: Option<bool>,
    how: How,
    sparse: bool,
    raw: bool,
    by_path: bool,
    populate: bool,
    untyped: bool,
    at: u64,
}

#[derive(Debug)]
struct Shape(Vec<usize>);

impl<'a> Arbitrary<'a> for Shape {
    fn arbitrary(u: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
        let ndim = u.int_in_range(0..=6)?;
        Ok(Self((0..ndim).map(|_| Ok(u.arbitrary::<Size>()?.0 as usize)).collect::<arbitrary::Result<_>>()?))
    }
}

/// How an element is read from its bytes without mmrec, and which bytes of it are written.
trait Modelled: Element + PartialEq + std::fmt::Debug {
    fn decode(bytes: &[u8]) -> Self;
    fn is_padding(byte: usize) -> bool {
        let _ = byte;
        false
    }
}

fn le<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    bytes[at..at + N].try_into().expect("as many bytes")
}

impl Modelled for u8 {
    fn decode(bytes: &[u8]) -> Self {
        bytes[0]
    }
}

impl Modelled for bool {
    fn decode(bytes: &[u8]) -> Self {
        bytes[0] != 0
    }
}

impl Modelled for Packed {
    fn decode(bytes: &[u8]) -> Self {
        Self { tag: bytes[0], id: u32::from_le_bytes(le(bytes, 1)), bits: i64::from_le_bytes(le(bytes, 5)) }
    }
}

impl Modelled for Padded {
    fn decode(bytes: &[u8]) -> Self {
        Self { tag: bytes[0], id: u32::from_le_bytes(le(bytes, 4)), half: u16::from_le_bytes(le(bytes, 8)) }
    }

    fn is_padding(byte: usize) -> bool {
        matches!(byte, 1..4 | 10..12)
    }
}

impl Modelled for [u16; 3] {
    fn decode(bytes: &[u8]) -> Self {
        [0, 2, 4].map(|at| u16::from_le_bytes(le(bytes, at)))
    }
}

impl Modelled for [u16; 0] {
    fn decode(_: &[u8]) -> Self {
        []
    }
}

fuzz_target!(|input: Input| {
    match input.element {
        Type::Byte => run::<u8>(input),
        Type::Packed => run::<Packed>(input),
        Type::Padded => run::<Padded>(input),
        Type::Triple => run::<[u16; 3]>(input),
        Type::Nothing => run::<[u16; 0]>(input),
        Type::Bool => run::<bool>(input),
    }
});

/// What a file holds: some bytes, and zeros up to its length.
#[derive(Clone, Debug)]
struct Content {
    bytes: Vec<u8>,
    len: u64,
}

impl Content {
    fn new(start: Start, seed: u8) -> Self {
        let pattern = |len: usize| -> Vec<u8> {
            let byte = |i: usize| (i.wrapping_mul(2 * usize::from(seed) + 1) >> 3) as u8 ^ seed;
            (0..len).map(byte).collect()
        };
        match start {
            Start::Bytes(len) => Self { bytes: pattern(len.into()), len: len.into() },
            Start::Magic(len) => {
                let mut bytes = pattern(len.into());
                bytes.iter_mut().zip(b"\x93NUMPY\x09").for_each(|(byte, magic)| *byte = *magic);
                Self { bytes, len: len.into() }
            }
            Start::Sparse(Size(len)) => {
                let len = len.min(i64::MAX as u64);
                let bytes = pattern(len.min(300) as usize);
                Self { bytes, len }
            }
            Start::Missing => Self { bytes: Vec::new(), len: 0 },
        }
    }

    fn at(&self, at: u128, len: usize) -> Vec<u8> {
        let byte = |i| usize::try_from(at + i as u128).ok().and_then(|i| self.bytes.get(i)).copied();
        (0..len).map(|i| byte(i).unwrap_or(0)).collect()
    }
}

/// What has to come out of an opening.
#[derive(Debug)]
enum Outcome {
    /// An array of this shape; `end`: the length of the file then.
    Opens {
        shape: Vec<usize>,
        end: u64,
    },
    Fails(ErrorKind),
}

/// The offset and shape held against the rules, in numbers that do not overflow.
fn expect<T: Element>(input: &Input, file: &Content) -> Outcome {
    let (itemsize, offset) = (size_of::<T>() as u128, u128::from(input.offset.0));
    let fits = |shape: &[usize]| {
        let count = shape.iter().try_fold(1u128, |count, &len| count.checked_mul(len.max(1) as u128));
        count.filter(|&count| count <= isize::MAX as u128)
    };
    let bytes_of = |shape: &[usize]| {
        // With the axes of elements that are arrays.
        fits(&[shape, &without_axes(T::DTYPE).1].concat())?;
        let most = fits(shape)?.checked_mul(itemsize).filter(|&bytes| bytes <= isize::MAX as u128)?;
        let bytes = if shape.contains(&0) { 0 } else { most };
        (offset + bytes <= i64::MAX as u128).then_some(bytes)
    };
    let given = input.shape.as_ref().map(|shape| &shape.0);
    if let Some(shape) = given
        && bytes_of(shape).is_none()
    {
        return Outcome::Fails(ErrorKind::Overflow);
    }
    if let How::Create = input.how {
        return match given {
            Some(shape) => {
                let end = offset + bytes_of(shape).unwrap_or(0);
                Outcome::Opens { shape: shape.clone(), end: end as u64 }
            }
            None => Outcome::Fails(ErrorKind::ShapeMismatch),
        };
    }
    if let Start::Missing = input.start {
        return Outcome::Fails(ErrorKind::Io);
    }
    if file.bytes.starts_with(b"\x93NUMPY") && offset == 0 && !input.raw {
        return Outcome::Fails(ErrorKind::BadNpy);
    }
    let len = u128::from(file.len);
    let Some(shape) = given else {
        return match len.checked_sub(offset) {
            None => Outcome::Fails(ErrorKind::PastEnd),
            Some(_) if itemsize == 0 => Outcome::Fails(ErrorKind::ShapeMismatch),
            Some(rest) if rest % itemsize != 0 => Outcome::Fails(ErrorKind::SizeNotMultiple),
            Some(rest) => {
                let shape = vec![(rest / itemsize) as usize];
                match bytes_of(&shape) {
                    Some(_) => Outcome::Opens { shape, end: file.len },
                    None => Outcome::Fails(ErrorKind::Overflow),
                }
            }
        };
    };
    let bytes = bytes_of(shape).unwrap_or(0);
    let end = offset + bytes;
    let shape = shape.clone();
    match input.how {
        How::Write if end > len && bytes > 0 => Outcome::Opens { shape, end: end as u64 },
        How::Write => Outcome::Opens { shape, end: file.len },
        _ if end > len => Outcome::Fails(ErrorKind::PastEnd),
        _ => Outcome::Opens { shape, end: file.len },
    }
}

/// A map with or without a Rust type.
enum Map<T> {
    Typed(RecordMap<T, IxDyn, AnyMode>),
    Line(RecordMap<T, mmrec::Ix1, AnyMode>),
    Untyped(DynMap<AnyMode>),
}

fn open<T: Element>(
    input: &Input,
    mode: Mode,
    sparse: bool,
    populate: bool,
    from: impl Source,
) -> mmrec::Result<Map<T>> {
    macro_rules! with_options {
        ($options:expr) => {{
            let options = $options.offset(input.offset.0).sparse(sparse).populate(populate);
            let options = if input.raw { options.raw() } else { options };
            match input.order {
                None => options,
                Some(true) => options.order(Order::F),
                Some(false) => options.order(Order::C),
            }
        }};
    }
    let shape = input.shape.as_ref().map(|shape| &shape.0[..]);
    if input.untyped {
        let options = with_options!(DynMap::options().dtype(DType::of::<T>()));
        return Ok(Map::Untyped(match shape {
            Some(shape) => options.shape(shape).open_mode(mode, from)?,
            None => options.open_mode(mode, from)?,
        }));
    }
    let options = with_options!(RecordMap::<T>::options());
    Ok(match shape {
        Some(shape) => Map::Typed(options.shape(shape).open_mode(mode, from)?),
        None => Map::Line(options.open_mode(mode, from)?),
    })
}

fn run<T: Modelled>(input: Input) {
    let file = Content::new(input.start, input.seed);
    let is_new = input.start == Start::Missing;
    if is_new {
        let _ = fs::remove_file(&*NEW);
    } else {
        FILE.rewrite(&file.bytes);
        FILE.set_len(file.len);
    }
    let outcome = expect::<T>(&input, &file);
    let end = match &outcome {
        Outcome::Opens { end, .. } => u128::from(*end),
        Outcome::Fails(_) => 0,
    };
    // What is large is left to holes, so that no memory is taken up.
    let is_large = end > LARGE || u128::from(file.len) > LARGE;
    let mode = match input.how {
        How::Read => Mode::ReadOnly,
        How::Write => Mode::ReadWrite,
        How::Copy => Mode::CopyOnWrite,
        How::Create => Mode::Create,
    };
    let (sparse, populate) = (input.sparse || is_large, input.populate && !is_large);
    let opened = match (is_new, input.by_path) {
        (true, _) => open::<T>(&input, mode, sparse, populate, &*NEW),
        (false, true) => open::<T>(&input, mode, sparse, populate, FILE.path()),
        (false, false) => open::<T>(&input, mode, sparse, populate, FILE.file()),
    };
    match (opened, outcome) {
        (Ok(map), Outcome::Opens { shape, end }) => check_map(&input, map, mode, &shape, end, &file, is_new),
        (Err(error), Outcome::Fails(kind)) => {
            assert_eq!(error.kind(), kind, "{error}");
            check_unchanged(&file, is_new);
        }
        // The system has no room for it, in its addresses or its files.
        (Err(error), Outcome::Opens { .. }) if is_large => {
            assert_eq!(error.kind(), ErrorKind::Io, "{error}");
            check_unchanged(&file, is_new);
        }
        (Err(error), outcome) => panic!("{error:?}, expected {outcome:?}"),
        (Ok(_), outcome) => panic!("it opened, expected {outcome:?}"),
    }
    if is_new {
        let _ = fs::remove_file(&*NEW);
    }
}

fn check_unchanged(file: &Content, is_new: bool) {
    if is_new {
        assert!(!NEW.exists(), "a call that failed left a file");
        return;
    }
    assert_eq!(FILE.len(), file.len);
    assert_eq!(FILE.read(0, file.bytes.len()), file.bytes);
}

fn check_map<T: Modelled>(
    input: &Input,
    mut map: Map<T>,
    mode: Mode,
    shape: &[usize],
    end: u64,
    file: &Content,
    is_new: bool,
) {
    // What the file holds now.
    let bytes = if mode == Mode::Create { Vec::new() } else { file.bytes.clone() };
    let now = Content { bytes, len: end };
    let read = |at: u64, len: usize| match is_new {
        true => {
            let all = fs::File::open(&*NEW).expect("it was made");
            let mut bytes = vec![0; len];
            std::os::unix::fs::FileExt::read_exact_at(&all, &mut bytes, at).map(|()| bytes)
        }
        false => Ok(FILE.read(at, len)),
    };
    let len = if is_new { fs::metadata(&*NEW).expect("it was made").len() } else { FILE.len() };
    assert_eq!(len, end, "the length of the file");
    // A page more than there was before.
    let head = (end.min(file.bytes.len() as u64 + 5000)) as usize;
    assert_eq!(read(0, head).expect("it is read"), now.at(0, head));

    let order = if input.order == Some(true) { Order::F } else { Order::C };
    let strides = strides(shape, order, size_of::<T>());
    let inner = without_axes(T::DTYPE).1;
    match &map {
        Map::Typed(map) => {
            assert_eq!(
                (map.shape(), map.order(), map.mode(), map.offset()),
                (shape, order, mode, input.offset.0)
            );
            assert_eq!(map.strides(), strides);
        }
        Map::Line(map) => assert_eq!((map.shape(), map.mode(), map.offset()), (shape, mode, input.offset.0)),
        Map::Untyped(map) => {
            assert_eq!(map.shape(), [shape, &inner].concat());
            assert_eq!((map.mode(), map.offset()), (mode, input.offset.0));
            assert_eq!(map.view().strides()[..shape.len()], strides);
        }
    }
    if shape.contains(&0) {
        return;
    }
    for index in samples(shape, input.at) {
        let at = place(&index, &strides, input.offset.0);
        let expected = T::decode(&now.at(at, size_of::<T>()));
        assert_eq!(get(&map, &index), expected, "{index:?}");
    }
    let index = samples(shape, input.at).swap_remove(2);
    let at = place(&index, &strides, input.offset.0);
    let value = T::decode(&[input.seed ^ 0x5a; 16][..size_of::<T>()]);
    match set(&mut map, &index, value) {
        Ok(()) => assert_ne!(mode, Mode::ReadOnly),
        Err(error) => {
            assert_eq!((mode, error.kind()), (Mode::ReadOnly, ErrorKind::ReadOnly));
            return;
        }
    }
    assert_eq!(get(&map, &index), value);
    // What is around it is as it was, and so is padding; of a copy, all is.
    let from = at.saturating_sub(40);
    let around = (at - from) as usize;
    // Elements without bytes may lie past the end.
    let to_end = usize::try_from(u128::from(end).saturating_sub(from)).unwrap_or(usize::MAX);
    let mut expected = now.at(from, to_end.min(around + size_of::<T>() + 40));
    if mode != Mode::CopyOnWrite {
        for byte in (0..size_of::<T>()).filter(|&byte| !T::is_padding(byte)) {
            expected[around + byte] = input.seed ^ 0x5a;
        }
        if T::DTYPE == bool::DTYPE {
            expected[around] = u8::from(expected[around] != 0);
        }
    }
    assert_eq!(read(from as u64, expected.len()).expect("it is read"), expected);
    drop(map);
    assert_eq!(if is_new { fs::metadata(&*NEW).expect("it was made").len() } else { FILE.len() }, end);
}

fn get<T: Modelled>(map: &Map<T>, index: &[usize]) -> T {
    match map {
        Map::Typed(map) => map.at(index),
        Map::Line(map) => map.at(index[0]),
        Map::Untyped(map) => {
            let typed = map.view().typed::<T, IxDyn>().expect("the dtype is that of the type");
            let value = typed.at(index);
            if without_axes(T::DTYPE).1.is_empty() {
                let untyped = map.at(index).to::<T>().expect("the dtype is that of the type");
                assert_eq!(untyped, value);
            }
            value
        }
    }
}

fn set<T: Modelled>(map: &mut Map<T>, index: &[usize], value: T) -> mmrec::Result<()> {
    match map {
        Map::Typed(map) => map.view_mut()?.set(index, value),
        Map::Line(map) => map.view_mut()?.set(index[0], value),
        Map::Untyped(map) => {
            let mut view = map.view_mut()?;
            match without_axes(T::DTYPE).1.is_empty() {
                true => view.set(index, value)?,
                false => view.typed_mut::<T, IxDyn>()?.set(index, value),
            }
        }
    }
    Ok(())
}

/// Bytes between neighbours along each axis of an array without gaps.
fn strides(shape: &[usize], order: Order, itemsize: usize) -> Vec<isize> {
    let mut strides = vec![0; shape.len()];
    let mut stride = itemsize as isize;
    for i in 0..shape.len() {
        let axis = if order == Order::F { i } else { shape.len() - 1 - i };
        strides[axis] = stride;
        stride *= shape[axis].max(1) as isize;
    }
    strides
}

fn place(index: &[usize], strides: &[isize], offset: u64) -> u128 {
    let steps = index.iter().zip(strides).map(|(&i, &stride)| i as u128 * stride as u128);
    u128::from(offset) + steps.sum::<u128>()
}

/// The first index, the last, and some between.
fn samples(shape: &[usize], seed: u64) -> Vec<Vec<usize>> {
    let index = |seed: u64| {
        let mut state = seed;
        let mut next = |len: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 16) as usize % len
        };
        shape.iter().map(|&len| next(len)).collect()
    };
    let mut all = vec![vec![0; shape.len()], shape.iter().map(|len| len - 1).collect()];
    all.extend((0..8).map(|i| index(seed.wrapping_add(i))));
    all
}
