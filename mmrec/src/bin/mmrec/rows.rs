//! Rows as a table.

use std::{io::Write, str::FromStr};

use mmrec::{Axis, DynMap, DynView, Kind, ReadOnly};
use serde_json::{Map, Value as Json};

use super::{
    args::{Common, Count, Rows, Shown},
    failure::Result,
    json,
    leaf::{Leaf, chosen},
    progress::is_to_stop,
    table::{Column, Sheet, width},
    text::{cell, count},
};

/// Rows from one to before another; below zero counts from the end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Range {
    start: Option<i128>,
    end: Option<i128>,
}

impl FromStr for Range {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |text: &str| match text.trim() {
            "" => Ok(None),
            digits => match digits.replace('_', "").parse::<i64>() {
                Ok(number) => Ok(Some(i128::from(number))),
                Err(_) => Err(format!("{digits} is no row; give A..B, such as 10..20, ..5, -5.. or 7")),
            },
        };
        match text.split_once("..") {
            Some((start, end)) => Ok(Self { start: number(start)?, end: number(end)? }),
            None => {
                let start = number(text)?;
                // -1 alone is the last row, up to the end.
                Ok(Self { start, end: start.map(|start| start + 1).filter(|end| *end != 0) })
            }
        }
    }
}

impl Range {
    /// The rows, of so many.
    pub(super) fn of(self, rows: usize) -> std::ops::Range<usize> {
        let place = |asked: Option<i128>, other: usize| {
            let Some(asked) = asked else { return other };
            let from_start = if asked < 0 { asked + rows as i128 } else { asked };
            usize::try_from(from_start.clamp(0, rows as i128)).unwrap_or(rows)
        };
        let (start, end) = (place(self.start, 0), place(self.end, rows));
        start..end.max(start)
    }
}

pub(super) fn head(asked: &Count, common: Common) -> Result<()> {
    show(&asked.input.open()?, |rows| 0..asked.count.min(rows), &asked.shown, common)
}

pub(super) fn tail(asked: &Count, common: Common) -> Result<()> {
    show(&asked.input.open()?, |rows| rows.saturating_sub(asked.count)..rows, &asked.shown, common)
}

pub(super) fn range(asked: &Rows, common: Common) -> Result<()> {
    show(&asked.input.open()?, |rows| asked.range.of(rows), &asked.shown, common)
}

/// Rows of a table whose columns are laid out together; more are written in several tables, so that memory does not grow.
const TOGETHER: usize = 1000;

fn show(
    map: &DynMap<ReadOnly>,
    asked: impl FnOnce(usize) -> std::ops::Range<usize>,
    shown: &Shown,
    common: Common,
) -> Result<()> {
    let leaves = chosen(map.dtype(), &shown.fields)?;
    let view = map.view();
    // A single element without axes is a row.
    let view = if view.ndim() == 0 { with_axis(&view) } else { view };
    let rows = view.shape().first().copied().unwrap_or(0);
    let asked = asked(rows);
    let fields: Vec<DynView<'_>> = leaves.iter().map(|leaf| leaf.of(&view)).collect::<Result<_>>()?;
    let mut out = std::io::BufWriter::new(anstream::stdout().lock());
    let mut start = asked.start;
    let width = width(shown.width);
    while start < asked.end {
        let end = asked.end.min(start + TOGETHER);
        // Read before any of it is shown: rows that are lost are an error, and not zeros.
        let text = match common.json {
            true => lines(&leaves, &fields, start..end)?,
            false => table(&leaves, &fields, start..end, width)?,
        };
        map.health()?;
        out.write_all(&text)?;
        start = end;
    }
    if asked.is_empty() && !common.json {
        writeln!(out, "no rows of {}", count(rows as u64))?;
    }
    Ok(out.flush()?)
}

fn with_axis<'a>(view: &DynView<'a>) -> DynView<'a> {
    // An array of one element, whose dtype is the element's own.
    view.slice(mmrec::s![mmrec::ndarray::NewAxis])
}

fn table(
    leaves: &[Leaf],
    fields: &[DynView<'_>],
    rows: std::ops::Range<usize>,
    width: usize,
) -> Result<Vec<u8>> {
    let columns = leaves.iter().map(|leaf| Column { name: leaf.name(), is_number: is_number(leaf) });
    let columns = std::iter::once(Column::number("row")).chain(columns).collect();
    let rows = rows.map(|row| {
        is_to_stop()?;
        let cells = fields.iter().map(|field| cell(&field.index_axis(Axis(0), row)));
        Ok(std::iter::once(row.to_string()).chain(cells).collect())
    });
    let sheet = Sheet { columns, keys: 1, rows: rows.collect::<Result<_>>()? };
    let mut text = Vec::new();
    sheet.write(&mut text, width)?;
    Ok(text)
}

/// One object for each row, on a line of its own.
fn lines(leaves: &[Leaf], fields: &[DynView<'_>], rows: std::ops::Range<usize>) -> Result<Vec<u8>> {
    let mut text = Vec::new();
    for row in rows {
        is_to_stop()?;
        let mut object = Map::new();
        for (leaf, field) in leaves.iter().zip(fields) {
            json::put(&mut object, &leaf.path, json::array(&field.index_axis(Axis(0), row)));
        }
        writeln!(text, "{}", Json::Object(object))?;
    }
    Ok(text)
}

fn is_number(leaf: &Leaf) -> bool {
    let kind = leaf.dtype.as_scalar().map(mmrec::Scalar::kind);
    leaf.shape.is_empty() && matches!(kind, Some(Kind::Int | Kind::Uint | Kind::Float | Kind::TimeDelta(_)))
}
