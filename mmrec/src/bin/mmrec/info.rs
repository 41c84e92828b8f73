//! What a file is, and its record drawn.

use std::{
    fs::File,
    io::{Read, Write},
    path::Path,
};

use anstyle::Style;
use mmrec::{DType, DTypeField, DynMap, ReadOnly};
use serde_json::json;

use super::{
    archive,
    args::{Common, Info},
    bytemap,
    failure::{Failure, Result},
    json,
    leaf::{Leaf, count, leaves},
    table::{Column, Sheet, width},
    text,
};

pub(super) fn run(asked: &Info, common: Common) -> Result<()> {
    if asked.input.is_archive() {
        return archive::run(&asked.input.file, common);
    }
    let map = asked.input.open()?;
    let path = &asked.input.file;
    let file = std::fs::metadata(path).map_err(|error| Failure::io(path, error))?;
    let format = match (asked.input.member(), asked.input.is_raw()) {
        (Some(member), _) => format!("array {} of an .npz archive", text::plain(member)),
        (None, true) => "raw records".to_owned(),
        (None, false) => format!(".npy file, version {}", version(path)?),
    };
    let dtype = map.dtype();
    let leaves = leaves(dtype);
    let data = (map.len() * dtype.itemsize()) as u64;
    // What follows in an archive is none of the array's.
    let is_alone = file.is_file() && asked.input.member().is_none();
    let behind = is_alone.then(|| file.len().saturating_sub(map.offset() + data));
    let padding = padding(dtype);
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
            "padding": padding,
            "fields": fields,
        });
        return super::failure::write_out(json::pretty(&text).as_bytes());
    }
    let width = width(None);
    let mut out = Vec::new();
    let (bold, rows) = (Style::new().bold(), rows(&map));
    writeln!(out, "{bold}{}{bold:#}: {format}", text::plain(&path.display().to_string()))?;
    let order = if map.ndim() > 1 { format!(" in {:?} order", map.order()) } else { String::new() };
    let rows = text::counted(rows as u64, "row");
    writeln!(out, "shape    {}{order}, {rows}", text::shape(map.shape()))?;
    let of_them = match padding {
        0 => String::new(),
        bytes => format!(", {bytes} of them padding"),
    };
    let what = if dtype.is_record() { "record " } else { "element" };
    writeln!(out, "{what}  {}{of_them}", text::counted(dtype.itemsize() as u64, "byte"))?;
    let end = match behind {
        None => String::new(),
        Some(0) => ", to the end of the file".to_owned(),
        Some(behind) => format!(", and {} behind them", text::size(behind)),
    };
    writeln!(out, "data     {} from byte {} on{end}", text::size(data), map.offset())?;
    if dtype.itemsize() > 0 {
        writeln!(out)?;
        bytemap::write(&mut out, &leaves, dtype.itemsize(), width)?;
    }
    writeln!(out)?;
    sheet(&leaves).write(&mut out, width)?;
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

/// Bytes of an element that are in no field. What lies within fields that share bytes is not looked for.
fn padding(dtype: &DType) -> usize {
    if !dtype.shape().is_empty() {
        return count(&dtype.shape()) * padding(dtype.base());
    }
    if !dtype.is_record() {
        return 0;
    }
    let mut ranges: Vec<_> = dtype.fields().iter().map(|field| (field.offset(), field.dtype())).collect();
    ranges.sort_by_key(|(offset, dtype)| (*offset, dtype.itemsize()));
    let (mut holes, mut end) = (0, 0);
    for (i, (offset, field)) in ranges.iter().enumerate() {
        let next = ranges.get(i + 1).map_or(dtype.itemsize(), |(offset, _)| *offset);
        holes += offset.saturating_sub(end);
        if *offset >= end && offset + field.itemsize() <= next {
            holes += padding(field);
        }
        end = end.max(offset + field.itemsize());
    }
    holes + dtype.itemsize().saturating_sub(end)
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
            format!("{style}{}{style:#}", bytemap::mark(i)),
            leaf.offset.to_string(),
            leaf.size().to_string(),
            dtype_text(leaf),
            leaf.label(),
            rust_type(leaf).map_or_else(|| "none".to_owned(), |text| text.replace("mmrec::", "")),
        ]
    });
    Sheet { columns, keys: 1, rows: rows.collect() }
}

fn dtype_text(leaf: &Leaf) -> String {
    match leaf.shape.as_slice() {
        [] => leaf.dtype_text(),
        shape => format!("{} {}", leaf.dtype_text(), text::shape(shape)),
    }
}

fn field_json(leaf: &Leaf) -> serde_json::Value {
    let mut object = json!({ "name": leaf.name() });
    if let (Some(object), serde_json::Value::Object(more)) = (object.as_object_mut(), leaf.json()) {
        object.extend(more);
        object.insert("rust_type".to_owned(), rust_type(leaf).into());
    }
    object
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
