//! Tables, in pages that are no wider than the terminal.

use std::io::{self, Write};

use anstyle::Style;
use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, presets};
use unicode_width::UnicodeWidthStr;

use super::text::plain;

/// A column: its name, and whether it holds numbers, which stand to the right.
#[derive(Clone, Debug)]
pub(super) struct Column {
    name: String,
    is_number: bool,
}

impl Column {
    pub(super) fn text(name: impl Into<String>) -> Self {
        Self { name: plain(&name.into()), is_number: false }
    }

    pub(super) fn number(name: impl Into<String>) -> Self {
        Self { name: plain(&name.into()), is_number: true }
    }
}

/// A table, whose first columns say which row it is and stand on every page.
pub(super) struct Sheet {
    pub(super) columns: Vec<Column>,
    /// How many of the columns stand on every page.
    pub(super) keys: usize,
    /// One text for each column.
    pub(super) rows: Vec<Vec<String>>,
}

/// A line of fewer columns is no table.
const NARROWEST: usize = 20;

/// Spaces around each column.
const AROUND: usize = 2;

impl Sheet {
    /// Writes it, in as many pages as it takes if a line may have `width` columns of text.
    pub(super) fn write(&self, out: &mut impl Write, width: usize) -> io::Result<()> {
        for (page, columns) in self.pages(width).iter().enumerate() {
            if page > 0 {
                writeln!(out)?;
            }
            writeln!(out, "{}", self.page(columns, width).trim_end())?;
        }
        Ok(())
    }

    /// The columns of each page.
    fn pages(&self, width: usize) -> Vec<Vec<usize>> {
        let widths: Vec<usize> = (0..self.columns.len())
            .map(|i| {
                let longest = self.rows.iter().map(|row| shown_width(&row[i])).max().unwrap_or(0);
                longest.max(self.columns[i].name.width()) + AROUND
            })
            .collect();
        let keys: Vec<usize> = (0..self.keys).collect();
        let of_keys: usize = widths[..self.keys].iter().sum();
        let (mut pages, mut page, mut used) = (Vec::new(), keys.clone(), of_keys);
        for (i, own) in widths.iter().enumerate().skip(self.keys) {
            if used.saturating_add(*own) > width && page.len() > self.keys {
                pages.push(std::mem::replace(&mut page, keys.clone()));
                used = of_keys;
            }
            page.push(i);
            used += own;
        }
        pages.push(page);
        pages
    }

    fn page(&self, columns: &[usize], width: usize) -> String {
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        if let Ok(width) = u16::try_from(width) {
            table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
        } else {
            table.set_content_arrangement(ContentArrangement::Disabled);
        }
        let (bold, plain) = (Style::new().bold().render().to_string(), anstyle::Reset.render().to_string());
        table
            .set_header(columns.iter().map(|&i| Cell::new(format!("{bold}{}{plain}", self.columns[i].name))));
        for row in &self.rows {
            table.add_row(columns.iter().map(|&i| Cell::new(&row[i])));
        }
        for (at, &i) in columns.iter().enumerate() {
            if let Some(column) = table.column_mut(at)
                && self.columns[i].is_number
            {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        // Nothing but the lines' own ends: spaces there are noise in a file.
        table.lines().map(|line| format!("{}\n", line.trim_end())).collect()
    }
}

/// Columns of text that a cell takes, whose colours take none.
fn shown_width(cell: &str) -> usize {
    match cell.contains('\x1b') {
        true => anstream::adapter::strip_str(cell).to_string().width(),
        false => cell.width(),
    }
}

/// The columns of text that a line may have: as asked for, or those of the terminal, or any number.
pub(super) fn width(asked: Option<usize>) -> usize {
    let of_terminal = || terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| usize::from(width.0));
    asked.or_else(of_terminal).unwrap_or(usize::MAX).max(NARROWEST)
}
