//! How the records of two files differ.

use std::{path::Path, process::ExitCode};

use mmrec::DType;
use serde_json::json;

use super::{
    args::{Common, Diff},
    failure::{Failure, Result, write_out},
    input::Input,
};

pub(super) fn run(asked: &Diff, common: Common) -> Result<ExitCode> {
    let (a, b) = (dtype_of(&asked.a)?, dtype_of(&asked.b)?);
    let difference = a.difference(&asked.a, &b, &asked.b);
    let is_same = difference.is_none();
    if common.json {
        let lines: Vec<_> = difference.iter().flat_map(|text| text.lines()).collect();
        let all = json!({
            "same": is_same,
            "a": { "name": asked.a, "dtype": a.to_string(), "itemsize": a.itemsize() },
            "b": { "name": asked.b, "dtype": b.to_string(), "itemsize": b.itemsize() },
            "differences": lines,
        });
        write_out(format!("{all:#}\n").as_bytes())?;
    } else {
        let text = difference.unwrap_or_else(|| format!("the same records: {a}"));
        write_out(format!("{text}\n").as_bytes())?;
    }
    Ok(ExitCode::from(u8::from(!is_same)))
}

/// The dtype of a file, or the one that a text says.
fn dtype_of(name: &str) -> Result<DType> {
    if Path::new(name).exists() {
        return Ok(Input::of(name.into()).open()?.dtype().clone());
    }
    name.parse::<DType>()
        .map_err(|error| Failure::Usage(format!("{name} is neither a file nor the text of a dtype: {error}")))
}
