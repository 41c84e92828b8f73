//! Replays what `numpy.memmap` did, `tests/golden/memmap.json`, through this crate.
//!
//! Every case is one call. Where this crate differs on purpose, `differences` says how, under an id of the table in
//! `mmrec/src/doc/numpy_differences.md`; everywhere else the outcome has to be NumPy's.

mod differences;
pub(crate) mod types;

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    fs::{self, File, OpenOptions},
    path::{Path, PathBuf},
};

use mmrec::{
    ByteStr, Dimension, Error, ErrorKind, Ix1, IxDyn, MapOptions, Mode, NoShape, Order, RecordMap, Result,
    Shaped, Writable, big_endian,
};
use serde::Deserialize;
use tempfile::TempDir;

use self::types::{Bytes, Packed, Padded};

#[derive(Deserialize)]
struct Golden {
    cases: Vec<Case>,
}

/// What NumPy was asked and what came of it; `tests/golden/memmap_cases.py` says what the keys mean.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    id: String,
    dtype: String,
    mode: String,
    file: Option<usize>,
    offset: u64,
    shape: Option<Vec<usize>>,
    #[serde(default)]
    order: Option<String>,
    #[serde(default)]
    place: Option<String>,
    #[serde(default)]
    handle: Option<String>,

    size: Option<u64>,
    #[serde(default)]
    hash: Option<String>,

    #[serde(default)]
    error: Option<String>,
    #[serde(default)]
    message: Option<String>,

    #[serde(default)]
    got: Option<Vec<usize>>,
    #[serde(default)]
    strides: Option<Vec<isize>>,
    #[serde(default)]
    attributes: Option<(String, u64)>,
    #[serde(default)]
    content: Option<String>,
    #[serde(default)]
    written: Option<(Option<u64>, Option<String>)>,
}

/// A file that is read in full has at most this many bytes.
const LARGE: u64 = 1 << 20;

/// How the same call is made here.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Route {
    /// `open`, `open_rw`, `open_cow`, `create`, with the number of axes known at run time.
    Named,
    /// The same with the number of axes in the type.
    Fixed,
    /// `open_mode`.
    AnyMode,
    /// The named calls with `.sparse(true)`.
    Sparse,
}

const ROUTES: [Route; 4] = [Route::Named, Route::Fixed, Route::AnyMode, Route::Sparse];

/// A file as it was found: its size, and the hash of its bytes unless it is large.
#[derive(Clone, Debug, PartialEq)]
struct FileState {
    size: u64,
    hash: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
enum Outcome {
    Failed { kind: ErrorKind, file: Option<FileState> },
    Mapped(Mapped),
}

#[derive(Clone, Debug, PartialEq)]
struct Mapped {
    /// With the axes of a sub-array dtype, as NumPy counts them.
    shape: Vec<usize>,
    strides: Vec<isize>,
    mode: String,
    offset: u64,
    file: Option<FileState>,
    /// The hash of the elements in C order without padding, unless there are very many.
    content: Option<String>,
    /// The file after the last element was set and the map flushed and dropped, if it can be written.
    written: Option<FileState>,
}

/// FNV-1a, 64 bits.
fn fnv1a(bytes: impl IntoIterator<Item = u8>) -> String {
    let mut value = 0xcbf2_9ce4_8422_2325_u64;
    for byte in bytes {
        value = (value ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
    }
    format!("{value:016x}")
}

impl FileState {
    fn of_bytes(bytes: &[u8]) -> Self {
        let size = bytes.len() as u64;
        Self { size, hash: (size <= LARGE).then(|| fnv1a(bytes.iter().copied())) }
    }

    fn read(path: &Path) -> Option<Self> {
        let size = fs::metadata(path).ok().filter(fs::Metadata::is_file)?.len();
        if size > LARGE {
            return Some(Self { size, hash: None });
        }
        Some(Self::of_bytes(&fs::read(path).unwrap()))
    }
}

impl Case {
    fn order(&self) -> Order {
        if self.order.as_deref() == Some("F") { Order::F } else { Order::C }
    }

    fn place(&self) -> &str {
        self.place.as_deref().unwrap_or("file")
    }

    fn parsed_mode(&self) -> Option<Mode> {
        self.mode.parse().ok()
    }

    /// The file before the call.
    fn old_bytes(&self) -> Option<Vec<u8>> {
        let byte = |i: usize| u8::try_from((i * 131 + 7) % 251).unwrap();
        self.file.map(|size| (0..size).map(byte).collect())
    }

    fn old_file(&self) -> Option<FileState> {
        self.old_bytes().map(|bytes| FileState::of_bytes(&bytes))
    }

    /// What NumPy did, its exceptions as the kinds of error that say the same.
    fn numpy(&self) -> Outcome {
        let file = self.size.map(|size| FileState { size, hash: self.hash.clone() });
        if let Some(exception) = &self.error {
            let message = self.message.as_deref().unwrap_or_default();
            return Outcome::Failed { kind: self.kind_of(exception, message), file };
        }
        let (mode, offset) = self.attributes.clone().unwrap();
        Outcome::Mapped(Mapped {
            shape: self.got.clone().unwrap(),
            strides: self.strides.clone().unwrap(),
            mode,
            offset,
            file,
            content: self.content.clone(),
            written: self.written.clone().and_then(|(size, hash)| Some(FileState { size: size?, hash })),
        })
    }

    fn kind_of(&self, exception: &str, message: &str) -> ErrorKind {
        // Without a shape NumPy says that the size is no multiple, or that a dimension is negative.
        let is_past_end = self.shape.is_none() && self.file.is_some_and(|size| self.offset > size as u64);
        match (exception, message) {
            ("ValueError", message) if message.starts_with("mode must be one of ['r', 'c', 'r+', 'w+',") => {
                ErrorKind::BadMode
            }
            ("ValueError", "shape must be given if mode == 'w+'") => ErrorKind::ShapeMismatch,
            // Two numbers decide before the file is looked at; NumPy finds out at various later points.
            _ if self.is_too_large() => ErrorKind::Overflow,
            _ if is_past_end => ErrorKind::PastEnd,
            ("ValueError", "mmap length is greater than file size" | "cannot mmap an empty file") => {
                ErrorKind::PastEnd
            }
            ("ValueError", "Size of available data is not a multiple of the data-type size.") => {
                ErrorKind::SizeNotMultiple
            }
            ("ValueError", message) if message.starts_with("maximum supported dimension") => {
                ErrorKind::Unsupported
            }
            ("ZeroDivisionError", "integer modulo by zero") => ErrorKind::ShapeMismatch,
            ("OSError", "[Errno 19] No such device") | ("ValueError", "embedded null byte") => ErrorKind::Io,
            ("FileNotFoundError" | "IsADirectoryError" | "NotADirectoryError" | "PermissionError", _) => {
                ErrorKind::Io
            }
            _ => panic!("{}: no kind for {exception}: {message}", self.id),
        }
    }

    /// Bytes of one element.
    fn itemsize(&self) -> usize {
        match self.dtype.as_str() {
            "S0" => 0,
            "u8" => 1,
            "BeU32" => 4,
            "f64" => 8,
            "Packed" => 13,
            "Padded" | "[f64; 3]" => 24,
            other => panic!("{}: no type {other}", self.id),
        }
    }

    /// Whether shape and offset ask for more than 2^63 - 1 bytes. An axis of no elements counts as one.
    fn is_too_large(&self) -> bool {
        let most = i64::MAX as u128;
        let Some(shape) = &self.shape else { return false };
        let bytes = shape.iter().try_fold(self.itemsize() as u128, |bytes, &len| {
            bytes.checked_mul(len.max(1) as u128).filter(|&bytes| bytes <= most)
        });
        let Some(bytes) = bytes else { return true };
        let bytes = if shape.contains(&0) { 0 } else { bytes };
        u128::from(self.offset) + bytes > most
    }
}

/// The folder of one call, with the file in it.
struct Site {
    /// Removed when the call is over.
    _dir: TempDir,
    /// What is mapped, or its path.
    source: PathBuf,
    handle: Option<File>,
    /// The file that the path comes to, if it comes to one.
    target: PathBuf,
}

impl Site {
    fn new(case: &Case) -> Self {
        let dir = TempDir::new().unwrap();
        let target = dir.path().join("data.bin");
        if let Some(bytes) = case.old_bytes() {
            fs::write(&target, bytes).unwrap();
        }
        let source = match case.place() {
            "file" | "missing" => target.clone(),
            "link" | "dangling link" => {
                let link = dir.path().join("link.bin");
                std::os::unix::fs::symlink(&target, &link).unwrap();
                link
            }
            "folder" => dir.path().to_path_buf(),
            "missing folder" => dir.path().join("none").join("data.bin"),
            "trailing slash" => PathBuf::from(format!("{}/", target.display())),
            "empty path" => PathBuf::new(),
            "NUL in path" => PathBuf::from(format!("{}\0x", target.display())),
            device => PathBuf::from(device),
        };
        let handle = case
            .handle
            .as_deref()
            .map(|mode| OpenOptions::new().read(true).write(mode == "r+b").open(&source).unwrap());
        Self { _dir: dir, source, handle, target }
    }

    fn file(&self) -> Option<FileState> {
        FileState::read(&self.target)
    }
}

/// Maps the file of a site with a method of `MapOptions`.
macro_rules! map {
    ($options:expr, $method:ident($($mode:expr)?), $site:expr) => {
        match &$site.handle {
            Some(file) => $options.$method($($mode,)? file),
            None => $options.$method($($mode,)? $site.source.as_path()),
        }
    };
}

/// Everything about a map that NumPy was asked too.
fn describe<T: Bytes, D: Dimension, M>(map: &RecordMap<T, D, M>, site: &Site) -> Mapped {
    let view = map.view();
    let inner = T::DTYPE.shape();
    let mut inner_strides: Vec<isize> = Vec::new();
    for i in 0..inner.len() {
        let len: usize = inner[i + 1..].iter().product();
        inner_strides.push((len * T::DTYPE.base().itemsize()).try_into().unwrap());
    }
    assert_eq!(map.shape(), view.shape());
    assert_eq!(map.strides(), view.strides());
    assert_eq!(map.offset(), view.byte_offset());
    assert_eq!(map.len(), map.shape().iter().product::<usize>());
    let small = map.len().checked_mul(size_of::<T>()).is_some_and(|bytes| bytes as u64 <= LARGE);
    let content = || fnv1a(view.iter().flat_map(Bytes::pack));
    Mapped {
        shape: [map.shape(), &inner].concat(),
        strides: [map.strides(), &inner_strides].concat(),
        mode: map.mode().to_string(),
        offset: map.offset(),
        file: site.file(),
        content: small.then(content),
        written: None,
    }
}

/// The bytes that the last element is set to, without padding.
fn value_bytes(size: usize) -> Vec<u8> {
    (0..size).map(|i| u8::try_from((i * 29 + 1) % 256).unwrap()).collect()
}

fn last_and_value<T: Bytes, D: Dimension, M>(map: &RecordMap<T, D, M>) -> (D, T) {
    let mut last = map.raw_dim();
    last.slice_mut().iter_mut().for_each(|len| *len -= 1);
    (last, T::unpack(&value_bytes(T::packed_size())))
}

/// Describes a map, then sets the last element, flushes and drops, and looks at the file again.
fn describe_and_write<T: Bytes, D: Dimension, M>(
    mut map: RecordMap<T, D, M>,
    site: &Site,
    set: impl FnOnce(&mut RecordMap<T, D, M>, D, T),
) -> Mapped {
    let mut mapped = describe(&map, site);
    if map.is_empty() || mapped.content.is_none() {
        return mapped;
    }
    let (last, value) = last_and_value(&map);
    set(&mut map, last.clone(), value);
    assert_eq!(map.at(last).pack(), value.pack(), "the value reads back");
    map.flush().unwrap();
    drop(map);
    mapped.written = site.file();
    mapped
}

fn describe_and_set<T: Bytes, D: Dimension, M: Writable>(map: RecordMap<T, D, M>, site: &Site) -> Mapped {
    describe_and_write(map, site, |map, last, value| map.set(last, value))
}

/// The named call for the mode, without a shape.
fn call_rest<T: Bytes>(
    case: &Case,
    options: MapOptions<T, Ix1, NoShape>,
    site: &Site,
) -> Option<Result<Mapped>> {
    Some(match case.parsed_mode()? {
        Mode::ReadOnly => map!(options, open(), site).map(|map| describe(&map, site)),
        Mode::ReadWrite => map!(options, open_rw(), site).map(|map| describe_and_set(map, site)),
        Mode::CopyOnWrite => map!(options, open_cow(), site).map(|map| describe_and_set(map, site)),
        // Does not compile; see the documentation of `MapOptions`.
        Mode::Create => return None,
    })
}

/// The named call for the mode, with a shape.
fn call_shaped<T: Bytes, D: Dimension>(
    case: &Case,
    options: MapOptions<T, D, Shaped>,
    site: &Site,
) -> Option<Result<Mapped>> {
    Some(match case.parsed_mode()? {
        Mode::ReadOnly => map!(options, open(), site).map(|map| describe(&map, site)),
        Mode::ReadWrite => map!(options, open_rw(), site).map(|map| describe_and_set(map, site)),
        Mode::CopyOnWrite => map!(options, open_cow(), site).map(|map| describe_and_set(map, site)),
        Mode::Create => map!(options, create(), site).map(|map| describe_and_set(map, site)),
    })
}

/// `open_mode`, which also takes modes that do not parse and a mode `w+` without a shape.
fn call_any<T: Bytes, D: Dimension, S>(
    case: &Case,
    options: MapOptions<T, D, S>,
    site: &Site,
) -> Result<Mapped> {
    let mode: Mode = case.mode.parse()?;
    let mut map = map!(options, open_mode(mode), site)?;
    if mode == Mode::ReadOnly {
        assert_eq!(map.view_mut().err().map(|error| error.kind()), Some(ErrorKind::ReadOnly));
        return Ok(describe(&map, site));
    }
    Ok(describe_and_write(map, site, |map, last, value| map.view_mut().unwrap().set(last, value)))
}

fn call<T: Bytes>(case: &Case, route: Route, site: &Site) -> Option<Result<Mapped>> {
    let options = RecordMap::<T>::options().offset(case.offset).order(case.order());
    let Some(shape) = case.shape.clone() else {
        return match route {
            Route::Named => call_rest(case, options, site),
            Route::Sparse => call_rest(case, options.sparse(true), site),
            Route::AnyMode => Some(call_any(case, options, site)),
            Route::Fixed => None,
        };
    };
    match (route, shape.as_slice()) {
        (Route::Named, _) => call_shaped::<T, IxDyn>(case, options.shape(shape), site),
        (Route::Sparse, _) => call_shaped::<T, IxDyn>(case, options.shape(shape).sparse(true), site),
        (Route::AnyMode, _) => Some(call_any(case, options.shape(shape), site)),
        (Route::Fixed, []) => call_shaped(case, options.shape(()), site),
        (Route::Fixed, &[a]) => call_shaped(case, options.shape(a), site),
        (Route::Fixed, &[a, b]) => call_shaped(case, options.shape((a, b)), site),
        (Route::Fixed, &[a, b, c]) => call_shaped(case, options.shape([a, b, c]), site),
        (Route::Fixed, _) => None,
    }
}

/// What this crate does, or `None` if there is no such call by this route.
fn replay(case: &Case, route: Route) -> Option<Outcome> {
    let site = Site::new(case);
    let result = match case.dtype.as_str() {
        "S0" => call::<ByteStr<0>>(case, route, &site),
        "u8" => call::<u8>(case, route, &site),
        "f64" => call::<f64>(case, route, &site),
        "BeU32" => call::<big_endian::U32>(case, route, &site),
        "Packed" => call::<Packed>(case, route, &site),
        "Padded" => call::<Padded>(case, route, &site),
        "[f64; 3]" => call::<[f64; 3]>(case, route, &site),
        other => panic!("{}: no type {other}", case.id),
    }?;
    Some(match result {
        Ok(mapped) => Outcome::Mapped(mapped),
        Err(error) => {
            check_error(case, &site, &error);
            Outcome::Failed { kind: error.kind(), file: site.file() }
        }
    })
}

/// An error about a file names it, one that the system caused has its error, and no error is without words.
fn check_error(case: &Case, site: &Site, error: &Error) {
    let text = error.to_string();
    let knows_no_file =
        matches!(error.kind(), ErrorKind::BadMode | ErrorKind::Overflow | ErrorKind::ShapeMismatch);
    if site.handle.is_none() && case.place() != "empty path" && !knows_no_file {
        let path = std::path::absolute(&site.source).unwrap();
        assert_eq!(error.path(), Some(path.as_path()), "{}: {text}", case.id);
        assert!(text.contains(&*path.to_string_lossy()), "{}: {text}", case.id);
    }
    assert_eq!(
        error.io_error().is_some(),
        matches!(error.kind(), ErrorKind::Io | ErrorKind::StorageFull),
        "{text}"
    );
    assert!(text.len() > 30, "{}: {text}", case.id);
}

#[test]
fn maps_are_as_in_numpy() {
    let golden: Golden = serde_json::from_str(include_str!("../golden/memmap.json")).unwrap();
    assert!(golden.cases.len() >= 1000, "the file has too few cases: {}", golden.cases.len());
    let listed = differences::listed();
    let (mut wrong, mut seen, mut calls) = (String::new(), BTreeSet::new(), 0);
    for case in &golden.cases {
        let numpy = case.numpy();
        let mut replayed = false;
        for route in ROUTES {
            let Some(outcome) = replay(case, route) else { continue };
            replayed = true;
            calls += 1;
            let expected = match differences::difference(case, route) {
                None => numpy.clone(),
                Some((id, expected)) => {
                    assert!(
                        listed.contains(id),
                        "{}: no row `{id}` to be replayed in numpy_differences.md",
                        case.id
                    );
                    if expected == numpy {
                        writeln!(wrong, "{case:?}\n by {route:?} is said to differ ({id}) and does not\n")
                            .unwrap();
                    }
                    seen.insert(id.to_owned());
                    expected
                }
            };
            if outcome != expected {
                writeln!(wrong, "{case:?}\n by {route:?}\n expected {expected:?}\n    found {outcome:?}\n")
                    .unwrap();
            }
        }
        assert!(replayed, "{}: no call does this", case.id);
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert_eq!(seen, listed, "every row of numpy_differences.md that is to be replayed, and no other");
    assert!(calls > 4000, "too few calls: {calls}");
}
