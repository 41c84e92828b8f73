//! What a file is, and its record drawn.

use std::{
    fs::File,
    io::{Read, Write},
    path::Path,
};

use mmrec::{DType, DTypeField, DynMap, ReadOnly};
use serde_json::json;

use super::{
    args::{Common, Info},
    bytemap,
    failure::{Failure, Result},
    leaf::{Leaf, leaves},
    table::{Column, Sheet, width},
    text,
};

pub(super) fn run(asked: &Info, common: Common) -> Result<()> {
    let map = asked.input.open()?;
    let path = &asked.input.file;
    let file = std::fs::metadata(path).map_err(|error| Failure::io(path, error))?;
    let format = match (asked.input.member(), asked.input.is_raw()) {
        (Some(member), _) => format!("array {member} of an .npz archive"),
        (None, true) => "raw records".to_owned(),
        (None, false) => format!(".npy, version {}", version(path)?),
    };
    let dtype = map.dtype();
    let leaves = leaves(dtype);
    let data = (map.len() * dtype.itemsize()) as u64;
    let behind = if file.is_file() { file.len().saturating_sub(map.offset() + data) } else { 0 };
    if common.json {
        let fields: Vec<_> = leaves.iter().map(field_json).collect();
        let text = json!({
            "file": path.display().to_string(),
            "format": format,
            "dtype": dtype.to_string(),
            "itemsize": dtype.itemsize(),
            "shape": map.shape(),
            "order": format!("{:?}", map.order()),
            "rows": rows(&map),
            "data_offset": map.offset(),
            "data_bytes": data,
            "file_bytes": file.len(),
            "bytes_behind": behind,
            "padding": padding(&leaves, dtype.itemsize()),
            "fields": fields,
        });
        return super::failure::write_out(format!("{text:#}\n").as_bytes());
    }
    let mut out = Vec::new();
    let end = match behind {
        0 => "where the file ends".to_owned(),
        behind => format!("and {} lie behind it", text::size(behind)),
    };
    writeln!(out, "{}: {format}", path.display())?;
    writeln!(
        out,
        "shape {}, order {:?}: {} rows, {} bytes an element, {} in all",
        text::shape(map.shape()),
        map.order(),
        text::count(rows(&map) as u64),
        dtype.itemsize(),
        text::size(data)
    )?;
    writeln!(out, "the array is from byte {} to {}, {end}", map.offset(), map.offset() + data)?;
    if dtype.itemsize() > 0 {
        writeln!(out)?;
        bytemap::write(&mut out, &leaves, dtype.itemsize())?;
    }
    writeln!(out)?;
    sheet(&leaves).write(&mut out, width(None))?;
    match padding(&leaves, dtype.itemsize()) {
        0 => {}
        bytes => writeln!(out, "\n{bytes} of {} bytes are padding", dtype.itemsize())?,
    }
    super::failure::write_out(&out)
}

/// How many elements there are along the first axis; one if there is none.
fn rows(map: &DynMap<ReadOnly>) -> usize {
    map.shape().first().copied().unwrap_or(1)
}

/// The version of a .npy header, as its bytes 6 and 7 say.
fn version(path: &Path) -> Result<String> {
    let mut start = [0; 8];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut start));
    read.map_err(|error| Failure::io(path, error))?;
    Ok(format!("{}.{}", start[6], start[7]))
}

/// Bytes of an element that are in no field.
fn padding(leaves: &[Leaf], itemsize: usize) -> usize {
    let mut ranges: Vec<_> = leaves.iter().map(Leaf::bytes).collect();
    ranges.sort_by_key(|range| (range.start, range.end));
    let (mut covered, mut end) = (0, 0);
    for range in ranges {
        covered += range.end.saturating_sub(range.start.max(end));
        end = end.max(range.end);
    }
    itemsize.saturating_sub(covered)
}

fn sheet(leaves: &[Leaf]) -> Sheet {
    let columns = vec![
        Column::text(""),
        Column::number("offset"),
        Column::number("size"),
        Column::text("dtype"),
        Column::text("field"),
        Column::text("Rust type"),
    ];
    let rows = leaves.iter().enumerate().map(|(i, leaf)| {
        let style = bytemap::style(i);
        vec![
            format!("{style}{}{style:#}", bytemap::letter(i)),
            leaf.offset.to_string(),
            leaf.bytes().len().to_string(),
            dtype_text(leaf),
            leaf.name(),
            rust_type(leaf).unwrap_or_else(|| "none".to_owned()),
        ]
    });
    Sheet { columns, keys: 1, rows: rows.collect() }
}

fn dtype_text(leaf: &Leaf) -> String {
    let scalar = leaf.dtype.to_string();
    let scalar = scalar.trim_matches('\'');
    match leaf.shape.as_slice() {
        [] => scalar.to_owned(),
        shape => format!("{scalar} {}", text::shape(shape)),
    }
}

fn field_json(leaf: &Leaf) -> serde_json::Value {
    json!({
        "name": leaf.name(),
        "offset": leaf.offset,
        "size": leaf.bytes().len(),
        "dtype": leaf.dtype.to_string().trim_matches('\''),
        "shape": leaf.shape,
        "rust_type": rust_type(leaf),
    })
}

/// The type of a field in the struct that [`DType::to_rust_struct`] writes for it alone.
fn rust_type(leaf: &Leaf) -> Option<String> {
    let dtype = match leaf.shape.as_slice() {
        [] => leaf.dtype.clone(),
        shape => DType::array(leaf.dtype.clone(), shape).ok()?,
    };
    let record = DType::packed([DTypeField::new("field", dtype)]).ok()?;
    let text = record.to_rust_struct("Record").ok()?;
    let line = text.lines().find_map(|line| line.trim().split_once("field: "))?;
    line.1.strip_suffix(',').map(str::to_owned)
}
