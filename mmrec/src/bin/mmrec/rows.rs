//! Rows as a table, or as JSON.

use std::{io::Write, str::FromStr};

use mmrec::{Axis, DynMap, DynView, Kind, ReadOnly};
use serde_json::Value as Json;

use super::{
    args::{Common, Count, Rows, Shown},
    failure::{Failure, Result},
    json,
    leaf::{Leaf, chosen_in_rows},
    pages::Pages,
    progress::is_to_stop,
    table::{Column, Sheet, width},
    text::{cell, count, cut, size},
};

/// Which rows; below zero counts from the end.
#[derive(Clone, Copy, Debug)]
pub(super) enum Range {
    One(i64),
    /// From one to before another.
    Between(Option<i64>, Option<i64>),
}

impl FromStr for Range {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |digits: &str| {
            let number = digits.trim().replace('_', "").parse::<i64>();
            number.map_err(|_| {
                format!("`{digits}` is no row; give A..B, such as 10..20, ..5, -5.. or 7, and then the file")
            })
        };
        let end = |text: &str| if text.trim().is_empty() { Ok(None) } else { number(text).map(Some) };
        match text.split_once("..") {
            Some((from, to)) => Ok(Self::Between(end(from)?, end(to)?)),
            None => Ok(Self::One(number(text)?)),
        }
    }
}

impl Range {
    /// The rows, of so many. Those of a range that are not there are left out, as in Python.
    pub(super) fn of(self, rows: usize) -> Result<std::ops::Range<usize>> {
        let len = rows as i128;
        let place = |asked: i64| i128::from(asked) + if asked < 0 { len } else { 0 };
        let within = |place: i128| usize::try_from(place.clamp(0, len)).unwrap_or(rows);
        match self {
            Self::One(asked) => match usize::try_from(place(asked)) {
                Ok(row) if row < rows => Ok(row..row + 1),
                _ => {
                    let last = rows
                        .checked_sub(1)
                        .map_or("there are none".to_owned(), |last| format!("the last is {last}"));
                    Err(Failure::Usage(format!("there is no row {asked}; {last}")))
                }
            },
            Self::Between(Some(from), Some(to)) if place(from) > place(to) => {
                let message = format!(
                    "row {from} comes after row {to}; of A..B, A is the first and B the one after the last"
                );
                Err(Failure::Usage(message))
            }
            Self::Between(from, to) => {
                let (from, to) =
                    (from.map_or(0, |from| within(place(from))), to.map_or(rows, |to| within(place(to))));
                Ok(from..to)
            }
        }
    }
}

pub(super) fn head(asked: &Count, common: Common) -> Result<()> {
    show(&asked.input.open()?, |rows| Ok(0..asked.count.min(rows)), &asked.shown, common)
}

pub(super) fn tail(asked: &Count, common: Common) -> Result<()> {
    show(&asked.input.open()?, |rows| Ok(rows.saturating_sub(asked.count)..rows), &asked.shown, common)
}

pub(super) fn range(asked: &Rows, common: Common) -> Result<()> {
    show(&asked.input.open()?, |rows| asked.range.of(rows), &asked.shown, common)
}

/// Rows, cells and bytes of a table whose columns are laid out together; more are written in several tables, so that memory
/// does not grow.
const ROWS: usize = 1000;
const CELLS: usize = 20_000;
const BYTES: usize = 1 << 20;

/// Arrays of no more are shown with a column for each element.
const SPREAD: usize = 8;

/// Elements of an array that are read of a longer one, or less.
const WHOLE: usize = 1000;

/// Letters of a cell.
const LETTERS: usize = 1000;

/// The most bytes of a single value that is shown.
const LONGEST: usize = 1 << 20;

fn show(
    map: &DynMap<ReadOnly>,
    asked: impl FnOnce(usize) -> Result<std::ops::Range<usize>>,
    shown: &Shown,
    common: Common,
) -> Result<()> {
    let view = map.view();
    // A single element without axes is a row.
    let view = if view.ndim() == 0 { with_axis(&view) } else { view };
    let rows = view.shape().first().copied().unwrap_or(0);
    let leaves = chosen_in_rows(map.dtype(), &view.shape()[1..], &shown.fields)?;
    let asked = asked(rows)?;
    for leaf in &leaves {
        let bytes = leaf.dtype.itemsize();
        if bytes > LONGEST {
            let (label, bytes) = (leaf.label(), size(bytes as u64));
            let message = format!(
                "a value of {label} has {bytes}, too many to be shown; choose other fields with --fields"
            );
            return Err(Failure::Usage(message));
        }
    }
    let bytes_of_row = map.dtype().itemsize() * view.shape()[1..].iter().product::<usize>();
    let mut sink = Sink {
        map,
        pages: Pages::of(map),
        bytes_of_row: bytes_of_row as u64,
        out: anstream::stdout().lock(),
        text: Vec::new(),
    };
    match common.json {
        true => objects(&mut sink, &leaves, &view, asked)?,
        false if asked.is_empty() && rows == 0 => writeln!(sink.text, "no rows")?,
        false if asked.is_empty() => writeln!(sink.text, "none of {} rows", count(rows as u64))?,
        false => tables(&mut sink, leaves, &view, asked, width(shown.width))?,
    }
    sink.send()
}

fn with_axis<'a>(view: &DynView<'a>) -> DynView<'a> {
    // An array of one element, whose dtype is the element's own.
    view.slice(mmrec::s![mmrec::ndarray::NewAxis])
}

/// What is written, held back until it is known that it was read from the file: rows that are lost are an error, and not zeros.
struct Sink<'a, W> {
    map: &'a DynMap<ReadOnly>,
    pages: Pages<'a>,
    bytes_of_row: u64,
    out: W,
    text: Vec<u8>,
}

impl<W: Write> Sink<'_, W> {
    /// To be called between values.
    fn step(&mut self) -> Result<()> {
        is_to_stop()?;
        if self.text.len() >= 64 << 10 { self.send() } else { Ok(()) }
    }

    /// To be called behind so many rows.
    fn passed(&self, rows: usize) {
        self.pages.read(rows as u64 * self.bytes_of_row);
    }

    fn send(&mut self) -> Result<()> {
        self.map.health()?;
        self.out.write_all(&self.text)?;
        self.text.clear();
        Ok(self.out.flush()?)
    }
}

fn tables<W: Write>(
    sink: &mut Sink<'_, W>,
    leaves: Vec<Leaf>,
    view: &DynView<'_>,
    rows: std::ops::Range<usize>,
    width: usize,
) -> Result<()> {
    let spread =
        |leaf: Leaf| if (1..=SPREAD).contains(&leaf.len()) { leaf.scalars() } else { Ok(vec![leaf]) };
    let leaves = leaves.into_iter().map(spread).collect::<Result<Vec<_>>>()?.concat();
    let fields: Vec<DynView<'_>> = leaves.iter().map(|leaf| leaf.of(view)).collect::<Result<_>>()?;
    let bytes: usize = leaves.iter().map(|leaf| leaf.dtype.itemsize() * leaf.len().min(WHOLE)).sum();
    let together = ROWS.min(CELLS / leaves.len().max(1)).min(BYTES / bytes.max(1)).max(1);
    let mut start = rows.start;
    while start < rows.end {
        let end = rows.end.min(start + together);
        let columns = leaves.iter().map(|leaf| match is_number(leaf) {
            true => Column::number(leaf.name()),
            false => Column::text(leaf.name()),
        });
        let columns = std::iter::once(Column::number("row")).chain(columns).collect();
        let rows = (start..end).map(|row| {
            is_to_stop()?;
            let cells = fields.iter().map(|field| cut(cell(&field.index_axis(Axis(0), row)), LETTERS));
            Ok(std::iter::once(row.to_string()).chain(cells).collect())
        });
        let sheet = Sheet { columns, keys: 1, rows: rows.collect::<Result<_>>()? };
        sheet.write(&mut sink.text, width)?;
        sink.passed(end - start);
        sink.step()?;
        start = end;
    }
    Ok(())
}

fn is_number(leaf: &Leaf) -> bool {
    let kind = leaf.dtype.as_scalar().map(mmrec::Scalar::kind);
    leaf.shape.is_empty() && matches!(kind, Some(Kind::Int | Kind::Uint | Kind::Float | Kind::TimeDelta(_)))
}

/// A list of objects, each in a line.
fn objects<W: Write>(
    sink: &mut Sink<'_, W>,
    leaves: &[Leaf],
    view: &DynView<'_>,
    rows: std::ops::Range<usize>,
) -> Result<()> {
    let mut fields = Vec::new();
    for leaf in leaves {
        put(&mut fields, &leaf.keys(), leaf.of(view)?);
    }
    if rows.is_empty() {
        sink.text.extend(b"[]\n");
        return Ok(());
    }
    let start = rows.start;
    for row in rows {
        sink.text.extend(if row == start { b"[\n" } else { b",\n" });
        object(sink, &fields, row)?;
        sink.passed(1);
    }
    sink.text.extend(b"\n]\n");
    Ok(())
}

/// What is written at a key: a field, or an object of fields.
enum Node<'a> {
    Field(DynView<'a>),
    Object(Vec<(String, Self)>),
}

/// Puts a field where the keys lead, making the objects on the way.
fn put<'a>(into: &mut Vec<(String, Node<'a>)>, keys: &[String], field: DynView<'a>) {
    let (key, rest) = match keys {
        [] => return,
        [key] => return into.push((key.clone(), Node::Field(field))),
        [key, rest @ ..] => (key, rest),
    };
    let is_there = |(own, node): &(String, Node<'a>)| own == key && matches!(node, Node::Object(_));
    let at = into.iter().position(is_there).unwrap_or_else(|| {
        into.push((key.clone(), Node::Object(Vec::new())));
        into.len() - 1
    });
    if let Node::Object(inner) = &mut into[at].1 {
        put(inner, rest, field);
    }
}

fn object<W: Write>(sink: &mut Sink<'_, W>, fields: &[(String, Node<'_>)], row: usize) -> Result<()> {
    sink.text.push(b'{');
    for (i, (key, node)) in fields.iter().enumerate() {
        let comma = if i > 0 { "," } else { "" };
        write!(sink.text, "{comma}{}:", json::line(&Json::from(key.as_str())))?;
        match node {
            Node::Field(field) => array(sink, &field.index_axis(Axis(0), row))?,
            Node::Object(inner) => object(sink, inner, row)?,
        }
    }
    sink.text.push(b'}');
    Ok(())
}

/// An array of any number of axes, as lists in lists; it may be long.
fn array<W: Write>(sink: &mut Sink<'_, W>, view: &DynView<'_>) -> Result<()> {
    if view.ndim() == 0 {
        let value = view.get([]).map_or(Json::Null, |value| json::value(&value));
        write!(sink.text, "{}", json::line(&value))?;
        return sink.step();
    }
    sink.text.push(b'[');
    for (i, part) in view.axis_iter(Axis(0)).enumerate() {
        if i > 0 {
            sink.text.push(b',');
        }
        array(sink, &part)?;
    }
    sink.text.push(b']');
    Ok(())
}
