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
                let error = error.to_string();
                let reasons = ["compressed", "encrypted"];
                let reason = reasons
                    .iter()
                    .find(|reason| error.contains(&format!("is {reason}, and cannot be mapped")));
                Err(reason.map_or(error.clone(), |reason| (*reason).to_owned()))
            }
        };
        Ok(Self { name, map })
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
        let of_map = match &self.map {
            Ok(map) => {
                let dtype = map.dtype().to_string().trim_matches('\'').to_owned();
                [
                    text::shape(map.shape()),
                    text::size(Self::bytes(map)),
                    "yes".to_owned(),
                    text::plain(&dtype),
                ]
            }
            Err(reason) => {
                [String::new(), String::new(), format!("no: {}", text::plain(reason)), String::new()]
            }
        };
        [text::plain(&self.name)].into_iter().chain(of_map).collect()
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
    writeln!(out, "{bold}{file}{bold:#}: .npz archive of {arrays}; --member NAME shows one\n")?;
    let columns = vec![
        Column::text("array"),
        Column::text("shape"),
        Column::number("data"),
        Column::text("can be mapped"),
        Column::text("dtype"),
    ];
    let sheet = Sheet { columns, keys: 1, rows: members.iter().map(Member::cells).collect() };
    sheet.write(&mut out, width(None))?;
    if members.iter().any(|member| member.map.is_err()) {
        writeln!(out, "\nWhat is compressed is mapped once it is saved with numpy.savez, or unpacked.")?;
    }
    write_out(&out)
}
