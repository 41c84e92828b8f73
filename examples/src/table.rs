//! Tables as the examples print them: a header with a line under it, and rows.

use std::fmt;

use comfy_table::{CellAlignment, LineStyle, TableStyle};

const STYLE: TableStyle = TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));

/// A table of text.
#[derive(Debug)]
pub struct Table<const N: usize>(comfy_table::Table);

/// The heading of a column, which says to which side its cells are aligned.
#[derive(Clone, Copy, Debug)]
pub enum Column {
    /// Text.
    Left(&'static str),
    /// Numbers.
    Right(&'static str),
}

impl<const N: usize> Table<N> {
    /// A table of these columns, without rows.
    pub fn new(columns: [Column; N]) -> Self {
        let mut table = comfy_table::Table::new();
        table.load_style(STYLE).set_header(columns.map(|column| match column {
            Column::Left(name) | Column::Right(name) => name,
        }));
        for (cells, column) in table.column_iter_mut().zip(columns) {
            if let Column::Right(_) = column {
                cells.set_cell_alignment(CellAlignment::Right);
            }
        }
        Self(table)
    }

    /// Adds a row.
    pub fn row(&mut self, cells: [String; N]) {
        self.0.add_row(cells);
    }
}

impl<const N: usize> fmt::Display for Table<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.trim_fmt())
    }
}
