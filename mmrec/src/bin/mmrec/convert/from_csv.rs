//! From text to records.

use std::path::Path;

use csv::ByteRecord;
use mmrec::{DType, DynMap, DynView, ReadWrite};

use super::{
    super::{
        failure::{Failure, Result},
        leaf::leaves,
        progress::{Progress, is_to_stop},
    },
    asked::{BadRows, Format},
    columns::{self, Column, Style},
    decode, header,
    lines::{Lines, Unread},
    source,
    target::Target,
};

/// Bytes of records that are collected before they are written.
const BLOCK: usize = 4 << 20;

/// Bytes of text between two looks whether to stop.
const STEP: u64 = 256 << 10;

/// The least that a row may have, in bytes of text.
const ROW: u64 = 16 << 20;

/// The most rows that are named of those that were left out.
const NAMED: usize = 10;

/// The most of a text that an error shows.
const SHOWN: usize = 60;

/// What is wrong with `"a"b`.
const GOES_ON: &str =
    "a value goes on behind its closing quote, or one was forgotten; a quote in a value is written twice";

/// How a text becomes records.
pub(super) struct Text<'a> {
    /// `None` for the standard input.
    path: Option<&'a Path>,
    /// Of a row.
    dtype: &'a DType,
    columns: Vec<Column>,
    style: Style,
    /// Fields are named, and columns of other names passed over.
    is_chosen: bool,
    bad_rows: BadRows,
}

/// What became of the rows.
#[derive(Default)]
pub(super) struct Done {
    pub(super) rows: u64,
    pub(super) bytes: u64,
    pub(super) skipped: u64,
    /// What is wrong with the first of those.
    pub(super) named: Vec<String>,
}

impl<'a> Text<'a> {
    pub(super) fn new(
        path: Option<&'a Path>,
        dtype: &'a DType,
        style: Style,
        is_chosen: bool,
        bad_rows: BadRows,
    ) -> Result<Self> {
        let row = vec![0; dtype.itemsize()];
        let view = DynView::from_bytes(&row, dtype);
        // Of no bytes there is no view.
        let mut columns = Vec::new();
        if let Ok(view) = view
            && !row.is_empty()
        {
            let base = view.dtype().clone();
            for leaf in leaves(&base) {
                let mut more = columns::of_leaf(&leaf, &leaf.of(&view)?, columns.len())?;
                columns.append(&mut more);
            }
        }
        if columns.is_empty() {
            return Err(Failure::Usage(format!(
                "{dtype} has no fields with values, of which a text has at least one"
            )));
        }
        Ok(Self { path, dtype, columns, style, is_chosen, bad_rows })
    }

    /// The dtype and the axes of what is made, without that of rows.
    fn array(&self) -> (DType, Vec<usize>) {
        let (mut base, mut shape) = (self.dtype.clone(), Vec::new());
        while !base.shape().is_empty() {
            shape.extend(base.shape());
            base = base.base().clone();
        }
        (base, shape)
    }

    /// Reads all rows into a new file.
    pub(super) fn read(&self, format: Format, target: &Target, progress: &Progress) -> Result<Done> {
        let from = source::open(self.path).map_err(|error| Failure::Io(self.name(), error))?;
        let most = ROW.max(8 * self.dtype.itemsize() as u64);
        let mut lines =
            Lines::new(from, self.style, self.columns.len(), most).map_err(|unread| self.unread(unread))?;
        let mut made = self.make(format, target)?;
        let mut row = ByteRecord::new();
        let places = self.places(&mut lines, &mut row)?;
        let width = if self.style.has_header { row.len() } else { self.columns.len() };

        let (mut read, mut block, mut told, mut looked) = (Done::default(), Vec::with_capacity(BLOCK), 0, 0);
        let itemsize = self.dtype.itemsize();
        while lines.read(&mut row).map_err(|unread| self.unread(unread))? {
            let start = block.len();
            block.resize(start + itemsize, 0);
            let is_whole = if lines.goes_on() { Err(format!(": {GOES_ON}")) } else { Ok(()) };
            match is_whole.and_then(|()| self.row(&row, &places, width, &mut block[start..])) {
                Ok(()) => read.rows += 1,
                Err(wrong) => {
                    let wrong = format!("line {}{wrong}", lines.line(&row));
                    if self.bad_rows == BadRows::Error {
                        let advice = "correct it, or leave such rows out with --bad-rows skip";
                        return Err(Failure::Usage(format!("{}: {wrong}; {advice}", self.name())));
                    }
                    block.truncate(start);
                    read.skipped += 1;
                    if read.named.len() < NAMED {
                        read.named.push(wrong);
                    }
                }
            }
            if block.len() + itemsize > BLOCK {
                append(&mut made, &mut block, self.dtype).map_err(|error| target.named(&error))?;
            }
            let bytes = lines.bytes();
            if bytes - looked > STEP {
                progress.add(bytes - told)?;
                (told, looked) = (bytes, bytes);
            }
        }
        append(&mut made, &mut block, self.dtype).map_err(|error| target.named(&error))?;
        is_to_stop()?;
        read.bytes = lines.bytes();
        Ok(read)
    }

    fn make(&self, format: Format, target: &Target) -> Result<DynMap<ReadWrite>> {
        let (base, inner) = self.array();
        let shape: Vec<usize> = std::iter::once(0).chain(inner).collect();
        let options = DynMap::options().dtype(base).shape(shape);
        let made = match format {
            Format::Npy => options.create_npy(target.path()),
            _ => options.create(target.path()),
        };
        made.map_err(|error| target.named(&error))
    }

    /// Where each column is in a row, by the names in the first line.
    fn places(&self, lines: &mut Lines, row: &mut ByteRecord) -> Result<Vec<usize>> {
        if !self.style.has_header {
            return Ok((0..self.columns.len()).collect());
        }
        if !lines.read(row).map_err(|unread| self.unread(unread))? {
            return Err(self.wrong(1, "expected the names of the columns, found the end of the text"));
        }
        let line = lines.line(row);
        if lines.goes_on() {
            return Err(self.wrong(line, GOES_ON));
        }
        header::places(&self.columns, row, self.is_chosen).map_err(|what| self.wrong(line, &what))
    }

    /// Reads a row.
    fn row(&self, row: &ByteRecord, places: &[usize], width: usize, to: &mut [u8]) -> Result<(), String> {
        if row.len() != width {
            let found = row.len();
            let hint = header::other_delimiter(row).map_or_else(String::new, |hint| format!("; {hint}"));
            return Err(format!(": expected {width} values, found {found}{hint}"));
        }
        for (column, &place) in self.columns.iter().zip(places) {
            let to = &mut to[column.offset..][..column.scalar.size()];
            decode::read(&row[place], column.scalar, self.style, to).map_err(|expected| {
                let (name, found) = (&column.name, shown(&row[place]));
                format!(", column {name}: expected {expected}, found {found}")
            })?;
        }
        Ok(())
    }

    fn name(&self) -> String {
        self.path.map_or_else(|| "the standard input".to_owned(), |path| path.display().to_string())
    }

    fn wrong(&self, line: u64, what: &str) -> Failure {
        Failure::Usage(format!("{}: line {line}: {what}", self.name()))
    }

    fn unread(&self, unread: Unread) -> Failure {
        // What comes to an end because the command does is not to be blamed.
        if let Err(stopped) = is_to_stop() {
            return stopped;
        }
        let name = self.name();
        match unread {
            Unread::Row(line, error) => Failure::Io(format!("{name}: line {line}"), error),
            Unread::NeverClosed(line) => Failure::Usage(format!(
                "{name}: a quote is opened on line {line} and never closed; correct it, rows may be lost in it"
            )),
            Unread::NoText(other) => {
                Failure::Usage(format!("{name}: expected text, and this is {}; {}", other.what, other.advice))
            }
        }
    }
}

/// Puts what was collected behind the records of the file.
fn append(made: &mut DynMap<ReadWrite>, block: &mut Vec<u8>, dtype: &DType) -> mmrec::Result<()> {
    if !block.is_empty() {
        made.append(DynView::from_bytes(block, dtype)?)?;
        block.clear();
    }
    Ok(())
}

/// A value as an error shows it.
pub(super) fn shown(text: &[u8]) -> String {
    shortened(&format!("{:?}", String::from_utf8_lossy(text)))
}

pub(super) fn shortened(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
