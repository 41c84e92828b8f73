//! The arrays of an .npz archive.

use std::{io::Write, path::Path};

use anstyle::Style;
use mmrec::{DynMap, ErrorKind};
use serde_json::{Value as Json, json};

use super::{
    args::Common,
    failure::{Failure, Result, write_out},
    json,
    table::{Column, Sheet, width},
    text,
};

/// An array, or why it cannot be mapped.
struct Member {
    name: String,
    map: Result<DynMap, String>,
}

impl Member {
    fn of(file: &Path, name: String) -> Result<Self> {
        let map = match DynMap::options().npz_member(&name).open(file) {
            Ok(map) => Ok(map),
            Err(error) if error.kind() == ErrorKind::Io => return Err(error.into()),
            Err(error) => {
                let error = Failure::from(error).to_string();
                // Which file it is has been said.
                let path = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
                let of_file = format!("{}: ", path.display());
                Err(error.strip_prefix(&of_file).unwrap_or(&error).to_owned())
            }
        };
        Ok(Self { name, map })
    }

    /// Its name, and why it cannot be mapped.
    fn refused(&self) -> Option<(String, String)> {
        self.map.as_ref().err().map(|reason| (text::plain(&self.name), text::plain(reason)))
    }

    fn bytes(map: &DynMap) -> u64 {
        (map.len() * map.dtype().itemsize()) as u64
    }

    fn json(&self) -> Json {
        let map = self.map.as_ref().ok();
        json!({
            "name": self.name,
            "dtype": map.map(|map| map.dtype().to_string()),
            "shape": map.map(DynMap::shape),
            "order": map.map(|map| format!("{:?}", map.order())),
            "data_offset": map.map(DynMap::offset),
            "data_bytes": map.map(Self::bytes),
            "can_be_mapped": map.is_some(),
            "why_not": self.map.as_ref().err(),
        })
    }

    fn cells(&self) -> Vec<String> {
        let name = text::plain(&self.name);
        let Ok(map) = &self.map else {
            return vec![name, String::new(), String::new(), "no".to_owned(), String::new()];
        };
        let order = if map.ndim() > 1 { format!(" in {:?} order", map.order()) } else { String::new() };
        let dtype = map.dtype().to_string().trim_matches('\'').to_owned();
        let (shape, bytes) = (text::shape(map.shape()) + &order, text::size(Self::bytes(map)));
        vec![name, shape, bytes, "yes".to_owned(), text::plain(&dtype)]
    }
}

pub(super) fn run(file: &Path, common: Common) -> Result<()> {
    let names = DynMap::npz_members(file)?;
    let members = names.into_iter().map(|name| Member::of(file, name)).collect::<Result<Vec<_>>>()?;
    if common.json {
        let arrays: Vec<_> = members.iter().map(Member::json).collect();
        let bytes = std::fs::metadata(file).map_err(|error| Failure::io(file, error))?.len();
        let all = json!({
            "file": file.display().to_string(),
            "format": ".npz archive",
            "file_bytes": bytes,
            "arrays": arrays,
        });
        return write_out(json::pretty(&all).as_bytes());
    }
    let mut out = Vec::new();
    let (bold, arrays) = (Style::new().bold(), text::counted(members.len() as u64, "array"));
    let file = text::plain(&file.display().to_string());
    writeln!(out, "{bold}{file}{bold:#}: .npz archive of {arrays}")?;
    if members.is_empty() {
        return write_out(&out);
    }
    writeln!(out, "--member NAME shows one of them\n")?;
    let columns = vec![
        Column::text("array"),
        Column::text("shape"),
        Column::number("data"),
        Column::text("can be mapped"),
        Column::text("dtype"),
    ];
    let sheet = Sheet { columns, keys: 1, rows: members.iter().map(Member::cells).collect() };
    sheet.write(&mut out, width(None))?;
    for (i, (name, reason)) in members.iter().filter_map(Member::refused).enumerate() {
        let gap = if i == 0 { "\n" } else { "" };
        writeln!(out, "{gap}{name}: {reason}")?;
    }
    write_out(&out)
}
