//! What the command can be asked for.

use std::path::PathBuf;

use anstream::ColorChoice;
use clap::{Parser, Subcommand, builder::PossibleValue};

use super::{convert::Convert, input::Input};

/// Looks at files of fixed-size records: .npy files, arrays in .npz archives, and raw records.
#[derive(Debug, Parser)]
#[command(
    version,
    about,
    propagate_version = true,
    after_help = "Exit codes: 0, all is well; 1, `diff` has found a difference; 2, an error; 130, stopped by Ctrl-C."
)]
pub(super) struct Args {
    #[command(subcommand)]
    pub(super) command: Command,

    #[command(flatten)]
    pub(super) common: Common,

    /// When to use colours: auto, on a terminal alone
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", value_parser = color_parser())]
    pub(super) color: Color,
}

/// What every command takes.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(super) struct Common {
    /// Write JSON
    #[arg(long, global = true)]
    pub(super) json: bool,

    /// Show no progress bar
    #[arg(long, short, global = true)]
    pub(super) quiet: bool,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// What a file is, and its record drawn byte by byte
    Info(Info),
    /// The first rows
    Head(Count),
    /// The last rows
    Tail(Count),
    /// Some rows
    Rows(Rows),
    /// What each field holds: how many values, the least, the greatest, mean, standard deviation, a histogram
    ///
    /// NaN, and NaT of times, are counted and otherwise left out: of min, max, mean, std and the histogram. Infinities are in all
    /// but the histogram. std is that of all values, as numpy.std gives it, not of a sample. The figures are the same for any
    /// number of threads, and the file is read once.
    ///
    /// Complex numbers: one is NaN if a part is; min and max go by the real part, and where that is equal by the imaginary one,
    /// as in NumPy; std is the root of the mean of squares of distances in the plane; the histogram is of magnitudes. Means
    /// of times are to the nearest step. Strings have min and max in NumPy's order, and the longest. Different values are counted
    /// of bool, integers of 8 and 16 bits, strings and opaque bytes: of the last two up to 1000, or fewer if there are many
    /// fields or they are long, and of those of more than 64 KiB nothing is told but how many there are. Long doubles are opaque bytes.
    Stats(Stats),
    /// The struct to derive `MmapRecord` on, or the record in C or Python
    Struct(Struct),
    /// A file of records as another: raw, .npy or CSV, in another layout, order or byte order
    ///
    /// The new file has its name only when all of it is there and on the disk: whatever happens before, nothing is left of it. A
    /// program that is killed without being asked leaves a file .mmrec-*.part beside it.
    ///
    /// FILE may also be CSV, by its name or with --from csv, or - for the standard input: --dtype or --like say what its records are,
    /// and columns are found by their names, in any order.
    ///
    /// In CSV a column is named as NumPy would ask for it: a.b is field b of the record in field a, and v[0][1] an element of the
    /// array in field v. Of an array of several axes a row is one index of the first. Floats have the fewest digits that read back as the
    /// same float, dates are as NumPy writes them, timedelta64 is a number of its steps, a complex number is 1.5-2j, and opaque
    /// bytes and long doubles are hexadecimal digits. What is read back is what was written, but for the bits of NaN and padding.
    Convert(Convert),
    /// How the records of two files differ, field by field
    Diff(Diff),
    /// Completions for a shell: mmrec completions bash > /etc/bash_completion.d/mmrec
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// The manual, for man -l
    Man {
        /// Write one page for each command into this directory
        directory: Option<PathBuf>,
    },
}

#[derive(Debug, clap::Args)]
pub(super) struct Info {
    #[command(flatten)]
    pub(super) input: Input,
}

#[derive(Debug, clap::Args)]
pub(super) struct Count {
    #[command(flatten)]
    pub(super) input: Input,

    #[command(flatten)]
    pub(super) shown: Shown,

    /// How many rows
    #[arg(short = 'n', long = "rows", value_name = "N", default_value_t = 10)]
    pub(super) count: usize,
}

#[derive(Debug, clap::Args)]
pub(super) struct Rows {
    /// Which rows: A..B without B, A.. to the end, ..B from the start, A alone; below zero counts from the end
    #[arg(allow_hyphen_values = true)]
    pub(super) range: super::rows::Range,

    #[command(flatten)]
    pub(super) input: Input,

    #[command(flatten)]
    pub(super) shown: Shown,
}

#[derive(Debug, clap::Args)]
pub(super) struct Shown {
    /// Only these fields, in this order; a.b is field b of the record in field a, a alone is all of it
    #[arg(long, value_name = "FIELDS", value_delimiter = ',')]
    pub(super) fields: Vec<String>,

    /// Columns of text that a line may have; those of the terminal, or as many as it takes
    #[arg(long, value_name = "COLUMNS")]
    pub(super) width: Option<usize>,
}

#[derive(Debug, clap::Args)]
pub(super) struct Stats {
    #[command(flatten)]
    pub(super) input: Input,

    #[command(flatten)]
    pub(super) shown: Shown,

    /// Make no histograms, which is faster
    #[arg(long)]
    pub(super) no_histogram: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct Struct {
    #[command(flatten)]
    pub(super) input: Input,

    /// The name of the struct
    #[arg(long, default_value = "Record")]
    pub(super) name: String,

    /// As a C declaration that proves its offsets
    #[arg(long, conflicts_with = "numpy")]
    pub(super) c: bool,

    /// As the dict that numpy.dtype takes
    #[arg(long)]
    pub(super) numpy: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct Diff {
    /// A file, or the text of a dtype
    pub(super) a: String,

    /// Another
    pub(super) b: String,
}

/// When to use colours.
#[derive(Clone, Copy, Debug)]
pub(super) struct Color(ColorChoice);

impl Color {
    pub(super) fn write_global(self) {
        self.0.write_global();
    }
}

const COLORS: [(&str, ColorChoice); 3] =
    [("auto", ColorChoice::Auto), ("always", ColorChoice::Always), ("never", ColorChoice::Never)];

fn color_parser() -> impl clap::builder::TypedValueParser<Value = Color> {
    use clap::builder::{PossibleValuesParser, TypedValueParser};
    PossibleValuesParser::new(COLORS.map(|(name, _)| PossibleValue::new(name))).map(|name| {
        let choice = COLORS.iter().find(|(known, _)| *known == name);
        Color(choice.map_or(ColorChoice::Auto, |(_, choice)| *choice))
    })
}
