//! Where this crate differs from NumPy on purpose, and what it does instead.
//!
//! What it does is worked out here on plain bytes, from the case alone.

use std::collections::BTreeSet;

use mmrec::{ByteStr, ErrorKind, Mode, Order};

use super::{
    Case, FileState, LARGE, Mapped, Outcome, Route, fnv1a,
    types::{Bytes, Packed, Padded},
    value_bytes,
};

/// The ids of the rows of the documentation that say they show when a file is mapped.
pub(super) fn listed() -> BTreeSet<String> {
    let text = include_str!("../../../mmrec/src/doc/numpy_differences.md");
    let mut ids = BTreeSet::new();
    for row in text.lines().filter(|line| line.starts_with("| `")) {
        let columns: Vec<&str> = row.split('|').map(str::trim).collect();
        let &["", id, _, _, _, replayed, ""] = columns.as_slice() else { panic!("other columns: {row}") };
        match replayed {
            "yes" => assert!(ids.insert(id.trim_matches('`').to_owned()), "{id} is there twice"),
            "no" => {}
            other => panic!("{id}: {other}"),
        }
    }
    ids
}

/// How the outcome of a case differs from NumPy's: the id of the row that explains it, and what comes instead.
pub(super) fn difference(case: &Case, route: Route) -> Option<(&'static str, Outcome)> {
    let mode = case.parsed_mode()?;
    let old_size = case.file.unwrap_or(0) as u64;
    let is_there = matches!(case.place(), "file" | "link");
    let is_made = mode == Mode::Create && matches!(case.place(), "missing" | "dangling link");
    let writes = matches!(mode, Mode::ReadWrite | Mode::Create);
    let fails = |kind| Outcome::Failed { kind, file: case.old_file() };
    // Both fail, or NumPy goes on with numbers that make no sense.
    let refused = |id, kind| match case.error {
        None => Some((id, fails(kind))),
        Some(_) => (case.numpy() != fails(kind)).then(|| ("checks-first", fails(kind))),
    };
    if case.is_too_large() {
        return refused("overflow", ErrorKind::Overflow);
    }
    if case.shape.is_none() && is_there && case.offset > old_size && mode != Mode::Create {
        return refused("offset-past-end", ErrorKind::PastEnd);
    }
    let shape = case.shape.clone().or_else(|| case.shape_of_rest())?;
    if mode == Mode::Create && case.place().starts_with("/dev/") {
        return Some(("devices", fails(ErrorKind::Unsupported)));
    }
    let cannot_write = writes && case.handle.as_deref() == Some("rb");
    if cannot_write || !(is_there || is_made) {
        return None;
    }

    let bytes = shape.iter().product::<usize>() * case.itemsize();
    let end = case.offset + bytes as u64;
    if writes && end > LARGE && route != Route::Sparse {
        return Some(("reserve", fails(ErrorKind::StorageFull)));
    }
    if bytes == 0 {
        return empty(case, mode, &shape, old_size);
    }
    let fits = mode == Mode::Create || mode == Mode::ReadWrite || end <= old_size;
    if shape.len() > 64 && fits {
        return Some(("axes", Outcome::Mapped(map(case, &shape, resized(case, mode, end)))));
    }
    if mode == Mode::Create && case.handle.is_some() && old_size > 0 {
        return Some(("open-file", Outcome::Mapped(map(case, &shape, vec![0; end as usize]))));
    }
    if case.dtype == "[f64; 3]" && case.order() == Order::F && fits {
        return Some(("array-order", Outcome::Mapped(map(case, &shape, resized(case, mode, end)))));
    }
    None
}

/// Nothing is mapped: nothing is asked of the file but that the offset lies in it, and only `w+` changes it.
fn empty(case: &Case, mode: Mode, shape: &[usize], old_size: u64) -> Option<(&'static str, Outcome)> {
    let file = match mode {
        Mode::Create => vec![0; case.offset as usize],
        _ => case.old_bytes()?,
    };
    let outcome = Outcome::Mapped(map(case, shape, file));
    match mode {
        Mode::ReadOnly | Mode::CopyOnWrite if old_size == 0 && case.offset == 0 => {
            Some(("empty-file", outcome))
        }
        Mode::ReadWrite if case.offset > old_size => Some(("empty-past-end", outcome)),
        Mode::ReadWrite if old_size == 0 => Some(("empty-size", outcome)),
        Mode::Create if case.offset == 0 => Some(("empty-size", outcome)),
        _ => None,
    }
}

/// The file once it is as long as the array needs.
fn resized(case: &Case, mode: Mode, end: u64) -> Vec<u8> {
    let mut file = case.old_bytes().unwrap_or_default();
    match mode {
        Mode::Create => file = vec![0; end as usize],
        Mode::ReadWrite if end > file.len() as u64 => file.resize(end as usize, 0),
        _ => {}
    }
    file
}

/// What a map of this shape over a file of these bytes is, worked out byte by byte.
fn map(case: &Case, shape: &[usize], file: Vec<u8>) -> Mapped {
    let itemsize = case.itemsize();
    let axes = shape.len();
    let mut element_strides = vec![itemsize; axes];
    let outward: Vec<usize> =
        if case.order() == Order::F { (0..axes).collect() } else { (0..axes).rev().collect() };
    for pair in outward.windows(2) {
        element_strides[pair[1]] = element_strides[pair[0]] * shape[pair[0]].max(1);
    }
    let scalars = scalars(case);
    let count: usize = shape.iter().product();
    let place = |mut index: usize| {
        let mut at = case.offset as usize;
        for axis in (0..axes).rev() {
            at += index % shape[axis] * element_strides[axis];
            index /= shape[axis];
        }
        at
    };

    let packed = |file: &[u8], index: usize| -> Vec<u8> {
        let at = place(index);
        scalars.iter().flat_map(|&(offset, size)| file[at + offset..at + offset + size].to_vec()).collect()
    };
    let content = fnv1a((0..count).flat_map(|index| packed(&file, index)));

    let mode = case.parsed_mode().unwrap();
    let mut written = None;
    if mode != Mode::ReadOnly && count > 0 {
        let mut changed = file.clone();
        if mode != Mode::CopyOnWrite {
            let at = place(count - 1);
            let mut value = value_bytes(scalars.iter().map(|(_, size)| size).sum()).into_iter();
            for &(offset, size) in scalars {
                changed[at + offset..at + offset + size].fill_with(|| value.next().unwrap());
            }
        }
        written = Some(FileState::of_bytes(&changed));
    }

    let mut strides: Vec<isize> = element_strides.iter().map(|&stride| stride.try_into().unwrap()).collect();
    let mut shape = shape.to_vec();
    if case.dtype == "[f64; 3]" {
        shape.push(3);
        strides.push(8);
    }
    Mapped {
        shape,
        strides,
        mode: mode.to_string(),
        offset: case.offset,
        file: Some(FileState::of_bytes(&file)),
        content: Some(content),
        written,
    }
}

fn scalars(case: &Case) -> &'static [(usize, usize)] {
    match case.dtype.as_str() {
        "S0" => ByteStr::<0>::SCALARS,
        "u8" => u8::SCALARS,
        "f64" => f64::SCALARS,
        "Packed" => Packed::SCALARS,
        "Padded" => Padded::SCALARS,
        "BeU32" => mmrec::big_endian::U32::SCALARS,
        "[f64; 3]" => <[f64; 3]>::SCALARS,
        other => panic!("no type {other}"),
    }
}

impl Case {
    /// One axis over the rest of the file, if that is a whole number of elements.
    fn shape_of_rest(&self) -> Option<Vec<usize>> {
        let rest = self.file?.checked_sub(usize::try_from(self.offset).ok()?)?;
        let is_whole = rest.checked_rem(self.itemsize()) == Some(0);
        (self.mode != "w+" && is_whole).then(|| vec![rest / self.itemsize()])
    }
}

/// The model above, against NumPy wherever both are to agree: it is not made to fit this crate.
#[test]
fn the_model_of_a_map_is_right() {
    let golden: super::Golden = serde_json::from_str(include_str!("../../golden/memmap.json")).unwrap();
    let mut checked = 0;
    for case in &golden.cases {
        let small = case.size.is_some_and(|size| size <= LARGE) && case.content.is_some();
        let Some(mode) = case.parsed_mode().filter(|_| small) else { continue };
        let Some(shape) = case.shape.clone().or_else(|| case.shape_of_rest()) else { continue };
        if shape.contains(&0) || difference(case, Route::Sparse).is_some() {
            continue;
        }
        let end = case.offset + (shape.iter().product::<usize>() * case.itemsize()) as u64;
        assert_eq!(Outcome::Mapped(map(case, &shape, resized(case, mode, end))), case.numpy(), "{}", case.id);
        checked += 1;
    }
    assert!(checked > 500, "too few cases: {checked}");
}
