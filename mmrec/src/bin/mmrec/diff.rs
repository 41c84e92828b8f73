//! How the records of two files differ.

use std::{fs::File, io::Read, path::Path, process::ExitCode};

use mmrec::DType;
use serde_json::{Value as Json, json};

use super::{
    args::{Common, Diff},
    failure::{Failure, Result, write_out},
    input::Input,
    json,
    leaf::{Leaf, leaves},
    text::plain_lines,
};

pub(super) fn run(asked: &Diff, common: Common) -> Result<ExitCode> {
    let (a, b) = (dtype_of(&asked.a)?, dtype_of(&asked.b)?);
    let (a_name, b_name) = (name(&asked.a, "the first dtype"), name(&asked.b, "the second dtype"));
    // Of what was found it speaks first.
    let difference = b.difference(b_name, &a, a_name);
    let is_same = difference.is_none();
    if common.json {
        let lines: Vec<_> = difference.iter().flat_map(|text| text.lines()).collect();
        let all = json!({
            "same": is_same,
            "a": { "name": asked.a, "dtype": a.to_string(), "itemsize": a.itemsize() },
            "b": { "name": asked.b, "dtype": b.to_string(), "itemsize": b.itemsize() },
            "fields": fields(&leaves(&a), &leaves(&b)),
            "differences": lines,
        });
        write_out(json::pretty(&all).as_bytes())?;
    } else {
        let text = difference.unwrap_or_else(|| format!("the same records: {a}"));
        write_out(format!("{}\n", plain_lines(&text)).as_bytes())?;
    }
    Ok(ExitCode::from(u8::from(!is_same)))
}

/// What to call it: a file by its name, and a text, which is long, by its place.
fn name<'a>(asked: &'a str, text: &'a str) -> &'a str {
    if Path::new(asked).exists() { asked } else { text }
}

/// The dtype of a file, or the one that a text says.
fn dtype_of(name: &str) -> Result<DType> {
    let path = Path::new(name);
    if path.is_file() && !starts_as_npy(path)? {
        return Err(Failure::Usage(format!("{name} is no .npy file; give the text of its dtype instead")));
    }
    if path.exists() {
        return Ok(Input::of(path.into()).open()?.dtype().clone());
    }
    name.parse::<DType>()
        .map_err(|error| Failure::Usage(format!("{name} is neither a file nor the text of a dtype: {error}")))
}

fn starts_as_npy(path: &Path) -> Result<bool> {
    let mut start = Vec::new();
    let read = File::open(path).and_then(|file| file.take(6).read_to_end(&mut start));
    read.map_err(|error| Failure::io(path, error))?;
    Ok(start == b"\x93NUMPY")
}

/// The fields that are not in both, or not the same there, in the order of `a`, and then of `b`.
fn fields(a: &[Leaf], b: &[Leaf]) -> Vec<Json> {
    let with_path =
        |leaves: &[Leaf], leaf: &Leaf| leaves.iter().find(|other| other.path == leaf.path).cloned();
    let pairs = a.iter().map(|leaf| (Some(leaf.clone()), with_path(b, leaf)));
    let only_b = b.iter().filter(|leaf| with_path(a, leaf).is_none()).map(|leaf| (None, Some(leaf.clone())));
    let says = |leaf: &Option<Leaf>| leaf.as_ref().map(Leaf::json);
    pairs
        .chain(only_b)
        .filter(|(a, b)| a != b)
        .map(|(a, b)| json!({ "name": a.as_ref().or(b.as_ref()).map(Leaf::name), "a": says(&a), "b": says(&b) }))
        .collect()
}
