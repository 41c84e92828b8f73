//! What the command can be asked for.

use std::{num::NonZero, path::PathBuf};

use anstream::ColorChoice;
use clap::{Parser, ValueEnum};

/// Asks files of fixed-size records in SQL: .npy files, directories of them, columns, and raw records; Parquet, CSV and lines of JSON (.json) too.
///
/// A file is a table by its name in quotes:
///
///     mmrec-sql "select symbol, sum(price * qty) / sum(qty) from 'trades.npy' group by symbol"
///
/// What its name does not say is said before, in the same call:
///
///     mmrec-sql "create external table t stored as npy location 'days/' with order (ts)"
///         "select max(price) from t where ts >= timestamp '2026-03-02T14:00:00'"
///
/// Names of columns that are not in lower case stand in double quotes: "Price". `describe 'trades.npy'` lists them.
///
/// Rows come in no order unless the query says which: ORDER BY, or --threads 1 for the order of the file.
#[derive(Debug, Parser)]
#[command(
    version,
    verbatim_doc_comment,
    after_help = "Exit codes: 0, all is well; 2, an error; 130, stopped by Ctrl-C."
)]
pub(super) struct Args {
    /// Statements, apart by ; (without any, and without --file, those of the standard input)
    pub(super) sql: Vec<String>,

    /// Statements in a file, - for the standard input; they come before those of the arguments
    #[arg(short, long, value_name = "FILE")]
    pub(super) file: Option<PathBuf>,

    /// How rows are written
    ///
    /// In JSON, NaN and the infinities are the strings "NaN", "Infinity" and "-Infinity"; integers have all their digits, and opaque bytes
    /// are hexadecimal digits. In CSV a column is named as `mmrec convert` names it: a.b is field b of the record in field a, and v[0] an
    /// element of the array in field v; a list whose length is not fixed is one text.
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Format::Table, conflicts_with = "output")]
    pub(super) format: Format,

    /// Write the rows of the last statement to this file: .parquet, .npy, .csv, .json, or .ndjson with an object in each line
    ///
    /// It has its name only when all of it is there and on the disk.
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,

    /// Put the new file in the place of one that is there
    #[arg(long, requires = "output")]
    pub(super) force: bool,

    /// The most rows of a table; on a terminal 100, elsewhere all
    #[arg(long, value_name = "N")]
    pub(super) rows: Option<usize>,

    /// Columns of text that a line of a table may have; those of the terminal, or as many as it takes
    #[arg(long, value_name = "COLUMNS")]
    pub(super) width: Option<usize>,

    /// How many threads, and partitions of the work; those of the machine
    #[arg(long, value_name = "N")]
    pub(super) threads: Option<NonZero<usize>>,

    /// Rows that are worked on at a time
    #[arg(long, value_name = "ROWS", default_value = "8192")]
    pub(super) batch_size: NonZero<usize>,

    /// Say how long each statement took, on the standard error
    #[arg(long)]
    pub(super) time: bool,

    /// Show no progress bar
    #[arg(long)]
    pub(super) no_progress: bool,

    /// When to use colours; auto, on a terminal alone
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = Color::Auto)]
    pub(super) color: Color,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// Aligned, for people
    Table,
    /// A header and rows
    Csv,
    /// A list of objects
    Json,
    /// An object in each line
    Ndjson,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    Auto,
    Always,
    Never,
}

impl Color {
    pub(super) fn write_global(self) {
        let choice = match self {
            Self::Auto => ColorChoice::Auto,
            Self::Always => ColorChoice::Always,
            Self::Never => ColorChoice::Never,
        };
        choice.write_global();
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_arguments_fit_together() {
        super::Args::command().debug_assert();
    }
}
