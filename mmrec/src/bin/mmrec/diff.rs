//! How the layouts of the records of two files differ.

use std::{path::Path, process::ExitCode};

use mmrec::DType;
use serde_json::{Value as Json, json};

use super::{
    args::{Common, Diff},
    failure::{Failure, Result, write_out},
    input::{Input, starts_as_npy},
    json,
    leaf::{Leaf, leaves},
    text::{plain_lines, shape},
};

pub(super) fn run(asked: &Diff, common: Common) -> Result<ExitCode> {
    let ((a, a_shape), (b, b_shape)) = (layout(&asked.a)?, layout(&asked.b)?);
    let (a_name, b_name) = (name(&asked.a, "the first dtype"), name(&asked.b, "the second dtype"));
    // Of what was found it speaks first.
    let difference = b.difference(b_name, &a, a_name);
    let is_same = difference.is_none();
    if common.json {
        let lines: Vec<_> = difference.iter().flat_map(|text| text.lines()).collect();
        let all = json!({
            "same": is_same,
            "a": { "name": asked.a, "dtype": a.to_string(), "itemsize": a.itemsize(), "shape": a_shape },
            "b": { "name": asked.b, "dtype": b.to_string(), "itemsize": b.itemsize(), "shape": b_shape },
            "fields": fields(&leaves(&a), &leaves(&b)),
            "differences": lines,
        });
        write_out(json::pretty(&all).as_bytes())?;
    } else {
        let mut text = difference.unwrap_or_else(|| format!("the same dtype, {a}; rows are not compared"));
        if let (Some(a), Some(b)) = (&a_shape, &b_shape)
            && a != b
        {
            text += &format!("\nshape: {a_name} has {}, {b_name} has {}", shape(a), shape(b));
        }
        write_out(format!("{}\n", plain_lines(&text)).as_bytes())?;
    }
    Ok(ExitCode::from(u8::from(!is_same)))
}

/// What to call it: a file by its name, and a text, which is long, by its place.
fn name<'a>(asked: &'a str, text: &'a str) -> &'a str {
    if Path::new(asked).exists() || in_archive(asked).is_some() { asked } else { text }
}

/// The dtype and the shape of a file, or the dtype that a text says.
fn layout(name: &str) -> Result<(DType, Option<Vec<usize>>)> {
    let path = Path::new(name);
    let input = match in_archive(name) {
        Some((archive, member)) => Input::of_member(archive.into(), member),
        None if path.is_file() && !starts_as_npy(path)? => {
            let message =
                "is no .npy file; give the text of its dtype instead, or, of an .npz, FILE.npz:NAME";
            return Err(Failure::Usage(format!("{name} {message}")));
        }
        None => Input::of(path.into()),
    };
    if path.exists() || input.member().is_some() {
        let map = input.open()?;
        return Ok((map.dtype().clone(), Some(map.shape().to_vec())));
    }
    let dtype = name.parse().map_err(|error: mmrec::Error| {
        Failure::Usage(format!("{name} is neither a file nor the text of a dtype: {error}"))
    });
    Ok((dtype?, None))
}

/// The archive and the array of `FILE.npz:NAME`.
fn in_archive(name: &str) -> Option<(&Path, &str)> {
    let (archive, member) = name.split_once(".npz:")?;
    let archive = Path::new(&name[..archive.len() + ".npz".len()]);
    (archive.is_file() && !Path::new(name).exists()).then_some((archive, member))
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
