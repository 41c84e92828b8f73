//! From records to text.

use std::{io::Write, ops::Range};

use mmrec::{
    DynMap, DynView, ReadOnly,
    ndarray::{Slice, SliceInfoElem},
    rayon::prelude::*,
    s,
};

use super::{
    super::{
        failure::{Failure, Result},
        leaf::Leaf,
        progress::Progress,
    },
    columns::{self, Column, Style},
    encode,
    place::Place,
};

/// Bytes of text that are made before they are written, about, and of records that are read for them.
const TEXT: usize = 8 << 20;
const RECORDS: usize = 16 << 20;

/// The bytes of a number, and of a date, as text: about so many.
const OF_NUMBER: usize = 24;

/// Parts of a block that are given out to threads.
const PARTS: usize = 16;

/// Where the fields of an array go.
pub(super) struct Table {
    leaves: Vec<Leaf>,
    /// Those of each leaf.
    columns: Vec<Vec<Column>>,
    style: Style,
}

/// Copies of the values of a few rows, those of each field together.
struct Block {
    rows: Range<usize>,
    fields: Vec<Vec<u8>>,
}

impl Table {
    pub(super) fn new(map: &DynMap<ReadOnly>, leaves: Vec<Leaf>, style: Style) -> Result<Self> {
        let (view, mut all, mut known) = (with_rows(map), Vec::new(), 0);
        for leaf in &leaves {
            let columns = columns::of_leaf(leaf, &leaf.of(&view)?, known)?;
            known += columns.len();
            all.push(columns);
        }
        if known == 0 || map.dtype().itemsize() == 0 {
            let message =
                "the records have no fields with values, and a text has at least one column".to_owned();
            return Err(Failure::Usage(message));
        }
        Ok(Self { leaves, columns: all, style: Style { is_single: known == 1, ..style } })
    }

    /// Writes the rows of an array that is mapped anew from time to time.
    pub(super) fn write(
        &self,
        map: &DynMap<ReadOnly>,
        place: &Place,
        out: &mut dyn Write,
        failed: &dyn Fn(std::io::Error) -> Failure,
        progress: &Progress,
    ) -> Result<()> {
        if self.style.has_header {
            out.write_all(&self.header()).map_err(failed)?;
        }
        let rows = with_rows(map).shape()[0];
        let step = self.rows_together(map.len() / rows.max(1) * map.dtype().itemsize());
        let mut start = 0;
        while start < rows {
            let end = rows.min(start.saturating_add(step));
            let block = self.block(place, start..end)?;
            for text in self.texts(&block)? {
                out.write_all(&text).map_err(failed)?;
            }
            progress.add((end - start) as u64)?;
            start = end;
        }
        Ok(map.health()?)
    }

    fn header(&self) -> Vec<u8> {
        let mut line = Vec::new();
        for column in self.columns.iter().flatten() {
            self.style.put(column.name.as_bytes(), &mut line);
            line.push(self.style.delimiter);
        }
        line.pop();
        line.push(b'\n');
        line
    }

    /// How many rows of so many bytes are read before they are written.
    fn rows_together(&self, bytes: usize) -> usize {
        let text: usize =
            self.columns.iter().flatten().map(|column| column.scalar.size().max(OF_NUMBER)).sum();
        (TEXT / text).min(RECORDS / bytes.max(1)).max(1)
    }

    fn block(&self, place: &Place, rows: Range<usize>) -> Result<Block> {
        let map = place.open()?;
        let view = with_rows(&map);
        let mut info = vec![SliceInfoElem::from(Slice::from(..)); view.ndim()];
        info[0] = SliceInfoElem::from(Slice::from(rows.clone()));
        let part = view.slice(info.as_slice());
        let fields = self.leaves.iter().map(|leaf| Ok(leaf.of(&part)?.to_bytes())).collect::<Result<_>>()?;
        // Read before any of it is written: rows that are lost are an error, and not zeros.
        map.health()?;
        Ok(Block { rows, fields })
    }

    /// The lines of a block, in parts that follow each other.
    fn texts(&self, block: &Block) -> Result<Vec<Vec<u8>>> {
        let (rows, step) = (block.rows.len(), block.rows.len().div_ceil(PARTS));
        let parts: Vec<Range<usize>> =
            (0..rows).step_by(step.max(1)).map(|start| start..rows.min(start + step)).collect();
        parts.into_par_iter().map(|part| self.lines(block, part)).collect()
    }

    fn lines(&self, block: &Block, rows: Range<usize>) -> Result<Vec<u8>> {
        let mut text = Vec::new();
        for row in rows {
            for (columns, values) in self.columns.iter().zip(&block.fields) {
                let Some(size) = columns.first().map(|column| column.scalar.size()) else { continue };
                let own = &values[row * columns.len() * size..][..columns.len() * size];
                for (at, column) in columns.iter().enumerate() {
                    encode::put(&own[at * size..][..size], column.scalar, self.style, &mut text).map_err(|found| {
                        let (row, name) = (block.rows.start + row, &column.name);
                        let message = format!(
                            "row {row}, column {name}: expected a value that a text can have, found {found}; leave the \
                             field out with --fields"
                        );
                        Failure::Usage(message)
                    })?;
                    text.push(self.style.delimiter);
                }
            }
            text.pop();
            text.push(b'\n');
        }
        Ok(text)
    }
}

/// The array, with an axis of rows if it has none.
fn with_rows(map: &DynMap<ReadOnly>) -> DynView<'_> {
    let view = map.view();
    if view.ndim() == 0 { view.slice(s![mmrec::ndarray::NewAxis]) } else { view }
}
