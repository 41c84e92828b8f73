//! The first line of a text, and which of its columns are read.

use std::collections::{HashMap, VecDeque};

use csv::ByteRecord;

use super::{
    columns::Column,
    from_csv::{shortened, shown},
};

/// Where each column is in a row, by the names in the first line; what is wrong with those. If fields are `chosen`, others
/// are passed over.
pub(super) fn places(columns: &[Column], names: &ByteRecord, chosen: bool) -> Result<Vec<usize>, String> {
    let mut by_name: HashMap<&[u8], VecDeque<usize>> = HashMap::new();
    for (at, name) in names.iter().enumerate() {
        by_name.entry(name).or_default().push_back(at);
    }
    let mut places = Vec::new();
    for column in columns {
        let place = by_name.get_mut(column.name.as_bytes()).and_then(VecDeque::pop_front);
        places.push(place.ok_or_else(|| none(column, names))?);
    }
    for (name, left) in &by_name {
        if let Ok(name) = str::from_utf8(name)
            && !left.is_empty()
            && columns.iter().any(|column| column.name == name)
        {
            return Err(format!("expected one column {name}, found more; give each a name of its own"));
        }
    }
    let first = by_name.values().filter_map(|left| left.front()).min();
    match first {
        Some(&more) if !chosen => Err(one_more(columns, names, more)),
        _ => Ok(places),
    }
}

fn none(column: &Column, names: &ByteRecord) -> String {
    let all: Vec<_> = names.iter().map(String::from_utf8_lossy).collect();
    let (name, found) = (&column.name, shortened(&all.join(", ")));
    let advice = "choose fields with --fields, or give --no-header if the first line is a row";
    let hint = other_delimiter(names).map_or_else(String::new, |hint| format!("; {hint}"));
    format!("expected a column {name}, found {found}; {advice}{hint}")
}

fn one_more(columns: &[Column], names: &ByteRecord, at: usize) -> String {
    let all: Vec<_> = columns.iter().map(|column| column.name.as_str()).collect();
    let more = match (&names[at], at) {
        (b"", 0) => " without a name, the first".to_owned(),
        (b"", at) => format!(" without a name, number {}", at + 1),
        (name, _) => format!(", {}", shown(name)),
    };
    let advice =
        "name the fields to be read with --fields, and others are left out; or give a dtype that has it";
    format!("expected the columns {}, found one more{more}; {advice}", shortened(&all.join(", ")))
}

/// What to do if all values of a row are taken for one.
pub(super) fn other_delimiter(row: &ByteRecord) -> Option<String> {
    let text = row.get(0).filter(|_| row.len() == 1)?;
    let known = [(b';', "';'"), (b'\t', "tab"), (b'|', "'|'"), (b',', ",")];
    let (delimiter, argument) = known.into_iter().find(|(delimiter, _)| text.contains(delimiter))?;
    let shown = if delimiter == b'\t' { "a tab".to_owned() } else { char::from(delimiter).to_string() };
    Some(format!(
        "there is {shown} in it: if that is what stands between the values, give --delimiter {argument}"
    ))
}
