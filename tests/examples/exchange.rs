//! What `tests/golden/live.py` has done here, so that real NumPy and this crate read what the other wrote.
//!
//! - `exchange read DIR` opens every `.npy` in the directory in every mode and writes what is in it to standard output, a
//!   line of JSON for each.
//! - `exchange write FROM TO` makes each anew in another directory, with what is in it.
//! - `exchange columns FROM TO` makes a directory of columns of each array of records in the first that has one axis, appends its
//!   records to it once more, and makes a `.npy` of the columns beside the directory.
//! - `exchange turn DIR` opens each in mode `r+` and swaps its first and its last element.

#[path = "../it/random/answers.rs"]
mod answers;

use std::{
    env,
    error::Error,
    fs,
    path::{Path, PathBuf},
};

use mmrec::{DType, DynColumnMap, DynMap, Mode, Order};
use serde_json::{Value, json};

use answers::{column, crc32, sum};

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<_> = env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["read", dir] => files(dir)?.iter().try_for_each(|path| read(path)),
        ["write", from, to] => files(from)?.iter().try_for_each(|path| write(path, Path::new(to))),
        ["columns", from, to] => files(from)?.iter().try_for_each(|path| columns(path, Path::new(to))),
        ["turn", dir] => files(dir)?.iter().try_for_each(|path| turn(path)),
        _ => Err("expected: read DIR, write FROM TO, columns FROM TO, or turn DIR".into()),
    }
}

fn files(dir: &str) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let paths: Result<Vec<_>, _> = fs::read_dir(dir)?.map(|entry| entry.map(|entry| entry.path())).collect();
    let mut paths = paths?;
    paths.sort();
    Ok(paths)
}

fn read(path: &Path) -> Result<(), Box<dyn Error>> {
    let described = describe(&DynMap::open(path)?)?;
    for mode in [Mode::ReadWrite, Mode::CopyOnWrite] {
        if describe(&DynMap::options().open_mode(mode, path)?)? != described {
            return Err(format!("{} is not the same in mode {mode}", path.display()).into());
        }
    }
    println!("{described}");
    Ok(())
}

fn describe<M>(map: &DynMap<M>) -> Result<Value, Box<dyn Error>> {
    let mut columns = Vec::new();
    for names in leaves(map.dtype()) {
        let view = column(map, &names)?;
        let bytes = view.to_bytes();
        columns.push(json!([names, view.dtype().to_string(), view.shape(), crc32(&bytes), sum(&view)]));
    }
    Ok(json!({
        "descr": map.dtype().to_string(),
        "shape": map.shape(),
        "fortran": map.order() == Order::F,
        "packed": map.dtype().to_packed()?.to_string(),
        "aligned": map.dtype().to_aligned()?.to_string(),
        "unstructured": unstructured(map),
        "columns": columns,
    }))
}

/// The shape, the strides and the checksum of all scalars as a last axis, if they can be one.
fn unstructured<M>(map: &DynMap<M>) -> Option<Value> {
    let view = map.view().structured_to_unstructured().ok()?;
    Some(json!([view.shape(), view.strides(), crc32(&view.to_bytes())]))
}

/// The names that lead to each scalar.
fn leaves(dtype: &DType) -> Vec<Vec<String>> {
    let mut base = dtype;
    while base != base.base() {
        base = base.base();
    }
    if !base.is_record() {
        return vec![Vec::new()];
    }
    let below = |field: &mmrec::DTypeField| {
        let name = field.name().to_owned();
        leaves(field.dtype()).into_iter().map(move |rest| [vec![name.clone()], rest].concat())
    };
    base.fields().iter().flat_map(below).collect()
}

fn write(path: &Path, to: &Path) -> Result<(), Box<dyn Error>> {
    let from = DynMap::open(path)?;
    let name = path.file_name().ok_or("a file has a name")?;
    let options = DynMap::options().dtype(from.dtype().clone()).order(from.order()).shape(from.shape());
    let mut map = options.create_npy(to.join(name))?;
    map.assign(&from)?;
    Ok(map.close()?)
}

fn columns(path: &Path, to: &Path) -> Result<(), Box<dyn Error>> {
    let from = DynMap::open(path)?;
    if from.ndim() != 1 || from.dtype().fields().is_empty() {
        return Ok(());
    }
    let to = to.join(path.file_stem().ok_or("a file has a name")?);
    let mut map = DynColumnMap::from_rows(&from, &to, |_| ())?;
    map.append(&from)?;
    map.close()?;
    let map = DynColumnMap::open(&to)?;
    if map.dtype() != from.dtype() {
        return Err(format!("{} has another dtype: {}", to.display(), map.dtype()).into());
    }
    // A column may be so called.
    Ok(map.to_rows(to.with_extension("rows"), |_| ())?.close()?)
}

fn turn(path: &Path) -> Result<(), Box<dyn Error>> {
    let mut map = DynMap::open_rw(path)?;
    if let Some(last) = map.shape().iter().map(|len| len.checked_sub(1)).collect::<Option<Vec<_>>>() {
        let first = vec![0; last.len()];
        let (a, b) = (map.at(first.as_slice()), map.at(last.as_slice()));
        map.set(first.as_slice(), b)?;
        map.set(last.as_slice(), a)?;
    }
    Ok(map.close()?)
}
