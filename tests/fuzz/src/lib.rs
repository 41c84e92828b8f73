//! What the targets share: a file in memory, and what holds of every dtype, value and view.

use std::{
    fs::File,
    os::{fd::AsRawFd, unix::fs::FileExt},
};

use mmrec::{DType, Datum, DynView, ErrorKind, Kind, Scalar, Value};
use rustix::fs::{MemfdFlags, memfd_create};

/// The longest text that an array or an element of the files here may print as.
const LONGEST_TEXT: usize = 64 << 20;

/// How many brackets a text may have inside each other to be read.
const MOST_BRACKETS: usize = 200;

/// A file in memory, made once in a process and rewritten for every input.
#[derive(Debug)]
pub struct Memory(File);

impl Default for Memory {
    fn default() -> Self {
        Self(memfd_create("fuzz", MemfdFlags::CLOEXEC).expect("a memory file").into())
    }
}

impl Memory {
    /// The open file.
    pub fn file(&self) -> &File {
        &self.0
    }

    /// A path that opens it again.
    pub fn path(&self) -> String {
        format!("/proc/self/fd/{}", self.0.as_raw_fd())
    }

    /// Puts these bytes in the place of all that it held.
    pub fn rewrite(&self, bytes: &[u8]) {
        self.set_len(0);
        self.0.write_all_at(bytes, 0).expect("a file in memory is written");
    }

    /// Cuts it, or adds a hole.
    pub fn set_len(&self, len: u64) {
        self.0.set_len(len).expect("a file in memory has any length");
    }

    /// Its length.
    pub fn len(&self) -> u64 {
        self.0.metadata().expect("a file in memory has a length").len()
    }

    /// Whether it has no bytes.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes of it: `len` of them, or as many as there are.
    pub fn read(&self, at: u64, len: usize) -> Vec<u8> {
        let rest = self.len().saturating_sub(at);
        let mut bytes = vec![0; len.min(usize::try_from(rest).unwrap_or(usize::MAX))];
        self.0.read_exact_at(&mut bytes, at).expect("a file in memory is read");
        bytes
    }

    /// All bytes of a short file.
    pub fn bytes(&self) -> Vec<u8> {
        assert!(self.len() <= 64 << 20, "the file has become {} bytes long", self.len());
        self.read(0, usize::MAX)
    }
}

/// Texts are read as what was written, other layouts have the same fields, and source code is made or refused.
pub fn check_dtype(dtype: &DType) {
    if !has_nameless_voids(dtype) {
        check_text(dtype, &dtype.to_string());
    }
    check_text(dtype, &dtype.to_numpy_dict());
    assert_eq!(dtype.difference("it", dtype, "itself"), None);
    for made in [dtype.to_rust_struct("Rec"), dtype.to_c_struct("rec")] {
        if let Err(error) = made {
            assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
        }
    }
    let packed = match dtype.to_packed() {
        Ok(packed) => packed,
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::Overflow, "{error}");
            assert!(packed_size(dtype) > i32::MAX as u128, "{dtype}: {error}");
            return;
        }
    };
    assert_eq!(packed.itemsize() as u128, packed_size(dtype), "{dtype}");
    assert_eq!(packed.to_packed().expect("it was packed"), packed, "{dtype}");
    check_text(&packed, &packed.to_numpy_dict());
    match dtype.to_aligned() {
        Ok(aligned) => {
            assert!(aligned.itemsize() >= packed.itemsize(), "{dtype}");
            assert_eq!(aligned.itemsize() % aligned.alignment(), 0, "{dtype}");
            assert_eq!(aligned.to_packed().expect("it was packed"), packed, "{dtype}");
            assert_eq!(aligned.to_aligned().expect("it was aligned"), aligned, "{dtype}");
            check_text(&aligned, &aligned.to_numpy_dict());
        }
        Err(error) => assert_eq!(error.kind(), ErrorKind::Overflow, "{error}"),
    }
}

fn check_text(dtype: &DType, text: &str) {
    match text.parse::<DType>() {
        Ok(again) => assert_eq!(again, *dtype, "{text}"),
        Err(error) => assert!(brackets(text) > MOST_BRACKETS, "{text}: {error}"),
    }
}

/// How many brackets are inside each other, or more.
fn brackets(text: &str) -> usize {
    let (mut depth, mut most) = (0usize, 0);
    for c in text.chars() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        most = most.max(depth);
    }
    most
}

/// Whether a field is written as padding is.
fn has_nameless_voids(dtype: &DType) -> bool {
    if !dtype.shape().is_empty() {
        return has_nameless_voids(dtype.base());
    }
    dtype.fields().iter().any(|field| {
        let void = matches!(field.dtype().as_scalar().map(Scalar::kind), Some(Kind::Void));
        let is_void = void || !field.dtype().shape().is_empty();
        (field.name().is_empty() && field.title().is_none() && is_void) || has_nameless_voids(field.dtype())
    })
}

fn packed_size(dtype: &DType) -> u128 {
    let shape = dtype.shape();
    if !shape.is_empty() {
        let count = shape.iter().fold(1u128, |count, &len| count.saturating_mul(len as u128));
        return packed_size(dtype.base()).saturating_mul(count);
    }
    match dtype.as_scalar() {
        Some(scalar) => scalar.size() as u128,
        None => dtype.fields().iter().map(|field| packed_size(field.dtype())).sum(),
    }
}

/// An element, and all that is in it, is read and printed.
pub fn check_value(value: &Value) {
    assert_eq!(value.bytes().len(), value.dtype().itemsize());
    let again =
        Value::from_bytes(value.dtype().clone(), value.bytes()).expect("it has the length of an element");
    assert_eq!(again, *value);
    assert!(value.to_string().len() <= LONGEST_TEXT);
    let _ = (value.as_i64(), value.as_u64(), value.as_f64(), value.as_str());
    match value.data() {
        Datum::Array(view) => assert!(view.to_string().len() <= LONGEST_TEXT),
        Datum::Record(fields) => {
            for (name, part) in fields.iter().take(20) {
                assert_eq!(value.field(name).as_ref(), Some(part));
                check_value(part);
            }
        }
        _ => {}
    }
}

/// The elements at both ends are read, the array is printed, and its fields are found.
pub fn check_view(view: &DynView<'_>) {
    let count = view.shape().iter().fold(1u128, |count, &len| count.saturating_mul(len as u128));
    assert_eq!(view.len() as u128, count);
    assert_eq!(view.strides().len(), view.ndim());
    assert!(view.to_string().len() <= LONGEST_TEXT);
    assert!(format!("{view:?}").len() <= LONGEST_TEXT);
    let past = view.shape().to_vec();
    assert!(past.is_empty() || view.get(&past[..]).is_none());
    let mut values = view.iter();
    assert_eq!(values.len(), view.len());
    if !view.is_empty() {
        let (first, last): (Vec<_>, Vec<_>) = view.shape().iter().map(|&len| (0, len - 1)).unzip();
        let (first, last) = (view.at(&first[..]), view.at(&last[..]));
        check_value(&first);
        check_value(&last);
        assert_eq!(values.clone().next(), Some(first));
        assert_eq!(values.next_back(), Some(last));
    }
    if view.len().saturating_mul(view.dtype().itemsize()) <= 1 << 12 && view.len() <= 1 << 6 {
        let bytes = view.to_bytes();
        let one_by_one: Vec<_> = view.iter().flat_map(|value| value.bytes().to_vec()).collect();
        assert_eq!(bytes, one_by_one);
        assert_eq!(view.t().t().to_bytes(), bytes);
    }
    check_fields(view, 3);
}

fn check_fields(view: &DynView<'_>, depth: usize) {
    let dtype = view.dtype();
    if !dtype.is_record() {
        return;
    }
    let all = view.fields(dtype.fields().iter().map(|field| field.name())).expect("all fields are there");
    assert_eq!(all.dtype(), dtype);
    for field in dtype.fields().iter().take(20) {
        let names = [Some(field.name()), field.title()];
        for name in names.into_iter().flatten() {
            match view.field(name) {
                Ok(part) => {
                    let (base, inner) = without_axes(field.dtype());
                    assert_eq!(part.dtype(), base);
                    assert_eq!(part.shape(), [view.shape(), &inner].concat());
                    if let (Some(value), true) = (view.iter().next(), inner.is_empty()) {
                        assert_eq!(part.iter().next(), value.field(name));
                    }
                    if depth > 0 {
                        check_fields(&part, depth - 1);
                    }
                }
                Err(error) => assert_eq!(error.kind(), ErrorKind::Overflow, "{error}"),
            }
        }
    }
    if let Err(error) = view.structured_to_unstructured() {
        assert!(matches!(error.kind(), ErrorKind::DTypeMismatch | ErrorKind::Overflow), "{error}");
    }
}

/// The elements of a sub-array, however deep, and its shape.
pub fn without_axes(dtype: &DType) -> (&DType, Vec<usize>) {
    let (mut base, mut shape) = (dtype, Vec::new());
    while !base.shape().is_empty() {
        shape.extend(base.shape());
        base = base.base();
    }
    (base, shape)
}
