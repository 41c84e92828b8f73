//! Rows as an aligned table.

use std::{
    io::{self, Write},
    ops::ControlFlow,
};

use anstyle::Style;
use datafusion::arrow::{
    array::{Array, RecordBatch},
    datatypes::SchemaRef,
    util::display::{ArrayFormatter, FormatOptions},
};
use unicode_width::UnicodeWidthStr;

use super::{Args, Result, Sink};
use crate::text::{self, cut, plain};

/// The most rows on a terminal, unless more are asked for.
const ON_TERMINAL: usize = 100;

/// Rows that are aligned together where there is no such limit; wider ones that follow make the table wider.
const TOGETHER: usize = 1000;

/// The most letters of a cell.
const LETTERS: usize = 1000;

/// A line of fewer columns of text is no table.
const NARROWEST: usize = 20;

/// Spaces between columns.
const BETWEEN: usize = 2;

pub(super) struct Table {
    columns: Vec<Column>,
    /// What has not been written yet; a `None` is null.
    rows: Vec<Vec<Option<String>>>,
    /// The most rows that are written.
    limit: Option<usize>,
    /// Rows that came, or will have come.
    came: u64,
    /// Rows that will come, if that is known.
    known: Option<u64>,
    width: usize,
    has_header: bool,
}

struct Column {
    name: String,
    is_number: bool,
    width: usize,
}

const NULL: &str = "NULL";

impl Table {
    pub(super) fn new(args: &Args, schema: &SchemaRef, is_terminal: bool, known: Option<u64>) -> Self {
        let columns = schema.fields().iter().map(|field| {
            let name = cut(plain(field.name()), LETTERS);
            Column { width: name.width(), name, is_number: field.data_type().is_numeric() }
        });
        let of_terminal =
            || terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| usize::from(width.0));
        Self {
            columns: columns.collect(),
            rows: Vec::new(),
            limit: args.rows.or(is_terminal.then_some(ON_TERMINAL)),
            came: 0,
            known,
            width: args.width.or_else(of_terminal).unwrap_or(usize::MAX).max(NARROWEST),
            has_header: false,
        }
    }

    /// Writes the rows that are there, in as many pages of columns as it takes.
    fn put(&mut self) -> Result<()> {
        for row in &self.rows {
            for (column, cell) in self.columns.iter_mut().zip(row) {
                column.width = column.width.max(cell.as_deref().unwrap_or(NULL).width());
            }
        }
        let mut out = anstream::stdout().lock();
        let mut lines = String::new();
        for (page, columns) in self.pages().iter().enumerate() {
            if page > 0 {
                lines.push('\n');
            }
            if page > 0 || !self.has_header {
                let bold = Style::new().bold();
                let names = columns.iter().map(|&i| (self.columns[i].name.as_str(), bold));
                self.line(&mut lines, columns, names);
            }
            for row in &self.rows {
                let cells = columns.iter().map(|&i| match &row[i] {
                    Some(text) => (text.as_str(), Style::new()),
                    None => (NULL, Style::new().dimmed()),
                });
                self.line(&mut lines, columns, cells);
            }
        }
        out.write_all(lines.as_bytes())?;
        out.flush()?;
        self.has_header = true;
        self.rows.clear();
        Ok(())
    }

    /// The columns of each page.
    fn pages(&self) -> Vec<Vec<usize>> {
        let (mut pages, mut page, mut used) = (Vec::new(), Vec::new(), 0_usize);
        for (i, column) in self.columns.iter().enumerate() {
            if !page.is_empty() && used + column.width > self.width {
                pages.push(std::mem::take(&mut page));
                used = 0;
            }
            page.push(i);
            used += column.width + BETWEEN;
        }
        pages.push(page);
        pages
    }

    fn line<'t>(&self, to: &mut String, columns: &[usize], cells: impl Iterator<Item = (&'t str, Style)>) {
        let last = columns.len().saturating_sub(1);
        for (at, ((text, style), &i)) in cells.zip(columns).enumerate() {
            let column = &self.columns[i];
            let spaces = " ".repeat(column.width.saturating_sub(text.width()));
            let (before, after) =
                if column.is_number { (spaces.as_str(), "") } else { ("", spaces.as_str()) };
            to.push_str(before);
            to.push_str(&format!("{style}{text}{style:#}"));
            // Nothing but the line's own end: spaces there are noise in a file.
            if at < last {
                to.push_str(after);
                to.push_str(&" ".repeat(BETWEEN));
            }
        }
        to.push('\n');
    }
}

impl Sink for Table {
    fn write(&mut self, batch: &RecordBatch) -> Result<ControlFlow<()>> {
        let before = usize::try_from(self.came).unwrap_or(usize::MAX);
        self.came += batch.num_rows() as u64;
        let wanted = self.limit.map_or(usize::MAX, |limit| limit.saturating_sub(before));
        let batch = batch.slice(0, batch.num_rows().min(wanted));

        let options = FormatOptions::default().with_null(NULL);
        let cells = batch.columns().iter().map(|column| ArrayFormatter::try_new(column, &options));
        let cells = cells.collect::<Result<Vec<_>, _>>()?;
        let nulls: Vec<_> = batch.columns().iter().map(|column| column.logical_nulls()).collect();
        for row in 0..batch.num_rows() {
            let mut texts = Vec::with_capacity(cells.len());
            for (cells, nulls) in cells.iter().zip(&nulls) {
                let is_null = nulls.as_ref().is_some_and(|nulls| nulls.is_null(row));
                let text = || -> Result<_> { Ok(cut(plain(&cells.value(row).try_to_string()?), LETTERS)) };
                texts.push(if is_null { None } else { Some(text()?) });
            }
            self.rows.push(texts);
            if self.limit.is_none() && self.rows.len() >= TOGETHER {
                self.put()?;
            }
        }
        match self.known {
            Some(all) if self.limit.is_some_and(|limit| self.came >= limit as u64) => {
                self.came = all;
                Ok(ControlFlow::Break(()))
            }
            _ => Ok(ControlFlow::Continue(())),
        }
    }

    fn finish(&mut self) -> Result<()> {
        if !self.has_header || !self.rows.is_empty() {
            self.put()?;
        }
        let shown = self.limit.map_or(self.came, |limit| self.came.min(limit as u64));
        if shown < self.came {
            let mut out = anstream::stdout().lock();
            let more = text::rows(self.came - shown);
            writeln!(out, "… {more} more: --rows N shows as many, --format csv or --output FILE all")?;
            out.flush()?;
        }
        Ok(())
    }
}
